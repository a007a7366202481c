/* SPDX-License-Identifier: Apache-2.0 */
/* Projectors against chords known in closed form, their adjoints, and each other. */
#include "small.h"

#include "moly/projection/operator.h"

typedef struct setting {
    moly_projector_kind kind;
    int64_t n_sides, span, tof_mashing, view_mashing;
    double arc_bin_mm, radius_mm;
} setting;

static const setting settings[] = {
    {MOLY_PROJECTOR_JOSEPH, 0, 1, 0, 1, 0.0, 0.0},
    {MOLY_PROJECTOR_JOSEPH, 8, 1, 0, 1, 0.0, 0.0},
    {MOLY_PROJECTOR_JOSEPH, 0, 3, 0, 2, 0.0, 55.0},
    {MOLY_PROJECTOR_JOSEPH, 0, 1, 0, 1, 5.0, 0.0},
    {MOLY_PROJECTOR_JOSEPH, 8, 1, 1, 1, 0.0, 50.0},
    {MOLY_PROJECTOR_JOSEPH, 0, 3, 3, 1, 0.0, 0.0},
    {MOLY_PROJECTOR_DISTANCE_DRIVEN, 0, 1, 0, 1, 0.0, 0.0},
    {MOLY_PROJECTOR_DISTANCE_DRIVEN, 8, 3, 3, 2, 0.0, 50.0},
    {MOLY_PROJECTOR_DISTANCE_DRIVEN, 0, 1, 0, 1, 5.0, 0.0},
    {MOLY_PROJECTOR_SIDDON, 0, 1, 0, 1, 0.0, 0.0},
    {MOLY_PROJECTOR_SIDDON, 8, 3, 0, 2, 0.0, 60.0},
};
enum { N_SETTINGS = sizeof settings / sizeof *settings };

static moly_layout *layout_of(const setting *s)
{
    moly_error err = {0};
    moly_layout *layout = NULL;
    const moly_pet_scanner scanner = small_scanner(s->n_sides);
    const moly_layout_options options = {.span = s->span,
                                         .max_difference = -1,
                                         .view_mashing = s->view_mashing,
                                         .tof_mashing = s->tof_mashing,
                                         .arc_bin_mm = s->arc_bin_mm};
    assert_ok(moly_layout_new(&scanner, &options, &layout, &err), err);
    return layout;
}

static moly_pet_projector *projector_of(const setting *s, const moly_layout *layout, int n_threads,
                                        const char *back_end)
{
    moly_error err = {0};
    moly_pet_projector *p = NULL;
    const moly_grid grid = small_grid();
    const moly_projector_options options = {.kind = s->kind,
                                            .n_rays = 2,
                                            .radius_mm = s->radius_mm,
                                            .n_threads = n_threads,
                                            .back_end = back_end};
    assert_ok(moly_pet_projector_new(layout, &grid, &options, &p, &err), err);
    return p;
}

static void back_projection_is_the_adjoint_of_projection(void **state)
{
    (void)state;
    moly_error err = {0};
    for (size_t i = 0; i < N_SETTINGS; i++) {
        for (const char *const *back_end = moly_projector_back_ends(); *back_end; back_end++) {
            moly_layout *layout = layout_of(&settings[i]);
            moly_pet_projector *p = projector_of(&settings[i], layout, 2, *back_end);
            const int64_t views[] = {0, 3, layout->n_views / 2, layout->n_views - 1};
            moly_operator *op = NULL;
            assert_ok(moly_operator_pet(p, views, 4, &op, &err), err);
            const size_t n_in = moly_operator_n_in(op), n_out = moly_operator_n_out(op);
            float *x = floats(n_in), *y = floats(n_out), *ax = floats(n_out), *ay = floats(n_in);
            fill_random(x, n_in, 1, 0.0);
            fill_random(y, n_out, 2, -0.5);
            assert_ok(moly_operator_forward(op, x, ax, &err), err);
            assert_ok(moly_operator_adjoint(op, y, ay, &err), err);
            const double size = sqrt(dot(ax, ax, n_out) * dot(y, y, n_out));
            assert_true(size > 0.0);
            /* the bound the operators promise */
            assert_true(fabs(dot(ax, y, n_out) - dot(x, ay, n_in)) <= 1e-6 * size);
            free(x);
            free(y);
            free(ax);
            free(ay);
            moly_operator_free(op);
            moly_pet_projector_free(p);
            moly_layout_free(layout);
        }
    }
}

