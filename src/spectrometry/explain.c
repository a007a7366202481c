/* SPDX-License-Identifier: Apache-2.0 */
/* Peaks that are no nuclide's line: annihilation, escapes, sums, fluorescence, the detector's own.
 */
#include <math.h>

#include "identify_inside.h"

#define ELECTRON_KEV 510.99895
#define LEAST_PAIR_KEV 1100.0 /* below, escapes are too faint */
#define MOST_ESCAPE 0.5       /* of the parent's area */
#define MOST_SUM 0.05         /* of the fainter of both peaks */
#define NEAR_KEV 0.6

/* Photons of the surroundings that belong to no nuclide in the sample. Pb and W K X rays: Bearden,
 * Rev. Mod. Phys. 39 (1967) 78; Ge isomers made by neutrons: 139.7 keV (Ge-75m), 198.4 keV
 * (Ge-71m), 66.7 keV (Ge-73m). */
static const struct {
    double energy_kev;
    moly_peak_cause cause;
} surroundings[] = {
    {72.804, MOLY_PEAK_X_RAY},    {74.969, MOLY_PEAK_X_RAY},   {84.45, MOLY_PEAK_X_RAY},
    {84.936, MOLY_PEAK_X_RAY},    {87.30, MOLY_PEAK_X_RAY},    {59.318, MOLY_PEAK_X_RAY},
    {57.982, MOLY_PEAK_X_RAY},    {66.73, MOLY_PEAK_DETECTOR}, {139.68, MOLY_PEAK_DETECTOR},
    {198.39, MOLY_PEAK_DETECTOR}, {23.4, MOLY_PEAK_DETECTOR},
};

static double near_kev(const identify_work *work, size_t p)
{
    double fwhm = moly_fwhm_kev(&work->peaks->fwhm, work->energy_kev[p]);
    return fmin(fmax(NEAR_KEV, 2.5 * work->peaks->peaks[p].energy_sd_kev), 0.8 * fwhm + 0.2);
}

static bool is_near(const identify_work *work, size_t p, double energy_kev)
{
    return fabs(work->energy_kev[p] - energy_kev) < near_kev(work, p);
}

/* A strong peak whose escape peak p could be. */
static bool is_escape(const identify_work *work, size_t p, double lost_kev, double *parent_kev)
{
    for (size_t q = 0; q < work->peaks->n; q++) {
        const moly_gamma_peak *strong = &work->peaks->peaks[q];
        if (work->energy_kev[q] > LEAST_PAIR_KEV &&
            is_near(work, p, work->energy_kev[q] - lost_kev) &&
            work->peaks->peaks[p].area < MOST_ESCAPE * strong->area) {
            *parent_kev = work->energy_kev[q];
            return true;
        }
    }
    return false;
}

static bool is_sum(const identify_work *work, size_t p, double *other_kev)
{
    double area = work->peaks->peaks[p].area;
    for (size_t a = 0; a < work->peaks->n; a++) {
        if (work->peaks->peaks[a].area * MOST_SUM < area) {
            continue;
        }
        for (size_t b = 0; b <= a; b++) {
            if (work->peaks->peaks[b].area * MOST_SUM >= area &&
                is_near(work, p, work->energy_kev[a] + work->energy_kev[b])) {
                *other_kev = work->energy_kev[a];
                return true;
            }
        }
    }
    return false;
}

/* Germanium's own K X rays, 9.88 and 10.98 keV, leave the crystal from just below its surface. */
static bool is_x_escape(const identify_work *work, size_t p)
{
    for (size_t q = 0; q < work->peaks->n; q++) {
        double lost = work->energy_kev[q] - work->energy_kev[p];
        if (work->energy_kev[p] < 80.0 && (fabs(lost - 9.88) < 0.8 || fabs(lost - 10.98) < 0.8) &&
            work->peaks->peaks[p].area < 0.3 * work->peaks->peaks[q].area) {
            return true;
        }
    }
    return false;
}

static bool has_peak(const identify_work *work, double energy_kev)
{
    for (size_t p = 0; p < work->peaks->n; p++) {
        if (fabs(work->energy_kev[p] - energy_kev) < 0.6) {
            return true;
        }
    }
    return false;
}

