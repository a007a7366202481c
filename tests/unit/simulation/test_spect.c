/* SPDX-License-Identifier: Apache-2.0 */
/* Simulated projections: against the camera's published figures, formulas, and each other. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"

#include "moly/simulation/spect.h"

enum { VIEWS = 4, SIDE = 32 };
#define PIXEL_MM 5.0
#define RADIUS_MM 150.0

typedef struct scene {
    moly_gamma_camera camera;
    moly_collimator collimator;
    moly_solids *solids;
    moly_projections *counts;
    moly_spect_scan scan;
} scene;

static const char ball[] = "title = ball\nsource = test\n"
                           "cylinder water; material water; at 0 0 0; half 60 60 70\n"
                           "sphere ball; material water; activity 1; at 20 0 10; diameter 30\n";
static const char point[] = "title = point\nsource = test\n"
                            "sphere drop; material air; activity 1; at 0 0 0; diameter 1\n";

static scene make(const char *text, double side_mm)
{
    scene s = {0};
    moly_error err = {0};
    size_t nuclide = 0;
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    assert_ok(moly_gamma_camera_find("siemens-symbia", &s.camera, &err), err);
    assert_ok(moly_gamma_collimator(&s.camera, "LEHR", &s.collimator, &err), err);
    assert_ok(moly_nuclide_find(set, "Tc-99m", &nuclide, &err), err);
    assert_ok(moly_solids_parse(text, "test", &s.solids, &err), err);
    assert_ok(moly_solids_set_activity(s.solids, 1e7, &err), err);
    assert_ok(moly_projections_new(2, 1, VIEWS, SIDE, SIDE, side_mm, side_mm, &s.counts, &err),
              err);
    moly_projections_orbit(s.counts, 0.0, 2.0 * acos(-1.0), RADIUS_MM, 10.0);
    s.counts->windows[0] = (moly_energy_window){126.0, 155.0};
    s.counts->windows[1] = (moly_energy_window){92.0, 126.0};
    s.scan = (moly_spect_scan){.nuclide = moly_nuclide_at(set, nuclide), .seed = 7, .n_threads = 2};
    return s;
}

static moly_spect_scan scan_of(const scene *s)
{
    moly_spect_scan scan = s->scan;
    scan.solids = s->solids;
    scan.camera = &s->camera;
    scan.collimator = &s->collimator;
    return scan;
}

static void release(scene *s)
{
    moly_solids_free(s->solids);
    moly_projections_free(s->counts);
}

static double total(const moly_projections *p, int64_t window)
{
    const size_t n = (size_t)p->n_views * moly_projections_view_size(p);
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)moly_projections_view(p, window, 0, 0)[i];
    }
    return sum;
}

/* The maker's figure of Symbia's LEHR for Tc-99m: 202 cpm/uCi, 91 cps/MBq. */
static void sensitivity_is_the_published_one(void **state)
{
    (void)state;
    moly_error err = {0};
    scene s = make(point, PIXEL_MM);
    double cps_per_bq = 0.0;
    assert_ok(moly_spect_sensitivity(&s.camera, &s.collimator, s.scan.nuclide,
                                     &s.counts->windows[0], &cps_per_bq, &err),
              err);
    assert_relative(1e6 * cps_per_bq, 91.0, 0.05);
    release(&s);
}

