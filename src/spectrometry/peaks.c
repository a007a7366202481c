/* SPDX-License-Identifier: Apache-2.0 */
/* From a spectrum to its fitted peaks: widths, search, groups, fits, what the fits leave over. */
#include "moly/spectrometry/peaks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "moly/base/memory.h"

#include "fit.h"
#include "search.h"

#define SIDE_FWHM 2.6      /* of a region beyond its outer peaks */
#define TOGETHER_FWHM 3.0  /* peaks nearer than this are fitted together */
#define LEAST_FIT 3.0      /* area over its uncertainty: less is no peak */
#define LEAST_RESIDUAL 4.5 /* filter on what a fit leaves over */
#define MANY_COUNTS 2e4    /* enough to see tail and step */
#define SOME_COUNTS 2e3    /* enough for a width of its own */
#define MAX_ADDED 5

moly_peak_options moly_peak_options_default(void)
{
    return (moly_peak_options){.significance = 4.0};
}

void moly_gamma_peaks_free(moly_gamma_peaks *peaks)
{
    if (peaks) {
        moly_free(peaks->peaks);
        moly_free(peaks->regions);
        moly_free(peaks);
    }
}

typedef struct finder {
    const moly_gamma_spectrum *spectrum;
    moly_energy_scale scale; /* the identity where there is none */
    moly_fwhm_curve fwhm;
    double *sigma; /* channels, at each channel */
    double threshold;
    size_t *found;
    double *responses;
    size_t n_found;
    moly_gamma_peaks *peaks;
    size_t peak_capacity, region_capacity;
} finder;

static void fill_sigma(finder *self)
{
    for (size_t i = 0; i < self->spectrum->n_channels; i++) {
        double energy = moly_energy_of_channel(&self->scale, (double)i);
        double slope = moly_energy_slope(&self->scale, (double)i);
        double sigma = moly_fwhm_kev(&self->fwhm, energy) / FWHM_PER_SIGMA / slope;
        self->sigma[i] = fmin(fmax(sigma, 0.5), (double)self->spectrum->n_channels / 20.0);
    }
}

static double fwhm_at(const finder *self, size_t channel)
{
    return FWHM_PER_SIGMA * self->sigma[channel];
}

static double guess_area(const finder *self, size_t channel, double background)
{
    double sigma = self->sigma[channel];
    double height = self->spectrum->counts[channel] - background;
    return fmax(height, 1.0) * sigma * 2.5066282746310002;
}

static void add_guess(const finder *self, fit_region *region, double channel, double area)
{
    region->peaks[region->n_peaks++] =
        (fit_peak){.channel = channel, .area = area, .sigma = self->sigma[(size_t)lround(channel)]};
}

static fit_region begin_region(const finder *self, size_t first_found, size_t n, size_t first,
                               size_t last)
{
    const double *counts = self->spectrum->counts;
    fit_region region = {.first = first, .last = last, .counts = counts, .width = 1.0};
    size_t side = (last - first) / 10 + 1;
    double low = 0.0;
    double high = 0.0;
    for (size_t i = 0; i < side; i++) {
        low += counts[first + i] / (double)side;
        high += counts[last - i] / (double)side;
    }
    region.background = low;
    region.slope = (high - low) / (double)(last - first);
    for (size_t k = 0; k < n; k++) {
        size_t channel = self->found[first_found + k];
        double below = low + region.slope * (double)(channel - first);
        add_guess(self, &region, (double)channel, guess_area(self, channel, below));
    }
    return region;
}

static double total_area(const fit_region *region)
{
    double sum = 0.0;
    for (size_t k = 0; k < region->n_peaks; k++) {
        sum += fmax(region->peaks[k].area, 0.0);
    }
    return sum;
}

/* First as plain Gaussians, then with what the counts can tell: width, step, tail. A refinement
 * stays only when it converges. */
static bool fit_all(fit_region *region, double noise)
{
    if (!fit_run(region)) {
        return false;
    }
    double area = total_area(region);
    fit_region refined = *region;
    refined.width_is_free = area > SOME_COUNTS && area > 20.0 * noise;
    refined.step_is_free = area > SOME_COUNTS;
    if ((refined.width_is_free || refined.step_is_free) && fit_run(&refined)) {
        if (refined.step < 0.0) { /* no detector has that: without a step then */
            refined.step_is_free = false;
            refined.step = 0.0;
        }
        if (refined.step_is_free || fit_run(&refined)) {
            *region = refined;
        }
    }
    refined = *region;
    refined.tail_is_free = area > MANY_COUNTS;
    if (refined.tail_is_free && fit_run(&refined) && refined.tail > 0.0 &&
        refined.deviance < region->deviance - 10.0) {
        *region = refined;
    }
    return true;
}