/* The image is 1 in a box: a line's chord through it, in closed form. */
static double chord_in_box(const double a[3], const double b[3], const double half[3])
{
    double from = 0.0, to = 1.0, length = 0.0;
    for (int i = 0; i < 3; i++) {
        const double d = b[i] - a[i];
        length += d * d;
        if (fabs(d) < 1e-12) {
            if (fabs(a[i]) > half[i]) {
                return 0.0;
            }
            continue;
        }
        const double p = (-half[i] - a[i]) / d, q = (half[i] - a[i]) / d;
        from = fmax(from, fmin(p, q));
        to = fmin(to, fmax(p, q));
    }
    return to > from ? (to - from) * sqrt(length) : 0.0;
}

static void siddon_gives_the_chord_of_a_box(void **state)
{
    (void)state;
    moly_error err = {0};
    const setting s = {MOLY_PROJECTOR_SIDDON, 0, 1, 0, 1, 0.0, 0.0};
    const moly_grid grid = small_grid();
    moly_layout *layout = layout_of(&s);
    moly_pet_projector *p = NULL;
    const moly_projector_options options = {.kind = MOLY_PROJECTOR_SIDDON, .n_threads = 1};
    /* voxels as high as the rings lie apart at most, so that one ray is traced a bin */
    moly_grid high = grid;
    high.n[2] = 5;
    high.spacing_mm[2] = 12.0;
    high.origin_mm[2] = -24.0;
    assert_ok(moly_pet_projector_new(layout, &high, &options, &p, &err), err);
    float *image = floats(N_XY * N_XY * 5);
    float *bins = floats((size_t)moly_layout_view_bins(layout));
    const double half[3] = {0.5 * N_XY * 4.0, 0.5 * N_XY * 4.0, 30.0};
    for (size_t i = 0; i < N_XY * N_XY * 5; i++) {
        image[i] = 1.0F;
    }
    for (int64_t view = 0; view < layout->n_views; view += 5) {
        assert_ok(moly_pet_project_view(p, image, view, bins, &err), err);
        for (int64_t t = 0; t < layout->n_tangential; t++) {
            for (int64_t plane = 0; plane < layout->n_planes; plane++) {
                double a[3], b[3];
                assert_true(moly_layout_line(layout, view, t, a, b));
                moly_layout_ends(layout, plane, &a[2], &b[2]);
                const double expected = chord_in_box(a, b, half);
                const double found = (double)bins[t * layout->n_planes + plane];
                /* single precision; a ray along an edge may go either way */
                if (fabs(found - expected) > 1e-4 * (1.0 + expected)) {
                    fail_msg("view %lld, t %lld, plane %lld: %g mm, not %g", (long long)view,
                             (long long)t, (long long)plane, found, expected);
                }
            }
        }
    }
    free(image);
    free(bins);
    moly_pet_projector_free(p);
    moly_layout_free(layout);
}

/* Both rules are exact inside a uniform image: a line through its middle gets all its rows. */
static void a_uniform_image_gives_its_chord(void **state)
{
    (void)state;
    moly_error err = {0};
    for (int run = 0; run < 4; run++) {
        const int64_t n_sides = run % 2 * 8;
        const setting s = {run / 2 ? MOLY_PROJECTOR_DISTANCE_DRIVEN : MOLY_PROJECTOR_JOSEPH,
                           n_sides,
                           1,
                           0,
                           1,
                           0.0,
                           0.0};
        moly_layout *layout = layout_of(&s);
        moly_pet_projector *p = projector_of(&s, layout, 1, NULL);
        float *image = floats(N_XY * N_XY * N_Z);
        float *bins = floats((size_t)moly_layout_view_bins(layout));
        for (size_t i = 0; i < N_XY * N_XY * N_Z; i++) {
            image[i] = 1.0F;
        }
        const int64_t middle = layout->n_tangential / 2;
        for (int64_t view = 0; view < layout->n_views; view++) {
            assert_ok(moly_pet_project_view(p, image, view, bins, &err), err);
            for (int64_t plane = 0; plane < layout->n_planes; plane++) {
                double a[3], b[3];
                assert_true(moly_layout_line(layout, view, middle, a, b));
                moly_layout_ends(layout, plane, &a[2], &b[2]);
                const double d[3] = {b[0] - a[0], b[1] - a[1], b[2] - a[2]};
                const double rows = N_XY * 4.0 / fmax(fabs(d[0]), fabs(d[1]));
                const double expected = rows * sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
                /* within the image axially, and through its middle */
                if (fmax(fabs(a[2]), fabs(b[2])) < 24.0) {
                    assert_relative((double)bins[middle * layout->n_planes + plane], expected,
                                    2e-5);
                }
            }
        }
        free(image);
        free(bins);
        moly_pet_projector_free(p);
        moly_layout_free(layout);
    }
}

/* All bins of a view together see each voxel that lies within them by the same amount: what strips
 * that tile the view promise. A point moves, the sum over the view's bins of a plane stays. */
