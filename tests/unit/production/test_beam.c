/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/production/beam.h"

#define AVOGADRO 6.02214076e23

static moly_arena *arena;
static moly_decay_engine *engine;
static const moly_nuclide_set *set;

static const moly_material *material_of(const char *text)
{
    moly_error err = {0};
    const moly_material *material;
    assert_ok(moly_material_parse(text, arena, &material, &err), err);
    return material;
}

static size_t index_of(const char *name)
{
    moly_error err = {0};
    size_t index;
    assert_ok(moly_nuclide_find(set, name, &index, &err), err);
    return index;
}

static const moly_made *made_in(const moly_layer_result *layer, const char *name)
{
    const size_t wanted = index_of(name);
    for (size_t i = 0; i < layer->n_made; i++) {
        if (layer->made[i].nuclide == wanted) {
            return &layer->made[i];
        }
    }
    fail_msg("%s was not made", name);
    return NULL;
}

/* One thick layer, 1 uA for a while, changed by `irr` where its members are set. */
static const moly_production *irradiate(const char *target, moly_particle particle,
                                        double energy_mev, double time_s, moly_irradiation irr)
{
    moly_error err = {0};
    moly_beam *beam;
    const moly_production *made;
    const moly_beam_layer layer = {material_of(target), INFINITY};
    moly_current_step *step = moly_arena_alloc(arena, 1, sizeof *step);
    *step = (moly_current_step){1e-6, time_s};
    irr.energy_mev = energy_mev;
    if (irr.n_steps == 0) {
        irr.steps = step;
        irr.n_steps = 1;
    }
    irr.exit_energy_mev = irr.exit_energy_mev > 0.0 ? irr.exit_energy_mev : (double)NAN;
    assert_ok(moly_beam_new(set, engine, particle, &layer, 1, 0, NULL, &beam, &err), err);
    assert_ok(moly_beam_irradiate(beam, &irr, SIZE_MAX, arena, &made, &err), err);
    moly_beam_free(beam);
    return made;
}

static const float flat_mev[] = {0.5f, 0.500001f, 20.0f, 40.0f};
static const float flat_mb[] = {0.0f, 100.0f, 100.0f, 100.0f};
static const moly_reaction flat = {.product = "F-18",
                                   .via = "",
                                   .source = "",
                                   .n = 4,
                                   .evaluated_to_mev = 40.0,
                                   .energy_mev = flat_mev,
                                   .xs_mb = flat_mb};

/* Constant cross section: atoms = N_A / M * sigma * path. */
static void a_constant_cross_section_counts_the_path(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_stopping *stopping;
    double atoms;
    const moly_material *copper = material_of("Cu");
    assert_ok(moly_stopping_new(copper, MOLY_PARTICLE_PROTON, &stopping, &err), err);
    assert_ok(moly_reaction_thick_yield(&flat, stopping, copper->mean_mass_u, 1.0, 30.0, 5.0,
                                        &atoms, &err),
              err);
    const double path =
        moly_stopping_range_g_cm2(stopping, 30.0) - moly_stopping_range_g_cm2(stopping, 5.0);
    assert_relative(atoms, AVOGADRO / copper->mean_mass_u * 100e-27 * path, 2e-4);
    moly_stopping_free(stopping);
}

/* Thin: atoms = N_A / M * sigma(E) * thickness, to first order in the energy lost. */
static void a_thin_target_makes_cross_section_times_thickness(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_beam *beam;
    const moly_production *made;
    const moly_material *moly100 = material_of("100Mo");
    const moly_reaction *curve = moly_reaction_find(MOLY_PARTICLE_PROTON, 42, 100, 43, 99, 1);
    const moly_beam_layer layer = {moly100, 1e-5};
    const moly_current_step step = {1e-6, 1.0};
    const moly_irradiation irr = {
        .energy_mev = 17.0, .exit_energy_mev = NAN, .steps = &step, .n_steps = 1};
    assert_ok(moly_beam_new(set, engine, MOLY_PARTICLE_PROTON, &layer, 1, 0, NULL, &beam, &err),
              err);
    assert_ok(moly_beam_irradiate(beam, &irr, SIZE_MAX, arena, &made, &err), err);
    assert_relative(
        made_in(&made->layers[0], "Tc-99m")->atoms_per_particle,
        AVOGADRO / moly100->mean_mass_u * 1e-27 * moly_reaction_xs_mb(curve, 17.0) * 1e-5, 1e-3);
    moly_beam_free(beam);
}

