/* SPDX-License-Identifier: Apache-2.0 */
/* What `moly nema` reads: images, views of gamma cameras, figures of simulated scans. */
#include "nema.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "moly/base/memory.h"
#include "moly/base/text.h"
#include "moly/formats/dicom_nm.h"
#include "moly/formats/interfile.h"
#include "moly/formats/nifti.h"
#include "moly/nuclide/nuclide.h"
#include "moly/quantify/pet.h"

static const size_t most_json_bytes = 1 << 20;

moly_status nema_read_image(const nema_work *w, const char *path, moly_volume **image,
                            moly_error *err)
{
    moly_dicom_image *dicom = NULL;
    *image = NULL;
    if (moly_ends_in(path, ".nii") || moly_ends_in(path, ".nii.gz")) {
        return moly_nifti_read(path, image, err);
    }
    if (moly_ends_in(path, ".hv")) {
        return moly_interfile_read_image(path, image, err);
    }
    moly_status status = moly_pet_load(path, NULL, w->run->progress, &dicom, err);
    if (!status) {
        *image = dicom->volume;
        dicom->volume = NULL;
    }
    moly_dicom_image_free(dicom);
    return status;
}

bool nema_is_nm(const char *path)
{
    moly_dicom_nm *nm = NULL;
    struct stat info;
    if (moly_ends_in(path, ".hs")) {
        moly_projections *p = NULL;
        const bool is_spect = moly_interfile_read_projections(path, &p, NULL) == MOLY_OK;
        moly_projections_free(p);
        return is_spect;
    }
    if (moly_ends_in(path, ".nii") || moly_ends_in(path, ".nii.gz") || moly_ends_in(path, ".hv") ||
        stat(path, &info) != 0 || S_ISDIR(info.st_mode)) {
        return false;
    }
    const bool is_nm = moly_dicom_read_nm(path, &nm, NULL) == MOLY_OK;
    moly_dicom_nm_free(nm);
    return is_nm;
}

moly_status nema_read_views(const nema_work *w, const char *path, moly_projections **views,
                            moly_error *err)
{
    moly_dicom_nm *nm = NULL;
    (void)w;
    *views = NULL;
    if (moly_ends_in(path, ".hs")) {
        return moly_interfile_read_projections(path, views, err);
    }
    moly_status status = moly_dicom_read_nm(path, &nm, err);
    if (!status) {
        *views = nm->projections;
        nm->projections = NULL;
    }
    moly_dicom_nm_free(nm);
    return status;
}

static double scan_number(const char *path, const char *key)
{
    moly_text name = {0};
    char *data = NULL;
    size_t length = 0;
    json_t *scan = NULL;
    double value = NAN;
    moly_text_printf(&name, "%s/scan.json", path);
    if (moly_file_read(moly_text_get(&name), most_json_bytes, &data, &length, NULL) == MOLY_OK &&
        moly_json_parse(data, length, &scan, NULL) == MOLY_OK) {
        const json_t *member = json_object_get(scan, key);
        value = json_is_number(member) ? json_number_value(member) : NAN;
    }
    json_decref(scan);
    moly_free(data);
    moly_text_free(&name);
    return value;
}

moly_status nema_number(const char *path, const moly_f64_list *given, size_t i, const char *key,
                        const char *option, double *value, moly_error *err)
{
    *value = i < given->n ? given->values[i] : scan_number(path, key);
    return *value > 0.0
               ? MOLY_OK
               : MOLY_FAIL(err, MOLY_ERR_USAGE, "%s: give %s, one for each file", path, option);
}

moly_status nema_half_life(const nema_work *w, double *half_life_s, moly_error *err)
{
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    size_t index = 0;
    moly_status status = moly_nuclide_find(set, w->args->nuclide, &index, err);
    if (!status) {
        *half_life_s = moly_nuclide_at(set, index)->half_life_s;
    }
    return status;
}
