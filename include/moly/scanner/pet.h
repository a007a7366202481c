/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SCANNER_PET_H
#define MOLY_SCANNER_PET_H

/** PET scanners: where the crystals lie and what they can tell.
 *
 *  The scanner's own frame, mm, used by raw data, projectors and simulated scans alike: x and y
 *  across the bore, y down, z along the axis from ring 0 (furthest from the bed) to the last one,
 *  0 in the middle of the scanner. Crystal 0 of a cylinder lies at x = 0, y = -R (the top); the
 *  angle of crystal d grows by 2 pi / n_detectors from (0, -1) towards (1, 0).
 *  Source: conventions of Interfile as STIR writes it */

#include <stdint.h>

#include "moly/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MOLY_SCANNER_NAME_SIZE = 64, MOLY_SCANNER_TEXT_SIZE = 256 };

/** A value: copy it freely. */
typedef struct moly_pet_scanner {
    char name[MOLY_SCANNER_NAME_SIZE];   /**< "ge-discovery-mi" */
    char title[MOLY_SCANNER_TEXT_SIZE];  /**< "GE Discovery MI, four rings of blocks" */
    char source[MOLY_SCANNER_TEXT_SIZE]; /**< where the figures are from */
    /** "Lu2SiO5 @ 7.4 g/cm3", as moly_material_parse() reads it; empty: LSO */
    char crystal_material[MOLY_SCANNER_TEXT_SIZE];

    int64_t n_rings;       /**< rings of crystals */
    int64_t n_detectors;   /**< crystals in a ring; even */
    int64_t n_sides;       /**< flat sides of a ring; 0: the crystals lie on a circle */
    int64_t block_rings;   /**< rings in a block, a divisor of n_rings */
    int64_t block_columns; /**< crystals across a block, a divisor of a side's, else of a ring's */

    double inner_radius_mm;      /**< to the face of the crystals; of a side, its perpendicular */
    double interaction_depth_mm; /**< from the face to where a photon stops, on average */
    double crystal_pitch_mm;     /**< across a side; not used on a circle */
    double ring_pitch_mm;        /**< between rings of a block */
    double block_gap_mm;         /**< more than that between the rings of neighbouring blocks */
    double view_offset_rad;      /**< turns all crystals, towards growing angles */
    double crystal_depth_mm;     /**< radial length of a crystal */

    double energy_fwhm;    /**< energy resolution at 511 keV, a fraction */
    double window_low_kev; /**< accepted energies */
    double window_high_kev;
    double coincidence_window_ps; /**< 2 tau: a pair differs by less than half of it either way */
    double tof_fwhm_ps;           /**< timing resolution of a coincidence; 0: not a TOF scanner */
    double tof_bin_ps;            /**< width of a TOF bin of the scanner */
    int64_t n_tof_bins;           /**< TOF bins of the scanner, odd; 1 without TOF */
    double dead_time_s;           /**< of a block, not paralysable */

    int64_t n_tangential;        /**< bins of a view that the scanner keeps */
    int64_t span;                /**< axial compression it uses, odd */
    int64_t max_ring_difference; /**< that it keeps */
    double arc_bin_mm; /**< bin of its arc-corrected data; 0: half a crystal at the middle */
} moly_pet_scanner;

/** A scanner of the library by its name, or one from a text file of your own (docs/scanners.md).
 *  @param name  a name, or a path that ends in ".scanner"
 *  @retval MOLY_ERR_UNKNOWN    no such name; the nearest is suggested
 *  @retval MOLY_ERR_NOT_FOUND  no such file
 *  @retval MOLY_ERR_DATA       the file: the message names key and line */
MOLY_API MOLY_CHECKED moly_status moly_pet_scanner_find(const char *name, moly_pet_scanner *scanner,
                                                        moly_error *err);
/** A scanner from the text of such a file; `what` names it in messages. */
MOLY_API MOLY_CHECKED moly_status moly_pet_scanner_parse(const char *text, const char *what,
                                                         moly_pet_scanner *scanner,
                                                         moly_error *err);
/** Does it hang together? @retval MOLY_ERR_RANGE  the message names member, value and limit */
MOLY_API MOLY_CHECKED moly_status moly_pet_scanner_check(const moly_pet_scanner *scanner,
                                                         moly_error *err);
/** Names of the library. @return how many */
MOLY_API size_t moly_pet_scanner_names(const char *const **names);

/** Where a crystal stops a photon on average, scanner frame, mm. */
MOLY_API void moly_pet_crystal(const moly_pet_scanner *scanner, int64_t ring, int64_t detector,
                               double position_mm[3]);
/** Axial position of a ring, mm. */
MOLY_API double moly_pet_ring_z(const moly_pet_scanner *scanner, int64_t ring);
/** inner_radius_mm + interaction_depth_mm */
MOLY_API double moly_pet_radius(const moly_pet_scanner *scanner);
/** From the middle of the first ring to that of the last, mm. */
MOLY_API double moly_pet_length(const moly_pet_scanner *scanner);

#ifdef __cplusplus
}
#endif
#endif
