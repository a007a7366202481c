/* SPDX-License-Identifier: Apache-2.0 */
/* NEMA image quality: circles by exact areas, a phantom found wherever it lies, recoveries of
 * blurred spheres by their closed form, a real phantom. */
#include <math.h>

#include "testing.h"

#include "moly/quantify/nema.h"
#include "moly/quantify/pet.h"
#include "moly/volume/phantom.h"

static const double pi = 3.14159265358979323846;

/* A ball of radius R and value 1 blurred by a Gaussian, at a distance r from its middle. Source:
 * Kessler, Ellis, Eden, J Comput Assist Tomogr 8 (1984) 514 */
static double blurred_ball(double r, double R, double sigma)
{
    const double s = sigma * sqrt(2.0);
    if (r < 1e-6) {
        return erf(R / s) - 2.0 * R / (s * sqrt(pi)) * exp(-R * R / (s * s));
    }
    return 0.5 * (erf((R - r) / s) + erf((R + r) / s)) -
           sigma / (r * sqrt(2.0 * pi)) *
               (exp(-(R - r) * (R - r) / (s * s)) - exp(-(R + r) * (R + r) / (s * s)));
}

/* Its mean over a circle of its own radius `off` mm beside its middle, by Simpson's rule. */
static double recovery_of(double R, double sigma, double off)
{
    enum { N = 2000 };
    double sum = 0.0;
    for (int i = 0; i <= N; i++) {
        const double r = R * i / N;
        sum += (i == 0 || i == N ? 1.0
                : i % 2          ? 4.0
                                 : 2.0) *
               blurred_ball(hypot(r, off), R, sigma) * r;
    }
    return 2.0 / (R * R) * sum * R / (3.0 * N);
}

struct made {
    double spacing_mm, z_spacing_mm, sigma_mm, ratio;
    double centre_mm[3], angle_rad, turn, flat;
    int n_cold;
    bool is_flipped; /* the image's first axis runs against x */
};

static const double diameters[6] = {10.0, 13.0, 17.0, 22.0, 28.0, 37.0};

static bool in_body(const struct made *m, const double at[3])
{
    const double x = fabs(at[0] - m->centre_mm[0]);
    const double y = m->flat * (at[1] - m->centre_mm[1]) - 35.0;
    const double side = x - 70.0;
    if (fabs(at[2] - m->centre_mm[2] + 22.0) > 90.0) {
        return false;
    }
    return y <= 0.0 ? hypot(x, y) <= 147.0 : side <= 0.0 ? y <= 77.0 : hypot(side, y) <= 77.0;
}

static moly_volume *make(const struct made *m)
{
    moly_error err = {0};
    moly_volume *v = NULL;
    moly_grid g = {
        .n = {(int64_t)(340.0 / m->spacing_mm), (int64_t)(280.0 / m->spacing_mm),
              (int64_t)(200.0 / m->z_spacing_mm)},
        .spacing_mm = {m->spacing_mm, m->spacing_mm, m->z_spacing_mm},
        .origin_mm = {m->is_flipped ? 170.0 : -170.0, -140.0, -120.0},
        .direction = {m->is_flipped ? -1 : 1, 0, 0, 0, 1, 0, 0, 0, m->is_flipped ? -1 : 1}};
    g.origin_mm[2] = m->is_flipped ? 80.0 : -120.0;
    assert_ok(moly_volume_new(&g, 1, MOLY_QUANTITY_BQ_PER_ML, &v, &err), err);
    double spheres[6][2];
    for (int s = 0; s < 6; s++) {
        const double a = m->angle_rad + m->turn * (5 - s) * pi / 3.0;
        spheres[s][0] = m->centre_mm[0] + 57.2 * cos(a);
        spheres[s][1] = m->centre_mm[1] + 57.2 * sin(a);
    }
    for (int64_t i = 0; i < moly_grid_n_voxels(&g); i++) {
        double at[3];
        moly_grid_voxel_position(&g, i, at);
        double value = in_body(m, at) ? 1.0 : 0.0;
        const double lung = hypot(at[0] - m->centre_mm[0], at[1] - m->centre_mm[1]);
        value = lung < 25.5 ? 0.05 : value;
        for (int s = 0; s < 6; s++) {
            const double dx = at[0] - spheres[s][0], dy = at[1] - spheres[s][1];
            const double dz = at[2] - m->centre_mm[2];
            const double r = sqrt(dx * dx + dy * dy + dz * dz), R = 0.5 * diameters[s];
            if (r < R + 8.0 * m->sigma_mm) {
                value +=
                    (s >= 6 - m->n_cold ? -1.0 : m->ratio - 1.0) * blurred_ball(r, R, m->sigma_mm);
            }
        }
        v->data[i] = (float)(5000.0 * value);
    }
    return v;
}