static void slices_of_a_target_add_up(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_stopping *stopping;
    double whole, front, back;
    const moly_material *water = material_of("H2O{18O:1}");
    const moly_reaction *curve = moly_reaction_find(MOLY_PARTICLE_PROTON, 8, 18, 9, 18, 0);
    assert_ok(moly_stopping_new(water, MOLY_PARTICLE_PROTON, &stopping, &err), err);
    assert_ok(moly_reaction_thick_yield(curve, stopping, 1.0, 1.0, 18.0, 0.0, &whole, &err), err);
    assert_ok(moly_reaction_thick_yield(curve, stopping, 1.0, 1.0, 18.0, 9.5, &front, &err), err);
    assert_ok(moly_reaction_thick_yield(curve, stopping, 1.0, 1.0, 9.5, 0.0, &back, &err), err);
    assert_relative(front + back, whole, 1e-5);
    assert_fails(moly_reaction_thick_yield(curve, stopping, 1.0, 1.0, 31.0, 0.0, &whole, &err),
                 MOLY_ERR_RANGE, "29.8", err);
    assert_fails(moly_reaction_thick_yield(curve, stopping, 1.0, 1.0, 9.0, 12.0, &whole, &err),
                 MOLY_ERR_RANGE, "12", err);
    moly_stopping_free(stopping);
}

/* Activity of an unfed product: A = Y_sat I (1 - exp(-lambda t)) exp(-lambda cool). */
static void activity_saturates_and_decays(void **state)
{
    (void)state;
    const double lambda = moly_nuclide_at(set, index_of("F-18"))->lambda_per_s;
    const moly_production *p =
        irradiate("18O", MOLY_PARTICLE_PROTON, 16.0, 7200.0, (moly_irradiation){.cool_s = 1800.0});
    const moly_made *f18 = made_in(&p->layers[0], "F-18");
    const double eob = 1e-6 * f18->yields.saturation_bq_per_a * -expm1(-lambda * 7200.0);
    assert_relative(f18->activity_eob_bq, eob, 1e-12);
    assert_relative(f18->activity_end_bq, eob * exp(-lambda * 1800.0), 1e-12);
    assert_relative(f18->yields.physical_bq_per_c, lambda * f18->yields.saturation_bq_per_a, 1e-12);
    assert_relative(p->layers[0].heat_w, 16.0, 1e-9); /* 16 MeV at 1 uA */
}

static void an_interruption_is_a_step_without_current(void **state)
{
    (void)state;
    const moly_current_step three[] = {{1e-6, 3600.0}, {0.0, 600.0}, {2e-6, 1800.0}};
    const double lambda = moly_nuclide_at(set, index_of("F-18"))->lambda_per_s;
    const moly_production *p = irradiate("18O", MOLY_PARTICLE_PROTON, 16.0, 0.0,
                                         (moly_irradiation){.steps = three, .n_steps = 3});
    const moly_made *f18 = made_in(&p->layers[0], "F-18");
    const double first = 1e-6 * -expm1(-lambda * 3600.0) * exp(-lambda * 2400.0);
    const double last = 2e-6 * -expm1(-lambda * 1800.0);
    assert_relative(f18->activity_eob_bq, f18->yields.saturation_bq_per_a * (first + last), 1e-12);
    assert_relative(p->layers[0].heat_w, 32.0, 1e-9); /* at the highest current */
}

