/* SPDX-License-Identifier: Apache-2.0 */
/* moly irradiate --flux: a mass of target in a reactor. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "irradiate.h"
#include "moly/matter/material.h"
#include "moly/production/reactor.h"

#define AVOGADRO 6.02214076e23
#define MM_PER_CM 10.0
#define MEV_J 1.602176634e-13
#define FISSION_MEV 200.0    /* what stays in a reactor of a fission of U-235 */
#define FAINT 1e-9           /* of the greatest activity: left out of a table, not of data */
#define BEST_HALF_LIVES 20.0 /* how long the best time is looked for */
#define BEST_LONGEST_S (10.0 * MOLY_SECONDS_PER_YEAR)
#define MOST_STEPS 1000

/* "1e14/cm2/s 7d, 0/cm2/s 12h": each step's flux and time; the epithermal ratio is the same. */
static moly_status read_history(const char *text, double ratio, moly_arena *arena,
                                moly_reactor_case *wanted, moly_error *err)
{
    moly_flux_step *steps = moly_arena_alloc(arena, MOST_STEPS, sizeof *steps);
    if (steps == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    size_t n = 0;
    for (const char *at = text; *at != '\0';) {
        moly_flux_step step = {.epithermal_ratio = ratio};
        if (n == MOST_STEPS) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "more than %d steps of flux", MOST_STEPS);
        }
        moly_status status = moly_quantity_scan(at, MOLY_DIM_FLUX, &step.flux_per_cm2_s, &at, err);
        if (status == MOLY_OK) {
            at += strspn(at, " ");
            status = moly_quantity_scan(at, MOLY_DIM_TIME, &step.time_s, &at, err);
        }
        if (status != MOLY_OK) {
            moly_error_context(err, "step %zu of the history", n + 1);
            return status;
        }
        if (!(step.flux_per_cm2_s >= 0.0 && step.flux_per_cm2_s <= IRRADIATE_MOST_FLUX_PER_CM2_S) ||
            !(step.time_s >= 0.0 && step.time_s <= IRRADIATE_LONGEST_S)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "step %zu of the history: %g /cm2/s for %g s, at most %g /cm2/s and "
                             "%g s, neither negative",
                             n + 1, step.flux_per_cm2_s, step.time_s, IRRADIATE_MOST_FLUX_PER_CM2_S,
                             IRRADIATE_LONGEST_S);
        }
        steps[n++] = step;
        at += strspn(at, " ");
        if (*at != '\0' && *at != ',') {
            return MOLY_FAIL(err, MOLY_ERR_USAGE, "step %zu of the history: '%s' is not understood",
                             n, at);
        }
        at += *at == ',' ? 1 : 0;
        at += strspn(at, " ");
    }
    wanted->steps = steps;
    wanted->n_steps = n;
    return MOLY_OK;
}

static moly_status read_steps(const irradiate_args *args, moly_arena *arena,
                              moly_reactor_case *wanted, moly_error *err)
{
    if (args->history != NULL) {
        return read_history(args->history, args->epithermal_ratio, arena, wanted, err);
    }
    if (!isfinite(args->time_s)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "--flux needs --time or --history");
    }
    moly_flux_step *step = moly_arena_alloc(arena, 1, sizeof *step);
    if (step == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    *step = (moly_flux_step){args->flux_per_cm2_s, args->epithermal_ratio, args->time_s};
    wanted->steps = step;
    wanted->n_steps = 1;
    return MOLY_OK;
}

