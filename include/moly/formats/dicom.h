/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_FORMATS_DICOM_H
#define MOLY_FORMATS_DICOM_H

/** DICOM images, in and out: folders to series, a series to a volume with the header that its
 *  numbers need, a volume to PET images or to a segmentation.
 *
 *  Texts are UTF-8, whatever character set the file declares. What a header lacks is NULL, NAN, or
 * a time without day or second; reading never invents a value. Functions may be called from several
 *  threads on different objects. */

#include <math.h>
#include <stdint.h>

#include "moly/base/instant.h"
#include "moly/base/progress.h"
#include "moly/base/status.h"
#include "moly/volume/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A time as a scanner writes it: the clock on its wall, with or without a date. */
typedef struct moly_dicom_time {
    int64_t day;   /**< days since 1970-01-01; MOLY_DICOM_NO_DAY when the header has no date */
    double second; /**< of the day, 0 <= second < 86401; NAN when the header has no time */
} moly_dicom_time;
#define MOLY_DICOM_NO_DAY INT64_MIN
#define MOLY_DICOM_TIME_NONE ((moly_dicom_time){MOLY_DICOM_NO_DAY, NAN})
#define MOLY_DICOM_TIME_SIZE 32

/** DICOM date (DA "19860810", also "1986.08.10"), time (TM "113900.000", "1139"), or date-time
 *  (DT "19860810113900.00+0100"; the offset is put into `*offset_minutes` when that is not NULL).
 *  @return whether the text was understood; a NULL text is not. `*t` changes only where it was. */
MOLY_API bool moly_dicom_parse_date(const char *text, moly_dicom_time *t);
MOLY_API bool moly_dicom_parse_time(const char *text, moly_dicom_time *t);
MOLY_API bool moly_dicom_parse_datetime(const char *text, moly_dicom_time *t, int *offset_minutes);
/** "1986-08-10 11:39:00", "11:39:00" without a date; returns `text`. */
MOLY_API const char *moly_dicom_format_time(moly_dicom_time t, char text[MOLY_DICOM_TIME_SIZE]);

/** What belongs to one slice of one frame. */
typedef struct moly_dicom_slice {
    const char *path;
    const char *sop_instance_uid;
    int64_t instance_number; /**< INT64_MIN when absent */
    int64_t frame;           /**< frame of the volume that it went into */
    double position_mm;      /**< along the normal of the slices */
    double slope, intercept; /**< already applied to the volume */
    moly_dicom_time acquisition;
    double frame_duration_s;       /**< Actual Frame Duration */
    double frame_reference_time_s; /**< Frame Reference Time */
} moly_dicom_slice;

/** The header of an image series. Numbers are as the file has them, in the unit DICOM prescribes;
 *  quantify decides what to believe. */
typedef struct moly_dicom_header {
    const char *study_uid, *series_uid, *frame_of_reference_uid, *sop_class_uid;
    const char *modality, *manufacturer, *model, *institution;
    const char *study_description, *series_description, *study_id, *accession_number;
    const char *patient_name, *patient_id, *patient_sex; /**< sex "M", "F", "O" */
    moly_dicom_time patient_birth;
    double patient_weight_kg;                 /**< (0010,1030) */
    double patient_size_m;                    /**< (0010,1020) */
    int64_t series_number, n_slices_declared; /**< INT64_MIN when absent */

    const char *units, *suv_type, *decay_correction, *corrected_image, *counts_source, *series_type;
    const char *attenuation_correction, *scatter_correction, *randoms_correction;
    const char *reconstruction;
    bool has_utc_offset;
    int utc_offset_minutes; /**< Timezone Offset From UTC */
    moly_dicom_time study_time, series_time;
    moly_dicom_time earliest_acquisition; /**< over all slices of the series */
    moly_dicom_time decay_reference;      /**< Decay Correction DateTime (0018,9701) */
    moly_dicom_time ge_scan_time;         /**< GE private (0009,100D) */
    moly_dicom_time siemens_decay_time;   /**< Siemens private (0071,1022) */
    double philips_suv_factor;            /**< (7053,1000) */
    double philips_bq_ml_factor;          /**< (7053,1009) */

    bool has_radiopharmaceutical;    /**< Radiopharmaceutical Information Sequence */
    int n_radiopharmaceuticals;      /**< items of it; the first one is read */
    const char *radiopharmaceutical; /**< its name */
    const char *radionuclide_code, *radionuclide_scheme, *radionuclide_meaning;
    moly_dicom_time injection_time;     /**< Start Time (0018,1072): no day */
    moly_dicom_time injection_datetime; /**< Start DateTime (0018,1078) */
    double total_dose;                  /**< (0018,1074): Bq in PET, MBq in enhanced PET and NM */
    double half_life_s;                 /**< (0018,1075) */
} moly_dicom_header;

/** A header of which nothing is known: texts NULL, numbers NAN or INT64_MIN, times none. */
MOLY_API moly_dicom_header moly_dicom_header_none(void);

