/* SPDX-License-Identifier: Apache-2.0 */
/* Maximum of the Poisson likelihood by damped Fisher scoring. The parameters are kept in a vector:
 * background, slope, step, tail, width, then area and position of each peak; those that are not
 * free are left out of the system. */
#include "fit.h"

#include <math.h>
#include <string.h>

#include "linear.h"

enum { BACKGROUND, SLOPE, STEP, TAIL, WIDTH, N_COMMON };
#define MAX_ITERATIONS 60
#define LEAST_MODEL 1e-3 /* counts per channel: the likelihood has no logarithm of zero */
#define SQRT1_2 0.70710678118654752440
#define INV_SQRT_2PI 0.39894228040143267794

double fit_gaussian(double channel, double centre, double sigma)
{
    double below = (channel - 0.5 - centre) / sigma;
    double above = (channel + 0.5 - centre) / sigma;
    if (above < -8.0 || below > 8.0) {
        return 0.0;
    }
    if (sigma > 4.0) { /* the integral is the value at the centre and its curvature */
        double z = (channel - centre) / sigma;
        return INV_SQRT_2PI / sigma * exp(-0.5 * z * z) *
               (1.0 + (z * z - 1.0) / (24.0 * sigma * sigma));
    }
    return 0.5 * (erf(above * SQRT1_2) - erf(below * SQRT1_2));
}

double fit_tail(double channel, double centre, double sigma)
{
    double beta = FIT_TAIL_SLOPE * sigma;
    double x = channel - centre;
    if (x > 6.0 * sigma || x < -30.0 * sigma) {
        return 0.0;
    }
    return 0.5 / beta * exp(x / beta + 0.5 * sigma * sigma / (beta * beta)) *
           erfc((x / sigma + sigma / beta) * SQRT1_2);
}

double fit_step(double channel, double centre, double sigma)
{
    return 0.5 * erfc((channel - centre) / sigma * SQRT1_2);
}

static double peak_curve(const fit_region *region, const fit_peak *peak, double channel,
                         double *below)
{
    double sigma = peak->sigma * region->width;
    double value = fit_gaussian(channel, peak->channel, sigma);
    if (region->tail != 0.0) {
        value += region->tail * fit_tail(channel, peak->channel, sigma);
    }
    *below += region->step != 0.0
                  ? peak->area * region->step * fit_step(channel, peak->channel, sigma)
                  : 0.0;
    return peak->area * value;
}

double fit_curve(const fit_region *region, double channel, double *background)
{
    double below = region->background + region->slope * (channel - (double)region->first);
    double sum = 0.0;
    for (size_t k = 0; k < region->n_peaks; k++) {
        sum += peak_curve(region, &region->peaks[k], channel, &below);
    }
    if (background) {
        *background = below;
    }
    return sum + below;
}

static double deviance(const fit_region *region)
{
    double sum = 0.0;
    for (size_t c = region->first; c <= region->last; c++) {
        double model = fmax(fit_curve(region, (double)c, NULL), LEAST_MODEL);
        double n = region->counts[c];
        sum += model - n + (n > 0.0 ? n * log(n / model) : 0.0);
    }
    return 2.0 * sum;
}

static size_t free_parameters(const fit_region *region, unsigned char *which)
{
    size_t n = 0;
    which[n++] = BACKGROUND;
    which[n++] = SLOPE;
    if (region->step_is_free) {
        which[n++] = STEP;
    }
    if (region->tail_is_free) {
        which[n++] = TAIL;
    }
    if (region->width_is_free) {
        which[n++] = WIDTH;
    }
    for (size_t k = 0; k < region->n_peaks; k++) {
        which[n++] = (unsigned char)(N_COMMON + 2 * k);
        if (!region->positions_are_fixed) {
            which[n++] = (unsigned char)(N_COMMON + 2 * k + 1);
        }
    }
    return n;
}

static double *parameter(fit_region *region, unsigned char which)
{
    switch (which) {
    case BACKGROUND:
        return &region->background;
    case SLOPE:
        return &region->slope;
    case STEP:
        return &region->step;
    case TAIL:
        return &region->tail;
    case WIDTH:
        return &region->width;
    default: {
        fit_peak *peak = &region->peaks[(which - N_COMMON) / 2];
        return (which - N_COMMON) % 2 ? &peak->channel : &peak->area;
    }
    }
}

/* Derivatives of the model by every parameter at a channel; `all` has N_COMMON + 2 n_peaks. */
static double derivatives(const fit_region *region, double channel, double *all)
{
    double model = region->background + region->slope * (channel - (double)region->first);
    all[BACKGROUND] = 1.0;
    all[SLOPE] = channel - (double)region->first;
    all[STEP] = all[TAIL] = all[WIDTH] = 0.0;
    for (size_t k = 0; k < region->n_peaks; k++) {
        const fit_peak *peak = &region->peaks[k];
        double sigma = peak->sigma * region->width;
        double gaussian = fit_gaussian(channel, peak->channel, sigma);
        double tail = region->tail_is_free || region->tail != 0.0
                          ? fit_tail(channel, peak->channel, sigma)
                          : 0.0;
        double step = fit_step(channel, peak->channel, sigma);
        double z = (channel - peak->channel) / sigma;
        double density = INV_SQRT_2PI / sigma * exp(-0.5 * z * z);
        /* of the tail: d/dx T = T / beta - g / beta, by parts of its folding integral */
        double beta = FIT_TAIL_SLOPE * sigma;
        double tail_by_channel = (tail - density) / beta;
        double by_channel = -z / sigma * density + region->tail * tail_by_channel;
        double shape = gaussian + region->tail * tail + region->step * step;
        model += peak->area * shape;
        all[STEP] += peak->area * step;
        all[TAIL] += peak->area * tail;
        /* every part is f((c - position) / sigma) / sigma, the step f alone */
        all[WIDTH] += peak->area / region->width *
                      (-(gaussian + region->tail * tail) - z * sigma * by_channel +
                       region->step * z * sigma * density);
        all[N_COMMON + 2 * k] = shape;
        all[N_COMMON + 2 * k + 1] = peak->area * (-by_channel + region->step * density);
    }
    return fmax(model, LEAST_MODEL);
}