static moly_status read_target(const irradiate_args *args, const moly_reactor_data *data,
                               moly_arena *arena, moly_reactor_case *wanted, moly_error *err)
{
    const moly_material *material = NULL;
    moly_status status = moly_material_parse(args->target, arena, &material, err);
    if (status != MOLY_OK) {
        return status;
    }
    if (!isfinite(args->mass_g)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "--flux needs the target's --mass");
    }
    moly_reactor_isotope *isotopes =
        moly_arena_alloc(arena, material->n_isotopes, sizeof *isotopes);
    if (isotopes == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    double atoms = args->mass_g / material->mean_mass_u * AVOGADRO;
    for (size_t i = 0; i < material->n_isotopes; i++) {
        const moly_isotope *isotope = &material->isotopes[i];
        size_t nuclide = moly_reactor_find(data, isotope->z, isotope->a, 0);
        if (nuclide == SIZE_MAX) {
            return MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "%s-%d of the target is not in the decay data",
                             moly_element_symbol(isotope->z), isotope->a);
        }
        isotopes[i] = (moly_reactor_isotope){nuclide, atoms * isotope->atom_fraction};
    }
    wanted->isotopes = isotopes;
    wanted->n_isotopes = material->n_isotopes;
    if (isfinite(args->size_mm) != (args->shape >= 0)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "--shape and --size go together");
    }
    if (isfinite(args->size_mm)) {
        if (!(material->density_g_cm3 > 0.0)) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE,
                             "the density of %s is not known: write it as '%s @ 1.2 g/cm3'",
                             material->text, material->text);
        }
        wanted->shape = (moly_shield_shape)args->shape;
        wanted->size_cm = args->size_mm / MM_PER_CM;
        wanted->volume_cm3 = args->mass_g / material->density_g_cm3;
    }
    return MOLY_OK;
}

static json_t *nuclide_json(const moly_nuclide_set *set, const moly_reactor_nuclide *r)
{
    json_t *row = json_object();
    int failed =
        json_object_set_new(row, "nuclide", json_string(moly_nuclide_at(set, r->nuclide)->name));
    failed |= json_object_set_new(row, "activity_eob_bq", moly_json_real(r->activity_eoi_bq));
    failed |= json_object_set_new(row, "activity_end_bq", moly_json_real(r->activity_end_bq));
    failed |= json_object_set_new(row, "atoms_end", moly_json_real(r->atoms_end));
    failed |= json_object_set_new(row, "u_rel", moly_json_rounded(r->u_rel, 3));
    failed |= json_object_set_new(row, "specific_activity_gbq_per_mg",
                                  moly_json_real(r->specific_end_bq_per_g * 1e-12));
    failed |= json_object_set_new(row, "route", json_string(r->route));
    failed |= json_object_set_new(row, "source", json_string(r->source));
    if (failed != 0) {
        json_decref(row);
        return NULL;
    }
    return row;
}

static int add_lists(json_t *whole, const moly_nuclide_set *set, const moly_reactor_result *r,
                     bool is_table)
{
    json_t *nuclides = json_array(), *open = json_array(), *rows = json_array();
    int failed = 0;
    double faint_bq = 0.0;
    for (size_t i = 0; i < r->n && is_table; i++) {
        faint_bq = fmax(faint_bq, FAINT * r->nuclides[i].activity_eoi_bq);
    }
    for (size_t i = 0; i < r->n && failed == 0; i++) {
        const moly_reactor_nuclide *n = &r->nuclides[i];
        if (fmax(n->activity_eoi_bq, n->activity_end_bq) > faint_bq) {
            failed |= json_array_append_new(nuclides, nuclide_json(set, n));
        }
    }
    for (size_t i = 0; i < r->n_not_evaluated && failed == 0; i++) {
        failed |= json_array_append_new(open, json_string(r->not_evaluated[i]));
        failed |= json_array_append_new(rows, json_pack("{ss}", "text", r->not_evaluated[i]));
    }
    failed |= json_object_set_new(whole, is_table ? "activations" : "nuclides", nuclides);
    failed |= json_object_set_new(whole, "not_evaluated", open);
    if (is_table) {
        failed |= json_object_set_new(whole, "not_evaluated_rows", rows);
    } else {
        json_decref(rows);
    }
    return failed;
}

