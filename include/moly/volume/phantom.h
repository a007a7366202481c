/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_VOLUME_PHANTOM_H
#define MOLY_VOLUME_PHANTOM_H

/** An image-quality body phantom as a PET camera would show it: a body of background activity, six
 *  hot spheres on a circle, a cold lung insert. Made, not measured: for the example centre, for
 *  training and for tests that need a truth. */

#include "moly/volume/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MOLY_PHANTOM_N_SPHERES = 6 };

typedef struct moly_phantom {
    moly_grid grid;              /**< lattice of the image */
    double background_bq_per_ml; /**< >= 0 */
    double sphere_ratio;         /**< spheres to background, >= 0 */
    double fwhm_mm;              /**< resolution of the camera; 0 for a sharp image */
    double noise;  /**< standard deviation in the background, as a fraction of it, 0..1 */
    uint64_t seed; /**< the same seed gives the same image, whatever the machine */
    double sphere_diameter_mm[MOLY_PHANTOM_N_SPHERES];
} moly_phantom;

/** The standard arrangement: 168 x 168 x 64 voxels of 4 mm, 5.3 kBq/mL in the background, spheres
 * of 10, 13, 17, 22, 28 and 37 mm at 4 times that, 6 mm resolution, 6 % noise. Source: dimensions
 * of the body phantom of NEMA NU 2-2018, section 7 (IEC 61675-1) */
MOLY_API moly_phantom moly_phantom_iec(void);

/** Centre of sphere `index` (0..5), LPS mm: on a circle of 57.2 mm in one transverse plane. */
MOLY_API void moly_phantom_sphere_centre(const moly_phantom *phantom, int index, double lps_mm[3]);

/** Activity concentration without resolution and noise at an LPS point, Bq/mL. */
MOLY_API double moly_phantom_truth(const moly_phantom *phantom, const double lps_mm[3]);

/** Make the image: each voxel is the mean of 3x3x3 points of the truth, smoothed by the resolution,
 *  with noise that is correlated over that resolution; negative voxels are set to 0.
 *  @param[out] volume  Bq/mL
 *  @retval MOLY_ERR_RANGE  a parameter outside the range given above */
MOLY_API MOLY_CHECKED moly_status moly_phantom_make(const moly_phantom *phantom,
                                                    moly_volume **volume, moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
