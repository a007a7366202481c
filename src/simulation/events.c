/* SPDX-License-Identifier: Apache-2.0 */
/* A scan decay by decay: slices of time, each with its own random numbers, run by threads and
 * joined in order. */
#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/parallel.h"
#include "slice.h"
#include "source.h"

enum { ANNIHILATIONS_IN_A_SLICE = 50000, SLICES_A_BATCH = 64 };
static const double fwhm_to_sigma = 0.42466090014400953; /* 1 / (2 sqrt(2 ln 2)) */
static const double degree = 3.14159265358979323846 / 180.0;
/* Of each component of the angle, in water at 37 C: 0.54 degrees full width at half maximum.
 * Source: Shibuya et al., Phys Med Biol 52 (2007) 5249 */
static const double acollinearity_fwhm_deg = 0.54;
static const double negligible_sigmas = 4.0;

/* ---- what all slices share ---- */

static void release(world *w)
{
    transport_free(w->phantom);
    moly_free(w->efficiencies);
    moly_free(w->until);
}

static moly_status prepare(world *w, moly_error *err)
{
    const moly_scan_setup *s = w->setup;
    const size_t n_crystals = (size_t)(w->scanner->n_rings * w->scanner->n_detectors);
    if (!(w->scanner->coincidence_window_ps > 0.0)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "scanner %s: its coincidence window is 0 ps; nothing would be counted",
                         w->scanner->name);
    }
    moly_status status = detector_make(w->scanner, &w->crystals, err);
    status = status ? status : transport_new(s->solids, &w->phantom, err);
    if (status) {
        return status;
    }
    w->efficiencies = moly_alloc(n_crystals, sizeof *w->efficiencies);
    w->until = moly_alloc(s->solids->n, sizeof *w->until);
    if (!w->efficiencies || !w->until) {
        return MOLY_NO_MEMORY(err);
    }
    status = source_until(s->solids, w->until, err);
    if (status) {
        return status;
    }
    for (size_t m = 0; m < s->solids->n_materials; m++) {
        w->density_g_cm3[m] = s->solids->materials[m]->density_g_cm3;
    }
    moly_crystal_efficiencies(w->scanner, s->efficiency_spread, s->seed, w->efficiencies);
    positron_range_make(s->nuclide, &w->range);
    w->annihilations_per_s = moly_solids_activity(s->solids) * moly_positrons_per_decay(s->nuclide);
    const double all = w->annihilations_per_s * moly_scan_effective_s(s->nuclide, s->duration_s);
    w->n_slices = (int64_t)ceil(all / ANNIHILATIONS_IN_A_SLICE) + 1;
    w->slice_s = s->duration_s / (double)w->n_slices;
    w->sigma_ps = w->scanner->tof_fwhm_ps * fwhm_to_sigma / sqrt(2.0);
    w->acollinearity_rad = acollinearity_fwhm_deg * degree * fwhm_to_sigma;
    w->least_kev =
        w->scanner->window_low_kev -
        negligible_sigmas * detector_energy_sigma(w->scanner, w->scanner->window_low_kev);
    w->least_kev = fmax(w->least_kev, 20.0);
    return MOLY_OK;
}

/* ---- slices ---- */

typedef struct batch {
    const world *world;
    int64_t first;
    slice slices[SLICES_A_BATCH];
} batch;

static void one_slice(void *context, int64_t item, int thread)
{
    batch *b = context;
    (void)thread;
    slice_run(b->world, b->first + item, &b->slices[item]);
}

static void add_figures(const moly_event_figures *part, moly_event_figures *sum)
{
    sum->annihilations += part->annihilations;
    sum->singles += part->singles;
    sum->lost_singles += part->lost_singles;
    sum->trues += part->trues;
    sum->scatters += part->scatters;
    sum->randoms += part->randoms;
    sum->delayeds += part->delayeds;
    sum->outside += part->outside;
}

static moly_status add_event(const world *w, moly_event event, moly_event_list *list,
                             moly_error *err)
{
    moly_status status = MOLY_OK;
    if (w->options->scatters && event.gate > 0) {
        status = moly_event_list_add(w->options->scatters, &event, err);
    }
    event.gate = 0; /* a scanner knows of no label */
    return status ? status : moly_event_list_add(list, &event, err);
}

static moly_status join(batch *b, int64_t n, moly_event_list *list, moly_event_figures *figures,
                        moly_error *err)
{
    moly_status status = MOLY_OK;
    for (int64_t i = 0; i < n && !status; i++) {
        const slice *s = &b->slices[i];
        if (s->is_out_of_memory) {
            return MOLY_NO_MEMORY(err);
        }
        if (list->n + s->n_events > UINT32_MAX) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "more than %lu coincidences: a shorter scan or less activity",
                             (unsigned long)UINT32_MAX);
        }
        for (size_t k = 0; k < s->n_events && !status; k++) {
            status = add_event(b->world, s->events[k], list, err);
        }
        add_figures(&s->figures, figures);
    }
    return status;
}

static moly_status run_slices(const world *w, batch *b, moly_event_list *list,
                              moly_event_figures *figures, moly_error *err)
{
    const size_t n_blocks = (size_t)detector_n_blocks(w->scanner);
    for (int i = 0; i < SLICES_A_BATCH; i++) {
        b->slices[i].busy_until_ps = moly_alloc(n_blocks, sizeof(double));
        if (!b->slices[i].busy_until_ps) {
            return MOLY_NO_MEMORY(err);
        }
    }
    moly_status status = MOLY_OK;
    for (b->first = 0; b->first < w->n_slices && !status; b->first += SLICES_A_BATCH) {
        const int64_t left = w->n_slices - b->first;
        const int64_t n = left < SLICES_A_BATCH ? left : SLICES_A_BATCH;
        moly_parallel(w->setup->n_threads, n, one_slice, b);
        status = join(b, n, list, figures, err);
        if (!status) {
            status = moly_progress_step(
                w->setup->progress, (double)(b->first + n) / (double)w->n_slices, "decays", err);
        }
    }
    return status;
}

moly_status moly_scan_events(const moly_scan_setup *setup, const moly_event_options *options,
                             moly_event_list *list, moly_event_figures *figures, moly_error *err)
{
    moly_status status = setup_check(setup, err);
    if (status) {
        return status;
    }
    world *w = moly_alloc(1, sizeof *w);
    batch *b = moly_alloc(1, sizeof *b);
    moly_event_figures made = {0};
    if (!w || !b) {
        moly_free(b);
        moly_free(w);
        return MOLY_NO_MEMORY(err);
    }
    w->setup = setup;
    w->options = options;
    w->scanner = &setup->layout->scanner;
    b->world = w;
    list->scanner = setup->layout->scanner;
    list->duration_s = setup->duration_s;
    if (options->scatters) {
        options->scatters->scanner = list->scanner;
        options->scatters->duration_s = list->duration_s;
    }
    status = prepare(w, err);
    status = status ? status : run_slices(w, b, list, &made, err);
    if (!status) {
        *figures = made;
    }
    for (int i = 0; i < SLICES_A_BATCH; i++) {
        slice_free(&b->slices[i]);
    }
    release(w);
    moly_free(b);
    moly_free(w);
    return status;
}
