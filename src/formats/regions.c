/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/formats/regions.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "dicom_tags.h"
#include "moly/base/text.h"
#include "regions_inside.h"

void region_note(const region_job *job, const char *format, ...)
{
    char text[512];
    if (!job->notes) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    moly_text_printf(job->notes, "%s: %s\n", job->path, text);
}

moly_status region_check_frame(const region_job *job, const char *uid, moly_error *err)
{
    const char *wanted = job->target->frame_of_reference_uid;
    if (!uid || !wanted || strcmp(uid, wanted) == 0) {
        return MOLY_OK;
    }
    return MOLY_FAIL(
        err, MOLY_ERR_DATA,
        "it belongs to another frame of reference (%s) than the image (%s): its places "
        "are not the image's",
        uid, wanted);
}

double region_tolerance_mm(const moly_grid *grid)
{
    return 0.05 * fmin(grid->spacing_mm[0], fmin(grid->spacing_mm[1], grid->spacing_mm[2]));
}

static bool is_nifti_name(const char *path)
{
    return moly_ends_in(path, ".nii") || moly_ends_in(path, ".nii.gz");
}

static moly_status read_dicom(const region_job *job, bool *is_region, moly_error *err)
{
    dcm_file *file = NULL;
    moly_status status = dicom_open(job->path, &file, NULL, NULL, err);
    if (status != MOLY_OK) {
        return status;
    }
    const dcm_item *root = dcm_root(file);
    const char *sop_class = dcm_text(root, TAG_SOPClassUID, job->arena);
    *is_region = true;
    if (sop_class &&
        (strcmp(sop_class, UID_SEGMENTATION) == 0 || strcmp(sop_class, UID_LABEL_MAP) == 0)) {
        status = region_read_seg(job, file, err);
    } else if (sop_class && strcmp(sop_class, UID_RT_STRUCTURE_SET) == 0) {
        status = region_read_rtstruct(job, root, err);
    } else {
        const char *modality = dcm_text(root, TAG_Modality, job->arena);
        *is_region = false;
        status = MOLY_FAIL(err, MOLY_ERR_DATA,
                           "neither a segmentation nor an RT structure set (modality %s)",
                           modality ? modality : "not named");
    }
    dcm_close(file);
    return status;
}

/* One file; in a folder other kinds are passed over. */
static moly_status read_one(region_job *job, bool is_folder, size_t *n_files, moly_error *err)
{
    moly_error trouble = {0};
    bool is_region = is_nifti_name(job->path);
    moly_status status =
        is_region ? region_read_nifti(job, &trouble) : read_dicom(job, &is_region, &trouble);
    if (is_folder && !is_region && status == MOLY_ERR_DATA) {
        return MOLY_OK;
    }
    *n_files += status == MOLY_OK;
    if (status != MOLY_OK) {
        bool is_named = strstr(trouble.message, job->path) != NULL;
        return is_named ? MOLY_FAIL(err, status, "%s", trouble.message)
                        : MOLY_FAIL(err, status, "%s: %s", job->path, trouble.message);
    }
    return MOLY_OK;
}

static moly_status read_all(const char *path, const moly_region_target *target,
                            moly_region_list *list, moly_text *notes, moly_arena *arena,
                            moly_error *err)
{
    const char *const *paths = NULL;
    size_t n = 0, n_files = 0;
    bool is_folder = false;
    moly_status status = list_files(path, arena, &paths, &n, &is_folder, err);
    for (size_t i = 0; status == MOLY_OK && i < n; i++) {
        moly_arena *own = moly_arena_new();
        region_job job = {paths[i], target, own, list, notes};
        status = own ? read_one(&job, is_folder, &n_files, err) : MOLY_NO_MEMORY(err);
        moly_arena_free(own);
    }
    if (status == MOLY_OK && n_files == 0) {
        status = MOLY_FAIL(err, MOLY_ERR_NOT_FOUND,
                           "no segmentation, RT structure set or NIfTI mask in %s", path);
    }
    return status;
}

moly_status moly_regions_load(const char *path, const moly_region_target *target,
                              moly_region_list *list, moly_text *notes, moly_error *err)
{
    moly_arena *arena = moly_arena_new();
    size_t n_before = list->n;
    moly_status status =
        arena ? read_all(path, target, list, notes, arena, err) : MOLY_NO_MEMORY(err);
    moly_arena_free(arena);
    while (status != MOLY_OK && list->n > n_before) {
        list->n--;
        moly_free(list->regions[list->n].label);
        moly_free(list->regions[list->n].mask);
    }
    return status;
}
