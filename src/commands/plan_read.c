/* SPDX-License-Identifier: Apache-2.0 */
#include "plan_read.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "moly/base/text.h"
#include "moly/nuclide/nuclide.h"
#include "moly/production/beam.h"

typedef struct place_args {
    const char *name;
    moly_instant opens, closes;
    double pause_s, cost_per_h;
} place_args;

typedef struct generator_args {
    const char *parent;
    double activity_bq, efficiency;
    moly_instant calibrated;
} generator_args;

typedef struct import_args {
    const char *supplier;
    double activity_bq, cost;
    moly_instant calibrated, arrives;
} import_args;

typedef struct product_args {
    const char *name, *nuclide, *cyclotron, *target;
    int beam;
    double energy_kev, exit_energy_kev, saturation_gbq_per_ua, current_a, longest_s;
    json_t *generator, *import;
    moly_text_list cells;
    double transfer_s, synthesis_s, yield, control_s, shelf_s, loss, largest_bq, batch_cost;
} product_args;

typedef struct clinic_args {
    const char *name;
    double travel_s;
} clinic_args;

typedef struct dose_args {
    const char *product, *clinic;
    double activity_bq;
    moly_instant at;
} dose_args;

#define LONGEST_DAY_S (7.0 * 86400.0)
#define MOST_COST 1e12
#define MOST_CLINICS 200

static const moly_param place_params[] = {
    {"name", 0, MOLY_TEXT(place_args, name), .is_required = true, .help = "its name"},
    {"opens", 0, MOLY_INSTANT(place_args, opens), .is_required = true, .help = "from when"},
    {"closes", 0, MOLY_INSTANT(place_args, closes), .is_required = true, .help = "until when"},
    {"pause", 0, MOLY_F64(place_args, pause_s), .dim = MOLY_DIM_TIME, .max = LONGEST_DAY_S,
     .fallback = "15 min", .help = "between two uses: target change, cleaning"},
    {"cost-per-hour", 0, MOLY_F64(place_args, cost_per_h), .max = MOST_COST, .fallback = "0",
     .help = "of use, in any currency"},
};
static const moly_param generator_params[] = {
    {"parent", 0, MOLY_TEXT(generator_args, parent), .is_required = true, .help = "Ge-68"},
    {"activity", 0, MOLY_F64(generator_args, activity_bq), .dim = MOLY_DIM_ACTIVITY, .min = 1.0,
     .max = 1e15, .is_required = true, .help = "of the parent, at the last elution"},
    {"calibrated", 0, MOLY_INSTANT(generator_args, calibrated), .is_required = true,
     .help = "instant of the last elution"},
    {"efficiency", 0, MOLY_F64(generator_args, efficiency), .dim = MOLY_DIM_FRACTION, .min = 0.01,
     .max = 1.0, .fallback = "80 %", .help = "of an elution"},
};
static const moly_param import_params[] = {
    {"supplier", 0, MOLY_TEXT(import_args, supplier), .is_required = true, .help = "who"},
    {"activity", 0, MOLY_F64(import_args, activity_bq), .dim = MOLY_DIM_ACTIVITY, .min = 1.0,
     .max = 1e15, .is_required = true, .help = "at its calibration"},
    {"calibrated", 0, MOLY_INSTANT(import_args, calibrated), .is_required = true,
     .help = "instant of that activity"},
    {"arrives", 0, MOLY_INSTANT(import_args, arrives), .is_required = true,
     .help = "here, where own product would be released"},
    {"cost", 0, MOLY_F64(import_args, cost), .max = MOST_COST, .fallback = "0",
     .help = "of it all"},
};
#define N(params) (sizeof(params) / sizeof *(params))
#define OBJECT(label, list, type)                                                                  \
    (moly_declaration)                                                                             \
    {                                                                                              \
        .name = (label), .summary = (label), .params = (list), .n_params = N(list),                \
        .args_size = sizeof(type)                                                                  \
    }

static json_t *generator_schema(void)
{
    return moly_declare_schema(&OBJECT("generator", generator_params, generator_args));
}