static void distance_driven_strips_tile_the_view(void **state)
{
    (void)state;
    moly_error err = {0};
    const setting s = {MOLY_PROJECTOR_DISTANCE_DRIVEN, 0, 1, 0, 1, 5.0, 0.0};
    moly_layout *layout = layout_of(&s);
    moly_pet_projector *p = projector_of(&s, layout, 1, NULL);
    float *image = floats(N_XY * N_XY * N_Z);
    float *bins = floats((size_t)moly_layout_view_bins(layout));
    const int64_t plane = moly_layout_find_plane(layout, 4, 4);
    double first = 0.0;
    for (int place = 0; place < 5; place++) {
        const size_t at = ((size_t)(15 + place) * N_XY + 15 - 2 * (size_t)place) * N_Z;
        double sum = 0.0;
        memset(image, 0, (size_t)(N_XY * N_XY * N_Z) * sizeof *image);
        for (size_t z = 0; z < N_Z; z++) {
            image[at + z] = 1.0F;
        }
        assert_ok(moly_pet_project_view(p, image, 0, bins, &err), err);
        for (int64_t t = 0; t < layout->n_tangential; t++) {
            sum += (double)bins[t * layout->n_planes + plane];
        }
        first = place == 0 ? sum : first;
        /* bins of 5 mm: an area of 4 mm x 4 mm, seen once */
        assert_relative(sum * 5.0, 16.0, 1e-4);
        assert_relative(sum, first, 1e-4);
    }
    free(image);
    free(bins);
    moly_pet_projector_free(p);
    moly_layout_free(layout);
}

static void tof_bins_sum_to_the_line_integral(void **state)
{
    (void)state;
    moly_error err = {0};
    const setting with = {MOLY_PROJECTOR_JOSEPH, 8, 1, 1, 1, 0.0, 0.0};
    const setting without = {MOLY_PROJECTOR_JOSEPH, 8, 1, 0, 1, 0.0, 0.0};
    moly_layout *tof = layout_of(&with), *plain = layout_of(&without);
    moly_pet_projector *p = projector_of(&with, tof, 1, NULL);
    moly_pet_projector *q = projector_of(&without, plain, 1, NULL);
    float *image = floats(N_XY * N_XY * N_Z);
    float *bins = floats((size_t)moly_layout_view_bins(tof));
    float *sums = floats((size_t)moly_layout_view_bins(plain));
    fill_random(image, N_XY * N_XY * N_Z, 3, 0.0);
    assert_ok(moly_pet_project_view(p, image, 5, bins, &err), err);
    assert_ok(moly_pet_project_view(q, image, 5, sums, &err), err);
    for (int64_t t = 0; t < plain->n_tangential; t++) {
        for (int64_t plane = 0; plane < plain->n_planes; plane++) {
            double sum = 0.0;
            for (int64_t k = 0; k < tof->n_tof; k++) {
                sum += (double)bins[(t * tof->n_tof + k) * tof->n_planes + plane];
            }
            const double whole = (double)sums[t * plain->n_planes + plane];
            /* beyond 3.5 sigma lie 4.7e-4 of a Gaussian */
            assert_true(fabs(sum - whole) <= 5e-4 * whole + 1e-4);
        }
    }
    free(image);
    free(bins);
    free(sums);
    moly_pet_projector_free(p);
    moly_pet_projector_free(q);
    moly_layout_free(tof);
    moly_layout_free(plain);
}

/* A point in a far bin is seen where it lies, with the width of the kernel. */
static void a_point_is_seen_at_its_place_in_time(void **state)
{
    (void)state;
    moly_error err = {0};
    const setting s = {MOLY_PROJECTOR_JOSEPH, 0, 1, 1, 1, 0.0, 0.0};
    moly_layout *layout = layout_of(&s);
    moly_pet_projector *p = projector_of(&s, layout, 1, NULL);
    const moly_grid grid = small_grid();
    float *image = floats(N_XY * N_XY * N_Z);
    float *bins = floats((size_t)moly_layout_view_bins(layout));
    const int64_t middle = layout->n_tangential / 2, iy = 5;
    image[((size_t)iy * N_XY + N_XY / 2) * N_Z + N_Z / 2] = 1.0F;
    /* view 0, t = 0: from crystal 1 at the top (y = -R) to crystal 2 at the bottom */
    assert_ok(moly_pet_project_view(p, image, 0, bins, &err), err);
    const int64_t plane = moly_layout_find_plane(layout, 3, 4);
    double sum = 0.0, mean = 0.0, square = 0.0;
    for (int64_t k = 0; k < layout->n_tof; k++) {
        const double v = (double)bins[(middle * layout->n_tof + k) * layout->n_planes + plane];
        const double at = (double)(k - layout->n_tof / 2) * moly_layout_tof_width(layout);
        sum += v;
        mean += v * at;
        square += v * at * at;
    }
    mean /= sum;
    const double width = moly_layout_tof_width(layout), sigma = moly_layout_tof_sigma(layout);
    const double y = grid.origin_mm[1] + grid.spacing_mm[1] * (double)iy;
    assert_true(y < -10.0);
    assert_true(fabs(mean - -y) < 0.1); /* towards crystal 1 is up; z's slope is slight */
    /* the kernel cut at 3.5 sigma, and the bin's own width */
    assert_relative(square / sum - mean * mean, sigma * sigma + width * width / 12.0, 0.01);
    free(image);
    free(bins);
    moly_pet_projector_free(p);
    moly_layout_free(layout);
}

