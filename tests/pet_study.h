/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_TESTS_PET_STUDY_H
#define MOLY_TESTS_PET_STUDY_H

/** A small PET study for tests: 370 MBq F-18 at 10:00, 70 kg, 175 cm, scanned at 11:00; 12 x 10 x 8
 *  voxels of 4 x 4 x 5 mm whose values grow along z, so that each slice has a slope of its own. */

#include <dirent.h>
#include <unistd.h>

#include "testing.h"

#include "moly/formats/dicom.h"

/** The header; `hour` of the scan is given so that midnight can be crossed. */
static inline moly_dicom_header study_header(void)
{
    const int64_t day = 20000; /* 2024-10-04 */
    moly_dicom_header header = {
        .study_uid = "2.25.100",
        .series_uid = "2.25.101",
        .frame_of_reference_uid = "2.25.102",
        .sop_class_uid = "1.2.840.10008.5.1.4.1.1.128",
        .modality = "PT",
        .manufacturer = "Moly",
        .study_id = "1",
        .series_description = "phantom",
        .patient_name = "Жумабаев^Айбек",
        .patient_id = "P-1",
        .patient_sex = "M",
        .patient_birth = {0, NAN},
        .patient_weight_kg = 70.0,
        .patient_size_m = 1.75,
        .series_number = 3,
        .n_slices_declared = INT64_MIN,
        .units = "BQML",
        .decay_correction = "START",
        .corrected_image = "DECY\\ATTN\\SCAT\\RAN\\NORM\\DTIM",
        .study_time = {day, 39000.0},
        .series_time = {day, 39600.0},
        .earliest_acquisition = {day, 39600.0},
        .decay_reference = MOLY_DICOM_TIME_NONE,
        .ge_scan_time = MOLY_DICOM_TIME_NONE,
        .siemens_decay_time = MOLY_DICOM_TIME_NONE,
        .philips_suv_factor = NAN,
        .philips_bq_ml_factor = NAN,
        .has_radiopharmaceutical = true,
        .n_radiopharmaceuticals = 1,
        .radiopharmaceutical = "FDG",
        .radionuclide_code = "77004003",
        .radionuclide_scheme = "SCT",
        .radionuclide_meaning = "^18^Fluorine",
        .injection_time = {MOLY_DICOM_NO_DAY, 36000.0},
        .injection_datetime = {day, 36000.0},
        .total_dose = 370e6,
        .half_life_s = 6586.2,
    };
    return header;
}

static inline moly_volume *study_volume(void)
{
    moly_error err = {0};
    moly_volume *volume = NULL;
    const moly_grid grid = {.n = {12, 10, 8},
                            .spacing_mm = {4, 4, 5},
                            .origin_mm = {-22, -18, 100},
                            .direction = {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    assert_ok(moly_volume_new(&grid, 1, MOLY_QUANTITY_BQ_PER_ML, &volume, &err), err);
    for (int64_t i = 0; i < 12 * 10 * 8; i++) {
        volume->data[i] = (float)((i % 120) * (i / 120 + 1)) * 10.0f;
    }
    return volume;
}

/** A new folder below $TMPDIR; removed by drop_folder(). */
static inline void make_folder(char path[256])
{
    const char *root = getenv("TMPDIR");
    (void)snprintf(path, 256, "%s/moly-test-XXXXXX", root ? root : "/tmp");
    assert_non_null(mkdtemp(path));
}

static inline void drop_folder(const char *path)
{
    DIR *dir = opendir(path);
    char file[600];
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        (void)snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
        (void)unlink(file);
    }
    if (dir) {
        (void)closedir(dir);
    }
    (void)rmdir(path);
}

/** Write the study's slices into a folder. */
static inline void write_study(const char *folder)
{
    moly_error err = {0};
    moly_dicom_header header = study_header();
    moly_volume *volume = study_volume();
    assert_ok(moly_dicom_write_pet(folder, &header, volume, 300.0, &err), err);
    moly_volume_free(volume);
}

/** Scan a folder and load its only series. */
static inline moly_status load_study(const char *folder, moly_dicom_image **image, moly_error *err)
{
    moly_dicom_scan *scan = NULL;
    moly_status status = moly_dicom_scan_path(folder, NULL, &scan, err);
    if (status == MOLY_OK) {
        assert_true(moly_dicom_scan_n_series(scan) == 1);
        status = moly_dicom_load(scan, 0, NULL, image, err);
    }
    moly_dicom_scan_free(scan);
    return status;
}

#endif
