/* SPDX-License-Identifier: Apache-2.0 */
/* Peak search by a zero-area filter, and the widths of the spectrum's peaks from a search over
 * scales. */
#include "search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "moly/base/memory.h"

#include "fit.h"

#define FILTER_SIGMAS 4.0
#define LEAST_SIGMA 0.8
#define SAME_WIDTH 0.004 /* widths nearer than this share a filter */

/* The filter of one width, with what its cut and its channels leave of the area taken off. */
typedef struct kernel {
    double sigma;
    long half;
    double *weights; /* half + 1 */
    size_t capacity;
} kernel;

static bool kernel_for(kernel *made, double sigma)
{
    if (made->weights && fabs(sigma / made->sigma - 1.0) < SAME_WIDTH) {
        return true;
    }
    long half = lround(FILTER_SIGMAS * sigma);
    if (!made->weights || (size_t)half + 1 > made->capacity) {
        double *weights = moly_realloc(made->weights, (size_t)half + 1, sizeof *weights);
        if (!weights) {
            return false;
        }
        made->weights = weights;
        made->capacity = (size_t)half + 1;
    }
    double area = 0.0;
    for (long i = 0; i <= half; i++) {
        double z = (double)i / sigma;
        made->weights[i] = (1.0 - z * z) * exp(-0.5 * z * z);
        area += (i ? 2.0 : 1.0) * made->weights[i];
    }
    double mean = area / (double)(2 * half + 1);
    for (long i = 0; i <= half; i++) {
        made->weights[i] -= mean;
    }
    made->half = half;
    made->sigma = sigma;
    return true;
}

static double respond(const kernel *filter, const double *counts, size_t n_channels, size_t channel)
{
    long half = filter->half;
    if ((long)channel < half || channel + (size_t)half >= n_channels) {
        return 0.0;
    }
    const double *at = counts + channel;
    double sum = filter->weights[0] * at[0];
    double noise = filter->weights[0] * sum;
    for (long i = 1; i <= half; i++) {
        double w = filter->weights[i];
        double both = at[i] + at[-i];
        sum += w * both;
        noise += w * w * both;
    }
    return sum / sqrt(fmax(noise, 1.0));
}

double search_response(const double *counts, size_t n_channels, size_t channel, double sigma)
{
    kernel filter = {0};
    double response =
        kernel_for(&filter, sigma) ? respond(&filter, counts, n_channels, channel) : 0.0;
    moly_free(filter.weights);
    return response;
}

typedef struct grown {
    size_t *channels;
    double *responses;
    size_t n, capacity;
} grown;

static bool add(grown *list, size_t channel, double response)
{
    if (list->n == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 256;
        size_t *channels = moly_realloc(list->channels, capacity, sizeof *channels);
        if (!channels) {
            return false;
        }
        list->channels = channels;
        double *responses = moly_realloc(list->responses, capacity, sizeof *responses);
        if (!responses) {
            return false;
        }
        list->responses = responses;
        list->capacity = capacity;
    }
    list->channels[list->n] = channel;
    list->responses[list->n++] = response;
    return true;
}

moly_status search_peaks(const moly_gamma_spectrum *spectrum, const double *sigma, double threshold,
                         size_t **found, double **responses, size_t *n_found, moly_error *err)
{
    grown list = {0};
    size_t n = spectrum->n_channels;
    double before = 0.0;
    double here = 0.0;
    kernel filter = {0};
    for (size_t i = 1; i < n; i++) {
        bool has_room = kernel_for(&filter, sigma[i]);
        double after = has_room ? respond(&filter, spectrum->counts, n, i) : 0.0;
        bool is_peak = here >= threshold && here >= before && here > after;
        if (!has_room || (is_peak && !add(&list, i - 1, here))) {
            moly_free(filter.weights);
            moly_free(list.channels);
            moly_free(list.responses);
            return MOLY_NO_MEMORY(err);
        }
        before = here;
        here = after;
    }
    moly_free(filter.weights);
    *found = list.channels;
    *responses = list.responses;
    *n_found = list.n;
    return MOLY_OK;
}

double moly_fwhm_kev(const moly_fwhm_curve *curve, double energy_kev)
{
    return sqrt(fmax(curve->a_kev2 + curve->b_kev * fmax(energy_kev, 0.0), 1e-12));
}

