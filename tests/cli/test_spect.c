/* SPDX-License-Identifier: Apache-2.0 */
/* From a gamma camera's projections to images by the command line. */
#include "running.h"

#include <math.h>

#include "moly/formats/dicom.h"
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

/* The ball lies at the patient's left (x = 40 mm); the same from DICOM projections, whose patient
 * the image takes; the image grows in the folder of who watches. */
static void an_image_goes_to_a_pacs_and_can_be_watched(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_dicom_image *image = NULL;
    moly_volume_summary summary;
    run_well("moly scan --scanner siemens-symbia --phantom spect-sphere --activity 50MBq "
             "--time 10min --views 32 --bins 32 --start 2026-11-23T08:00Z -o left",
             &result);
    run_well("moly reconstruct left --iterations 4 --scatter none -o series/ --watch seen "
             "--format json",
             &result);
    assert_contains(result.out, "\"log_likelihood\"");
    run_well("test -s series.json && cat seen/progress.json", &result);
    assert_contains(result.out, "\"iteration\":4");
    assert_contains(result.out, "\"fraction\":1");
    run_well("test -s seen/picture.nii && test -s seen/attenuation.nii.gz", &result);
    run_well("moly reconstruct left --iterations 4 --scatter none -o same.hv", &result);
    assert_ok(moly_dicom_load_path("series", NULL, &image, &err), err);
    assert_int_equal(image->volume->quantity, MOLY_QUANTITY_BQ_PER_ML);
    assert_string_equal(image->header.patient_id, "PHANTOM-spect-sphere");
    const moly_grid *g = &image->volume->grid;
    double sum = 0.0, x = 0.0;
    for (int64_t i = 0; i < moly_grid_n_voxels(g); i++) {
        double at[3];
        moly_grid_voxel_position(g, i, at);
        sum += (double)image->volume->data[i];
        x += (double)image->volume->data[i] * at[0];
    }
    assert_true(fabs(x / sum - 40.0) < 2.0);
    static const double ball_mm[3] = {40.0, 0.0, 0.0};
    assert_relative(sum * moly_grid_voxel_ml(g) / 1e6, within("same.hv", ball_mm, 1e4), 1e-3);
    assert_ok(moly_volume_summarise(image->volume, &summary, &err), err);
    assert_true(fabs(summary.max_lps_mm[0] - 40.0) < 31.0);
    moly_dicom_image_free(image);
    run_line("command -v dciodvfy >/dev/null && dciodvfy series/0001.dcm 2>&1 | grep '^Error'",
             &result);
    assert_string_equal(result.out, "");
    run_well("moly reconstruct left/projections.dcm --nuclide Tc-99m --iterations 1 "
             "--patient-id 4711 --scatter none -o other/",
             &result);
    run_well("moly reconstruct left/projections.dcm --nuclide Tc-99m --iterations 1 "
             "--scatter none --dicom-like other/ -o third/",
             &result);
    assert_ok(moly_dicom_load_path("third", NULL, &image, &err), err);
    assert_string_equal(image->header.patient_id, "4711");
    assert_string_equal(image->header.patient_name, "Phantom^spect-sphere");
    moly_dicom_image_free(image);
    run_line("moly reconstruct left --iterations 1 --patient-id 3 -o no.nii", &result);
    assert_int_equal(result.exit_code, 2);
    assert_contains(result.err, "--patient-id is for DICOM");
    run_line("moly reconstruct left/peak.hs --iterations 1 -o no/", &result);
    assert_int_equal(result.exit_code, 2);
    assert_contains(result.err, "needs a patient's number");
    run_line("moly reconstruct left --iterations 1 -o series/", &result);
    assert_contains(result.err, "is there already");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activity_of_a_60_mm_ball_is_found_within_5_percent),
        cmocka_unit_test(decay_and_any_orbit_are_taken_into_account),
        cmocka_unit_test(an_image_goes_to_a_pacs_and_can_be_watched),
        cmocka_unit_test(projections_of_stir_are_reconstructed),
    };
    return cmocka_run_group_tests(tests, run_in_fresh_folder, leave_fresh_folder);
}
