/* SPDX-License-Identifier: Apache-2.0 */
/* What a reconstruction leaves in a folder for those who watch it. */
#include "reconstruct_watch.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "moly/formats/nifti.h"

enum { MOST_POINTS = 512 };
static const double progress_every_s = 0.3, picture_every_s = 0.6;
static const double picture_share = 0.1; /* of the time, for writing pictures */

struct watcher {
    char *folder; /* NULL: nobody watches */
    const moly_progress *outer;
    moly_progress progress;
    moly_volume *picture;
    double began_s, reported_s, next_picture_s;
    double fraction;
    int64_t iteration, n_iterations, subset, n_subsets; /* from 1; 0: none yet */
    int64_t n_pictures, n_updates, stride;
    /* every stride-th update's likelihood, times the subsets */
    size_t n_points;
    double points[MOST_POINTS];
    char *picture_path, *progress_path, *mu_path;
};

static double now_s(void)
{
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- progress.json ---- */

static json_t *describe(const watcher *w)
{
    json_t *points = json_array();
    for (size_t i = 0; i < w->n_points; i++) {
        (void)json_array_append_new(points, moly_json_rounded(w->points[i], 8));
    }
    return json_pack("{s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "fraction",
                     moly_json_rounded(w->fraction, 4), "elapsed_s",
                     moly_json_rounded(now_s() - w->began_s, 4), "iteration",
                     (json_int_t)w->iteration, "iterations", (json_int_t)w->n_iterations, "subset",
                     (json_int_t)w->subset, "subsets", (json_int_t)w->n_subsets, "picture",
                     (json_int_t)w->n_pictures, "updates_per_point", (json_int_t)w->stride,
                     "log_likelihood", points);
}

static moly_status write_progress(watcher *w, moly_error *err)
{
    json_t *all = describe(w);
    char *text = all ? moly_json_canonical(all) : NULL;
    moly_status status =
        text ? moly_file_write(w->progress_path, text, strlen(text), err) : MOLY_NO_MEMORY(err);
    json_decref(all);
    moly_free(text);
    w->reported_s = now_s();
    return status;
}

static void report(void *context, double fraction, const char *what)
{
    watcher *w = context;
    w->fraction = fraction;
    if (w->outer && w->outer->report) {
        w->outer->report(w->outer->context, fraction, what);
    }
    if (w->folder && now_s() - w->reported_s > progress_every_s) {
        moly_status status = write_progress(w, NULL); /* who watches may miss a line */
        (void)status;
    }
}

static bool is_cancelled(void *context)
{
    const watcher *w = context;
    return w->outer && w->outer->is_cancelled && w->outer->is_cancelled(w->outer->context);
}

const moly_progress *watcher_progress(const watcher *watch)
{
    return &watch->progress;
}

/* ---- making ---- */

static char *named(const char *folder, const char *name)
{
    moly_text text = {0};
    moly_text_printf(&text, "%s/%s", folder, name);
    if (text.is_broken) {
        moly_text_free(&text);
        return NULL;
    }
    return text.data;
}

moly_status watcher_new(const char *folder, const moly_progress *progress, watcher **watch,
                        moly_error *err)
{
    *watch = NULL;
    watcher *w = moly_alloc(1, sizeof *w);
    if (!w) {
        return MOLY_NO_MEMORY(err);
    }
    w->outer = progress;
    w->progress = (moly_progress){report, is_cancelled, w};
    w->began_s = now_s();
    w->stride = 1;
    if (folder) {
        w->folder = moly_strdup(folder);
        w->picture_path = named(folder, "picture.nii");
        w->progress_path = named(folder, "progress.json");
        w->mu_path = named(folder, "attenuation.nii.gz");
        if (!w->folder || !w->picture_path || !w->progress_path || !w->mu_path) {
            watcher_free(w);
            return MOLY_NO_MEMORY(err);
        }
        if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
            moly_status status =
                MOLY_FAIL(err, MOLY_ERR_IO, "--watch: cannot make %s: %s", folder, strerror(errno));
            watcher_free(w);
            return status;
        }
    }
    *watch = w;
    return MOLY_OK;
}

void watcher_free(watcher *watch)
{
    if (watch) {
        moly_volume_free(watch->picture);
        moly_free(watch->folder);
        moly_free(watch->picture_path);
        moly_free(watch->progress_path);
        moly_free(watch->mu_path);
        moly_free(watch);
    }
}

moly_status watcher_begin(watcher *watch, const moly_grid *grid, moly_quantity quantity,
                          const moly_volume *mu_per_mm, moly_error *err)
{
    watcher *w = watch;
    if (!w->folder) {
        return MOLY_OK;
    }
    moly_volume_free(w->picture);
    w->picture = NULL;
    moly_status status = moly_volume_new(grid, 1, quantity, &w->picture, err);
    status = status || !mu_per_mm ? status : raw_write_image(w->mu_path, mu_per_mm, err);
    return status ? status : write_progress(w, err);
}

/* ---- updates ---- */

/* When all room is taken, every second point goes. */
static void keep_point(watcher *w, double likelihood)
{
    if (w->n_updates++ % w->stride != 0 || !isfinite(likelihood)) {
        return;
    }
    if (w->n_points == MOST_POINTS) {
        w->n_points /= 2;
        for (size_t i = 0; i < w->n_points; i++) {
            w->points[i] = w->points[2 * i];
        }
        w->stride *= 2;
    }
    w->points[w->n_points++] = likelihood;
}

moly_status watcher_update(watcher *watch, const watch_update *update, moly_error *err)
{
    watcher *w = watch;
    if (!w->folder || !w->picture) {
        return MOLY_OK;
    }
    const double begin_s = now_s();
    const bool is_new_iteration = w->iteration != update->iteration + 1;
    w->subset = is_new_iteration ? 1 : w->subset + 1;
    w->iteration = update->iteration + 1;
    w->n_iterations = update->n_iterations;
    w->n_subsets = update->n_subsets;
    keep_point(w, update->log_likelihood * (double)update->n_subsets);
    if (begin_s < w->next_picture_s) {
        return MOLY_OK;
    }
    moly_columns_to_volume(update->columns, w->picture, 0);
    moly_status status = raw_write_image(w->picture_path, w->picture, err);
    w->n_pictures++;
    status = status ? status : write_progress(w, err);
    const double took_s = now_s() - begin_s;
    w->next_picture_s = now_s() + fmax(picture_every_s, took_s / picture_share);
    return status;
}

moly_status watcher_end(watcher *watch, moly_error *err)
{
    watch->fraction = 1.0;
    return watch->folder ? write_progress(watch, err) : MOLY_OK;
}
