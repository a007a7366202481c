/* SPDX-License-Identifier: Apache-2.0 */
/* Radiochromatograms: what is read, and areas against the analytic ones. */
#include "testing.h"

#include <math.h>

#include "quality/chromatogram.h"

enum { N = 1200 };

typedef struct peak {
    double area, apex, sd;
} peak;

/* The same every time: Knuth's MMIX generator, sums of 12 for a normal distribution. */
static double normal(uint64_t *state)
{
    double sum = -6.0;
    for (int i = 0; i < 12; i++) {
        *state = *state * 6364136223846793005u + 1442695040888963407u;
        sum += (double)(*state >> 11) / 9007199254740992.0;
    }
    return sum;
}

/* 12 min in steps of 0.01 min on a sloping baseline. */
static chromatogram trace_of(const peak *peaks, size_t n_peaks, double noise, double half_life,
                             uint64_t seed)
{
    chromatogram t = {.n = N};
    t.position = moly_alloc(N, sizeof(double));
    t.signal = moly_alloc(N, sizeof(double));
    for (size_t i = 0; i < N; i++) {
        double x = 0.01 * (double)i, decay = isfinite(half_life) ? exp2(-x / half_life) : 1.0;
        t.position[i] = x;
        t.signal[i] = 10.0 + 0.5 * x + (noise > 0.0 ? noise * normal(&seed) : 0.0);
        for (size_t k = 0; k < n_peaks; k++) {
            double z = (x - peaks[k].apex) / peaks[k].sd;
            t.signal[i] += decay * peaks[k].area * exp(-0.5 * z * z) /
                           (peaks[k].sd * sqrt(2.0 * 3.14159265358979323846));
        }
    }
    return t;
}

static void areas_without_noise_are_the_analytic_ones(void **state)
{
    (void)state;
    const peak peaks[] = {{30.0, 2.0, 0.08}, {970.0, 6.0, 0.12}};
    chromatogram t = trace_of(peaks, 2, 0.0, NAN, 1);
    chromatogram_result r;
    moly_error err = {0};
    assert_ok(chromatogram_integrate(&t, NAN, &r, &err), err);
    assert_int_equal(r.n_peaks, 2);
    /* the trapezoidal rule on a Gaussian sampled 8 points a standard deviation is exact to 1e-12;
     * what is cut off are the tails below the noise that is taken for 0 */
    assert_relative(r.peaks[0].area, 30.0, 1e-6);
    assert_relative(r.peaks[1].area, 970.0, 1e-6);
    assert_relative(r.baseline, 10.0, 1e-6);
    assert_relative(r.slope, 0.5, 1e-6);
    double sd = 0.0;
    assert_relative(chromatogram_share(&r, 5.5, 6.5, &sd), 0.97, 1e-6);
    chromatogram_free(&t);
}

static void decay_along_the_run_is_corrected(void **state)
{
    (void)state;
    /* N-13, 9.965 min: the later peak would seem a third too small */
    const peak peaks[] = {{500.0, 2.0, 0.1}, {500.0, 8.0, 0.1}};
    chromatogram t = trace_of(peaks, 2, 0.0, 9.965, 1);
    chromatogram_result r;
    moly_error err = {0};
    double sd = 0.0;
    assert_ok(chromatogram_integrate(&t, NAN, &r, &err), err);
    assert_true(chromatogram_share(&r, 7.0, 9.0, &sd) < 0.41);
    assert_ok(chromatogram_integrate(&t, 9.965, &r, &err), err);
    assert_relative(chromatogram_share(&r, 7.0, 9.0, &sd), 0.5, 1e-6);
    chromatogram_free(&t);
}

static void shares_with_noise_are_within_their_standard_deviations(void **state)
{
    (void)state;
    const peak peaks[] = {{3.0, 2.0, 0.1}, {97.0, 6.0, 0.15}};
    enum { RUNS = 200 };
    double sum = 0.0, squares = 0.0;
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        chromatogram t = trace_of(peaks, 2, 1.0, NAN, seed);
        chromatogram_result r;
        moly_error err = {0};
        double sd = 0.0;
        assert_ok(chromatogram_integrate(&t, NAN, &r, &err), err);
        double z = (chromatogram_share(&r, 5.0, 7.0, &sd) - 0.97) / sd;
        sum += z;
        squares += z * z;
        assert_true(fabs(r.noise - 1.0) < 0.15);
        chromatogram_free(&t);
    }
    /* 200 seeds: mean within 4 standard errors and half a deviation of bias (the baseline's points
     * include the peaks' feet below 3 standard deviations), spread within a factor of 1.5 of what
     * is claimed */
    assert_true(fabs(sum / RUNS) < 0.5 + 4.0 / sqrt(RUNS));
    assert_true(sqrt(squares / RUNS) < 1.5);
}

