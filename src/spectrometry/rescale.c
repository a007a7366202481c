/* SPDX-License-Identifier: Apache-2.0 */
/* The energy scale fitted to recognised peaks. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "moly/base/memory.h"

#include "identify_inside.h"

#define MAX_PEAKS 200
#define ENOUGH_FOR_LINE 3
#define ENOUGH_FOR_PARABOLA 5
#define ENOUGH_FOR_CUBIC 14
#define LEAST_SD_KEV 0.02

typedef struct anchors {
    size_t n;
    double channel[MAX_PEAKS], energy_kev[MAX_PEAKS], sd_kev[MAX_PEAKS];
} anchors;

/* Peaks that one line of one nuclide makes nearly alone. */
static void collect(const identify_work *work, anchors *found)
{
    const mixture *mix = &work->mix;
    for (size_t j = 0; j < mix->n; j++) {
        const suspect *one = &mix->suspects[j];
        for (size_t l = 0; l < one->n_lines && !one->is_out && found->n < MAX_PEAKS; l++) {
            const seen_line *line = &one->lines[l];
            if (line->peak < 0 || one->confidence < 9.0) {
                continue;
            }
            const moly_gamma_peak *peak = &work->peaks->peaks[line->peak];
            double mine = one->scale * line->strength;
            double total = mixture_explained(mix, (size_t)line->peak, mix->n);
            if (mine < 0.9 * total || mine < 0.4 * peak->area || peak->area < 8.0 * peak->area_sd ||
                mix->is_discounted[line->peak] || line->energy_kev < 40.0) {
                continue;
            }
            size_t n = found->n++;
            found->channel[n] = peak->channel;
            found->energy_kev[n] = line->energy_kev;
            found->sd_kev[n] = fmax(peak->energy_sd_kev, LEAST_SD_KEV) + 0.02;
        }
    }
}

static double rms(const anchors *found, const moly_energy_scale *scale)
{
    double sum = 0.0;
    for (size_t i = 0; i < found->n; i++) {
        double off = moly_energy_of_channel(scale, found->channel[i]) - found->energy_kev[i];
        sum += off * off;
    }
    return sqrt(sum / (double)found->n);
}

static int by_size(const void *a, const void *b)
{
    double x = fabs(*(const double *)a);
    double y = fabs(*(const double *)b);
    return x < y ? -1 : x > y ? 1 : 0;
}

/* Leave out what is more than four typical deviations off the curve; false when nothing was. */
static bool leave_out(anchors *found, const moly_energy_scale *scale)
{
    double off[MAX_PEAKS] = {0.0};
    size_t n = 0;
    for (size_t i = 0; i < found->n; i++) {
        off[i] = moly_energy_of_channel(scale, found->channel[i]) - found->energy_kev[i];
    }
    qsort(off, found->n, sizeof *off, by_size);
    double limit = fmax(4.0 * fabs(off[found->n / 2]), 0.1);
    for (size_t i = 0; i < found->n; i++) {
        if (fabs(moly_energy_of_channel(scale, found->channel[i]) - found->energy_kev[i]) <=
            limit) {
            found->channel[n] = found->channel[i];
            found->energy_kev[n] = found->energy_kev[i];
            found->sd_kev[n++] = found->sd_kev[i];
        }
    }
    bool is_less = n < found->n;
    found->n = n;
    return is_less;
}

static double span(const anchors *found)
{
    double low = INFINITY;
    double high = 0.0;
    for (size_t i = 0; i < found->n; i++) {
        low = fmin(low, found->energy_kev[i]);
        high = fmax(high, found->energy_kev[i]);
    }
    return high - low;
}

/* The polynomial below the file's deviations, which stay. */
static bool fit_on_deviations(const anchors *found, const moly_energy_scale *before, size_t degree,
                              moly_energy_scale *scale)
{
    double target[MAX_PEAKS];
    moly_energy_scale plain = *before;
    plain.n_deviations = 0;
    for (size_t i = 0; i < found->n; i++) {
        double channel = found->channel[i];
        target[i] = found->energy_kev[i] - (moly_energy_of_channel(before, channel) -
                                            moly_energy_of_channel(&plain, channel));
    }
    moly_energy_scale made = *before;
    if (moly_energy_scale_fit(found->n, found->channel, target, found->sd_kev, degree, &plain,
                              NULL) != MOLY_OK) {
        return false;
    }
    memcpy(made.coefficients, plain.coefficients, sizeof made.coefficients);
    made.n_coefficients = plain.n_coefficients;
    *scale = made;
    return true;
}

bool refit_scale(identify_work *work)
{
    anchors found = {0};
    moly_energy_scale scale = {0};
    collect(work, &found);
    bool is_less = true;
    for (int round = 0; round < 6 && is_less; round++) {
        if (found.n < ENOUGH_FOR_LINE || span(&found) < 150.0) {
            return false;
        }
        size_t degree = found.n >= ENOUGH_FOR_PARABOLA && span(&found) > 700.0 ? 2 : 1;
        degree += found.n >= ENOUGH_FOR_CUBIC && span(&found) > 1000.0 ? 1 : 0;
        if (!fit_on_deviations(&found, &work->scale, degree, &scale)) {
            return false;
        }
        is_less = leave_out(&found, &scale);
    }
    if (found.n < ENOUGH_FOR_LINE ||
        moly_energy_scale_check(&scale, work->spectrum->n_channels, NULL) != MOLY_OK ||
        rms(&found, &scale) > rms(&found, &work->scale)) {
        return false;
    }
    work->scale = scale;
    work->is_refitted = true;
    work->n_scale_peaks = found.n;
    work->scale_rms_kev = rms(&found, &scale);
    return true;
}
