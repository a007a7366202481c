/* SPDX-License-Identifier: Apache-2.0 */
/* Targets in a reactor with Moly's own tables: every product of nuclear medicine, its route, and
 * what must hold. */
#include "testing.h"

#include "moly/production/reactor.h"

#define DAY 86400.0
#define AVOGADRO 6.02214076e23

static moly_reactor_data *data;
static const moly_nuclide_set *set;

static int load(void **state)
{
    (void)state;
    moly_error err = {0};
    set = moly_nuclide_set_builtin();
    return moly_reactor_data_new(set, &data, &err) == MOLY_OK ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    moly_reactor_data_free(data);
    return 0;
}

static size_t find(const char *name)
{
    moly_error err = {0};
    size_t index;
    assert_ok(moly_nuclide_find(set, name, &index, &err), err);
    return index;
}

static moly_reactor_isotope grams(const char *name, double mass_g)
{
    size_t index = find(name);
    return (moly_reactor_isotope){index,
                                  mass_g / moly_nuclide_at(set, index)->atomic_mass_u * AVOGADRO};
}

static const moly_reactor_nuclide *product(const moly_reactor_result *r, const char *name)
{
    size_t index = find(name);
    for (size_t i = 0; i < r->n; i++) {
        if (r->nuclides[i].nuclide == index) {
            return &r->nuclides[i];
        }
    }
    fail_msg("%s is not made", name);
    return NULL;
}

static moly_reactor_result irradiate(const char *target, double mass_g, double flux, double ratio,
                                     double days, double cool_days, double temperature_c)
{
    moly_reactor_isotope isotope = grams(target, mass_g);
    const moly_flux_step step = {flux, ratio, days * DAY};
    const moly_reactor_case wanted = {.n_isotopes = 1,
                                      .isotopes = &isotope,
                                      .n_steps = 1,
                                      .steps = &step,
                                      .cool_s = cool_days * DAY,
                                      .temperature_c = temperature_c,
                                      .has_uncertainty = true};
    moly_reactor_result r;
    moly_error err = {0};
    assert_ok(moly_reactor_irradiate(data, &wanted, &r, &err), err);
    return r;
}

/* The products of the requirement, each by the way that makes it. */
static void every_reactor_product_of_medicine_has_its_way(void **state)
{
    (void)state;
    static const struct {
        const char *target, *product, *route;
    } ways[] = {
        {"Mo-98", "Mo-99", "Mo-98(n,g)Mo-99"},
        {"U-235", "Mo-99", "U-235(n,f)"},
        {"Lu-176", "Lu-177", "Lu-176(n,g)Lu-177"},
        {"Lu-176", "Lu-177m", "Lu-176(n,g)Lu-177m"},
        {"Yb-176", "Lu-177", "Yb-176(n,g)Yb-177 > Lu-177"},
        {"Te-130", "I-131", "Te-130(n,g)Te-131 > I-131"},
        {"Sm-152", "Sm-153", "Sm-152(n,g)Sm-153"},
        {"Ho-165", "Ho-166", "Ho-165(n,g)Ho-166"},
        {"Re-185", "Re-186", "Re-185(n,g)Re-186"},
        {"W-186", "W-188", "W-186(n,g)W-187(n,g)W-188"},
        {"W-186", "Re-188", "Re-188"},
        {"Sr-88", "Sr-89", "Sr-88(n,g)Sr-89"},
        {"P-31", "P-32", "P-31(n,g)P-32"},
        {"Y-89", "Y-90", "Y-89(n,g)Y-90"},
        {"Ir-191", "Ir-192", "Ir-191(n,g)Ir-192m > Ir-192"},
        {"Ra-226", "Ac-227", "Ra-226(n,g)Ra-227 > Ac-227"},
        {"Ra-226", "Th-227", "Ra-226(n,g)Ra-227 > Ac-227 > Th-227"},
        {"Ra-226", "Ra-223", "Ra-226(n,g)Ra-227 > Ac-227 > Th-227 > Ra-223"},
        {"Sn-116", "Sn-117m", "Sn-116(n,g)Sn-117m"},
        {"Gd-160", "Tb-161", "Gd-160(n,g)Gd-161 > Tb-161"},
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        moly_reactor_result r = irradiate(ways[i].target, 1e-3, 1e14, 0.02, 7.0, 1.0, 20.0);
        const moly_reactor_nuclide *p = product(&r, ways[i].product);
        if (strstr(p->route, ways[i].route) == NULL) {
            fail_msg("%s: %s, not %s", ways[i].product, p->route, ways[i].route);
        }
        assert_true(p->activity_end_bq > 0.0 && p->u_rel > 0.0 && p->u_rel < 1.5);
        assert_true(r.n_not_evaluated > 0);
        moly_reactor_result_free(&r);
    }
}