static void two_tops_are_parted_at_the_valley_and_one_noisy_top_is_not(void **state)
{
    (void)state;
    const peak two[] = {{50.0, 5.0, 0.15}, {50.0, 5.7, 0.15}}, one[] = {{100.0, 5.0, 0.4}};
    chromatogram_result r;
    moly_error err = {0};
    chromatogram t = trace_of(two, 2, 0.5, NAN, 7);
    assert_ok(chromatogram_integrate(&t, NAN, &r, &err), err);
    assert_int_equal(r.n_peaks, 2);
    assert_relative(r.peaks[0].share, 0.5, 0.02); /* 2 %: noise and the perpendicular */
    chromatogram_free(&t);
    for (uint64_t seed = 1; seed <= 50; seed++) {
        t = trace_of(one, 1, 2.0, NAN, seed);
        assert_ok(chromatogram_integrate(&t, NAN, &r, &err), err);
        assert_int_equal(r.n_peaks, 1);
        chromatogram_free(&t);
    }
}

static void noise_alone_has_no_peak_and_peaks_alone_no_baseline(void **state)
{
    (void)state;
    chromatogram_result r;
    moly_error err = {0};
    size_t n_false = 0;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        chromatogram t = trace_of(NULL, 0, 1.0, NAN, seed);
        n_false += chromatogram_integrate(&t, NAN, &r, &err) == MOLY_OK;
        err = (moly_error){0};
        chromatogram_free(&t);
    }
    assert_true(n_false <= 10); /* two neighbours above 3 sd whose area is too: seldom */
}

static void read_ok(const char *text, size_t n, double first, double last)
{
    chromatogram t;
    moly_error err = {0};
    assert_ok(chromatogram_parse(text, strlen(text), &t, &err), err);
    assert_int_equal(t.n, n);
    assert_true(t.position[0] == first && t.signal[n - 1] == last);
    chromatogram_free(&t);
}

static void read_fails(const char *text, const char *piece)
{
    chromatogram t;
    moly_error err = {0};
    assert_int_equal(chromatogram_parse(text, strlen(text), &t, &err), MOLY_ERR_DATA);
    if (!strstr(err.message, piece)) {
        fail_msg("wanted '%s', got: %s", piece, err.message);
    }
    assert_null(t.position);
}

#define ROWS(sep)                                                                                  \
    "1" sep "0\n2" sep "0\n3" sep "0\n4" sep "0\n5" sep "0\n6" sep "0\n7" sep "0\n8" sep           \
    "0\n9" sep "0\n10" sep "0\n11" sep "0\n12" sep "0\n13" sep "0\n14" sep "0\n15" sep "0\n"

static void traces_of_other_programs_are_read(void **state)
{
    (void)state;
    read_ok("time,counts\n" ROWS(",") "16,7\n", 16, 1.0, 7.0);
    read_ok("# a comment\r\n\r\nmin;cps\r\n" ROWS(";") "16,5;7,25\r\n", 16, 1.0, 7.25);
    read_ok("-1\t0\textra\n" ROWS("\t") "16\t-7e2", 17, -1.0, -700.0);
}

static void what_is_no_trace_is_refused_with_its_line(void **state)
{
    (void)state;
    read_fails("", "at least 16");
    read_fails("a,b\nc,d\n" ROWS(","), "line 2");
    read_fails(ROWS(",") "15,1\n", "does not follow");
    read_fails(ROWS(",") "16,nan\n", "line 16");
    read_fails(ROWS(",") "16,0x10\n", "line 16");
    read_fails(ROWS(",") "16\n", "line 16");
    chromatogram t;
    moly_error err = {0};
    assert_int_equal(chromatogram_parse("\0\1\2", 3, &t, &err), MOLY_ERR_DATA);
}

static void no_allocation_that_fails_leaks_or_crashes(void **state)
{
    (void)state;
    static const char text[] = "x,y\n" ROWS(",") "16,7\n17,90\n18,95\n19,3\n20,0\n";
    for (size_t nth = 1; nth <= 5; nth++) {
        chromatogram t = {0};
        chromatogram_result r;
        moly_error err = {0};
        moly_alloc_fail_after(nth);
        moly_status status = chromatogram_parse(text, sizeof text - 1, &t, &err);
        status = status ? status : chromatogram_integrate(&t, NAN, &r, &err);
        moly_alloc_fail_after(0);
        assert_int_equal(status, MOLY_ERR_MEMORY);
        chromatogram_free(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(areas_without_noise_are_the_analytic_ones),
        cmocka_unit_test(decay_along_the_run_is_corrected),
        cmocka_unit_test(shares_with_noise_are_within_their_standard_deviations),
        cmocka_unit_test(two_tops_are_parted_at_the_valley_and_one_noisy_top_is_not),
        cmocka_unit_test(noise_alone_has_no_peak_and_peaks_alone_no_baseline),
        cmocka_unit_test(traces_of_other_programs_are_read),
        cmocka_unit_test(what_is_no_trace_is_refused_with_its_line),
        cmocka_unit_test(no_allocation_that_fails_leaks_or_crashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