static json_t *import_schema(void)
{
    return moly_declare_schema(&OBJECT("import", import_params, import_args));
}

static const char *const beams[] = {"p", "d", "h", "a", NULL};
static const moly_param product_params[] = {
    {"name", 0, MOLY_TEXT(product_args, name), .is_required = true, .help = "its name"},
    {"nuclide", 0, MOLY_TEXT(product_args, nuclide), .is_required = true, .help = "F-18"},
    {"cyclotron", 0, MOLY_TEXT(product_args, cyclotron), .help = "that makes its nuclide"},
    {"beam", 0, MOLY_CHOICE(product_args, beam), .choices = beams, .fallback = "p",
     .help = "particle"},
    {"energy", 0, MOLY_F64(product_args, energy_kev), .dim = MOLY_DIM_ENERGY, .min = 1.0,
     .max = 1e6, .help = "on the target"},
    {"exit-energy", 0, MOLY_F64(product_args, exit_energy_kev), .dim = MOLY_DIM_ENERGY, .max = 1e6,
     .help = "behind the target; it stops the beam when not given"},
    {"target", 0, MOLY_TEXT(product_args, target), .help = "H2O{18O:0.98,16O:0.02}"},
    {"saturation-gbq-per-ua", 0, MOLY_F64(product_args, saturation_gbq_per_ua), .min = 1e-9,
     .max = 1e6, .help = "measured saturation yield, instead of the computed one"},
    {"current", 0, MOLY_F64(product_args, current_a), .dim = MOLY_DIM_CURRENT, .min = 1e-12,
     .max = 1.0, .help = "that the target takes"},
    {"longest", 0, MOLY_F64(product_args, longest_s), .dim = MOLY_DIM_TIME, .min = 1.0,
     .max = LONGEST_DAY_S, .fallback = "2 h", .help = "longest bombardment"},
    {"generator", 0, MOLY_JSON(product_args, generator), .document = generator_schema,
     .help = "instead of a cyclotron"},
    {"cells", 0, MOLY_TEXT_LIST(product_args, cells), .help = "hot cells that can make it"},
    {"transfer", 0, MOLY_F64(product_args, transfer_s), .dim = MOLY_DIM_TIME, .max = 86400.0,
     .fallback = "5 min", .help = "from target or generator to the cell"},
    {"synthesis", 0, MOLY_F64(product_args, synthesis_s), .dim = MOLY_DIM_TIME, .max = 86400.0,
     .is_required = true, .help = "its duration"},
    {"yield", 0, MOLY_F64(product_args, yield), .dim = MOLY_DIM_FRACTION, .min = 0.001, .max = 1.0,
     .is_required = true, .help = "of the synthesis, decay not counted"},
    {"control", 0, MOLY_F64(product_args, control_s), .dim = MOLY_DIM_TIME, .max = 86400.0,
     .fallback = "20 min", .help = "from the end of synthesis to release"},
    {"shelf-life", 0, MOLY_F64(product_args, shelf_s), .dim = MOLY_DIM_TIME, .min = 1.0,
     .max = LONGEST_DAY_S, .is_required = true, .help = "after release"},
    {"loss", 0, MOLY_F64(product_args, loss), .dim = MOLY_DIM_FRACTION, .max = 0.95,
     .fallback = "5 %", .help = "at dispensing"},
    {"largest-batch", 0, MOLY_F64(product_args, largest_bq), .dim = MOLY_DIM_ACTIVITY, .min = 1.0,
     .max = 1e15, .help = "at the end of synthesis"},
    {"batch-cost", 0, MOLY_F64(product_args, batch_cost), .max = MOST_COST, .fallback = "0",
     .help = "cassette, precursor, control"},
    {"import", 0, MOLY_JSON(product_args, import), .document = import_schema,
     .help = "what it is compared with"},
};
static const moly_param clinic_params[] = {
    {"name", 0, MOLY_TEXT(clinic_args, name), .is_required = true, .help = "its name"},
    {"travel", 0, MOLY_F64(clinic_args, travel_s), .dim = MOLY_DIM_TIME, .max = LONGEST_DAY_S,
     .is_required = true, .help = "from here to it"},
};
static const moly_param dose_params[] = {
    {"clinic", 0, MOLY_TEXT(dose_args, clinic), .is_required = true, .help = "where"},
    {"product", 0, MOLY_TEXT(dose_args, product), .is_required = true, .help = "what"},
    {"activity", 0, MOLY_F64(dose_args, activity_bq), .dim = MOLY_DIM_ACTIVITY, .min = 1.0,
     .max = 1e13, .is_required = true, .help = "at the injection"},
    {"at", 0, MOLY_INSTANT(dose_args, at), .is_required = true, .help = "instant of the injection"},
};

