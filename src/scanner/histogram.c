/* SPDX-License-Identifier: Apache-2.0 */
/* Coincidences to bins. */
#include "moly/scanner/sinogram.h"

#include <string.h>

#include "moly/base/memory.h"

static const int64_t NOT_KEPT = -1;

/* floor(a / b), b > 0 */
static int64_t floor_div(int64_t a, int64_t b)
{
    return a >= 0 ? a / b : -((b - 1 - a) / b);
}

/* TOF bin of the layout, where `bin` counts the scanner's from the middle towards crystal 1. */
static int64_t find_tof(const moly_layout *l, int64_t bin)
{
    if (l->tof_mashing == 0) {
        return 0;
    }
    const int64_t k = floor_div(bin + l->tof_mashing / 2, l->tof_mashing) + (l->n_tof - 1) / 2;
    return k >= 0 && k < l->n_tof ? k : NOT_KEPT;
}

int64_t moly_layout_find_bin(const moly_layout *l, const moly_event *e)
{
    const int64_t n = l->scanner.n_detectors;
    int64_t ring_1 = e->crystal_1 / n, ring_2 = e->crystal_2 / n, view, tangential;
    bool is_swapped;
    if (!moly_layout_find_line(l, e->crystal_1 % n, e->crystal_2 % n, &view, &tangential,
                               &is_swapped)) {
        return NOT_KEPT;
    }
    if (is_swapped) {
        const int64_t ring = ring_1;
        ring_1 = ring_2;
        ring_2 = ring;
    }
    const int64_t plane = moly_layout_find_plane(l, ring_1, ring_2);
    const int64_t tof = find_tof(l, is_swapped ? -(int64_t)e->tof_bin : e->tof_bin);
    return plane < 0 || tof < 0
               ? NOT_KEPT
               : ((view * l->n_tangential + tangential) * l->n_tof + tof) * l->n_planes + plane;
}

static moly_status check(const moly_event_list *list, const moly_layout *l, moly_error *err)
{
    const moly_pet_scanner *a = &list->scanner, *b = &l->scanner;
    if (a->n_rings != b->n_rings || a->n_detectors != b->n_detectors) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "events of %s (%lld rings of %lld crystals) for sinograms of %s (%lld of "
                         "%lld)",
                         a->name, (long long)a->n_rings, (long long)a->n_detectors, b->name,
                         (long long)b->n_rings, (long long)b->n_detectors);
    }
    if (l->is_arc_corrected) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "events cannot be sorted into arc-corrected bins");
    }
    const uint64_t crystals = (uint64_t)(a->n_rings * a->n_detectors);
    for (size_t i = 0; i < list->n; i++) {
        const moly_event *e = &list->events[i];
        if (e->crystal_1 >= crystals || e->crystal_2 >= crystals) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "event %zu: crystals %u and %u; %s has %llu", i,
                             e->crystal_1, e->crystal_2, a->name, (unsigned long long)crystals);
        }
    }
    return MOLY_OK;
}

/* The kept events' bins, each view's together; first[v] is where those of view v begin. */
static moly_status sort_by_view(const moly_event_list *list, const moly_layout *l, bool is_delayed,
                                int64_t **bins, size_t *first, moly_error *err)
{
    const int64_t view_bins = moly_layout_view_bins(l);
    int64_t *found = moly_alloc(list->n + 1, sizeof *found);
    int64_t *sorted = moly_alloc(list->n + 1, sizeof *sorted);
    if (!found || !sorted) {
        moly_free(found);
        moly_free(sorted);
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < list->n; i++) {
        const moly_event *e = &list->events[i];
        found[i] = (e->is_delayed != 0) == is_delayed ? moly_layout_find_bin(l, e) : NOT_KEPT;
        if (found[i] >= 0) {
            first[found[i] / view_bins + 2]++;
        }
    }
    for (int64_t v = 2; v <= l->n_views + 1; v++) {
        first[v] += first[v - 1];
    }
    for (size_t i = 0; i < list->n; i++) { /* first[v + 1] moves on to where view v + 1 begins */
        if (found[i] >= 0) {
            sorted[first[found[i] / view_bins + 1]++] = found[i] % view_bins;
        }
    }
    moly_free(found);
    *bins = sorted;
    return MOLY_OK;
}

