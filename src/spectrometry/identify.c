/* SPDX-License-Identifier: Apache-2.0 */
/* Identification: peaks against candidates, twice: with wide tolerance to fit the energy scale to
 * what is recognised beyond doubt, then with narrow tolerance. */
#include "moly/spectrometry/identify.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "moly/base/memory.h"

#include "identify_inside.h"
#include "mixture.h"

#define LEAST_STRENGTH 2e-3   /* of a candidate's strongest line */
#define MOST_PEAK_RATIO 4.0   /* by which relative efficiencies may be wrong, in the gate */
#define LEAST_ABSENT_KEV 70.0 /* below, a window or a sample may hide a line */
#define ANNIHILATION_KEV 511.0
#define LOW_KEV 50.0   /* below, X rays and their escapes crowd */
#define POOR_FWHM 0.03 /* at 662 keV: no germanium */

static const char *const cause_words[] = {
#define WORD(name, word) word,
    MOLY_PEAK_CAUSE_LIST(WORD)
#undef WORD
};

const char *moly_peak_cause_word(moly_peak_cause cause)
{
    return cause_words[cause];
}

moly_identify_options moly_identify_options_default(void)
{
    return (moly_identify_options){
        .set = moly_nuclide_set_builtin(), .reference = MOLY_INSTANT_NONE, .error_rate = 0.01};
}

void moly_identification_free(moly_identification *identification)
{
    if (identification) {
        moly_gamma_spectrum_free(identification->spectrum);
        moly_gamma_peaks_free(identification->peaks);
        moly_free(identification->labels);
        moly_free(identification->nuclides);
        moly_free(identification);
    }
}

/* Counts that could hide in a place without a peak: Currie's limit over 1.2 FWHM. */
static double hidden(const identify_work *work, double energy_kev)
{
    const moly_gamma_spectrum *spectrum = work->spectrum;
    double channel = moly_channel_of_energy(&work->scale, spectrum->n_channels, energy_kev);
    double half = 0.6 * moly_fwhm_kev(&work->peaks->fwhm, energy_kev) /
                  fmax(moly_energy_slope(&work->scale, channel), 1e-9);
    long from = lround(channel - half);
    long to = lround(channel + half);
    double sum = 0.0;
    double flank = 0.0;
    for (long i = from; i <= to; i++) {
        sum += i >= 0 && i < (long)spectrum->n_channels ? spectrum->counts[i] : 0.0;
    }
    /* the flank of a strong peak hides what the counts alone would show */
    for (size_t p = 0; p < work->peaks->n; p++) {
        double fwhm = moly_fwhm_kev(&work->peaks->fwhm, energy_kev);
        double apart = fabs(work->energy_kev[p] - energy_kev) / fwhm;
        flank += apart < 1.4   ? 0.1 * work->peaks->peaks[p].area
                 : apart < 2.5 ? 0.01 * work->peaks->peaks[p].area
                               : 0.0;
    }
    return 2.71 + 4.65 * sqrt(sum + 1.0) + flank;
}

static double tolerance_kev(const identify_work *work, size_t p)
{
    const moly_gamma_peak *peak = &work->peaks->peaks[p];
    double fwhm = moly_fwhm_kev(&work->peaks->fwhm, peak->energy_kev);
    if (work->tolerance != TOLERANCE_NARROW) {
        double part = work->tolerance == TOLERANCE_WIDE ? 1.0 : 0.6;
        return part * (0.5 * fwhm + 0.7 + 0.001 * peak->energy_kev);
    }
    double of_scale = 0.15 * fwhm + 0.15 + work->scale_rms_kev;
    double of_peak = 2.0 * peak->energy_sd_kev;
    return fmin(1.5 * sqrt(of_scale * of_scale + of_peak * of_peak), 0.6 * fwhm + 0.3);
}

/* The peak that a line stands in: the nearest within its tolerance. */
static int peak_of(const identify_work *work, double energy_kev, double *off)
{
    int best = -1;
    double least = 1.0;
    for (size_t p = 0; p < work->peaks->n; p++) {
        double apart = (work->energy_kev[p] - energy_kev) / work->tolerance_kev[p];
        if (fabs(apart) < least) {
            least = fabs(apart);
            *off = apart;
            best = (int)p;
        }
    }
    return best;
}

static double strongest(const identify_work *work, const candidate *of)
{
    double most = 0.0;
    for (size_t l = 0; l < of->n_lines; l++) {
        double energy = of->lines[l].energy_kev;
        if (energy > work->low_kev && energy < work->high_kev) {
            most =
                fmax(most, of->lines[l].per_decay * moly_efficiency_at(&work->efficiency, energy));
        }
    }
    return most;
}

