/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SIMULATION_SOLIDS_H
#define MOLY_SIMULATION_SOLIDS_H

/** Phantoms of analytic solids: what lies where, of which material, how active.
 *
 *  A phantom is a list of convex solids in the scanner's frame (moly/scanner/pet.h), mm. Where
 *  several overlap the later one counts. Outside of all is vacuum. Chords are exact. */

#include "moly/matter/material.h"
#include "moly/volume/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MOLY_SOLIDS_MOST = 512, MOLY_SOLIDS_MOST_MATERIALS = 16, MOLY_SOLID_NAME_SIZE = 40 };

typedef enum moly_solid_shape {
    MOLY_SOLID_ELLIPSOID,
    MOLY_SOLID_CYLINDER, /**< elliptic, along its third axis */
    MOLY_SOLID_BOX,
} moly_solid_shape;

/** A value. A shape of half axes `half_mm` about its centre, less what lies beyond a plane. */
typedef struct moly_solid {
    char name[MOLY_SOLID_NAME_SIZE];
    moly_solid_shape shape;
    double centre_mm[3];
    double axes[9];    /**< rows: unit vectors of its own axes; all 0: those of the scanner */
    double half_mm[3]; /**< half lengths along its own axes */
    double cut[4];     /**< points with cut[0..2] . x > cut[3] are not in it; all 0: no cut */
    int material;      /**< number from moly_solids_material() */
    double bq_per_ml;  /**< at the start */
} moly_solid;

/** Owned members; read `solids`, `n`, `materials`. */
typedef struct moly_solids {
    char name[MOLY_SOLID_NAME_SIZE];
    moly_solid *solids;
    size_t n, capacity;
    const moly_material *materials[MOLY_SOLIDS_MOST_MATERIALS];
    size_t n_materials;
    moly_arena *arena; /**< of the materials */
} moly_solids;

/** An empty phantom. */
MOLY_API MOLY_CHECKED moly_status moly_solids_new(const char *name, moly_solids **solids,
                                                  moly_error *err);
MOLY_API void moly_solids_free(moly_solids *solids);

/** Number of a material, read as moly_material_parse() does; it needs a density.
 *  @retval MOLY_ERR_DATA   no density
 *  @retval MOLY_ERR_RANGE  more than MOLY_SOLIDS_MOST_MATERIALS of them */
MOLY_API MOLY_CHECKED moly_status moly_solids_material(moly_solids *solids, const char *text,
                                                       int *material, moly_error *err);
/** Add a solid on top of what is there.
 *  @retval MOLY_ERR_RANGE  a half axis not within 1e-3..1e4 mm, an activity below 0, axes that are
 *          not orthonormal, a material that is none, more than MOLY_SOLIDS_MOST solids */
MOLY_API MOLY_CHECKED moly_status moly_solids_add(moly_solids *solids, const moly_solid *solid,
                                                  moly_error *err);

/** A stretch of a line within one solid. */
typedef struct moly_chord {
    double from_mm, to_mm; /**< along the line, from its first point */
    int solid;
} moly_chord;

/** What the line from `a` to `b` meets, in order, without what lies in no solid.
 *  @param[out] chords  room for 2 * n; neighbours never share their solid
 *  @return how many
 *  Accuracy: rounding. Threads: any */
MOLY_API size_t moly_solids_chords(const moly_solids *solids, const double a_mm[3],
                                   const double b_mm[3], moly_chord *chords);
/** The solid that counts at a point; -1: none. */
MOLY_API int moly_solids_at(const moly_solids *solids, const double point_mm[3]);
/** Box around all of it. */
MOLY_API void moly_solids_bounds(const moly_solids *solids, double low_mm[3], double high_mm[3]);

/** What can be seen of each solid (what no later one covers), ml: volumes[n]. Exact where nothing
 *  covers it, else by exact chords over 256 x 256 lines (relative error below 1e-4). */
MOLY_API void moly_solids_volumes(const moly_solids *solids, double *volumes_ml);
/** Activity in all of it, Bq. */
MOLY_API double moly_solids_activity(const moly_solids *solids);
/** Scale all concentrations so that it holds `activity_bq`.
 *  @retval MOLY_ERR_DATA  nothing in it is active */
MOLY_API MOLY_CHECKED moly_status moly_solids_set_activity(moly_solids *solids, double activity_bq,
                                                           moly_error *err);

/** Linear attenuation of its material at 511 keV, coherent scattering included, 1/mm. */
MOLY_API double moly_solids_mu_per_mm(const moly_solids *solids, int material);
/** The same at another energy, 1..20000 keV. */
MOLY_API double moly_solids_mu_at_per_mm(const moly_solids *solids, int material,
                                         double energy_kev);

/** Truth images: the mean of `n_sub`^3 points of each voxel.
 *  @param[out] activity  Bq/mL; may be NULL
 *  @param[out] mu        1/mm at 511 keV; may be NULL
 *  @retval MOLY_ERR_RANGE  n_sub not within 1..16, or a lattice Moly cannot hold */
MOLY_API MOLY_CHECKED moly_status moly_phantom_voxelise(const moly_solids *solids,
                                                        const moly_grid *grid, int n_sub,
                                                        int n_threads, moly_volume **activity,
                                                        moly_volume **mu, moly_error *err);

/** The attenuation alone at an energy, 1/mm: as above. */
MOLY_API MOLY_CHECKED moly_status moly_phantom_attenuation(const moly_solids *solids,
                                                           const moly_grid *grid, int n_sub,
                                                           int n_threads, double energy_kev,
                                                           moly_volume **mu, moly_error *err);

/** A phantom by name, or from a text file of one's own (a path that ends in ".phantom").
 *  Concentrations are relative; set the activity next.
 *  @param hot_ratio  hot parts to background where the phantom has both; 0: its own
 *  @retval MOLY_ERR_UNKNOWN    no such name; the nearest is suggested
 *  @retval MOLY_ERR_NOT_FOUND  no such file
 *  @retval MOLY_ERR_DATA       the file: the message names the line */
MOLY_API MOLY_CHECKED moly_status moly_solids_find(const char *name, double hot_ratio,
                                                   moly_solids **solids, moly_error *err);
/** A phantom from the text of such a file; `what` names it in messages. */
MOLY_API MOLY_CHECKED moly_status moly_solids_parse(const char *text, const char *what,
                                                    moly_solids **solids, moly_error *err);
/** Names of the phantoms. NULL-terminated, static. */
MOLY_API const char *const *moly_solids_names(void);

#ifdef __cplusplus
}
#endif
#endif
