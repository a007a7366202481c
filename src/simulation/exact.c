/* SPDX-License-Identifier: Apache-2.0 */
/* Expected counts of every bin by exact integrals through the solids. */
#include <math.h>
#include <string.h>

#include "detector.h"
#include "moly/base/memory.h"
#include "moly/base/parallel.h"
#include "response.h"
#include "setup.h"
#include "solids_inside.h"

enum { MOST_RAYS = 64 };
static const double pi = 3.14159265358979323846;
static const double negligible_sigmas = 7.0;
static const double sqrt_half = 0.70710678118654752440;
static const double inverse_sqrt_2pi = 0.39894228040143267794;

/* Where a line begins and ends on the faces of its crystals, as shares of their size. */
typedef struct ray {
    double across_1, axial_1, across_2, axial_2;
} ray;

typedef struct job {
    const moly_scan_setup *setup;
    const moly_exact_options *options;
    const moly_layout *layout;
    float *efficiencies, *bins;
    int32_t *rings;      /* pairs of all planes, one behind the other */
    int64_t *first_pair; /* [n_planes + 1] */
    double *rows;        /* [thread][n_tof][n_planes] */
    double decays_per_mm3[MOLY_SOLIDS_MOST], mu_per_mm[MOLY_SOLIDS_MOST];
    ray rays[MOST_RAYS];
    double area_mm2, pitch_mm, window_share, mu_crystal_per_mm, depth_mm;
    double tof_width_mm, tof_sigma_mm;
    int64_t view;
    const response *areas; /* NULL: faces of the crystals */
    double live_share;     /* of pairs, of a sensitivity */
    bool is_sensitivity;   /* counts per s for 1 Bq/mL along 1 mm instead of a scan */
} job;

/* One pair of crystals across the bore. */
typedef struct pair {
    double a[2], b[2]; /* mm */
    double angle_1, angle_2;
    int64_t crystal_1, crystal_2; /* of a ring */
    uint16_t among[MOLY_SOLIDS_MOST];
    size_t n_among;
} pair;

/* ---- one line ---- */

/* Integral of the normal distribution function. */
static double ramp(double y)
{
    return 0.5 * y * erfc(-y * sqrt_half) + inverse_sqrt_2pi * exp(-0.5 * y * y);
}

/* How much of a source from x0 to x1 is measured below `edge`, mm. */
static double measured_below(double edge, double x0, double x1, double sigma)
{
    const double from = (edge - x1) / sigma, to = (edge - x0) / sigma;
    if (to < -negligible_sigmas) {
        return 0.0;
    }
    if (from > negligible_sigmas) {
        return x1 - x0;
    }
    return sigma * (ramp(to) - ramp(from));
}

static void add_tof(const job *j, double x0, double x1, double weight, double *bins, int64_t stride)
{
    const int64_t n = j->layout->n_tof;
    double below = measured_below(-0.5 * (double)n * j->tof_width_mm, x0, x1, j->tof_sigma_mm);
    for (int64_t k = 0; k < n; k++) {
        const double edge = ((double)(k + 1) - 0.5 * (double)n) * j->tof_width_mm;
        const double next = measured_below(edge, x0, x1, j->tof_sigma_mm);
        bins[k * stride] += weight * (next - below);
        below = next;
    }
}

static double stopped(const job *j, double cosine)
{
    return -expm1(-j->mu_crystal_per_mm * j->depth_mm / cosine);
}

/* Pairs that both crystals stop, per annihilation and mm^2 of the line's cross-section. */
static double caught_mm2(const job *j, const pair *p, const double a[3], const double b[3],
                         double *length)
{
    const double d[3] = {b[0] - a[0], b[1] - a[1], b[2] - a[2]};
    const double length2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
    *length = sqrt(length2);
    const double cosine_1 = fabs(d[0] * sin(p->angle_1) - d[1] * cos(p->angle_1)) / *length;
    const double cosine_2 = fabs(d[0] * sin(p->angle_2) - d[1] * cos(p->angle_2)) / *length;
    if (cosine_1 <= 0.0 || cosine_2 <= 0.0) {
        return 0.0;
    }
    return j->area_mm2 * j->area_mm2 * cosine_1 * cosine_2 / (2.0 * pi * length2) *
           stopped(j, cosine_1) * stopped(j, cosine_2);
}

