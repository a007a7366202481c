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
} moly_volume;

/** Zero-filled volume. @retval MOLY_ERR_RANGE  sizes not positive, or more than 2^40 voxels;
 *  spacing not positive and finite; direction not orthonormal within 1e-4 */
MOLY_API MOLY_CHECKED moly_status moly_volume_new(const moly_grid *grid, int64_t n_frames,
                                                  moly_quantity quantity, moly_volume **volume,
                                                  moly_error *err);
MOLY_API void moly_volume_free(moly_volume *volume);

MOLY_API int64_t moly_grid_n_voxels(const moly_grid *grid);
MOLY_API double moly_grid_voxel_ml(const moly_grid *grid);
/** Centre of voxel (i, j, k), LPS mm. */
MOLY_API void moly_grid_position(const moly_grid *grid, const double index[3], double lps_mm[3]);
/** Continuous voxel index of an LPS point, mm. */
MOLY_API void moly_grid_index(const moly_grid *grid, const double lps_mm[3], double index[3]);
/** Same lattice: sizes equal, every corner within `tolerance_mm`. */
MOLY_API bool moly_grid_equal(const moly_grid *a, const moly_grid *b, double tolerance_mm);

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

#ifdef __cplusplus
}
#endif
#endif
