/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SCANNER_GAMMA_H
#define MOLY_SCANNER_GAMMA_H

/** Gamma cameras: collimators, heads, and the raw data of planar scans and SPECT.
 *
 *  In the scanner's own frame (pet.h) a head at angle phi looks at the axis from
 *  radius * (sin phi, -cos phi): 0 is above, pi/2 on the side of growing x. Bins of a view run
 * along (cos phi, sin phi), their middle at the axis; rows run along z. */

#include <stdint.h>

#include "moly/base/instant.h"
#include "moly/scanner/pet.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum moly_collimator_kind {
    MOLY_COLLIMATOR_PARALLEL,
    MOLY_COLLIMATOR_FAN, /**< converges across, onto a line `focal_mm` from its face */
    MOLY_COLLIMATOR_PINHOLE,
    MOLY_N_COLLIMATOR_KINDS
} moly_collimator_kind;

enum { MOLY_COLLIMATOR_NAME_SIZE = 24, MOLY_MOST_COLLIMATORS = 8 };

/** A value: copy it freely. */
typedef struct moly_collimator {
    char name[MOLY_COLLIMATOR_NAME_SIZE];  /**< "LEHR" */
    char shape[MOLY_COLLIMATOR_NAME_SIZE]; /**< "parallel", "fan", "pinhole" */
    double hole_mm;     /**< across the flats of a hexagonal hole; diameter of a pinhole */
    double septum_mm;   /**< thickness of the walls */
    double length_mm;   /**< of the holes; of a pinhole: from it to the crystal */
    double focal_mm;    /**< fan: from the face to the focal line */
    double opening_deg; /**< full opening angle of a pinhole's cone */
    double gap_mm;      /**< from the back of the collimator to where the crystal stops photons */
    int64_t n_pinholes; /**< of a multi-pinhole; else 1 */
    double energy_max_kev; /**< that it is made for */
} moly_collimator;

/** A value: copy it freely. */
typedef struct moly_gamma_camera {
    char name[MOLY_SCANNER_NAME_SIZE];
    char title[MOLY_SCANNER_TEXT_SIZE];
    char source[MOLY_SCANNER_TEXT_SIZE];
    int64_t n_heads;
    double field_width_mm;               /**< across */
    double field_length_mm;              /**< along the axis */
    double crystal_mm;                   /**< thickness of the NaI(Tl) crystal */
    double intrinsic_fwhm_mm;            /**< at 140 keV, in the useful field */
    double energy_fwhm;                  /**< at 140 keV, a fraction */
    double dead_time_s;                  /**< paralysable */
    double radius_min_mm, radius_max_mm; /**< of the orbit */
    int64_t n_collimators;
    moly_collimator collimators[MOLY_MOST_COLLIMATORS];
} moly_gamma_camera;

/** A camera of the library by its name, or from a text file of your own whose name ends in
 *  ".camera". Errors as moly_pet_scanner_find(). */
MOLY_API MOLY_CHECKED moly_status moly_gamma_camera_find(const char *name,
                                                         moly_gamma_camera *camera,
                                                         moly_error *err);
MOLY_API MOLY_CHECKED moly_status moly_gamma_camera_parse(const char *text, const char *what,
                                                          moly_gamma_camera *camera,
                                                          moly_error *err);
/** Names of the library. @return how many */
MOLY_API size_t moly_gamma_camera_names(const char *const **names);
/** A collimator of a camera, by its name. @retval MOLY_ERR_UNKNOWN  the nearest is suggested */
MOLY_API MOLY_CHECKED moly_status moly_gamma_collimator(const moly_gamma_camera *camera,
                                                        const char *name,
                                                        moly_collimator *collimator,
                                                        moly_error *err);

/** @retval MOLY_ERR_RANGE  the message names member, value and limit */
MOLY_API MOLY_CHECKED moly_status moly_collimator_check(const moly_collimator *collimator,
                                                        moly_error *err);
MOLY_API moly_collimator_kind moly_collimator_kind_of(const moly_collimator *collimator);
/** Effective length of the holes, less what the edges of lead let through: length - 2 / mu, mm.
 *  @param mu_per_mm  attenuation of the walls at the photon's energy; 0: nothing gets through
 *  Source: Anger, J Nucl Med 5 (1964) 515 */
