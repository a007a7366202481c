/* SPDX-License-Identifier: Apache-2.0 */
/* The example centre's PET study: a body phantom, imaged by calculation, written as the DICOM files
 * a scanner would send, and taken in like any other. */
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inside.h"
#include "moly/volume/phantom.h"

/* F-18: DDEP (Monographie BIPM-5), 1.8288 h. */
static const double f18_half_life_s = 1.8288 * 3600.0;
static const double injected_bq = 296e6, uptake_s = 3600.0, frame_s = 600.0, weight_kg = 78.0;

static moly_dicom_time wall_clock(moly_instant t, int utc_offset_minutes)
{
    const int64_t us_per_day = INT64_C(86400) * 1000000;
    int64_t us = t.us + utc_offset_minutes * INT64_C(60000000);
    int64_t day = us / us_per_day - (us % us_per_day < 0);
    return (moly_dicom_time){day, floor((double)(us - day * us_per_day) / 1e6)};
}

static moly_dicom_header header_of(const moly_ledger *ledger)
{
    const moly_site *site = moly_ledger_site(ledger);
    moly_instant now = moly_clock_now(moly_ledger_clock(ledger));
    moly_dicom_time scan =
        wall_clock(moly_instant_add_s(now, -1800.0 - frame_s), site->utc_offset_minutes);
    moly_dicom_time injection =
        wall_clock(moly_instant_add_s(now, -1800.0 - frame_s - uptake_s), site->utc_offset_minutes);
    return (moly_dicom_header){
        .modality = "PT",
        .manufacturer = "Moly",
        .model = "simulated",
        .institution = site->name,
        .study_description = "FDG PET, body phantom (simulated)",
        .series_description = "PET, attenuation corrected",
        .accession_number = "EX-PET-1",
        .patient_name = "Фантом^Учебный",
        .patient_id = "EX-000013",
        .patient_sex = "F",
        .patient_birth = {-1387, NAN}, /* 1966-03-16 */
        .patient_weight_kg = weight_kg,
        .patient_size_m = 1.68,
        .series_number = 1,
        .n_slices_declared = INT64_MIN,
        .units = "BQML",
        .decay_correction = "START",
        .corrected_image = "NORM\\DTIM\\ATTN\\SCAT\\DECY\\RAN",
        .counts_source = "EMISSION",
        .series_type = "STATIC\\IMAGE",
        .has_utc_offset = true,
        .utc_offset_minutes = site->utc_offset_minutes,
        .study_time = scan,
        .series_time = scan,
        .earliest_acquisition = scan,
        .decay_reference = MOLY_DICOM_TIME_NONE,
        .ge_scan_time = MOLY_DICOM_TIME_NONE,
        .siemens_decay_time = MOLY_DICOM_TIME_NONE,
        .philips_suv_factor = NAN,
        .philips_bq_ml_factor = NAN,
        .has_radiopharmaceutical = true,
        .n_radiopharmaceuticals = 1,
        .radiopharmaceutical = "Fluorodeoxyglucose",
        .radionuclide_code = "77004003",
        .radionuclide_scheme = "SCT",
        .radionuclide_meaning = "^18^Fluorine",
        .injection_time = {MOLY_DICOM_NO_DAY, injection.second},
        .injection_datetime = injection,
        .total_dose = injected_bq,
        .half_life_s = f18_half_life_s,
    };
}

