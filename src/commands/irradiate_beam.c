/* SPDX-License-Identifier: Apache-2.0 */
/* moly irradiate --beam: the words of the command line to a stack and a history, and the result. */
#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "irradiate.h"
#include "moly/production/beam.h"

#define MOST_LAYER_NUCLIDES 20 /* of a layer that is not the target */
#define MM_PER_CM 10.0

/* ---- the stack ---- */

typedef struct stack {
    moly_beam_layer layers[MOLY_BEAM_MOST_LAYERS];
    size_t n, target;
    bool has_target;
} stack;

/* "0.5mm" with the material's density, or "300mg/cm2". */
static moly_status read_thickness(const char *text, const moly_material *material, double *g_cm2,
                                  moly_error *err)
{
    double value;
    if (moly_quantity_parse(text, MOLY_DIM_AREAL_DENSITY, &value, NULL) == MOLY_OK) {
        *g_cm2 = value;
    } else {
        const moly_status status = moly_quantity_parse(text, MOLY_DIM_LENGTH, &value, err);
        if (status != MOLY_OK) {
            moly_error_context(err, "thickness of %s", material->text);
            return status;
        }
        if (!(material->density_g_cm3 > 0.0)) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE,
                             "the density of %s is not known: write it as '%s @ 1.2 g/cm3', or the "
                             "thickness in mg/cm2",
                             material->text, material->text);
        }
        *g_cm2 = value / MM_PER_CM * material->density_g_cm3;
    }
    if (!(*g_cm2 > 0.0)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "thickness of %s: %s is not above 0", material->text,
                         text);
    }
    return MOLY_OK;
}

/* The thickness is the last word, or the last two: "0.5 mm". */
static const char *find_thickness(const char *item)
{
    const char *last = NULL;
    double value;
    for (const char *end = item + strlen(item); end > item; end--) {
        if (end[-1] != ' ') {
            continue;
        }
        if (moly_quantity_parse(end, MOLY_DIM_LENGTH, &value, NULL) == MOLY_OK ||
            moly_quantity_parse(end, MOLY_DIM_AREAL_DENSITY, &value, NULL) == MOLY_OK) {
            return end;
        }
        if (last != NULL) {
            break;
        }
        last = end;
    }
    return NULL;
}

/* "havar 25um" */
static moly_status read_layer(char *item, moly_arena *arena, moly_beam_layer *layer,
                              moly_error *err)
{
    const char *thickness = find_thickness(item);
    if (thickness == NULL) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "layer '%s': wants a material and how thick it is, as in 'havar 25um'",
                         item);
    }
    char *end = item + (thickness - item);
    while (end > item && end[-1] == ' ') {
        end--;
    }
    *end = '\0';
    const moly_status status = moly_material_parse(item, arena, &layer->material, err);
    return status != MOLY_OK
               ? status
               : read_thickness(thickness, layer->material, &layer->thickness_g_cm2, err);
}

/* Cuts at the next comma outside of braces and brackets. */
static char *next_item(char **rest)
{
    char *item = *rest;
    int depth = 0;
    while (isspace((unsigned char)*item)) {
        item++;
    }
    char *end = item;
    for (; *end != '\0' && (*end != ',' || depth > 0); end++) {
        depth += *end == '{' || *end == '(';
        depth -= *end == '}' || *end == ')';
    }
    *rest = *end == '\0' ? NULL : end + 1;
    *end = '\0';
    while (end > item && isspace((unsigned char)end[-1])) {
        *--end = '\0';
    }
    return item;
}

static moly_status add_target(const irradiate_args *args, moly_arena *arena, stack *s,
                              moly_error *err)
{
    moly_beam_layer *layer = &s->layers[s->n];
    layer->thickness_g_cm2 = INFINITY;
    moly_status status = moly_material_parse(args->target, arena, &layer->material, err);
    if (status == MOLY_OK && args->thickness != NULL) {
        status = read_thickness(args->thickness, layer->material, &layer->thickness_g_cm2, err);
    }
    s->target = s->n++;
    s->has_target = true;
    return status;
}