static bool has_high_lines(const identify_work *work, const candidate *of, double most)
{
    for (size_t l = 0; l < of->n_lines; l++) {
        const candidate_line *line = &of->lines[l];
        if (line->energy_kev >= LOW_KEV && line->energy_kev < work->high_kev && !line->is_x &&
            line->per_decay * moly_efficiency_at(&work->efficiency, line->energy_kev) >
                0.05 * most) {
            return true;
        }
    }
    return false;
}

/* Energy of the lowest strong line that has a peak; whatever stands well below may be absorbed. */
static double lowest_seen(const identify_work *work, const candidate *of, double most)
{
    for (size_t l = 0; l < of->n_lines; l++) {
        const candidate_line *line = &of->lines[l];
        double strength = line->per_decay * moly_efficiency_at(&work->efficiency, line->energy_kev);
        double off = 0.0;
        if (strength > 0.05 * most && line->energy_kev > work->low_kev &&
            peak_of(work, line->energy_kev, &off) >= 0) {
            return line->energy_kev;
        }
    }
    return INFINITY;
}

/* Hold a candidate's lines against the peaks. Lines that the detector cannot tell apart are added
 * up in the strongest. */
static moly_status examine(identify_work *work, const candidate *of, suspect *one, moly_error *err)
{
    double most = strongest(work, of);
    one->lines = moly_arena_alloc(work->arena, of->n_lines + 1, sizeof *one->lines);
    one->response = moly_arena_alloc(work->arena, work->peaks->n + 1, sizeof *one->response);
    one->evidence = moly_arena_alloc(work->arena, work->peaks->n + 1, sizeof *one->evidence);
    if (!one->lines || !one->response || !one->evidence) {
        return MOLY_NO_MEMORY(err);
    }
    double misfit = 0.0;
    double weights = 0.0;
    double lowest_kev = lowest_seen(work, of, most);
    for (size_t l = 0; l < of->n_lines; l++) {
        const candidate_line *line = &of->lines[l];
        double strength = line->per_decay * moly_efficiency_at(&work->efficiency, line->energy_kev);
        if (strength < LEAST_STRENGTH * most || line->energy_kev < work->low_kev ||
            line->energy_kev > work->high_kev) {
            continue;
        }
        double off = 0.0;
        int peak = peak_of(work, line->energy_kev, &off);
        if (peak >= 0) {
            one->response[peak] += strength;
            bool is_low = line->energy_kev < LOW_KEV && has_high_lines(work, of, most);
            one->evidence[peak] += line->is_x || is_low ? 0.0 : strength;
            double chi = off * 2.0;
            misfit += strength * chi * chi;
            weights += strength;
        } else if (line->energy_kev < LEAST_ABSENT_KEV && line->energy_kev < 0.7 * lowest_kev) {
            continue; /* not held against it */
        }
        seen_line *before = one->n_lines ? &one->lines[one->n_lines - 1] : NULL;
        double fwhm = moly_fwhm_kev(&work->peaks->fwhm, line->energy_kev);
        if (before && before->peak == peak &&
            (peak >= 0 || line->energy_kev - before->energy_kev < 0.7 * fwhm)) {
            before->strength += strength;
            continue;
        }
        one->lines[one->n_lines++] =
            (seen_line){.strength = strength,
                        .energy_kev = line->energy_kev,
                        .peak = peak,
                        .limit = peak < 0 ? hidden(work, line->energy_kev) : 0.0,
                        .emitter = line->emitter};
    }
    one->misfit = weights > 0.0 ? misfit / weights : 0.0;
    one->annihilation =
        of->annihilation_per_decay * moly_efficiency_at(&work->efficiency, ANNIHILATION_KEV);
    return MOLY_OK;
}

/* Could this candidate explain half of any peak without being seen where it must be? */
static bool is_possible(const identify_work *work, const suspect *one)
{
    double most = INFINITY;
    double strong = 0.0;
    for (size_t l = 0; l < one->n_lines; l++) {
        strong = fmax(strong, one->lines[l].strength);
    }
    for (size_t l = 0; l < one->n_lines; l++) {
        const seen_line *line = &one->lines[l];
        if (line->strength < 0.05 * strong) {
            continue;
        }
        double room = line->limit;
        if (line->peak >= 0) {
            const moly_gamma_peak *peak = &work->peaks->peaks[line->peak];
            room = peak->area + 2.0 * peak->area_sd;
        }
        double wrong =
            1.0 + (MOST_PEAK_RATIO - 1.0) * fmin(1.0, work->efficiency.relative_sd / 0.3);
        most = fmin(most, wrong * room / line->strength);
    }
    for (size_t p = 0; p < work->peaks->n; p++) {
        if (one->response[p] * most > 0.5 * work->peaks->peaks[p].area) {
            return true;
        }
    }
    return false;
}