/* Lead's K X rays come together. */
static bool is_lead(const identify_work *work, size_t p)
{
    return has_peak(work, 74.97) && has_peak(work, 72.80) &&
           (is_near(work, p, 74.97) || is_near(work, p, 72.80) || is_near(work, p, 84.9) ||
            is_near(work, p, 87.3));
}

bool explain_discount(identify_work *work)
{
    bool any = false;
    double from = 0.0;
    for (size_t p = 0; p < work->peaks->n; p++) {
        const moly_gamma_peak *peak = &work->peaks->peaks[p];
        if (work->mix.is_discounted[p]) {
            continue;
        }
        if (is_escape(work, p, ELECTRON_KEV, &from) ||
            is_escape(work, p, 2 * ELECTRON_KEV, &from) || is_sum(work, p, &from) ||
            is_x_escape(work, p) || is_lead(work, p)) {
            /* a strong nuclide that explains it needs no other cause */
            double explained = mixture_explained(&work->mix, p, work->mix.n);
            if (explained < 0.5 * peak->area || peak->area < 30.0 * peak->area_sd) {
                work->mix.is_discounted[p] = 1;
                work->mix.sd[p] = fmax(work->mix.sd[p], peak->area);
                any = true;
            }
        }
    }
    return any;
}

/* The suspect that gives most of a peak, and its line there. */
static bool label_by_nuclide(const identify_work *work, size_t p, const int *heads,
                             moly_peak_label *label)
{
    const mixture *mix = &work->mix;
    double most = 0.0;
    for (size_t j = 0; j < mix->n; j++) {
        const suspect *one = &mix->suspects[j];
        double mine = one->is_out ? 0.0 : one->scale * one->response[p];
        if (heads[j] < 0 || mine <= most) {
            continue;
        }
        for (size_t l = 0; l < one->n_lines; l++) {
            if (one->lines[l].peak == (int)p) {
                most = mine;
                label->nuclide = (int)one->lines[l].emitter;
                label->head = heads[j];
                label->line_kev = one->lines[l].energy_kev;
            }
        }
    }
    label->share = fmin(1.0, most / work->peaks->peaks[p].area);
    return label->head >= 0 && label->share > 0.15;
}

void explain_peaks(const identify_work *work, const int *heads, moly_peak_label *labels)
{
    for (size_t p = 0; p < work->peaks->n; p++) {
        moly_peak_label label = {MOLY_PEAK_UNKNOWN, -1, -1, NAN, 0.0};
        double from = NAN;
        if (work->spectrum->energy.n_coefficients == 0) {
            labels[p] = label;
            continue;
        }
        if (label_by_nuclide(work, p, heads, &label)) {
            label.cause = MOLY_PEAK_NUCLIDE;
            labels[p] = label;
            continue;
        }
        label = (moly_peak_label){MOLY_PEAK_UNKNOWN, -1, -1, NAN, 0.0};
        if (fabs(work->energy_kev[p] - ELECTRON_KEV) < 1.5) {
            label.cause = MOLY_PEAK_ANNIHILATION;
            label.line_kev = ELECTRON_KEV;
        } else if (is_escape(work, p, ELECTRON_KEV, &from)) {
            label.cause = MOLY_PEAK_SINGLE_ESCAPE;
            label.line_kev = from - ELECTRON_KEV;
        } else if (is_escape(work, p, 2 * ELECTRON_KEV, &from)) {
            label.cause = MOLY_PEAK_DOUBLE_ESCAPE;
            label.line_kev = from - 2 * ELECTRON_KEV;
        } else if (is_sum(work, p, &from)) {
            label.cause = MOLY_PEAK_SUM;
            label.line_kev = work->energy_kev[p];
        }
        if (label.cause == MOLY_PEAK_UNKNOWN && is_x_escape(work, p)) {
            label.cause = MOLY_PEAK_DETECTOR;
        }
        for (size_t i = 0; i < sizeof surroundings / sizeof *surroundings; i++) {
            if (label.cause == MOLY_PEAK_UNKNOWN && is_near(work, p, surroundings[i].energy_kev)) {
                label.cause = surroundings[i].cause;
                label.line_kev = surroundings[i].energy_kev;
            }
        }
        labels[p] = label;
    }
}