/** A series that was read: header, slices (frame by frame, in order of the volume) and voxels. */
typedef struct moly_dicom_image {
    moly_dicom_header header;
    moly_volume *volume; /**< BQ_PER_ML for BQML, COUNTS for CNTS, SUV for GML, HU for CT */
    const moly_dicom_slice *slices;
    size_t n_slices;
    const char *const *warnings; /**< what was odd and how it was taken */
    size_t n_warnings;
    void *memory; /**< everything above lives here */
} moly_dicom_image;

/** What a folder holds. */
typedef struct moly_dicom_scan moly_dicom_scan;

typedef struct moly_dicom_series {
    const char *uid, *modality, *description, *sop_class_uid, *patient_name, *patient_id;
    const char *study_uid;
    size_t n_files;
    bool is_image; /**< has pixels that moly_dicom_load() can make a volume of */
} moly_dicom_series;

/** Look at a file, or at all files under a folder (16 levels deep, links not followed). Files that
 *  are not DICOM are passed over in a folder and refused when named alone.
 *  @param[out] scan  owned by the caller; release with moly_dicom_scan_free()
 *  @retval MOLY_ERR_NOT_FOUND  no such path, or a folder without a DICOM file
 *  @retval MOLY_ERR_DATA       the file is not DICOM, or cannot be parsed
 *  @retval MOLY_ERR_CANCELLED  by `progress`, which may be NULL */
MOLY_API MOLY_CHECKED moly_status moly_dicom_scan_path(const char *path,
                                                       const moly_progress *progress,
                                                       moly_dicom_scan **scan, moly_error *err);
MOLY_API void moly_dicom_scan_free(moly_dicom_scan *scan);
/** Series in the order of their UIDs. Borrowed. */
MOLY_API size_t moly_dicom_scan_n_series(const moly_dicom_scan *scan);
MOLY_API const moly_dicom_series *moly_dicom_scan_series(const moly_dicom_scan *scan, size_t i);

/** Read one series: sorted along the normal of its slices, geometry checked, rescaled slice by
 *  slice. Several slices at each position become frames, in order of time.
 *  @param series  index, 0 .. n_series-1
 *  @param[out] image  owned by the caller; release with moly_dicom_image_free()
 *  @retval MOLY_ERR_DATA  not an image; a missing, doubled, tilted or differing slice (the message
 *          names it); pixels that cannot be decoded; a voxel that is not finite
 *  @retval MOLY_ERR_RANGE larger than Moly reads: 65535 pixels a side, 2^31 voxels */
MOLY_API MOLY_CHECKED moly_status moly_dicom_load(const moly_dicom_scan *scan, size_t series,
                                                  const moly_progress *progress,
                                                  moly_dicom_image **image, moly_error *err);
/** The first series with pixels of a file or folder.
 *  @retval MOLY_ERR_DATA  none has; and as the two functions above */
MOLY_API MOLY_CHECKED moly_status moly_dicom_load_path(const char *path,
                                                       const moly_progress *progress,
                                                       moly_dicom_image **image, moly_error *err);
MOLY_API void moly_dicom_image_free(moly_dicom_image *image);

/** Parse one DICOM object in memory as far as Moly reads it, pixels included, and forget it: for
 *  checking what came over a network, and for fuzzing. */
MOLY_API MOLY_CHECKED moly_status moly_dicom_check(const void *data, size_t length,
                                                   moly_error *err);

/** A new UID under 2.25 from 128 random bits. */
MOLY_API MOLY_CHECKED moly_status moly_dicom_new_uid(char uid[65], moly_error *err);

/** Write a one-frame volume in Bq/mL as a PET series: a file per slice (PET Image Storage, explicit
 *  little endian, 16 bit, each slice with its own slope) named 0001.dcm, 0002.dcm, ...
 *  @param folder  exists and is empty of such names
 *  @param header  patient, study, times and radiopharmaceutical; study_uid, series_uid and
 *                 frame_of_reference_uid may be NULL for new ones, everything DICOM requires
 *                 otherwise is checked and named when missing. Decay is corrected to series_time.
 *                 The volume's note, at most 10240 bytes, becomes each slice's comment.
 *  @param frame_duration_s  of the acquisition, > 0
 *  @retval MOLY_ERR_USAGE  the volume is not Bq/mL or has several frames; a text that DICOM needs
 *  @retval MOLY_ERR_RANGE  a negative or infinite voxel */
MOLY_API MOLY_CHECKED moly_status moly_dicom_write_pet(const char *folder,
                                                       const moly_dicom_header *header,
                                                       const moly_volume *volume,
                                                       double frame_duration_s, moly_error *err);

/** Write regions that share the image's lattice as a binary segmentation (Segmentation Storage).
 *  @param image  the series they were drawn on: patient, study, frame of reference and slices are
 *                taken from it
 *  @param creator  who drew them, UTF-8; what instant `at` it is (UTC)
 *  @retval MOLY_ERR_USAGE  no region, or one on another lattice */
MOLY_API MOLY_CHECKED moly_status moly_dicom_write_seg(const char *path,
                                                       const moly_dicom_image *image,
                                                       const moly_region_list *regions,
                                                       const char *creator, moly_instant at,
                                                       moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
