/* SPDX-License-Identifier: Apache-2.0 */
/* PETSIRD list mode in. */
#include "moly/formats/petsird.h"

#include <string.h>

#include "petsird_inside.h"

static const size_t MOST_BYTES = (size_t)1 << 36;

static void add_bin(yardl_reader *r, const yardl_type *type, void *context)
{
    petsird_reading *x = context;
    const double value = yardl_number(r, type);
    if (x->n_bins < 2 && value >= 0.0 && value < 4294967296.0) {
        x->bins[x->n_bins++] = (uint32_t)value;
    } else {
        yardl_break(r, "a coincidence of more than two crystals");
    }
}

static void read_bins(yardl_reader *r, const yardl_type *type, void *context)
{
    yardl_items(r, type, add_bin, context);
    ((petsird_reading *)context)->has_bins = true;
}

static void read_ids(yardl_reader *r, const yardl_type *type, void *context) /* older files */
{
    petsird_reading *x = context;
    yardl_items(r, type, add_bin, context);
    x->has_bins = true;
    for (size_t i = 0; i < x->n_bins; i++) { /* without the energy in them */
        x->bins[i] = x->bins[i] < x->n_crystals ? x->bins[i] * (uint32_t)x->n_energy : UINT32_MAX;
    }
}

static void read_tof(yardl_reader *r, const yardl_type *type, void *context)
{
    ((petsird_reading *)context)->tof_index = yardl_number(r, type);
}

static void read_event(yardl_reader *r, const yardl_type *type, void *context)
{
    static const yardl_handler handlers[] = {
        {"detectionBins", read_bins}, {"detectorIds", read_ids}, {"tofIdx", read_tof}};
    petsird_reading *x = context;
    const int64_t n_tof = x->tof.n > 1 ? (int64_t)x->tof.n - 1 : 1;
    x->n_bins = 0;
    x->tof_index = 0.0;
    yardl_record(r, type, handlers, 3, context);
    if (r->why) {
        return;
    }
    const size_t a = x->bins[0] / x->n_energy, b = x->bins[1] / x->n_energy;
    if (!x->has_bins || x->n_bins != 2 || a >= x->n_crystals || b >= x->n_crystals ||
        !(x->tof_index >= 0.0 && x->tof_index < (double)n_tof)) {
        yardl_break(r, "a coincidence of a crystal or a TOF bin that is not there");
        return;
    }
    /* (t1 - t2) c / 2 grows towards the second crystal, Moly's bins towards the first */
    const int64_t k = (int64_t)x->tof_index;
    const int64_t tof = n_tof % 2 ? (n_tof - 1) / 2 - k : n_tof - 1 - 2 * k;
    const moly_event e = {.crystal_1 = x->crystals[a],
                          .crystal_2 = x->crystals[b],
                          .time_ms = (uint32_t)x->start_ms,
                          .tof_bin = (int16_t)tof,
                          .is_delayed = x->is_delayed};
    x->status = moly_event_list_add(&x->list, &e, x->err);
    if (x->status) {
        yardl_break(r, "out of memory");
    }
}

/* A list of coincidences, or lists of them by the types of both modules. */
static void read_events(yardl_reader *r, const yardl_type *type, void *context)
{
    const char *name = NULL;
    const yardl_type *list = yardl_case(r, type, &name);
    if (!list) {
        return;
    }
    if (list->kind == YARDL_VECTOR && list->parts[0]->kind == YARDL_RECORD) {
        yardl_items(r, list, read_event, context);
    } else {
        yardl_items(r, list, read_events, context);
    }
}

static void read_prompts(yardl_reader *r, const yardl_type *type, void *context)
{
    ((petsird_reading *)context)->is_delayed = false;
    read_events(r, type, context);
}

static void read_delayeds(yardl_reader *r, const yardl_type *type, void *context)
{
    ((petsird_reading *)context)->is_delayed = true;
    read_events(r, type, context);
}