typedef struct reader {
    const moly_clock *clock;
    moly_arena *arena;
    plan_file *file;
    moly_error *err;
} reader;

static moly_status read_object(const reader *in, const json_t *object, moly_declaration declaration,
                               size_t number, void *args)
{
    if (!json_is_object(object)) {
        return MOLY_FAIL(in->err, MOLY_ERR_DATA, "%s %zu is no object", declaration.name, number);
    }
    moly_error why = {.language = in->err->language};
    moly_status status =
        moly_declare_parse_json(&declaration, in->clock, object, in->arena, args, &why);
    return status == MOLY_OK
               ? MOLY_OK
               : MOLY_FAIL(in->err, status, "%s %zu: %s", declaration.name, number, why.message);
}

/* The array of that name; `*n` 0 where it is absent and `most` is not exceeded. */
static moly_status find_array(const reader *in, const json_t *whole, const char *name, size_t most,
                              const json_t **array, size_t *n)
{
    *array = json_object_get(whole, name);
    *n = json_array_size(*array);
    if (*array && !json_is_array(*array)) {
        return MOLY_FAIL(in->err, MOLY_ERR_DATA, "'%s' is no array", name);
    }
    return *n > most ? MOLY_FAIL(in->err, MOLY_ERR_RANGE, "%zu %s: at most %zu", *n, name, most)
                     : MOLY_OK;
}

static moly_status read_places(const reader *in, const json_t *whole, const char *name,
                               const moly_plan_place **places, size_t *n)
{
    const json_t *array = NULL;
    moly_status status = find_array(in, whole, name, MOLY_PLAN_MOST_PLACES, &array, n);
    moly_plan_place *made = moly_arena_alloc(in->arena, *n + 1, sizeof *made);
    if (status == MOLY_OK && !made) {
        return MOLY_NO_MEMORY(in->err);
    }
    for (size_t i = 0; status == MOLY_OK && i < *n; i++) {
        place_args a;
        status = read_object(in, json_array_get(array, i), OBJECT(name, place_params, place_args),
                             i + 1, &a);
        if (status == MOLY_OK && a.closes.us <= a.opens.us) {
            status = MOLY_FAIL(in->err, MOLY_ERR_RANGE, "%s %zu: %s closes before it opens", name,
                               i + 1, a.name);
        }
        if (status == MOLY_OK) {
            made[i] = (moly_plan_place){a.name, a.opens, a.closes, a.pause_s, a.cost_per_h};
        }
    }
    *places = made;
    return status;
}

static moly_status find_place(const reader *in, const char *what, const char *name,
                              const moly_plan_place *places, size_t n, size_t *index)
{
    for (*index = 0; *index < n; (*index)++) {
        if (strcmp(places[*index].name, name) == 0) {
            return MOLY_OK;
        }
    }
    return MOLY_FAIL(in->err, MOLY_ERR_UNKNOWN, "%s: no %s of that name", name, what);
}