/* 124Xe(p,x)123Xe is cumulative: it has the decay of Cs-123 (5.9 min) in it. A pulse of beam, and
 * every Cs-123 is gone: as much Xe-123 as the curve says, not more. */
static void cumulative_curves_do_not_count_their_precursors_twice(void **state)
{
    (void)state;
    const double pulse_s = 1e-3, cool_s = 2.0 * 3600.0;
    const moly_production *p = irradiate("124Xe", MOLY_PARTICLE_PROTON, 29.0, pulse_s,
                                         (moly_irradiation){.cool_s = cool_s});
    const moly_made *xe = made_in(&p->layers[0], "Xe-123");
    const moly_made *cs = made_in(&p->layers[0], "Cs-123");
    assert_true(moly_reaction_find(MOLY_PARTICLE_PROTON, 54, 124, 54, 123, 0)->kind ==
                MOLY_REACTION_CUMULATIVE);
    assert_memory_equal(xe->reaction->product, "Cs-123", 6); /* most of it comes that way */
    const double lx = moly_nuclide_at(set, xe->nuclide)->lambda_per_s;
    const double lc = moly_nuclide_at(set, cs->nuclide)->lambda_per_s;
    const double particles = 1e-6 * pulse_s / MOLY_ELEMENTARY_CHARGE_C;
    const double fed = cs->atoms_per_particle * particles;
    const double direct = xe->atoms_per_particle * particles - fed;
    assert_true(direct > 0.0 && fed > direct);
    const double atoms =
        direct * exp(-lx * cool_s) + fed * lc / (lc - lx) * (exp(-lx * cool_s) - exp(-lc * cool_s));
    assert_relative(xe->activity_end_bq, lx * atoms, 3e-3); /* Cs-123m lives 1.6 s */
}

/* Sums of ground state and isomer: what the isomer has is not in the ground state's rate. */
static void the_isomers_atoms_are_not_the_ground_states(void **state)
{
    (void)state;
    const moly_production *p =
        irradiate("44Ca", MOLY_PARTICLE_PROTON, 18.0, 1e-3, (moly_irradiation){.cool_s = 0.0});
    const moly_made *ground = made_in(&p->layers[0], "Sc-44");
    const moly_made *isomer = made_in(&p->layers[0], "Sc-44m");
    const moly_reaction *total = moly_reaction_find(MOLY_PARTICLE_PROTON, 20, 44, 21, 44, 0);
    moly_error err = {0};
    moly_stopping *stopping;
    double sum;
    const moly_material *calcium = material_of("44Ca");
    assert_ok(moly_stopping_new(calcium, MOLY_PARTICLE_PROTON, &stopping, &err), err);
    assert_ok(moly_reaction_thick_yield(total, stopping, calcium->mean_mass_u, 1.0, 18.0, 0.0, &sum,
                                        &err),
              err);
    const double particles = 1e-9 / MOLY_ELEMENTARY_CHARGE_C;
    const double made =
        ground->activity_eob_bq / moly_nuclide_at(set, ground->nuclide)->lambda_per_s +
        isomer->activity_eob_bq / moly_nuclide_at(set, isomer->nuclide)->lambda_per_s;
    assert_relative(made, sum * particles, 1e-6);
    moly_stopping_free(stopping);
}

static void a_natural_element_goes_by_its_own_curve(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_stopping *stopping;
    double atoms;
    const moly_irradiation irr = {.cool_s = 0.0};
    const moly_production *natural = irradiate("Ga", MOLY_PARTICLE_PROTON, 20.0, 3600.0, irr);
    const moly_production *enriched =
        irradiate("Ga{69:0.99,71:0.01}", MOLY_PARTICLE_PROTON, 20.0, 3600.0, irr);
    const moly_made *one = made_in(&natural->layers[0], "Ge-68");
    assert_int_equal(one->reaction->a, 0);
    assert_int_equal(made_in(&enriched->layers[0], "Ge-68")->reaction->a, 69);
    const moly_material *gallium = material_of("Ga");
    assert_ok(moly_stopping_new(gallium, MOLY_PARTICLE_PROTON, &stopping, &err), err);
    assert_ok(moly_reaction_thick_yield(one->reaction, stopping, gallium->mean_mass_u, 1.0, 20.0,
                                        0.0, &atoms, &err),
              err);
    assert_relative(one->atoms_per_particle, atoms, 1e-9); /* the isotopes add nothing to it */
    moly_stopping_free(stopping);
}

