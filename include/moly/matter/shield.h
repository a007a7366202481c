/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_MATTER_SHIELD_H
#define MOLY_MATTER_SHIELD_H

/** Dose rate of photons at a distance, bare and behind layers, with build-up.
 *
 *  A point (or a source with self-absorption, see moly_source_shape) in vacuum, layers between it
 *  and the point of interest. Scatter within the layers comes in by build-up factors of air kerma
 *  for a point isotropic source in an infinite medium, computed by tools/buildup_tables for water,
 *  concrete, iron, tungsten and lead, 15 keV .. 3 MeV, up to 20 mean free paths (statistical
 *  uncertainty below 3 %); other materials take the table nearest in atomic number. A finite layer
 *  has less build-up than the infinite medium. Layers of different materials are joined by Broder's
 *  formula. Not counted: scatter by room and air, betas, bremsstrahlung made in the layers.
 *  H*(10)/Ka is that of the unscattered photons: behind many mean free paths of light materials
 *  H*(10) may be up to a quarter higher.
 *  Pure functions, any thread.
 *  Sources: D. L. Broder et al., Sov. J. At. Energy 12 (1962) 26; ICRP 74. */

#include "moly/matter/material.h"
#include "moly/nuclide/nuclide.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MOLY_BUILDUP_MOST_MFP 20.0 /**< of the tables; beyond, their last slope is carried on */
#define MOLY_SHIELD_LEAST_KEV 10.0 /**< photons below are left out */

typedef struct moly_photon {
    double energy_kev;
    double per_decay; /**< per decay of the nuclide asked for */
    size_t nuclide;   /**< index in the set of the one that emits */
    bool is_bremsstrahlung;
} moly_photon;

/** Photons above 10 keV of a nuclide, of its daughters in equilibrium if wanted, and the external
 *  bremsstrahlung of their betas in `stopper` (NULL: none). In transient equilibrium a daughter
 * with decay constant l has l / (l - l0) times its feeding; chains end at a daughter that outlives
 * the nuclide.
 *  @param[out] photons  owned by `arena`
 *  @param[out] activities  [moly_nuclide_set_size] per Bq of the nuclide, owned by `arena`; or NULL
 *  @retval MOLY_ERR_RANGE    the nuclide is stable
 *  @retval MOLY_ERR_UNKNOWN  the data set has no lines of it */
MOLY_API MOLY_CHECKED moly_status moly_photons_of(const moly_nuclide_set *set, size_t nuclide,
                                                  bool with_daughters, const moly_material *stopper,
                                                  moly_arena *arena, const moly_photon **photons,
                                                  size_t *n_photons, const double **activities,
                                                  moly_error *err);

typedef struct moly_layer {
    const moly_material *material; /**< with a density */
    double thickness_cm;           /**< >= 0 */
} moly_layer;

/** Read "Pb 5mm, water 10cm": materials of moly_material_parse() with a thickness each, from the
 *  source outwards.
 *  @param[out] layers  owned by `arena`
 *  @retval MOLY_ERR_USAGE  a layer without thickness, or a material without density */
MOLY_API MOLY_CHECKED moly_status moly_layers_parse(const char *text, moly_arena *arena,
                                                    const moly_layer **layers, size_t *n_layers,
                                                    moly_error *err);

/** What the activity sits in. All but the point absorb in themselves: activity spread evenly over
 *  the depth of a slab of water as thick as the thing is wide, each depth weakened by
 *  exp(-mu_en d), so that scattered photons which still come out count. */
typedef enum moly_source_shape {
    MOLY_SOURCE_POINT,
    MOLY_SOURCE_SYRINGE, /**< 14.5 mm, a syringe of 10 mL */
    MOLY_SOURCE_VIAL,    /**< 22 mm, a vial of 10 mL */
    MOLY_SOURCE_PATIENT, /**< 230 mm, a cylinder of 73 L and 176 cm; AAPM TG-108 measured 0.64 for
                              F-18, this rule gives 0.7 */
} moly_source_shape;
/** Thickness of the slab, mm; 0 for the point. */
MOLY_API double moly_source_width_mm(moly_source_shape shape);

typedef struct moly_shield {
    moly_source_shape shape;
    double distance_cm; /**< middle of the source to the point, > the layers together */
    size_t n_layers;
    const moly_layer *layers;
    bool is_narrow_beam; /**< no build-up: what scatters is lost */
} moly_shield;

typedef struct moly_dose_rate {
    double air_kerma_gy_per_h, ambient_sv_per_h, tissue_kerma_gy_per_h;
} moly_dose_rate;

/** Dose rate of `activity_bq`.
 *  @param[out] total     all photons
 *  @param[out] each      [n_photons], or NULL
 *  @retval MOLY_ERR_RANGE  activity or a thickness negative, the point within the layers */
MOLY_API MOLY_CHECKED moly_status moly_shield_dose(const moly_shield *shield,
                                                   const moly_photon *photons, size_t n_photons,
                                                   double activity_bq, moly_dose_rate *total,
                                                   moly_dose_rate *each, moly_error *err);

/** Thickness of one more, outermost layer of `material` that leaves the share `transmission`
 *  (0 .. 1) of H*(10) of what `shield` lets through; the distance stays, however thick it becomes.
 *  @param[out] thickness_cm  0 for transmission >= 1
 *  @retval MOLY_ERR_RANGE  no photons to weaken, or more than 200 mean free paths */
MOLY_API MOLY_CHECKED moly_status moly_shield_thickness(const moly_shield *shield,
                                                        const moly_material *material,
                                                        const moly_photon *photons,
                                                        size_t n_photons, double transmission,
                                                        double *thickness_cm, moly_error *err);

/** Build-up factor of air kerma. `is_extrapolated` (or NULL) says that the table was left. */
MOLY_API double moly_buildup(const moly_material *material, double energy_kev, double mfp,
                             bool *is_extrapolated);
/** Whose table stands for the material: "water", "concrete", "iron", "tungsten", "lead". */
MOLY_API const char *moly_buildup_medium(const moly_material *material);

/** Transport index of a package: 100 times the dose rate at 1 m of its surface in mSv/h, rounded up
 *  to one decimal; 0.05 and less may be 0. Source: IAEA SSR-6 (Rev. 1), 523. */
MOLY_API double moly_transport_index(double at_1_m_sv_per_h);
/** Category by SSR-6 table 8: "I-WHITE", "II-YELLOW", "III-YELLOW", "III-YELLOW, exclusive use". */
MOLY_API const char *moly_transport_category(double transport_index, double at_surface_sv_per_h);

#ifdef __cplusplus
}
#endif
#endif