/* One target, one product, little burn-up: N sigma phi (1 - exp(-lambda t)). */
static void a_thin_case_is_the_textbook_formula(void **state)
{
    (void)state;
    moly_reactor_result r = irradiate("Mo-98", 1.0, 1e13, 0.03, 5.0, 0.0, 20.0);
    moly_reactor_isotope target = grams("Mo-98", 1.0);
    double lambda = moly_nuclide_at(set, find("Mo-99"))->lambda_per_s;
    double sigma_b = 0.130 + 0.03 * 6.70;
    assert_relative(product(&r, "Mo-99")->activity_eoi_bq,
                    target.atoms * sigma_b * 1e-24 * 1e13 * -expm1(-lambda * 5.0 * DAY), 2e-6);
    assert_relative(product(&r, "Mo-98")->atoms_end,
                    target.atoms * exp(-sigma_b * 1e-24 * 1e13 * 5.0 * DAY), 1e-13);
    moly_reactor_result_free(&r);
}

/* Lu-176 captures g times as often: 1.75 at 20 C. */
static void lutetium_176_is_not_one_over_v(void **state)
{
    (void)state;
    moly_reactor_result cold = irradiate("Lu-176", 1e-6, 1e12, 0.0, 1.0, 0.0, 20.0);
    moly_reactor_result warm = irradiate("Lu-176", 1e-6, 1e12, 0.0, 1.0, 0.0, 60.0);
    moly_reactor_isotope target = grams("Lu-176", 1e-6);
    double lambda = moly_nuclide_at(set, find("Lu-177"))->lambda_per_s;
    double made = product(&cold, "Lu-177")->activity_eoi_bq;
    assert_relative(made, target.atoms * 1.75 * 2055e-24 * 1e12 * -expm1(-lambda * DAY), 1e-3);
    assert_true(product(&warm, "Lu-177")->activity_eoi_bq > 1.15 * made);
    moly_reactor_result_free(&cold);
    moly_reactor_result_free(&warm);
}

/* Through ytterbium the lutetium is carrier-free (4.1 TBq/mg), directly it is not. */
static void specific_activity_tells_the_two_ways_to_lutetium_apart(void **state)
{
    (void)state;
    moly_reactor_result direct = irradiate("Lu-176", 1e-3, 2e14, 0.0, 14.0, 0.0, 20.0);
    moly_reactor_result indirect = irradiate("Yb-176", 1e-3, 2e14, 0.0, 14.0, 0.0, 20.0);
    double whole = product(&indirect, "Lu-177")->specific_eoi_bq_per_g;
    assert_relative(whole, 4.11e15, 0.01);
    assert_true(product(&direct, "Lu-177")->specific_eoi_bq_per_g < 0.5 * whole);
    moly_reactor_result_free(&direct);
    moly_reactor_result_free(&indirect);
}

/* Atoms are neither made nor lost by capture: in a closed network they sum to the target's. */
static void captures_keep_the_number_of_atoms(void **state)
{
    (void)state;
    moly_reactor_result r = irradiate("W-186", 1.0, 1e15, 0.05, 30.0, 10.0, 20.0);
    double sum = 0.0;
    for (size_t i = 0; i < r.n; i++) {
        sum += r.nuclides[i].atoms_end;
    }
    assert_relative(sum, grams("W-186", 1.0).atoms, 1e-9);
    moly_reactor_result_free(&r);
}

/* U-235 makes 6.16 Mo-99 in 100 fissions. */
static void fission_makes_molybdenum_99_by_its_cumulative_yield(void **state)
{
    (void)state;
    moly_reactor_result r = irradiate("U-235", 1e-3, 1e13, 0.0, 0.1, 0.02, 20.0);
    const moly_reactor_nuclide *mo = product(&r, "Mo-99");
    double decayed = 1.0 - 0.5 * moly_nuclide_at(set, mo->nuclide)->lambda_per_s * 0.14 * DAY;
    assert_relative(mo->atoms_end / r.fissions, 0.06161 * decayed, 0.01);
    moly_reactor_result_free(&r);
}