moly_status identify_examine(identify_work *work, size_t c, suspect *one, moly_error *err)
{
    *one = (suspect){.candidate = c};
    return examine(work, &work->known.list[c], one, err);
}

static moly_status suspects_of(identify_work *work, moly_error *err)
{
    mixture *mix = &work->mix;
    moly_status status = MOLY_OK;
    mix->n = 0;
    mix->suspects = moly_arena_alloc(work->arena, work->known.n, sizeof *mix->suspects);
    if (!mix->suspects) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t c = 0; status == MOLY_OK && c < work->known.n; c++) {
        suspect one = {.candidate = c};
        if (mix->is_strict && work->known.list[c].rank > 1) {
            continue;
        }
        status = examine(work, &work->known.list[c], &one, err);
        if (status == MOLY_OK && is_possible(work, &one)) {
            mix->suspects[mix->n++] = one;
        }
    }
    return status;
}

static void weigh_peaks(identify_work *work)
{
    mixture *mix = &work->mix;
    mix->annihilation_area =
        work->high_kev > ANNIHILATION_KEV ? hidden(work, ANNIHILATION_KEV) : INFINITY;
    for (size_t p = 0; p < work->peaks->n; p++) {
        const moly_gamma_peak *peak = &work->peaks->peaks[p];
        double relative = moly_efficiency_relative_sd(&work->efficiency, work->energy_kev[p]);
        relative = fmax(relative, 0.05);
        mix->sd[p] =
            sqrt(peak->area_sd * peak->area_sd + relative * relative * peak->area * peak->area);
        mix->is_discounted[p] = fabs(work->energy_kev[p] - ANNIHILATION_KEV) < 2.0;
        if (mix->is_discounted[p]) {
            mix->annihilation_area = fmax(mix->annihilation_area, peak->area);
        }
    }
}

/* Solve, then mark what the strong peaks make of themselves, and solve again without that. */
static moly_status solve(identify_work *work, moly_error *err)
{
    moly_status status = MOLY_OK;
    for (size_t p = 0; p < work->peaks->n; p++) {
        work->tolerance_kev[p] = tolerance_kev(work, p);
    }
    if (!work->options->efficiency && !work->is_adapted) {
        status = adapt_efficiency(work, err);
    }
    weigh_peaks(work);
    if (status == MOLY_OK) {
        status = suspects_of(work, err);
    }
    if (status == MOLY_OK) {
        mixture_solve(&work->mix, &work->known);
        if (explain_discount(work)) {
            status = suspects_of(work, err);
            if (status == MOLY_OK) {
                mixture_solve(&work->mix, &work->known);
            }
        }
    }
    return status;
}

static void use_scale(identify_work *work)
{
    for (size_t p = 0; p < work->peaks->n; p++) {
        work->energy_kev[p] = moly_energy_of_channel(&work->scale, work->peaks->peaks[p].channel);
    }
    work->low_kev = fmax(12.0, moly_energy_of_channel(&work->scale, 4.0));
    work->high_kev = moly_energy_of_channel(&work->scale, (double)work->spectrum->n_channels - 5.0);
    /* below the lowest channels with counts a discriminator cuts */
    size_t first = 0;
    while (first + 1 < work->spectrum->n_channels && work->spectrum->counts[first] < 1.0) {
        first++;
    }
    work->low_kev = fmax(work->low_kev, moly_energy_of_channel(&work->scale, (double)first) + 2.0);
}

