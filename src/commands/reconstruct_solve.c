/* SPDX-License-Identifier: Apache-2.0 */
#include "reconstruct_solve.h"

#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/reconstruction/kernel.h"
#include "moly/reconstruction/listmode.h"
#include "moly/reconstruction/map.h"
#include "reconstruct_frames.h"

/* Kernel EM: voxels that make up one, where they are looked for, and how alike they are. */
enum { KERNEL_NEIGHBOURS = 20, KERNEL_RADIUS = 3 };
static const double kernel_sigma = 0.5;

const char *const solve_algorithms[] = {"mlem",  "osem", "kem", "listmode-osem",
                                        "bsrem", "svrg", NULL};

typedef struct solver {
    const solve_wishes *wishes;
    const raw_data *data;
    moly_volume *image;
    solve_record *record;
    moly_prior *prior;
    float *columns;
    double likelihood; /* of the iteration so far */
} solver;

void solve_record_free(solve_record *record)
{
    json_decref(record->objectives);
    record->objectives = NULL;
}

static int64_t choose_subsets(const solve_wishes *w, int64_t n_views)
{
    return w->algorithm == SOLVE_MLEM ? 1
           : w->n_subsets > 0         ? w->n_subsets
                                      : moly_usual_subsets(n_views);
}

/* ---- what is told on the way ---- */

static moly_status note_iteration(solver *s, int64_t iteration, double objective, double change,
                                  moly_error *err)
{
    s->record->n_iterations = iteration + 1;
    s->record->change = change;
    return json_array_append_new(s->record->objectives, moly_json_rounded(objective, 10)) == 0
               ? MOLY_OK
               : MOLY_NO_MEMORY(err);
}

static moly_status note_em(void *context, const moly_osem_update *update, moly_error *err)
{
    solver *s = context;
    const watch_update shown = {update->iteration,    s->wishes->n_iterations, update->subset,
                                s->record->n_subsets, update->log_likelihood,  update->columns};
    moly_status status = watcher_update(s->wishes->watch, &shown, err);
    s->likelihood += update->log_likelihood;
    if (!status && isfinite(update->change)) { /* the iteration is done */
        status = note_iteration(s, update->iteration, s->likelihood, update->change, err);
        s->likelihood = 0.0;
    }
    return status;
}

static moly_status note_map(void *context, const moly_map_update *update, moly_error *err)
{
    solver *s = context;
    const watch_update shown = {update->iteration,        s->wishes->n_iterations,
                                s->record->n_subsets - 1, s->record->n_subsets,
                                update->objective,        update->columns};
    moly_status status = watcher_update(s->wishes->watch, &shown, err);
    return status ? status
                  : note_iteration(s, update->iteration, update->objective, update->change, err);
}

/* ---- the prior ---- */

moly_status solve_check(int algorithm, const char *prior, const char *anatomy, moly_error *err)
{
    moly_prior_options options;
    bool is_guided = algorithm == SOLVE_KEM;
    if (prior) {
        if (algorithm < SOLVE_BSREM) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE, "--prior: %s has none; bsrem and svrg have",
                             solve_algorithms[algorithm]);
        }
        moly_status status = moly_prior_parse(prior, &options, err);
        if (status) {
            return status;
        }
        is_guided = moly_prior_needs_anatomy(options.kind);
    }
    if (is_guided && !anatomy) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "%s needs an anatomical image: --anatomy FILE",
                         algorithm == SOLVE_KEM ? "kem" : moly_prior_word(options.kind));
    }
    return !is_guided && anatomy
               ? MOLY_FAIL(err, MOLY_ERR_USAGE,
                           "--anatomy: nothing is guided by it; kem is, and the priors bowsher and "
                           "pls")
               : MOLY_OK;
}

