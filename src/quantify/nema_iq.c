/* SPDX-License-Identifier: Apache-2.0 */
/* NEMA NU 2-2018, section 7: image quality. */
#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "nema_inside.h"

static const double lung_mm = 30.0;
static const double pi = 3.14159265358979323846;

moly_nema_iq_options moly_nema_iq_usual(void)
{
    return (moly_nema_iq_options){
        .diameter_mm = {10.0, 13.0, 17.0, 22.0, 28.0, 37.0}, .ratio = 4.0, .core_mm = NAN};
}

void moly_nema_iq_free(moly_nema_iq *iq)
{
    if (iq) {
        moly_free(iq->lung);
        iq->lung = NULL;
    }
}

/* ---- what is asked for ---- */

static moly_status check(const moly_volume *image, const moly_nema_iq_options *o, moly_error *err)
{
    const double *d = image->grid.direction;
    if (image->n_frames != 1) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "an image of %lld frames; one is wanted",
                         (long long)image->n_frames);
    }
    if (!(fabs(fabs(d[0]) - 1.0) < 1e-3 && fabs(fabs(d[4]) - 1.0) < 1e-3)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "the image's planes are not transverse");
    }
    if (!(o->ratio > 1.0) || o->n_cold < 0 || o->n_cold > MOLY_NEMA_N_SPHERES) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "a ratio of %g with %d cold spheres; the ratio is above 1, of %d spheres",
                         o->ratio, o->n_cold, MOLY_NEMA_N_SPHERES);
    }
    for (int i = 0; i < MOLY_NEMA_N_SPHERES; i++) {
        if (!(o->diameter_mm[i] > (i ? o->diameter_mm[i - 1] : 0.0) && o->diameter_mm[i] <= 50.0)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "sphere %d has %g mm; diameters ascend, up to 50 mm", i + 1,
                             o->diameter_mm[i]);
        }
    }
    for (int64_t i = 0; i < moly_grid_n_voxels(&image->grid); i++) {
        if (!isfinite(image->data[i])) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "voxel %lld is not finite", (long long)i);
        }
    }
    return MOLY_OK;
}

/* Signs of the image's axes: an angle from x to y is one from u to v, or the other way round. */
static void set_given(const moly_volume *image, const moly_nema_iq_options *o, iq_place *place)
{
    double index[3];
    const double *d = image->grid.direction;
    moly_grid_index(&image->grid, o->centre_mm, index);
    for (int axis = 0; axis < 3; axis++) {
        place->centre[axis] = index[axis] * image->grid.spacing_mm[axis];
    }
    place->angle_rad = atan2(d[4] * sin(o->angle_rad), d[0] * cos(o->angle_rad));
    place->turn = (o->is_mirrored ? -1.0 : 1.0) * (d[0] * d[4] > 0.0 ? 1.0 : -1.0);
}

/* ---- one image ---- */

typedef struct iq_work {
    const moly_volume *image;
    const moly_nema_iq_options *options;
    iq_place place;
    moly_nema_iq *iq;
} iq_work;

static double circle(const iq_work *w, int64_t plane, const double at[2], double radius_mm)
{
    const moly_grid *g = &w->image->grid;
    const int64_t n[2] = {g->n[0], g->n[1]};
    return moly_disc_mean(w->image->data + plane * n[0] * n[1], n, g->spacing_mm, at, radius_mm);
}

static void to_lps(const iq_work *w, const double at[3], double lps_mm[3])
{
    const moly_grid *g = &w->image->grid;
    const double index[3] = {at[0] / g->spacing_mm[0], at[1] / g->spacing_mm[1],
                             at[2] / g->spacing_mm[2]};
    moly_grid_position(g, index, lps_mm);
}

/* The spheres' plane and those nearest to 10 and 20 mm either way. */
static moly_status choose_planes(const iq_work *w, moly_error *err)
{
    const moly_grid *g = &w->image->grid;
    for (int i = 0; i < MOLY_NEMA_N_PLANES; i++) {
        const int off = i - MOLY_NEMA_N_PLANES / 2;
        const double at = w->place.centre[2] + 10.0 * off;
        const double plane = floor(at / g->spacing_mm[2] + 0.5);
        if (!(plane >= 0.0 && plane < (double)g->n[2])) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "the spheres lie %.1f mm from the first plane, of %lld planes of "
                             "%.3g mm; 20 mm on either side are wanted",
                             w->place.centre[2], (long long)g->n[2], g->spacing_mm[2]);
        }
        w->iq->planes[i] = (int64_t)plane;
    }
    return MOLY_OK;
}

