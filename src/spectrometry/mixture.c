/* SPDX-License-Identifier: Apache-2.0 */
/* Non-negative least squares over candidates, and backward elimination: the candidate that the
 * peaks miss least goes first, until all that are left are missed. */
#include "mixture.h"

#include <math.h>

#define MAX_SWEEPS 300
#define SEEN_MARGIN 1.5        /* a line should be seen when it has that many times its limit */
#define LEAST_COVERAGE 0.6     /* of the strength that should be seen */
#define MOST_MISFIT 6.0        /* mean chi-squared of the energies */
#define LEAST_ANNIHILATION 0.3 /* of a nuclide's positrons, the part that is seen to stop */
#define LEAST_SCORE 9.0        /* chi-squared: three sigmas of a line that nothing else explains */
#define SELDOM_SCORE 5.0       /* more of it for each rank */

double mixture_explained(const mixture *mix, size_t p, size_t without)
{
    double sum = 0.0;
    for (size_t j = 0; j < mix->n; j++) {
        if (j != without && !mix->suspects[j].is_out) {
            sum += mix->suspects[j].scale * mix->suspects[j].response[p];
        }
    }
    return sum;
}

/* Weighted sums of one suspect against what the others leave of the peaks, and its absent lines. */
static void project(const mixture *mix, size_t j, double *over, double *under)
{
    const suspect *one = &mix->suspects[j];
    *over = *under = 0.0;
    for (size_t p = 0; p < mix->peaks->n; p++) {
        double response = one->response[p];
        if (response > 0.0) {
            double weight = 1.0 / (mix->sd[p] * mix->sd[p]);
            *over += weight * response * (mix->peaks->peaks[p].area - mixture_explained(mix, p, j));
            *under += weight * response * response;
        }
    }
    for (size_t l = 0; l < one->n_lines; l++) {
        const seen_line *line = &one->lines[l];
        if (line->peak < 0) { /* measured as nothing, give or take half of what could hide */
            double sd = 0.5 * line->limit;
            *under += line->strength * line->strength / (sd * sd);
        }
    }
}

/* Coordinate descent to the minimum over scales >= 0; the problem is convex and small. */
static void descend(mixture *mix, size_t without)
{
    for (int sweep = 0; sweep < MAX_SWEEPS; sweep++) {
        double change = 0.0;
        for (size_t j = 0; j < mix->n; j++) {
            suspect *one = &mix->suspects[j];
            if (one->is_out || j == without) {
                continue;
            }
            double over = 0.0;
            double under = 0.0;
            project(mix, j, &over, &under);
            double scale = under > 0.0 ? fmax(0.0, over / under) : 0.0;
            change = fmax(change, fabs(scale - one->scale) / (scale + one->scale + 1e-30));
            one->scale = scale;
        }
        if (change < 1e-4) {
            return;
        }
    }
}

static double chi_squared(const mixture *mix, size_t without)
{
    double sum = 0.0;
    for (size_t p = 0; p < mix->peaks->n; p++) {
        double off = (mix->peaks->peaks[p].area - mixture_explained(mix, p, without)) / mix->sd[p];
        /* being far above a peak is impossible, leaving some of it over is not */
        sum += mix->is_discounted[p] ? 0.1 * off * off : off * off;
    }
    for (size_t j = 0; j < mix->n; j++) {
        const suspect *one = &mix->suspects[j];
        for (size_t l = 0; j != without && !one->is_out && l < one->n_lines; l++) {
            if (one->lines[l].peak < 0) {
                double off = one->scale * one->lines[l].strength / (0.5 * one->lines[l].limit);
                sum += off * off;
            }
        }
    }
    return sum;
}

