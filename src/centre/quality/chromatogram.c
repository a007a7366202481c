/* SPDX-License-Identifier: Apache-2.0 */
#include "quality/chromatogram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROUNDS = 50, FEWEST_BASE = 8 };
static const double found_sd = 3.0;     /* Currie (1968): seen with few false ones */
static const double valley_sd = 5.0;    /* a valley is the lowest of many points */
static const double valley_share = 0.1; /* of the smaller peak */
static const double foot_share = 0.35;  /* of what is above the baseline without a break */
static const double mad_to_sd = 1.4826; /* of a normal distribution */
static const double trimmed_to_sd = 1.0 / 0.5586; /* mean of the lowest 80 % of |normal| */
static const double quiet_share = 1e-12; /* of the range: a trace that was computed has no noise */

typedef struct working {
    const chromatogram *trace;
    double *net;   /* above the baseline, n */
    bool *is_base; /* n */
    double half_life;
    chromatogram_result *result;
} working;

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* `values` is put in order. */
static double median(double *values, size_t n)
{
    qsort(values, n, sizeof(double), by_value);
    return n % 2 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

static double noise_of(const chromatogram *trace, double *scratch)
{
    const double *y = trace->signal;
    double low = y[0], high = y[0];
    size_t n = 0;
    for (size_t i = 0; i < trace->n; i++) {
        low = fmin(low, y[i]);
        high = fmax(high, y[i]);
        if (i > 0 && i + 1 < trace->n) {
            scratch[n++] = fabs(y[i - 1] - 2.0 * y[i] + y[i + 1]);
        }
    }
    double sd = mad_to_sd * median(scratch, n);
    if (sd == 0.0) { /* few counts: most points are alike */
        size_t kept = n - n / 5;
        for (size_t i = 0; i < kept; i++) {
            sd += trimmed_to_sd * scratch[i] / (double)kept;
        }
    }
    return fmax(sd / sqrt(6.0), quiet_share * (high - low));
}

static size_t fit_line(const working *w, double *at_first, double *slope)
{
    const chromatogram *t = w->trace;
    double sum_x = 0.0, sum_y = 0.0, xx = 0.0, xy = 0.0;
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (w->is_base[i]) {
            sum_x += t->position[i] - t->position[0];
            sum_y += t->signal[i];
            n++;
        }
    }
    if (n < FEWEST_BASE) {
        return n;
    }
    double mean_x = sum_x / (double)n, mean_y = sum_y / (double)n;
    for (size_t i = 0; i < t->n; i++) {
        if (w->is_base[i]) {
            double dx = t->position[i] - t->position[0] - mean_x;
            xx += dx * dx;
            xy += dx * (t->signal[i] - mean_y);
        }
    }
    *slope = xx > 0.0 ? xy / xx : 0.0;
    *at_first = mean_y - *slope * mean_x;
    return n;
}

static moly_status find_baseline(working *w, double *scratch, moly_error *err)
{
    const chromatogram *t = w->trace;
    chromatogram_result *r = w->result;
    memcpy(scratch, t->signal, t->n * sizeof(double));
    (void)median(scratch, t->n);
    /* a fifth of a chromatogram is surely no peak */
    double limit = scratch[t->n / 5] + found_sd * r->noise;
    for (size_t i = 0; i < t->n; i++) {
        w->is_base[i] = t->signal[i] <= limit;
    }
    bool is_changed = true;
    for (int round = 0; round < MOST_ROUNDS && is_changed; round++) {
        size_t n = 0;
        if (fit_line(w, &r->baseline, &r->slope) < FEWEST_BASE) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "no baseline is seen beside the peaks: record longer before and "
                             "behind them");
        }
        for (size_t i = 0; i < t->n; i++) {
            w->net[i] = t->signal[i] - r->baseline - r->slope * (t->position[i] - t->position[0]);
            if (w->is_base[i]) {
                scratch[n++] = fabs(w->net[i]);
            }
        }
        /* a line that the peaks' feet have bent is further off than the noise, at first */
        double away = found_sd * fmax(r->noise, mad_to_sd * median(scratch, n));
        is_changed = false;
        for (size_t i = 0; i < t->n; i++) {
            bool is_base = fabs(w->net[i]) <= away;
            is_changed = is_changed || is_base != w->is_base[i];
            w->is_base[i] = is_base;
        }
    }
    return MOLY_OK;
}

/* What a point would have been at the first one's time. */
static double corrected(const working *w, size_t i)
{
    double dx = w->trace->position[i] - w->trace->position[0];
    return w->net[i] * (isfinite(w->half_life) ? exp2(dx / w->half_life) : 1.0);
}

/* Counts scatter with their square root: how many times the baseline's variance a point has. */
static double counts_share(const working *w, size_t i)
{
    double base = w->trace->signal[i] - w->net[i];
    return base > 0.0 ? fmax(1.0, w->trace->signal[i] / base) : 1.0;
}

