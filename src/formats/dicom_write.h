/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_FORMATS_DICOM_WRITE_H
#define MOLY_FORMATS_DICOM_WRITE_H

/** What the writers of DICOM objects share. */

#include "dicom_inside.h"
#include "dicom_tags.h"

/** A file being written and the item that is being filled. */
typedef struct dicom_out {
    dcm_file *file;
    dcm_item *item;
} dicom_out;

/** Set a text; an absent one is written empty (DICOM's type 2). */
void out_text(dicom_out out, uint32_t tag, const char *text);
void out_u16(dicom_out out, uint32_t tag, int64_t value);
void out_number(dicom_out out, uint32_t tag, double value);
void out_numbers(dicom_out out, uint32_t tag, const double *values, size_t n);
/** A whole number in a text element (IS). */
void out_integer(dicom_out out, uint32_t tag, int64_t value);
/** Date and time elements; empty where unknown. */
void out_date(dicom_out out, uint32_t tag, moly_dicom_time t);
void out_time(dicom_out out, uint32_t tag, moly_dicom_time t);
void out_datetime(dicom_out out, uint32_t tag, moly_dicom_time t);
/** A new item of a sequence. */
dicom_out out_item(dicom_out out, uint32_t tag);
/** An item with a coded concept. */
dicom_out out_code(dicom_out out, uint32_t tag, const char *value, const char *scheme,
                   const char *meaning);

/** Patient, study, frame of reference and the identity of the object. */
void out_common(dicom_out out, const moly_dicom_header *header, const char *sop_class,
                const char *sop_instance_uid);
/** A UID that is not told becomes a new one, which lives in `made`. */
MOLY_CHECKED moly_status out_fill_uid(const char **uid, char made[65], moly_error *err);
/** Modality and identity of a series, what made it; laterality, which is empty. */
void out_series(dicom_out out, const moly_dicom_header *header, const char *modality);
/** The patient lies head first, supine. */
void out_lying(dicom_out out);
/** Encode and write to a path, whole or not at all. */
MOLY_CHECKED moly_status out_save(dicom_out out, const char *path, moly_error *err);

#endif