/* The truth that the image should show: a region a sphere, on the image's own lattice. */
static moly_status draw_spheres(const moly_phantom *phantom, const moly_grid *grid,
                                moly_region_list *list, moly_error *err)
{
    list->regions = moly_alloc(MOLY_PHANTOM_N_SPHERES, sizeof *list->regions);
    if (!list->regions) {
        return MOLY_NO_MEMORY(err);
    }
    for (int s = 0; s < MOLY_PHANTOM_N_SPHERES; s++) {
        double centre[3];
        double radius = 0.5 * phantom->sphere_diameter_mm[s];
        char label[40];
        moly_phantom_sphere_centre(phantom, s, centre);
        (void)snprintf(label, sizeof label, "Sphere %.0f mm", phantom->sphere_diameter_mm[s]);
        moly_region *region = &list->regions[list->n++];
        *region = (moly_region){.label = moly_strdup(label),
                                .grid = *grid,
                                .mask = moly_alloc((size_t)moly_grid_n_voxels(grid), 1)};
        if (!region->label || !region->mask) {
            return MOLY_NO_MEMORY(err);
        }
        size_t v = 0;
        for (int64_t k = 0; k < grid->n[2]; k++) {
            for (int64_t j = 0; j < grid->n[1]; j++) {
                for (int64_t i = 0; i < grid->n[0]; i++, v++) {
                    double at[3];
                    moly_grid_position(grid, (double[3]){(double)i, (double)j, (double)k}, at);
                    region->mask[v] = hypot(hypot(at[0] - centre[0], at[1] - centre[1]),
                                            at[2] - centre[2]) <= radius;
                }
            }
        }
    }
    return MOLY_OK;
}

static moly_status write_regions(const moly_phantom *phantom, const char *folder, const char *path,
                                 moly_instant at, moly_error *err)
{
    moly_dicom_image *image = NULL;
    moly_region_list list = {0};
    moly_status status = moly_pet_load(folder, NULL, NULL, &image, err);
    if (status == MOLY_OK) {
        status = draw_spheres(phantom, &image->volume->grid, &list, err);
    }
    if (status == MOLY_OK) {
        status = moly_dicom_write_seg(path, image, &list, "Moly", at, err);
    }
    moly_region_list_free(&list);
    moly_dicom_image_free(image);
    return status;
}

static moly_status write_study(const moly_ledger *ledger, const char *folder, const char *regions,
                               moly_error *err)
{
    moly_phantom phantom = moly_phantom_iec();
    moly_dicom_header header = header_of(ledger);
    moly_volume *volume = NULL;
    /* The background is what an even spread of the injected activity through the body would be. */
    double at_scan_bq = injected_bq * exp2(-uptake_s / f18_half_life_s);
    phantom.background_bq_per_ml = at_scan_bq / (1000.0 * weight_kg);
    moly_status status = moly_phantom_make(&phantom, &volume, err);
    if (status == MOLY_OK) {
        status = moly_dicom_write_pet(folder, &header, volume, frame_s, err);
    }
    moly_volume_free(volume);
    moly_instant now = moly_clock_now(moly_ledger_clock(ledger));
    return status == MOLY_OK ? write_regions(&phantom, folder, regions, now, err) : status;
}

/* The files of one flat folder, and the folder. */
static void remove_folder(const char *folder)
{
    DIR *open_folder = opendir(folder);
    const struct dirent *entry;
    while (open_folder && (entry = readdir(open_folder)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            (void)unlinkat(dirfd(open_folder), entry->d_name, 0);
        }
    }
    if (open_folder) {
        (void)closedir(open_folder);
    }
    (void)rmdir(folder);
}

moly_status moly_study_import_example(moly_ledger *ledger, const moly_progress *progress,
                                      moly_error *err)
{
    const char *base = getenv("TMPDIR");
    char folder[4096], regions[4200];
    int length = snprintf(folder, sizeof folder, "%s/moly-example-XXXXXX", base ? base : "/tmp");
    if (length < 0 || (size_t)length >= sizeof folder || !mkdtemp(folder)) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "cannot make a folder for the example's images: %s",
                         strerror(errno));
    }
    (void)snprintf(regions, sizeof regions, "%s/regions.dcm", folder);
    const moly_performer performer = {.user = "import", .authentication = "program"};
    const moly_study_source source = {.path = folder};
    json_t *event = NULL;
    moly_status status = write_study(ledger, folder, regions, err);
    if (status == MOLY_OK) {
        status = moly_study_import(ledger, &source, &performer, progress, &event, err);
    }
    json_decref(event);
    remove_folder(folder);
    return status;
}
