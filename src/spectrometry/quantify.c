/* SPDX-License-Identifier: Apache-2.0 */
/* Activities of all nuclides at once. In each region around their lines the counts are a sum of the
 * nuclides' peaks, of peaks that nobody claims, and of a parabola below; the last two are
 * eliminated, an uncertainty of the efficiency in that region is added, and the regions are
 * combined. Equations in README.md. */
#include "quantify.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit.h"
#include "linear.h"
#include "search.h"

#define MAX_ROWS 60
#define MAX_FREE 14
#define MAX_REGIONS 400
#define WINDOW_FWHM 2.5
#define LEAST_PART 5e-3 /* of a nuclide's strongest line: fainter ones open no region */
#define FAINTEST 1e-5   /* but are drawn down to this */
#define LEAST_VARIANCE 0.1
#define ROUNDS 4
#define CROWD_KEV 50.0 /* below, a peak is seldom one line */
#define FED_S (10.0 * 86400.0)
#define SHAPE_SD 0.02
#define SEARCH_ROUNDS 5 /* for the detection limit */

typedef struct region {
    size_t first, n; /* channels */
    size_t n_rows, n_free;
    size_t rows[MAX_ROWS];
    double yield_sd[MAX_ROWS]; /* relative, of the lines of each row here */
    double free[MAX_FREE];     /* background, slope, unclaimed areas */
    double worse;              /* chi-squared over freedom of the fit, at least 1 */
    double *columns;           /* (n_rows + n_free) x n */
    double *net, *extra;       /* counts less background spectrum; variance that brings */
} region;

typedef struct row {
    const candidate *of;
    double activity; /* Bq, or relative to the generic efficiency */
    double strongest, principal_kev, principal_strength;
    bool is_outside; /* has no line where the efficiency was measured */
} row;

typedef struct quantity {
    identify_work *work;
    size_t n;
    row rows[MAX_ROWS];
    size_t n_regions;
    region *regions;
    double information[MAX_ROWS * MAX_ROWS], vector[MAX_ROWS];
} quantity;

static double strength_of(const identify_work *work, const candidate_line *line)
{
    return line->per_decay * moly_efficiency_at(&work->efficiency, line->energy_kev);
}

static bool is_within(const identify_work *work, double energy_kev)
{
    return energy_kev > work->low_kev && energy_kev < work->high_kev;
}

/* Beyond the measured curve windows, walls and dead layers take what no extrapolation knows: a line
 * that is missing there says nothing of the activity, unless the nuclide has no other. */
static bool tells(const identify_work *work, const row *one, double energy_kev)
{
    const moly_efficiency *curve = &work->efficiency;
    return is_within(work, energy_kev) &&
           (one->is_outside ||
            (energy_kev >= 0.98 * curve->min_kev && energy_kev <= 1.02 * curve->max_kev));
}

static void find_principal(const identify_work *work, row *one)
{
    for (int pass = 0; pass < 4; pass++) { /* X rays only where there is nothing else */
        one->is_outside = pass >= 2;
        for (size_t l = 0; l < one->of->n_lines; l++) {
            const candidate_line *line = &one->of->lines[l];
            double strength = strength_of(work, line);
            if (tells(work, one, line->energy_kev)) {
                one->strongest = fmax(one->strongest, strength);
                if ((pass % 2 == 1 || !line->is_x) && strength > one->principal_strength) {
                    one->principal_strength = strength;
                    one->principal_kev = line->energy_kev;
                }
            }
        }
        if (one->principal_strength > 0.0) {
            return;
        }
    }
}

typedef struct window {
    double from, to;
} window;

static int by_from(const void *a, const void *b)
{
    double x = ((const window *)a)->from;
    double y = ((const window *)b)->from;
    return x < y ? -1 : x > y ? 1 : 0;
}

static double channel_of(const identify_work *work, double energy_kev)
{
    return moly_channel_of_energy(&work->scale, work->spectrum->n_channels, energy_kev);
}

