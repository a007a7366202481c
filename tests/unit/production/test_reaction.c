/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/production/reaction.h"

static const moly_reaction *curve_of(moly_particle particle, int z, int a, const char *product)
{
    size_t index;
    moly_error err = {0};
    assert_ok(moly_nuclide_find(moly_nuclide_set_builtin(), product, &index, &err), err);
    const moly_nuclide *made = moly_nuclide_at(moly_nuclide_set_builtin(), index);
    const moly_reaction *curve = moly_reaction_find(particle, z, a, made->z, made->a, made->isomer);
    if (curve == NULL) {
        fail_msg("no curve of %s on Z %d A %d for %s", moly_particle_symbol(particle), z, a,
                 product);
        return NULL;
    }
    assert_string_equal(curve->product, made->name);
    return curve;
}

/* The reactions that the isotopes of medicine are made by; none of them stands on a model alone. */
static const struct {
    moly_particle particle;
    int z, a;
    const char *product;
    moly_reaction_rank rank;
} wanted[] = {
    {MOLY_PARTICLE_PROTON, 8, 18, "F-18", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_PROTON, 7, 14, "C-11", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_PROTON, 8, 16, "N-13", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_PROTON, 7, 15, "O-15", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_DEUTERON, 7, 14, "O-15", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_PROTON, 30, 68, "Ga-68", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_PROTON, 31, 0, "Ge-68", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_PROTON, 28, 64, "Cu-64", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_PROTON, 39, 89, "Zr-89", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_PROTON, 39, 89, "Zr-88", MOLY_REACTION_FIT},
    {MOLY_PARTICLE_PROTON, 54, 124, "Xe-123", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_PROTON, 54, 124, "Cs-123", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_PROTON, 52, 124, "I-124", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_PROTON, 52, 124, "I-123", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_PROTON, 52, 123, "I-123", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_PROTON, 42, 100, "Tc-99m", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_PROTON, 42, 100, "Mo-99", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_PROTON, 42, 98, "Tc-97m", MOLY_REACTION_MODEL},
    {MOLY_PARTICLE_PROTON, 48, 112, "In-111", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_PROTON, 81, 203, "Pb-201", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_PROTON, 37, 85, "Sr-82", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_PROTON, 37, 0, "Sr-82", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_PROTON, 20, 44, "Sc-44", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_PROTON, 20, 44, "Sc-44m", MOLY_REACTION_FIT},
    {MOLY_PARTICLE_PROTON, 74, 186, "Re-186", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_PROTON, 88, 226, "Ac-225", MOLY_REACTION_FIT},
    {MOLY_PARTICLE_PROTON, 88, 226, "Ac-226", MOLY_REACTION_FIT},
    {MOLY_PARTICLE_PROTON, 88, 226, "Ac-224", MOLY_REACTION_FIT},
    {MOLY_PARTICLE_ALPHA, 83, 209, "At-211", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_ALPHA, 83, 209, "At-210", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_PROTON, 22, 0, "V-48", MOLY_REACTION_RECOMMENDED},
    {MOLY_PARTICLE_PROTON, 29, 0, "Zn-62", MOLY_REACTION_FIT},
    {MOLY_PARTICLE_PROTON, 29, 0, "Zn-63", MOLY_REACTION_FIT},
    {MOLY_PARTICLE_PROTON, 29, 0, "Zn-65", MOLY_REACTION_FIT},
    {MOLY_PARTICLE_PHOTON, 42, 100, "Mo-99", MOLY_REACTION_LIBRARY},
    {MOLY_PARTICLE_PHOTON, 88, 226, "Ra-225", MOLY_REACTION_LIBRARY},
};

static void the_isotopes_of_medicine_have_their_curves(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const moly_reaction *r =
            curve_of(wanted[i].particle, wanted[i].z, wanted[i].a, wanted[i].product);
        assert_true(r->rank == wanted[i].rank);
        assert_true(r->u_rel >= 0.03 && r->u_rel <= 0.5);
        assert_true(strlen(r->source) > 5);
    }
}

/* Thresholds from AME2020: 18O(p,n) Q -2.4383 MeV, 2.5750 MeV, 68Zn(p,n) 3.758 MeV,
 * 209Bi(a,2n) 20.72 MeV. */