static void read_start(yardl_reader *r, const yardl_type *type, void *context)
{
    petsird_reading *x = context;
    x->start_ms = yardl_number(r, type);
    if (!(x->start_ms >= 0.0 && x->start_ms < 4294967295.0)) {
        yardl_break(r, "a block of time that begins after 2^32 ms");
    }
    x->stop_ms = x->start_ms > x->stop_ms ? x->start_ms : x->stop_ms;
}

static void read_stop(yardl_reader *r, const yardl_type *type, void *context)
{
    petsird_reading *x = context;
    const double stop = yardl_number(r, type);
    x->stop_ms = stop > x->stop_ms && stop < 4294967296.0 ? stop : x->stop_ms;
}

static void read_interval(yardl_reader *r, const yardl_type *type, void *context)
{
    static const yardl_handler handlers[] = {{"start", read_start}, {"stop", read_stop}};
    yardl_record(r, type, handlers, 2, context);
}

static void read_block(yardl_reader *r, const yardl_type *type, void *context)
{
    static const yardl_handler handlers[] = {{"timeInterval", read_interval},
                                             {"start", read_start},
                                             {"promptEvents", read_prompts},
                                             {"delayedEvents", read_delayeds}};
    const char *name = NULL;
    const yardl_type *block = yardl_case(r, type, &name);
    if (block && (type->kind != YARDL_UNION || strcmp(name, "EventTimeBlock") == 0)) {
        yardl_record(r, block, handlers, 4, context);
    } else if (block) {
        yardl_skip(r, block);
    }
}

static void read_stream(yardl_reader *r, const yardl_type *item, void *context)
{
    for (uint64_t n = yardl_uint(r); n > 0 && !r->why; n = yardl_uint(r)) {
        for (; n > 0 && !r->why; n--) {
            read_block(r, item, context);
        }
    }
}

static moly_status read_all(yardl_reader *r, petsird_reading *x)
{
    if (strcmp(r->protocol, "PETSIRD") != 0 || r->n_steps != 2 || r->steps[0].is_stream ||
        !r->steps[1].is_stream) {
        return MOLY_FAIL(x->err, MOLY_ERR_DATA,
                         "a yardl file of the protocol '%.40s' with %zu steps: none of PETSIRD",
                         r->protocol, r->n_steps);
    }
    petsird_read_header(r, r->steps[0].type, x);
    moly_status status = x->status ? x->status : yardl_status(r, x->err);
    if (!status) {
        status = petsird_settle_scanner(x);
    }
    if (!status) {
        read_stream(r, r->steps[1].type, x);
        status = x->status ? x->status : yardl_status(r, x->err);
    }
    return status;
}

moly_status moly_petsird_parse(const void *data, size_t length, moly_event_list *list,
                               moly_error *err)
{
    petsird_reading x = {.err = err};
    yardl_reader r = {0};
    moly_arena *arena = moly_arena_new();
    moly_status status = arena ? yardl_open(data, length, arena, &r, err) : MOLY_NO_MEMORY(err);
    if (!status) {
        status = read_all(&r, &x);
    }
    moly_arena_free(arena);
    moly_free(x.modules.values);
    moly_free(x.elements.values);
    moly_free(x.crystals);
    if (status) {
        moly_event_list_free(&x.list);
        return status;
    }
    x.list.duration_s = 1e-3 * x.stop_ms;
    *list = x.list;
    return MOLY_OK;
}

moly_status moly_petsird_read(const char *path, moly_event_list *list, moly_error *err)
{
    char *data = NULL;
    size_t length = 0;
    moly_status status = moly_file_read(path, MOST_BYTES, &data, &length, err);
    if (!status) {
        status = moly_petsird_parse(data, length, list, err);
        if (status) {
            moly_error_context(err, "%s", path);
        }
    }
    moly_free(data);
    return status;
}
