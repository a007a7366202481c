/* SPDX-License-Identifier: Apache-2.0 */
/* The neutron tables against published figures, and self-shielding against closed forms. */
#include "testing.h"

#include "moly/nuclide/nuclide.h"
#include "moly/production/neutron.h"

static double to_ground_and_isomer(int z, int a, double *isomer_b, double *resonance_b)
{
    moly_capture c[2];
    size_t n = moly_captures(z, a, 0, c);
    assert_true(n >= 1);
    double total = 0.0;
    *isomer_b = *resonance_b = 0.0;
    for (size_t i = 0; i < n; i++) {
        total += c[i].thermal_b;
        *resonance_b += c[i].resonance_b;
        *isomer_b += c[i].product_isomer > 0 ? c[i].thermal_b : 0.0;
    }
    return total;
}

/* Source: rows thermal_capture_xs and resonance_integral of the reference table, with their
 * tolerances. */
static void cross_sections_of_lutetium_molybdenum_and_ytterbium(void **state)
{
    (void)state;
    const struct {
        int z, a;
        double thermal_b, resonance_b;
    } rows[] = {{71, 176, 2057.0, 921.0}, {42, 98, 0.130, 6.70}, {70, 176, 2.85, 6.90}};
    for (size_t i = 0; i < 3; i++) {
        double isomer_b, resonance_b, total_b;
        total_b = to_ground_and_isomer(rows[i].z, rows[i].a, &isomer_b, &resonance_b);
        assert_relative(total_b, rows[i].thermal_b, 1e-5);
        assert_relative(resonance_b, rows[i].resonance_b, 1e-5);
    }
}

/* Mughabghab (2018): 175Lu to 176m 16.7 b of 23.3 b; 191Ir to 192m 645 b of 954 b. */
static void isomers_take_their_part(void **state)
{
    (void)state;
    double isomer_b, resonance_b;
    assert_relative(to_ground_and_isomer(71, 175, &isomer_b, &resonance_b), 23.3, 1e-6);
    assert_relative(isomer_b, 16.7, 1e-6);
    assert_relative(to_ground_and_isomer(77, 191, &isomer_b, &resonance_b), 954.0, 1e-6);
    assert_relative(isomer_b, 645.0, 1e-6);
    assert_relative(resonance_b, 3550.0, 1e-4);
}

/* The compilations give 921 b and 3699 b: the result must not look sure. */
static void where_compilations_disagree_the_spread_is_the_uncertainty(void **state)
{
    (void)state;
    moly_capture c[2];
    assert_int_equal(moly_captures(71, 176, 0, c), 2);
    assert_true(c[0].resonance_sd_b > 0.5 * c[0].resonance_b);
    assert_non_null(strstr(c[0].resonance_source, "3699"));
}

static void what_nobody_evaluated_has_no_row(void **state)
{
    (void)state;
    moly_capture c[2];
    assert_int_equal(moly_captures(53, 131, 0, c), 0);
    assert_int_equal(moly_captures(-1, 0, 0, c), 0);
    assert_int_equal(moly_captures(5000, 5000, 0, c), 0);
}

/* A Maxwellian of 0.0253 eV (20.4 C) over ENDF/B-VIII.1: resonancetables (A. Koning, MIT licence),
 * libs/endfb8.1.therm_ng, as INTER computes it from the whole evaluation; ours is from a few lines.
 * Lu-176 is scaled to 1.75, which is published; the library has 1.712. */