static moly_status add_peak(const working *w, size_t from, size_t to, moly_error *err)
{
    const chromatogram *t = w->trace;
    chromatogram_result *r = w->result;
    chromatogram_peak p = {.from = t->position[from], .to = t->position[to]};
    double variance = 0.0, quiet = 0.0, width = p.to - p.from;
    for (size_t i = from; i <= to; i++) {
        double left = i > from ? t->position[i] - t->position[i - 1] : 0.0;
        double right = i < to ? t->position[i + 1] - t->position[i] : 0.0;
        double weight = 0.5 * (left + right);
        p.area += weight * corrected(w, i);
        quiet += weight * weight;
        variance += weight * weight * counts_share(w, i);
        if (i == from || w->net[i] > p.height) {
            p.height = w->net[i];
            p.apex = t->position[i];
        }
    }
    size_t n_base = 0;
    for (size_t i = 0; i < t->n; i++) {
        n_base += (size_t)w->is_base[i];
    }
    /* the baseline is known to noise / sqrt(n) and lies under the whole width */
    double under = width * width / (double)(n_base > 0 ? n_base : 1);
    p.area_sd = r->noise * sqrt(variance + under);
    p.quiet_sd = r->noise * sqrt(quiet + under);
    if (!(p.area > found_sd * p.quiet_sd)) {
        return MOLY_OK;
    }
    if (r->n_peaks == CHROMATOGRAM_MOST_PEAKS) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "more than %d peaks: this is noise, or no chromatogram",
                         CHROMATOGRAM_MOST_PEAKS);
    }
    r->peaks[r->n_peaks++] = p;
    r->total += p.area;
    return MOLY_OK;
}

/* A piece has a noise of its own: more counts scatter more. */
static double noise_between(const working *w, size_t from, size_t to, double *scratch)
{
    size_t n = 0;
    for (size_t i = from + 1; i < to; i++) {
        scratch[n++] = fabs(w->net[i - 1] - 2.0 * w->net[i] + w->net[i + 1]);
    }
    double piece = n > 0 ? mad_to_sd * median(scratch, n) / sqrt(6.0) : 0.0;
    return fmax(piece, w->result->noise);
}

/* Between two tops of one piece the lowest point parts them, if it is deep enough. */
static moly_status cut(const working *w, size_t from, size_t to, double *scratch, moly_error *err)
{
    size_t start = from, valley = from, top = from;
    double deep = valley_sd * noise_between(w, from, to, scratch);
    moly_status status = MOLY_OK;
    for (size_t i = from + 1; i <= to && !status; i++) {
        if (w->net[i] < w->net[valley]) {
            valley = i;
        }
        double smaller = fmin(w->net[top], w->net[i]), depth = smaller - w->net[valley];
        if (valley > top && depth > deep && depth > valley_share * smaller) {
            status = add_peak(w, start, valley, err);
            start = valley;
            top = i;
            valley = i;
        } else if (w->net[i] > w->net[top]) {
            top = i;
            valley = i;
        }
    }
    return status ? status : add_peak(w, start, to, err);
}

static bool is_onset(const working *w, size_t i)
{
    double height = found_sd * w->result->noise;
    return i + 1 < w->trace->n && w->net[i] > height && w->net[i + 1] > height;
}

static moly_status find_peaks(const working *w, double *scratch, moly_error *err)
{
    size_t n = w->trace->n, end = 0;
    moly_status status = MOLY_OK;
    for (size_t i = 0; i + 1 < n && !status; i++) {
        if (i < end || !is_onset(w, i)) {
            continue;
        }
        size_t from = i, to = i;
        while (from > end && w->net[from - 1] > 0.0) {
            from--;
        }
        while (to + 1 < n && w->net[to + 1] > 0.0) {
            to++;
        }
        /* its feet go on below the noise, as far as another peak does not begin there */
        size_t feet = 2 + (size_t)(foot_share * (double)(to - from));
        from = from > end + feet ? from - feet : end;
        for (; feet > 0 && to + 1 < n && !is_onset(w, to + 1); feet--) {
            to++;
        }
        status = cut(w, from, to, scratch, err);
        end = to;
    }
    return status;
}

static moly_status run(working *w, double *scratch, moly_error *err)
{
    chromatogram_result *r = w->result;
    r->noise = noise_of(w->trace, scratch);
    moly_status status = find_baseline(w, scratch, err);
    if (!status) {
        status = find_peaks(w, scratch, err);
    }
    if (!status && r->n_peaks == 0) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA,
                           "no peak is above 3 standard deviations of the noise (%.3g)", r->noise);
    }
    if (status) {
        return status;
    }
    if (!isfinite(r->total)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "the areas are too large to be added");
    }
    size_t largest = 0;
    for (size_t i = 0; i < r->n_peaks; i++) {
        r->peaks[i].share = r->peaks[i].area / r->total;
        largest = r->peaks[i].area > r->peaks[largest].area ? i : largest;
    }
    r->smallest_share = found_sd * r->peaks[largest].quiet_sd / r->total;
    return MOLY_OK;
}

moly_status chromatogram_integrate(const chromatogram *trace, double half_life,
                                   chromatogram_result *result, moly_error *err)
{
    working w = {.trace = trace, .half_life = half_life, .result = result};
    double *scratch = moly_alloc(trace->n, sizeof(double));
    w.net = moly_alloc(trace->n, sizeof(double));
    w.is_base = moly_alloc(trace->n, sizeof(bool));
    *result = (chromatogram_result){0};
    moly_status status =
        scratch && w.net && w.is_base ? run(&w, scratch, err) : MOLY_NO_MEMORY(err);
    moly_free(scratch);
    moly_free(w.net);
    moly_free(w.is_base);
    return status;
}

double chromatogram_share(const chromatogram_result *result, double low, double high, double *sd)
{
    double inside = 0.0, inside_variance = 0.0, outside_variance = 0.0;
    for (size_t i = 0; i < result->n_peaks; i++) {
        const chromatogram_peak *p = &result->peaks[i];
        bool is_inside = p->apex >= low && p->apex <= high;
        inside += is_inside ? p->area : 0.0;
        inside_variance += is_inside ? p->area_sd * p->area_sd : 0.0;
        outside_variance += is_inside ? 0.0 : p->area_sd * p->area_sd;
    }
    double share = inside / result->total;
    *sd = sqrt((1.0 - share) * (1.0 - share) * inside_variance + share * share * outside_variance) /
          result->total;
    return share;
}
