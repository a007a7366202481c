/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_FORMATS_NIFTI_H
#define MOLY_FORMATS_NIFTI_H

/** NIfTI-1 and NIfTI-2 single files (.nii, .nii.gz), in and out. */

#include "moly/volume/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Read an image. The lattice comes from the sform, else the qform, else the voxel sizes; RAS
 *  becomes LPS. The fourth dimension becomes frames. Values are scaled by scl_slope and scl_inter.
 *  The first comment among its extensions becomes the volume's note.
 *  @param[out] volume  quantity UNKNOWN; owned by the caller
 *  @retval MOLY_ERR_NOT_FOUND  no such file
 *  @retval MOLY_ERR_DATA   not NIfTI; a header that contradicts itself or the file's size; a data
 *          type Moly does not read (complex, RGB, 128 bit); a sheared lattice; a voxel not finite
 *  @retval MOLY_ERR_RANGE  more than 2^31 voxels */
MOLY_API MOLY_CHECKED moly_status moly_nifti_read(const char *path, moly_volume **volume,
                                                  moly_error *err);
/** The same from memory, gzip or not. */
MOLY_API MOLY_CHECKED moly_status moly_nifti_parse(const void *data, size_t length,
                                                   moly_volume **volume, moly_error *err);

/** Write a volume as 32-bit floats, gzipped when `path` ends in ".gz"; its note as an extension of
 *  kind comment. Old content is replaced only by a whole new file. */
MOLY_API MOLY_CHECKED moly_status moly_nifti_write(const char *path, const moly_volume *volume,
                                                   moly_error *err);
/** Write regions that share a lattice as one 8-bit image of labels 1, 2, ...; where they overlap
 *  the later one stands.
 *  @retval MOLY_ERR_USAGE  none, more than 255, or lattices that differ */
MOLY_API MOLY_CHECKED moly_status moly_nifti_write_regions(const char *path,
                                                           const moly_region_list *regions,
                                                           moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
