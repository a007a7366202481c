/* SPDX-License-Identifier: Apache-2.0 */
/* List mode into sinograms, a view at a time: events are put in order of their views first. */
#include <string.h>

#include "moly/base/memory.h"
#include "moly/simulation/scan.h"

/* @return bin of the view, -1: none; sets the view */
static int64_t bin_of(const moly_layout *l, const moly_event *e, int64_t *view)
{
    const int64_t n = l->scanner.n_detectors;
    int64_t tangential, tof = 0;
    bool is_swapped;
    if (!moly_layout_find_line(l, e->crystal_1 % n, e->crystal_2 % n, view, &tangential,
                               &is_swapped)) {
        return -1;
    }
    const int64_t ring_1 = e->crystal_1 / n, ring_2 = e->crystal_2 / n;
    const int64_t plane = is_swapped ? moly_layout_find_plane(l, ring_2, ring_1)
                                     : moly_layout_find_plane(l, ring_1, ring_2);
    if (l->tof_mashing > 0) {
        const int64_t shifted =
            (is_swapped ? -e->tof_bin : e->tof_bin) + (l->n_tof * l->tof_mashing - 1) / 2;
        tof = shifted < 0 ? -1 : shifted / l->tof_mashing;
    }
    return plane < 0 || tof < 0 || tof >= l->n_tof
               ? -1
               : (tangential * l->n_tof + tof) * l->n_planes + plane;
}

/* first[v] .. first[v + 1] of order are the events of view v. */
static void sort_by_view(const moly_event_list *list, const moly_layout *l, bool is_delayed,
                         size_t *first, uint32_t *order)
{
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < list->n; i++) {
            const moly_event *e = &list->events[i];
            int64_t view;
            if ((e->is_delayed != 0) != is_delayed || bin_of(l, e, &view) < 0) {
                continue;
            }
            if (pass == 0) {
                first[view + 2]++;
            } else {
                order[first[view + 1]++] = (uint32_t)i;
            }
        }
        for (int64_t v = 0; pass == 0 && v < l->n_views; v++) {
            first[v + 2] += first[v + 1];
        }
    }
}

moly_status moly_events_histogram(const moly_event_list *list, bool is_delayed, moly_sinogram *bins,
                                  moly_error *err)
{
    const moly_layout *l = moly_sinogram_layout(bins);
    const size_t n_bins = (size_t)moly_layout_view_bins(l);
    if (list->n > UINT32_MAX || l->scanner.n_detectors != list->scanner.n_detectors ||
        l->scanner.n_rings != list->scanner.n_rings || l->is_arc_corrected) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "%zu events of %s do not go into bins of %s: at most 2^32, of the same "
                         "crystals, not arc-corrected",
                         list->n, list->scanner.name, l->scanner.name);
    }
    size_t *first = moly_alloc((size_t)l->n_views + 2, sizeof *first);
    uint32_t *order = moly_alloc(list->n + 1, sizeof *order);
    float *view_bins = moly_alloc(n_bins, sizeof *view_bins);
    moly_status status = first && order && view_bins ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status) {
        sort_by_view(list, l, is_delayed, first, order);
    }
    for (int64_t v = 0; v < l->n_views && !status; v++) {
        memset(view_bins, 0, n_bins * sizeof *view_bins);
        for (size_t i = first[v]; i < first[v + 1]; i++) {
            int64_t view;
            view_bins[bin_of(l, &list->events[order[i]], &view)] += 1.0F;
        }
        status = moly_sinogram_write_view(bins, v, view_bins, err);
    }
    moly_free(first);
    moly_free(order);
    moly_free(view_bins);
    return status;
}