/* GBq/uA of the product itself, by the curves; what grows from a precursor is not counted. */
static moly_status compute_saturation(const reader *in, const product_args *a, size_t nuclide,
                                      double *bq_per_a)
{
    static const moly_particle particles[] = {MOLY_PARTICLE_PROTON, MOLY_PARTICLE_DEUTERON,
                                              MOLY_PARTICLE_HELION, MOLY_PARTICLE_ALPHA};
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    const moly_current_step step = {1e-6, 3600.0};
    const moly_irradiation irradiation = {
        .energy_mev = a->energy_kev * 1e-3,
        .exit_energy_mev = isfinite(a->exit_energy_kev) ? a->exit_energy_kev * 1e-3 : NAN,
        .steps = &step,
        .n_steps = 1,
        .area_cm2 = NAN};
    moly_beam_layer layer = {NULL, INFINITY};
    moly_decay_engine *engine = NULL;
    moly_beam *beam = NULL;
    const moly_production *made = NULL;
    moly_status status = moly_material_parse(a->target, in->arena, &layer.material, in->err);
    if (status == MOLY_OK) {
        status = moly_decay_engine_for_set(set, &engine, in->err);
    }
    if (status == MOLY_OK) {
        status = moly_beam_new(set, engine, particles[a->beam], &layer, 1, 0, NULL, &beam, in->err);
    }
    if (status == MOLY_OK) {
        status = moly_beam_irradiate(beam, &irradiation, nuclide, in->arena, &made, in->err);
    }
    *bq_per_a = 0.0;
    for (size_t i = 0; status == MOLY_OK && i < made->layers[0].n_made; i++) {
        if (made->layers[0].made[i].nuclide == nuclide) {
            *bq_per_a = made->layers[0].made[i].yields.saturation_bq_per_a;
        }
    }
    if (status == MOLY_OK && !(*bq_per_a > 0.0)) {
        status = MOLY_FAIL(in->err, MOLY_ERR_UNKNOWN, "%s: the beam does not make %s itself",
                           a->target, a->nuclide);
    }
    moly_beam_free(beam);
    moly_decay_engine_free(engine);
    return status;
}

static moly_status read_beam(const reader *in, const product_args *a, size_t nuclide,
                             moly_plan_product *product)
{
    const moly_plan_problem *problem = &in->file->problem;
    bool is_measured = isfinite(a->saturation_gbq_per_ua);
    moly_status status = find_place(in, "cyclotron", a->cyclotron, problem->cyclotrons,
                                    problem->n_cyclotrons, &product->cyclotron);
    if (status == MOLY_OK && !isfinite(a->current_a)) {
        status = MOLY_FAIL(in->err, MOLY_ERR_USAGE, "%s: 'current' is missing", a->name);
    }
    if (status == MOLY_OK && !is_measured && (!a->target || !isfinite(a->energy_kev))) {
        status =
            MOLY_FAIL(in->err, MOLY_ERR_USAGE,
                      "%s: 'target' and 'energy' are missing, or 'saturation_gbq_per_ua'", a->name);
    }
    product->current_a = a->current_a;
    product->longest_s = a->longest_s;
    product->saturation_bq_per_a = a->saturation_gbq_per_ua * 1e15;
    return status == MOLY_OK && !is_measured
               ? compute_saturation(in, a, nuclide, &product->saturation_bq_per_a)
               : status;
}

static moly_status read_generator(const reader *in, const product_args *a, size_t number,
                                  moly_plan_product *product)
{
    generator_args g;
    moly_status status =
        read_object(in, a->generator,
                    OBJECT("generator of product", generator_params, generator_args), number, &g);
    product->cyclotron = MOLY_PLAN_NONE;
    if (status == MOLY_OK) {
        product->generator =
            (moly_plan_generator){g.parent, a->nuclide, g.activity_bq, g.calibrated, g.efficiency};
    }
    return status;
}

static moly_status read_import(const reader *in, const product_args *a, size_t number,
                               moly_plan_product *product)
{
    import_args g;
    if (!a->import) {
        return MOLY_OK;
    }
    moly_status status = read_object(
        in, a->import, OBJECT("import of product", import_params, import_args), number, &g);
    if (status == MOLY_OK) {
        product->import =
            (moly_plan_import){g.supplier, g.activity_bq, g.calibrated, g.arrives, g.cost};
    }
    return status;
}

