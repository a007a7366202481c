/* SPDX-License-Identifier: Apache-2.0 */
#include "reconstruct_frames.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/quantity.h"
#include "moly/base/text.h"
#include "moly/formats/petsird.h"

enum { MOST_FRAMES = 1024 };
static const double ms_per_s = 1e3;

/* "6x10s": how many, of how many ms. */
static moly_status parse_some(const char *part, long *n, double *each_ms, moly_error *err)
{
    char *end = NULL;
    double seconds = 0.0;
    *n = strtol(part, &end, 10);
    const bool has_number = end != part && *end == 'x';
    if (has_number && (*n < 1 || *n > MOST_FRAMES)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "--frames '%s': %ld frames; 1 to %d at a time", part,
                         *n, MOST_FRAMES);
    }
    if (!has_number) {
        *n = 1;
    }
    moly_status status =
        moly_quantity_parse(has_number ? end + 1 : part, MOLY_DIM_TIME, &seconds, err);
    if (status) {
        moly_error_context(err, "--frames '%s'", part);
        return status;
    }
    *each_ms = round(ms_per_s * seconds);
    if (!(*each_ms >= 1.0) || fabs(*each_ms - ms_per_s * seconds) > 1e-6 * *each_ms) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "--frames '%s': a frame takes a whole number of ms, 1 at least", part);
    }
    return MOLY_OK;
}

static moly_status add_some(scan_frames *made, long n, double each_ms, double scan_s,
                            moly_error *err)
{
    for (long i = 0; i < n; i++) {
        const double begin = made->n > 0 ? (double)made->frames[made->n - 1].end_ms : 0.0;
        if (made->n == MOST_FRAMES) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "--frames: more than %d", MOST_FRAMES);
        }
        if (begin + each_ms > ceil(ms_per_s * scan_s)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "--frames: number %zu ends %g s after the start, the scan took %g s",
                             made->n + 1, (begin + each_ms) / ms_per_s, scan_s);
        }
        made->frames[made->n++] = (scan_frame){(uint32_t)begin, (uint32_t)(begin + each_ms)};
    }
    return MOLY_OK;
}

moly_status frames_parse(const char *text, double scan_s, moly_arena *arena, scan_frames *made,
                         moly_error *err)
{
    char *words = moly_arena_strdup(arena, text);
    *made = (scan_frames){moly_arena_alloc(arena, MOST_FRAMES, sizeof(scan_frame)), 0};
    if (!words || !made->frames) {
        return MOLY_NO_MEMORY(err);
    }
    moly_status status = MOLY_OK;
    for (char *part = words, *next = NULL; part && !status; part = next) {
        long n = 0;
        double each_ms = 0.0;
        next = strchr(part, ',');
        if (next) {
            *next++ = '\0';
        }
        status = parse_some(part, &n, &each_ms, err);
        status = status ? status : add_some(made, n, each_ms, scan_s, err);
    }
    return status;
}

moly_status frames_read_events(const char *raw, moly_event_list *list, moly_error *err)
{
    moly_text path = {0};
    moly_text_printf(&path, "%s/events.petsird", raw);
    moly_status status =
        path.is_broken ? MOLY_NO_MEMORY(err) : moly_petsird_read(path.data, list, err);
    moly_text_free(&path);
    return status;
}

json_t *frames_describe(const scan_frame *frame, double prompts, const raw_data *data,
                        const solve_record *record, const moly_volume *image)
{
    moly_volume_summary summary = {.mean = NAN};
    const double ml = moly_grid_voxel_ml(&image->grid) * (double)moly_grid_n_voxels(&image->grid);
    const bool is_known = moly_volume_summarise(image, &summary, NULL) == MOLY_OK;
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:O, s:o}", "start_s",
        moly_json_rounded(frame->begin_ms / ms_per_s, 10), "duration_s",
        moly_json_rounded((frame->end_ms - frame->begin_ms) / ms_per_s, 10), "effective_s",
        data->effective_s > 0.0 ? moly_json_rounded(data->effective_s, 8) : json_null(), "prompts",
        moly_json_rounded(prompts, 12), "activity_bq",
        data->is_quantitative && is_known ? moly_json_rounded(summary.mean * ml, 6) : json_null(),
        "max", moly_json_rounded(summary.max, 6), "log_likelihood", record->objectives, "scatter",
        raw_scatter_json(data));
}

/* ---- progress ---- */

static void report(void *context, double fraction, const char *what)
{
    const frame_progress *f = context;
    char text[96];
    (void)snprintf(text, sizeof text, "frame %zu of %zu: %s", f->frame + 1, f->n, what);
    if (f->all && f->all->report) {
        f->all->report(f->all->context, ((double)f->frame + fraction) / (double)f->n, text);
    }
}

static bool is_cancelled(void *context)
{
    const frame_progress *f = context;
    return f->all && f->all->is_cancelled && f->all->is_cancelled(f->all->context);
}

void frame_progress_begin(frame_progress *shared, const moly_progress *all, size_t n)
{
    *shared = (frame_progress){{report, is_cancelled, shared}, all, 0, n};
}

/* ---- the result ---- */

moly_status frames_note(json_t *frames, json_t *result, moly_error *err)
{
    json_t *starts = json_array(), *durations = json_array();
    size_t i;
    json_t *frame;
    json_array_foreach(frames, i, frame)
    {
        (void)json_array_append(starts, json_object_get(frame, "start_s"));
        (void)json_array_append(durations, json_object_get(frame, "duration_s"));
    }
    const int failed = json_object_set(result, "frames", frames) |
                       json_object_set_new(result, "FrameTimesStart", starts) |
                       json_object_set_new(result, "FrameDuration", durations) |
                       json_object_set_new(result, "ImageDecayCorrected", json_true()) |
                       json_object_set_new(result, "ImageDecayCorrectionTime", json_integer(0));
    return failed ? MOLY_NO_MEMORY(err) : MOLY_OK;
}
