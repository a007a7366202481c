/* SPDX-License-Identifier: Apache-2.0 */
/* moly shield: dose rate of a source at a distance, bare and behind layers. */
#include "shield_result.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "commands_inside.h"

static const double table_least_share = 0.005; /* of the dose rate, for lines in a table */
static const double metre_cm = 100.0;

typedef struct shield_args {
    const char *nuclide;
    double activity_bq, distance_mm;
    const char *layers;
    int source;
    int with_daughters;
    const char *stopper;
    int has_buildup;
    const char *hvl;
    double limit_sv_per_h, surface_mm;
    const char *data;
} shield_args;

/* In the order of moly_source_shape. */
static const char *const sources[] = {"point", "syringe", "vial", "patient", NULL};

static const moly_param params[] = {
    {"nuclide", 0, MOLY_TEXT(shield_args, nuclide), .is_required = true, .is_positional = true,
     .pattern_hint = "NUCLIDE", .help = "its name: Lu-177, Tc99m, 99mTc"},
    {"activity", 'a', MOLY_F64(shield_args, activity_bq), .dim = MOLY_DIM_ACTIVITY, .min = 0.0,
     .max = 1e21, .is_required = true, .help = "activity of the source"},
    {"distance", 'd', MOLY_F64(shield_args, distance_mm), .dim = MOLY_DIM_LENGTH, .min = 0.1,
     .max = 1e6, .fallback = "1 m", .help = "from the middle of the source"},
    {"layers", 'l', MOLY_TEXT(shield_args, layers), .pattern_hint = "LAYERS",
     .help = "what stands between, from the source outwards: 'Pb 5mm, water 10cm'"},
    {"source", 's', MOLY_CHOICE(shield_args, source), .choices = sources, .fallback = "point",
     .help = "what the activity sits in; all but the point absorb in themselves"},
    {"with-daughters", 0, MOLY_BOOL(shield_args, with_daughters), .fallback = "no",
     .help = "count the daughters in equilibrium with the nuclide"},
    {"bremsstrahlung", 'b', MOLY_TEXT(shield_args, stopper), .pattern_hint = "MATERIAL",
     .fallback = "water", .help = "where the betas stop; 'none' leaves bremsstrahlung out"},
    {"buildup", 0, MOLY_BOOL(shield_args, has_buildup), .fallback = "yes",
     .help = "count what scatters in the layers"},
    {"hvl", 0, MOLY_TEXT(shield_args, hvl), .pattern_hint = "MATERIALS",
     .help = "half- and tenth-value layers in these too: 'Pb, concrete'"},
    {"limit", 0, MOLY_F64(shield_args, limit_sv_per_h), .dim = MOLY_DIM_DOSE_RATE, .min = 1e-15,
     .max = 1e6, .help = "dose rate wanted: how much more of the first layer's material it takes"},
    {"package-surface", 0, MOLY_F64(shield_args, surface_mm), .dim = MOLY_DIM_LENGTH, .min = 1.0,
     .max = 1e4, .help = "transport index of a package with its surface this far from the source"},
    DATA_PARAM(shield_args, data),
};

