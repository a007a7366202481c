/* SPDX-License-Identifier: Apache-2.0 */
/* Gamma cameras of the library, collimators, projections. */
#include <math.h>

#include "testing.h"

#include "moly/scanner/gamma.h"

static void every_camera_of_the_library_has_lehr_megp_and_hegp(void **state)
{
    (void)state;
    const char *const *names = NULL;
    const size_t n = moly_gamma_camera_names(&names);
    assert_true(n >= 2);
    for (size_t i = 0; i < n; i++) {
        static const char *const wanted[] = {"LEHR", "MEGP", "HEGP"};
        moly_error err = {0};
        moly_gamma_camera camera;
        double before = 0.0;
        assert_ok(moly_gamma_camera_find(names[i], &camera, &err), err);
        for (int k = 0; k < 3; k++) {
            moly_collimator c;
            assert_ok(moly_gamma_collimator(&camera, wanted[k], &c, &err), err);
            assert_true(c.energy_max_kev > before);
            before = c.energy_max_kev;
        }
    }
}

/* The manufacturer's own system figures of Symbia's LEHR for Tc-99m: 7.5 mm at 100 mm with 3.8 mm
 * intrinsic (7.4 to 7.5 published), 202 cpm/uCi = 91 cps/MBq with both the 140.5 keV yield and the
 * crystal's efficiency (about 0.89 * 0.85) in it. */
static void formulas_give_the_published_resolution_and_sensitivity(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_gamma_camera camera;
    moly_collimator c;
    const double mu = moly_lead_mu_per_mm(140.5);
    assert_ok(moly_gamma_camera_find("siemens-symbia", &camera, &err), err);
    assert_ok(moly_gamma_collimator(&camera, "LEHR", &c, &err), err);
    const double fwhm = hypot(camera.intrinsic_fwhm_mm, moly_collimator_fwhm_mm(&c, 100.0, mu));
    assert_relative(fwhm, 7.45, 0.05);
    assert_relative(1e6 * moly_collimator_sensitivity(&c, 100.0, mu) * 0.89 * 0.85, 91.0, 0.10);
}

/* NIST, X-Ray Mass Attenuation Coefficients, table 3: 2.014 cm2/g at 150 keV and 0.2323 at 400 keV,
 * coherent scattering included. */
static void lead_attenuates_as_nist_says(void **state)
{
    (void)state;
    assert_relative(moly_lead_mu_per_mm(150.0), 2.014 * 11.35 / 10.0, 1e-3);
    assert_relative(moly_lead_mu_per_mm(400.0), 0.2323 * 11.35 / 10.0, 1e-3);
    assert_true(moly_lead_mu_per_mm(90.0) > 3.0 * moly_lead_mu_per_mm(87.0));
}

static void texts_with_faults_name_line_and_key(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "title = x\nholes = 3\n",
        "title = x\nsource = y\nheads = 2\nfield width = 500 mm\nfield length = 400 mm\ncrystal = "
        "9 "
        "mm\nintrinsic resolution = 4 mm\nenergy resolution = 10 %\ncollimator = A\nshape = odd\n"
        "hole = 1 mm\nlength = 20 mm\nseptum = 0.2 mm\nhighest energy = 150 keV\n",
        "title = x\ncollimator = LEHR\n",
    };
    static const char *const says[] = {"line 2", "shape 'odd'", "is missing"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        moly_error err = {0};
        moly_gamma_camera camera;
        assert_int_not_equal(moly_gamma_camera_parse(texts[i], "my", &camera, &err), MOLY_OK);
        assert_non_null(strstr(err.message, says[i]));
    }
}

static void projections_refuse_absurd_sizes_and_negative_counts(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_projections *p = NULL;
    assert_int_equal(moly_projections_new(1, 1, 1 << 20, 1 << 20, 4, 1.0, 1.0, &p, &err),
                     MOLY_ERR_RANGE);
    assert_null(p);
    err = (moly_error){0};
    assert_ok(moly_projections_new(2, 1, 3, 4, 5, 4.0, 4.0, &p, &err), err);
    assert_ok(moly_projections_check(p, &err), err);
    moly_projections_view(p, 1, 0, 2)[7] = -1.0F;
    assert_int_equal(moly_projections_check(p, &err), MOLY_ERR_DATA);
    assert_non_null(strstr(err.message, "view 2, pixel (2, 1)"));
    moly_projections_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_camera_of_the_library_has_lehr_megp_and_hegp),
        cmocka_unit_test(formulas_give_the_published_resolution_and_sensitivity),
        cmocka_unit_test(lead_attenuates_as_nist_says),
        cmocka_unit_test(texts_with_faults_name_line_and_key),
        cmocka_unit_test(projections_refuse_absurd_sizes_and_negative_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