static moly_status read_product(const reader *in, const json_t *object, size_t number,
                                moly_plan_product *product)
{
    product_args a;
    size_t nuclide = 0;
    const moly_plan_problem *problem = &in->file->problem;
    moly_status status =
        read_object(in, object, OBJECT("products", product_params, product_args), number, &a);
    if (status == MOLY_OK && (a.cyclotron == NULL) == (a.generator == NULL)) {
        status = MOLY_FAIL(in->err, MOLY_ERR_USAGE,
                           "products %zu: either a 'cyclotron' or a 'generator' makes %s", number,
                           a.name);
    }
    if (status == MOLY_OK) {
        status = moly_nuclide_find(moly_nuclide_set_builtin(), a.nuclide, &nuclide, in->err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    *product = (moly_plan_product){
        .name = a.name,
        .lambda_per_s = moly_nuclide_at(moly_nuclide_set_builtin(), nuclide)->lambda_per_s,
        .transfer_s = a.transfer_s,
        .synthesis_s = a.synthesis_s,
        .synthesis_yield = a.yield,
        .control_s = a.control_s,
        .shelf_s = a.shelf_s,
        .loss_fraction = a.loss,
        .most_batch_bq = isfinite(a.largest_bq) ? a.largest_bq : INFINITY,
        .batch_cost = a.batch_cost};
    in->file->targets[number - 1] = a.generator ? NULL : a.target;
    for (size_t c = 0; c < a.cells.n && status == MOLY_OK; c++) {
        size_t cell = 0;
        status = find_place(in, "cell", a.cells.values[c], problem->cells, problem->n_cells, &cell);
        product->cells |= (uint32_t)1 << cell;
    }
    if (status == MOLY_OK) {
        status = a.generator ? read_generator(in, &a, number, product)
                             : read_beam(in, &a, nuclide, product);
    }
    return status == MOLY_OK ? read_import(in, &a, number, product) : status;
}

static moly_status read_products(const reader *in, const json_t *whole)
{
    moly_plan_problem *problem = &in->file->problem;
    const json_t *array = NULL;
    moly_status status =
        find_array(in, whole, "products", MOLY_PLAN_MOST_PRODUCTS, &array, &problem->n_products);
    moly_plan_product *products =
        moly_arena_alloc(in->arena, problem->n_products + 1, sizeof *products);
    in->file->targets = moly_arena_alloc(in->arena, problem->n_products + 1, sizeof(char *));
    if (status == MOLY_OK && (!products || !in->file->targets)) {
        return MOLY_NO_MEMORY(in->err);
    }
    for (size_t p = 0; status == MOLY_OK && p < problem->n_products; p++) {
        status = read_product(in, json_array_get(array, p), p + 1, &products[p]);
    }
    problem->products = products;
    return status;
}

static moly_status read_clinics(const reader *in, const json_t *whole)
{
    moly_plan_problem *problem = &in->file->problem;
    const json_t *array = NULL;
    moly_status status =
        find_array(in, whole, "clinics", MOST_CLINICS, &array, &problem->n_clinics);
    moly_plan_clinic *clinics =
        moly_arena_alloc(in->arena, problem->n_clinics + 1, sizeof *clinics);
    if (status == MOLY_OK && !clinics) {
        return MOLY_NO_MEMORY(in->err);
    }
    for (size_t c = 0; status == MOLY_OK && c < problem->n_clinics; c++) {
        clinic_args a;
        status = read_object(in, json_array_get(array, c),
                             OBJECT("clinics", clinic_params, clinic_args), c + 1, &a);
        if (status == MOLY_OK) {
            clinics[c] = (moly_plan_clinic){a.name, a.travel_s};
        }
    }
    problem->clinics = clinics;
    return status;
}

static moly_status read_dose(const reader *in, const json_t *object, size_t number,
                             moly_plan_dose *dose)
{
    const moly_plan_problem *problem = &in->file->problem;
    dose_args a;
    moly_status status =
        read_object(in, object, OBJECT("doses", dose_params, dose_args), number, &a);
    if (status != MOLY_OK) {
        return status;
    }
    *dose = (moly_plan_dose){0, 0, a.activity_bq, a.at};
    while (dose->product < problem->n_products &&
           strcmp(problem->products[dose->product].name, a.product) != 0) {
        dose->product++;
    }
    while (dose->clinic < problem->n_clinics &&
           strcmp(problem->clinics[dose->clinic].name, a.clinic) != 0) {
        dose->clinic++;
    }
    if (dose->product == problem->n_products) {
        return MOLY_FAIL(in->err, MOLY_ERR_UNKNOWN, "doses %zu: no product '%s'", number,
                         a.product);
    }
    return dose->clinic == problem->n_clinics
               ? MOLY_FAIL(in->err, MOLY_ERR_UNKNOWN, "doses %zu: no clinic '%s'", number, a.clinic)
               : MOLY_OK;
}

static moly_status read_doses(const reader *in, const json_t *whole)
{
    moly_plan_problem *problem = &in->file->problem;
    const json_t *array = NULL;
    moly_status status =
        find_array(in, whole, "doses", MOLY_PLAN_MOST_DOSES, &array, &problem->n_doses);
    moly_plan_dose *doses = moly_arena_alloc(in->arena, problem->n_doses + 1, sizeof *doses);
    if (status == MOLY_OK && !doses) {
        return MOLY_NO_MEMORY(in->err);
    }
    for (size_t d = 0; status == MOLY_OK && d < problem->n_doses; d++) {
        status = read_dose(in, json_array_get(array, d), d + 1, &doses[d]);
    }
    problem->doses = doses;
    return status;
}

static moly_status check_members(const json_t *whole, moly_error *err)
{
    static const char *const known[] = {"cyclotrons", "cells", "products", "clinics", "doses"};
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)whole, key, value)
    {
        bool is_known = false;
        for (size_t i = 0; i < N(known); i++) {
            is_known = is_known || strcmp(known[i], key) == 0;
        }
        if (!is_known) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "'%s' is not understood: a plan has cyclotrons, cells, products, "
                             "clinics and doses",
                             key);
        }
    }
    return MOLY_OK;
}