static moly_status read_stack(const irradiate_args *args, moly_arena *arena, stack *s,
                              moly_error *err)
{
    char *rest = args->layers != NULL ? moly_arena_strdup(arena, args->layers) : NULL;
    if (args->layers != NULL && rest == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    moly_status status = MOLY_OK;
    while (rest != NULL && status == MOLY_OK) {
        char *item = next_item(&rest);
        if (s->n + 1 >= MOLY_BEAM_MOST_LAYERS) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "a stack has at most %d layers",
                             MOLY_BEAM_MOST_LAYERS);
        }
        if (strcmp(item, "target") == 0) {
            if (s->has_target) {
                return MOLY_FAIL(err, MOLY_ERR_USAGE, "the layers name the target twice");
            }
            status = add_target(args, arena, s, err);
        } else {
            status = read_layer(item, arena, &s->layers[s->n], err);
            s->n++;
        }
    }
    return status == MOLY_OK && !s->has_target ? add_target(args, arena, s, err) : status;
}

/* ---- the history ---- */

static moly_status read_history(const irradiate_args *args, moly_arena *arena,
                                moly_irradiation *irr, moly_error *err)
{
    moly_current_step *steps = moly_arena_alloc(arena, MOLY_BEAM_MOST_STEPS, sizeof *steps);
    if (steps == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    irr->steps = steps;
    if (args->history == NULL) {
        if (isnan(args->current_a) || isnan(args->time_s)) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE,
                             "a beam needs --current and --time, or --history");
        }
        steps[0] = (moly_current_step){args->current_a, args->time_s};
        irr->n_steps = 1;
        return MOLY_OK;
    }
    if (!isnan(args->current_a) || !isnan(args->time_s)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "--history says current and time already");
    }
    for (const char *at = args->history;;) {
        if (irr->n_steps == MOLY_BEAM_MOST_STEPS) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "a history has at most %d steps",
                             MOLY_BEAM_MOST_STEPS);
        }
        moly_current_step *step = &steps[irr->n_steps++];
        moly_status status = moly_quantity_scan(at, MOLY_DIM_CURRENT, &step->current_a, &at, err);
        if (status == MOLY_OK) {
            status = moly_quantity_scan(at, MOLY_DIM_TIME, &step->duration_s, &at, err);
        }
        if (status != MOLY_OK) {
            moly_error_context(err, "history, step %zu", irr->n_steps);
            return status;
        }
        if (!(step->current_a >= 0.0 && step->current_a <= IRRADIATE_MOST_A) ||
            !(step->duration_s >= 0.0 && step->duration_s <= IRRADIATE_LONGEST_S)) {
            return MOLY_FAIL(
                err, MOLY_ERR_RANGE,
                "history, step %zu: %g A for %g s, at most %g A and %g s, neither negative",
                irr->n_steps, step->current_a, step->duration_s, IRRADIATE_MOST_A,
                IRRADIATE_LONGEST_S);
        }
        at += strspn(at, " ");
        if (*at == '\0') {
            return MOLY_OK;
        }
        if (*at != ',') {
            return MOLY_FAIL(err, MOLY_ERR_USAGE, "history, step %zu: a comma is missing at '%s'",
                             irr->n_steps, at);
        }
        at++;
    }
}

/* ---- the result ---- */

static int set_real(json_t *row, const char *key, double value)
{
    return json_object_set_new(row, key, moly_json_real(value));
}

static int set_text(json_t *row, const char *key, const char *text)
{
    return json_object_set_new(row, key, json_string(text));
}

