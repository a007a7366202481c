/* SPDX-License-Identifier: Apache-2.0 */
/* PET sinograms in Interfile headers. */
#include "interfile_layout.h"

#include <ctype.h>
#include <string.h>

#include "interfile_scanner.h"
#include "moly/formats/interfile.h"

static const int64_t MOST_BINS = INT64_C(1) << 50;

/* The sizes and lists of the header, in the order of the file. */
typedef struct lists {
    int64_t n_segments, n_views, n_tangential, n_tof;
    const double *n_axial, *low, *high; /* a number a segment */
    bool is_by_view, is_tof, is_arc_corrected;
} lists;

static bool contains(const char *text, const char *words)
{
    const size_t n = strlen(words);
    for (; text && *text; text++) {
        size_t i = 0;
        while (i < n && tolower((unsigned char)text[i]) == words[i]) {
            i++;
        }
        if (i == n) {
            return true;
        }
    }
    return false;
}

static moly_status check_axis(const interfile_header *h, int64_t axis, const char *label,
                              moly_error *err)
{
    const interfile_entry *e = interfile_find(h, KEY_AXIS, axis);
    if (!e) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s: the key 'matrix axis label[%lld]' is missing",
                         h->name, (long long)axis);
    }
    return interfile_is(h, KEY_AXIS, axis, label)
               ? MOLY_OK
               : interfile_fail(h, e, err, "axis %lld is '%.40s', must be '%s'", (long long)axis,
                                e->text, label);
}

static moly_status check_axes(const interfile_header *h, lists *l, moly_error *err)
{
    int64_t n_dimensions = 0;
    l->is_by_view = interfile_is(h, KEY_AXIS, 2, "axial coordinate");
    moly_status status = interfile_whole(h, KEY_N_DIMENSIONS, 1, 4, 5, &n_dimensions, err);
    l->is_tof = n_dimensions == 5;
    const char *const labels[5] = {
        "tangential coordinate", l->is_by_view ? "axial coordinate" : "view",
        l->is_by_view ? "view" : "axial coordinate", "segment", "timing positions"};
    for (int64_t axis = 0; axis < n_dimensions && !status; axis++) {
        status = check_axis(h, axis + 1, labels[axis], err);
    }
    return status;
}

static moly_status read_size(const interfile_header *h, int64_t axis, int64_t most, int64_t *size,
                             moly_error *err)
{
    const double *value = NULL;
    moly_status status = interfile_wholes(h, KEY_SIZE, axis, 1, 1, most, &value, err);
    if (!status) {
        *size = (int64_t)*value;
    }
    return status;
}

static moly_status read_lists(const interfile_header *h, lists *l, moly_error *err)
{
    moly_status status = check_axes(h, l, err);
    l->n_tof = 1;
    l->is_arc_corrected = contains(interfile_text(h, KEY_CORRECTIONS, 1), "arc correct") ||
                          contains(interfile_text(h, KEY_CORRECTIONS, 1), "arc-correct");
    if (!status) {
        status = read_size(h, 1, 1 << 20, &l->n_tangential, err);
    }
    if (!status) {
        status = read_size(h, l->is_by_view ? 3 : 2, 1 << 20, &l->n_views, err);
    }
    if (!status) {
        status = read_size(h, 4, 8191, &l->n_segments, err);
    }
    if (!status && l->is_tof) {
        status = read_size(h, 5, 10001, &l->n_tof, err);
    }
    const size_t n = (size_t)l->n_segments;
    if (!status) {
        status =
            interfile_wholes(h, KEY_SIZE, l->is_by_view ? 2 : 3, n, 1, 1 << 20, &l->n_axial, err);
    }
    if (!status) {
        status = interfile_wholes(h, KEY_MIN_DIFFERENCE, 1, n, -10000, 10000, &l->low, err);
    }
    if (!status) {
        status = interfile_wholes(h, KEY_MAX_DIFFERENCE, 1, n, -10000, 10000, &l->high, err);
    }
    return status;
}

/* ---- segments ---- */