/* Windows around the lines that matter, joined where they overlap. */
static moly_status open_windows(const quantity *self, window **windows, size_t *n, moly_error *err)
{
    const identify_work *work = self->work;
    size_t most = 1;
    for (size_t j = 0; j < self->n; j++) {
        most += self->rows[j].of->n_lines;
    }
    window *made = moly_arena_alloc(work->arena, most, sizeof *made);
    if (!made) {
        return MOLY_NO_MEMORY(err);
    }
    size_t count = 0;
    for (size_t j = 0; j < self->n; j++) {
        for (size_t l = 0; l < self->rows[j].of->n_lines; l++) {
            const candidate_line *line = &self->rows[j].of->lines[l];
            if (tells(work, &self->rows[j], line->energy_kev) &&
                strength_of(work, line) > LEAST_PART * self->rows[j].strongest) {
                double half = WINDOW_FWHM * moly_fwhm_kev(&work->peaks->fwhm, line->energy_kev);
                made[count++] = (window){line->energy_kev - half, line->energy_kev + half};
            }
        }
    }
    qsort(made, count, sizeof *made, by_from);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && made[i].from < made[kept - 1].to) {
            made[kept - 1].to = fmax(made[kept - 1].to, made[i].to);
        } else {
            made[kept++] = made[i];
        }
    }
    *windows = made;
    *n = kept < MAX_REGIONS ? kept : MAX_REGIONS;
    return MOLY_OK;
}

/* Add a line's shape to a column: as the peak was fitted that stands there, else a Gaussian. */
static void draw(const identify_work *work, const region *in, double energy_kev, double area,
                 double *column)
{
    double centre = channel_of(work, energy_kev);
    double slope = moly_energy_slope(&work->scale, centre);
    double fwhm = moly_fwhm_kev(&work->peaks->fwhm, energy_kev);
    double sigma = fwhm / FWHM_PER_SIGMA / slope;
    double tail = 0.0;
    double step = 0.0;
    for (size_t p = 0; p < work->peaks->n; p++) {
        const moly_gamma_peak *peak = &work->peaks->peaks[p];
        /* peaks of a crowd were fitted with each other's counts: there the curves know better */
        if (peak->area > 50.0 * peak->area_sd && work->peaks->regions[peak->region].n_peaks == 1 &&
            energy_kev > CROWD_KEV &&
            work->peaks->regions[peak->region].deviance_per_freedom < 3.0 &&
            fabs(peak->fwhm_kev / fwhm - 1.0) < 0.15 &&
            fabs(work->energy_kev[p] - energy_kev) < 0.2 * fwhm) {
            centre = peak->channel;
            sigma = peak->sigma_channels;
            tail = work->peaks->regions[peak->region].tail;
            step = work->peaks->regions[peak->region].step;
        }
    }
    double gaussian = area / (1.0 + tail);
    for (size_t i = 0; i < in->n; i++) {
        double channel = (double)(in->first + i);
        double value = fit_gaussian(channel, centre, sigma);
        value += tail != 0.0 ? tail * fit_tail(channel, centre, sigma) : 0.0;
        value += step != 0.0 ? step * fit_step(channel, centre, sigma) : 0.0;
        column[i] += gaussian * value;
    }
}

static bool is_claimed(const quantity *self, double energy_kev, double fwhm)
{
    for (size_t j = 0; j < self->n; j++) {
        for (size_t l = 0; l < self->rows[j].of->n_lines; l++) {
            const candidate_line *line = &self->rows[j].of->lines[l];
            if (fabs(line->energy_kev - energy_kev) < 0.5 * fwhm &&
                strength_of(self->work, line) > 1e-3 * self->rows[j].strongest) {
                return true;
            }
        }
    }
    return false;
}

/* A column for each nuclide with lines here whose efficiency is known. */
static void draw_rows(const quantity *self, window of, region *made)
{
    const identify_work *work = self->work;
    for (size_t j = 0; j < self->n; j++) {
        const row *one = &self->rows[j];
        double *column = made->columns + made->n_rows * made->n;
        double all = 0.0;
        double variance = 0.0;
        for (size_t l = 0; l < one->of->n_lines; l++) {
            const candidate_line *line = &one->of->lines[l];
            double strength = strength_of(work, line);
            if (line->energy_kev > of.from && line->energy_kev < of.to &&
                tells(work, one, line->energy_kev) && strength > FAINTEST * one->strongest) {
                draw(work, made, line->energy_kev, strength * work->spectrum->live_s, column);
                double sd = strength * line->per_decay_sd / line->per_decay;
                all += strength;
                variance += sd * sd;
            }
        }
        if (all > 0.0) {
            made->yield_sd[made->n_rows] = sqrt(variance) / all;
            made->rows[made->n_rows++] = j;
        }
    }
}