static void spreading_the_energy_hardly_changes_a_thick_target(void **state)
{
    (void)state;
    const moly_production *sharp =
        irradiate("18O", MOLY_PARTICLE_PROTON, 16.0, 3600.0, (moly_irradiation){.cool_s = 0.0});
    const moly_production *spread =
        irradiate("18O", MOLY_PARTICLE_PROTON, 16.0, 3600.0,
                  (moly_irradiation){.energy_sd_mev = 0.15, .has_straggling = true});
    assert_relative(made_in(&spread->layers[0], "F-18")->activity_eob_bq,
                    made_in(&sharp->layers[0], "F-18")->activity_eob_bq, 0.005);
}

/* No carrier of its element: atoms and mass are those of the isotopes that the beam makes. */
static void specific_activity_counts_all_isotopes_made(void **state)
{
    (void)state;
    const moly_production *p =
        irradiate("100Mo", MOLY_PARTICLE_PROTON, 22.0, 6.0 * 3600.0, (moly_irradiation){0});
    const moly_made *tc = made_in(&p->layers[0], "Tc-99m");
    const moly_nuclide *nuclide = moly_nuclide_at(set, tc->nuclide);
    const double pure = nuclide->lambda_per_s * AVOGADRO;
    /* Tc-99 and Tc-98 come along: the ratio of all Tc to Tc-99m is 3 to 6 in the literature
     * (Lebeda et al., Appl. Radiat. Isot. 68 (2010) 2355). */
    assert_true(tc->molar_activity_bq_per_mol < pure / 3.0 &&
                tc->molar_activity_bq_per_mol > pure / 8.0);
    assert_true(isnan(made_in(&p->layers[0], "Mo-99")->molar_activity_bq_per_mol));
}

static void a_window_takes_its_energy(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_beam *beam;
    const moly_production *made;
    const moly_beam_layer layers[] = {{material_of("Cu"), 0.1}, {material_of("18O"), INFINITY}};
    const moly_current_step step = {40e-6, 3600.0};
    const moly_irradiation irr = {
        .energy_mev = 18.0, .exit_energy_mev = NAN, .steps = &step, .n_steps = 1};
    assert_ok(moly_beam_new(set, engine, MOLY_PARTICLE_PROTON, layers, 2, 1, NULL, &beam, &err),
              err);
    assert_ok(moly_beam_irradiate(beam, &irr, index_of("F-18"), arena, &made, &err), err);
    const moly_layer_result *window = &made->layers[0], *target = &made->layers[1];
    assert_true(window->energy_out_mev < 16.5 && window->energy_out_mev > 14.0);
    assert_true(target->energy_in_mev == window->energy_out_mev && target->energy_out_mev == 0.0);
    assert_relative(window->heat_w + target->heat_w, 720.0, 1e-9);
    assert_relative(made->heat_w, 720.0, 1e-9);
    assert_true(made_in(window, "Zn-63")->activity_eob_bq > 1e6);
    moly_beam_free(beam);
}