/* The line in FWHM^2 that most of the peaks agree with: every pair of peaks proposes one. */
bool search_fit_curve(size_t n, const double *energy_kev, const double *fwhm_kev,
                      const double *weight, double tolerance, moly_fwhm_curve *curve)
{
    moly_fwhm_curve best = {0};
    double most = 0.0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            moly_fwhm_curve tried = {fwhm_kev[i] * fwhm_kev[i], 0.0, 0};
            if (j < i) {
                double rise = fwhm_kev[i] * fwhm_kev[i] - fwhm_kev[j] * fwhm_kev[j];
                double apart = energy_kev[i] - energy_kev[j];
                /* near each other they tell the width, not how it grows */
                if (!(fabs(apart) > 0.1 * fmax(energy_kev[i], energy_kev[j]))) {
                    continue;
                }
                tried.b_kev = rise / apart;
                tried.a_kev2 = fwhm_kev[i] * fwhm_kev[i] - tried.b_kev * energy_kev[i];
            }
            if (tried.b_kev < 0.0 || tried.a_kev2 < 0.0) {
                continue;
            }
            double sum = 0.0;
            for (size_t k = 0; k < n; k++) {
                double off = log(fwhm_kev[k] / moly_fwhm_kev(&tried, energy_kev[k])) / tolerance;
                sum += fabs(off) < 1.0 ? weight[k] * (1.0 - off * off) : 0.0;
            }
            if (sum > most) {
                most = sum;
                best = tried;
            }
        }
    }
    for (size_t k = 0; k < n; k++) {
        best.n_peaks +=
            fabs(log(fwhm_kev[k] / moly_fwhm_kev(&best, energy_kev[k]))) < tolerance ? 1 : 0;
    }
    *curve = best;
    return most > 0.0;
}

#define N_BLOBS 60

typedef struct blob {
    size_t channel;
    double sigma, response;
} blob;

static int by_response(const void *a, const void *b)
{
    double x = ((const blob *)a)->response;
    double y = ((const blob *)b)->response;
    return x < y ? 1 : x > y ? -1 : 0;
}

/* Keep the strongest blobs; one that overlaps a stronger one of about its size replaces or yields.
 */
static void keep_blob(blob *blobs, size_t *n, blob candidate)
{
    for (size_t i = 0; i < *n; i++) {
        double apart = fabs((double)blobs[i].channel - (double)candidate.channel);
        if (apart < 0.7 * fmax(blobs[i].sigma, candidate.sigma)) {
            if (candidate.response > blobs[i].response) {
                blobs[i] = candidate;
            }
            return;
        }
    }
    if (*n < N_BLOBS) {
        blobs[(*n)++] = candidate;
        return;
    }
    size_t weakest = 0;
    for (size_t i = 1; i < *n; i++) {
        weakest = blobs[i].response < blobs[weakest].response ? i : weakest;
    }
    if (candidate.response > blobs[weakest].response) {
        blobs[weakest] = candidate;
    }
}

static moly_status find_blobs(const moly_gamma_spectrum *spectrum, blob *blobs, size_t *n_blobs,
                              moly_error *err)
{
    size_t n = spectrum->n_channels;
    double largest = fmin((double)n / 40.0, 120.0);
    double *sigma = moly_alloc(n, sizeof *sigma);
    moly_status status = sigma ? MOLY_OK : MOLY_NO_MEMORY(err);
    *n_blobs = 0;
    double s = LEAST_SIGMA;
    while (status == MOLY_OK && s < largest) {
        size_t *found = NULL;
        double *responses = NULL;
        size_t n_found = 0;
        for (size_t i = 0; i < n; i++) {
            sigma[i] = s;
        }
        status = search_peaks(spectrum, sigma, 5.5, &found, &responses, &n_found, err);
        for (size_t i = 0; status == MOLY_OK && i < n_found; i++) {
            keep_blob(blobs, n_blobs, (blob){found[i], s, responses[i]});
        }
        moly_free(found);
        moly_free(responses);
        s *= 1.25;
    }
    moly_free(sigma);
    return status;
}

