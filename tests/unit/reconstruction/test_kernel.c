/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel EM: rows, adjoint, threads, and less noise than EM. */
#include "moly/reconstruction/kernel.h"

#include "moly/base/random.h"
#include "small_world.h"
#include "testing.h"

static double distance(const float *a, const float *reference)
{
    double error = 0.0, size = 0.0;
    for (size_t i = 0; i < N_VOXELS; i++) {
        const double d = (double)(a[i] - reference[i]);
        error += d * d;
        size += (double)reference[i] * (double)reference[i];
    }
    return sqrt(error / size);
}

static void a_kernel_keeps_sums_of_rows_and_is_adjoint(void **state)
{
    (void)state;
    moly_error err = {0};
    world w = {0};
    make_world(&w, 0, 0.5, 0.0);
    const moly_kernel_options options = {.n_neighbours = 12, .radius = 2, .sigma = 0.5};
    moly_operator *k = NULL;
    assert_ok(moly_kernel_basis(&w.grid, w.truth, &options, &k, &err), err);
    float *x = calloc(N_VOXELS, sizeof *x), *y = calloc(N_VOXELS, sizeof *y);
    float *kx = calloc(N_VOXELS, sizeof *kx), *ky = calloc(N_VOXELS, sizeof *ky);
    moly_random draws = moly_random_stream(5, 1);
    for (size_t i = 0; i < N_VOXELS; i++) {
        x[i] = (float)moly_random_uniform(&draws);
        y[i] = (float)moly_random_uniform(&draws) - 0.5F;
    }
    assert_ok(moly_operator_forward(k, x, kx, &err), err);
    assert_ok(moly_operator_adjoint(k, y, ky, &err), err);
    double left = 0.0, right = 0.0, sizes[2] = {0.0};
    for (size_t i = 0; i < N_VOXELS; i++) {
        left += (double)kx[i] * (double)y[i];
        right += (double)x[i] * (double)ky[i];
        sizes[0] += (double)kx[i] * (double)kx[i];
        sizes[1] += (double)y[i] * (double)y[i];
    }
    assert_true(fabs(left - right) <= 1e-6 * sqrt(sizes[0] * sizes[1]));
    /* an image that the anatomy knows stays as it is */
    assert_ok(moly_operator_forward(k, w.truth, kx, &err), err);
    assert_true(distance(kx, w.truth) < 0.05);
    moly_operator_free(k);
    free(x);
    free(y);
    free(kx);
    free(ky);
    free_world(&w);
}

static void kernel_em_is_nearer_to_the_truth_than_em_with_noise(void **state)
{
    (void)state;
    moly_error err = {0};
    world w = {0};
    make_world(&w, 0, 0.5, 5.0);
    make_noise(&w, 11);
    const moly_kernel_options options = {.n_neighbours = 20, .radius = 2, .sigma = 0.5};
    moly_operator *k = NULL;
    assert_ok(moly_kernel_basis(&w.grid, w.truth, &options, &k, &err), err);
    const moly_pet_model model = {w.prompts, w.factors, w.background};
    moly_osem_options osem = {.n_subsets = 4, .n_iterations = 8, .projector = {.n_threads = 2}};
    float *image = calloc(N_VOXELS, sizeof *image);
    assert_ok(moly_osem(&model, &w.grid, &osem, image, &err), err);
    const double plain = error_of(&w, image);
    osem.basis = k;
    assert_ok(moly_osem(&model, &w.grid, &osem, image, &err), err);
    const double with_kernel = error_of(&w, image);
    print_message("error of EM %.3f, of kernel EM %.3f\n", plain, with_kernel);
    assert_true(with_kernel < 0.5 * plain);
    moly_operator_free(k);
    free(image);
    free_world(&w);
}

static void what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    const moly_grid grid = {{2, 2, 2}, {1, 1, 1}, {0, 0, 0}, {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    float anatomy[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    moly_operator *k = NULL;
    moly_kernel_options options = {.n_neighbours = 0, .radius = 2, .sigma = 0.5};
    assert_fails(moly_kernel_basis(&grid, anatomy, &options, &k, &err), MOLY_ERR_RANGE,
                 "a kernel of 0 neighbours", err);
    options.n_neighbours = 30; /* more than there are voxels: those that there are */
    assert_ok(moly_kernel_basis(&grid, anatomy, &options, &k, &err), err);
    float ones[8] = {1, 1, 1, 1, 1, 1, 1, 1}, out[8];
    assert_ok(moly_operator_forward(k, ones, out, &err), err);
    for (int i = 0; i < 8; i++) {
        assert_relative((double)out[i], 1.0, 1e-6);
    }
    moly_operator_free(k);
    anatomy[3] = NAN;
    assert_fails(moly_kernel_basis(&grid, anatomy, &options, &k, &err), MOLY_ERR_RANGE,
                 "voxel 3 of the anatomical image", err);
    assert_null(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kernel_keeps_sums_of_rows_and_is_adjoint),
        cmocka_unit_test(kernel_em_is_nearer_to_the_truth_than_em_with_noise),
        cmocka_unit_test(what_makes_no_sense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
