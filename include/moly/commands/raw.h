/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_COMMANDS_RAW_H
#define MOLY_COMMANDS_RAW_H

/** Raw data for who only looks: what they are, and pictures of their bins. A dataset is a folder of
 *  `moly scan`, or one file: an Interfile header, PETSIRD or Siemens list mode, DICOM NM. */

#include <jansson.h>
#include <stdint.h>

#include "moly/base/memory.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Refuse a dataset by which another file of this machine could be read: `path` and, of a folder,
 *  what lies in it are plain files and no links, and each Interfile header names its data file
 *  without a folder.
 *  @retval MOLY_ERR_NOT_FOUND  no such dataset
 *  @retval MOLY_ERR_DATA       a link, or a name that leads elsewhere: the message names it */
MOLY_API MOLY_CHECKED moly_status moly_raw_check_inside(const char *path, moly_error *err);

/** What raw data are, without reading their bins: "kind", and where it is known "scanner",
 *  "nuclide", "duration_s", "start", "counts", "dose", "phantom"; of what has sinograms or
 *  projections "views", "bins", "tof_bins", "windows", "gates" and "segments": [{"difference",
 *  "planes"}].
 *  @param[in]  has_counts  add up the counts of a small set that does not tell them
 *  @param[out] facts  new reference
 *  @retval MOLY_ERR_DATA  nothing that Moly knows */
MOLY_API MOLY_CHECKED moly_status moly_raw_describe(const char *path, bool has_counts,
                                                    json_t **facts, moly_error *err);

/** Which bins: one plane over all angles (a sinogram), or one view over all axial positions of a
 *  segment (a projection). */
typedef struct moly_raw_cut {
    int64_t view;    /**< -1: a sinogram */
    int64_t plane;   /**< axial position in the segment; not read for a view */
    int64_t segment; /**< index; of SPECT the energy window */
    int64_t tof;     /**< -1: all TOF bins together; of SPECT the gate, -1 the first */
} moly_raw_cut;

/** Row by row: angles downwards in a sinogram, axial positions downwards in a view. */
typedef struct moly_raw_picture {
    int64_t n_columns, n_rows;
    float *values;
} moly_raw_picture;

/** @param[out] picture  release with moly_raw_picture_free()
 *  @retval MOLY_ERR_RANGE  bins that are not there
 *  @retval MOLY_ERR_USAGE  data that have no bins: list mode */
MOLY_API MOLY_CHECKED moly_status moly_raw_picture_read(const char *path, const moly_raw_cut *cut,
                                                        moly_raw_picture *picture, moly_error *err);
MOLY_API void moly_raw_picture_free(moly_raw_picture *picture);

#ifdef __cplusplus
}
#endif
#endif
