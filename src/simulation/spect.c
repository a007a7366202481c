/* SPDX-License-Identifier: Apache-2.0 */
/* What both kinds of SPECT scan share: lines, decays of a view, checks, noise. */
#include <math.h>

#include "moly/base/parallel.h"
#include "spect_inside.h"

static const double least_kev = 40.0, least_per_decay = 1e-5;
static const uint64_t noise_key = 0x6e6f697365; /* "noise": apart from all other draws */

void spect_lines_of(const moly_nuclide *nuclide, spect_lines *lines)
{
    lines->n = 0;
    for (size_t i = 0; i < nuclide->n_lines && lines->n < SPECT_MOST_LINES; i++) {
        const moly_line *l = &nuclide->lines[i];
        if (l->radiation <= MOLY_RADIATION_ANNIHILATION && l->energy_kev >= least_kev &&
            l->energy_kev < (double)PHOTON_ENERGIES - 0.5 && l->intensity >= least_per_decay) {
            lines->kev[lines->n] = l->energy_kev;
            lines->per_decay[lines->n++] = l->intensity;
        }
    }
}

moly_status moly_spect_energy(const moly_nuclide *nuclide, double *kev, moly_error *err)
{
    double best = 0.0, energy = 0.0;
    for (size_t i = 0; i < nuclide->n_lines; i++) {
        const moly_line *l = &nuclide->lines[i];
        if (l->radiation <= MOLY_RADIATION_X && l->energy_kev >= 60.0 && l->energy_kev <= 400.0 &&
            l->intensity > best) {
            best = l->intensity;
            energy = l->energy_kev;
        }
    }
    if (!(best > 0.0)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s has no photons of 60 to 400 keV", nuclide->name);
    }
    *kev = energy;
    return MOLY_OK;
}

double spect_view_decays(const moly_nuclide *nuclide, const moly_camera_view *view)
{
    const double lambda = nuclide->lambda_per_s;
    return lambda > 0.0 ? exp(-lambda * view->start_s) * -expm1(-lambda * view->duration_s) / lambda
                        : view->duration_s;
}

moly_status moly_spect_sensitivity(const moly_gamma_camera *camera,
                                   const moly_collimator *collimator, const moly_nuclide *nuclide,
                                   const moly_energy_window *window, double *cps_per_bq,
                                   moly_error *err)
{
    enum { DRAWS = 4096 };
    head h;
    spect_lines lines;
    double sum = 0.0;
    moly_status status = moly_collimator_check(collimator, err);
    if (!status && moly_collimator_kind_of(collimator) != MOLY_COLLIMATOR_PARALLEL) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE, "collimator %s is not parallel", collimator->name);
    }
    status = status ? status : head_make(camera, collimator, &h, err);
    if (status) {
        return status;
    }
    spect_lines_of(nuclide, &lines);
    for (int i = 0; i < lines.n; i++) {
        double cosines = 0.0; /* mean of cos^3 over what the holes accept */
        moly_random random = moly_random_stream(noise_key, (uint64_t)i);
        for (int k = 0; k < DRAWS; k++) {
            double s[2];
            head_draw_slopes(&h, lines.kev[i], &random, s);
            cosines += pow(1.0 + s[0] * s[0] + s[1] * s[1], -1.5) / DRAWS;
        }
        sum += lines.per_decay[i] * h.geometric[photon_row(lines.kev[i])] * cosines *
               head_share(&h, lines.kev[i], window);
    }
    if (!(sum > 0.0)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "no photons of %s end in %g to %g keV", nuclide->name,
                         window->low_kev, window->high_kev);
    }
    *cps_per_bq = sum;
    return MOLY_OK;
}

moly_status spect_check(const moly_spect_scan *scan, const moly_projections *p, moly_error *err)
{
    spect_lines lines;
    if (moly_collimator_kind_of(scan->collimator) != MOLY_COLLIMATOR_PARALLEL) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "collimator %s is '%s': a scan takes parallel holes",
                         scan->collimator->name, scan->collimator->shape);
    }
    if (p->n_gates != 1) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "a scan has one gate, not %lld",
                         (long long)p->n_gates);
    }
    for (int64_t v = 0; v < p->n_views; v++) {
        if (!(p->views[v].radius_mm > 0.0) || !(p->views[v].duration_s > 0.0)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "view %lld has no radius or no duration",
                             (long long)v);
        }
    }
    for (int64_t w = 0; w < p->n_windows; w++) {
        if (!(p->windows[w].high_kev > p->windows[w].low_kev)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "energy window %lld is %g to %g keV",
                             (long long)w + 1, p->windows[w].low_kev, p->windows[w].high_kev);
        }
    }
    if (scan->n_threads < 1 || scan->n_threads > MOLY_MOST_THREADS) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%d threads, not within 1 to %d", scan->n_threads,
                         MOLY_MOST_THREADS);
    }
    spect_lines_of(scan->nuclide, &lines);
    return lines.n > 0 ? moly_collimator_check(scan->collimator, err)
                       : MOLY_FAIL(err, MOLY_ERR_DATA, "%s emits no photons of 40 to 511 keV",
                                   scan->nuclide->name);
}

void spect_add_noise(const moly_spect_scan *scan, moly_projections *p, int64_t window, int64_t view)
{
    const size_t n = moly_projections_view_size(p);
    float *counts = moly_projections_view(p, window, 0, view);
    moly_random random =
        moly_random_stream(scan->seed ^ noise_key, (uint64_t)(window * p->n_views + view));
    for (size_t i = 0; i < n; i++) {
        counts[i] = (float)moly_random_poisson(&random, (double)counts[i]);
    }
}