/* Segments are numbered by their mean ring difference, 0 in the middle. */
static moly_status check_numbering(const interfile_header *h, const lists *l, moly_error *err)
{
    bool has_middle = false;
    for (int64_t i = 0; i < l->n_segments; i++) {
        const double sum = l->low[i] + l->high[i];
        has_middle = has_middle || (sum > -0.5 && sum < 0.5);
    }
    if (l->n_segments % 2 == 0 || !has_middle) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%s: %lld segments%s: their number must be odd, and one must have ring "
                         "differences around 0",
                         h->name, (long long)l->n_segments,
                         has_middle ? "" : ", none around ring difference 0");
    }
    return MOLY_OK;
}

static moly_status find_segments(const interfile_header *h, const lists *l, moly_segment **segments,
                                 moly_error *err)
{
    moly_status status = check_numbering(h, l, err);
    moly_segment *s = status ? NULL : moly_arena_alloc(h->arena, (size_t)l->n_segments, sizeof *s);
    if (!status && !s) {
        status = MOLY_NO_MEMORY(err);
    }
    for (int64_t i = 0; i < l->n_segments && !status; i++) {
        s[i].min_difference = (int32_t)l->low[i];
        s[i].max_difference = (int32_t)l->high[i];
        s[i].n_axial = (int64_t)l->n_axial[i];
    }
    *segments = s;
    return status;
}

/* ---- order on disk ---- */

static moly_status order_tof(const interfile_header *h, const lists *l, interfile_order *order,
                             moly_error *err)
{
    const size_t n = (size_t)l->n_tof;
    const interfile_entry *e = interfile_find(h, KEY_TOF_ORDER, 1);
    const double *numbers = NULL;
    if (e && l->is_tof) {
        moly_status status = interfile_wholes(h, KEY_TOF_ORDER, 1, n, -10001, 10001, &numbers, err);
        if (status) {
            return status;
        }
    }
    for (size_t i = 0; i < n; i++) {
        order->tof[i] = i;
        for (size_t k = 0, rank = 0; numbers && k < n; k++) {
            rank += numbers[k] < numbers[i];
            order->tof[i] = rank;
            if (k != i && !(numbers[k] < numbers[i]) && !(numbers[k] > numbers[i])) {
                return interfile_fail(h, e, err, "%.10g is there twice", numbers[i]);
            }
        }
    }
    return MOLY_OK;
}

moly_status interfile_new_order(const interfile_header *h, size_t n_segments, size_t n_tof,
                                interfile_order *order, moly_error *err)
{
    *order = (interfile_order){.n_segments = n_segments, .n_tof = n_tof};
    order->segments = moly_arena_alloc(h->arena, n_segments, sizeof *order->segments);
    order->tof = moly_arena_alloc(h->arena, n_tof, sizeof *order->tof);
    return order->segments && order->tof ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static moly_status find_order(const interfile_header *h, const lists *l, const moly_layout *layout,
                              interfile_order *order, moly_error *err)
{
    moly_status status =
        interfile_new_order(h, (size_t)l->n_segments, (size_t)l->n_tof, order, err);
    if (status) {
        return status;
    }
    order->is_by_view = l->is_by_view;
    for (size_t i = 0; i < order->n_segments; i++) {
        for (size_t k = 0; k < order->n_segments; k++) { /* the layout has each just once */
            if (layout->segments[k].min_difference == (int32_t)l->low[i]) {
                order->segments[i] = k;
            }
        }
    }
    return order_tof(h, l, order, err);
}

/* ---- the layout ---- */

static moly_status settle_views(const interfile_header *h, const lists *l, moly_layout *model,
                                moly_error *err)
{
    const int64_t all = model->scanner.n_detectors / 2;
    model->n_views = l->n_views;
    model->view_mashing = all % l->n_views == 0 ? all / l->n_views : 1;
    if (all % l->n_views != 0 && !l->is_arc_corrected) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%s: %lld views, no divisor of the %lld that %lld detectors a ring have",
                         h->name, (long long)l->n_views, (long long)all, 2 * (long long)all);
    }
    return MOLY_OK;
}