static const moly_column rate_columns[] = {
    {"ambient_sv_per_h", "H*(10)", MOLY_DIM_DOSE_RATE, 4},
    {"air_kerma_gy_per_h", "Air kerma", MOLY_DIM_KERMA_RATE, 4},
    {"tissue_kerma_gy_per_h", "Tissue kerma", MOLY_DIM_KERMA_RATE, 4},
};
static const moly_column layer_columns[] = {
    {"material", "Layer", MOLY_DIM_NONE, 0},
    {"thickness_mm", "Thickness", MOLY_DIM_LENGTH, 4},
    {"density_g_per_cm3", "Density", MOLY_DIM_DENSITY, 4},
    {"buildup_of", "Build-up of", MOLY_DIM_NONE, 0},
};
static const moly_column value_columns[] = {
    {"material", "Material", MOLY_DIM_NONE, 0},
    {"half_mm", "Half-value layer", MOLY_DIM_LENGTH, 4},
    {"tenth_mm", "Tenth-value layer", MOLY_DIM_LENGTH, 4},
    {"hundredth_mm", "Hundredth", MOLY_DIM_LENGTH, 4},
};
static const moly_column limit_columns[] = {
    {"limit_sv_per_h", "Wanted", MOLY_DIM_DOSE_RATE, 4},
    {"material", "Takes more of", MOLY_DIM_NONE, 0},
    {"added_mm", "Thickness", MOLY_DIM_LENGTH, 4},
};
static const moly_column package_columns[] = {
    {"surface_sv_per_h", "At the surface", MOLY_DIM_DOSE_RATE, 4},
    {"at_1_m_sv_per_h", "1 m from it", MOLY_DIM_DOSE_RATE, 4},
    {"transport_index", "Transport index", MOLY_DIM_NONE, 4},
    {"category", "Category", MOLY_DIM_NONE, 0},
};
static const moly_column line_columns[] = {
    {"nuclide", "Nuclide", MOLY_DIM_NONE, 0},
    {"kind", "Kind", MOLY_DIM_NONE, 0},
    {"energy_kev", "Energy", MOLY_DIM_ENERGY, 6},
    {"per_decay", "Per decay", MOLY_DIM_FRACTION, 4},
    {"unshielded_sv_per_h", "Unshielded", MOLY_DIM_DOSE_RATE, 4},
    {"shielded_sv_per_h", "Behind the layers", MOLY_DIM_DOSE_RATE, 4},
    {"mfp", "Mean free paths", MOLY_DIM_NONE, 4},
    {"buildup", "Build-up", MOLY_DIM_NONE, 4},
};
static const moly_column daughter_columns[] = {
    {"nuclide", "Daughter", MOLY_DIM_NONE, 0},
    {"activity_bq", "Activity", MOLY_DIM_ACTIVITY, 5},
};
static const moly_column note_columns[] = {{"note", "Note", MOLY_DIM_NONE, 0}};
static const moly_view views[] = {
    {"Behind the layers", "shielded", rate_columns, 3},
    {"Unshielded", "unshielded", rate_columns, 3},
    {NULL, "layers", layer_columns, 4},
    {NULL, "value_layers", value_columns, 4},
    {NULL, "limit", limit_columns, 3},
    {NULL, "package", package_columns, 4},
    {"Lines", "lines", line_columns, 8},
    {NULL, "daughters", daughter_columns, 2},
    {NULL, "notes", note_columns, 1},
};