static void areas_of_pixels_in_a_circle_are_exact(void **state)
{
    (void)state;
    /* a gradient's mean over a circle is its value in the middle, whatever pixels it cuts */
    float plane[40 * 30];
    const int64_t n[2] = {40, 30};
    const double pixel[2] = {1.3, 0.9};
    for (int i = 0; i < 40 * 30; i++) {
        plane[i] = 7.0F;
    }
    assert_relative(moly_disc_mean(plane, n, pixel, (double[2]){20.37, 13.1}, 9.73), 7.0, 1e-12);
    assert_true(isnan(moly_disc_mean(plane, n, pixel, (double[2]){9.0, 13.1}, 9.73)));
    /* one pixel of 1 in a circle that covers it: its area over the circle's */
    plane[13 * 40 + 15] = 8.0F;
    assert_relative(moly_disc_mean(plane, n, pixel, (double[2]){20.37, 13.1}, 9.73) - 7.0,
                    1.3 * 0.9 / (pi * 9.73 * 9.73), 1e-9);
    /* half of a pixel: the circle's middle lies on its edge, and the circle is small */
    assert_relative(moly_disc_mean(plane, n, pixel, (double[2]){15.5 * 1.3, 13.0 * 0.9}, 0.3), 7.5,
                    1e-12);
}

/* A circle on pixels sees them as even: as if blurred by their width, which `tolerance` covers. */
static void check_made(const struct made *m, double tolerance)
{
    moly_error err = {0};
    moly_volume *v = make(m);
    moly_nema_iq iq;
    moly_nema_iq_options o = moly_nema_iq_usual();
    o.ratio = m->ratio;
    o.n_cold = m->n_cold;
    assert_ok(moly_nema_iq_measure(v, &o, &iq, &err), err);
    for (int axis = 0; axis < 3; axis++) {
        assert_true(fabs(iq.centre_mm[axis] - m->centre_mm[axis]) < 0.15);
    }
    assert_true(fabs(remainder(iq.angle_rad - m->angle_rad, 2.0 * pi)) < 0.003);
    assert_int_equal(iq.is_mirrored, m->turn < 0.0);
    assert_relative(iq.background, 5000.0, 1e-4);
    assert_relative(iq.lung_mean, 0.05, 1e-4);
    assert_true(iq.clearance_mm >= 10.0);
    double plane_mm[3], index[3] = {0.0, 0.0, (double)iq.planes[2]};
    moly_grid_position(&v->grid, index, plane_mm);
    const double off = plane_mm[2] - m->centre_mm[2];
    for (int s = 0; s < 6; s++) {
        const moly_nema_sphere *sphere = &iq.spheres[s];
        const double expected = recovery_of(0.5 * diameters[s], m->sigma_mm, off);
        print_message("%g mm: recovery %.4f, expected %.4f; variability %.5f\n",
                      sphere->diameter_mm, sphere->recovery, expected, sphere->variability);
        assert_int_equal(sphere->is_cold, s >= 6 - m->n_cold);
        assert_true(fabs(sphere->recovery - expected) < tolerance);
        assert_true(sphere->variability < 1e-3);
    }
    moly_nema_iq_free(&iq);
    moly_volume_free(v);
}

