/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_FORMATS_PETSIRD_INSIDE_H
#define MOLY_FORMATS_PETSIRD_INSIDE_H

/** PETSIRD's parts, shared by its reader and its writer. */

#include "moly/scanner/events.h"

#include "yardl.h"

/** Half the speed of light, mm/ps: PETSIRD keeps time differences as (t1 - t2) c / 2. */
#define PETSIRD_MM_PER_PS 0.149896229

/* Rigid transformations, 12 numbers each. */
typedef struct petsird_transforms {
    double *values;
    size_t n, capacity, n_filled; /* n_filled: numbers of the last one */
} petsird_transforms;

typedef struct petsird_edges {
    double first, last, width;
    size_t n;
    bool is_uneven;
} petsird_edges;

typedef struct petsird_reading {
    moly_event_list list;
    moly_status status; /**< of what is no fault of the bytes */
    moly_error *err;
    petsird_transforms modules, elements;
    petsird_transforms *filling;
    double corners[24];
    size_t n_corners;
    size_t n_module_types, n_element_types;
    petsird_edges tof, energy;
    petsird_edges *edges_filling;
    double tof_resolution_mm, energy_resolution;
    /* from there on */
    uint32_t *crystals;
    size_t n_crystals, n_energy;
    bool is_delayed;
    double start_ms, stop_ms;
    uint32_t bins[2];
    size_t n_bins;
    double tof_index;
    bool has_bins;
} petsird_reading;

/** The header into `x`; what is wrong with the bytes is in `r`. */
void petsird_read_header(yardl_reader *r, const yardl_type *type, petsird_reading *x);
/** From what the header said to x->list.scanner, x->crystals and their numbers. */
moly_status petsird_settle_scanner(petsird_reading *x);

/** From where crystals lie to a scanner of Moly.
 *  @param[in]  centres_mm   n of them, 3 numbers each
 *  @param[in]  thickness_mm of a crystal, radially
 *  @param[in,out] scanner   its name; what geometry says is set
 *  @param[out] crystals     n: ring * n_detectors + detector of each */
moly_status petsird_find_scanner(const double *centres_mm, size_t n, double thickness_mm,
                                 moly_pet_scanner *scanner, uint32_t *crystals, moly_error *err);

#endif
