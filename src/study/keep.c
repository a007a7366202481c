/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inside.h"
#include "moly/formats/nifti.h"

/* One DICOM object; a PET slice has some tens of kilobytes. */
static const size_t file_limit = (size_t)512 << 20;

typedef struct keep_job {
    study_import *import;
    const char *volume, *regions; /* temporary files; regions NULL: there are none */
    json_t *files;
} keep_job;

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

/* The originals, slice by slice, and the list of them: name, DICOM instance, hash. */
static moly_status put_originals(moly_transaction *transaction, keep_job *job, moly_error *err)
{
    const moly_dicom_image *image = job->import->image;
    for (size_t i = 0; i < image->n_slices; i++) {
        const moly_dicom_slice *slice = &image->slices[i];
        char hash[65];
        moly_status status =
            moly_progress_step(job->import->progress, (double)i / (double)image->n_slices,
                               "keeping the original files", err);
        if (status == MOLY_OK) {
            status = put_file(transaction, slice->path, "application/dicom", hash, err);
        }
        if (status != MOLY_OK) {
            return status;
        }
        const char *name = strrchr(slice->path, '/');
        json_array_append_new(
            job->files,
            json_pack("{s:s, s:s, s:s}", "file", name ? name + 1 : slice->path, "instance",
                      slice->sop_instance_uid ? slice->sop_instance_uid : "", "blake2b", hash));
    }
    char *list = moly_json_canonical(job->files);
    moly_status status =
        list ? moly_transaction_put_blob(transaction, list, strlen(list), "application/json",
                                         job->import->files_blob, err)
             : MOLY_NO_MEMORY(err);
    moly_free(list);
    return status;
}

static moly_status put_all(moly_transaction *transaction, void *context, moly_error *err)
{
    keep_job *job = context;
    json_array_clear(job->files);
    moly_status status = put_originals(transaction, job, err);
    if (status == MOLY_OK) {
        status =
            put_file(transaction, job->volume, "application/gzip", job->import->volume_blob, err);
    }
    if (status == MOLY_OK && job->regions) {
        status =
            put_file(transaction, job->regions, "application/gzip", job->import->regions_blob, err);
    }
    return status;
}

static moly_status write_and_put(keep_job *job, moly_error *err)
{
    study_import *import = job->import;
    moly_status status = moly_nifti_write(job->volume, import->image->volume, err);
    if (status == MOLY_OK && import->regions.n > 0) {
        status = moly_nifti_write_regions(job->regions, &import->regions, err);
    } else {
        job->regions = NULL;
    }
    return status == MOLY_OK ? moly_ledger_transact(import->ledger, put_all, job, err) : status;
}

moly_status study_keep(study_import *import, moly_error *err)
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
    keep_job job = {.import = import,
                    .volume = moly_arena_printf(import->arena, "%s/volume.nii.gz", folder),
                    .regions = moly_arena_printf(import->arena, "%s/regions.nii.gz", folder),
                    .files = json_array()};
    const char *const made[] = {job.volume, job.regions};
    moly_status status = made[0] && made[1] ? write_and_put(&job, err) : MOLY_NO_MEMORY(err);
    for (size_t i = 0; i < 2; i++) {
        if (made[i]) {
            (void)unlink(made[i]);
        }
    }
    (void)rmdir(folder);
    json_decref(job.files);
    return status;
}
