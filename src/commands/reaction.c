/* SPDX-License-Identifier: Apache-2.0 */
/* moly reaction: the excitation functions behind moly irradiate. */
#include "commands_inside.h"

#include <jansson.h>
#include <string.h>

#include "moly/production/reaction.h"

typedef struct reaction_args {
    const char *target, *product;
    int beam;
} reaction_args;

static const char *const beams[] = {"p", "d", "h", "a", "g", NULL};
static const moly_particle particles[] = {MOLY_PARTICLE_PROTON, MOLY_PARTICLE_DEUTERON,
                                          MOLY_PARTICLE_HELION, MOLY_PARTICLE_ALPHA,
                                          MOLY_PARTICLE_PHOTON};

static const moly_param params[] = {
    {"target", 0, MOLY_TEXT(reaction_args, target), .is_required = true, .is_positional = true,
     .pattern_hint = "TARGET", .help = "nuclide 18O, or an element in natural abundance, Ti"},
    {"product", 'p', MOLY_TEXT(reaction_args, product), .pattern_hint = "NUCLIDE",
     .help = "one product, with the points of its curves; without it a list of all"},
    {"beam", 'b', MOLY_CHOICE(reaction_args, beam), .choices = beams, .fallback = "p",
     .help = "particle: proton, deuteron, helion, alpha, or g for photons"},
};

static const moly_column columns[] = {
    {"product", "Product", MOLY_DIM_NONE, 0},
    {"rank", "Curve", MOLY_DIM_NONE, 0},
    {"kind", "Counts", MOLY_DIM_NONE, 0},
    {"threshold_mev", "From / MeV", MOLY_DIM_NONE, 4},
    {"evaluated_to_mev", "To / MeV", MOLY_DIM_NONE, 4},
    {"most_mb", "Most / mb", MOLY_DIM_NONE, 4},
    {"most_mev", "At / MeV", MOLY_DIM_NONE, 4},
    {"u_rel", "±", MOLY_DIM_FRACTION, 2},
    {"source", "Source", MOLY_DIM_NONE, 0},
};
static const moly_column point_columns[] = {
    {"energy_mev", "Energy / MeV", MOLY_DIM_NONE, 5},
    {"xs_mb", "Cross section / mb", MOLY_DIM_NONE, 4},
};
static const moly_view views[] = {
    {NULL, "results", columns, sizeof columns / sizeof *columns},
    {"Points", "results.points", point_columns, 2},
};

static json_t *points_of(const moly_reaction *reaction)
{
    json_t *points = json_array();
    int failed = points ? 0 : -1;
    for (size_t i = 0; i < reaction->n && failed == 0; i++) {
        failed = json_array_append_new(
            points, json_pack("{s:o, s:o}", "energy_mev",
                              moly_json_rounded((double)reaction->energy_mev[i], 7), "xs_mb",
                              moly_json_rounded((double)reaction->xs_mb[i], 7)));
    }
    if (failed != 0) {
        json_decref(points);
        return NULL;
    }
    return points;
}

static json_t *row_of(const moly_reaction *reaction, bool has_points)
{
    size_t most = 0;
    for (size_t i = 1; i < reaction->n; i++) {
        most = reaction->xs_mb[i] > reaction->xs_mb[most] ? i : most;
    }
    json_t *row = json_object();
    int failed = json_object_set_new(row, "product", json_string(reaction->product));
    failed |=
        json_object_set_new(row, "rank", json_string(moly_reaction_rank_name(reaction->rank)));
    failed |=
        json_object_set_new(row, "kind", json_string(moly_reaction_kind_name(reaction->kind)));
    failed |= json_object_set_new(row, "threshold_mev",
                                  moly_json_rounded((double)reaction->energy_mev[0], 7));
    failed |= json_object_set_new(row, "evaluated_to_mev",
                                  moly_json_rounded(reaction->evaluated_to_mev, 7));
    failed |=
        json_object_set_new(row, "most_mb", moly_json_rounded((double)reaction->xs_mb[most], 7));
    failed |= json_object_set_new(row, "most_mev",
                                  moly_json_rounded((double)reaction->energy_mev[most], 7));
    failed |= json_object_set_new(row, "u_rel", moly_json_rounded(reaction->u_rel, 4));
    failed |= json_object_set_new(row, "source", json_string(reaction->source));
    failed |= has_points ? json_object_set_new(row, "points", points_of(reaction)) : 0;
    if (failed != 0) {
        json_decref(row);
        return NULL;
    }
    return row;
}

/* One nuclide is its own curves; an element those of the element itself. */
static moly_status find_target(const reaction_args *args, moly_arena *arena, int *z, int *a,
                               moly_error *err)
{
    const moly_material *material = NULL;
    moly_status status = moly_material_parse(args->target, arena, &material, err);
    if (status == MOLY_OK && (material->n_elements != 1 ||
                              (material->n_isotopes != 1 && !material->elements[0].is_natural))) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE,
                           "'%s': one nuclide, or an element in natural abundance, is wanted",
                           args->target);
    }
    if (status == MOLY_OK) {
        *z = material->elements[0].z;
        *a = material->elements[0].is_natural && material->n_isotopes > 1 ? 0
                                                                          : material->isotopes[0].a;
    }
    return status;
}

static moly_status run(const void *raw_args, const moly_run *run, json_t **result, moly_error *err)
{
    const reaction_args *args = raw_args;
    int z = 0, a = 0;
    size_t n = 0, index = 0;
    const char *product = NULL;
    moly_status status = find_target(args, run->arena, &z, &a, err);
    if (status == MOLY_OK && args->product) {
        status = moly_nuclide_find(moly_nuclide_set_builtin(), args->product, &index, err);
        product = status == MOLY_OK ? moly_nuclide_at(moly_nuclide_set_builtin(), index)->name : "";
    }
    if (status != MOLY_OK) {
        return status;
    }
    const moly_reaction *all = moly_reactions_of(particles[args->beam], z, a, &n);
    json_t *rows = json_array();
    int failed = rows ? 0 : -1;
    for (size_t i = 0; i < n && failed == 0; i++) {
        if (!product || strcmp(all[i].product, product) == 0) {
            failed = json_array_append_new(rows, row_of(&all[i], product != NULL));
        }
    }
    if (failed == 0 && json_array_size(rows) == 0) {
        json_decref(rows);
        return MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "no curve of %s on %s%s%s", beams[args->beam],
                         args->target, product ? " for " : "", product ? product : "");
    }
    *result = failed == 0
                  ? json_pack("{s:s, s:s, s:s, s:O}", "data_set", moly_reaction_set_name(), "beam",
                              beams[args->beam], "target", args->target, "results", rows)
                  : NULL;
    json_decref(rows);
    return *result ? MOLY_OK : MOLY_NO_MEMORY(err);
}

const moly_command moly_command_reaction = {
    .declaration = {.name = "reaction",
                    .summary = "Show the excitation functions of a target",
                    .description =
                        "Cross sections as moly irradiate uses them, in mb by MeV: linear between "
                        "the points, zero below the threshold, not known above the last point. "
                        "Each curve says who evaluated it; 'model only' was checked by nobody "
                        "against measurements.",
                    .example = "moly reaction 100Mo --product Tc-99m",
                    .params = params,
                    .n_params = sizeof params / sizeof *params,
                    .args_size = sizeof(reaction_args)},
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run,
};