static json_t *made_row(const moly_nuclide_set *set, const moly_made *m)
{
    char from[MOLY_REACTION_TEXT_SIZE];
    json_t *row = json_object();
    int failed = set_text(row, "nuclide", moly_nuclide_at(set, m->nuclide)->name);
    failed |= set_real(row, "activity_eob_bq", m->activity_eob_bq);
    failed |= set_real(row, "activity_end_bq", m->activity_end_bq);
    failed |= json_object_set_new(row, "u_rel", moly_json_rounded(m->u_rel, 3));
    failed |= set_real(row, "saturation_yield_bq_per_a", m->yields.saturation_bq_per_a);
    failed |= set_real(row, "physical_yield_bq_per_c", m->yields.physical_bq_per_c);
    failed |= set_real(row, "eob_1h_yield_bq_per_ah", m->yields.eob_1h_bq_per_ah);
    failed |= set_real(row, "element_fraction", m->element_fraction);
    failed |= set_real(row, "specific_activity_bq_per_g", m->specific_activity_bq_per_g);
    failed |= set_real(row, "molar_activity_bq_per_mol", m->molar_activity_bq_per_mol);
    if (m->reaction != NULL) {
        failed |= set_text(row, "made_by", moly_reaction_target_text(m->reaction, from));
        failed |= set_text(row, "made_as", m->reaction->product);
        failed |= set_text(row, "rank", moly_reaction_rank_name(m->reaction->rank));
        failed |= set_text(row, "counts", moly_reaction_kind_name(m->reaction->kind));
        failed |= set_real(row, "evaluated_from_mev", (double)m->reaction->energy_mev[0]);
        failed |= set_real(row, "evaluated_to_mev", m->reaction->evaluated_to_mev);
        failed |= set_text(row, "source", m->reaction->source);
    }
    if (failed != 0) {
        json_decref(row);
        return NULL;
    }
    return row;
}

/* By activity; what was asked for first. */
static json_t *made_rows(const moly_nuclide_set *set, const moly_layer_result *layer,
                         size_t product, size_t most)
{
    json_t *rows = json_array();
    int failed = rows == NULL ? -1 : 0;
    for (size_t i = 0; i < layer->n_made && i < most && failed == 0; i++) {
        json_t *row = made_row(set, &layer->made[i]);
        failed |= layer->made[i].nuclide == product ? json_array_insert_new(rows, 0, row)
                                                    : json_array_append_new(rows, row);
    }
    if (failed != 0) {
        json_decref(rows);
        return NULL;
    }
    return rows;
}

static json_t *layer_rows(const moly_nuclide_set *set, const stack *s, const moly_production *p)
{
    json_t *rows = json_array();
    int failed = rows == NULL ? -1 : 0;
    for (size_t i = 0; i < p->n_layers && failed == 0; i++) {
        const moly_layer_result *layer = &p->layers[i];
        json_t *row = json_object();
        failed |= set_text(row, "layer", s->layers[i].material->text);
        failed |= json_object_set_new(row, "is_target", json_boolean(i == p->target));
        failed |= set_real(row, "energy_in_mev", layer->energy_in_mev);
        failed |= set_real(row, "energy_out_mev", layer->energy_out_mev);
        failed |= set_real(row, "energy_out_sd_mev", layer->energy_out_sd_mev);
        failed |= set_real(row, "thickness_g_cm2", layer->thickness_g_cm2);
        failed |= set_real(row, "heat_w", layer->heat_w);
        failed |= set_real(row, "consumed_atoms", layer->consumed_atoms);
        failed |= set_real(row, "burn_up_fraction", layer->burn_up_fraction);
        if (i != p->target) {
            failed |= json_object_set_new(row, "layer_nuclides",
                                          made_rows(set, layer, SIZE_MAX, MOST_LAYER_NUCLIDES));
        }
        failed |= json_array_append_new(rows, row);
    }
    if (failed != 0) {
        json_decref(rows);
        return NULL;
    }
    return rows;
}

/* JSON: sentences; a table shows rows. */
static int add_not_evaluated(const moly_production *p, moly_format format, json_t *whole)
{
    json_t *list = json_array();
    int failed = list == NULL ? -1 : 0;
    for (size_t i = 0; i < p->n_not_evaluated && failed == 0; i++) {
        json_t *text = json_string(p->not_evaluated[i]);
        failed |= json_array_append_new(
            list, format == MOLY_FORMAT_TABLE ? json_pack("{s:o}", "text", text) : text);
    }
    return failed |
           json_object_set_new(
               whole, format == MOLY_FORMAT_TABLE ? "not_evaluated_rows" : "not_evaluated", list);
}