static void g_is_that_of_the_evaluation_and_rises_for_lutetium(void **state)
{
    (void)state;
    const struct {
        int z, a, isomer;
        double g;
    } rows[] = {{62, 149, 0, 1.67592}, {63, 151, 0, 0.94536}, {64, 155, 0, 0.84362},
                {64, 157, 0, 0.85309}, {66, 164, 0, 0.98767}, {67, 166, 1, 1.19731},
                {68, 167, 0, 1.06793}, {70, 168, 0, 1.05689}, {75, 185, 0, 1.00477},
                {77, 191, 0, 0.99634}, {88, 226, 0, 1.06542}};
    moly_error err = {0};
    double g, warm;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_ok(moly_westcott_g(rows[i].z, rows[i].a, rows[i].isomer, MOLY_NEUTRON_CAPTURE, 20.4,
                                  &g, NULL, &err),
                  err);
        assert_relative(g, rows[i].g, 0.002);
    }
    assert_ok(moly_westcott_g(71, 176, 0, MOLY_NEUTRON_CAPTURE, 20.0, &g, NULL, &err), err);
    assert_relative(g, 1.75, 1e-12);
    assert_ok(moly_westcott_g(71, 176, 0, MOLY_NEUTRON_CAPTURE, 20.0, &g, NULL, &err), err);
    assert_ok(moly_westcott_g(71, 176, 0, MOLY_NEUTRON_CAPTURE, 60.0, &warm, NULL, &err), err);
    assert_true(warm > 1.1 * g);
}

static void one_over_v_is_one_and_says_that_it_has_no_source(void **state)
{
    (void)state;
    moly_error err = {0};
    const char *source = "";
    double g = 0.0;
    assert_ok(moly_westcott_g(42, 98, 0, MOLY_NEUTRON_CAPTURE, 300.0, &g, &source, &err), err);
    assert_true(g == 1.0 && source == NULL);
    assert_fails(moly_westcott_g(71, 176, 0, MOLY_NEUTRON_CAPTURE, 900.0, &g, &source, &err),
                 MOLY_ERR_RANGE, "from 0 to 600 C", err);
    assert_fails(moly_westcott_g(42, 98, 0, MOLY_NEUTRON_CAPTURE, -300.0, &g, &source, &err),
                 MOLY_ERR_RANGE, "not above", err);
}

static void a_maxwellian_of_20_c_has_a_conventional_flux_of_0_886(void **state)
{
    (void)state;
    assert_relative(moly_flux_conventional_per_cm2_s(1e14, 20.45), 0.88622692545e14, 1e-9);
    assert_relative(moly_flux_conventional_per_cm2_s(1e14, 4.0 * 293.6 - 273.15),
                    0.5 * 0.88622692545e14, 1e-9);
}

/* Source: row fission_cumulative_yield of the reference table: the sum of A = 99 up to Z = 42
 * is 6.161 %. */
static void fission_yields_of_mass_99_sum_to_molybdenum_99(void **state)
{
    (void)state;
    double sum = 0.0, all = 0.0;
    for (size_t i = 0; i < moly_fission_yield_count(); i++) {
        moly_fission_yield y = moly_fission_yield_at(i);
        all += y.yield;
        sum += y.a == 99 && y.z <= 42 ? y.yield : 0.0;
    }
    assert_relative(sum, 0.06161, 1e-4);
    assert_relative(all, 2.0, 2e-3);
}

/* Source: row self_shielding of the reference table. */
static void a_slab_in_a_beam(void **state)
{
    (void)state;
    moly_error err = {0};
    double factor;
    assert_ok(moly_self_shielding(MOLY_SHIELD_BEAM_SLAB, 0.1, 10.0, &factor, &err), err);
    assert_relative(factor, 0.632120558829, 1e-11);
}

/* A sphere of d mean free paths: 1 - T with T = 2 (1 - (1 + d) exp(-d)) / d^2, over 2 d / 3; a thin
 * foil loses x (3/2 - euler - ln x) / 2 of a half; thick ones reach their surface's limit S / (4 V
 * Sigma). Closed forms. */
