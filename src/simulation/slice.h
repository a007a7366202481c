/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SIMULATION_SLICE_H
#define MOLY_SIMULATION_SLICE_H

/* A slice of time: its decays, the singles they leave, the coincidences among these. */

#include "detector.h"
#include "positron.h"
#include "setup.h"
#include "transport.h"

/* What all slices share; const while they run. */
typedef struct world {
    const moly_scan_setup *setup;
    const moly_event_options *options;
    const moly_pet_scanner *scanner;
    detector crystals;
    transport *phantom;
    positron_range range;
    float *efficiencies;
    double *until; /* [n solids] share of decays in solids up to this one, as drawn */
    double density_g_cm3[MOLY_SOLIDS_MOST_MATERIALS];
    double annihilations_per_s; /* at the start */
    double slice_s, least_kev, sigma_ps, acollinearity_rad;
    int64_t n_slices;
} world;

typedef struct single {
    double time_ps; /* of the slice */
    uint32_t crystal, decay;
    uint8_t n_scatters;
    bool is_accepted;
} single;

/* Of one slice; grown as needed and used again. */
typedef struct slice {
    single *singles;
    size_t n_singles, singles_capacity;
    moly_event *events; /* gate: how often both photons of one decay were scattered */
    size_t n_events, events_capacity;
    double *busy_until_ps; /* by block */
    moly_event_figures figures;
    bool is_out_of_memory;
} slice;

void slice_free(slice *s);
/** Slice `index` of the scan: coincidences and figures of it alone. */
void slice_run(const world *w, int64_t index, slice *s);

#endif