/* ---- events as bins that are counted when they are read ---- */

typedef struct counted {
    size_t view_bins;
    size_t *first; /* [n_views + 2]; where the events of a view begin */
    int64_t *bins; /* of the view, sorted by view */
} counted;

static void close_counted(void *store)
{
    counted *c = store;
    moly_free(c->first);
    moly_free(c->bins);
    moly_free(c);
}

static moly_status count_view(void *store, int64_t view, float *bins, moly_error *err)
{
    const counted *c = store;
    (void)err;
    memset(bins, 0, c->view_bins * sizeof *bins);
    for (size_t i = c->first[view]; i < c->first[view + 1]; i++) {
        bins[c->bins[i]] += 1.0F;
    }
    return MOLY_OK;
}

static moly_status new_counted(const moly_event_list *list, const moly_layout *l, bool is_delayed,
                               counted **made, moly_error *err)
{
    moly_status status = check(list, l, err);
    if (status) {
        return status;
    }
    counted *c = moly_alloc(1, sizeof *c);
    if (!c) {
        return MOLY_NO_MEMORY(err);
    }
    c->view_bins = (size_t)moly_layout_view_bins(l);
    c->first = moly_alloc((size_t)l->n_views + 2, sizeof *c->first);
    status =
        c->first ? sort_by_view(list, l, is_delayed, &c->bins, c->first, err) : MOLY_NO_MEMORY(err);
    if (status) {
        close_counted(c);
        return status;
    }
    *made = c;
    return MOLY_OK;
}

moly_status moly_sinogram_of_events(const moly_event_list *list, const moly_layout *layout,
                                    bool is_delayed, moly_sinogram **sinogram, moly_error *err)
{
    static const moly_sinogram_ops ops = {.read_view = count_view, .close = close_counted};
    counted *c = NULL;
    *sinogram = NULL;
    moly_status status = new_counted(list, layout, is_delayed, &c, err);
    if (!status) {
        status = moly_sinogram_wrap(layout, &ops, c, sinogram, err);
        if (status) {
            close_counted(c);
        }
    }
    return status;
}

moly_status moly_events_histogram(const moly_event_list *list, bool is_delayed,
                                  moly_sinogram *sinogram, int64_t *n_kept, moly_error *err)
{
    const moly_layout *l = moly_sinogram_layout(sinogram);
    counted *c = NULL;
    moly_status status = new_counted(list, l, is_delayed, &c, err);
    if (status) {
        return status;
    }
    float *view = moly_alloc(c->view_bins, sizeof *view);
    status = view ? MOLY_OK : MOLY_NO_MEMORY(err);
    for (int64_t v = 0; v < l->n_views && !status; v++) {
        status = count_view(c, v, view, err);
        status = status ? status : moly_sinogram_write_view(sinogram, v, view, err);
    }
    if (!status && n_kept) {
        *n_kept = (int64_t)c->first[l->n_views];
    }
    moly_free(view);
    close_counted(c);
    return status;
}

moly_status moly_events_to_sinogram(const moly_event_list *list, const moly_layout *layout,
                                    bool is_delayed, moly_sinogram **sinogram, moly_error *err)
{
    moly_sinogram *made = NULL;
    *sinogram = NULL;
    moly_status status = moly_sinogram_new(layout, &made, err);
    if (!status) {
        status = moly_events_histogram(list, is_delayed, made, NULL, err);
    }
    if (status) {
        moly_sinogram_free(made);
        return status;
    }
    *sinogram = made;
    return MOLY_OK;
}