static void what_has_no_curve_is_named_or_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_beam *beam;
    const moly_production *made;
    const moly_beam_layer layer = {material_of("C"), INFINITY};
    const moly_current_step step = {1e-6, 60.0};
    moly_irradiation irr = {
        .energy_mev = 16.0, .exit_energy_mev = NAN, .steps = &step, .n_steps = 1};
    assert_ok(moly_beam_new(set, engine, MOLY_PARTICLE_PROTON, &layer, 1, 0, NULL, &beam, &err),
              err);
    assert_ok(moly_beam_irradiate(beam, &irr, SIZE_MAX, arena, &made, &err), err);
    assert_int_equal(made->layers[0].n_made, 0);
    bool is_named = false;
    for (size_t i = 0; i < made->n_not_evaluated; i++) {
        is_named = is_named || strstr(made->not_evaluated[i], "N-13 (p on 13C)") != NULL;
    }
    assert_true(is_named);
    assert_fails(moly_beam_irradiate(beam, &irr, index_of("N-13"), arena, &made, &err),
                 MOLY_ERR_UNKNOWN, "N-13", err);
    assert_null(made);
    moly_beam_free(beam);
}

static void energies_outside_of_a_curve_are_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_beam *beam;
    const moly_production *made;
    const moly_beam_layer layer = {material_of("18O"), INFINITY};
    const moly_current_step step = {1e-6, 60.0};
    moly_irradiation irr = {
        .energy_mev = 40.0, .exit_energy_mev = NAN, .steps = &step, .n_steps = 1};
    assert_ok(moly_beam_new(set, engine, MOLY_PARTICLE_PROTON, &layer, 1, 0, NULL, &beam, &err),
              err);
    assert_fails(moly_beam_irradiate(beam, &irr, index_of("F-18"), arena, &made, &err),
                 MOLY_ERR_RANGE, "29.8 MeV", err);
    /* Unasked, the model goes on in its place and says so. */
    assert_ok(moly_beam_irradiate(beam, &irr, SIZE_MAX, arena, &made, &err), err);
    assert_true(made_in(&made->layers[0], "F-18")->reaction->rank == MOLY_REACTION_MODEL);
    irr.energy_mev = 900.0;
    assert_fails(moly_beam_irradiate(beam, &irr, SIZE_MAX, arena, &made, &err), MOLY_ERR_RANGE,
                 "900 MeV", err);
    irr.energy_mev = 10.0;
    irr.exit_energy_mev = 12.0;
    assert_fails(moly_beam_irradiate(beam, &irr, SIZE_MAX, arena, &made, &err), MOLY_ERR_RANGE,
                 "exit energy", err);
    irr.exit_energy_mev = NAN;
    irr.n_steps = 0;
    assert_fails(moly_beam_irradiate(beam, &irr, SIZE_MAX, arena, &made, &err), MOLY_ERR_RANGE,
                 "steps", err);
    moly_beam_free(beam);
}

static void stacks_that_are_none_are_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_beam *beam;
    const moly_beam_layer good = {material_of("Mo"), INFINITY}, thin = {good.material, 0.0};
    const moly_beam_layer plate = {material_of("W"), 1.0};
    assert_fails(moly_beam_new(set, engine, MOLY_PARTICLE_PROTON, &good, 0, 0, NULL, &beam, &err),
                 MOLY_ERR_USAGE, "layers", err);
    assert_fails(moly_beam_new(set, engine, MOLY_PARTICLE_PROTON, &thin, 1, 0, NULL, &beam, &err),
                 MOLY_ERR_RANGE, "thickness", err);
    assert_fails(moly_beam_new(set, engine, MOLY_PARTICLE_PHOTON, &good, 1, 0, NULL, &beam, &err),
                 MOLY_ERR_USAGE, "converter", err);
    assert_fails(moly_beam_new(set, engine, MOLY_PARTICLE_PHOTON, &good, 1, 0, &plate, &beam, &err),
                 MOLY_ERR_USAGE, "how thick", err);
    assert_null(beam);
}

/* Thin tungsten, 100 MeV: complete screening gives dN/dk = 4 a r0^2 Z^2 / k N
 * ((1 + r^2 - 2r/3) ln(183 Z^-1/3) + r/9), which Schiff's constant reproduces (111 e^(1/2) = 183).
 */
