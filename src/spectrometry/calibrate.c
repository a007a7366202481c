/* SPDX-License-Identifier: Apache-2.0 */
/* Efficiency from a certified source. */
#include "moly/spectrometry/calibrate.h"

#include <math.h>
#include <string.h>

#include "candidates.h"

#define LEAST_RATIO 15.0    /* area over its uncertainty */
#define LEAST_SHARE 0.97    /* of the peak's expected counts that one line gives */
#define MOST_OFF 4.0        /* uncertainties off the first curve: not this nuclide's counts */
#define LEAST_VARIANCE 1e-4 /* of a point: 1 %, summing and shape */
#define LEAST_STRENGTH 1e-3 /* photons per decay */

/* Decays of the source during the live time. */
static moly_status decays(const moly_gamma_spectrum *spectrum, const moly_nuclide *nuclide,
                          const moly_certified_source *source, double *n, moly_error *err)
{
    if (moly_instant_is_none(spectrum->start) || moly_instant_is_none(source->certified)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "the %s has no instant: the source cannot be decayed to the measurement",
                         moly_instant_is_none(spectrum->start) ? "spectrum's start"
                                                               : "certified activity");
    }
    double elapsed_s = moly_instant_difference_s(source->certified, spectrum->start);
    double x = nuclide->lambda_per_s * spectrum->real_s;
    double mean = x > 1e-8 ? -expm1(-x) / x : 1.0 - 0.5 * x;
    *n = source->activity_bq * exp(-nuclide->lambda_per_s * elapsed_s) * mean * spectrum->live_s;
    if (!(*n > 0.0) || !isfinite(*n)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "nothing of %s is left after %g s from its certification", nuclide->name,
                         elapsed_s);
    }
    return MOLY_OK;
}

/* Photons per decay of the line at an energy; 0 where others share the peak. */
static double alone(const candidate *of, double energy_kev, double reach_kev, double *sd)
{
    const candidate_line *best = NULL;
    double all = 0.0;
    for (size_t l = 0; l < of->n_lines; l++) {
        const candidate_line *line = &of->lines[l];
        if (fabs(line->energy_kev - energy_kev) < reach_kev) {
            all += line->per_decay;
            best = !best || line->per_decay > best->per_decay ? line : best;
        }
    }
    if (!best || best->is_x || best->per_decay < LEAST_SHARE * all) {
        return 0.0;
    }
    *sd = best->per_decay_sd;
    return best->per_decay;
}

static void collect(const moly_identification *found, const candidate *of, double n_decays,
                    moly_calibration *made)
{
    for (size_t p = 0; p < found->peaks->n && made->n_points < MOLY_CALIBRATE_MAX_POINTS; p++) {
        const moly_gamma_peak *peak = &found->peaks->peaks[p];
        const moly_peak_label *label = &found->labels[p];
        double sd = 0.0;
        bool is_ours = label->cause == MOLY_PEAK_NUCLIDE && label->head >= 0 &&
                       found->nuclides[label->head].nuclide == of->nuclide && label->share > 0.5;
        if (!is_ours || peak->area < LEAST_RATIO * peak->area_sd) {
            continue;
        }
        double per_decay = alone(of, label->line_kev, 1.5 * peak->fwhm_kev, &sd);
        if (per_decay < LEAST_STRENGTH) {
            continue;
        }
        double of_peak = peak->area_sd / peak->area;
        double of_line = sd / per_decay;
        made->points[made->n_points++] = (moly_efficiency_point){
            .energy_kev = label->line_kev,
            .efficiency = peak->area / (n_decays * per_decay),
            .relative_sd = sqrt(of_peak * of_peak + of_line * of_line + LEAST_VARIANCE)};
    }
}

static moly_status fit(moly_calibration *made, size_t terms, double relative_sd, moly_error *err)
{
    double energy[MOLY_CALIBRATE_MAX_POINTS] = {0.0};
    double efficiency[MOLY_CALIBRATE_MAX_POINTS] = {0.0};
    double sd[MOLY_CALIBRATE_MAX_POINTS] = {0.0};
    for (size_t i = 0; i < made->n_points; i++) {
        energy[i] = made->points[i].energy_kev;
        efficiency[i] = made->points[i].efficiency;
        sd[i] = made->points[i].relative_sd;
    }
    size_t most = made->n_points / 2 + 1;
    size_t wanted = terms ? terms : most < 5 ? most : 5;
    wanted = wanted < 2 ? 2 : wanted;
    moly_status status =
        moly_efficiency_fit(made->n_points, energy, efficiency, sd, wanted, &made->efficiency, err);
    if (status == MOLY_OK) {
        double own = made->efficiency.relative_sd;
        made->efficiency.relative_sd = sqrt(own * own + relative_sd * relative_sd);
        for (size_t i = 0; i < made->n_points; i++) {
            made->points[i].residual =
                efficiency[i] / moly_efficiency_at(&made->efficiency, energy[i]) - 1.0;
        }
    }
    return status;
}

/* Points that other nuclides' lines have spoilt; false when there is none, or too few would stay.
 */
static bool leave_out(moly_calibration *made)
{
    size_t n = 0;
    moly_efficiency_point kept[MOLY_CALIBRATE_MAX_POINTS];
    for (size_t i = 0; i < made->n_points; i++) {
        if (fabs(made->points[i].residual) < MOST_OFF * made->points[i].relative_sd) {
            kept[n++] = made->points[i];
        }
    }
    if (n == made->n_points || n < 5) {
        return false;
    }
    memcpy(made->points, kept, n * sizeof *kept);
    made->n_points = n;
    return true;
}

moly_status moly_calibrate(const moly_identification *found, const moly_nuclide_set *set,
                           const moly_certified_source *source, size_t terms,
                           moly_calibration *calibration, moly_error *err)
{
    moly_calibration made = {0};
    candidates known = {0};
    double n_decays = 0.0;
    size_t at = 0;
    const moly_nuclide *nuclide = moly_nuclide_at(set, source->nuclide);
    moly_status status = decays(found->spectrum, nuclide, source, &n_decays, err);
    if (status == MOLY_OK) {
        status = candidates_open(set, &known, err);
    }
    if (status == MOLY_OK) {
        status = candidates_add(&known, source->nuclide, 0, &at, err);
    }
    if (status == MOLY_OK) {
        collect(found, &known.list[at], n_decays, &made);
        if (made.n_points < 3) {
            status =
                MOLY_FAIL(err, MOLY_ERR_DATA,
                          "%zu peaks of %s stand alone with enough counts; an efficiency curve "
                          "needs at least 3",
                          made.n_points, nuclide->name);
        }
    }
    if (status == MOLY_OK) {
        status = fit(&made, terms, source->relative_sd, err);
    }
    if (status == MOLY_OK && leave_out(&made)) {
        status = fit(&made, terms, source->relative_sd, err);
    }
    if (status == MOLY_OK) {
        *calibration = made;
    }
    candidates_close(&known);
    return status;
}