/* How much of what should be seen of a suspect is seen, by strength, and how many lines. */
static void cover(const mixture *mix, suspect *one)
{
    double expected = 0.0;
    double seen = 0.0;
    size_t before = (size_t)-1;
    one->n_seen = one->n_expected = 0;
    for (size_t l = 0; l < one->n_lines; l++) {
        const seen_line *line = &one->lines[l];
        double area = one->scale * line->strength;
        if (line->peak >= 0) {
            double peak_area = mix->peaks->peaks[line->peak].area;
            bool is_own = area > 0.15 * peak_area && !mix->is_discounted[line->peak];
            bool is_counted = area > 3.0 * mix->peaks->peaks[line->peak].area_sd;
            expected += is_counted || is_own ? line->strength : 0.0;
            seen += is_own ? line->strength : 0.0;
            one->n_expected += (is_counted || is_own) && (size_t)line->peak != before ? 1 : 0;
            one->n_seen += is_own && (size_t)line->peak != before ? 1 : 0;
            /* a strong line in a peak of others is covered: it cannot be told apart */
            seen += !is_own && is_counted ? line->strength : 0.0;
            before = (size_t)line->peak;
        } else if (area > SEEN_MARGIN * line->limit) {
            expected += line->strength;
            one->n_expected++;
        }
    }
    one->coverage = expected > 0.0 ? seen / expected : 0.0;
}

/* The best peak that is mostly this suspect's: its area over its counting uncertainty. */
static double own_evidence(const mixture *mix, const suspect *one)
{
    double best = 0.0;
    for (size_t p = 0; p < mix->peaks->n; p++) {
        const moly_gamma_peak *peak = &mix->peaks->peaks[p];
        double mine = one->scale * one->evidence[p];
        if (mine > 0.5 * peak->area && !mix->is_discounted[p]) {
            best = fmax(best, peak->area / peak->area_sd);
        }
    }
    return best;
}

/* How much the suspect is missed, 0 when it cannot be there at all. */
static double need(mixture *mix, size_t j, int rank, double chi2)
{
    suspect *one = &mix->suspects[j];
    double kept[512] = {0};
    cover(mix, one);
    double evidence = own_evidence(mix, one);
    double wanted = rank == 0 ? 4.0 : rank == 1 ? 4.5 : 5.0;
    if (one->scale <= 0.0 || one->coverage < LEAST_COVERAGE || one->misfit > MOST_MISFIT ||
        one->n_seen == 0 ||
        LEAST_ANNIHILATION * one->scale * one->annihilation > mix->annihilation_area ||
        evidence < wanted || mix->n > 512) {
        return 0.0;
    }
    /* one line alone is a coincidence sooner than several */
    if (one->n_seen == 1 && (evidence < wanted + 2.0 || one->misfit > 0.5 * MOST_MISFIT)) {
        return 0.0;
    }
    for (size_t i = 0; i < mix->n; i++) {
        kept[i] = mix->suspects[i].scale;
    }
    descend(mix, j);
    double without = chi_squared(mix, j);
    for (size_t i = 0; i < mix->n; i++) {
        mix->suspects[i].scale = kept[i];
    }
    return fmax(0.0, without - chi2 - one->misfit);
}

void mixture_solve(mixture *mix, const candidates *known)
{
    size_t left = 0;
    for (size_t j = 0; j < mix->n; j++) {
        left += mix->suspects[j].is_out ? 0 : 1;
    }
    for (; left > 0; left--) {
        size_t least = mix->n;
        double least_margin = 0.0;
        descend(mix, mix->n);
        double chi2 = chi_squared(mix, mix->n);
        for (size_t j = 0; j < mix->n; j++) {
            suspect *one = &mix->suspects[j];
            if (one->is_out) {
                continue;
            }
            int rank = known->list[one->candidate].rank;
            one->confidence = need(mix, j, rank, chi2);
            double wanted = LEAST_SCORE + SELDOM_SCORE * (mix->is_strict ? 2.0 : 1.0) * rank;
            /* of two that explain the same the more usual stays: rank breaks the tie */
            double margin = one->confidence - wanted;
            if (margin < least_margin) {
                least_margin = margin;
                least = j;
            }
        }
        if (least == mix->n) {
            return;
        }
        mix->suspects[least].is_out = true;
        mix->suspects[least].scale = 0.0;
    }
}