/* Lines that tell nothing are peaks of any area; those that cannot be told apart are one. */
static void draw_untold(const quantity *self, window of, region *made, double *free)
{
    const identify_work *work = self->work;
    double drawn[MAX_FREE];
    size_t n_drawn = 0;
    for (size_t j = 0; j < self->n; j++) {
        const row *one = &self->rows[j];
        for (size_t l = 0; l < one->of->n_lines && made->n_free < MAX_FREE; l++) {
            double energy = one->of->lines[l].energy_kev;
            double fwhm = moly_fwhm_kev(&work->peaks->fwhm, energy);
            bool is_new = energy > of.from && energy < of.to && !tells(work, one, energy) &&
                          strength_of(work, &one->of->lines[l]) > FAINTEST * one->strongest;
            for (size_t i = 0; i < n_drawn && is_new; i++) {
                is_new = fabs(drawn[i] - energy) > 0.5 * fwhm;
            }
            if (is_new) {
                draw(work, made, energy, 1.0, free + made->n_free * made->n);
                drawn[n_drawn++] = energy;
                made->n_free++;
            }
        }
    }
}

static moly_status fill_region(quantity *self, window of, region *made, moly_error *err)
{
    identify_work *work = self->work;
    const moly_gamma_spectrum *spectrum = work->spectrum;
    double from = channel_of(work, of.from);
    double to = channel_of(work, of.to);
    made->first = from > 0.0 ? (size_t)from : 0;
    size_t last = (size_t)fmin(fmax(to, 0.0), (double)spectrum->n_channels - 1.0);
    made->n = last > made->first ? last - made->first + 1 : 1;
    size_t n = made->n;
    made->columns = moly_arena_alloc(work->arena, n * (MAX_FREE + self->n), sizeof(double));
    made->net = moly_arena_alloc(work->arena, n, sizeof(double));
    made->extra = moly_arena_alloc(work->arena, n, sizeof(double));
    if (!made->columns || !made->net || !made->extra) {
        return MOLY_NO_MEMORY(err);
    }
    const moly_gamma_spectrum *background = work->options->background;
    double part = background ? spectrum->live_s / background->live_s : 0.0;
    for (size_t i = 0; i < n; i++) {
        double below = background ? background->counts[made->first + i] : 0.0;
        made->net[i] = spectrum->counts[made->first + i] - part * below;
        made->extra[i] = (part + part * part) * below;
    }
    draw_rows(self, of, made);
    double *free = made->columns + made->n_rows * n;
    for (size_t i = 0; i < n; i++) {
        free[i] = 1.0;
        double z = ((double)i - 0.5 * (double)(n - 1)) / (double)n;
        free[n + i] = z;
        free[2 * n + i] = 12.0 * z * z - 1.0; /* Compton edges bend the background */
    }
    made->n_free = 3;
    made->worse = 1.0;
    draw_untold(self, of, made, free);
    for (size_t p = 0; p < work->peaks->n && made->n_free < MAX_FREE; p++) {
        double energy = work->energy_kev[p];
        double fwhm = moly_fwhm_kev(&work->peaks->fwhm, energy);
        if (energy > of.from - 0.7 * fwhm && energy < of.to + 0.7 * fwhm &&
            !is_claimed(self, energy, fwhm)) {
            draw(work, made, energy, 1.0, free + made->n_free * n);
            made->n_free++;
        }
    }
    return MOLY_OK;
}

/* The part of a region that free things cannot explain: Schur complement. `activity` is for the
 * weights. False when the free part is singular. */
