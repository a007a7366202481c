/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_PROJECTION_PET_H
#define MOLY_PROJECTION_PET_H

/** PET projectors: line integrals through an image for the bins of a layout, and their adjoint.
 *
 *  An image is handed over as columns, float[ny][nx][nz], z fastest: all planes of a line across
 *  the bore share their way through x and y, so a column is interpolated once for all of them. */

#include "moly/scanner/events.h"
#include "moly/scanner/sinogram.h"
#include "moly/volume/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum moly_projector_kind {
    MOLY_PROJECTOR_JOSEPH, /**< linear interpolation at each row of voxels that a line crosses.
                                Source: Joseph, IEEE Trans Med Imaging 1 (1982) 192 */
    MOLY_PROJECTOR_DISTANCE_DRIVEN, /**< overlap of a bin's width and a voxel's, in both directions.
                                Source: De Man, Basu, Phys Med Biol 49 (2004) 2463 */
    MOLY_PROJECTOR_SIDDON,          /**< exact lengths through voxels.
                                         Source: Siddon, Med Phys 12 (1985) 252 */
    MOLY_N_PROJECTORS
} moly_projector_kind;

typedef struct moly_projector_options {
    moly_projector_kind kind;
    int64_t n_rays; /**< Siddon: lines across a tangential bin; 0: 1 */
    double
        radius_mm; /**< voxels whose centre lies further from the axis count as 0; 0: all count */
    int n_threads; /**< 0: as many as processors */
    const char *back_end; /**< NULL: the fastest here; else a name of moly_projector_back_ends() */
} moly_projector_options;

/** Const once made: several threads may use it. */
typedef struct moly_pet_projector moly_pet_projector;

/** @param grid  in the scanner frame: its axes along x, y, z
 *  @retval MOLY_ERR_RANGE  a turned grid; more than 2^31 voxels; an unknown back end; TOF with
 *                          Siddon */
MOLY_API MOLY_CHECKED moly_status moly_pet_projector_new(const moly_layout *layout,
                                                         const moly_grid *grid,
                                                         const moly_projector_options *options,
                                                         moly_pet_projector **projector,
                                                         moly_error *err);
MOLY_API void moly_pet_projector_free(moly_pet_projector *projector);
/** Sizes: voxels of the image, bins of a view; threads it uses. */
MOLY_API size_t moly_pet_projector_n_voxels(const moly_pet_projector *projector);
MOLY_API size_t moly_pet_projector_view_bins(const moly_pet_projector *projector);
MOLY_API int moly_pet_projector_n_threads(const moly_pet_projector *projector);
/** Name of the back end that works, for provenance. */
MOLY_API const char *moly_pet_projector_back_end(const moly_pet_projector *projector);
/** Those of this build that this machine can run; NULL ends the list. */
MOLY_API const char *const *moly_projector_back_ends(void);

/** bins[n_tangential][n_tof][n_planes] = integral of the image along each line, mm times its unit;
 *  with TOF, times the exact integral of the timing kernel over each bin (cut off beyond 3.5
 * sigma).
 */
MOLY_API MOLY_CHECKED moly_status moly_pet_project_view(const moly_pet_projector *projector,
                                                        const float *columns, int64_t view,
                                                        float *bins, moly_error *err);
/** columns += adjoint of the above; the same bits for any number of threads. */
MOLY_API MOLY_CHECKED moly_status moly_pet_back_project_view(const moly_pet_projector *projector,
                                                             const float *bins, int64_t view,
                                                             float *columns, moly_error *err);

/** List mode: values[i] = integral of the image along the line of event i (with the TOF of the
 *  projector's layout: its bins, mashing included), and columns += the adjoint, the same bits for
 *  any number of threads. `radius_mm` is not looked at: mask the image.
 *  @retval MOLY_ERR_DATA   an event of a crystal that the scanner does not have
 *  @retval MOLY_ERR_RANGE  an image of less than 2 voxels along an axis */
MOLY_API MOLY_CHECKED moly_status moly_pet_project_events(const moly_pet_projector *projector,
                                                          const float *columns,
                                                          const moly_event *events, size_t n,
                                                          float *values, moly_error *err);
MOLY_API MOLY_CHECKED moly_status moly_pet_back_project_events(const moly_pet_projector *projector,
                                                               const moly_event *events,
                                                               const float *values, size_t n,
                                                               float *columns, moly_error *err);

/** Change of layout: a volume's frame to columns and back; `columns` has as many floats. */
MOLY_API void moly_columns_from_volume(const moly_volume *volume, int64_t frame, float *columns);
MOLY_API void moly_columns_to_volume(const float *columns, moly_volume *volume, int64_t frame);

#ifdef __cplusplus
}
#endif
#endif
