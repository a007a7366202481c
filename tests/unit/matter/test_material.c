/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>

#include "moly/base/memory.h"
#include "moly/matter/material.h"
#include "moly/matter/photon.h"

static moly_arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = moly_arena_new();
    return arena ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    moly_arena_free(arena);
    return 0;
}

static const moly_material *parsed(const char *text)
{
    const moly_material *material = NULL;
    moly_error err = {0};
    assert_ok(moly_material_parse(text, arena, &material, &err), err);
    return material;
}

static void refused(const char *text, moly_status status, const char *piece)
{
    const moly_material *material = NULL;
    moly_error err = {0};
    assert_fails(moly_material_parse(text, arena, &material, &err), status, piece, err);
    assert_null(material);
}

static void a_natural_element_has_its_isotopes(void **state)
{
    (void)state;
    const moly_material *gallium = parsed("Ga");
    assert_int_equal(gallium->n_elements, 1);
    assert_true(gallium->elements[0].is_natural);
    assert_int_equal(gallium->n_isotopes, 2);
    assert_int_equal(gallium->isotopes[0].a, 69);
    assert_relative(gallium->isotopes[0].atom_fraction, 0.601, 1e-2);
    assert_relative(gallium->mean_mass_u, 69.723, 1e-4); /* IUPAC standard atomic weight */
    assert_relative(gallium->density_g_cm3, 5.904, 1e-12);
}

static void nuclides_are_read_in_both_spellings(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        const moly_material *target = parsed(i ? "Mo-100" : "100Mo");
        assert_int_equal(target->n_isotopes, 1);
        assert_int_equal(target->isotopes[0].a, 100);
        assert_false(target->elements[0].is_natural);
        assert_relative(target->mean_mass_u, 99.90747, 1e-6); /* AME2020 */
    }
    assert_int_equal(parsed("226Ra")->isotopes[0].a, 226);
}

static void compounds_count_their_atoms(void **state)
{
    (void)state;
    const moly_material *nitrate = parsed("Ca(NO3)2");
    assert_int_equal(nitrate->n_elements, 3);
    assert_relative(nitrate->elements[0].atom_fraction, 1.0 / 9, 1e-12);
    assert_relative(nitrate->elements[1].atom_fraction, 2.0 / 9, 1e-12);
    assert_relative(nitrate->elements[2].atom_fraction, 6.0 / 9, 1e-12);
    assert_relative(nitrate->elements[0].mass_fraction, 40.078 / 164.086, 1e-4);
    assert_true(isnan(nitrate->density_g_cm3));
    assert_relative(parsed("Ga4Ni")->elements[0].atom_fraction, 0.8, 1e-12);
    assert_relative(parsed("Ga4Ni @ 7.2 g/cm3")->density_g_cm3, 7.2, 1e-12);
}

static void enriched_water_is_heavier_by_its_oxygen(void **state)
{
    (void)state;
    const moly_material *water = parsed("H2O{18O:0.98,16O:0.02}");
    assert_int_equal(water->n_elements, 2);
    assert_true(water->elements[0].is_natural);
    assert_false(water->elements[1].is_natural);
    assert_int_equal(water->isotopes[2].a, 16);
    assert_relative(water->isotopes[3].atom_fraction, 0.98 / 3, 1e-12);
    /* H2-18-O has 1.11 g/cm3 at 20 C */
    assert_relative(water->density_g_cm3, 1.11, 5e-3);
    assert_relative(parsed("[18O]H2")->density_g_cm3, 1.11, 5e-3);
    assert_relative(parsed("Mo{100:0.974,98:0.021,97:0.005}")->isotopes[2].atom_fraction, 0.974,
                    1e-12);
}

static void mixtures_are_by_mass(void **state)
{
    (void)state;
    const moly_material *alloy = parsed("0.8 Ni + 0.2 Cr");
    assert_relative(alloy->elements[0].mass_fraction, 0.8, 1e-9);
    assert_relative(alloy->elements[1].mass_fraction, 0.2, 1e-9);
    const moly_material *solution = parsed("0.1 Zn{68:1.0} + 0.9 water");
    assert_int_equal(solution->n_elements, 3);
    assert_relative(solution->elements[0].mass_fraction, 0.1, 1e-9);
    assert_relative(parsed("havar")->elements[4].mass_fraction, 0.42, 1e-3);
    for (const char *const *name = moly_material_names(); *name; name++) {
        assert_true(parsed(*name)->density_g_cm3 > 0.0);
    }
}

static void what_is_wrong_is_said_with_its_place(void **state)
{
    (void)state;
    refused("Mo{100:0.974,98:0.021}", MOLY_ERR_RANGE, "fractions of Mo sum to 0.995");
    refused("0.5 Ni + 0.4 Cr", MOLY_ERR_RANGE, "mass fractions sum to 0.9");
    refused("Xx", MOLY_ERR_UNKNOWN, "no element Xx");
    refused("H2O)", MOLY_ERR_USAGE, "')' without '('");
    refused("Ca(NO3", MOLY_ERR_USAGE, "')' was expected");
    refused("H2O{18:", MOLY_ERR_RANGE, "atom fraction");
    refused("H2O{18O:0.98", MOLY_ERR_USAGE, "'}' was expected");
    refused("H2{18O:1}", MOLY_ERR_USAGE, "no O in the formula");
    refused("watr", MOLY_ERR_UNKNOWN, "did you mean water");
    refused("Tc", MOLY_ERR_USAGE, "no natural isotopes");
    refused("Mo{250:1}", MOLY_ERR_UNKNOWN, "Mo-250");
    refused("", MOLY_ERR_USAGE, "no material");
    refused("Fe @ -1 g/cm3", MOLY_ERR_RANGE, "density");
    refused("((((((((((H))))))))))", MOLY_ERR_USAGE, "too deep");
    refused("0.5 Ni{58:1} + 0.5 Ni", MOLY_ERR_USAGE, "Ni comes twice");
}

/* At an absorption edge the upper branch begins: iodine's K edge, 33.1694 keV. */
static void attenuation_jumps_at_an_edge(void **state)
{
    (void)state;
    const moly_material *iodine = parsed("I");
    double below = moly_photon_attenuation_cm2_g(iodine, 33.169);
    double above = moly_photon_attenuation_cm2_g(iodine, 33.170);
    assert_relative(above / below, 5.4, 0.05);
    assert_true(isnan(moly_photon_attenuation_cm2_g(iodine, 0.5)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_natural_element_has_its_isotopes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nuclides_are_read_in_both_spellings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(compounds_count_their_atoms, set_up, tear_down),
        cmocka_unit_test_setup_teardown(enriched_water_is_heavier_by_its_oxygen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(mixtures_are_by_mass, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_said_with_its_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(attenuation_jumps_at_an_edge, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
