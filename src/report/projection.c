/* SPDX-License-Identifier: Apache-2.0 */
#include "projection.h"

#include <math.h>

#include "moly/base/memory.h"

/* The volume's axes in the order of the patient's: left, posterior, superior. */
typedef struct lay {
    int64_t n[3], stride[3], first;
    double mm[3];
    int axis[3];
    bool flipped[3];
    bool is_oblique;
} lay;

static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

static lay lay_of(const moly_grid *grid)
{
    lay l = {0};
    double best = -1;
    for (int i = 0; i < 6; i++) {
        double sum = 0;
        for (int a = 0; a < 3; a++) {
            sum += fabs(grid->direction[3 * a + orders[i][a]]);
        }
        if (sum > best) {
            best = sum;
            memcpy(l.axis, orders[i], sizeof l.axis);
        }
    }
    const int64_t strides[3] = {1, grid->n[0], grid->n[0] * grid->n[1]};
    l.is_oblique = best < 3 * 0.9994; /* 2 degrees */
    for (int a = 0; a < 3; a++) {
        int axis = l.axis[a];
        l.n[a] = grid->n[axis];
        l.mm[a] = grid->spacing_mm[axis];
        l.flipped[a] = grid->direction[3 * a + axis] < 0;
        l.stride[a] = l.flipped[a] ? -strides[axis] : strides[axis];
        l.first += l.flipped[a] ? (l.n[a] - 1) * strides[axis] : 0;
    }
    return l;
}