static void add_line(const job *j, const pair *p, const double a[3], const double b[3],
                     double weight, double *bins)
{
    double length;
    if (j->is_sensitivity) {
        bins[0] += 1e-3 * j->live_share * weight * caught_mm2(j, p, a, b, &length);
        return;
    }
    moly_chord chords[2 * MOLY_SOLIDS_MOST];
    const size_t n = solids_chords_among(j->setup->solids, p->among, p->n_among, a, b, chords);
    double mu = 0.0, decays = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double part = chords[i].to_mm - chords[i].from_mm;
        mu += j->mu_per_mm[chords[i].solid] * part;
        decays += j->decays_per_mm3[chords[i].solid] * part;
    }
    if (decays <= 0.0) {
        return;
    }
    weight *= caught_mm2(j, p, a, b, &length) * (j->options->is_unattenuated ? 1.0 : exp(-mu));
    if (j->layout->n_tof == 1 && j->layout->tof_mashing == 0) {
        bins[0] += weight * decays;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const double density = j->decays_per_mm3[chords[i].solid];
        if (density > 0.0) { /* from the middle towards crystal 1 */
            add_tof(j, 0.5 * length - chords[i].to_mm, 0.5 * length - chords[i].from_mm,
                    weight * density, bins, j->layout->n_planes);
        }
    }
}

/* ---- one bin across the bore: all planes ---- */

static void find_pair(const job *j, int64_t view, int64_t tangential, pair *p)
{
    const moly_pet_scanner *s = &j->layout->scanner;
    const int64_t n = s->n_detectors, t = tangential - j->layout->n_tangential / 2;
    const int64_t half = (t - (t & 1)) / 2; /* t >> 1 */
    double at[3];
    p->crystal_1 = (view + half + n) % n;
    p->crystal_2 = (view - (t - half) + n / 2 + n) % n; /* (t + 1) >> 1 = t - (t >> 1) */
    moly_pet_crystal(s, 0, p->crystal_1, at);
    p->a[0] = at[0];
    p->a[1] = at[1];
    moly_pet_crystal(s, 0, p->crystal_2, at);
    p->b[0] = at[0];
    p->b[1] = at[1];
    p->angle_1 = detector_angle(s, p->crystal_1);
    p->angle_2 = detector_angle(s, p->crystal_2);
    p->n_among = solids_near_line(j->setup->solids, p->a, p->b,
                                  j->options->n_rays > 1 ? j->pitch_mm : 0.0, p->among);
}

/* As caught_mm2(), with areas and depths that were measured on followed photons. */
static double seen_mm2(const job *j, const pair *p, const int32_t rings[2], double z1, double z2)
{
    const double nominal = j->layout->scanner.interaction_depth_mm;
    double d[3] = {p->a[0] - p->b[0], p->a[1] - p->b[1], z1 - z2}, back[3];
    const double length = sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
    for (int i = 0; i < 3; i++) {
        d[i] /= length;
        back[i] = -d[i];
    }
    const double deeper_1 = response_depth_mm(j->areas, p->crystal_1, d) - nominal;
    const double deeper_2 = response_depth_mm(j->areas, p->crystal_2, back) - nominal;
    const double apart = length + deeper_1 * (d[0] * sin(p->angle_1) - d[1] * cos(p->angle_1)) +
                         deeper_2 * (back[0] * sin(p->angle_2) - back[1] * cos(p->angle_2));
    return response_area_mm2(j->areas, rings[0], p->crystal_1, d) *
           response_area_mm2(j->areas, rings[1], p->crystal_2, back) / (2.0 * pi * apart * apart);
}

static void add_pair_of_rings(const job *j, const pair *p, const int32_t rings[2], double *bins)
{
    const moly_pet_scanner *s = &j->layout->scanner;
    const double efficiency = (double)j->efficiencies[rings[0] * s->n_detectors + p->crystal_1] *
                              (double)j->efficiencies[rings[1] * s->n_detectors + p->crystal_2] *
                              j->window_share * j->window_share / j->options->n_rays;
    const double z1 = moly_pet_ring_z(s, rings[0]), z2 = moly_pet_ring_z(s, rings[1]);
    if (j->areas) {
        bins[0] += 1e-3 * j->live_share *
                   (double)j->efficiencies[rings[0] * s->n_detectors + p->crystal_1] *
                   (double)j->efficiencies[rings[1] * s->n_detectors + p->crystal_2] *
                   seen_mm2(j, p, rings, z1, z2);
        return;
    }
    for (int i = 0; i < j->options->n_rays; i++) {
        const ray *r = &j->rays[i];
        const double u1 = r->across_1 * j->pitch_mm, u2 = r->across_2 * j->pitch_mm;
        const double a[3] = {p->a[0] + u1 * cos(p->angle_1), p->a[1] + u1 * sin(p->angle_1),
                             z1 + r->axial_1 * s->ring_pitch_mm};
        const double b[3] = {p->b[0] + u2 * cos(p->angle_2), p->b[1] + u2 * sin(p->angle_2),
                             z2 + r->axial_2 * s->ring_pitch_mm};
        add_line(j, p, a, b, efficiency, bins);
    }
}