moly_status plan_read(const json_t *day, const moly_clock *clock, moly_arena *arena,
                      plan_file *file, moly_error *err)
{
    const reader in = {clock, arena, file, err};
    *file = (plan_file){0};
    moly_status status = json_is_object(day)
                             ? check_members(day, err)
                             : MOLY_FAIL(err, MOLY_ERR_DATA, "a plan is a JSON object");
    if (status == MOLY_OK) {
        status = read_places(&in, day, "cyclotrons", &file->problem.cyclotrons,
                             &file->problem.n_cyclotrons);
    }
    if (status == MOLY_OK) {
        status = read_places(&in, day, "cells", &file->problem.cells, &file->problem.n_cells);
    }
    if (status == MOLY_OK) {
        status = read_products(&in, day);
    }
    if (status == MOLY_OK) {
        status = read_clinics(&in, day);
    }
    return status == MOLY_OK ? read_doses(&in, day) : status;
}

/* An array of such objects, of which there are at most so many. */
static int add_array(json_t *properties, const char *name, const moly_declaration *item,
                     size_t most)
{
    return json_object_set_new(properties, name,
                               json_pack("{s:s, s:I, s:o}", "type", "array", "maxItems",
                                         (json_int_t)most, "items", moly_declare_schema(item)));
}

json_t *plan_schema(void)
{
    const moly_declaration place = OBJECT("place", place_params, place_args),
                           product = OBJECT("product", product_params, product_args),
                           clinic = OBJECT("clinic", clinic_params, clinic_args),
                           dose = OBJECT("dose", dose_params, dose_args);
    json_t *properties = json_object();
    int failed = add_array(properties, "cyclotrons", &place, MOLY_PLAN_MOST_PLACES);
    failed |= add_array(properties, "cells", &place, MOLY_PLAN_MOST_PLACES);
    failed |= add_array(properties, "products", &product, MOLY_PLAN_MOST_PRODUCTS);
    failed |= add_array(properties, "clinics", &clinic, MOST_CLINICS);
    failed |= add_array(properties, "doses", &dose, MOLY_PLAN_MOST_DOSES);
    if (failed != 0) {
        json_decref(properties);
        return NULL;
    }
    return json_pack("{s:s, s:o, s:b}", "type", "object", "properties", properties,
                     "additionalProperties", 0);
}