static void bremsstrahlung_is_that_of_complete_screening_at_high_energy(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_stopping *stopping;
    const moly_material *w = material_of("W");
    const double t = 1e-5;
    assert_ok(moly_stopping_new(w, MOLY_PARTICLE_ELECTRON, &stopping, &err), err);
    for (int i = 1; i < 6; i++) {
        const double k = 5.0 * i;
        const double e0 = 100.511, r = (e0 - k) / e0;
        const double bracket = (1.0 + r * r - 2.0 / 3.0 * r) * log(183.0 / cbrt(74.0)) + r / 9.0;
        const double b_per_mev = 4.0 / 137.036 * 0.0794078 * 74.0 * 74.0 / k * bracket;
        const double wanted = b_per_mev * 0.602214 / w->mean_mass_u * t;
        assert_relative(moly_bremsstrahlung_per_mev(w, stopping, t, 100.0, k), wanted, 0.02);
    }
    assert_true(moly_bremsstrahlung_per_mev(w, stopping, t, 20.0, 20.0) == 0.0);
    assert_true(isnan(moly_bremsstrahlung_per_mev(w, stopping, t, 20.0, -1.0)));
    assert_true(isnan(moly_bremsstrahlung_per_mev(w, stopping, t, 200.0, 1.0))); /* no table */
    moly_stopping_free(stopping);
}

static void photons_make_molybdenum_99(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_beam *beam;
    const moly_production *made;
    const moly_beam_layer layer = {material_of("100Mo"), 5.0}, plate = {material_of("W"), 2.0};
    const moly_current_step step = {1e-3, 86400.0};
    moly_irradiation irr = {
        .energy_mev = 35.0, .exit_energy_mev = NAN, .steps = &step, .n_steps = 1};
    assert_ok(moly_beam_new(set, engine, MOLY_PARTICLE_PHOTON, &layer, 1, 0, &plate, &beam, &err),
              err);
    assert_ok(moly_beam_irradiate(beam, &irr, index_of("Mo-99"), arena, &made, &err), err);
    const double high = made_in(&made->layers[0], "Mo-99")->activity_eob_bq;
    assert_true(high > 1e11 && isnan(made->heat_w));
    irr.energy_mev = 8.0; /* the threshold is 8.29 MeV */
    assert_ok(moly_beam_irradiate(beam, &irr, index_of("Mo-99"), arena, &made, &err), err);
    assert_true(made_in(&made->layers[0], "Mo-99")->activity_eob_bq == 0.0);
    moly_beam_free(beam);
}

static int begin(void **state)
{
    (void)state;
    set = moly_nuclide_set_builtin();
    arena = moly_arena_new();
    return arena != NULL && moly_decay_engine_for_set(set, &engine, NULL) == MOLY_OK ? 0 : -1;
}

static int finish(void **state)
{
    (void)state;
    moly_decay_engine_free(engine);
    moly_arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_constant_cross_section_counts_the_path),
        cmocka_unit_test(a_thin_target_makes_cross_section_times_thickness),
        cmocka_unit_test(slices_of_a_target_add_up),
        cmocka_unit_test(activity_saturates_and_decays),
        cmocka_unit_test(an_interruption_is_a_step_without_current),
        cmocka_unit_test(cumulative_curves_do_not_count_their_precursors_twice),
        cmocka_unit_test(the_isomers_atoms_are_not_the_ground_states),
        cmocka_unit_test(a_natural_element_goes_by_its_own_curve),
        cmocka_unit_test(spreading_the_energy_hardly_changes_a_thick_target),
        cmocka_unit_test(specific_activity_counts_all_isotopes_made),
        cmocka_unit_test(a_window_takes_its_energy),
        cmocka_unit_test(what_has_no_curve_is_named_or_refused),
        cmocka_unit_test(energies_outside_of_a_curve_are_refused),
        cmocka_unit_test(stacks_that_are_none_are_refused),
        cmocka_unit_test(bremsstrahlung_is_that_of_complete_screening_at_high_energy),
        cmocka_unit_test(photons_make_molybdenum_99),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
