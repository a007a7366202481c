/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of reference/nuclear.tsv on matter and on what lines do to air, each within its
 * tolerance. */
#include "testing.h"

#include "moly/base/memory.h"
#include "moly/matter/photon.h"
#include "moly/matter/stopping.h"
#include "rows.h"

static const moly_material *material_of(const char *text, moly_arena *arena)
{
    const moly_material *material = NULL;
    moly_error err = {0};
    assert_ok(moly_material_parse(text, arena, &material, &err), err);
    return material;
}

static const moly_nuclide *nuclide_of(const char *inputs)
{
    char name[16];
    size_t index = 0;
    moly_error err = {0};
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    assert_int_equal(sscanf(inputs, "%15s", name), 1);
    assert_ok(moly_nuclide_find(set, name, &index, &err), err);
    return moly_nuclide_at(set, index);
}

/* "PSTAR element Z=29 at 10.0 MeV ...", "PSTAR liquid water (STAR matno 276) at 10.0 MeV ..." */
static void check_stopping(const row *r)
{
    moly_arena *arena = moly_arena_new();
    moly_stopping *stopping = NULL;
    moly_error err = {0};
    const char *z = strstr(r->inputs, "Z=");
    const moly_material *material =
        material_of(z ? moly_element_symbol((int)strtol(z + 2, NULL, 10)) : "water", arena);
    moly_particle particle = r->inputs[0] == 'P'   ? MOLY_PARTICLE_PROTON
                             : r->inputs[0] == 'A' ? MOLY_PARTICLE_ALPHA
                                                   : MOLY_PARTICLE_ELECTRON;
    /* the row of alphas has its energy per nucleon (data/materials/SOURCE.md) */
    double mev =
        strtod(strstr(r->inputs, " at ") + 4, NULL) * (particle == MOLY_PARTICLE_ALPHA ? 4.0 : 1.0);
    assert_ok(moly_stopping_new(material, particle, &stopping, &err), err);
    assert_relative(moly_stopping_power_mev_cm2_g(stopping, mev), r->value, 1e-4);
    moly_stopping_free(stopping);
    moly_arena_free(arena);
}

static void stopping_powers_are_those_of_the_star_tables(void **state)
{
    (void)state;
    for_rows("mass_stopping_power", 5, check_stopping);
}

static void check_thickness(const row *r)
{
    moly_arena *arena = moly_arena_new();
    moly_stopping *stopping = NULL;
    moly_error err = {0};
    assert_ok(moly_stopping_new(material_of("100Mo", arena), MOLY_PARTICLE_PROTON, &stopping, &err),
              err);
    double cm =
        (moly_stopping_range_g_cm2(stopping, 16.0) - moly_stopping_range_g_cm2(stopping, 12.0)) /
        10.22;
    assert_relative(cm, r->value, r->tolerance);
    moly_stopping_free(stopping);
    moly_arena_free(arena);
}

static void a_target_is_as_thick_as_its_energies_say(void **state)
{
    (void)state;
    for_rows("target_thickness", 1, check_thickness);
}

/* "water (NIST table 4 material) at 150 keV, with coherent", "element Z=82 at 150 keV", "Z=82 at
 * ..." */
static double photon_of(const row *r, double (*of)(const moly_material *, double))
{
    char name[16];
    moly_arena *arena = moly_arena_new();
    const char *z = strstr(r->inputs, "Z=");
    assert_int_equal(sscanf(r->inputs, "%15s", name), 1);
    const moly_material *material =
        material_of(z ? moly_element_symbol((int)strtol(z + 2, NULL, 10)) : name, arena);
    double value = of(material, strtod(strstr(r->inputs, " at ") + 4, NULL));
    moly_arena_free(arena);
    return value;
}

static void check_attenuation(const row *r)
{
    assert_relative(photon_of(r, moly_photon_attenuation_cm2_g), r->value, r->tolerance);
}

static void check_absorption(const row *r)
{
    assert_relative(photon_of(r, moly_photon_absorption_cm2_g), r->value, r->tolerance);
}

static void photons_are_attenuated_as_nist_says(void **state)
{
    (void)state;
    for_rows("mass_attenuation", 5, check_attenuation);
    for_rows("mass_energy_absorption", 5, check_absorption);
}

static void check_kerma(const row *r)
{
    assert_relative(moly_air_kerma_ugy_m2_per_mbq_h(nuclide_of(r->inputs), 10.0), r->value,
                    r->tolerance);
}

/* AAPM TG-108's dose equivalent is that of tissue in the beam. */
static void check_dose_rate(const row *r)
{
    moly_arena *arena = moly_arena_new();
    assert_relative(
        moly_kerma_ugy_m2_per_mbq_h(nuclide_of(r->inputs), material_of("tissue", arena), 10.0),
        r->value, r->tolerance);
    moly_arena_free(arena);
}

static void air_kerma_is_that_of_icrp_107(void **state)
{
    (void)state;
    for_rows("air_kerma_rate_coefficient", 5, check_kerma);
    for_rows("dose_rate_constant", 1, check_dose_rate);
}

/* With the half-life of ICRP-107, which the row names. */
static void check_specific(const row *r)
{
    const char *root = getenv("MOLY_SHARED");
    char spec[600], name[16];
    size_t index = 0;
    moly_nuclide_set *icrp107 = NULL;
    moly_error err = {0};
    (void)snprintf(spec, sizeof spec, "icrp07:%s/data/nuclear/icrp07", root ? root : "../shared");
    assert_ok(moly_nuclide_set_load(spec, &icrp107, &err), err);
    assert_int_equal(sscanf(r->inputs, "%15s", name), 1);
    assert_ok(moly_nuclide_find(icrp107, name, &index, &err), err);
    assert_relative(moly_specific_activity_tbq_per_mg(moly_nuclide_at(icrp107, index)), r->value,
                    r->tolerance);
    moly_nuclide_set_free(icrp107);
}

static void specific_activities_follow_from_half_life_and_mass(void **state)
{
    (void)state;
    for_rows("specific_activity_cf", 5, check_specific);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stopping_powers_are_those_of_the_star_tables),
        cmocka_unit_test(a_target_is_as_thick_as_its_energies_say),
        cmocka_unit_test(photons_are_attenuated_as_nist_says),
        cmocka_unit_test(air_kerma_is_that_of_icrp_107),
        cmocka_unit_test(specific_activities_follow_from_half_life_and_mass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
