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
 *  @param collimator  NULL: not known
 *  @retval MOLY_ERR_USAGE  gates; heads that do not divide the views; angles of a head that are
 *                          not evenly spread; a header without what is needed
 *  @retval MOLY_ERR_RANGE  counts above 65535, which NM cannot hold */
MOLY_API MOLY_CHECKED moly_status moly_dicom_write_nm(const char *path,
                                                      const moly_dicom_header *header,
                                                      const moly_projections *p, int64_t n_heads,
                                                      const moly_collimator *collimator,
                                                      moly_error *err);

/** What an image was reconstructed from. */
typedef struct moly_nm_source {
    const moly_projections *projections; /**< their views; not their counts */
    int64_t window;                      /**< of the projections, from 0 */
    int64_t n_heads;
    const moly_collimator *collimator; /**< NULL: not known */
} moly_nm_source;

/** Write a reconstructed image as one NM object, RECON TOMO: a frame a slice, in order along the
 *  normal that rows and columns make; the patient supine, head first. Stored numbers are 16 bits;
 * what they stand for is said by Rescale Slope and, for an image in Bq/mL, by a Real World Value
 * Mapping of the same slope with the unit Bq/ml of UCUM. Units, BQML there, is no attribute of NM,
 * but what readers look for. The slope is a decimal number of at most 8 digits, so that both say
 * the same.
 *  @param header  as in moly_dicom_write_nm(); total_dose in MBq; corrected_image, reconstruction;
 *                 an image in Bq/mL is of series_time, to which decay is corrected
 *  @param volume  in the patient's frame, one frame, none negative; its note, at most 10240 bytes,
 *                 becomes Image Comments
 *  @retval MOLY_ERR_USAGE  frames; a header without what is needed; more than 65535 voxels a side
 *  @retval MOLY_ERR_RANGE  a negative or infinite voxel
 *  Source: PS3.3 C.8.4.8 to C.8.4.15, C.7.6.16.2.11 */
MOLY_API MOLY_CHECKED moly_status moly_dicom_write_recon(const char *path,
                                                         const moly_dicom_header *header,
                                                         const moly_volume *volume,
                                                         const moly_nm_source *source,
                                                         moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