/* Fisher information (lower triangle full) and score. */
static void accumulate(const fit_region *region, const unsigned char *which, size_t n,
                       double *information, double *score)
{
    double all[FIT_MAX_PARAMETERS];
    memset(information, 0, n * n * sizeof *information);
    memset(score, 0, n * sizeof *score);
    for (size_t c = region->first; c <= region->last; c++) {
        double model = derivatives(region, (double)c, all);
        /* where the model is below one count, the variance of a count near zero is not below it */
        double weight = 1.0 / model;
        double residual = region->counts[c] - model;
        for (size_t i = 0; i < n; i++) {
            double d = all[which[i]] * weight;
            score[i] += d * residual;
            for (size_t j = 0; j <= i; j++) {
                information[i * n + j] += d * all[which[j]];
            }
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            information[j * n + i] = information[i * n + j];
        }
    }
}

static bool is_allowed(const fit_region *region, const fit_region *from)
{
    if (!(region->width > 0.4 && region->width < 2.5) || region->tail < -0.02 ||
        region->tail > 0.6 || region->step < -1e-4) {
        return false;
    }
    for (size_t k = 0; k < region->n_peaks; k++) {
        const fit_peak *peak = &region->peaks[k];
        if (!isfinite(peak->area) || !(peak->channel > (double)region->first - 1.0) ||
            !(peak->channel < (double)region->last + 1.0) ||
            !(fabs(peak->channel - from->peaks[k].channel) < 1.5 * peak->sigma)) {
            return false;
        }
    }
    return isfinite(region->background) && isfinite(region->slope);
}

/* One damped step; true when it lowered the deviance. */
static bool step_once(fit_region *region, const unsigned char *which, size_t n,
                      const double *information, const double *score, double damping)
{
    double system[FIT_MAX_PARAMETERS * FIT_MAX_PARAMETERS];
    double change[FIT_MAX_PARAMETERS];
    memcpy(system, information, n * n * sizeof *system);
    memcpy(change, score, n * sizeof *change);
    for (size_t i = 0; i < n; i++) {
        system[i * n + i] *= 1.0 + damping;
    }
    if (!linear_factor(system, n)) {
        return false;
    }
    linear_solve(system, n, change);
    fit_region tried = *region;
    for (size_t i = 0; i < n; i++) {
        *parameter(&tried, which[i]) += change[i];
    }
    if (!is_allowed(&tried, region)) {
        return false;
    }
    tried.deviance = deviance(&tried);
    if (!(tried.deviance < region->deviance + 1e-9)) {
        return false;
    }
    *region = tried;
    return true;
}

static bool uncertainties(fit_region *region, const unsigned char *which, size_t n,
                          double *information)
{
    double inverse[FIT_MAX_PARAMETERS * FIT_MAX_PARAMETERS];
    if (!linear_factor(information, n)) {
        return false;
    }
    linear_invert(information, n, inverse);
    /* a fit that is worse than its counts tells less than they do */
    double worse =
        region->n_freedom > 0 ? sqrt(fmax(1.0, region->deviance / (double)region->n_freedom)) : 1.0;
    for (size_t i = 0; i < n; i++) {
        double sd = worse * sqrt(fmax(inverse[i * n + i], 0.0));
        if (which[i] == WIDTH) {
            region->width_sd = sd;
        } else if (which[i] >= N_COMMON) {
            fit_peak *peak = &region->peaks[(which[i] - N_COMMON) / 2];
            *((which[i] - N_COMMON) % 2 ? &peak->channel_sd : &peak->area_sd) = sd;
        }
    }
    return true;
}

bool fit_run(fit_region *region)
{
    unsigned char which[FIT_MAX_PARAMETERS];
    double information[FIT_MAX_PARAMETERS * FIT_MAX_PARAMETERS];
    double score[FIT_MAX_PARAMETERS];
    size_t n = free_parameters(region, which);
    size_t n_channels = region->last - region->first + 1;
    double damping = 1e-3;
    if (n_channels <= n) {
        return false;
    }
    region->n_freedom = n_channels - n;
    region->deviance = deviance(region);
    for (int i = 0; i < MAX_ITERATIONS && damping < 1e10; i++) {
        double before = region->deviance;
        accumulate(region, which, n, information, score);
        bool is_better = false;
        while (!is_better && damping < 1e10) {
            is_better = step_once(region, which, n, information, score, damping);
            damping *= is_better ? 0.2 : 8.0;
        }
        if (is_better && before - region->deviance < 1e-6 * (1.0 + before)) {
            break;
        }
    }
    accumulate(region, which, n, information, score);
    return isfinite(region->deviance) && uncertainties(region, which, n, information);
}