static void below_the_threshold_a_curve_is_zero(void **state)
{
    (void)state;
    const moly_reaction *f18 = curve_of(MOLY_PARTICLE_PROTON, 8, 18, "F-18");
    assert_relative((double)f18->energy_mev[0], 2.5750, 1e-4);
    assert_true(moly_reaction_xs_mb(f18, 2.57) == 0.0);
    assert_true(moly_reaction_xs_mb(f18, 2.7) > 0.0);
    const moly_reaction *ga68 = curve_of(MOLY_PARTICLE_PROTON, 30, 68, "Ga-68");
    assert_relative((double)ga68->energy_mev[0], 3.758, 1e-3);
    assert_true(moly_reaction_xs_mb(curve_of(MOLY_PARTICLE_ALPHA, 83, 209, "At-211"), 20.7) == 0.0);
}

static void above_its_last_point_a_curve_is_not_known(void **state)
{
    (void)state;
    const moly_reaction *f18 = curve_of(MOLY_PARTICLE_PROTON, 8, 18, "F-18");
    assert_true(f18->evaluated_to_mev == 29.8);
    assert_true(!isnan(moly_reaction_xs_mb(f18, 30.0))); /* a cyclotron of 30 MeV is within 2 % */
    assert_true(isnan(moly_reaction_xs_mb(f18, 31.0)));
    assert_true(isnan(moly_reaction_xs_mb(f18, (double)NAN)));
}

static void ground_states_and_isomers_are_curves_of_their_own(void **state)
{
    (void)state;
    const moly_reaction *ground = curve_of(MOLY_PARTICLE_PROTON, 20, 44, "Sc-44");
    const moly_reaction *isomer = curve_of(MOLY_PARTICLE_PROTON, 20, 44, "Sc-44m");
    assert_true(ground->kind == MOLY_REACTION_TOTAL);
    assert_true(isomer->kind == MOLY_REACTION_DIRECT);
    assert_true(moly_reaction_xs_mb(isomer, 15.0) < 0.3 * moly_reaction_xs_mb(ground, 15.0));
    assert_null(moly_reaction_find(MOLY_PARTICLE_PROTON, 20, 44, 21, 44, 4));
}

/* The measured points differ by a factor of three near 17 MeV. */
static void radium_says_how_little_is_known(void **state)
{
    (void)state;
    const moly_reaction *ac225 = curve_of(MOLY_PARTICLE_PROTON, 88, 226, "Ac-225");
    assert_true(ac225->u_rel >= 0.4);
    assert_non_null(strstr(ac225->source, "EXFOR"));
}

static void a_curve_names_its_entry_and_its_words(void **state)
{
    (void)state;
    char text[MOLY_REACTION_TEXT_SIZE];
    const moly_reaction *tc = curve_of(MOLY_PARTICLE_PROTON, 42, 100, "Tc-99m");
    assert_non_null(strstr(tc->source, "D0805031"));
    assert_string_equal(moly_reaction_target_text(tc, text), "p on 100Mo");
    assert_string_equal(moly_reaction_rank_name(tc->rank), "recommended");
    assert_string_equal(moly_reaction_kind_name(tc->kind), "direct");
    const moly_reaction *v48 = curve_of(MOLY_PARTICLE_PROTON, 22, 0, "V-48");
    assert_string_equal(moly_reaction_target_text(v48, text), "p on natTi");
    assert_non_null(strstr(moly_reaction_set_name(), "blake2b"));
}

static void what_has_no_curves_has_none(void **state)
{
    (void)state;
    size_t n = 1;
    assert_null(moly_reactions_of(MOLY_PARTICLE_PROTON, 6, 12, &n));
    assert_int_equal(n, 0);
    assert_null(moly_reaction_find(MOLY_PARTICLE_ELECTRON, 8, 18, 9, 18, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_isotopes_of_medicine_have_their_curves),
        cmocka_unit_test(below_the_threshold_a_curve_is_zero),
        cmocka_unit_test(above_its_last_point_a_curve_is_not_known),
        cmocka_unit_test(ground_states_and_isomers_are_curves_of_their_own),
        cmocka_unit_test(radium_says_how_little_is_known),
        cmocka_unit_test(a_curve_names_its_entry_and_its_words),
        cmocka_unit_test(what_has_no_curves_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
