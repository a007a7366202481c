/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_FORMATS_REGIONS_H
#define MOLY_FORMATS_REGIONS_H

/** Regions from whatever file holds them: DICOM Segmentation, RT Structure Set, NIfTI mask. */

#include "moly/base/text.h"
#include "moly/formats/dicom.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Where the regions are to lie. */
typedef struct moly_region_target {
    const moly_grid *grid;
    const char *frame_of_reference_uid; /**< NULL: not compared */
} moly_region_target;

/** Read a file, or all region files under a folder (in order of their names), onto the target's
 *  lattice.
 *
 *  Segmentation: a region a segment; a fractional one counts from half of its maximum. RT structure
 *  set: a region each ROI with closed planar contours; a voxel is inside when its centre is, by the
 *  even-odd rule over all contours of a slice. NIfTI: a region each whole number above 0, labelled
 *  with the file's name, and with the number where there are several. A mask on another lattice is
 *  carried over by nearest voxel and a note says so.
 *  @param[in,out] list   regions are appended; on failure it is left as it was
 *  @param[in,out] notes  one line each for what was odd, appended; may be NULL
 *  @retval MOLY_ERR_NOT_FOUND  no such path, or a folder without a region file
 *  @retval MOLY_ERR_DATA       malformed; of another frame of reference; not on the target */
MOLY_API MOLY_CHECKED moly_status moly_regions_load(const char *path,
                                                    const moly_region_target *target,
                                                    moly_region_list *list, moly_text *notes,
                                                    moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