/* Mean and standard deviation of the 60 circles of a size. */
static moly_status measure_background(const iq_work *w, double diameter_mm, double *mean,
                                      double *sd, moly_error *err)
{
    double sum = 0.0, squares = 0.0;
    const int n = MOLY_NEMA_N_PLANES * MOLY_NEMA_N_REGIONS;
    double values[MOLY_NEMA_N_PLANES * MOLY_NEMA_N_REGIONS];
    for (int i = 0; i < n; i++) {
        values[i] = circle(w, w->iq->planes[i / MOLY_NEMA_N_REGIONS],
                           w->iq->regions_mm[i % MOLY_NEMA_N_REGIONS], 0.5 * diameter_mm);
        if (!isfinite(values[i])) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "a background circle leaves the image");
        }
        sum += values[i];
    }
    *mean = sum / n;
    for (int i = 0; i < n; i++) {
        squares += (values[i] - *mean) * (values[i] - *mean);
    }
    *sd = sqrt(squares / (n - 1));
    return *mean > 0.0 ? MOLY_OK
                       : MOLY_FAIL(err, MOLY_ERR_DATA, "the background's mean is %g", *mean);
}

/* Voxels well within the wall: what resolution does not reach. */
static void measure_core(const iq_work *w, const double at[3], moly_nema_sphere *s)
{
    const moly_grid *g = &w->image->grid;
    const double radius = 0.5 * s->diameter_mm - w->options->core_mm;
    const double truth = s->background * (s->is_cold ? 1.0 : w->options->ratio);
    double sum = 0.0, squares = 0.0;
    s->core = s->core_sd = NAN;
    if (!(radius > 0.0)) {
        return;
    }
    for (int64_t i = 0; i < moly_grid_n_voxels(g); i++) {
        const double du = (double)(i % g->n[0]) * g->spacing_mm[0] - at[0];
        const int64_t j = i / g->n[0] % g->n[1];
        const double dv = (double)j * g->spacing_mm[1] - at[1];
        const int64_t k = i / g->n[0] / g->n[1];
        const double dw = (double)k * g->spacing_mm[2] - at[2];
        if (du * du + dv * dv + dw * dw <= radius * radius) {
            const double v = (double)w->image->data[i] / truth;
            s->n_core++;
            sum += v;
            squares += v * v;
        }
    }
    const double n = (double)s->n_core;
    s->core = n > 0.0 ? sum / n : NAN;
    s->core_sd = n > 1.0 ? sqrt(fmax(0.0, squares - sum * sum / n) / (n - 1.0) / n) : NAN;
}

static moly_status measure_sphere(const iq_work *w, int i, moly_error *err)
{
    moly_nema_sphere *s = &w->iq->spheres[i];
    double at[3], sd = 0.0;
    iq_sphere(&w->place, i, at);
    s->diameter_mm = w->options->diameter_mm[i];
    s->is_cold = i >= MOLY_NEMA_N_SPHERES - w->options->n_cold;
    to_lps(w, at, s->centre_mm);
    moly_status status = measure_background(w, s->diameter_mm, &s->background, &sd, err);
    if (status) {
        return status;
    }
    s->mean = circle(w, w->iq->planes[MOLY_NEMA_N_PLANES / 2], at, 0.5 * s->diameter_mm);
    if (!isfinite(s->mean)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "the sphere of %g mm leaves the image",
                         s->diameter_mm);
    }
    s->variability = sd / s->background;
    s->recovery = s->is_cold ? 1.0 - s->mean / s->background
                             : (s->mean / s->background - 1.0) / (w->options->ratio - 1.0);
    measure_core(w, at, s);
    return MOLY_OK;
}

/* ---- lung insert ---- */

/* Does the body fill this plane, by the mean of the twelve circles? */
static bool is_body(const iq_work *w, int64_t plane)
{
    double sum = 0.0;
    for (int i = 0; i < MOLY_NEMA_N_REGIONS; i++) {
        sum += circle(w, plane, w->iq->regions_mm[i],
                      0.5 * w->options->diameter_mm[MOLY_NEMA_N_SPHERES - 1]);
    }
    return sum / MOLY_NEMA_N_REGIONS > 0.9 * w->iq->background;
}

