/* SPDX-License-Identifier: Apache-2.0 */
/* Operators: they compose, blur what they should, and are their adjoints' adjoints. */
#include "small.h"

#include "moly/projection/operator.h"

static void assert_adjoint(const moly_operator *op)
{
    moly_error err = {0};
    const size_t n_in = moly_operator_n_in(op), n_out = moly_operator_n_out(op);
    float *x = floats(n_in), *y = floats(n_out), *ax = floats(n_out), *ay = floats(n_in);
    fill_random(x, n_in, 1, 0.0);
    fill_random(y, n_out, 2, -0.5);
    assert_ok(moly_operator_forward(op, x, ax, &err), err);
    assert_ok(moly_operator_adjoint(op, y, ay, &err), err);
    const double size = sqrt(dot(ax, ax, n_out) * dot(y, y, n_out));
    assert_true(fabs(dot(ax, y, n_out) - dot(x, ay, n_in)) <= 1e-6 * size);
    free(x);
    free(y);
    free(ax);
    free(ay);
}

static void a_blur_is_its_own_adjoint_and_keeps_what_stays_inside(void **state)
{
    (void)state;
    moly_error err = {0};
    const moly_grid grid = small_grid();
    moly_operator *op = NULL;
    assert_ok(moly_operator_gaussian(&grid, 9.0, 2, &op, &err), err);
    assert_adjoint(op);
    const size_t n = moly_operator_n_in(op);
    float *x = floats(n), *y = floats(n);
    x[((size_t)(N_XY / 2) * N_XY + N_XY / 2) * N_Z + N_Z / 2] = 1.0F;
    assert_ok(moly_operator_forward(op, x, y, &err), err);
    double sum = 0.0, square[3] = {0.0};
    for (int64_t iy = 0; iy < N_XY; iy++) {
        for (int64_t ix = 0; ix < N_XY; ix++) {
            for (int64_t iz = 0; iz < N_Z; iz++) {
                const double v = (double)y[((size_t)iy * N_XY + (size_t)ix) * N_Z + (size_t)iz];
                sum += v;
                square[0] += v * (double)((ix - N_XY / 2) * (ix - N_XY / 2)) * 16.0;
                square[1] += v * (double)((iy - N_XY / 2) * (iy - N_XY / 2)) * 16.0;
                square[2] += v * (double)((iz - N_Z / 2) * (iz - N_Z / 2)) * 16.0;
            }
        }
    }
    assert_relative(sum, 1.0, 1e-5);
    for (int i = 0; i < 3; i++) { /* sampled at 4 mm: the Gaussian's own variance within 1 % */
        assert_relative(square[i], 9.0 * 9.0 / (8.0 * log(2.0)), 0.01);
    }
    free(x);
    free(y);
    moly_operator_free(op);
}

static void operators_compose_and_refuse_those_that_do_not_meet(void **state)
{
    (void)state;
    moly_error err = {0};
    const moly_grid grid = small_grid();
    const moly_pet_scanner scanner = small_scanner(0);
    const moly_layout_options options = {.max_difference = 3};
    const moly_projector_options how = {.n_threads = 2};
    moly_layout *layout = NULL;
    moly_pet_projector *p = NULL;
    const int64_t views[] = {1, 9};
    moly_operator *blur = NULL, *project = NULL, *weigh = NULL, *whole = NULL, *none = NULL;
    assert_ok(moly_layout_new(&scanner, &options, &layout, &err), err);
    assert_ok(moly_pet_projector_new(layout, &grid, &how, &p, &err), err);
    assert_ok(moly_operator_gaussian(&grid, 6.0, 1, &blur, &err), err);
    assert_ok(moly_operator_pet(p, views, 2, &project, &err), err);
    const size_t n_out = moly_operator_n_out(project), n_in = moly_operator_n_in(project);
    float *weights = floats(n_out), *x = floats(n_in), *y = floats(n_in), *z = floats(n_in);
    fill_random(weights, n_out, 5, 0.5);
    assert_ok(moly_operator_diagonal(weights, n_out, &weigh, &err), err);
    assert_fails(moly_operator_chain(blur, weigh, &none, &err), MOLY_ERR_RANGE, "do not meet", err);
    assert_ok(moly_operator_chain(project, blur, &whole, &err), err);
    assert_ok(moly_operator_chain(weigh, whole, &whole, &err), err);
    assert_adjoint(whole);
    /* normal is the adjoint after forward */
    float *between = floats(n_out);
    fill_random(x, n_in, 1, 0.0);
    assert_ok(moly_operator_normal(whole, x, y, &err), err);
    assert_ok(moly_operator_forward(whole, x, between, &err), err);
    assert_ok(moly_operator_adjoint(whole, between, z, &err), err);
    assert_memory_equal(y, z, n_in * sizeof *y);
    free(between);
    free(weights);
    free(x);
    free(y);
    free(z);
    moly_operator_free(whole);
    moly_pet_projector_free(p);
    moly_layout_free(layout);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_blur_is_its_own_adjoint_and_keeps_what_stays_inside),
        cmocka_unit_test(operators_compose_and_refuse_those_that_do_not_meet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
