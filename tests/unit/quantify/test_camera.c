/* SPDX-License-Identifier: Apache-2.0 */
/* Gamma cameras' own quality: floods, line sources, centre of rotation, sensitivity. */
#include <math.h>
#include <stdlib.h>

#include "testing.h"

#include "moly/formats/dicom_nm.h"
#include "moly/quantify/camera.h"

static moly_dicom_nm *read_nm(const char *relative)
{
    char path[4096];
    moly_error err = {0};
    moly_dicom_nm *nm = NULL;
    need_shared(relative, path, sizeof path);
    assert_ok(moly_dicom_read_nm(path, &nm, &err), err);
    return nm;
}

/* Expected: data/clinical/reference.json of the reference data: FWHM 7.5618 mm from the largest
 * pixel; the parabola through it makes the peak higher and the line narrower by less than 2 %. */
static void a_line_source_has_the_width_of_the_reference(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_camera_line line;
    moly_dicom_nm *nm = read_nm("data/clinical/dicom_nm/mediso_qc/Spatial_Resol_X.dcm");
    const moly_projections *p = nm->projections;
    double *profile = calloc((size_t)p->n_bins, sizeof *profile);
    assert_non_null(profile);
    moly_camera_profile(p, p->counts, true, profile);
    assert_ok(moly_camera_line_profile(profile, (size_t)p->n_bins, p->bin_mm, &line, &err), err);
    print_message("FWHM %.4f mm, FWTM %.4f mm at %.2f mm\n", line.fwhm_mm, line.fwtm_mm,
                  line.position_mm);
    assert_relative(line.fwhm_mm, 7.561822969235573, 0.02);
    assert_relative(line.fwtm_mm, 13.095240367224221 * p->bin_mm, 0.02);
    assert_relative(line.position_mm, 252.0 * p->bin_mm, 0.005);
    free(profile);
    moly_dicom_nm_free(nm);
}

static void a_gaussian_line_has_its_own_width(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_camera_line line;
    double profile[64];
    for (int i = 0; i < 64; i++) {
        profile[i] = 1000.0 * exp(-0.5 * (i - 30.3) * (i - 30.3) / (4.0 * 4.0));
    }
    assert_ok(moly_camera_line_profile(profile, 64, 0.5, &line, &err), err);
    assert_relative(line.fwhm_mm, 0.5 * 4.0 * sqrt(8.0 * log(2.0)), 0.01);
    assert_relative(line.fwtm_mm, 0.5 * 4.0 * sqrt(8.0 * log(10.0)), 0.01);
    assert_relative(line.position_mm, 0.5 * 30.3, 0.001);
    assert_int_equal(moly_camera_line_profile(profile, 25, 0.5, &line, &err), MOLY_ERR_DATA);
}

/* 16.0 million counts; the reference's central field, with pixels of 4.13 mm and the whole exposed
 * field, has 5.24 % integral: larger pixels and 95 % of the field have less noise. */
static void a_flood_of_16_million_counts_is_analysed(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_camera_uniformity u;
    moly_dicom_nm *nm = read_nm("data/clinical/dicom_nm/mediso_qc/UNIFORMIDAD_1.dcm");
    assert_ok(moly_camera_flood(nm->projections, nm->projections->counts, 0.0, 0.0, &u, &err), err);
    print_message("pixel %.3f mm, UFOV %lld: %.4f %.4f; CFOV %lld: %.4f %.4f\n", u.pixel_mm,
                  (long long)u.useful.n_pixels, u.useful.integral, u.useful.differential,
                  (long long)u.central.n_pixels, u.central.integral, u.central.differential);
    assert_relative(u.total, 16000045.0, 1e-12);
    assert_int_equal(u.factor, 3);
    assert_true(u.central.integral < 0.0524 && u.central.integral > 0.01);
    assert_true(u.central.differential < 0.0373 && u.central.differential <= u.central.integral);
    assert_true(u.useful.integral >= u.central.integral);
    moly_dicom_nm_free(nm);
}

static void a_flood_with_a_known_slope_has_its_uniformity(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_camera_uniformity u;
    moly_projections *p = NULL;
    assert_ok(moly_projections_new(1, 1, 1, 64, 64, 6.4, 6.4, &p, &err), err);
    for (int i = 0; i < 64 * 64; i++) { /* exposed from 2 to 61 across, 10 to 53 along */
        const int x = i % 64, y = i / 64;
        p->counts[i] = x > 1 && x < 62 && y > 9 && y < 54 ? (float)(10000 + 10 * x) : 0.0F;
    }
    assert_ok(moly_camera_flood(p, p->counts, 320.0, 192.0, &u, &err), err);
    assert_int_equal(u.useful.n_pixels, 50 * 30);
    /* across: pixels 7 to 56; ends are smoothed with what lies in the field only */
    const double least = 10000.0 + 10.0 * (7.0 * 2.0 + 8.0) / 3.0;
    const double most = 10000.0 + 10.0 * (56.0 * 2.0 + 55.0) / 3.0;
    assert_relative(u.useful.integral, (most - least) / (most + least), 1e-9);
    assert_relative(u.useful.differential, 40.0 / (2.0 * 10000.0 + 20.0 * 10.0), 0.02);
    moly_projections_free(p);
}

static void an_axis_beside_the_middle_is_found(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_camera_rotation r;
    moly_projections *p = NULL;
    assert_ok(moly_projections_new(1, 1, 24, 9, 64, 4.0, 4.0, &p, &err), err);
    moly_projections_orbit(p, 0.2, 2.0 * acos(-1.0), 200.0, 10.0);
    for (int64_t v = 0; v < 24; v++) {
        const double a = p->views[v].angle_rad;
        const double at = (2.5 + 60.0 * cos(a) - 20.0 * sin(a)) / 4.0 + 31.5;
        for (int64_t i = 0; i < 9 * 64; i++) {
            const double du = (double)(i % 64) - at, dv = (double)(i / 64) - 4.0;
            moly_projections_view(p, 0, 0, v)[i] =
                (float)(1000.0 * exp(-0.5 * (du * du + dv * dv) / (2.0 * 2.0)));
        }
    }
    assert_ok(moly_camera_centre_of_rotation(p, &r, &err), err);
    assert_relative(r.offset_mm, 2.5, 0.05);
    assert_relative(r.radius_mm, hypot(60.0, 20.0), 0.005);
    assert_true(r.deviation_mm < 1.0 && r.axial_range_mm < 0.01);
    moly_projections_free(p);
}

static void sensitivity_counts_the_decays_of_the_measurement(void **state)
{
    (void)state;
    moly_error err = {0};
    double s = 0.0;
    assert_ok(moly_camera_sensitivity(90100.0, 100.0, 600.0, 2e6, 21624.0, &s, &err), err);
    assert_relative(s, 90000.0 / (2e6 * 21624.0 / log(2.0) * (1.0 - exp2(-600.0 / 21624.0))),
                    1e-12);
    assert_int_equal(moly_camera_sensitivity(1.0, 2.0, 600.0, 2e6, 21624.0, &s, &err),
                     MOLY_ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_source_has_the_width_of_the_reference),
        cmocka_unit_test(a_gaussian_line_has_its_own_width),
        cmocka_unit_test(a_flood_of_16_million_counts_is_analysed),
        cmocka_unit_test(a_flood_with_a_known_slope_has_its_uniformity),
        cmocka_unit_test(an_axis_beside_the_middle_is_found),
        cmocka_unit_test(sensitivity_counts_the_decays_of_the_measurement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