/* The most significant place where the counts exceed the fit like a peak. */
static double worst_residual(const finder *self, const fit_region *region, size_t *where)
{
    double residual[4096];
    double variance[4096];
    size_t n = region->last - region->first + 1;
    double worst = 0.0;
    if (n > sizeof residual / sizeof *residual) {
        return 0.0;
    }
    for (size_t i = 0; i < n; i++) {
        double model = fit_curve(region, (double)(region->first + i), NULL);
        residual[i] = region->counts[region->first + i] - model;
        variance[i] = fmax(model, 1.0);
    }
    for (size_t i = 0; i < n; i++) {
        double sigma = self->sigma[region->first + i];
        double response = 0.0;
        /* a plain matched filter: the background is in the model already */
        double sum = 0.0;
        double noise = 0.0;
        long half = lround(2.0 * sigma);
        long from = (long)i - half < 0 ? 0 : (long)i - half;
        long to = (long)i + half >= (long)n ? (long)n - 1 : (long)i + half;
        for (long k = from; k <= to; k++) {
            double w = fit_gaussian((double)k, (double)i, sigma);
            sum += w * residual[k];
            noise += w * w * variance[k];
        }
        response = sum / sqrt(fmax(noise, 1e-12));
        if (response > worst) {
            worst = response;
            *where = region->first + i;
        }
    }
    return worst;
}

/* Is a new peak near a much stronger one, where that one's shape would make it? */
static bool is_shadow(const fit_region *region, const fit_peak *peak)
{
    for (size_t k = 0; k < region->n_peaks; k++) {
        const fit_peak *other = &region->peaks[k];
        double apart = fabs(other->channel - peak->channel) / (FWHM_PER_SIGMA * other->sigma);
        if (other == peak || other->area <= peak->area) {
            continue;
        }
        double share = apart < 0.7 ? 0.2 : apart < 1.5 ? 0.04 : apart < 3.0 ? 0.01 : 0.0;
        if (apart < 0.35 || peak->area < share * other->area) {
            return true;
        }
    }
    return false;
}

static void resolve(const finder *self, fit_region *region, double noise)
{
    for (int i = 0; i < MAX_ADDED && region->n_peaks < FIT_MAX_PEAKS; i++) {
        size_t where = 0;
        if (region->deviance < 1.2 * (double)region->n_freedom ||
            worst_residual(self, region, &where) < LEAST_RESIDUAL) {
            return;
        }
        double over = region->counts[where] - fit_curve(region, (double)where, NULL);
        fit_region more = *region;
        add_guess(self, &more, (double)where,
                  fmax(over, 1.0) * self->sigma[where] * 2.5066282746310002);
        fit_peak *added = &more.peaks[more.n_peaks - 1];
        if (!fit_all(&more, noise) || more.deviance > region->deviance - 20.0 ||
            added->area < 4.0 * added->area_sd || is_shadow(&more, added)) {
            return;
        }
        *region = more;
    }
}

static moly_status keep_region(finder *self, const fit_region *region, moly_error *err)
{
    moly_gamma_peaks *peaks = self->peaks;
    if (peaks->n_regions == self->region_capacity) {
        size_t capacity = self->region_capacity ? 2 * self->region_capacity : 64;
        moly_peak_region *grown = moly_realloc(peaks->regions, capacity, sizeof *grown);
        if (!grown) {
            return MOLY_NO_MEMORY(err);
        }
        peaks->regions = grown;
        self->region_capacity = capacity;
    }
    if (peaks->n + region->n_peaks > self->peak_capacity) {
        size_t capacity = 2 * self->peak_capacity + FIT_MAX_PEAKS;
        moly_gamma_peak *grown = moly_realloc(peaks->peaks, capacity, sizeof *grown);
        if (!grown) {
            return MOLY_NO_MEMORY(err);
        }
        peaks->peaks = grown;
        self->peak_capacity = capacity;
    }
    moly_peak_region *kept = &peaks->regions[peaks->n_regions];
    *kept =
        (moly_peak_region){.first = region->first,
                           .last = region->last,
                           .first_peak = peaks->n,
                           .background = region->background,
                           .slope = region->slope,
                           .step = region->step,
                           .tail = region->tail,
                           .deviance_per_freedom = region->deviance / (double)region->n_freedom};
    for (size_t k = 0; k < region->n_peaks; k++) {
        const fit_peak *from = &region->peaks[k];
        double slope = moly_energy_slope(&self->scale, from->channel);
        double sigma = from->sigma * region->width;
        double below = 0.0;
        (void)fit_curve(region, from->channel, &below);
        size_t at = (size_t)lround(fmax(from->channel, 0.0));
        peaks->peaks[peaks->n++] =
            (moly_gamma_peak){.channel = from->channel,
                              .channel_sd = from->channel_sd,
                              .energy_kev = moly_energy_of_channel(&self->scale, from->channel),
                              .energy_sd_kev = from->channel_sd * slope,
                              .fwhm_kev = FWHM_PER_SIGMA * sigma * slope,
                              .area = from->area * (1.0 + region->tail),
                              .area_sd = from->area_sd * (1.0 + region->tail),
                              .background = fmax(below, 0.0) * 2.5 * FWHM_PER_SIGMA * sigma,
                              .significance = search_response(
                                  self->spectrum->counts, self->spectrum->n_channels, at, sigma),
                              .region = peaks->n_regions,
                              .sigma_channels = sigma};
        kept->n_peaks++;
    }
    peaks->n_regions++;
    return MOLY_OK;
}