/* EVIDENCE: R-32 contrast recovery of spheres is what their blurred closed form says */
static void blurred_spheres_have_the_recovery_of_their_closed_form(void **state)
{
    (void)state;
    check_made(&(struct made){.spacing_mm = 1.0,
                              .z_spacing_mm = 4.0,
                              .sigma_mm = 2.5,
                              .ratio = 4.0,
                              .centre_mm = {0.0, 0.0, 0.0},
                              .angle_rad = pi / 6.0,
                              .turn = 1.0,
                              .flat = 1.0},
               0.003);
}

/* Off the middle, turned by 17 degrees, mirrored, upside down, an axis against x, and the two
 * largest spheres cold as in NU 2-2007. */
static void a_phantom_is_found_however_it_lies(void **state)
{
    (void)state;
    check_made(&(struct made){.spacing_mm = 2.1,
                              .z_spacing_mm = 2.78,
                              .sigma_mm = 2.4,
                              .ratio = 8.0,
                              .centre_mm = {6.3, -4.1, -20.0 - 1.2},
                              .angle_rad = 17.0 * pi / 180.0,
                              .turn = -1.0,
                              .flat = -1.0,
                              .n_cold = 2,
                              .is_flipped = true},
               0.012);
}

static void background_circles_keep_their_distances(void **state)
{
    (void)state;
    moly_error err = {0};
    const struct made m = {.spacing_mm = 4.0,
                           .z_spacing_mm = 4.0,
                           .sigma_mm = 3.0,
                           .ratio = 4.0,
                           .angle_rad = pi / 6.0,
                           .turn = 1.0,
                           .flat = 1.0};
    moly_volume *v = make(&m);
    moly_nema_iq iq;
    const moly_nema_iq_options o = moly_nema_iq_usual();
    assert_ok(moly_nema_iq_measure(v, &o, &iq, &err), err);
    assert_true(iq.clearance_mm == 15.0);
    for (int i = 0; i < 12; i++) {
        const double x = iq.regions_mm[i][0] - 170.0, y = iq.regions_mm[i][1] - 140.0;
        for (int s = 0; s < 6; s++) {
            const double d = hypot(x - iq.spheres[s].centre_mm[0], y - iq.spheres[s].centre_mm[1]);
            assert_true(d - 18.5 - 0.5 * diameters[s] > 14.9);
        }
        for (int k = 0; k < i; k++) {
            assert_true(hypot(x + 170.0 - iq.regions_mm[k][0], y + 140.0 - iq.regions_mm[k][1]) >=
                        37.0);
        }
    }
    moly_nema_iq_free(&iq);
    moly_volume_free(v);
}

/* With its place given nothing is searched for, and a wrong place is no phantom. */
static void a_place_may_be_given(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_phantom phantom = moly_phantom_iec();
    moly_volume *v = NULL;
    moly_nema_iq found, given;
    moly_nema_iq_options o = moly_nema_iq_usual();
    phantom.noise = 0.0;
    assert_ok(moly_phantom_make(&phantom, &v, &err), err);
    assert_ok(moly_nema_iq_measure(v, &o, &found, &err), err);
    o.has_centre = true;
    moly_phantom_sphere_centre(&phantom, 5, o.centre_mm);
    o.angle_rad = atan2(o.centre_mm[1], o.centre_mm[0]);
    o.centre_mm[0] = o.centre_mm[1] = 0.0;
    assert_ok(moly_nema_iq_measure(v, &o, &given, &err), err);
    assert_int_equal(found.is_mirrored, given.is_mirrored);
    for (int s = 0; s < 6; s++) {
        assert_true(fabs(found.spheres[s].recovery - given.spheres[s].recovery) < 0.02);
    }
    moly_nema_iq_free(&found);
    moly_nema_iq_free(&given);
    o.centre_mm[2] = 2000.0;
    assert_int_equal(moly_nema_iq_measure(v, &o, &given, &err), MOLY_ERR_DATA);
    moly_volume_free(v);
}