static void add_noise(const job *j, int64_t tangential, double *row, size_t n)
{
    const uint64_t first =
        ((uint64_t)j->view * (uint64_t)j->layout->n_tangential + (uint64_t)tangential) * n;
    for (size_t i = 0; i < n; i++) {
        if (row[i] > 0.0) {
            moly_random random = moly_random_stream(j->setup->seed, first + i);
            row[i] = (double)moly_random_poisson(&random, row[i]);
        }
    }
}

static void one_tangential(void *context, int64_t tangential, int thread)
{
    const job *j = context;
    const moly_layout *l = j->layout;
    const size_t n = (size_t)(l->n_tof * l->n_planes);
    double *row = j->rows + (size_t)thread * n;
    memset(row, 0, n * sizeof *row);
    for (int64_t m = 0; m < l->view_mashing; m++) {
        pair p;
        find_pair(j, j->view * l->view_mashing + m, tangential, &p);
        const bool is_met = p.n_among > 0 || j->is_sensitivity;
        for (int64_t plane = 0; is_met && plane < l->n_planes; plane++) {
            for (int64_t i = j->first_pair[plane]; i < j->first_pair[plane + 1]; i++) {
                add_pair_of_rings(j, &p, j->rings + 2 * i, row + plane);
            }
        }
    }
    if (j->options->has_noise) {
        add_noise(j, tangential, row, n);
    }
    float *bins = j->bins + (size_t)tangential * n;
    for (size_t i = 0; i < n; i++) {
        bins[i] = (float)row[i];
    }
}

/* ---- the whole scan ---- */

/* Points that fill four dimensions evenly, centred; one alone lies in the middle.
 * Source: M. Roberts, "The unreasonable effectiveness of quasirandom sequences" (2018) */
static void make_rays(job *j)
{
    static const double root = 1.1673039782614187; /* x^5 = x + 1 */
    for (int i = 0; i < j->options->n_rays; i++) {
        double v[4], step = 1.0;
        for (int k = 0; k < 4; k++) {
            step /= root;
            v[k] = fmod(0.5 + step * i, 1.0) - 0.5;
        }
        j->rays[i] = (ray){v[0], v[1], v[2], v[3]};
    }
}