static bool reduce(const region *of, const double *activity, bool is_first, double *matrix,
                   double *vector, double *free_matrix, double *free_vector)
{
    size_t n_rows = of->n_rows;
    size_t n_free = of->n_free;
    size_t n_all = n_rows + n_free;
    double full[(MAX_ROWS + MAX_FREE) * (MAX_ROWS + MAX_FREE)];
    double right[MAX_ROWS + MAX_FREE] = {0};
    memset(full, 0, n_all * n_all * sizeof *full);
    for (size_t i = 0; i < of->n; i++) {
        double model = 0.0;
        for (size_t a = 0; a < n_all; a++) {
            double value = a < n_rows ? activity[of->rows[a]] : of->free[a - n_rows];
            model += value * of->columns[a * of->n + i];
        }
        double variance = (is_first ? of->net[i] + 1.0 : model) + of->extra[i];
        double weight = 1.0 / (of->worse * fmax(variance, LEAST_VARIANCE));
        for (size_t a = 0; a < n_all; a++) {
            double value = weight * of->columns[a * of->n + i];
            right[a] += value * of->net[i];
            for (size_t b = 0; b <= a; b++) {
                full[a * n_all + b] += value * of->columns[b * of->n + i];
            }
        }
    }
    double coupling[MAX_FREE * MAX_ROWS];
    double solved[MAX_FREE];
    for (size_t a = 0; a < n_free; a++) {
        for (size_t b = 0; b < n_free; b++) {
            size_t high = a > b ? a : b;
            size_t low = a > b ? b : a;
            free_matrix[a * n_free + b] = full[(n_rows + high) * n_all + n_rows + low];
        }
        free_matrix[a * n_free + a] *= 1.0 + 1e-12;
        free_vector[a] = solved[a] = right[n_rows + a];
    }
    if (!linear_factor(free_matrix, n_free)) {
        return false;
    }
    linear_solve(free_matrix, n_free, solved);
    for (size_t r = 0; r < n_rows; r++) {
        double *column = coupling + r * n_free;
        for (size_t a = 0; a < n_free; a++) {
            column[a] = full[(n_rows + a) * n_all + r];
        }
        vector[r] = right[r];
        for (size_t a = 0; a < n_free; a++) {
            vector[r] -= column[a] * solved[a];
        }
    }
    for (size_t r = 0; r < n_rows; r++) {
        double column[MAX_FREE];
        memcpy(column, coupling + r * n_free, n_free * sizeof *column);
        linear_solve(free_matrix, n_free, column);
        for (size_t s = 0; s <= r; s++) {
            double value = full[r * n_all + s];
            for (size_t a = 0; a < n_free; a++) {
                value -= column[a] * coupling[s * n_free + a];
            }
            matrix[r * n_rows + s] = matrix[s * n_rows + r] = value;
        }
    }
    return true;
}

static double region_kev(const quantity *self, const region *of)
{
    return moly_energy_of_channel(&self->work->scale, (double)of->first + 0.5 * (double)of->n);
}

/* Add a region's information, with the efficiency there known to its uncertainty only. */
static void combine(quantity *self, const region *of, const double *activity, double *matrix,
                    double *vector)
{
    size_t n = of->n_rows;
    double system[MAX_ROWS * MAX_ROWS];
    double right[MAX_ROWS * (MAX_ROWS + 1)];
    double u = moly_efficiency_relative_sd(&self->work->efficiency, region_kev(self, of));
    for (size_t r = 0; r < n; r++) {
        for (size_t s = 0; s < n; s++) {
            double spread = sqrt(u * u + of->yield_sd[s] * of->yield_sd[s]) * activity[of->rows[s]];
            system[r * n + s] = matrix[r * n + s] * spread * spread + (r == s ? 1.0 : 0.0);
            right[r * (n + 1) + s] = matrix[r * n + s];
        }
        right[r * (n + 1) + n] = vector[r];
    }
    if (!linear_eliminate(system, n, right, n + 1)) {
        return;
    }
    for (size_t r = 0; r < n; r++) {
        for (size_t s = 0; s < n; s++) {
            self->information[of->rows[r] * self->n + of->rows[s]] += right[r * (n + 1) + s];
        }
        self->vector[of->rows[r]] += right[r * (n + 1) + n];
    }
}

/* Information and vector of all regions at the given activities. */
static void assemble(quantity *self, const double *activity, bool is_first)
{
    memset(self->information, 0, self->n * self->n * sizeof *self->information);
    memset(self->vector, 0, self->n * sizeof *self->vector);
    for (size_t i = 0; i < self->n_regions; i++) {
        double matrix[MAX_ROWS * MAX_ROWS];
        double vector[MAX_ROWS];
        double free_matrix[MAX_FREE * MAX_FREE];
        double free_vector[MAX_FREE];
        if (self->regions[i].n_rows > 0 && reduce(&self->regions[i], activity, is_first, matrix,
                                                  vector, free_matrix, free_vector)) {
            combine(self, &self->regions[i], activity, matrix, vector);
        }
    }
    for (size_t j = 0; j < self->n; j++) { /* what nothing measures stays at zero, unbounded */
        double *diagonal = &self->information[j * self->n + j];
        *diagonal += 1e-9 * *diagonal + 1e-40;
    }
}