/* Fit a blob alone, with a free width; false when it is no peak. */
static bool fit_blob(const moly_gamma_spectrum *spectrum, blob candidate, double *channel,
                     double *sigma)
{
    double start = fmax(0.6, 0.4 * candidate.sigma);
    for (int round = 0; round < 8; round++) {
        long half = lround(fmax(4.0, 4.0 * start));
        long from = (long)candidate.channel - half;
        long to = (long)candidate.channel + half;
        if (from < 0 || to >= (long)spectrum->n_channels) {
            return false;
        }
        fit_region region = {.first = (size_t)from,
                             .last = (size_t)to,
                             .counts = spectrum->counts,
                             .n_peaks = 1,
                             .width = 1.0,
                             .width_is_free = true};
        double edge = 0.5 * (spectrum->counts[from] + spectrum->counts[to]);
        double sum = 0.0;
        for (long i = from; i <= to; i++) {
            sum += spectrum->counts[i] - edge;
        }
        region.background = edge;
        region.peaks[0] = (fit_peak){
            .area = fmax(sum, 1.0), .channel = (double)candidate.channel, .sigma = start};
        if (!fit_run(&region)) {
            return false;
        }
        start *= region.width;
        *channel = region.peaks[0].channel;
        *sigma = start;
        candidate.channel = (size_t)lround(*channel);
        bool is_settled = fabs(region.width - 1.0) < 0.25;
        double per_freedom = region.deviance / (double)region.n_freedom;
        /* a peak of many counts may miss its model by a per cent, an edge misses by far more */
        double allowed = 4.0 + 1e-3 * region.peaks[0].area;
        if (is_settled) {
            return per_freedom < allowed && region.peaks[0].area > 4.0 * region.peaks[0].area_sd &&
                   region.width_sd < 0.3;
        }
        if (candidate.channel >= spectrum->n_channels) {
            return false;
        }
    }
    return false;
}

/* Is the width one that a germanium or a scintillation detector has? Edges have others. */
static bool is_usual(double energy_kev, double fwhm_kev)
{
    double germanium = sqrt(1.0 + 0.0024 * energy_kev);
    double scintillator = 0.055 * sqrt(662.0 * fmax(energy_kev, 1.0));
    return fabs(log(fwhm_kev / germanium)) < log(1.7) ||
           fabs(log(fwhm_kev / scintillator)) < log(2.2);
}

moly_status search_widths(const moly_gamma_spectrum *spectrum, const moly_energy_scale *scale,
                          moly_fwhm_curve *curve, moly_error *err)
{
    blob blobs[N_BLOBS];
    double energy[N_BLOBS];
    double fwhm[N_BLOBS];
    double weight[N_BLOBS];
    size_t n_blobs = 0;
    size_t n = 0;
    bool is_calibrated = spectrum->energy.n_coefficients > 0;
    moly_status status = find_blobs(spectrum, blobs, &n_blobs, err);
    if (status != MOLY_OK) {
        return status;
    }
    qsort(blobs, n_blobs, sizeof *blobs, by_response);
    for (size_t i = 0; i < n_blobs; i++) {
        double channel = 0.0;
        double sigma = 0.0;
        if (fit_blob(spectrum, blobs[i], &channel, &sigma)) {
            energy[n] = moly_energy_of_channel(scale, channel);
            fwhm[n] = FWHM_PER_SIGMA * sigma * moly_energy_slope(scale, channel);
            /* positrons fly: 511 keV is wider than the detector */
            bool is_annihilation = fabs(energy[n] - 511.0) < 2.0;
            weight[n] = is_annihilation ? 0.05 : fmin(blobs[i].response, 40.0);
            weight[n] *= is_usual(energy[n], fwhm[n]) || !is_calibrated ? 1.0 : 0.05;
            n += energy[n] > 0.0 && fwhm[n] > 0.0 ? 1 : 0;
        }
    }
    if (n == 0 || !search_fit_curve(n, energy, fwhm, weight, 0.2, curve)) {
        double middle = moly_energy_slope(scale, 0.5 * (double)spectrum->n_channels);
        *curve = (moly_fwhm_curve){9.0 * middle * middle, 0.0, 0};
    }
    return MOLY_OK;
}