static void drop_peak(fit_region *region, size_t k)
{
    memmove(&region->peaks[k], &region->peaks[k + 1],
            (region->n_peaks - k - 1) * sizeof *region->peaks);
    region->n_peaks--;
}

/* Drop the least significant peak as long as one is below the least; false when none is left. */
static bool prune(fit_region *region, double noise)
{
    while (region->n_peaks > 0) {
        size_t least = 0;
        for (size_t k = 1; k < region->n_peaks; k++) {
            double ratio = region->peaks[k].area / region->peaks[k].area_sd;
            least = ratio < region->peaks[least].area / region->peaks[least].area_sd ? k : least;
        }
        if (region->peaks[least].area > LEAST_FIT * region->peaks[least].area_sd) {
            return true;
        }
        drop_peak(region, least);
        if (region->n_peaks > 0 && !fit_all(region, noise)) {
            return false;
        }
    }
    return false;
}

static int by_channel(const void *a, const void *b)
{
    double x = ((const fit_peak *)a)->channel;
    double y = ((const fit_peak *)b)->channel;
    return x < y ? -1 : x > y ? 1 : 0;
}

static moly_status fit_group(finder *self, size_t from, size_t n, size_t before, size_t after,
                             moly_error *err)
{
    size_t left = self->found[from];
    size_t right = self->found[from + n - 1];
    double reach_left = SIDE_FWHM * fwhm_at(self, left) + 2.0;
    double reach_right = SIDE_FWHM * fwhm_at(self, right) + 2.0;
    size_t first = (double)left > reach_left ? left - (size_t)reach_left : 0;
    size_t last = right + (size_t)reach_right;
    last = last < self->spectrum->n_channels ? last : self->spectrum->n_channels - 1;
    /* not into the neighbours' peaks */
    size_t low = before ? before + (size_t)(1.3 * fwhm_at(self, before)) : 0;
    size_t high = after ? after - (size_t)fmin((double)after, 1.3 * fwhm_at(self, after))
                        : self->spectrum->n_channels - 1;
    first = first < low && low + 3 < left ? low : first;
    last = last > high && high > right + 3 ? high : last;
    fit_region region = begin_region(self, from, n, first, last);
    double noise = sqrt(fmax(1.0, region.background * fwhm_at(self, left)));
    if (!fit_all(&region, noise) || !prune(&region, noise)) {
        return MOLY_OK; /* nothing there that the likelihood can tell from the background */
    }
    resolve(self, &region, noise);
    if (!prune(&region, noise)) {
        return MOLY_OK;
    }
    qsort(region.peaks, region.n_peaks, sizeof *region.peaks, by_channel);
    return keep_region(self, &region, err);
}

static moly_status fit_groups(finder *self, const moly_progress *progress, moly_error *err)
{
    moly_status status = MOLY_OK;
    size_t before = 0;
    for (size_t i = 0; status == MOLY_OK && i < self->n_found;) {
        size_t n = 1;
        while (i + n < self->n_found && n < FIT_MAX_PEAKS - 2 &&
               (double)(self->found[i + n] - self->found[i + n - 1]) <
                   TOGETHER_FWHM * fwhm_at(self, self->found[i + n])) {
            n++;
        }
        size_t after = i + n < self->n_found ? self->found[i + n] : 0;
        status = fit_group(self, i, n, before, after, err);
        before = self->found[i + n - 1];
        i += n;
        if (status == MOLY_OK && progress) {
            status = moly_progress_step(progress, (double)i / (double)self->n_found,
                                        "fitting peaks", err);
        }
    }
    return status;
}

