/* SPDX-License-Identifier: Apache-2.0 */
#include "scanning.h"

#include "moly/base/memory.h"

static const char cylinder[] = "cylinder c; material water; activity 1; half 100 100 100";
static const char ball[] = "sphere c; material water; activity 1; diameter 16";

static float *view_of(const moly_sinogram *sinogram, int64_t view)
{
    moly_error err = {0};
    float *bins =
        moly_alloc((size_t)moly_layout_view_bins(moly_sinogram_layout(sinogram)), sizeof *bins);
    assert_non_null(bins);
    assert_ok(moly_sinogram_read_view(sinogram, view, bins, &err), err);
    return bins;
}

static moly_sinogram *scan(const bench *b, const moly_exact_options *options, double *sum)
{
    moly_error err = {0};
    moly_sinogram *s = NULL;
    assert_ok(moly_sinogram_new(b->layout, &s, &err), err);
    assert_ok(moly_scan_exact(&b->setup, options, s, sum, &err), err);
    return s;
}

static void attenuation_through_the_middle_of_a_cylinder_is_that_of_its_diameter(void **state)
{
    (void)state;
    const moly_layout_options plain = {.max_difference = 0};
    bench b = bench_new(cylinder, 1e7, 60.0, &plain);
    double sum, bare;
    moly_sinogram *with = scan(&b, &(moly_exact_options){.n_rays = 1}, &sum);
    moly_sinogram *without =
        scan(&b, &(moly_exact_options){.n_rays = 1, .is_unattenuated = true}, &bare);
    float *seen = view_of(with, 0), *all = view_of(without, 0);
    const size_t middle = (size_t)(b.layout->n_tangential / 2 * b.layout->n_planes + 3);
    const double mu = moly_solids_mu_per_mm(b.solids, 0);
    assert_relative((double)seen[middle] / (double)all[middle], exp(-200.0 * mu), 1e-6);
    assert_true(sum < bare);
    moly_free(seen);
    moly_free(all);
    moly_sinogram_free(with);
    moly_sinogram_free(without);
    bench_free(&b);
}

/* Two photons back to back both meet the band of crystals when they leave within its solid angle as
 * seen from the middle; off it by z the nearer end counts, 1 - |z| / half, and |z| of a ball is 3/8
 * of its radius on average. */
static void a_ball_in_the_middle_gives_the_solid_angle_of_the_ring(void **state)
{
    (void)state;
    moly_error err = {0};
    const moly_layout_options all = {.max_difference = 7};
    bench b = bench_new(ball, 1e8, 60.0, &all);
    const moly_pet_scanner *s = &b.layout->scanner;
    double sum, window;
    moly_sinogram *counts =
        scan(&b, &(moly_exact_options){.n_rays = 64, .is_unattenuated = true}, &sum);
    assert_ok(moly_window_share(s, &window, &err), err);
    const double decays = moly_scan_effective_s(b.setup.nuclide, 60.0) * 1e8 *
                          moly_positrons_per_decay(b.setup.nuclide);
    const double half = 0.5 * 8.0 * s->ring_pitch_mm, radius = moly_pet_radius(s);
    const double band = (1.0 - 3.0 / 8.0 * 8.0 / half) * half / sqrt(half * half + radius * radius);
    /* LSO at 511 keV: 0.87 /cm within 3 % (Melcher, J Nucl Med 41 (2000) 1051); 20 mm deep */
    const double stop = 1.0 - exp(-20.0 * 0.087);
    assert_relative(sum, decays * band * stop * stop * window * window, 0.05);
    moly_sinogram_free(counts);
    bench_free(&b);
}

static void tof_bins_add_up_to_the_line_and_a_point_lies_in_the_middle(void **state)
{
    (void)state;
    const moly_layout_options plain = {.max_difference = 1};
    const moly_layout_options tof = {.max_difference = 1, .tof_mashing = 1};
    bench b = bench_new("sphere c; material water; activity 1; at 40 -20 3; diameter 10", 1e7, 60.0,
                        &tof);
    bench p = bench_new("sphere c; material water; activity 1; at 40 -20 3; diameter 10", 1e7, 60.0,
                        &plain);
    const moly_exact_options options = {.n_rays = 4};
    double sum_tof, sum;
    moly_sinogram *with = scan(&b, &options, &sum_tof), *without = scan(&p, &options, &sum);
    assert_relative(sum_tof, sum, 1e-4); /* 41 bins of 15 mm reach 5 sigma beyond the source */
    /* mean and variance along each line of view 20, and where the sphere's middle lies */
    float *bins = view_of(with, 20);
    const int64_t n_tof = b.layout->n_tof, n_planes = b.layout->n_planes;
    const double width = moly_layout_tof_width(b.layout), sigma = moly_layout_tof_sigma(b.layout);
    const int64_t plane = b.layout->segments[1].first_plane + 4; /* rings 4 and 4, z = 3 mm */
    int n_checked = 0;
    for (int64_t t = 0; t < b.layout->n_tangential; t++) {
        double n = 0.0, mean = 0.0, square = 0.0, from[2], to[2], z1, z2;
        for (int64_t k = 0; k < n_tof; k++) {
            const double count = (double)bins[(t * n_tof + k) * n_planes + plane];
            const double x = ((double)k - 0.5 * (double)(n_tof - 1)) * width;
            n += count;
            mean += count * x;
            square += count * x * x;
        }
        assert_true(moly_layout_line(b.layout, 20, t, from, to));
        moly_layout_ends(b.layout, plane, &z1, &z2);
        assert_relative(z1, 3.0, 1e-12);
        if (n <= 0.0) {
            continue;
        }
        mean /= n;
        square = square / n - mean * mean;
        const double dx = from[0] - to[0], dy = from[1] - to[1], length = sqrt(dx * dx + dy * dy);
        const double place =
            ((40.0 - 0.5 * (from[0] + to[0])) * dx + (-20.0 - 0.5 * (from[1] + to[1])) * dy) /
            length;
        assert_true(fabs(mean - place) < 2.0); /* half the sphere's chord at most */
        /* the kernel, the bin's own width and at most the chord of 10 mm */
        const double expected = sigma * sigma + width * width / 12.0;
        assert_true(square > expected * 0.999 && square < expected + 10.0 * 10.0 / 12.0 + 0.5);
        n_checked++;
    }
    assert_true(n_checked >= 1);
    moly_free(bins);
    moly_sinogram_free(with);
    moly_sinogram_free(without);
    bench_free(&b);
    bench_free(&p);
}

