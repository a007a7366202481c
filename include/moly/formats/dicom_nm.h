/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_FORMATS_DICOM_NM_H
#define MOLY_FORMATS_DICOM_NM_H

/** Images of gamma cameras as DICOM NM Image Storage: static, whole body, dynamic, gated, tomo,
 *  gated tomo, and reconstructed. */

#include "moly/formats/dicom.h"
#include "moly/scanner/gamma.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MOLY_NM_KIND_SIZE = 32 };

/** What a file holds. Its frames are sorted into windows, gates (R-R intervals times time slots)
 *  and views: within those in the order of the file, whatever else tells them apart (head,
 *  rotation, angle, phase, time slice, slice). */
typedef struct moly_dicom_nm {
    char kind[MOLY_NM_KIND_SIZE]; /**< third value of Image Type: "STATIC", "TOMO", "RECON TOMO" */
    moly_dicom_header header;
    moly_projections *projections; /**< stored numbers, rescaled where the file says so */
    double counts_accumulated;     /**< as the header has it; NAN when it has none */
    int64_t n_heads;
    double first_row_mm; /**< patient's z (to the head) of the first row; NAN when not told */
    void *memory;
} moly_dicom_nm;

/** Read a file. Angles: DICOM's 0 is at the patient's back and grows, seen from the feet, against
 *  the clock, however the patient lies: x and y of gamma.h's frame are then the patient's left and
 *  back, and the angle is pi less DICOM's. Projections of a tomography whose rows or bins the file
 *  says (Image Orientation of the detector) to run to the head, or against gamma.h, are turned
 *  round, so that z of the frame runs to the feet.
 *  @param[out] nm  owned by the caller
 *  @retval MOLY_ERR_NOT_FOUND  no such file
 *  @retval MOLY_ERR_DATA   not DICOM, not NM; frames that do not fill windows and gates; pixels
 *          without size or not decodable; counts that are negative */
MOLY_API MOLY_CHECKED moly_status moly_dicom_read_nm(const char *path, moly_dicom_nm **nm,
                                                     moly_error *err);
MOLY_API void moly_dicom_nm_free(moly_dicom_nm *nm);

/** Write projections as one NM object: several views as TOMO, one as STATIC; all windows. Views of
 *  each head one after the other, heads in order; patient supine, head first, rows to the feet.
 *  What moly_dicom_read_nm() gives back is the same up to rounding of counts to whole numbers.
 *  @param header      patient_id, patient_name, series_time with date are needed; UIDs that are
 *                     NULL are made
 *  @param collimator  its name, or NULL
 *  @retval MOLY_ERR_USAGE  gates; heads that do not divide the views; angles of a head that are
 *                          not evenly spread; a header without what is needed
 *  @retval MOLY_ERR_RANGE  counts above 65535, which NM cannot hold */
MOLY_API MOLY_CHECKED moly_status moly_dicom_write_nm(const char *path,
                                                      const moly_dicom_header *header,
                                                      const moly_projections *p, int64_t n_heads,
                                                      const char *collimator, moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
