/* SPDX-License-Identifier: Apache-2.0 */
/* List mode: the lines of single coincidences.
 *
 * Back projection: threads own rows of the image, so each voxel gets its additions in the order of
 * the events, whatever the number of threads; lines along x go first, then lines along y. */
#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/parallel.h"
#include "pet_inside.h"

enum { EVENTS_AT_ONCE = 1024, BLOCKS_A_THREAD = 8 };

typedef struct event_work {
    const moly_pet_projector *p;
    const moly_event *events;
    size_t n;
    event_line *lines;
    float *values_out;
    const float *values_in;
    row_image along[2]; /* lines along y, along x */
    tof_curve tof;
    int is_along_x;
    int rows_at_once;
    double *crystal_mm; /* [n_detectors][2] */
    double *ring_mm;
} event_work;

static void fill_event(const event_work *w, const moly_event *event, event_line *e)
{
    const moly_pet_projector *p = w->p;
    const uint32_t n_detectors = (uint32_t)p->layout->scanner.n_detectors;
    const double *a = w->crystal_mm + 2 * (size_t)(event->crystal_1 % n_detectors);
    const double *b = w->crystal_mm + 2 * (size_t)(event->crystal_2 % n_detectors);
    const double za = w->ring_mm[event->crystal_1 / n_detectors];
    const double zb = w->ring_mm[event->crystal_2 / n_detectors];
    const double d[3] = {b[0] - a[0], b[1] - a[1], zb - za};
    const int m = fabs(d[0]) >= fabs(d[1]) ? 0 : 1, o = 1 - m;
    const double *spacing = p->grid.spacing_mm, *origin = p->grid.origin_mm;
    const double length = sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
    const double dt = spacing[m] / d[m], t0 = (origin[m] - a[m]) / d[m]; /* per row, at row 0 */
    double from = 0.0, to = p->n[m] - 1.0;
    *e = (event_line){.is_along_x = m == 0, .step_mm = (float)(length * fabs(dt))};
    const double u0 = (a[o] + t0 * d[o] - origin[o]) / spacing[o], du = dt * d[o] / spacing[o];
    if (fabs(du) > 1e-12) { /* rows where the line is beside a column that is there */
        const double p1 = (-1.0 - u0) / du, p2 = (p->n[o] - u0) / du;
        from = fmax(from, ceil(fmin(p1, p2)));
        to = fmin(to, floor(fmax(p1, p2)));
    }
    double tof0 = 0.0, dtof = 0.0;
    if (w->tof.weights) {
        const double mash = (double)p->layout->tof_mashing;
        const double bins = length / p->tof.bin_mm, own = round((double)event->tof_bin / mash);
        tof0 = (0.5 - t0) * bins - own;
        dtof = -dt * bins;
        const double reach = (double)(w->tof.most - 1.0F) / (double)w->tof.scale;
        const double p1 = (-reach - tof0) / dtof, p2 = (reach - tof0) / dtof;
        from = fmax(from, ceil(fmin(p1, p2)));
        to = fmin(to, floor(fmax(p1, p2)));
    }
    if (!(to >= from) || length <= 0.0) {
        return;
    }
    const double z0 = (za + t0 * d[2] - origin[2]) / spacing[2], dz = dt * d[2] / spacing[2];
    e->first = (int32_t)from;
    e->n = (int32_t)(to - from) + 1;
    e->u = (float)(u0 + from * du);
    e->du = (float)du;
    e->z = (float)(z0 + from * dz);
    e->dz = (float)dz;
    e->tof = (float)(tof0 + from * dtof);
    e->dtof = (float)dtof;
}

static void forward_some(void *context, int64_t item, int thread)
{
    const event_work *w = context;
    const size_t from = (size_t)item * EVENTS_AT_ONCE;
    const size_t to = from + EVENTS_AT_ONCE < w->n ? from + EVENTS_AT_ONCE : w->n;
    (void)thread;
    for (size_t i = from; i < to; i++) {
        event_line e;
        fill_event(w, &w->events[i], &e);
        w->values_out[i] =
            e.step_mm * w->p->kernels->event_forward(&w->along[e.is_along_x], &e, &w->tof);
    }
}

static void fill_some(void *context, int64_t item, int thread)
{
    const event_work *w = context;
    const size_t from = (size_t)item * EVENTS_AT_ONCE;
    const size_t to = from + EVENTS_AT_ONCE < w->n ? from + EVENTS_AT_ONCE : w->n;
    (void)thread;
    for (size_t i = from; i < to; i++) {
        fill_event(w, &w->events[i], &w->lines[i]);
    }
}