/* What the data say of the scanner where its block does not. */
static void complete_scanner(const lists *l, moly_pet_scanner *s)
{
    int64_t most = 0, span = 1;
    for (int64_t i = 0; i < l->n_segments; i++) {
        const int64_t low = (int64_t)l->low[i], high = (int64_t)l->high[i];
        most = -low > most ? -low : most;
        most = high > most ? high : most;
        span = low == -high ? high - low + 1 : span;
    }
    if (s->n_tangential < 1) {
        s->n_tangential = l->is_arc_corrected ? s->n_detectors / 2 : l->n_tangential;
    }
    if (s->n_tangential > s->n_detectors - 1) {
        s->n_tangential = s->n_detectors - 1;
    }
    s->span = s->span > 0 ? s->span : span;
    s->max_ring_difference = s->max_ring_difference >= 0 ? s->max_ring_difference : most;
}

static moly_status fill_model(const interfile_header *h, const lists *l, moly_layout *model,
                              moly_error *err)
{
    double bin_cm = 0.0;
    moly_status status = interfile_get_scanner(h, &model->scanner, err);
    if (!status) {
        complete_scanner(l, &model->scanner);
        model->n_tangential = l->n_tangential;
        model->n_tof = l->n_tof;
        model->is_arc_corrected = l->is_arc_corrected;
        status = settle_views(h, l, model, err);
    }
    if (!status && l->is_tof) {
        status = interfile_whole(h, KEY_TOF_MASHING, 1, 1, 10001, &model->tof_mashing, err);
    }
    if (!status && l->is_arc_corrected) {
        bin_cm = model->scanner.arc_bin_mm / 10.0;
        status = interfile_real_or(h, KEY_CENTRAL_BIN_CM, 1, -1e9, 10.0, &bin_cm, err);
        bin_cm = bin_cm > 0.0 ? bin_cm : model->scanner.arc_bin_mm / 10.0;
        model->bin_mm = 10.0 * bin_cm;
    }
    if (!status && l->is_arc_corrected && !(bin_cm > 0.0)) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA,
                           "%s: arc-corrected without a bin: 'effective central bin size (cm)' is "
                           "missing",
                           h->name);
    }
    return status;
}

static moly_status check_product(const interfile_header *h, const moly_layout *layout,
                                 moly_error *err)
{
    const int64_t sizes[] = {layout->n_views, layout->n_tangential, layout->n_tof,
                             layout->n_planes};
    int64_t bins = 1;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (sizes[i] > MOST_BINS / bins) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "%s: %lld views x %lld tangential bins x %lld TOF bins x %lld planes: "
                             "more than 2^50",
                             h->name, (long long)sizes[0], (long long)sizes[1], (long long)sizes[2],
                             (long long)sizes[3]);
        }
        bins *= sizes[i];
    }
    return MOLY_OK;
}

moly_status interfile_get_layout(const interfile_header *h, moly_layout **layout,
                                 interfile_order *order, moly_error *err)
{
    lists l = {0};
    moly_layout model = {0}, *made = NULL;
    moly_segment *segments = NULL;
    const interfile_entry *kind = interfile_find(h, KEY_PET_DATA_TYPE, 1);
    if (interfile_find(h, KEY_E7_SPACE, 1)) {
        return interfile_get_e7_layout(h, layout, order, err);
    }
    if (!interfile_is(h, KEY_PET_DATA_TYPE, 1, "Emission") &&
        !interfile_is(h, KEY_PET_DATA_TYPE, 1, "Transmission")) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%s holds no PET sinograms: 'PET data type' is '%.40s', must be "
                         "'Emission'",
                         h->name, kind ? kind->text : "(missing)");
    }
    moly_status status = read_lists(h, &l, err);
    if (!status) {
        status = find_segments(h, &l, &segments, err);
    }
    if (!status) {
        status = fill_model(h, &l, &model, err);
    }
    if (!status) {
        status = moly_layout_from_segments(&model, segments, l.n_segments, &made, err);
        if (status && status != MOLY_ERR_MEMORY) {
            moly_error_context(err, "%s", h->name);
        }
        status = status == MOLY_ERR_RANGE ? MOLY_ERR_DATA : status;
    }
    if (!status) {
        status = check_product(h, made, err);
    }
    if (!status && order) {
        status = find_order(h, &l, made, order, err);
    }
    if (status) {
        moly_layout_free(made);
        return status;
    }
    *layout = made;
    return MOLY_OK;
}

