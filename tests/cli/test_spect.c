/* SPDX-License-Identifier: Apache-2.0 */
/* From a gamma camera's projections to images by the command line. */
#include "running.h"

#include <math.h>

#include "moly/formats/interfile.h"

static ran result;

/* Activity within a ball, MBq. */
static double within(const char *path, const double centre_mm[3], double radius_mm)
{
    moly_error err = {0};
    moly_volume *v = NULL;
    double sum = 0.0;
    assert_ok(moly_interfile_read_image(path, &v, &err), err);
    for (int64_t i = 0; i < moly_grid_n_voxels(&v->grid); i++) {
        double at[3], far = 0.0;
        moly_grid_voxel_position(&v->grid, i, at);
        for (int k = 0; k < 3; k++) {
            far += (at[k] - centre_mm[k]) * (at[k] - centre_mm[k]);
        }
        sum += far <= radius_mm * radius_mm ? (double)v->data[i] : 0.0;
    }
    sum *= moly_grid_voxel_ml(&v->grid) / 1e6;
    moly_volume_free(v);
    return sum;
}

/* A ball of 60 mm in cold water, photon by photon with scatter, noise of ten minutes; OSEM with
 * attenuation, the collimator's response and TEW; all activity within one FWHM (9 mm at the orbit's
 * 140 mm) of the ball within 5 %. Source of the bound: the project's own contract. */
static void activity_of_a_60_mm_ball_is_found_within_5_percent(void **state)
{
    (void)state;
    static const double ball_mm[3] = {40.0, 0.0, 0.0};
    run_well("moly scan --scanner siemens-symbia --phantom spect-sphere --activity 100MBq "
             "--time 10min --scatter --histories 20000 --views 60 --bins 64 --seed 1 "
             "--start 2026-11-23T08:00Z -o ball",
             &result);
    run_well("moly reconstruct ball --iterations 6 -o ball.hv", &result);
    const double found = within("ball.hv", ball_mm, 30.0 + 9.0);
    print_message("100 MBq: %.2f MBq with TEW\n", found);
    assert_relative(found, 100.0, 0.05);
    run_well("moly reconstruct ball --iterations 6 --scatter none -o with.hv", &result);
    assert_true(within("with.hv", ball_mm, 42.0) > 115.0); /* without correction */
    run_line("moly reconstruct ball --iterations 1 --psf 5mm -o no.hv", &result);
    assert_int_equal(result.exit_code, 2);
    run_line("moly reconstruct ball --iterations 1 --window 9 -o no.hv", &result);
    assert_true(result.exit_code != 0 && strstr(result.err, "--window 9"));
}

/* A contour orbit and a nuclide that decays while it is scanned; primary photons alone. */
static void decay_and_any_orbit_are_taken_into_account(void **state)
{
    (void)state;
    static const double ball_mm[3] = {40.0, 0.0, 0.0};
    run_well("moly scan --scanner ge-nm-ct-670 --phantom spect-sphere --activity 20MBq "
             "--time 2h --orbit contour --views 60 --bins 48 --start 2026-11-23T08:00Z -o long",
             &result);
    run_well("moly reconstruct long --iterations 6 --scatter none -o long.hv", &result);
    const double found = within("long.hv", ball_mm, 42.0);
    print_message("20 MBq: %.2f MBq\n", found);
    assert_relative(found, 20.0, 0.02);
    /* the same from DICOM, where the file alone tells angles, radii and times */
    run_well("moly reconstruct long/projections.dcm --iterations 6 --scatter none --nuclide Tc-99m "
             "--camera ge-nm-ct-670 --collimator LEHR --attenuation long/attenuation.hv "
             "-o dicom.hv",
             &result);
    assert_relative(within("dicom.hv", ball_mm, 39.0), within("long.hv", ball_mm, 39.0), 1e-3);
}

/* The projections that STIR is tested with. Expected sum: Python over the file. */
static void projections_of_stir_are_reconstructed(void **state)
{
    (void)state;
    char path[3000], line[4096];
    need_shared("data/clinical/raw_spect/stir_spectub/input.hs", path, sizeof path);
    (void)snprintf(line, sizeof line,
                   "moly reconstruct %.3000s --iterations 2 --subsets 12 -o stir.hv --format json",
                   path);
    run_well(line, &result);
    assert_non_null(strstr(result.out, "\"prompts\": 25157262.6286"));
    /* spheres, hot and cold, in a cylinder: inside is brighter than outside */
    static const double middle[3] = {0.0, 0.0, -60.0}, beside[3] = {0.0, 180.0, -60.0};
    assert_true(within("stir.hv", middle, 30.0) > 20.0 * within("stir.hv", beside, 30.0));
    (void)snprintf(line, sizeof line, "moly raw show %.3000s --format json", path);
    run_well(line, &result);
    assert_non_null(strstr(result.out, "\"views\": 120"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activity_of_a_60_mm_ball_is_found_within_5_percent),
        cmocka_unit_test(decay_and_any_orbit_are_taken_into_account),
        cmocka_unit_test(projections_of_stir_are_reconstructed),
    };
    return cmocka_run_group_tests(tests, run_in_fresh_folder, leave_fresh_folder);
}