static void back_rows(void *context, int64_t item, int thread)
{
    const event_work *w = context;
    const int first = (int)item * w->rows_at_once, end = first + w->rows_at_once;
    (void)thread;
    for (size_t i = 0; i < w->n; i++) {
        const event_line *e = &w->lines[i];
        const int from = first > e->first ? first - e->first : 0;
        const int to = end - e->first < e->n ? end - e->first : e->n;
        if (e->is_along_x == w->is_along_x && from < to && w->values_in[i] != 0.0F) {
            w->p->kernels->event_back(&w->along[e->is_along_x], e, &w->tof, from, to,
                                      w->values_in[i] * e->step_mm);
        }
    }
}

/* ---- entry ---- */

static moly_status check_events(const moly_pet_projector *p, const moly_event *events, size_t n,
                                moly_error *err)
{
    const int64_t n_crystals = p->layout->scanner.n_detectors * p->layout->scanner.n_rings;
    if (p->n[0] < 2 || p->n[1] < 2 || p->n[2] < 2) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "list mode takes images of at least 2 voxels along each axis, not "
                         "%d x %d x %d",
                         p->n[0], p->n[1], p->n[2]);
    }
    for (size_t i = 0; i < n; i++) {
        if (events[i].crystal_1 >= n_crystals || events[i].crystal_2 >= n_crystals) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "event %zu is of crystals %u and %u; the scanner has %lld", i,
                             events[i].crystal_1, events[i].crystal_2, (long long)n_crystals);
        }
    }
    return MOLY_OK;
}

static moly_status begin(event_work *w, moly_error *err)
{
    const moly_pet_projector *p = w->p;
    const moly_pet_scanner *s = &p->layout->scanner;
    const int nx = p->n[0], nz = p->n[2];
    w->crystal_mm = moly_alloc((size_t)s->n_detectors, 2 * sizeof *w->crystal_mm);
    w->ring_mm = moly_alloc((size_t)s->n_rings, sizeof *w->ring_mm);
    if (!w->crystal_mm || !w->ring_mm) {
        return MOLY_NO_MEMORY(err);
    }
    for (int64_t d = 0; d < s->n_detectors; d++) {
        double at[3];
        moly_pet_crystal(s, 0, d, at);
        w->crystal_mm[2 * d] = at[0];
        w->crystal_mm[2 * d + 1] = at[1];
    }
    for (int64_t r = 0; r < s->n_rings; r++) {
        w->ring_mm[r] = moly_pet_ring_z(s, r);
    }
    w->tof = p->curve;
    w->along[0].row_step = w->along[1].column_step = nx * nz;
    w->along[0].column_step = w->along[1].row_step = nz;
    w->along[0].n_columns = nx;
    w->along[1].n_columns = p->n[1];
    w->along[0].n_planes = w->along[1].n_planes = nz;
    return MOLY_OK;
}

static void end(event_work *w)
{
    moly_free(w->crystal_mm);
    moly_free(w->ring_mm);
    moly_free(w->lines);
}

moly_status moly_pet_project_events(const moly_pet_projector *projector, const float *columns,
                                    const moly_event *events, size_t n, float *values,
                                    moly_error *err)
{
    event_work w = {.p = projector, .events = events, .n = n, .values_out = values};
    moly_status status = check_events(projector, events, n, err);
    status = status ? status : begin(&w, err);
    if (!status) {
        /* the kernels of a forward projection only read */
        memcpy(&w.along[0].columns, &columns, sizeof columns);
        w.along[1].columns = w.along[0].columns;
        moly_parallel(projector->options.n_threads,
                      (int64_t)((n + EVENTS_AT_ONCE - 1) / EVENTS_AT_ONCE), forward_some, &w);
    }
    end(&w);
    return status;
}

moly_status moly_pet_back_project_events(const moly_pet_projector *projector,
                                         const moly_event *events, const float *values, size_t n,
                                         float *columns, moly_error *err)
{
    event_work w = {.p = projector, .events = events, .n = n, .values_in = values};
    const int n_threads = projector->options.n_threads;
    moly_status status = check_events(projector, events, n, err);
    status = status ? status : begin(&w, err);
    if (!status) {
        w.lines = moly_alloc(n + 1, sizeof *w.lines);
        status = w.lines ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    if (!status) {
        w.along[0].columns = w.along[1].columns = columns;
        moly_parallel(n_threads, (int64_t)((n + EVENTS_AT_ONCE - 1) / EVENTS_AT_ONCE), fill_some,
                      &w);
        for (w.is_along_x = 1; w.is_along_x >= 0; w.is_along_x--) {
            const int rows = w.is_along_x ? projector->n[0] : projector->n[1];
            const int blocks = n_threads > 1 ? n_threads * BLOCKS_A_THREAD : 1;
            w.rows_at_once = (rows + blocks - 1) / blocks;
            moly_parallel(n_threads, (rows + w.rows_at_once - 1) / w.rows_at_once, back_rows, &w);
        }
    }
    end(&w);
    return status;
}
