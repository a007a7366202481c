/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inside.h"
#include "moly/formats/nifti.h"

/* One DICOM object; a PET slice has some tens of kilobytes. */
static const size_t file_limit = (size_t)512 << 20;

static moly_status put_file(moly_transaction *transaction, const char *path, const char *media_type,
                            char hash[65], moly_error *err)
{
    char *data = NULL;
    size_t length = 0;
    moly_status status = moly_file_read(path, file_limit, &data, &length, err);
    if (status == MOLY_OK) {
        status = moly_transaction_put_blob(transaction, data, length, media_type, hash, err);
    }
    moly_free(data);
    return status;
}

static moly_status put_original(moly_transaction *transaction, const moly_dicom_slice *slice,
                                json_t *list, moly_error *err)
{
    char hash[65];
    const char *name = strrchr(slice->path, '/');
    const char *instance = slice->sop_instance_uid ? slice->sop_instance_uid : "";
    moly_status status = put_file(transaction, slice->path, "application/dicom", hash, err);
    if (status == MOLY_OK &&
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:s}", "file", name ? name + 1 : slice->path,
                                        "instance", instance, "blake2b", hash)) != 0) {
        status = MOLY_NO_MEMORY(err);
    }
    return status;
}

/* The originals, slice by slice, and the list of them: name, DICOM instance, hash. */
static moly_status put_originals(moly_transaction *transaction, const study_import *import,
                                 char hash[65], moly_error *err)
{
    const moly_dicom_image *image = import->image;
    json_t *files = json_array();
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < image->n_slices && status == MOLY_OK; i++) {
        status = moly_progress_step(import->progress, (double)i / (double)image->n_slices,
                                    "keeping the original files", err);
        if (status == MOLY_OK) {
            status = put_original(transaction, &image->slices[i], files, err);
        }
    }
    char *list = status == MOLY_OK ? moly_json_canonical(files) : NULL;
    if (status == MOLY_OK) {
        status = list ? moly_transaction_put_blob(transaction, list, strlen(list),
                                                  "application/json", hash, err)
                      : MOLY_NO_MEMORY(err);
    }
    moly_free(list);
    json_decref(files);
    return status;
}

moly_status study_keep(moly_transaction *transaction, json_t *fields, void *context,
                       moly_error *err)
{
    const study_import *import = context;
    char volume[65], regions[65], files[65];
    moly_status status = put_originals(transaction, import, files, err);
    if (status == MOLY_OK) {
        status = put_file(transaction, import->volume_path, "application/gzip", volume, err);
    }
    if (status == MOLY_OK && import->regions_path) {
        status = put_file(transaction, import->regions_path, "application/gzip", regions, err);
        json_object_set_new(fields, "regions_blob", json_string(regions));
    }
    if (status == MOLY_OK) {
        json_object_set_new(fields, "volume_blob", json_string(volume));
        json_object_set_new(fields, "files_blob", json_string(files));
    }
    return status;
}

moly_status study_write(study_import *import, moly_error *err)
{
    const char *base = getenv("TMPDIR");
    char *folder = moly_arena_printf(import->arena, "%s/moly-import-XXXXXX", base ? base : "/tmp");
    if (!folder) {
        return MOLY_NO_MEMORY(err);
    }
    if (!mkdtemp(folder)) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "cannot make a folder like %s: %s", folder,
                         strerror(errno));
    }
    import->folder = folder;
    import->volume_path = moly_arena_printf(import->arena, "%s/volume.nii.gz", folder);
    if (!import->volume_path) {
        return MOLY_NO_MEMORY(err);
    }
    moly_status status = moly_nifti_write(import->volume_path, import->image->volume, err);
    if (status == MOLY_OK && import->regions.n > 0) {
        import->regions_path = moly_arena_printf(import->arena, "%s/regions.nii.gz", folder);
        status = import->regions_path
                     ? moly_nifti_write_regions(import->regions_path, &import->regions, err)
                     : MOLY_NO_MEMORY(err);
    }
    return status;
}

void study_sweep(study_import *import)
{
    if (import->volume_path) {
        (void)unlink(import->volume_path);
    }
    if (import->regions_path) {
        (void)unlink(import->regions_path);
    }
    if (import->folder) {
        (void)rmdir(import->folder);
    }
}