moly_status moly_interfile_parse_layout(const char *text, size_t length, const char *what,
                                        moly_layout **layout, moly_error *err)
{
    interfile_header h = {0};
    *layout = NULL;
    moly_status status = interfile_parse(text, length, what, true, &h, err);
    if (!status) {
        status = interfile_get_layout(&h, layout, NULL, err);
    }
    interfile_free(&h);
    return status;
}

moly_status moly_interfile_read_layout(const char *path, moly_layout **layout, moly_error *err)
{
    interfile_header h = {0};
    *layout = NULL;
    moly_status status = interfile_load(path, true, &h, err);
    if (!status) {
        status = interfile_get_layout(&h, layout, NULL, err);
    }
    interfile_free(&h);
    return status;
}

/* ---- writing ---- */

static void put_list(moly_text *out, const char *key, const moly_layout *layout, int what)
{
    moly_text_printf(out, "%s := {", key);
    for (int64_t i = 0; i < layout->n_segments; i++) {
        const moly_segment *s = &layout->segments[i];
        const int64_t value = what == 0   ? s->n_axial
                              : what == 1 ? (int64_t)s->min_difference
                                          : (int64_t)s->max_difference;
        moly_text_printf(out, "%s%lld", i ? "," : " ", (long long)value);
    }
    moly_text_add(out, "}\n");
}

void interfile_put_sinogram(moly_text *out, const char *data_name, const moly_layout *layout)
{
    const bool is_tof = layout->tof_mashing > 0;
    moly_text_add(out, "!INTERFILE :=\n!imaging modality := PT\n");
    interfile_put_text(out, "name of data file", data_name);
    interfile_put_text(out, "originating system", layout->scanner.name);
    moly_text_printf(out,
                     "!version of keys := STIR6.0\n"
                     "!GENERAL DATA :=\n"
                     "!GENERAL IMAGE DATA :=\n"
                     "!type of data := PET\n"
                     "imagedata byte order := LITTLEENDIAN\n"
                     "!PET STUDY (General) :=\n"
                     "!PET data type := Emission\n"
                     "applied corrections := {%s}\n"
                     "!number format := float\n"
                     "!number of bytes per pixel := 4\n"
                     "number of dimensions := %d\n",
                     layout->is_arc_corrected ? "arc correction" : "None", is_tof ? 5 : 4);
    if (is_tof) {
        moly_text_printf(out,
                         "matrix axis label [5] := timing positions\n"
                         "!matrix size [5] := %lld\n",
                         (long long)layout->n_tof);
    }
    moly_text_printf(out,
                     "matrix axis label [4] := segment\n!matrix size [4] := %lld\n"
                     "matrix axis label [3] := view\n!matrix size [3] := %lld\n"
                     "matrix axis label [2] := axial coordinate\n",
                     (long long)layout->n_segments, (long long)layout->n_views);
    put_list(out, "!matrix size [2]", layout, 0);
    moly_text_printf(out,
                     "matrix axis label [1] := tangential coordinate\n!matrix size [1] := %lld\n",
                     (long long)layout->n_tangential);
    if (is_tof) {
        moly_text_printf(out, "TOF mashing factor := %lld\n", (long long)layout->tof_mashing);
    }
    put_list(out, "minimum ring difference per segment", layout, 1);
    put_list(out, "maximum ring difference per segment", layout, 2);
    interfile_put_scanner(out, &layout->scanner);
    if (layout->is_arc_corrected) {
        interfile_put_real(out, "effective central bin size (cm)", layout->bin_mm / 10.0);
    }
    moly_text_add(out, "number of time frames := 1\n!END OF INTERFILE :=\n");
}