static moly_status read_anatomy(const solver *s, float **columns, moly_error *err)
{
    const moly_grid *grid = &s->image->grid;
    moly_volume *read = NULL, *there = NULL;
    moly_status status = raw_read_image(s->wishes->anatomy, &read, err);
    status = status ? status : moly_volume_resample(read, 0, grid, &there, err);
    if (!status) {
        *columns = moly_alloc((size_t)moly_grid_n_voxels(grid), sizeof **columns);
        status = *columns ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    if (!status) {
        moly_columns_from_volume(there, 0, *columns);
    }
    moly_volume_free(read);
    moly_volume_free(there);
    return status;
}

static moly_status make_prior(solver *s, moly_error *err)
{
    const solve_wishes *w = s->wishes;
    moly_prior_options options;
    float *anatomy = NULL;
    if (!w->prior) {
        return MOLY_OK;
    }
    moly_status status = moly_prior_parse(w->prior, &options, err);
    status = status || !w->anatomy ? status : read_anatomy(s, &anatomy, err);
    status = status ? status
                    : moly_prior_new(&options, &s->image->grid, anatomy, w->projector.n_threads,
                                     &s->prior, err);
    moly_free(anatomy);
    return status;
}

/* ---- the algorithms ---- */

static moly_status make_basis(const solver *s, moly_operator **basis, moly_error *err)
{
    const moly_kernel_options options = {.n_neighbours = KERNEL_NEIGHBOURS,
                                         .radius = KERNEL_RADIUS,
                                         .sigma = kernel_sigma,
                                         .n_threads = s->wishes->projector.n_threads};
    float *anatomy = NULL;
    if (s->wishes->algorithm != SOLVE_KEM) {
        return MOLY_OK;
    }
    moly_status status = read_anatomy(s, &anatomy, err);
    status = status ? status : moly_kernel_basis(&s->image->grid, anatomy, &options, basis, err);
    moly_free(anatomy);
    return status;
}

/* The events of the raw data's folder, with factors and background of its sinograms. */
static moly_status run_listmode(solver *s, moly_error *err)
{
    const solve_wishes *w = s->wishes;
    moly_event_list read = {0};
    const moly_event_list *list = s->data->events ? s->data->events : &read;
    const moly_list_model model = {list, s->data->layout, s->data->factors, s->data->background};
    const moly_list_options options = {.n_subsets = s->record->n_subsets,
                                       .n_iterations = w->n_iterations,
                                       .until = w->until,
                                       .psf_fwhm_mm = w->psf_mm,
                                       .projector = w->projector,
                                       .on_update = note_em,
                                       .context = s,
                                       .progress = watcher_progress(w->watch)};
    if (moly_ranks_n(w->ranks) > 1) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "listmode-osem runs in one process");
    }
    moly_status status = s->data->events ? MOLY_OK : frames_read_events(w->raw, &read, err);
    status = status ? status
                    : moly_listmode_osem(&model, &s->image->grid, &options, s->columns, NULL, err);
    moly_event_list_free(&read);
    return status;
}

static moly_status run_em(solver *s, const moly_pet_model *model, moly_error *err)
{
    const solve_wishes *w = s->wishes;
    moly_operator *basis = NULL;
    moly_status status = make_basis(s, &basis, err);
    const moly_osem_options options = {.n_subsets = s->record->n_subsets,
                                       .basis = basis,
                                       .n_iterations = w->n_iterations,
                                       .until = w->until,
                                       .psf_fwhm_mm = w->psf_mm,
                                       .projector = w->projector,
                                       .on_update = note_em,
                                       .context = s,
                                       .progress = watcher_progress(w->watch),
                                       .ranks = w->ranks};
    status = status ? status : moly_osem(model, &s->image->grid, &options, s->columns, err);
    moly_operator_free(basis);
    return status;
}

static moly_status run_map(solver *s, const moly_pet_model *model, moly_error *err)
{
    const solve_wishes *w = s->wishes;
    const moly_map_options options = {.method = w->algorithm == SOLVE_BSREM ? MOLY_MAP_BSREM
                                                                            : MOLY_MAP_SVRG,
                                      .prior = s->prior,
                                      .n_subsets = s->record->n_subsets,
                                      .n_iterations = w->n_iterations,
                                      .until = w->until,
                                      .psf_fwhm_mm = w->psf_mm,
                                      .projector = w->projector,
                                      .on_update = note_map,
                                      .context = s,
                                      .progress = watcher_progress(w->watch),
                                      .ranks = w->ranks};
    return moly_map(model, &s->image->grid, &options, s->columns, err);
}

moly_status solve(const solve_wishes *wishes, const raw_data *data, moly_volume *image,
                  solve_record *record, moly_error *err)
{
    const moly_pet_model model = {data->prompts, data->factors, data->background};
    solver s = {.wishes = wishes, .data = data, .image = image, .record = record};
    *record = (solve_record){.n_subsets = choose_subsets(wishes, data->layout->n_views),
                             .change = NAN,
                             .objectives = json_array()};
    s.columns = moly_alloc((size_t)moly_grid_n_voxels(&image->grid), sizeof *s.columns);
    moly_status status = s.columns && record->objectives ? MOLY_OK : MOLY_NO_MEMORY(err);
    status = status ? status : make_prior(&s, err);
    status = status ? status
                    : watcher_begin(wishes->watch, &image->grid, image->quantity, data->mu, err);
    if (!status) {
        status = wishes->algorithm >= SOLVE_BSREM      ? run_map(&s, &model, err)
                 : wishes->algorithm == SOLVE_LISTMODE ? run_listmode(&s, err)
                                                       : run_em(&s, &model, err);
    }
    if (!status) {
        moly_columns_to_volume(s.columns, image, 0);
        status = watcher_end(wishes->watch, err);
    }
    moly_prior_free(s.prior);
    moly_free(s.columns);
    return status;
}