static moly_status measure_lung(const iq_work *w, moly_error *err)
{
    const moly_grid *g = &w->image->grid;
    moly_nema_iq *iq = w->iq;
    const int64_t ends = (int64_t)ceil(10.0 / g->spacing_mm[2]); /* blurred by the phantom's ends */
    int64_t first = iq->planes[MOLY_NEMA_N_PLANES / 2], last = first;
    while (first > 0 && is_body(w, first - 1)) {
        first--;
    }
    while (last < g->n[2] - 1 && is_body(w, last + 1)) {
        last++;
    }
    first += first > 0 ? ends : 0;
    last -= last < g->n[2] - 1 ? ends : 0;
    if (first > last) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "the body fills too few planes for the lung insert");
    }
    iq->first_lung = first;
    iq->n_lung = last - first + 1;
    iq->lung = moly_alloc((size_t)iq->n_lung, sizeof *iq->lung);
    if (!iq->lung) {
        return MOLY_NO_MEMORY(err);
    }
    for (int64_t i = 0; i < iq->n_lung; i++) {
        double lps_mm[3];
        const double at[3] = {w->place.centre[0], w->place.centre[1],
                              (double)(first + i) * g->spacing_mm[2]};
        to_lps(w, at, lps_mm);
        iq->lung[i].position_mm = lps_mm[2];
        iq->lung[i].residual = circle(w, first + i, at, 0.5 * lung_mm) / iq->background;
        if (!isfinite(iq->lung[i].residual)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "the lung insert leaves the image");
        }
        iq->lung_mean += iq->lung[i].residual / (double)iq->n_lung;
        if (fabs(iq->lung[i].residual) > fabs(iq->lung_worst)) {
            iq->lung_worst = iq->lung[i].residual;
        }
    }
    return MOLY_OK;
}

/* ---- all of it ---- */

static void describe_place(const iq_work *w)
{
    const double *d = w->image->grid.direction;
    const iq_place *p = &w->place;
    double body_mm[3];
    to_lps(w, p->centre, w->iq->centre_mm);
    to_lps(w, (double[3]){p->body[0], p->body[1], p->centre[2]}, body_mm);
    memcpy(w->iq->body_mm, body_mm, sizeof w->iq->body_mm);
    w->iq->width_mm = p->size[0];
    w->iq->height_mm = p->size[1];
    w->iq->angle_rad =
        fmod(atan2(d[4] * sin(p->angle_rad), d[0] * cos(p->angle_rad)) + 2.0 * pi, 2.0 * pi);
    w->iq->is_mirrored = p->turn * (d[0] * d[4] > 0.0 ? 1.0 : -1.0) < 0.0;
}

static moly_status measure(iq_work *w, moly_error *err)
{
    double sd = 0.0;
    const double *diameters = w->options->diameter_mm;
    moly_status status = iq_find(w->image, w->options, &w->place, err);
    if (!status && w->options->has_centre) {
        set_given(w->image, w->options, &w->place);
    }
    if (!status) {
        describe_place(w);
        w->iq->clearance_mm = iq_regions(&w->place, diameters, w->iq->regions_mm);
        if (!isfinite(w->iq->clearance_mm)) {
            status = MOLY_FAIL(err, MOLY_ERR_DATA,
                               "no room for twelve background circles between spheres and outline");
        }
    }
    if (!status) {
        status = choose_planes(w, err);
    }
    if (!status) {
        status =
            measure_background(w, diameters[MOLY_NEMA_N_SPHERES - 1], &w->iq->background, &sd, err);
    }
    for (int i = 0; i < MOLY_NEMA_N_SPHERES && !status; i++) {
        status = measure_sphere(w, i, err);
    }
    return status ? status : measure_lung(w, err);
}

moly_status moly_nema_iq_measure(const moly_volume *image, const moly_nema_iq_options *options,
                                 moly_nema_iq *iq, moly_error *err)
{
    moly_nema_iq result = {0};
    iq_work w = {.image = image, .options = options, .iq = &result};
    moly_status status = check(image, options, err);
    if (!status) {
        status = measure(&w, err);
    }
    if (status) {
        moly_nema_iq_free(&result);
        return status;
    }
    *iq = result;
    return MOLY_OK;
}