/* The curve again, through the fitted widths of the peaks that stand alone with many counts. */
static void refine_curve(finder *self)
{
    double energy[128];
    double fwhm[128];
    double weight[128];
    size_t n = 0;
    const moly_gamma_peaks *peaks = self->peaks;
    for (size_t r = 0; r < peaks->n_regions && n < 128; r++) {
        const moly_peak_region *region = &peaks->regions[r];
        const moly_gamma_peak *peak = &peaks->peaks[region->first_peak];
        if (region->n_peaks == 1 && peak->area > SOME_COUNTS && peak->area > 30.0 * peak->area_sd &&
            region->deviance_per_freedom < 10.0 && fabs(peak->energy_kev - 511.0) > 2.0) {
            energy[n] = peak->energy_kev;
            fwhm[n] = peak->fwhm_kev;
            weight[n++] = fmin(peak->area / peak->area_sd, 100.0);
        }
    }
    moly_fwhm_curve curve;
    if (n >= 4 && search_fit_curve(n, energy, fwhm, weight, 0.1, &curve) && curve.n_peaks >= 3) {
        self->fwhm = curve;
    }
}

static moly_status find(finder *self, const moly_progress *progress, moly_error *err)
{
    fill_sigma(self);
    moly_free(self->found);
    moly_free(self->responses);
    self->found = NULL;
    self->responses = NULL;
    self->peaks->n = self->peaks->n_regions = 0;
    moly_status status = search_peaks(self->spectrum, self->sigma, self->threshold, &self->found,
                                      &self->responses, &self->n_found, err);
    return status == MOLY_OK ? fit_groups(self, progress, err) : status;
}

static bool has_counts(const moly_gamma_spectrum *spectrum)
{
    for (size_t i = 0; i < spectrum->n_channels; i++) {
        if (spectrum->counts[i] > 0.0) {
            return true;
        }
    }
    return false;
}

moly_status moly_gamma_peaks_find(const moly_gamma_spectrum *spectrum,
                                  const moly_peak_options *options, moly_gamma_peaks **peaks,
                                  moly_error *err)
{
    finder self = {
        .spectrum = spectrum, .scale = spectrum->energy, .threshold = options->significance};
    *peaks = NULL;
    if (spectrum->n_channels < 64 || !has_counts(spectrum)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s",
                         spectrum->n_channels < 64
                             ? "a spectrum of fewer than 64 channels has no peaks to fit"
                             : "the spectrum has no counts");
    }
    if (self.scale.n_coefficients == 0) {
        self.scale = (moly_energy_scale){.n_coefficients = 2, .coefficients = {0.0, 1.0}};
    }
    self.sigma = moly_alloc(spectrum->n_channels, sizeof *self.sigma);
    self.peaks = moly_alloc(1, sizeof *self.peaks);
    moly_status status = self.sigma && self.peaks ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (status == MOLY_OK && options->fwhm) {
        self.fwhm = *options->fwhm;
    } else if (status == MOLY_OK) {
        status = search_widths(spectrum, &self.scale, &self.fwhm, err);
    }
    if (status == MOLY_OK) {
        status = find(&self, options->progress, err);
    }
    if (status == MOLY_OK && !options->fwhm) {
        moly_fwhm_curve first = self.fwhm;
        refine_curve(&self);
        double middle = moly_energy_of_channel(&self.scale, 0.5 * (double)spectrum->n_channels);
        double change = moly_fwhm_kev(&self.fwhm, middle) / moly_fwhm_kev(&first, middle);
        if (fabs(change - 1.0) > 0.02) {
            status = find(&self, options->progress, err);
        }
    }
    if (status == MOLY_OK) {
        self.peaks->fwhm = self.fwhm;
        *peaks = self.peaks;
        self.peaks = NULL;
    }
    moly_free(self.sigma);
    moly_free(self.found);
    moly_free(self.responses);
    moly_gamma_peaks_free(self.peaks);
    return status;
}

double moly_peak_curve(const moly_gamma_peaks *peaks, const moly_peak_region *region,
                       double channel, double *background)
{
    fit_region drawn = {.first = region->first,
                        .last = region->last,
                        .n_peaks = region->n_peaks,
                        .width = 1.0,
                        .background = region->background,
                        .slope = region->slope,
                        .step = region->step,
                        .tail = region->tail};
    for (size_t k = 0; k < region->n_peaks; k++) {
        const moly_gamma_peak *peak = &peaks->peaks[region->first_peak + k];
        drawn.peaks[k] = (fit_peak){.area = peak->area / (1.0 + region->tail),
                                    .channel = peak->channel,
                                    .sigma = peak->sigma_channels};
    }
    return fit_curve(&drawn, channel, background);
}
