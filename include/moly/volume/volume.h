/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_VOLUME_VOLUME_H
#define MOLY_VOLUME_VOLUME_H

/** Image volumes and where they lie. x fastest, then y, z, frame; LPS millimetres as in DICOM. */

#include <stdint.h>

#include "moly/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a voxel's number means: name in JSON, unit text */
#define MOLY_QUANTITY_LIST(X)                                                                      \
    X(MOLY_QUANTITY_UNKNOWN, "unknown", "")                                                        \
    X(MOLY_QUANTITY_BQ_PER_ML, "activity concentration", "Bq/mL")                                  \
    X(MOLY_QUANTITY_COUNTS, "counts", "counts")                                                    \
    X(MOLY_QUANTITY_SUV, "standardised uptake value", "g/mL")                                      \
    X(MOLY_QUANTITY_PER_MM, "linear attenuation", "1/mm")                                          \
    X(MOLY_QUANTITY_HU, "CT number", "HU")                                                         \
    X(MOLY_QUANTITY_GY, "absorbed dose", "Gy")                                                     \
    X(MOLY_QUANTITY_LABEL, "label", "")

typedef enum moly_quantity {
#define MOLY_QUANTITY_ENUM(name, word, unit) name,
    MOLY_QUANTITY_LIST(MOLY_QUANTITY_ENUM)
#undef MOLY_QUANTITY_ENUM
} moly_quantity;
MOLY_API const char *moly_quantity_word(moly_quantity quantity);
MOLY_API const char *moly_quantity_unit(moly_quantity quantity);

/** A regular lattice: voxel (i, j, k) has its centre at
 *  origin_mm + direction * (i spacing_x, j spacing_y, k spacing_z); the columns of `direction`
 *  (row-major 3x3) are the unit vectors of the axes in LPS. */
typedef struct moly_grid {
    int64_t n[3];
    double spacing_mm[3];
    double origin_mm[3];
    double direction[9];
} moly_grid;

typedef struct moly_volume {
    moly_grid grid;
    moly_quantity quantity;
    int64_t n_frames;
    float *data; /**< n_frames * n[2] * n[1] * n[0] */
    char *note;  /**< what made it, UTF-8: goes with it into files; NULL: none. Owned */
} moly_volume;

/** Zero-filled volume. @retval MOLY_ERR_RANGE  sizes not positive, or more than 2^40 voxels;
 *  spacing not positive and finite; direction not orthonormal within 1e-4 */
MOLY_API MOLY_CHECKED moly_status moly_volume_new(const moly_grid *grid, int64_t n_frames,
                                                  moly_quantity quantity, moly_volume **volume,
                                                  moly_error *err);
MOLY_API void moly_volume_free(moly_volume *volume);
/** A copy of `note` becomes the volume's; NULL takes it away. */
MOLY_API MOLY_CHECKED moly_status moly_volume_set_note(moly_volume *volume, const char *note,
                                                       moly_error *err);

MOLY_API int64_t moly_grid_n_voxels(const moly_grid *grid);
MOLY_API double moly_grid_voxel_ml(const moly_grid *grid);
/** Centre of voxel (i, j, k), LPS mm. */
MOLY_API void moly_grid_position(const moly_grid *grid, const double index[3], double lps_mm[3]);
/** Centre of voxel number `voxel` (x fastest) of a frame, LPS mm. */
MOLY_API void moly_grid_voxel_position(const moly_grid *grid, int64_t voxel, double lps_mm[3]);
/** Continuous voxel index of an LPS point, mm. */
MOLY_API void moly_grid_index(const moly_grid *grid, const double lps_mm[3], double index[3]);
/** Same lattice: sizes equal, every corner within `tolerance_mm`. */
MOLY_API bool moly_grid_equal(const moly_grid *a, const moly_grid *b, double tolerance_mm);
/** Is it a lattice Moly can hold? Same checks and errors as moly_volume_new(). */
MOLY_API MOLY_CHECKED moly_status moly_grid_check(const moly_grid *grid, moly_error *err);

/** What a volume's voxels come to; frames together. */
typedef struct moly_volume_summary {
    double min, median, mean, max;
    int64_t max_index; /**< of the first voxel that has the maximum, over all frames */
    double max_lps_mm[3];
} moly_volume_summary;
/** @retval MOLY_ERR_DATA  a voxel is not finite: the message names it */
MOLY_API MOLY_CHECKED moly_status moly_volume_summarise(const moly_volume *volume,
                                                        moly_volume_summary *summary,
                                                        moly_error *err);

/** Exact median of `n` finite numbers (mean of the middle two when n is even); NAN for n = 0.
 *  Two passes over the values, no copy. */
MOLY_API double moly_median(const float *values, size_t n);

/** Resample one frame onto another lattice, trilinear; outside the source it is 0. */
MOLY_API MOLY_CHECKED moly_status moly_volume_resample(const moly_volume *source, int64_t frame,
                                                       const moly_grid *grid, moly_volume **out,
                                                       moly_error *err);
/** Smooth each frame by a Gaussian of full width at half maximum `fwhm_mm` (> 0) along each axis,
 *  truncated at 4 sigma; the edge voxel is taken to go on outside. */
MOLY_API MOLY_CHECKED moly_status moly_volume_smooth(moly_volume *volume, double fwhm_mm,
                                                     moly_error *err);

/** A region: a mask over a grid, one byte a voxel (0 or 1), with its label. */
typedef struct moly_region {
    char *label; /**< UTF-8 */
    moly_grid grid;
    uint8_t *mask; /**< n[0]*n[1]*n[2] */
} moly_region;
typedef struct moly_region_list {
    moly_region *regions;
    size_t n;
} moly_region_list;
MOLY_API void moly_region_list_free(moly_region_list *list); /**< frees the regions, not `list` */

/** Append an empty region (all 0) with a copy of `label`.
 *  @param[out] region  borrowed from the list, valid until the next one is added */
MOLY_API MOLY_CHECKED moly_status moly_region_list_add(moly_region_list *list, const char *label,
                                                       const moly_grid *grid, moly_region **region,
                                                       moly_error *err);
/** Voxels in the mask. */
MOLY_API int64_t moly_region_n_voxels(const moly_region *region);

/** Carry a region over to `grid`: each voxel of `grid` takes the nearest voxel of the region by
 *  their centres, 0 outside. The same lattice (corners within `tolerance_mm`) is copied.
 *  @param[in,out] region      its grid and mask are replaced
 *  @param[out] is_resampled   false where the lattices are the same; may be NULL
 *  @retval MOLY_ERR_DATA  the region has voxels and none of them falls on `grid`: the message gives
 *                         both extents in mm */
MOLY_API MOLY_CHECKED moly_status moly_region_to_grid(moly_region *region, const moly_grid *grid,
                                                      double tolerance_mm, bool *is_resampled,
                                                      moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