/* What each region leaves for background and unclaimed peaks when the nuclides are taken out. */
static void update_free(quantity *self, const double *activity, bool is_first)
{
    for (size_t i = 0; i < self->n_regions; i++) {
        region *of = &self->regions[i];
        double matrix[MAX_ROWS * MAX_ROWS];
        double vector[MAX_ROWS];
        double free_matrix[MAX_FREE * MAX_FREE];
        double free_vector[MAX_FREE];
        region without = *of;
        double net[4096];
        if (of->n > 4096) {
            continue;
        }
        for (size_t c = 0; c < of->n; c++) {
            net[c] = of->net[c];
            for (size_t r = 0; r < of->n_rows; r++) {
                net[c] -= activity[of->rows[r]] * of->columns[r * of->n + c];
            }
        }
        without.net = net;
        if (reduce(is_first ? of : &without, activity, is_first, matrix, vector, free_matrix,
                   free_vector)) {
            if (is_first) { /* weights of the counts, right side without the nuclides */
                for (size_t a = 0; a < of->n_free; a++) {
                    free_vector[a] = 0.0;
                    for (size_t c = 0; c < of->n; c++) {
                        double variance = of->net[c] + 1.0 + of->extra[c];
                        free_vector[a] += of->columns[(of->n_rows + a) * of->n + c] * net[c] /
                                          fmax(variance, LEAST_VARIANCE);
                    }
                }
            }
            linear_solve(free_matrix, of->n_free, free_vector);
            memcpy(of->free, free_vector, of->n_free * sizeof *free_vector);
        }
    }
}

/* A region whose fit is worse than its counts tells less than they do. */
static void update_worse(quantity *self, const double *activity)
{
    for (size_t i = 0; i < self->n_regions; i++) {
        region *of = &self->regions[i];
        double chi2 = 0.0;
        for (size_t c = 0; c < of->n; c++) {
            double model = 0.0;
            double known = of->extra[c];
            for (size_t a = 0; a < of->n_rows + of->n_free; a++) {
                double value = a < of->n_rows ? activity[of->rows[a]] : of->free[a - of->n_rows];
                model += value * of->columns[a * of->n + c];
            }
            for (size_t r = 0; r < of->n_rows; r++) { /* shapes are known to a per cent or so */
                double part = SHAPE_SD * activity[of->rows[r]] * of->columns[r * of->n + c];
                known += part * part;
            }
            double off = of->net[c] - model;
            chi2 += off * off / (fmax(model, LEAST_VARIANCE) + known);
        }
        double freedom = (double)of->n - (double)(of->n_free + of->n_rows);
        of->worse = freedom > 3.0 ? fmax(1.0, chi2 / freedom) : 1.0;
        of->worse = of->worse < 1.0 + 3.0 * sqrt(2.0 / fmax(freedom, 4.0)) ? 1.0 : of->worse;
    }
}

static bool solve_all(quantity *self, double *activity, double *covariance)
{
    double factor[MAX_ROWS * MAX_ROWS];
    memcpy(factor, self->information, self->n * self->n * sizeof *factor);
    if (!linear_factor(factor, self->n)) {
        return false;
    }
    memcpy(activity, self->vector, self->n * sizeof *activity);
    linear_solve(factor, self->n, activity);
    linear_invert(factor, self->n, covariance);
    return true;
}

/* Standard deviation of row j if its activity were `assumed`. */
static double sd_at(quantity *self, size_t j, double assumed)
{
    double activity[MAX_ROWS];
    double covariance[MAX_ROWS * MAX_ROWS];
    double ignored[MAX_ROWS];
    for (size_t i = 0; i < self->n; i++) {
        activity[i] = i == j ? assumed : self->rows[i].activity;
    }
    assemble(self, activity, false);
    return solve_all(self, ignored, covariance) ? sqrt(fmax(covariance[j * self->n + j], 0.0))
                                                : NAN;
}

/* The factor from the mean over the measurement to the reference instant. */
static double to_reference(const identify_work *work, size_t nuclide, bool is_fed)
{
    const moly_gamma_spectrum *spectrum = work->spectrum;
    double lambda = moly_nuclide_at(work->options->set, nuclide)->lambda_per_s;
    double x = lambda * spectrum->real_s;
    double factor = is_fed ? 1.0 : x > 1e-8 ? x / -expm1(-x) : 1.0 + 0.5 * x;
    if (!is_fed && !moly_instant_is_none(work->options->reference) &&
        !moly_instant_is_none(spectrum->start)) {
        factor *=
            exp(-lambda * moly_instant_difference_s(spectrum->start, work->options->reference));
    }
    return factor;
}