static moly_status make_pairs(job *j, moly_error *err)
{
    const moly_layout *l = j->layout;
    int64_t n = 0;
    j->first_pair = moly_alloc((size_t)l->n_planes + 1, sizeof *j->first_pair);
    if (!j->first_pair) {
        return MOLY_NO_MEMORY(err);
    }
    for (int64_t plane = 0; plane < l->n_planes; plane++) {
        n += moly_layout_ring_pairs(l, plane, NULL);
        j->first_pair[plane + 1] = n;
    }
    j->rings = moly_alloc((size_t)n, 2 * sizeof *j->rings);
    for (int64_t plane = 0; j->rings && plane < l->n_planes; plane++) {
        (void)moly_layout_ring_pairs(l, plane, j->rings + 2 * j->first_pair[plane]);
    }
    return j->rings ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static moly_status prepare(job *j, moly_error *err)
{
    const moly_scan_setup *s = j->setup;
    const moly_pet_scanner *scanner = &j->layout->scanner;
    detector d;
    moly_status status = detector_make(scanner, &d, err);
    status = status ? status : moly_window_share(scanner, &j->window_share, err);
    status = status ? status : make_pairs(j, err);
    if (status) {
        return status;
    }
    const double seconds =
        moly_positrons_per_decay(s->nuclide) * moly_scan_effective_s(s->nuclide, s->duration_s);
    for (size_t i = 0; i < s->solids->n; i++) {
        j->decays_per_mm3[i] = 1e-3 * s->solids->solids[i].bq_per_ml * seconds;
        j->mu_per_mm[i] = moly_solids_mu_per_mm(s->solids, s->solids->solids[i].material);
    }
    j->pitch_mm = detector_pitch_mm(scanner);
    j->area_mm2 = j->pitch_mm * scanner->ring_pitch_mm;
    j->mu_crystal_per_mm = (double)d.crystal.mu_per_mm[PHOTON_ENERGIES - 1];
    j->depth_mm = d.depth_mm;
    j->tof_width_mm = moly_layout_tof_width(j->layout);
    j->tof_sigma_mm = moly_layout_tof_sigma(j->layout);
    make_rays(j);
    const size_t row = (size_t)(j->layout->n_tof * j->layout->n_planes);
    j->rows = moly_alloc(row * (size_t)s->n_threads, sizeof *j->rows);
    j->bins = moly_alloc((size_t)moly_layout_view_bins(j->layout), sizeof *j->bins);
    j->efficiencies =
        moly_alloc((size_t)(scanner->n_rings * scanner->n_detectors), sizeof *j->efficiencies);
    if (!j->rows || !j->bins || !j->efficiencies) {
        return MOLY_NO_MEMORY(err);
    }
    moly_crystal_efficiencies(scanner, s->efficiency_spread, s->seed, j->efficiencies);
    return MOLY_OK;
}

static moly_status run_views(job *j, moly_sinogram *out, double *sum, moly_error *err)
{
    const moly_scan_setup *s = j->setup;
    const int64_t n = moly_layout_view_bins(j->layout), n_views = j->layout->n_views;
    moly_status status = prepare(j, err);
    double total = 0.0;
    for (j->view = 0; j->view < n_views && !status; j->view++) {
        moly_parallel(s->n_threads, j->layout->n_tangential, one_tangential, j);
        for (int64_t i = 0; i < n; i++) {
            total += (double)j->bins[i];
        }
        status = moly_sinogram_write_view(out, j->view, j->bins, err);
        if (!status) {
            status = moly_progress_step(s->progress, (double)(j->view + 1) / (double)n_views,
                                        j->is_sensitivity ? "normalisation" : "views", err);
        }
    }
    if (!status) {
        *sum = total;
    }
    return status;
}

static moly_status run(const moly_scan_setup *setup, const moly_exact_options *options,
                       const response *areas, double live_share, bool is_sensitivity,
                       moly_sinogram *out, double *sum, moly_error *err)
{
    moly_status status = setup_check(setup, err);
    if (!status && (options->n_rays < 1 || options->n_rays > MOST_RAYS)) {
        status =
            MOLY_FAIL(err, MOLY_ERR_RANGE, "%d lines for a pair of crystals, not within 1 to %d",
                      options->n_rays, MOST_RAYS);
    }
    if (status) {
        return status;
    }
    job *j = moly_alloc(1, sizeof *j);
    if (!j) {
        return MOLY_NO_MEMORY(err);
    }
    j->setup = setup;
    j->options = options;
    j->layout = moly_sinogram_layout(out);
    j->areas = areas;
    j->live_share = live_share;
    j->is_sensitivity = is_sensitivity;
    status = run_views(j, out, sum, err);
    moly_free(j->rings);
    moly_free(j->first_pair);
    moly_free(j->rows);
    moly_free(j->bins);
    moly_free(j->efficiencies);
    moly_free(j);
    return status;
}

moly_status moly_scan_exact(const moly_scan_setup *setup, const moly_exact_options *options,
                            moly_sinogram *prompts, double *sum, moly_error *err)
{
    if (!moly_layout_equal(setup->layout, moly_sinogram_layout(prompts))) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "the sinogram has other bins than the scan");
    }
    return run(setup, options, NULL, 1.0, false, prompts, sum, err);
}

moly_status moly_scan_sensitivity(const moly_scan_setup *setup, int n_rays, bool is_of_events,
                                  double live_share, moly_sinogram *sensitivity, moly_error *err)
{
    const moly_exact_options options = {.n_rays = n_rays};
    const moly_layout *l = moly_sinogram_layout(sensitivity);
    double sum;
    if (l->n_tof != 1 || l->n_views != setup->layout->n_views ||
        l->n_tangential != setup->layout->n_tangential || l->n_planes != setup->layout->n_planes) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "the sensitivity has other bins than the scan, or TOF bins");
    }
    response *areas = NULL;
    moly_status status = setup_check(setup, err);
    if (!status && is_of_events) {
        status = response_new(&l->scanner, setup->n_threads, &areas, err);
    }
    status =
        status ? status : run(setup, &options, areas, live_share, true, sensitivity, &sum, err);
    response_free(areas);
    return status;
}