static void threads_and_back_ends_do_not_change_the_result(void **state)
{
    (void)state;
    moly_error err = {0};
    const size_t n = N_XY * N_XY * N_Z;
    for (size_t i = 0; i < N_SETTINGS; i++) {
        moly_layout *layout = layout_of(&settings[i]);
        const size_t n_bins = (size_t)moly_layout_view_bins(layout);
        float *x = floats(n), *y = floats(n_bins), *first = floats(n_bins), *image = floats(n);
        fill_random(x, n, 1, 0.0);
        fill_random(y, n_bins, 2, 0.0);
        for (int run = 0; run < 4; run++) {
            const char *const *names = moly_projector_back_ends();
            const char *back_end = run < 3 || !names[1] ? names[0] : names[1];
            moly_pet_projector *p =
                projector_of(&settings[i], layout, run < 3 ? run + 1 : 1, back_end);
            float *bins = floats(n_bins), *back = floats(n);
            assert_ok(moly_pet_project_view(p, x, 7, bins, &err), err);
            assert_ok(moly_pet_back_project_view(p, y, 7, back, &err), err);
            if (run == 0) {
                memcpy(first, bins, n_bins * sizeof *bins);
                memcpy(image, back, n * sizeof *back);
            } else if (run < 3) {
                assert_memory_equal(first, bins, n_bins * sizeof *bins);
                assert_memory_equal(image, back, n * sizeof *back);
            } else { /* another back end: single precision */
                for (size_t k = 0; k < n_bins; k++) {
                    assert_true(fabsf(first[k] - bins[k]) <= 1e-5F * (1.0F + first[k]) * 10.0F);
                }
                for (size_t k = 0; k < n; k++) {
                    assert_true(fabsf(image[k] - back[k]) <= 1e-5F * (1.0F + image[k]) * 10.0F);
                }
            }
            free(bins);
            free(back);
            moly_pet_projector_free(p);
        }
        free(x);
        free(y);
        free(first);
        free(image);
        moly_layout_free(layout);
    }
}

static void impossible_wishes_are_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    const setting s = {MOLY_PROJECTOR_JOSEPH, 0, 1, 1, 1, 0.0, 0.0};
    moly_layout *layout = layout_of(&s);
    moly_pet_projector *p = NULL;
    moly_grid grid = small_grid();
    moly_projector_options options = {.kind = MOLY_PROJECTOR_SIDDON};
    assert_fails(moly_pet_projector_new(layout, &grid, &options, &p, &err), MOLY_ERR_RANGE,
                 "time of flight", err);
    options = (moly_projector_options){.back_end = "abacus"};
    assert_fails(moly_pet_projector_new(layout, &grid, &options, &p, &err), MOLY_ERR_RANGE,
                 "abacus", err);
    options = (moly_projector_options){.n_threads = 1000};
    assert_fails(moly_pet_projector_new(layout, &grid, &options, &p, &err), MOLY_ERR_RANGE,
                 "1000 threads", err);
    options = (moly_projector_options){0};
    grid.direction[0] = 0.0;
    grid.direction[1] = 1.0;
    grid.direction[3] = 1.0;
    grid.direction[4] = 0.0;
    assert_fails(moly_pet_projector_new(layout, &grid, &options, &p, &err), MOLY_ERR_RANGE,
                 "turned", err);
    assert_null(p);
    moly_layout_free(layout);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(back_projection_is_the_adjoint_of_projection),
        cmocka_unit_test(siddon_gives_the_chord_of_a_box),
        cmocka_unit_test(a_uniform_image_gives_its_chord),
        cmocka_unit_test(distance_driven_strips_tile_the_view),
        cmocka_unit_test(tof_bins_sum_to_the_line_integral),
        cmocka_unit_test(a_point_is_seen_at_its_place_in_time),
        cmocka_unit_test(threads_and_back_ends_do_not_change_the_result),
        cmocka_unit_test(impossible_wishes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
