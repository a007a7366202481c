/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_QUANTIFY_PET_H
#define MOLY_QUANTIFY_PET_H

/** A PET series as a person means it: found in a folder, measured in SUV, whole and in regions.
 * What `moly suv` prints and what an imported study keeps are the same object. */

#include "moly/base/json.h"
#include "moly/base/progress.h"
#include "moly/formats/regions.h"
#include "moly/quantify/suv.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Read the PET series of a folder or file: the one of `series_uid`, else the only one there is.
 *  @param series_uid  NULL: there must be one PET series, or one image series
 *  @param[out] image  one frame; owned by the caller, moly_dicom_image_free()
 *  @retval MOLY_ERR_USAGE    several series: the message lists them
 *  @retval MOLY_ERR_UNKNOWN  none of that UID: the message lists what there is
 *  @retval MOLY_ERR_DATA     no image, or a dynamic or gated one; see moly_dicom_load() */
MOLY_API MOLY_CHECKED moly_status moly_pet_load(const char *path, const char *series_uid,
                                                const moly_progress *progress,
                                                moly_dicom_image **image, moly_error *err);

/** Measure an image that moly_suv_apply() has turned into SUV.
 *  @param regions  on the image's lattice; may be NULL
 *  @param notes    lines to be added to the warnings; may be NULL
 *  @param[out] result  {"units","factor","rule","warnings",["formula"],"min","median","mean","max",
 *              "max_lps_mm","regions":[{"label","volume_ml","min","median","mean","sd","max","peak",
 *              "mtv41_ml","tlg_g"}]}; new reference */
MOLY_API MOLY_CHECKED moly_status moly_pet_measure(const moly_dicom_image *image,
                                                   const moly_suv *suv,
                                                   const moly_region_list *regions,
                                                   const char *notes, json_t **result,
                                                   moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