static void foil_wire_and_sphere_have_their_limits(void **state)
{
    (void)state;
    moly_error err = {0};
    double factor;
    for (double d = 0.01; d < 30.0; d *= 3.0) {
        double t = 2.0 * (1.0 - (1.0 + d) * exp(-d)) / (d * d);
        assert_ok(moly_self_shielding(MOLY_SHIELD_SPHERE, d, 1.0, &factor, &err), err);
        assert_relative(factor, (1.0 - t) / (2.0 * d / 3.0), 1e-9);
    }
    assert_ok(moly_self_shielding(MOLY_SHIELD_FOIL, 1.0, 200.0, &factor, &err), err);
    assert_relative(factor, 1.0 / 400.0, 1e-9);
    assert_ok(moly_self_shielding(MOLY_SHIELD_WIRE, 1.0, 1e4, &factor, &err), err);
    assert_relative(factor, 1e-4, 1e-6);
    const double x = 1e-4, euler = 0.57721566490153286;
    assert_ok(moly_self_shielding(MOLY_SHIELD_FOIL, x, 1.0, &factor, &err), err);
    assert_relative(factor, 1.0 - 0.5 * x * (1.5 - euler - log(x)), 1e-8);
    assert_ok(moly_self_shielding(MOLY_SHIELD_WIRE, 1e-7, 1.0, &factor, &err), err);
    assert_relative(factor, 1.0, 1e-7);
}

/* Escape probability of a cylinder of one mean free path of radius 1; the
 * closed form in Bessel functions (Case, de Hoffmann, Placzek 1953):
 * P = (2 r / 3) (2 (r (K1 I1 + K0 I0) - 1) + K1 I1 / r - K0 I1 + K1 I0). */
static void a_wire_agrees_with_bessel_functions(void **state)
{
    (void)state;
    moly_error err = {0};
    double factor;
    /* I0(1), I1(1), K0(1), K1(1): Abramowitz and Stegun, table 9.8 */
    const double i0 = 1.2660658777520084, i1 = 0.5651591039924850, k0 = 0.4210244382407083,
                 k1 = 0.6019072301972346, r = 1.0;
    double escape =
        2.0 * r / 3.0 * (2.0 * (r * (k1 * i1 + k0 * i0) - 1.0) + k1 * i1 / r - k0 * i1 + k1 * i0);
    assert_ok(moly_self_shielding(MOLY_SHIELD_WIRE, 2.0, 1.0, &factor, &err), err);
    assert_relative(factor, escape, 1e-9);
}

static void a_resonance_is_shielded_more_than_thermal_neutrons(void **state)
{
    (void)state;
    moly_error err = {0};
    double peak_b, share, factor;
    assert_true(moly_main_resonance(74, 186, 0, &peak_b, &share));
    assert_ok(moly_self_shielding_resonance(MOLY_SHIELD_FOIL, 0.0, 1.0, share, &factor, &err), err);
    assert_relative(factor, 1.0, 1e-12);
    assert_ok(
        moly_self_shielding_resonance(MOLY_SHIELD_FOIL, 0.01, 0.063 * peak_b, share, &factor, &err),
        err);
    assert_true(factor > 0.06 && factor < 0.3);
    assert_fails(moly_self_shielding_resonance(MOLY_SHIELD_FOIL, 0.1, 1.0, 2.0, &factor, &err),
                 MOLY_ERR_RANGE, "share 2", err);
    assert_fails(moly_self_shielding(MOLY_SHIELD_FOIL, -0.1, 1.0, &factor, &err), MOLY_ERR_RANGE,
                 "-0.1 cm", err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cross_sections_of_lutetium_molybdenum_and_ytterbium),
        cmocka_unit_test(isomers_take_their_part),
        cmocka_unit_test(where_compilations_disagree_the_spread_is_the_uncertainty),
        cmocka_unit_test(what_nobody_evaluated_has_no_row),
        cmocka_unit_test(g_is_that_of_the_evaluation_and_rises_for_lutetium),
        cmocka_unit_test(one_over_v_is_one_and_says_that_it_has_no_source),
        cmocka_unit_test(a_maxwellian_of_20_c_has_a_conventional_flux_of_0_886),
        cmocka_unit_test(fission_yields_of_mass_99_sum_to_molybdenum_99),
        cmocka_unit_test(a_slab_in_a_beam),
        cmocka_unit_test(foil_wire_and_sphere_have_their_limits),
        cmocka_unit_test(a_wire_agrees_with_bessel_functions),
        cmocka_unit_test(a_resonance_is_shielded_more_than_thermal_neutrons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
