/* SPDX-License-Identifier: Apache-2.0 */
/* The shape of an unknown efficiency from a nuclide with many lines. */
#include <math.h>

#include "identify_inside.h"
#include "linear.h"

#define LEAST_PEAKS 5
#define MAX_PEAKS 128
#define AGREES 0.25     /* of the logarithm of the ratio */
#define PRIOR_SLOPE 0.6 /* the generic shape is wrong by such powers of the energy */
#define PRIOR_BEND 0.5
#define ADAPTED_SD 0.2

typedef struct ratios {
    size_t n;
    double x[MAX_PEAKS], y[MAX_PEAKS], variance[MAX_PEAKS], strength[MAX_PEAKS];
} ratios;

static void collect(const identify_work *work, const suspect *one, ratios *found)
{
    double most = 0.0;
    for (size_t p = 0; p < work->peaks->n; p++) {
        most = fmax(most, one->response[p]);
    }
    for (size_t p = 0; p < work->peaks->n && found->n < MAX_PEAKS; p++) {
        const moly_gamma_peak *peak = &work->peaks->peaks[p];
        if (one->response[p] < 0.01 * most || peak->area < 5.0 * peak->area_sd ||
            work->energy_kev[p] < 50.0) {
            continue;
        }
        double relative = peak->area_sd / peak->area;
        found->x[found->n] = log(work->energy_kev[p] / 1000.0);
        found->y[found->n] = log(peak->area / one->response[p]);
        found->strength[found->n] = one->response[p];
        found->variance[found->n++] = relative * relative + 0.06 * 0.06;
    }
}

/* A parabola through the ratios; what lies far off (other nuclides' peaks) loses its weight. */
static bool bend(const ratios *found, double terms[3])
{
    double weight[MAX_PEAKS];
    for (size_t i = 0; i < found->n; i++) {
        weight[i] = 1.0 / found->variance[i];
    }
    for (int round = 0; round < 12; round++) {
        double normal[9] = {0};
        double right[3] = {0};
        normal[4] = 1.0 / (PRIOR_SLOPE * PRIOR_SLOPE);
        normal[8] = 1.0 / (PRIOR_BEND * PRIOR_BEND);
        for (size_t i = 0; i < found->n; i++) {
            double basis[3] = {1.0, found->x[i], found->x[i] * found->x[i]};
            for (size_t a = 0; a < 3; a++) {
                right[a] += weight[i] * basis[a] * found->y[i];
                for (size_t b = 0; b < 3; b++) {
                    normal[3 * a + b] += weight[i] * basis[a] * basis[b];
                }
            }
        }
        if (!linear_factor(normal, 3)) {
            return false;
        }
        linear_solve(normal, 3, right);
        for (size_t i = 0; i < found->n; i++) {
            double off = found->y[i] - right[0] - right[1] * found->x[i] -
                         right[2] * found->x[i] * found->x[i];
            double z2 = off * off / (found->variance[i] + 0.15 * 0.15);
            weight[i] = 1.0 / (found->variance[i] * (1.0 + z2 * z2));
        }
        for (size_t a = 0; a < 3; a++) {
            terms[a] = right[a];
        }
    }
    return true;
}

/* How many peaks agree with the parabola; 0 when what agrees is not most of the nuclide. */
static size_t agreement(const ratios *found, const double terms[3])
{
    size_t n = 0;
    double agrees = 0.0;
    double all = 0.0;
    for (size_t i = 0; i < found->n; i++) {
        double off =
            found->y[i] - terms[0] - terms[1] * found->x[i] - terms[2] * found->x[i] * found->x[i];
        bool is_near = fabs(off) < AGREES + 2.0 * sqrt(found->variance[i]);
        n += is_near ? 1 : 0;
        agrees += is_near ? found->strength[i] : 0.0;
        all += found->strength[i];
    }
    return agrees > 0.75 * all ? n : 0;
}

moly_status adapt_efficiency(identify_work *work, moly_error *err)
{
    moly_status status = MOLY_OK;
    double best[3] = {0};
    size_t most = 0;
    work->efficiency = moly_efficiency_generic();
    for (size_t c = 0; status == MOLY_OK && c < work->known.n; c++) {
        suspect one;
        ratios found = {0};
        double terms[3];
        status = identify_examine(work, c, &one, err);
        if (status != MOLY_OK) {
            break;
        }
        collect(work, &one, &found);
        /* a seldom nuclide with as many lines by chance must not bend the curve */
        size_t wanted = LEAST_PEAKS + 2U * (size_t)work->known.list[c].rank;
        if (found.n >= wanted && bend(&found, terms)) {
            size_t n = agreement(&found, terms);
            if (n >= wanted && n > most) {
                most = n;
                best[1] = terms[1];
                best[2] = terms[2];
            }
        }
    }
    if (status == MOLY_OK && most > 0) {
        work->efficiency.terms[1] += best[1];
        work->efficiency.terms[2] += best[2];
        work->efficiency.relative_sd = ADAPTED_SD;
        work->is_adapted =
            work->tolerance == TOLERANCE_NARROW; /* once more when the energies are known */
    }
    return status;
}
