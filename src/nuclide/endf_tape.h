/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_NUCLIDE_ENDF_TAPE_H
#define MOLY_NUCLIDE_ENDF_TAPE_H

/** Radioactive decay data as ENDF-6 writes it: MF 8, MT 457.
 *  Source: ENDF-6 Formats Manual, BNL-203218-2018, section 8.3 */

#include "element.h"

#include "moly/base/memory.h"

/** Spectrum kinds, STYP. */
enum moly_endf_styp {
    MOLY_ENDF_GAMMA = 0,
    MOLY_ENDF_BETA_MINUS = 1,
    MOLY_ENDF_EC_BETA_PLUS = 2,
    MOLY_ENDF_ALPHA = 4,
    MOLY_ENDF_ELECTRONS = 8, /**< conversion and Auger */
    MOLY_ENDF_X = 9,         /**< X rays and annihilation */
};

typedef struct moly_endf_mode {
    double rtyp; /**< 1 beta-, 2 EC/beta+, 3 IT, 4 alpha, 5 n, 6 SF, 7 p; 1.5 = beta- then n */
    int rfs;     /**< isomeric state of the daughter */
    double q_ev, q_sd_ev, fraction, fraction_sd;
} moly_endf_mode;

typedef struct moly_endf_line {
    double energy_ev, energy_sd_ev;
    double type; /**< of the transition: 0 not stated, 1 allowed, 2 first unique, 3 second unique */
    double intensity, intensity_sd; /**< to be multiplied by the spectrum's fd */
    double positrons, positrons_sd; /**< STYP 2: the part that emits a positron, likewise */
    double conversion;              /**< STYP 0: total internal conversion coefficient */
} moly_endf_line;

typedef struct moly_endf_spectrum {
    int styp;
    double fd; /**< quanta per decay = fd * intensity */
    size_t n_lines;
    moly_endf_line *lines;
} moly_endf_spectrum;

typedef struct moly_endf_decay {
    moly_state state;
    bool is_stable;
    double excitation_ev; /**< of the state, from MF 1; 0 where not given */
    double atomic_weight_ratio;
    double half_life_s, half_life_sd_s;
    /** Mean energies per decay as the evaluator gives them, eV. */
    double mean_electron_ev, mean_photon_ev, mean_heavy_ev;
    size_t n_modes, n_spectra;
    moly_endf_mode *modes;
    moly_endf_spectrum *spectra;
} moly_endf_decay;

/** What is done with each nuclide; `decay` lives until the visit returns. */
typedef moly_status (*moly_endf_visit)(void *user, const moly_endf_decay *decay, moly_error *err);

/** Walk through all decay sections of a tape in memory. Other sections are passed over.
 *  @param file  for messages
 *  @retval MOLY_ERR_DATA  malformed; the message names file, line and column */
MOLY_CHECKED moly_status moly_endf_parse(const char *file, const char *data, size_t length,
                                         moly_endf_visit visit, void *user, moly_error *err);

#endif
