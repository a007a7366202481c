/* SPDX-License-Identifier: Apache-2.0 */
/* Priors: gradients against differences of the values, known values, what does not understand. */
#include "moly/reconstruction/priors.h"

#include "moly/base/random.h"
#include "testing.h"

enum { NX = 6, NY = 5, NZ = 4, N = NX * NY * NZ };
static const moly_grid grid = {
    {NX, NY, NZ}, {2.0, 2.5, 3.0}, {0, 0, 0}, {1, 0, 0, 0, 1, 0, 0, 0, 1}};
static const char *const texts[] = {"rdp:beta=0.7,gamma=2,eps=0.1", "rdp:beta=2,gamma=0,eps=1",
                                    "quadratic:beta=0.3",           "logcosh:beta=1.5,delta=0.4",
                                    "tv:beta=0.9,eps=0.2",          "bowsher:beta=1,n=5",
                                    "pls:beta=1,eps=0.1,eta=0.2"};
enum { N_TEXTS = sizeof texts / sizeof *texts };

static void fill(float *image, float *anatomy)
{
    moly_random random = moly_random_stream(11, 0);
    for (int i = 0; i < N; i++) {
        image[i] = (float)(0.5 + 3.0 * moly_random_uniform(&random));
        anatomy[i] = (float)(i % NZ < 2 ? 1.0 : 3.0) + (float)(0.2 * moly_random_uniform(&random));
    }
}

static moly_prior *make(const char *text, const float *anatomy, int n_threads)
{
    moly_error err = {0};
    moly_prior_options options;
    moly_prior *prior = NULL;
    assert_ok(moly_prior_parse(text, &options, &err), err);
    assert_ok(moly_prior_new(&options, &grid, anatomy, n_threads, &prior, &err), err);
    return prior;
}

static double value_of(const moly_prior *prior, const float *image)
{
    moly_error err = {0};
    double value = 0.0;
    assert_ok(moly_prior_evaluate(prior, image, &value, NULL, NULL, &err), err);
    return value;
}

static void gradients_are_those_of_the_values(void **state)
{
    (void)state;
    float image[N], anatomy[N], gradient[N], curvature[N];
    fill(image, anatomy);
    for (size_t t = 0; t < N_TEXTS; t++) {
        moly_error err = {0};
        moly_prior *prior = make(texts[t], anatomy, 1);
        double value = 0.0;
        assert_ok(moly_prior_evaluate(prior, image, &value, gradient, curvature, &err), err);
        for (int i = 0; i < N; i += 7) {
            const float kept = image[i], h = 0.01F;
            image[i] = kept + h;
            const double above = value_of(prior, image);
            image[i] = kept - h;
            const double below = value_of(prior, image);
            image[i] = kept;
            const double slope = (above - below) / (2.0 * (double)h);
            const double bend = (above - 2.0 * value + below) / (double)(h * h);
            /* single precision values of a sum, and the third derivative's h^2 */
            if (fabs(slope - (double)gradient[i]) > 2e-3 * (1.0 + fabs(slope))) {
                fail_msg("%s, voxel %d: slope %g, gradient %g", texts[t], i, slope,
                         (double)gradient[i]);
            }
            if (bend > 1.05 * (double)curvature[i] + 0.1) {
                fail_msg("%s, voxel %d: bends by %g, bound %g", texts[t], i, bend,
                         (double)curvature[i]);
            }
        }
        moly_prior_free(prior);
    }
}

static void an_even_image_costs_nothing(void **state)
{
    (void)state;
    float image[N], anatomy[N], gradient[N];
    fill(image, anatomy);
    for (int i = 0; i < N; i++) {
        image[i] = 2.5F;
    }
    for (size_t t = 0; t < N_TEXTS; t++) {
        moly_error err = {0};
        moly_prior *prior = make(texts[t], anatomy, 2);
        double value = 1.0;
        assert_ok(moly_prior_evaluate(prior, image, &value, gradient, NULL, &err), err);
        assert_true(fabs(value) < 1e-5);
        for (int i = 0; i < N; i++) {
            assert_true(fabsf(gradient[i]) < 1e-6F);
        }
        moly_prior_free(prior);
    }
}