static moly_status read_case(const shield_args *args, moly_arena *arena, shield_case *c,
                             moly_error *err)
{
    const moly_layer *layers = NULL;
    const moly_material *stopper = NULL;
    size_t n_layers = 0;
    moly_status status = moly_nuclide_find(c->set, args->nuclide, &c->nuclide, err);
    if (status == MOLY_OK && args->layers) {
        status = moly_layers_parse(args->layers, arena, &layers, &n_layers, err);
    }
    if (status == MOLY_OK && strcmp(args->stopper, "none") != 0) {
        status = moly_material_parse(args->stopper, arena, &stopper, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    c->activity_bq = args->activity_bq;
    c->with_daughters = args->with_daughters == 1;
    c->has_bremsstrahlung = stopper != NULL;
    c->bare = (moly_shield){.shape = (moly_source_shape)args->source,
                            .distance_cm = args->distance_mm / 10.0,
                            .is_narrow_beam = args->has_buildup != 1};
    c->shielded = c->bare;
    c->shielded.n_layers = n_layers;
    c->shielded.layers = layers;
    return moly_photons_of(c->set, c->nuclide, c->with_daughters, stopper, arena, &c->photons,
                           &c->n_photons, &c->activities, err);
}

static moly_status solve(shield_case *c, moly_arena *arena, moly_error *err)
{
    c->bare_each = moly_arena_alloc(arena, c->n_photons + 1, sizeof *c->bare_each);
    c->each = moly_arena_alloc(arena, c->n_photons + 1, sizeof *c->each);
    if (!c->bare_each || !c->each) {
        return MOLY_NO_MEMORY(err);
    }
    moly_status status = moly_shield_dose(&c->bare, c->photons, c->n_photons, c->activity_bq,
                                          &c->bare_total, c->bare_each, err);
    if (status == MOLY_OK) {
        status = moly_shield_dose(&c->shielded, c->photons, c->n_photons, c->activity_bq, &c->total,
                                  c->each, err);
    }
    return status;
}

static moly_status add_value_layer(const shield_case *c, const moly_material *material,
                                   json_t *rows, moly_error *err)
{
    static const struct {
        const char *key;
        double transmission;
    } parts[] = {{"half_mm", 0.5}, {"tenth_mm", 0.1}, {"hundredth_mm", 0.01}};
    json_t *row = json_object();
    int failed = json_object_set_new(row, "material", json_string(material->text));
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && status == MOLY_OK; i++) {
        double cm = 0.0;
        status = moly_shield_thickness(&c->bare, material, c->photons, c->n_photons,
                                       parts[i].transmission, &cm, err);
        failed |= json_object_set_new(row, parts[i].key, moly_json_rounded(cm * 10.0, 7));
    }
    failed |= json_array_append_new(rows, row);
    return status != MOLY_OK ? status : failed != 0 ? MOLY_NO_MEMORY(err) : MOLY_OK;
}

/* In the first layer's material and in those of --hvl. */
static moly_status add_value_layers(const shield_args *args, const shield_case *c,
                                    moly_arena *arena, json_t *whole, moly_error *err)
{
    json_t *rows = json_array();
    moly_status status = MOLY_OK;
    if (json_object_set_new(whole, "value_layers", rows) != 0) {
        return MOLY_NO_MEMORY(err);
    }
    if (c->shielded.n_layers > 0 && c->total.ambient_sv_per_h > 0.0) {
        status = add_value_layer(c, c->shielded.layers[0].material, rows, err);
    }
    const char *rest = args->hvl ? args->hvl : "";
    while (*rest && status == MOLY_OK) {
        size_t length = strcspn(rest, ",");
        const moly_material *material = NULL;
        const char *name =
            moly_arena_strndup(arena, rest + strspn(rest, " "),
                               length > strspn(rest, " ") ? length - strspn(rest, " ") : 0);
        status = name ? moly_material_parse(name, arena, &material, err) : MOLY_NO_MEMORY(err);
        if (status == MOLY_OK) {
            status = add_value_layer(c, material, rows, err);
        }
        rest += length + (rest[length] == ',');
    }
    return status;
}

static moly_status add_limit(const shield_args *args, const shield_case *c, moly_arena *arena,
                             json_t *whole, moly_error *err)
{
    const moly_material *material =
        c->shielded.n_layers > 0 ? c->shielded.layers[0].material : NULL;
    double cm = 0.0, share = args->limit_sv_per_h / c->total.ambient_sv_per_h;
    moly_status status = material ? MOLY_OK : moly_material_parse("lead", arena, &material, err);
    if (status == MOLY_OK && share < 1.0) {
        status = moly_shield_thickness(&c->shielded, material, c->photons, c->n_photons, share, &cm,
                                       err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    json_t *part = json_object();
    int failed = json_object_set_new(part, "limit_sv_per_h", moly_json_real(args->limit_sv_per_h));
    failed |= json_object_set_new(part, "material", json_string(material->text));
    failed |= json_object_set_new(part, "added_mm", moly_json_rounded(cm * 10.0, 7));
    failed |= json_object_set_new(whole, "limit", part);
    return failed != 0 ? MOLY_NO_MEMORY(err) : MOLY_OK;
}

static moly_status add_package(const shield_args *args, const shield_case *c, json_t *whole,
                               moly_error *err)
{
    moly_shield at = c->shielded;
    moly_dose_rate surface = {0}, at_1_m = {0};
    at.distance_cm = args->surface_mm / 10.0;
    moly_status status =
        moly_shield_dose(&at, c->photons, c->n_photons, c->activity_bq, &surface, NULL, err);
    at.distance_cm += metre_cm;
    if (status == MOLY_OK) {
        status =
            moly_shield_dose(&at, c->photons, c->n_photons, c->activity_bq, &at_1_m, NULL, err);
    }
    if (status != MOLY_OK) {
        moly_error_context(err, "package");
        return status;
    }
    double index = moly_transport_index(at_1_m.ambient_sv_per_h);
    const char *category = moly_transport_category(index, surface.ambient_sv_per_h);
    json_t *part = json_object();
    int failed = json_object_set_new(part, "surface_sv_per_h",
                                     moly_json_rounded(surface.ambient_sv_per_h, 7));
    failed |=
        json_object_set_new(part, "at_1_m_sv_per_h", moly_json_rounded(at_1_m.ambient_sv_per_h, 7));
    failed |= json_object_set_new(part, "transport_index", moly_json_real(index));
    failed |= json_object_set_new(part, "category", json_string(category));
    failed |= json_object_set_new(whole, "package", part);
    return failed != 0 ? MOLY_NO_MEMORY(err) : MOLY_OK;
}

static moly_status make_result(const shield_args *args, const shield_case *c, const moly_run *run,
                               json_t *whole, moly_error *err)
{
    int failed = json_object_set_new(whole, "data_set", json_string(moly_nuclide_set_name(c->set)));
    failed |= json_object_set_new(whole, "nuclide",
                                  json_string(moly_nuclide_at(c->set, c->nuclide)->name));
    failed |= json_object_set_new(whole, "activity_bq", moly_json_real(args->activity_bq));
    failed |= json_object_set_new(whole, "distance_mm", moly_json_real(args->distance_mm));
    failed |= json_object_set_new(whole, "source", json_string(sources[args->source]));
    failed |= shield_add_rates(c, whole);
    failed |= shield_add_layers(c, whole);
    moly_status status =
        failed != 0 ? MOLY_NO_MEMORY(err) : add_value_layers(args, c, run->arena, whole, err);
    if (status == MOLY_OK && isfinite(args->limit_sv_per_h)) {
        status = add_limit(args, c, run->arena, whole, err);
    }
    if (status == MOLY_OK && isfinite(args->surface_mm)) {
        status = add_package(args, c, whole, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    failed = shield_add_lines(c, run->format == MOLY_FORMAT_TABLE ? table_least_share : 0.0, whole);
    failed |= shield_add_daughters(c, whole);
    failed |= shield_add_notes(c, whole);
    return failed != 0 ? MOLY_NO_MEMORY(err) : MOLY_OK;
}

static moly_status run(const void *raw_args, const moly_run *run, json_t **result, moly_error *err)
{
    const shield_args *args = raw_args;
    moly_nuclide_set *loaded = NULL;
    shield_case c = {0};
    json_t *whole = NULL;
    moly_status status = commands_open_set(args->data, &loaded, &c.set, err);
    if (status == MOLY_OK) {
        status = read_case(args, run->arena, &c, err);
    }
    if (status == MOLY_OK) {
        status = solve(&c, run->arena, err);
    }
    if (status == MOLY_OK) {
        whole = json_object();
        status = make_result(args, &c, run, whole, err);
    }
    if (status == MOLY_OK) {
        *result = whole;
        whole = NULL;
    }
    json_decref(whole);
    moly_nuclide_set_free(loaded);
    return status;
}

const moly_command moly_command_shield = {
    .declaration =
        {
            .name = "shield",
            .summary = "Dose rate of a source at a distance, bare and behind layers",
            .description =
                "Air kerma, ambient dose equivalent H*(10) and tissue kerma of the photons above "
                "10 keV, line by line, with build-up behind layers; half- and tenth-value layers "
                "(of H*(10)); what a wanted dose rate takes; transport index of a package.\n\n"
                "Build-up factors are computed (Monte Carlo, point isotropic source, infinite "
                "medium) for water, concrete, iron, tungsten and lead; the nearest in atomic "
                "number stands for other materials, and the result names it. Scatter by room and "
                "air is not counted. See src/matter/README.md.",
            .example = "moly shield I-131 --activity 3.7GBq --distance 1m --layers 'Pb 5mm'",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(shield_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run,
};