static void what_is_no_phantom_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_volume *v = NULL;
    moly_nema_iq iq;
    moly_nema_iq_options o = moly_nema_iq_usual();
    const moly_grid g = {
        .n = {20, 20, 20}, .spacing_mm = {4, 4, 4}, .direction = {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    assert_ok(moly_volume_new(&g, 1, MOLY_QUANTITY_UNKNOWN, &v, &err), err);
    assert_int_equal(moly_nema_iq_measure(v, &o, &iq, &err), MOLY_ERR_DATA); /* empty */
    v->data[4000] = 1.0F;
    assert_int_equal(moly_nema_iq_measure(v, &o, &iq, &err), MOLY_ERR_DATA);
    for (int i = 0; i < 8000; i++) {
        v->data[i] = (float)(i % 7);
    }
    err = (moly_error){0};
    assert_int_equal(moly_nema_iq_measure(v, &o, &iq, &err), MOLY_ERR_DATA);
    assert_non_null(strstr(err.message, "mm"));
    v->data[17] = NAN;
    assert_int_equal(moly_nema_iq_measure(v, &o, &iq, &err), MOLY_ERR_DATA);
    o.ratio = 1.0;
    assert_int_equal(moly_nema_iq_measure(v, &o, &iq, &err), MOLY_ERR_RANGE);
    moly_volume_free(v);
}

/* A clinical scanner's image of the phantom; no truth is with it, but what the spheres show grows
 * with them, noise falls with the circle, the insert is cold and the body has its size. */
static void a_real_phantom_is_found_and_measured(void **state)
{
    (void)state;
    char path[4096];
    moly_error err = {0};
    moly_dicom_image *image = NULL;
    moly_nema_iq iq;
    const moly_nema_iq_options o = moly_nema_iq_usual();
    need_shared("data/clinical/dicom_pet/nema_iq/pet_recon_1", path, sizeof path);
    assert_ok(moly_pet_load(path, NULL, NULL, &image, &err), err);
    assert_ok(moly_nema_iq_measure(image->volume, &o, &iq, &err), err);
    print_message("centre %.2f %.2f %.2f, angle %.2f, mirrored %d, body %.1f x %.1f at %.1f %.1f; "
                  "clearance %.0f; background %.4g; lung %.4f\n",
                  iq.centre_mm[0], iq.centre_mm[1], iq.centre_mm[2], iq.angle_rad * 180.0 / pi,
                  iq.is_mirrored, iq.width_mm, iq.height_mm, iq.body_mm[0], iq.body_mm[1],
                  iq.clearance_mm, iq.background, iq.lung_mean);
    for (int s = 0; s < 6; s++) {
        print_message("%g mm: mean %.4g, recovery %.4f; variability %.4f\n",
                      iq.spheres[s].diameter_mm, iq.spheres[s].mean, iq.spheres[s].recovery,
                      iq.spheres[s].variability);
        assert_true(s == 0 || iq.spheres[s].mean > iq.spheres[s - 1].mean);
        assert_true(s == 0 || iq.spheres[s].variability < iq.spheres[s - 1].variability);
    }
    assert_true(fabs(iq.width_mm - 294.0) < 10.0 && fabs(iq.height_mm - 224.0) < 10.0);
    assert_true(fabs(iq.centre_mm[0] - iq.body_mm[0]) < 3.0);
    assert_true(fabs(iq.lung_mean) < 0.05);
    moly_nema_iq_free(&iq);
    moly_dicom_image_free(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(areas_of_pixels_in_a_circle_are_exact),
        cmocka_unit_test(blurred_spheres_have_the_recovery_of_their_closed_form),
        cmocka_unit_test(a_phantom_is_found_however_it_lies),
        cmocka_unit_test(background_circles_keep_their_distances),
        cmocka_unit_test(a_place_may_be_given),
        cmocka_unit_test(what_is_no_phantom_is_refused),
        cmocka_unit_test(a_real_phantom_is_found_and_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