/* Two voxels beside one another along x, 1 and 3: one pair at the smallest distance. */
static void known_values(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"rdp:beta=1,gamma=2,eps=1e-6", 4.0 / (4.0 + 2.0 * 2.0)},
        {"quadratic:beta=10", 20.0},
        {"logcosh:beta=1,delta=2", 4.0 * 0.43378083048302},
        {"tv:beta=1,eps=1e-6", 2.0}, /* 2 / (2 mm) * 2 mm */
    };
    const moly_grid pair = {{2, 1, 1}, {2, 2, 2}, {0, 0, 0}, {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    const float image[2] = {1.0F, 3.0F};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        moly_error err = {0};
        moly_prior_options options;
        moly_prior *prior = NULL;
        double value = 0.0;
        assert_ok(moly_prior_parse(cases[i].text, &options, &err), err);
        assert_ok(moly_prior_new(&options, &pair, NULL, 1, &prior, &err), err);
        assert_ok(moly_prior_evaluate(prior, image, &value, NULL, NULL, &err), err);
        assert_relative(value, cases[i].value, 1e-5);
        moly_prior_free(prior);
    }
}

/* An edge that the anatomy has costs less than one that it has not. */
static void edges_of_the_anatomy_are_cheap(void **state)
{
    (void)state;
    float image[N], anatomy[N], flat[N];
    for (int i = 0; i < N; i++) {
        image[i] = anatomy[i] = i % NZ < 2 ? 1.0F : 3.0F;
        flat[i] = 1.0F;
    }
    static const char *const guided[] = {"bowsher:beta=1,n=6", "pls:beta=1,eps=1e-3,eta=1e-3"};
    for (int t = 0; t < 2; t++) {
        moly_prior *with = make(guided[t], anatomy, 1), *without = make(guided[t], flat, 1);
        assert_true(value_of(with, image) < 0.05 * value_of(without, image));
        moly_prior_free(with);
        moly_prior_free(without);
    }
}

static void threads_change_no_bit(void **state)
{
    (void)state;
    float image[N], anatomy[N], one[N], many[N];
    fill(image, anatomy);
    for (size_t t = 0; t < N_TEXTS; t++) {
        moly_error err = {0};
        double value[2] = {0.0, 0.0};
        moly_prior *a = make(texts[t], anatomy, 1), *b = make(texts[t], anatomy, 3);
        assert_ok(moly_prior_evaluate(a, image, &value[0], one, NULL, &err), err);
        assert_ok(moly_prior_evaluate(b, image, &value[1], many, NULL, &err), err);
        assert_memory_equal(one, many, sizeof one);
        assert_memory_equal(&value[0], &value[1], sizeof value[0]);
        moly_prior_free(a);
        moly_prior_free(b);
    }
}

static void what_is_not_understood_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        moly_status status;
        const char *piece;
    } cases[] = {
        {"rpd:beta=1", MOLY_ERR_USAGE, "no prior 'rpd'"},
        {"rdp", MOLY_ERR_USAGE, "needs its strength"},
        {"rdp:beta=1,delta=2", MOLY_ERR_USAGE, "'rdp' has no 'delta'"},
        {"rdp:beta", MOLY_ERR_USAGE, "no key=number"},
        {"rdp:beta=x", MOLY_ERR_USAGE, "beta"},
        {"rdp:beta=-1", MOLY_ERR_RANGE, "beta of -1"},
        {"rdp:beta=1,gamma=1e3", MOLY_ERR_RANGE, "gamma of 1000"},
        {"bowsher:beta=1,n=27", MOLY_ERR_RANGE, "of 1 to 26 neighbours"},
    };
    moly_prior_options options;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        moly_error err = {0};
        assert_fails(moly_prior_parse(cases[i].text, &options, &err), cases[i].status,
                     cases[i].piece, err);
    }
    moly_error err = {0};
    moly_prior *prior = NULL;
    assert_ok(moly_prior_parse("bowsher:beta=1", &options, &err), err);
    assert_fails(moly_prior_new(&options, &grid, NULL, 1, &prior, &err), MOLY_ERR_USAGE,
                 "needs an anatomical image", err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_are_those_of_the_values),
        cmocka_unit_test(an_even_image_costs_nothing),
        cmocka_unit_test(known_values),
        cmocka_unit_test(edges_of_the_anatomy_are_cheap),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(what_is_not_understood_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