/* Spread of two uniform hexagons, 5 d^2 / 36 along an axis, magnified; the crystal; the pixel. */
static void a_point_is_as_wide_as_the_holes_make_it(void **state)
{
    (void)state;
    moly_error err = {0};
    scene s = make(point, 2.0);
    const moly_spect_scan scan = scan_of(&s);
    moly_spect_figures figures;
    assert_ok(moly_spect_scan_photons(&scan, 100000, false, s.counts, &figures, &err), err);
    const moly_projections *p = s.counts;
    const float *view = moly_projections_view(p, 0, 0, 1);
    double sum = 0.0, first = 0.0, second = 0.0;
    for (int i = 0; i < SIDE * SIDE; i++) {
        const double u = (i % SIDE - 0.5 * (SIDE - 1)) * p->bin_mm;
        sum += (double)view[i];
        first += (double)view[i] * u;
        second += (double)view[i] * u * u;
    }
    const moly_collimator *c = &s.collimator;
    const double mu = moly_lead_mu_per_mm(140.5);
    const double far = RADIUS_MM + c->length_mm + c->gap_mm;
    const double holes = c->hole_mm * sqrt(5.0 / 36.0) * far / moly_collimator_length(c, mu);
    const double crystal = s.camera.intrinsic_fwhm_mm / sqrt(8.0 * log(2.0));
    const double drop = 0.5 / sqrt(5.0);
    const double sigma =
        sqrt(holes * holes + crystal * crystal + p->bin_mm * p->bin_mm / 12.0 + drop * drop);
    assert_true(fabs(first / sum) < 4.0 * sigma / sqrt(7e4)); /* 4 standard errors */
    assert_relative(sqrt(second / sum), sigma, 0.02);
    double expected = 0.0;
    assert_ok(moly_spect_sensitivity(&s.camera, &s.collimator, s.scan.nuclide, &p->windows[0],
                                     &expected, &err),
              err);
    assert_relative(sum, expected * 1e7 * 10.0, 0.01);
    release(&s);
}

static void integrals_and_photons_agree_on_primaries(void **state)
{
    (void)state;
    moly_error err = {0};
    scene s = make(ball, PIXEL_MM);
    const moly_spect_scan scan = scan_of(&s);
    moly_spect_figures figures;
    assert_ok(moly_spect_scan_exact(&scan, 400, s.counts, &err), err);
    const double exact = total(s.counts, 0);
    assert_ok(moly_spect_scan_photons(&scan, 60000, true, s.counts, &figures, &err), err);
    assert_relative(figures.primaries, exact, 0.01);
    assert_relative(figures.primaries + figures.scatters, total(s.counts, 0), 1e-4);
    assert_true(figures.scatters > 0.1 * figures.primaries);
    release(&s);
}

static void threads_change_no_bit(void **state)
{
    (void)state;
    moly_error err = {0};
    scene s = make(ball, PIXEL_MM);
    moly_spect_scan scan = scan_of(&s);
    moly_spect_figures figures;
    scan.has_noise = true;
    const size_t n = 2 * VIEWS * SIDE * SIDE;
    float *kept = calloc(2 * n, sizeof *kept);
    assert_non_null(kept);
    for (int i = 0; i < 2; i++) {
        scan.n_threads = i == 0 ? 1 : 3;
        for (int mode = 0; mode < 2; mode++) {
            assert_ok(mode == 0
                          ? moly_spect_scan_exact(&scan, 4, s.counts, &err)
                          : moly_spect_scan_photons(&scan, 2000, true, s.counts, &figures, &err),
                      err);
            float *place = kept + (size_t)mode * n;
            if (i == 0) {
                memcpy(place, s.counts->counts, n * sizeof *place);
            } else {
                assert_memory_equal(place, s.counts->counts, n * sizeof *place);
            }
        }
    }
    free(kept);
    release(&s);
}

static void what_cannot_be_scanned_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_spect_figures figures;
    scene s = make(ball, PIXEL_MM);
    moly_spect_scan scan = scan_of(&s);
    assert_int_equal(moly_spect_scan_exact(&scan, 0, s.counts, &err), MOLY_ERR_RANGE);
    assert_int_equal(moly_spect_scan_photons(&scan, 0, true, s.counts, &figures, &err),
                     MOLY_ERR_RANGE);
    s.counts->windows[1].high_kev = 10.0;
    assert_int_equal(moly_spect_scan_exact(&scan, 1, s.counts, &err), MOLY_ERR_RANGE);
    s.counts->windows[1].high_kev = 126.0;
    s.counts->views[2].radius_mm = 0.0;
    assert_int_equal(moly_spect_scan_exact(&scan, 1, s.counts, &err), MOLY_ERR_RANGE);
    release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sensitivity_is_the_published_one),
        cmocka_unit_test(a_point_is_as_wide_as_the_holes_make_it),
        cmocka_unit_test(integrals_and_photons_agree_on_primaries),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(what_cannot_be_scanned_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