static void write_row(quantity *self, size_t j, double sd, double k, moly_gamma_nuclide *out)
{
    const identify_work *work = self->work;
    const row *one = &self->rows[j];
    double to_rate = one->principal_strength;
    out->principal_kev = one->principal_kev;
    out->rate_per_s = one->activity * to_rate;
    out->rate_sd_per_s = sd * to_rate;
    double threshold = NAN;
    double limit = NAN;
    if (out->is_asked || out->is_found) {
        threshold = k * sd_at(self, j, 0.0);
        limit = 2.0 * threshold;
        for (int i = 0; out->is_asked && i < SEARCH_ROUNDS; i++) {
            limit = threshold + k * sd_at(self, j, limit);
        }
    }
    out->decision_threshold_per_s = threshold * to_rate;
    out->detection_limit_per_s = limit * to_rate;
    if (out->is_asked && one->activity > threshold) {
        out->is_found = true;
    } else if (!(one->activity > threshold)) {
        out->is_found = false; /* the background has as much, or other nuclides explain the peaks */
    }
    if (work->options->efficiency) {
        /* a short-lived nuclide of nature that nobody asked for is there with what feeds it */
        bool is_fed = !out->is_asked && one->of->rank == 0 &&
                      moly_nuclide_at(work->options->set, out->nuclide)->half_life_s < FED_S;
        double factor = to_reference(work, out->nuclide, is_fed);
        double common = moly_efficiency_relative_sd(&work->efficiency, one->principal_kev);
        out->activity_bq = one->activity * factor;
        out->activity_sd_bq = factor * sqrt(sd * sd + pow(common * one->activity, 2.0));
        out->decision_threshold_bq = threshold * factor;
        out->detection_limit_bq = limit * factor;
    }
}

static moly_status prepare(quantity *self, const moly_identification *made, moly_error *err)
{
    identify_work *work = self->work;
    window *windows = NULL;
    size_t n = 0;
    moly_status status = MOLY_OK;
    self->n = made->n_nuclides < MAX_ROWS ? made->n_nuclides : MAX_ROWS;
    for (size_t j = 0; status == MOLY_OK && j < self->n; j++) {
        size_t at = 0;
        status = candidates_add(&work->known, made->nuclides[j].nuclide, 1, &at, err);
        self->rows[j] = (row){.principal_kev = NAN};
    }
    for (size_t j = 0; status == MOLY_OK && j < self->n; j++) {
        size_t at = 0; /* found again: adding moves the list */
        status = candidates_add(&work->known, made->nuclides[j].nuclide, 1, &at, err);
        self->rows[j].of = &work->known.list[at];
        find_principal(work, &self->rows[j]);
    }
    if (status == MOLY_OK) {
        status = open_windows(self, &windows, &n, err);
    }
    if (status == MOLY_OK) {
        self->regions = moly_arena_alloc(work->arena, n + 1, sizeof *self->regions);
        status = self->regions ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; status == MOLY_OK && i < n; i++) {
        status = fill_region(self, windows[i], &self->regions[i], err);
        self->n_regions += status == MOLY_OK ? 1 : 0;
    }
    return status;
}

/* Normal deviate that is exceeded with a probability: bisection of erfc. */
static double quantile(double probability)
{
    double low = 0.0;
    double high = 10.0;
    for (int i = 0; i < 60; i++) {
        double middle = 0.5 * (low + high);
        if (0.5 * erfc(middle * 0.70710678118654752440) > probability) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return 0.5 * (low + high);
}

moly_status quantify(identify_work *work, moly_identification *made, moly_error *err)
{
    quantity *self = moly_alloc(1, sizeof *self);
    double activity[MAX_ROWS] = {0};
    double covariance[MAX_ROWS * MAX_ROWS];
    if (!self) {
        return MOLY_NO_MEMORY(err);
    }
    self->work = work;
    made->k = quantile(work->options->error_rate);
    made->reference = moly_instant_is_none(work->options->reference) ? work->spectrum->start
                                                                     : work->options->reference;
    moly_status status = prepare(self, made, err);
    bool is_solved = status == MOLY_OK && self->n > 0;
    for (int round = 0; is_solved && round < ROUNDS; round++) {
        assemble(self, activity, round == 0);
        is_solved = solve_all(self, activity, covariance);
        if (is_solved) {
            update_free(self, activity, round == 0);
            update_worse(self, activity);
        }
    }
    for (size_t j = 0; is_solved && j < self->n; j++) {
        self->rows[j].activity = activity[j];
    }
    for (size_t j = 0; is_solved && j < self->n; j++) {
        if (self->rows[j].principal_strength > 0.0) {
            double sd = sqrt(fmax(covariance[j * self->n + j], 0.0));
            write_row(self, j, sd, made->k, &made->nuclides[j]);
        }
    }
    moly_free(self);
    return status;
}