static void spans_and_mashing_sum_the_same_pairs(void **state)
{
    (void)state;
    const moly_layout_options fine = {.max_difference = 7};
    const moly_layout_options coarse = {.span = 3, .max_difference = 7, .view_mashing = 2};
    bench a = bench_new(cylinder, 1e7, 60.0, &fine), b = bench_new(cylinder, 1e7, 60.0, &coarse);
    const moly_exact_options options = {.n_rays = 1};
    double sum_a, sum_b;
    moly_sinogram *x = scan(&a, &options, &sum_a), *y = scan(&b, &options, &sum_b);
    assert_relative(sum_b, sum_a, 1e-6);
    moly_sinogram_free(x);
    moly_sinogram_free(y);
    bench_free(&a);
    bench_free(&b);
}

static void noise_is_poisson_and_does_not_depend_on_threads(void **state)
{
    (void)state;
    const moly_layout_options plain = {.max_difference = 7};
    bench b = bench_new(cylinder, 5e6, 60.0, &plain);
    b.setup.efficiency_spread = 0.05;
    double expected, counted, again;
    moly_sinogram *mean = scan(&b, &(moly_exact_options){.n_rays = 1}, &expected);
    const moly_exact_options noisy = {.n_rays = 1, .has_noise = true};
    moly_sinogram *one = scan(&b, &noisy, &counted);
    b.setup.n_threads = 2;
    moly_sinogram *two = scan(&b, &noisy, &again);
    assert_true(expected > 1e4);
    assert_true(fabs(counted - expected) < 4.0 * sqrt(expected)); /* 4 standard errors */
    assert_true(counted == again);
    double chi2 = 0.0, n = 0.0;
    for (int64_t v = 0; v < b.layout->n_views; v += 7) {
        float *m = view_of(mean, v), *x = view_of(one, v), *y = view_of(two, v);
        for (int64_t i = 0; i < moly_layout_view_bins(b.layout); i++) {
            assert_true(x[i] == y[i]);
            if (m[i] > 0.5F) {
                chi2 += (double)((x[i] - m[i]) * (x[i] - m[i]) / m[i]);
                n += 1.0;
            }
        }
        moly_free(m);
        moly_free(x);
        moly_free(y);
    }
    /* variance of (x - m)^2 / m is 2 + 1 / m <= 4 */
    assert_true(n > 1000.0 && fabs(chi2 / n - 1.0) < 4.0 * sqrt(4.0 / n));
    moly_sinogram_free(mean);
    moly_sinogram_free(one);
    moly_sinogram_free(two);
    bench_free(&b);
}

static void what_cannot_be_scanned_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    const moly_layout_options plain = {.max_difference = 0};
    bench b = bench_new(cylinder, 1e7, 60.0, &plain);
    moly_sinogram *s = NULL;
    double sum;
    assert_ok(moly_sinogram_new(b.layout, &s, &err), err);
    assert_fails(moly_scan_exact(&b.setup, &(moly_exact_options){.n_rays = 65}, s, &sum, &err),
                 MOLY_ERR_RANGE, "65 lines", err);
    b.setup.duration_s = -1.0;
    assert_fails(moly_scan_exact(&b.setup, &(moly_exact_options){.n_rays = 1}, s, &sum, &err),
                 MOLY_ERR_RANGE, "-1 s", err);
    size_t tc = 0;
    assert_ok(moly_nuclide_find(moly_nuclide_set_builtin(), "Tc-99m", &tc, &err), err);
    b.setup.duration_s = 1.0;
    b.setup.nuclide = moly_nuclide_at(moly_nuclide_set_builtin(), tc);
    assert_fails(moly_scan_exact(&b.setup, &(moly_exact_options){.n_rays = 1}, s, &sum, &err),
                 MOLY_ERR_DATA, "Tc-99m emits no positrons", err);
    moly_sinogram_free(s);
    bench_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attenuation_through_the_middle_of_a_cylinder_is_that_of_its_diameter),
        cmocka_unit_test(a_ball_in_the_middle_gives_the_solid_angle_of_the_ring),
        cmocka_unit_test(tof_bins_add_up_to_the_line_and_a_point_lies_in_the_middle),
        cmocka_unit_test(spans_and_mashing_sum_the_same_pairs),
        cmocka_unit_test(noise_is_poisson_and_does_not_depend_on_threads),
        cmocka_unit_test(what_cannot_be_scanned_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