static moly_status view_new(view *v, int64_t n_u, int64_t n_v, double u_mm, double v_mm,
                            bool has_regions, moly_error *err)
{
    *v = (view){.n_u = n_u, .n_v = n_v, .u_mm = u_mm, .v_mm = v_mm, .to_u = n_u, .to_v = n_v};
    /* n_u * n_v cannot overflow: the volume with both sides is in memory. */
    size_t n = (size_t)(n_u * n_v);
    v->value = moly_alloc(n, sizeof *v->value);
    v->regions = has_regions ? moly_alloc(n, sizeof *v->regions) : NULL;
    return v->value && (v->regions || !has_regions) ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static uint64_t bit_of(float label)
{
    return label >= 1 && label < 65536 ? UINT64_C(1) << (((unsigned)(label + 0.5F) - 1) & 63) : 0;
}

/* Feet are at the bottom of both projections. */
static void project(const moly_volume *volume, const lay *l, float factor,
                    const moly_volume *regions, views *out)
{
    for (int64_t z = 0; z < l->n[2]; z++) {
        int64_t row = l->n[2] - 1 - z;
        for (int64_t y = 0; y < l->n[1]; y++) {
            int64_t start = l->first + z * l->stride[2] + y * l->stride[1];
            float *coronal = out->coronal.value + row * l->n[0];
            float *sagittal = out->sagittal.value + row * l->n[1] + y;
            float highest = *sagittal;
            for (int64_t x = 0; x < l->n[0]; x++) {
                float value = factor * volume->data[start + x * l->stride[0]];
                coronal[x] = value > coronal[x] ? value : coronal[x];
                highest = value > highest ? value : highest;
            }
            *sagittal = highest;
            for (int64_t x = 0; regions && x < l->n[0]; x++) {
                uint64_t bit = bit_of(regions->data[start + x * l->stride[0]]);
                out->coronal.regions[row * l->n[0] + x] |= bit;
                out->sagittal.regions[row * l->n[1] + y] |= bit;
            }
        }
    }
}

static void slice(const moly_volume *volume, const lay *l, float factor, const moly_volume *regions,
                  int64_t z, view *v)
{
    for (int64_t y = 0; y < l->n[1]; y++) {
        for (int64_t x = 0; x < l->n[0]; x++) {
            int64_t from = l->first + z * l->stride[2] + y * l->stride[1] + x * l->stride[0];
            v->value[y * l->n[0] + x] = factor * volume->data[from];
            if (regions) {
                v->regions[y * l->n[0] + x] = bit_of(regions->data[from]);
            }
        }
    }
}

/* The patient's order of a voxel's index. */
static void turn(const lay *l, const double index[3], int64_t at[3])
{
    for (int a = 0; a < 3; a++) {
        int64_t i = llround(index[l->axis[a]]);
        at[a] = l->flipped[a] ? l->n[a] - 1 - i : i;
    }
}

static void turn_voxel(const moly_grid *grid, const lay *l, int64_t voxel, int64_t at[3])
{
    const int64_t row = voxel / grid->n[0], slice = row / grid->n[1];
    const double index[3] = {(double)(voxel % grid->n[0]), (double)(row % grid->n[1]),
                             (double)slice};
    turn(l, index, at);
}

/* Where the maximum is, in the patient's order; the largest voxel where nobody says. */
static void place(const moly_volume *volume, const lay *l, const double *max_lps_mm, int64_t at[3])
{
    double index[3] = {NAN, NAN, NAN};
    if (max_lps_mm) {
        moly_grid_index(&volume->grid, max_lps_mm, index);
    }
    bool is_inside = true;
    for (int i = 0; i < 3; i++) {
        is_inside = is_inside && index[i] > -0.5 && index[i] < (double)volume->grid.n[i] - 0.5;
    }
    if (!is_inside) {
        int64_t n = moly_grid_n_voxels(&volume->grid), best = 0;
        for (int64_t i = 1; i < n; i++) {
            best = volume->data[i] > volume->data[best] ? i : best;
        }
        turn_voxel(&volume->grid, l, best, at);
    } else {
        turn(l, index, at);
    }
}

/* The slice through the region's largest voxel. */
static moly_status make_lesion(const moly_volume *volume, const lay *l, float factor,
                               const moly_volume *regions, int64_t label, int64_t shown_z, view *v,
                               moly_error *err)
{
    int64_t n = moly_grid_n_voxels(&volume->grid), best = -1, at[3];
    for (int64_t i = 0; i < n; i++) {
        if (llroundf(regions->data[i]) == label &&
            (best < 0 || volume->data[i] > volume->data[best])) {
            best = i;
        }
    }
    if (best < 0) {
        return MOLY_OK;
    }
    turn_voxel(&volume->grid, l, best, at);
    if (at[2] == shown_z) {
        return MOLY_OK; /* it would be the same picture */
    }
    moly_status status = view_new(v, l->n[0], l->n[1], l->mm[0], l->mm[1], true, err);
    if (status == MOLY_OK) {
        slice(volume, l, factor, regions, at[2], v);
        v->mark_u = at[0];
        v->mark_v = at[1];
    }
    return status;
}

/* Air around the patient is not worth paper; regions and the maximum are. */
static void crop(view *v, double floor)
{
    int64_t left = v->mark_u, top = v->mark_v;
    int64_t right = left, bottom = top;
    for (int64_t j = 0; j < v->n_v; j++) {
        for (int64_t i = 0; i < v->n_u; i++) {
            if (v->value[j * v->n_u + i] < floor && !(v->regions && v->regions[j * v->n_u + i])) {
                continue;
            }
            left = i < left ? i : left;
            right = i > right ? i : right;
            top = j < top ? j : top;
            bottom = j > bottom ? j : bottom;
        }
    }
    int64_t u = (int64_t)(10.0 / fmax(v->u_mm, 0.1)), w = (int64_t)(10.0 / fmax(v->v_mm, 0.1));
    v->from_u = left - u > 0 ? left - u : 0;
    v->to_u = right + 1 + u < v->n_u ? right + 1 + u : v->n_u;
    v->from_v = top - w > 0 ? top - w : 0;
    v->to_v = bottom + 1 + w < v->n_v ? bottom + 1 + w : v->n_v;
}

moly_status views_make(const moly_volume *volume, double factor, const moly_volume *regions,
                       const double *max_lps_mm, int64_t lesion, double floor, views *out,
                       moly_error *err)
{
    lay l = lay_of(&volume->grid);
    bool has_regions = regions != NULL;
    int64_t at[3];
    *out = (views){.is_oblique = l.is_oblique};
    place(volume, &l, max_lps_mm, at);
    moly_status status =
        view_new(&out->coronal, l.n[0], l.n[2], l.mm[0], l.mm[2], has_regions, err);
    if (status == MOLY_OK) {
        status = view_new(&out->sagittal, l.n[1], l.n[2], l.mm[1], l.mm[2], has_regions, err);
    }
    if (status == MOLY_OK) {
        status = view_new(&out->axial, l.n[0], l.n[1], l.mm[0], l.mm[1], has_regions, err);
    }
    if (status == MOLY_OK && regions && lesion > 0) {
        status = make_lesion(volume, &l, (float)factor, regions, lesion, at[2], &out->lesion, err);
    }
    if (status != MOLY_OK) {
        views_free(out);
        return status;
    }
    project(volume, &l, (float)factor, regions, out);
    slice(volume, &l, (float)factor, regions, at[2], &out->axial);
    out->coronal.mark_u = out->axial.mark_u = at[0];
    out->sagittal.mark_u = out->axial.mark_v = at[1];
    out->coronal.mark_v = out->sagittal.mark_v = l.n[2] - 1 - at[2];
    crop(&out->coronal, floor);
    crop(&out->sagittal, floor);
    crop(&out->axial, floor);
    if (out->lesion.value) {
        crop(&out->lesion, floor);
    }
    /* Side by side they show the same heights. */
    view *c = &out->coronal, *s = &out->sagittal;
    c->from_v = s->from_v = c->from_v < s->from_v ? c->from_v : s->from_v;
    c->to_v = s->to_v = c->to_v > s->to_v ? c->to_v : s->to_v;
    return MOLY_OK;
}

void views_free(views *v)
{
    view *all[] = {&v->coronal, &v->sagittal, &v->axial, &v->lesion};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        moly_free(all[i]->value);
        moly_free(all[i]->regions);
        *all[i] = (view){0};
    }
}
