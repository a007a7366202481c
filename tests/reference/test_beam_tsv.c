/* SPDX-License-Identifier: Apache-2.0 */
/* The beam's rows of reference/nuclear.tsv: published thick-target yields by the same evaluators'
 * curve, and a run of ISOTOPIA; each within its own tolerance. */
#include "testing.h"

#include "moly/production/beam.h"
#include "rows.h"

static double largest;

/* "18O(p,n)18F, ...": target as a material, product as a nuclide. */
static void read_reaction(const char *inputs, char target[16], char product[16])
{
    const char *start = strncmp(inputs, "nat", 3) == 0 ? inputs + 3 : inputs;
    (void)snprintf(target, 16, "%.*s", (int)strcspn(start, "("), start);
    const char *behind = strchr(inputs, ')') + 1;
    (void)snprintf(product, 16, "%.*s", (int)strcspn(behind, ","), behind);
}

static void check_thick(const row *r)
{
    char target[16], product[16];
    moly_error err = {0};
    size_t index;
    moly_arena *arena = moly_arena_new();
    const moly_material *material;
    moly_stopping *stopping;
    double atoms;
    read_reaction(r->inputs, target, product);
    assert_ok(moly_material_parse(target, arena, &material, &err), err);
    assert_ok(moly_nuclide_find(moly_nuclide_set_builtin(), product, &index, &err), err);
    const moly_nuclide *made = moly_nuclide_at(moly_nuclide_set_builtin(), index);
    const moly_isotope *isotope = &material->isotopes[0];
    const moly_reaction *curve = moly_reaction_find(
        MOLY_PARTICLE_PROTON, isotope->z, material->elements[0].is_natural ? 0 : isotope->a,
        made->z, made->a, made->isomer);
    assert_non_null(curve);
    if (strncmp(r->source, "EXFOR ", 6) == 0 && strncmp(curve->source, r->source, 14) != 0) {
        fail_msg("%s: the curve is from %s, the yield from %.14s", r->inputs, curve->source,
                 r->source);
    }
    assert_ok(moly_stopping_new(material, MOLY_PARTICLE_PROTON, &stopping, &err), err);
    const double energy = strtod(strstr(r->inputs, "E=") + 2, NULL);
    assert_ok(moly_reaction_thick_yield(curve, stopping, material->mean_mass_u, 1.0, energy, 0.0,
                                        &atoms, &err),
              err);
    const moly_yields y = moly_yields_of(made->lambda_per_s, atoms, 1);
    const double value = strcmp(r->unit, "GBQ/COUL") == 0  ? 1e-9 * y.physical_bq_per_c
                         : strcmp(r->unit, "GBQ/MUA") == 0 ? 1e-15 * y.saturation_bq_per_a
                                                           : 3.6e-9 * y.physical_bq_per_c;
    print_message("  %-22s %5.1f MeV: %10.4f %s, published %g: %+.2f %%\n", curve->product, energy,
                  value, r->unit, r->value, 100.0 * (value / r->value - 1.0));
    assert_relative(value, r->value, r->tolerance);
    largest = fmax(largest, fabs(value / r->value - 1.0));
    moly_stopping_free(stopping);
    moly_arena_free(arena);
}

/* Activities are told in "MBq/(uA h)" without decay during the hour: physical yields. */
static void thick_target_yields_are_those_that_the_evaluators_publish(void **state)
{
    (void)state;
    for_rows("thick_target_yield", 12, check_thick);
    print_message("  largest difference %.2f %%\n", 100.0 * largest);
}

static void check_isotopia(const row *r)
{
    moly_error err = {0};
    moly_arena *arena = moly_arena_new();
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    moly_decay_engine *engine;
    const moly_material *material;
    moly_beam *beam;
    const moly_production *made;
    size_t product;
    assert_non_null(strstr(r->inputs, "p+100Mo, 16->12 MeV, 0.15 mA, rho 10.22, 1 cm2, 1 d"));
    assert_ok(moly_decay_engine_for_set(set, &engine, &err), err);
    assert_ok(moly_material_parse("100Mo", arena, &material, &err), err);
    assert_ok(moly_nuclide_find(set, "Tc-99m", &product, &err), err);
    const moly_beam_layer layer = {material, INFINITY};
    const moly_current_step step = {0.15e-3, 86400.0};
    const moly_irradiation irradiation = {
        .energy_mev = 16.0, .exit_energy_mev = 12.0, .steps = &step, .n_steps = 1, .area_cm2 = 1.0};
    assert_ok(moly_beam_new(set, engine, MOLY_PARTICLE_PROTON, &layer, 1, 0, NULL, &beam, &err),
              err);
    assert_ok(moly_beam_irradiate(beam, &irradiation, product, arena, &made, &err), err);
    const moly_layer_result *target = &made->layers[0];
    double activity = 0.0;
    for (size_t i = 0; i < target->n_made; i++) {
        activity = target->made[i].nuclide == product ? target->made[i].activity_eob_bq : activity;
    }
    print_message("  Tc-99m at the end: %.2f GBq, ISOTOPIA %g\n", 1e-9 * activity, r->value);
    assert_relative(1e-9 * activity, r->value, r->tolerance);
    assert_relative(target->heat_w, 600.0, 1e-12); /* 4 MeV times 0.15 mA */
    moly_beam_free(beam);
    moly_decay_engine_free(engine);
    moly_arena_free(arena);
}

static void isotopia_makes_the_same_technetium(void **state)
{
    (void)state;
    for_rows("isotopia_activity", 1, check_isotopia);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thick_target_yields_are_those_that_the_evaluators_publish),
        cmocka_unit_test(isotopia_makes_the_same_technetium),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
