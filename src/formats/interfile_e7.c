/* SPDX-License-Identifier: Apache-2.0 */
/* Sinogram headers of Siemens' e7 tools: planes segment by segment, 0, -1, +1, -2, ... */
#include "interfile_layout.h"
#include "interfile_scanner.h"

typedef struct table {
    int64_t span, most, n_bins, n_views, n_planes, n_segments;
} table;

static moly_status read_size(const interfile_header *h, int64_t axis, int64_t low, int64_t high,
                             int64_t *size, moly_error *err)
{
    const double *value = NULL;
    moly_status status = interfile_wholes(h, KEY_SIZE, axis, 1, low, high, &value, err);
    if (!status) {
        *size = (int64_t)*value;
    }
    return status;
}

static moly_status read_table(const interfile_header *h, const moly_pet_scanner *s, table *t,
                              moly_error *err)
{
    static const char *const axes[] = {"bin", "projection", "plane"};
    int64_t n_tof = 1;
    for (int i = 0; i < 3; i++) {
        if (!interfile_is(h, KEY_AXIS, i + 1, axes[i])) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "%s: 'matrix axis label[%d]' is not '%s'", h->name,
                             i + 1, axes[i]);
        }
    }
    moly_status status = interfile_whole_or(h, KEY_N_TOF_BINS, 1, 1, 1, &n_tof, err);
    if (!status) {
        status = interfile_whole(h, KEY_E7_SPAN, 1, 1, 2 * s->n_rings - 1, &t->span, err);
    }
    if (!status) {
        status = interfile_whole(h, KEY_E7_MOST_DIFFERENCE, 1, 0, s->n_rings - 1, &t->most, err);
    }
    if (!status) {
        status = read_size(h, 1, 1, s->n_detectors - 1, &t->n_bins, err);
    }
    if (!status) {
        status = read_size(h, 2, 1, s->n_detectors / 2, &t->n_views, err);
    }
    if (!status) {
        status = read_size(h, 3, 1, 1 << 24, &t->n_planes, err);
    }
    if (!status) {
        status =
            interfile_whole(h, KEY_E7_N_SEGMENTS, 1, 1, 2 * s->n_rings - 1, &t->n_segments, err);
    }
    if (!status && (t->n_segments % 2 == 0 || t->span % 2 == 0)) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s: %lld segments of span %lld, must both be odd",
                           h->name, (long long)t->n_segments, (long long)t->span);
    }
    return status;
}

/* The k-th segment of the file, k from 0: its number. */
static int64_t number_of(int64_t k)
{
    return k % 2 ? -(k + 1) / 2 : k / 2;
}

static moly_status make_segments(const interfile_header *h, const table *t, moly_segment **segments,
                                 moly_error *err)
{
    const double *sizes = NULL;
    const size_t n = (size_t)t->n_segments;
    int64_t sum = 0;
    moly_status status = interfile_wholes(h, KEY_E7_SEGMENTS, 1, n, 1, 1 << 20, &sizes, err);
    moly_segment *s = status ? NULL : moly_arena_alloc(h->arena, n, sizeof *s);
    if (!status && !s) {
        status = MOLY_NO_MEMORY(err);
    }
    for (size_t k = 0; k < n && !status; k++) {
        const int64_t middle = number_of((int64_t)k) * t->span, half = (t->span - 1) / 2;
        s[k].min_difference = (int32_t)(middle - half);
        s[k].max_difference = (int32_t)(middle + half);
        s[k].n_axial = (int64_t)sizes[k];
        sum += s[k].n_axial;
    }
    if (!status && sum != t->n_planes) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA,
                           "%s: the segment table has %lld planes, 'matrix size[3]' %lld", h->name,
                           (long long)sum, (long long)t->n_planes);
    }
    *segments = s;
    return status;
}

static moly_status make_order(const interfile_header *h, const table *t, interfile_order *order,
                              moly_error *err)
{
    moly_status status = interfile_new_order(h, (size_t)t->n_segments, 1, order, err);
    for (int64_t k = 0; k < t->n_segments && !status; k++) {
        order->segments[k] = (size_t)(t->n_segments / 2 + number_of(k));
    }
    return status;
}

moly_status interfile_get_e7_layout(const interfile_header *h, moly_layout **layout,
                                    interfile_order *order, moly_error *err)
{
    table t = {0};
    moly_layout model = {.n_tof = 1}, *made = NULL;
    moly_segment *segments = NULL;
    moly_status status =
        interfile_is(h, KEY_DATA_FORMAT, 1, "sinogram")
            ? interfile_get_scanner(h, &model.scanner, err)
            : MOLY_FAIL(err, MOLY_ERR_DATA,
                        "%s holds no sinograms: 'data format' is not 'sinogram'", h->name);
    if (!status) {
        status = read_table(h, &model.scanner, &t, err);
    }
    if (!status) {
        status = make_segments(h, &t, &segments, err);
    }
    if (status) {
        return status;
    }
    model.scanner.span = t.span;
    model.scanner.max_ring_difference = t.most;
    model.scanner.n_tangential = t.n_bins;
    model.n_tangential = t.n_bins;
    model.n_views = t.n_views;
    model.view_mashing = model.scanner.n_detectors / 2 / t.n_views;
    status = moly_layout_from_segments(&model, segments, t.n_segments, &made, err);
    if (status) {
        moly_error_context(err, "%s", h->name);
        return status == MOLY_ERR_RANGE ? MOLY_ERR_DATA : status;
    }
    status = order ? make_order(h, &t, order, err) : MOLY_OK;
    if (status) {
        moly_layout_free(made);
        return status;
    }
    *layout = made;
    return MOLY_OK;
}