static moly_status make_result(const moly_nuclide_set *set, const stack *s,
                               const moly_production *p, size_t product, moly_format format,
                               json_t **result, moly_error *err)
{
    const moly_layer_result *target = &p->layers[p->target];
    json_t *whole = json_object();
    int failed = set_text(whole, "data_set", moly_nuclide_set_name(set));
    failed |= set_text(whole, "reaction_set", moly_reaction_set_name());
    failed |= json_object_set_new(whole, "nuclides", made_rows(set, target, product, SIZE_MAX));
    failed |= json_object_set_new(whole, "layers", layer_rows(set, s, p));
    failed |= add_not_evaluated(p, format, whole);
    failed |= set_real(whole, "heat_w", target->heat_w);
    failed |= set_real(whole, "beam_power_w", p->heat_w);
    if (failed != 0) {
        json_decref(whole);
        return MOLY_NO_MEMORY(err);
    }
    *result = whole;
    return MOLY_OK;
}

/* ---- the form ---- */

static moly_status read_converter(const irradiate_args *args, moly_arena *arena,
                                  moly_beam_layer *converter, moly_error *err)
{
    char *text = moly_arena_strdup(arena, args->converter);
    return text != NULL ? read_layer(text, arena, converter, err) : MOLY_NO_MEMORY(err);
}

static moly_status irradiate(const irradiate_args *args, const moly_run *run,
                             const moly_nuclide_set *set, const moly_decay_engine *engine,
                             moly_beam **beam, json_t **result, moly_error *err)
{
    static const moly_particle particles[] = {MOLY_PARTICLE_PROTON, MOLY_PARTICLE_DEUTERON,
                                              MOLY_PARTICLE_HELION, MOLY_PARTICLE_ALPHA,
                                              MOLY_PARTICLE_PHOTON};
    stack s = {0};
    moly_beam_layer converter;
    const bool has_area = !isnan(args->diameter_mm);
    const double radius_cm = 0.5 * args->diameter_mm / MM_PER_CM;
    moly_irradiation irr = {
        .energy_mev = 1e-3 * args->energy_kev,
        .energy_sd_mev = 1e-3 * args->spread_kev,
        .has_straggling = args->has_straggling == 1,
        .exit_energy_mev = 1e-3 * args->exit_energy_kev,
        .current_rel_sd = args->current_sd,
        .cool_s = args->cool_s,
        .area_cm2 = has_area ? M_PI * radius_cm * radius_cm : (double)NAN,
    };
    if (isnan(args->energy_kev)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "a beam needs --energy");
    }
    if (!isnan(args->exit_energy_kev) && args->thickness != NULL) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "--exit-energy and --thickness both say how thick the target is");
    }
    size_t product = SIZE_MAX;
    moly_status status = read_stack(args, run->arena, &s, err);
    if (status == MOLY_OK) {
        status = read_history(args, run->arena, &irr, err);
    }
    if (status == MOLY_OK && args->converter != NULL) {
        status = read_converter(args, run->arena, &converter, err);
    }
    if (status == MOLY_OK && args->product != NULL) {
        status = moly_nuclide_find(set, args->product, &product, err);
    }
    if (status == MOLY_OK) {
        status = moly_beam_new(set, engine, particles[args->beam], s.layers, s.n, s.target,
                               args->converter != NULL ? &converter : NULL, beam, err);
    }
    const moly_production *made = NULL;
    if (status == MOLY_OK) {
        status = moly_beam_irradiate(*beam, &irr, product, run->arena, &made, err);
    }
    return status == MOLY_OK ? make_result(set, &s, made, product, run->format, result, err)
                             : status;
}

moly_status irradiate_beam(const irradiate_args *args, const moly_run *run, json_t **result,
                           moly_error *err)
{
    moly_nuclide_set *loaded = NULL;
    const moly_nuclide_set *set = NULL;
    moly_decay_engine *engine = NULL;
    moly_beam *beam = NULL;
    moly_status status = commands_open_set(args->data, &loaded, &set, err);
    if (status == MOLY_OK) {
        status = moly_decay_engine_for_set(set, &engine, err);
    }
    if (status == MOLY_OK) {
        status = irradiate(args, run, set, engine, &beam, result, err);
    }
    moly_beam_free(beam);
    moly_decay_engine_free(engine);
    moly_nuclide_set_free(loaded);
    return status;
}