static void a_target_of_tungsten_shields_itself(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_reactor_isotope isotope = grams("W-186", 1.0);
    const moly_flux_step step = {1e14, 0.02, 7.0 * DAY};
    moly_reactor_case wanted = {
        .n_isotopes = 1, .isotopes = &isotope, .n_steps = 1, .steps = &step, .temperature_c = 20.0};
    moly_reactor_result bare, thick;
    assert_ok(moly_reactor_irradiate(data, &wanted, &bare, &err), err);
    wanted.shape = MOLY_SHIELD_FOIL;
    wanted.size_cm = 0.05;
    wanted.volume_cm3 = 1.0 / 19.3;
    assert_ok(moly_reactor_irradiate(data, &wanted, &thick, &err), err);
    assert_true(thick.thermal_factor > 0.8 && thick.thermal_factor < 0.98);
    double ratio =
        product(&thick, "W-187")->activity_eoi_bq / product(&bare, "W-187")->activity_eoi_bq;
    assert_true(ratio > 0.6 && ratio < thick.thermal_factor);
    moly_reactor_result_free(&bare);
    moly_reactor_result_free(&thick);
}

/* Lu-177 from Lu-176 at a high flux: the target burns, and there is a best time, earlier the higher
 * the flux. */
static void the_best_time_is_where_activity_turns(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_reactor_isotope isotope = grams("Lu-176", 1e-3);
    moly_flux_step step = {2e14, 0.0, 7.0 * DAY};
    const moly_reactor_case wanted = {
        .n_isotopes = 1, .isotopes = &isotope, .n_steps = 1, .steps = &step, .temperature_c = 20.0};
    double slow_s, fast_s, specific_s;
    assert_ok(moly_reactor_best_time(data, &wanted, find("Lu-177"), 60.0 * DAY, &slow_s,
                                     &specific_s, &err),
              err);
    double times[3] = {0.97 * slow_s, slow_s, 1.03 * slow_s}, activity[3], specific[3];
    assert_ok(moly_reactor_curve(data, &wanted, find("Lu-177"), times, 3, activity, specific, &err),
              err);
    assert_true(activity[1] > activity[0] && activity[1] > activity[2]);
    step.flux_per_cm2_s = 1e15;
    assert_ok(moly_reactor_best_time(data, &wanted, find("Lu-177"), 60.0 * DAY, &fast_s,
                                     &specific_s, &err),
              err);
    assert_true(fast_s < 0.6 * slow_s);
    assert_fails(
        moly_reactor_best_time(data, &wanted, find("F-18"), DAY, &fast_s, &specific_s, &err),
        MOLY_ERR_UNKNOWN, "F-18 is not made", err);
}

static void what_cannot_be_computed_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_reactor_isotope isotope = {find("I-131"), 1e15};
    const moly_flux_step step = {1e14, 0.0, DAY};
    moly_reactor_case wanted = {
        .n_isotopes = 1, .isotopes = &isotope, .n_steps = 1, .steps = &step, .temperature_c = 20.0};
    moly_reactor_result r;
    assert_fails(moly_reactor_irradiate(data, &wanted, &r, &err), MOLY_ERR_UNKNOWN,
                 "no thermal cross section is known for I-131", err);
    isotope.atoms = -1.0;
    assert_fails(moly_reactor_irradiate(data, &wanted, &r, &err), MOLY_ERR_RANGE, "-1 atoms", err);
    isotope = grams("Lu-176", 1e-3);
    wanted.cool_s = -1.0;
    assert_fails(moly_reactor_irradiate(data, &wanted, &r, &err), MOLY_ERR_RANGE, "cooling", err);
    wanted.cool_s = 0.0;
    wanted.temperature_c = 1000.0;
    assert_fails(moly_reactor_irradiate(data, &wanted, &r, &err), MOLY_ERR_RANGE, "1000 C", err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reactor_product_of_medicine_has_its_way),
        cmocka_unit_test(a_thin_case_is_the_textbook_formula),
        cmocka_unit_test(lutetium_176_is_not_one_over_v),
        cmocka_unit_test(specific_activity_tells_the_two_ways_to_lutetium_apart),
        cmocka_unit_test(captures_keep_the_number_of_atoms),
        cmocka_unit_test(fission_makes_molybdenum_99_by_its_cumulative_yield),
        cmocka_unit_test(a_target_of_tungsten_shields_itself),
        cmocka_unit_test(the_best_time_is_where_activity_turns),
        cmocka_unit_test(what_cannot_be_computed_is_refused),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
