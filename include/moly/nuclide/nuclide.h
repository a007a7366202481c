/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_NUCLIDE_NUCLIDE_H
#define MOLY_NUCLIDE_NUCLIDE_H

/** Radionuclides: what they are, how they decay, what they emit.
 *
 *  A set is immutable once loaded and may be read by any number of threads. Indices run over the
 *  nuclides of one set, 0 .. n-1, in topological order: every daughter stands after its parents.
 *  Every figure carries its 1-sigma uncertainty where the evaluation gives one (NAN where not) and
 *  the evaluation it came from. */

#include <stdint.h>

#include "moly/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MOLY_SECONDS_PER_YEAR (365.2422 * 86400.0) /**< tropical year, as ICRP-107 uses it */

typedef enum moly_decay_mode {
    MOLY_DECAY_BETA_MINUS,
    MOLY_DECAY_BETA_PLUS_EC, /**< electron capture and positron emission to the same daughter state
                              */
    MOLY_DECAY_ISOMERIC,
    MOLY_DECAY_ALPHA,
    MOLY_DECAY_FISSION, /**< spontaneous; no daughter is followed */
    MOLY_DECAY_NEUTRON,
    MOLY_DECAY_PROTON,
    MOLY_DECAY_OTHER, /**< beta-delayed particles, clusters, ...; see the text of the branch */
} moly_decay_mode;

typedef enum moly_radiation {
    MOLY_RADIATION_GAMMA,
    MOLY_RADIATION_X,
    MOLY_RADIATION_ANNIHILATION,
    MOLY_RADIATION_ALPHA,
    MOLY_RADIATION_BETA_MINUS, /**< energy_kev is the end point, mean_kev the mean */
    MOLY_RADIATION_BETA_PLUS,  /**< likewise */
    MOLY_RADIATION_CONVERSION,
    MOLY_RADIATION_AUGER,
} moly_radiation;

/** Shape of a beta spectrum: which correction multiplies the allowed shape. */
typedef enum moly_beta_shape {
    MOLY_BETA_NOT_A_BETA,
    MOLY_BETA_ALLOWED,
    MOLY_BETA_FIRST_NON_UNIQUE,
    MOLY_BETA_FIRST_UNIQUE,
    MOLY_BETA_SECOND_NON_UNIQUE,
    MOLY_BETA_SECOND_UNIQUE,
    MOLY_BETA_THIRD_OR_HIGHER,
} moly_beta_shape;

#define MOLY_NO_DAUGHTER (-1)

typedef struct moly_branch {
    moly_decay_mode mode;
    int daughter;    /**< index in the same set, MOLY_NO_DAUGHTER after fission */
    double fraction; /**< of all decays, 0..1 */
    double fraction_sd;
    double q_kev; /**< NAN where not known */
} moly_branch;

typedef struct moly_line {
    uint8_t radiation;  /**< moly_radiation */
    uint8_t beta_shape; /**< moly_beta_shape */
    uint8_t source;     /**< index into moly_nuclide_source_text() */
    float energy_sd_kev;
    float intensity_sd;
    float mean_kev;    /**< betas: mean energy; else equal to the energy */
    double energy_kev; /**< betas: end point */
    double intensity;  /**< quanta or particles per decay */
} moly_line;

typedef struct moly_nuclide {
    char name[12];        /**< "Tc-99m", the form in which Moly prints it */
    int16_t z, a, isomer; /**< isomer 0 = ground state, 1 = m, 2 = n (second isomer) */
    bool is_stable;
    double half_life_s; /**< INFINITY when stable */
    double half_life_sd_s;
    double lambda_per_s;  /**< ln 2 / half-life; 0 when stable */
    double atomic_mass_u; /**< of the neutral atom in this state */
    double atomic_mass_sd_u;
    /** Mean energy emitted per decay, keV: alpha particles (without recoil); electrons (betas,
     *  conversion, Auger); photons (gamma, X, annihilation). */
    double mean_alpha_kev, mean_electron_kev, mean_photon_kev;
    /** Air-kerma rate constant as the set tabulates it (ICRP-107: photons above 10 keV,
     * annihilation included), uGy m2/(MBq h); NAN where it follows from the lines. */
    double air_kerma_ugy_m2_per_mbq_h;
    const moly_branch *branches;
    size_t n_branches;
    const moly_line *lines; /**< sorted by radiation, then by energy */
    size_t n_lines;
    const char *half_life_source; /**< evaluation, "DDEP 2004", "JEFF-3.1.1", "NUBASE2020", ... */
    const char *branch_source;
    const char *note; /**< what the builder did to the evaluation, or NULL */
} moly_nuclide;

typedef struct moly_nuclide_set moly_nuclide_set;

/** The tables compiled into Moly. Never fails; borrowed, lives as long as the process. */
MOLY_API const moly_nuclide_set *moly_nuclide_set_builtin(void);

/** Read another evaluation: `spec` is "icrp07:DIR" (ICRP-07.NDX, with .RAD/.BET where present) or
 *  "endf:DIR" (ENDF-6 MF 8 MT 457 files, folders searched). NULL or "moly" gives the built-in set.
 *  @param[out] set  owned by the caller; release with moly_nuclide_set_free()
 *  @retval MOLY_ERR_UNKNOWN    no such format
 *  @retval MOLY_ERR_NOT_FOUND  no such folder or index file
 *  @retval MOLY_ERR_DATA       malformed: the message names file, line and column */
MOLY_API MOLY_CHECKED moly_status moly_nuclide_set_load(const char *spec, moly_nuclide_set **set,
                                                        moly_error *err);
MOLY_API void moly_nuclide_set_free(moly_nuclide_set *set);

/** Name and hash of the data, "moly-2026.1 (blake2b 5f3c…)"; stands in every result. */
MOLY_API const char *moly_nuclide_set_name(const moly_nuclide_set *set);
MOLY_API size_t moly_nuclide_set_size(const moly_nuclide_set *set);
/** Nuclide `index` of the set, 0 .. size-1. Borrowed. */
MOLY_API const moly_nuclide *moly_nuclide_at(const moly_nuclide_set *set, size_t index);
/** Text of a line's source. Borrowed. */
MOLY_API const char *moly_nuclide_source_text(const moly_nuclide_set *set, uint8_t source);

/** Find by any usual spelling: Tc-99m, Tc99m, 99mTc, 99mtc, tc-99M.
 *  @param[out] index  written on success only
 *  @retval MOLY_ERR_UNKNOWN  the message suggests the nearest name of the set */
MOLY_API MOLY_CHECKED moly_status moly_nuclide_find(const moly_nuclide_set *set, const char *name,
                                                    size_t *index, moly_error *err);

/** Does the evaluation list no radiation at all of a nuclide that decays? Its lines are then not
 *  known, which is not the same as absent: its mean energies are rough, its positrons, photons and
 *  electrons are missing, and no dose may be computed from them. */
MOLY_API bool moly_nuclide_lacks_lines(const moly_nuclide *nuclide);
/** Symbol of an element ("Mo"), Z 0 (the neutron, "n") .. 118; NULL out of range. */
MOLY_API const char *moly_element_symbol(int z);
/** "technetium"; NULL outside 0..118. */
MOLY_API const char *moly_element_word(int z);

/** Short words for tables and JSON: "beta-", "alpha", "gamma", "allowed", ... string literals. */
MOLY_API const char *moly_decay_mode_name(moly_decay_mode mode);
MOLY_API const char *moly_radiation_name(moly_radiation radiation);
MOLY_API const char *moly_beta_shape_name(moly_beta_shape shape);

#ifdef __cplusplus
}
#endif
#endif