MOLY_API double moly_collimator_length(const moly_collimator *collimator, double mu_per_mm);
/** Geometric resolution at `distance_mm` (>= 0) before the face, in the object, FWHM mm:
 *  hole (L + distance + gap) / L; a pinhole: effective diameter (length + distance) / length; a
 * fan: as parallel (in its own plane divided by the cosine of the angle, here 0). Source: Anger
 * (1964); Cherry, Sorenson, Phelps, Physics in Nuclear Medicine, 4th ed., ch. 14 */
MOLY_API double moly_collimator_fwhm_mm(const moly_collimator *collimator, double distance_mm,
                                        double mu_per_mm);
/** Photons through the collimator per photon emitted at `distance_mm`, on its axis: hexagonal holes
 *  (0.26 hole^2 / (L (hole + septum)))^2; fan: times focal / (focal - distance); pinhole:
 *  n d^2 / (16 distance^2).
 *  Source: as above; fan: Jaszczak, Chang, Murphy, IEEE Trans Nucl Sci 26 (1979) 2864 */
MOLY_API double moly_collimator_sensitivity(const moly_collimator *collimator, double distance_mm,
                                            double mu_per_mm);
/** What gets through one wall between holes, relative to what goes through the holes: two
 *  neighbours and their wall act as one hole of 2 hole + septum, whose photons cross at least
 *  septum length / (2 hole + septum) of lead:
 *  share = exp(-mu path) ((2 hole + septum)^2 / hole^2 - 1). A geometric estimate; measure yours.
 *  @param[out] hole_mm  of that hole
 *  Source: for the path, Anger (1964); Cherry et al., ch. 14 */
MOLY_API double moly_collimator_penetration(const moly_collimator *collimator, double mu_per_mm,
                                            double *hole_mm);
/** Attenuation of lead, 11.35 g/cm3, coherent scattering included, 1/mm; energies outside of
 *  1..20000 keV count as those. Source: NIST XAAMDI by moly_photon_attenuation_cm2_g() */
MOLY_API double moly_lead_mu_per_mm(double energy_kev);

/* ---- raw data ---- */

typedef struct moly_energy_window {
    double low_kev, high_kev;
} moly_energy_window;

/** Where a head stood, how long. */
typedef struct moly_camera_view {
    double angle_rad;  /**< see above */
    double radius_mm;  /**< from the axis to the face of the collimator; 0: not known (planar) */
    double duration_s; /**< 0: not known */
    double start_s;    /**< since the scan's start */
} moly_camera_view;

/** Counts of views: SPECT, or planar images (one view), in energy windows and gates. */
typedef struct moly_projections {
    int64_t n_windows, n_gates, n_views, n_axial, n_bins;
    double bin_mm, axial_mm;     /**< pixel across and along the axis */
    moly_energy_window *windows; /**< [n_windows] */
    moly_camera_view *views;     /**< [n_views] */
    bool has_start;
    moly_instant start;
    float *counts; /**< [n_windows][n_gates][n_views][n_axial][n_bins], bin fastest */
} moly_projections;

/** Zeros: windows from 0 to 0 keV, views at angle 0. Owned by the caller.
 *  @retval MOLY_ERR_RANGE  sizes not positive or more than 2^40 counts; pixels not positive */
MOLY_API MOLY_CHECKED moly_status moly_projections_new(int64_t n_windows, int64_t n_gates,
                                                       int64_t n_views, int64_t n_axial,
                                                       int64_t n_bins, double bin_mm,
                                                       double axial_mm, moly_projections **made,
                                                       moly_error *err);
MOLY_API void moly_projections_free(moly_projections *projections);
/** Floats of one view: n_axial * n_bins. */
MOLY_API size_t moly_projections_view_size(const moly_projections *projections);
/** Counts of one view, [n_axial][n_bins]. Borrowed. */
MOLY_API float *moly_projections_view(const moly_projections *projections, int64_t window,
                                      int64_t gate, int64_t view);
/** Views even spread over `extent_rad` from `start_rad` (negative: against growing angles) on a
 *  circle. */
MOLY_API void moly_projections_orbit(moly_projections *projections, double start_rad,
                                     double extent_rad, double radius_mm, double duration_s);
/** Views of each head one after the other, all heads at once; heads that do not divide the views
 *  count as one. */
MOLY_API void moly_projections_time(moly_projections *projections, int64_t n_heads);
/** Counts finite and not negative, windows and views sensible.
 *  @retval MOLY_ERR_DATA  the message names view and bin */
MOLY_API MOLY_CHECKED moly_status moly_projections_check(const moly_projections *projections,
                                                         moly_error *err);
MOLY_API double moly_projections_total(const moly_projections *projections);

#ifdef __cplusplus
}
#endif
#endif