static moly_status prepare(identify_work *work, moly_error *err)
{
    const moly_identify_options *options = work->options;
    size_t n = work->peaks->n + 1;
    work->scale = work->spectrum->energy;
    work->efficiency = options->efficiency ? *options->efficiency : moly_efficiency_generic();
    work->arena = moly_arena_new();
    if (!work->arena) {
        return MOLY_NO_MEMORY(err);
    }
    work->energy_kev = moly_arena_alloc(work->arena, n, sizeof *work->energy_kev);
    work->tolerance_kev = moly_arena_alloc(work->arena, n, sizeof *work->tolerance_kev);
    work->mix.sd = moly_arena_alloc(work->arena, n, sizeof *work->mix.sd);
    work->mix.is_discounted = moly_arena_alloc(work->arena, n, 1);
    if (!work->energy_kev || !work->tolerance_kev || !work->mix.sd || !work->mix.is_discounted) {
        return MOLY_NO_MEMORY(err);
    }
    work->mix.peaks = work->peaks;
    work->mix.annihilation_area = 0.0;
    work->mix.energy_kev = work->energy_kev;
    work->mix.is_strict = moly_fwhm_kev(&work->peaks->fwhm, 662.0) > POOR_FWHM * 662.0;
    use_scale(work);
    moly_status status = candidates_open(options->set, &work->known, err);
    for (size_t i = 0; status == MOLY_OK && i < options->n_wanted; i++) {
        size_t at = 0;
        status = candidates_add(&work->known, options->wanted[i], 1, &at, err);
    }
    return status;
}

static moly_status identify_all(identify_work *work, moly_error *err)
{
    moly_status status = MOLY_OK;
    bool keeps = work->options->keep_scale;
    work->tolerance = keeps ? TOLERANCE_NARROW : TOLERANCE_WIDE;
    for (bool is_done = false; status == MOLY_OK && !is_done;) {
        status = solve(work, err);
        is_done = work->tolerance == TOLERANCE_NARROW;
        if (status == MOLY_OK && !keeps && refit_scale(work)) {
            use_scale(work);
        }
        work->tolerance += is_done ? 0 : 1;
    }
    /* once more, with the energies that the last fit gave */
    if (status == MOLY_OK && !keeps) {
        status = solve(work, err);
    }
    return status;
}

static moly_status hand_over(identify_work *work, moly_gamma_spectrum *spectrum,
                             moly_identification **result, moly_error *err)
{
    moly_identification *made = moly_alloc(1, sizeof *made);
    if (!made) {
        return MOLY_NO_MEMORY(err);
    }
    made->labels = moly_alloc(work->peaks->n + 1, sizeof *made->labels);
    made->nuclides = moly_alloc(work->mix.n + work->options->n_wanted + 1, sizeof *made->nuclides);
    moly_status status = made->labels && made->nuclides ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (status == MOLY_OK) {
        status = report_nuclides(work, made, err);
    }
    if (status != MOLY_OK) {
        moly_identification_free(made);
        return status;
    }
    if (work->is_refitted) {
        spectrum->energy = work->scale;
        for (size_t p = 0; p < work->peaks->n; p++) {
            moly_gamma_peak *peak = &work->peaks->peaks[p];
            peak->energy_kev = work->energy_kev[p];
        }
        made->is_refitted = true;
        made->n_scale_peaks = work->n_scale_peaks;
        made->scale_rms_kev = work->scale_rms_kev;
    }
    made->spectrum = spectrum;
    made->peaks = work->peaks;
    work->peaks = NULL;
    *result = made;
    return MOLY_OK;
}

moly_status moly_identify(moly_gamma_spectrum *spectrum, const moly_identify_options *options,
                          moly_identification **result, moly_error *err)
{
    identify_work work = {.spectrum = spectrum, .options = options};
    moly_peak_options peak_options = moly_peak_options_default();
    *result = NULL;
    peak_options.progress = options->progress;
    peak_options.fwhm = options->fwhm;
    if (options->background && options->background->n_channels != spectrum->n_channels) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "the background has %zu channels and the spectrum %zu: they must be equal",
                         options->background->n_channels, spectrum->n_channels);
    }
    moly_status status = moly_gamma_peaks_find(spectrum, &peak_options, &work.peaks, err);
    if (status == MOLY_OK) {
        status = prepare(&work, err);
    }
    if (status == MOLY_OK && spectrum->energy.n_coefficients > 0) {
        status = identify_all(&work, err);
    }
    if (status == MOLY_OK) {
        if (work.mix.is_strict && spectrum->energy.n_coefficients > 0) {
            moly_gamma_spectrum_warn(spectrum,
                                     "resolution of %.1f %% at 662 keV: too poor to tell nuclides "
                                     "apart whose lines lie near each other",
                                     moly_fwhm_kev(&work.peaks->fwhm, 662.0) / 6.62);
        }
        status = hand_over(&work, spectrum, result, err);
    }
    candidates_close(&work.known);
    moly_arena_free(work.arena);
    moly_gamma_peaks_free(work.peaks);
    return status;
}