/* What was asked for must be made; then also when it is best. */
static moly_status add_product(json_t *whole, const irradiate_args *args,
                               const moly_reactor_data *data, const moly_nuclide_set *set,
                               const moly_reactor_case *wanted, const moly_reactor_result *r,
                               moly_error *err)
{
    size_t product;
    moly_status status = moly_nuclide_find(set, args->product, &product, err);
    if (status != MOLY_OK) {
        return status;
    }
    const moly_nuclide *nuclide = moly_nuclide_at(set, product);
    bool is_made = false;
    for (size_t i = 0; i < r->n; i++) {
        is_made = is_made || (r->nuclides[i].nuclide == product && r->nuclides[i].atoms_eoi > 0.0);
    }
    if (!is_made || nuclide->is_stable) {
        return MOLY_FAIL(err, MOLY_ERR_UNKNOWN,
                         "no known reaction of %s with slow neutrons makes %s", args->target,
                         nuclide->name);
    }
    double longest_s = fmin(BEST_LONGEST_S, BEST_HALF_LIVES * nuclide->half_life_s);
    double activity_s = NAN, specific_s = NAN;
    status =
        moly_reactor_best_time(data, wanted, product, longest_s, &activity_s, &specific_s, err);
    if (status != MOLY_OK) {
        return status;
    }
    json_t *best =
        json_pack("{ss so so so}", "nuclide", nuclide->name, "most_activity_s",
                  moly_json_rounded(activity_s, 4), "most_specific_activity_s",
                  moly_json_rounded(specific_s, 4), "looked_until_s", moly_json_real(longest_s));
    return json_object_set_new(whole, "best_time", best) == 0 ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static moly_status make_result(const irradiate_args *args, const moly_run *run,
                               const moly_reactor_data *data, const moly_nuclide_set *set,
                               const moly_reactor_case *wanted, const moly_reactor_result *r,
                               json_t **result, moly_error *err)
{
    double irradiation_s = 0.0;
    for (size_t s = 0; s < wanted->n_steps; s++) {
        irradiation_s += wanted->steps[s].flux_per_cm2_s > 0.0 ? wanted->steps[s].time_s : 0.0;
    }
    json_t *whole = json_object();
    int failed = json_object_set_new(whole, "data_set", json_string(moly_nuclide_set_name(set)));
    failed |= add_lists(whole, set, r, run->format == MOLY_FORMAT_TABLE);
    failed |= json_object_set_new(whole, "fluence_per_cm2", moly_json_real(r->fluence_per_cm2));
    failed |= json_object_set_new(whole, "burned_fraction", moly_json_rounded(r->absorbed, 6));
    failed |= json_object_set_new(whole, "thermal_flux_factor", moly_json_real(r->thermal_factor));
    if (r->fissions > 0.0) {
        failed |= json_object_set_new(whole, "fissions", moly_json_rounded(r->fissions, 6));
        failed |= json_object_set_new(
            whole, "heat_w",
            moly_json_rounded(r->fissions * FISSION_MEV * MEV_J / irradiation_s, 4));
    }
    moly_status status = failed == 0 ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (status == MOLY_OK && args->product != NULL) {
        status = add_product(whole, args, data, set, wanted, r, err);
    }
    if (status != MOLY_OK) {
        json_decref(whole);
        return status;
    }
    *result = whole;
    return MOLY_OK;
}

moly_status irradiate_flux(const irradiate_args *args, const moly_run *run, json_t **result,
                           moly_error *err)
{
    moly_nuclide_set *loaded = NULL;
    const moly_nuclide_set *set = NULL;
    moly_reactor_data *data = NULL;
    moly_reactor_result r = {0};
    moly_reactor_case wanted = {
        .cool_s = args->cool_s, .temperature_c = args->temperature_c, .has_uncertainty = true};
    moly_status status = commands_open_set(args->data, &loaded, &set, err);
    if (status == MOLY_OK) {
        status = moly_reactor_data_new(set, &data, err);
    }
    if (status == MOLY_OK) {
        status = read_steps(args, run->arena, &wanted, err);
    }
    if (status == MOLY_OK) {
        status = read_target(args, data, run->arena, &wanted, err);
    }
    if (status == MOLY_OK) {
        status = moly_reactor_irradiate(data, &wanted, &r, err);
    }
    if (status == MOLY_OK) {
        status = make_result(args, run, data, set, &wanted, &r, result, err);
    }
    moly_reactor_result_free(&r);
    moly_reactor_data_free(data);
    moly_nuclide_set_free(loaded);
    return status;
}
