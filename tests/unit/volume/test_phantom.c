/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/volume/phantom.h"

/* The standard one on a lattice that just holds the body: a sixth of the work. */
static moly_phantom tight_phantom(void)
{
    moly_phantom phantom = moly_phantom_iec();
    phantom.grid.n[0] = 78;
    phantom.grid.n[1] = 60;
    phantom.grid.n[2] = 50;
    phantom.grid.origin_mm[0] = -154.0;
    phantom.grid.origin_mm[1] = -118.0;
    phantom.grid.origin_mm[2] = -98.0;
    return phantom;
}

/* Mean and coefficient of variation of the voxels within `radius_mm` of a point. */
static void around(const moly_volume *volume, const double centre[3], double radius_mm,
                   double *mean, double *variation)
{
    const int64_t *n = volume->grid.n;
    double sum = 0.0, squares = 0.0, count = 0.0;
    for (int64_t i = 0; i < moly_grid_n_voxels(&volume->grid); i++) {
        double at[3],
            index[3] = {(double)(i % n[0]), (double)(i / n[0] % n[1]), (double)(i / n[0] / n[1])};
        moly_grid_position(&volume->grid, index, at);
        double dx = at[0] - centre[0], dy = at[1] - centre[1], dz = at[2] - centre[2];
        if (dx * dx + dy * dy + dz * dz <= radius_mm * radius_mm) {
            sum += (double)volume->data[i];
            squares += (double)volume->data[i] * (double)volume->data[i];
            count += 1.0;
        }
    }
    *mean = sum / count;
    *variation = sqrt(fmax(0.0, squares / count - *mean * *mean)) / *mean;
}

static void without_resolution_and_noise_it_is_the_truth(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_volume *volume = NULL;
    moly_phantom phantom = tight_phantom();
    double centre[3], mean, variation;
    phantom.fwhm_mm = phantom.noise = 0.0;
    assert_ok(moly_phantom_make(&phantom, &volume, &err), err);
    moly_phantom_sphere_centre(&phantom, 5, centre);
    around(volume, centre, 12.0, &mean, &variation);
    assert_relative(mean, 4.0 * 5300.0, 1e-6); /* well inside the sphere of 37 mm */
    around(volume, (const double[3]){0, 90, -40}, 12.0, &mean, &variation);
    assert_relative(mean, 5300.0, 1e-6);
    around(volume, (const double[3]){0, 0, 0}, 12.0, &mean, &variation);
    assert_true(mean == 0.0); /* the lung insert */
    moly_volume_free(volume);
}

static void the_body_holds_nearly_ten_litres(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_volume *volume = NULL;
    moly_phantom phantom = tight_phantom();
    double inside = 0.0;
    phantom.fwhm_mm = phantom.noise = 0.0;
    phantom.sphere_ratio = 1.0;
    assert_ok(moly_phantom_make(&phantom, &volume, &err), err);
    for (int64_t i = 0; i < moly_grid_n_voxels(&volume->grid); i++) {
        inside += (double)volume->data[i] / phantom.background_bq_per_ml;
    }
    /* The IEC body phantom takes about 9.7 L; walls and the lung insert are of this model's size.
     */
    double litres = inside * moly_grid_voxel_ml(&volume->grid) * 1e-3;
    assert_true(litres > 9.3 && litres < 9.6);
    moly_volume_free(volume);
}

static void the_noise_is_what_was_asked_for_and_depends_on_the_seed_alone(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_volume *a = NULL, *b = NULL, *c = NULL;
    moly_phantom phantom = tight_phantom();
    double mean, variation;
    assert_ok(moly_phantom_make(&phantom, &a, &err), err);
    assert_ok(moly_phantom_make(&phantom, &b, &err), err);
    phantom.seed++;
    assert_ok(moly_phantom_make(&phantom, &c, &err), err);
    size_t bytes = (size_t)moly_grid_n_voxels(&a->grid) * sizeof(float);
    assert_memory_equal(a->data, b->data, bytes);
    assert_true(memcmp(a->data, c->data, bytes) != 0);
    around(a, (const double[3]){0, 75, -50}, 25.0, &mean, &variation);
    /* 1000 voxels, of which the resolution leaves some 250 independent: 5 standard errors */
    assert_relative(mean, 5300.0, 5.0 * 0.06 / sqrt(250.0));
    assert_relative(variation, 0.06, 0.25);
    moly_volume_free(a);
    moly_volume_free(b);
    moly_volume_free(c);
}

static void small_spheres_lose_more_to_the_resolution_than_large_ones(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_volume *volume = NULL;
    moly_phantom phantom = tight_phantom();
    phantom.noise = 0.0;
    assert_ok(moly_phantom_make(&phantom, &volume, &err), err);
    double before = 0.0;
    for (int i = 0; i < MOLY_PHANTOM_N_SPHERES; i++) {
        double centre[3], mean, variation;
        moly_phantom_sphere_centre(&phantom, i, centre);
        around(volume, centre, phantom.sphere_diameter_mm[i] / 2.0, &mean, &variation);
        assert_true(mean > before && mean < 4.0 * 5300.0);
        before = mean;
    }
    moly_volume_free(volume);
}

static void a_parameter_out_of_range_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_volume *volume = NULL;
    moly_phantom phantom = tight_phantom();
    phantom.noise = 1.5;
    assert_fails(moly_phantom_make(&phantom, &volume, &err), MOLY_ERR_RANGE, "noise", err);
    assert_null(volume);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_resolution_and_noise_it_is_the_truth),
        cmocka_unit_test(the_body_holds_nearly_ten_litres),
        cmocka_unit_test(the_noise_is_what_was_asked_for_and_depends_on_the_seed_alone),
        cmocka_unit_test(small_spheres_lose_more_to_the_resolution_than_large_ones),
        cmocka_unit_test(a_parameter_out_of_range_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
