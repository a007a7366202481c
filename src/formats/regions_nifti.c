/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "moly/formats/nifti.h"

#include "regions_inside.h"

enum { MAX_LABEL = 65535, MAX_REGIONS = 256 };

/* The file's name without folder and ending. */
static const char *stem_of(const char *path, moly_arena *arena)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *end = strstr(name, ".nii");
    return moly_arena_strndup(arena, name, end ? (size_t)(end - name) : strlen(name));
}

/* Which labels there are; refuses what is no mask. */
static moly_status find_labels(const moly_volume *volume, uint8_t *is_there, moly_error *err)
{
    int64_t n = moly_grid_n_voxels(&volume->grid);
    for (int64_t i = 0; i < n; i++) {
        double value = (double)volume->data[i];
        if (!(value >= 0.0 && value <= MAX_LABEL) || value != floor(value)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "not a mask: voxel %lld is %.6g, a mask holds whole numbers from 0 to "
                             "%d",
                             (long long)i, value, (int)MAX_LABEL);
        }
        is_there[(int)value] = 1;
    }
    return MOLY_OK;
}

static moly_status add_label(const region_job *job, const moly_volume *volume, int value,
                             const char *label, bool *is_resampled, moly_error *err)
{
    moly_region *region = NULL;
    int64_t n = moly_grid_n_voxels(&volume->grid);
    moly_status status = moly_region_list_add(job->list, label, &volume->grid, &region, err);
    if (status != MOLY_OK) {
        return status;
    }
    for (int64_t i = 0; i < n; i++) {
        region->mask[i] = (int)volume->data[i] == value;
    }
    return moly_region_to_grid(region, job->target->grid, region_tolerance_mm(job->target->grid),
                               is_resampled, err);
}

static moly_status add_labels(const region_job *job, const moly_volume *volume, moly_error *err)
{
    uint8_t *is_there = moly_arena_alloc(job->arena, MAX_LABEL + 1, 1);
    const char *stem = stem_of(job->path, job->arena);
    int n_labels = 0;
    bool is_resampled = false;
    if (!is_there || !stem) {
        return MOLY_NO_MEMORY(err);
    }
    moly_status status = find_labels(volume, is_there, err);
    for (int value = 1; value <= MAX_LABEL; value++) {
        n_labels += is_there[value];
    }
    if (status == MOLY_OK && (n_labels == 0 || n_labels > MAX_REGIONS)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "a mask of %d labels, must be 1 to %d", n_labels,
                         (int)MAX_REGIONS);
    }
    for (int value = 1; status == MOLY_OK && value <= MAX_LABEL; value++) {
        if (is_there[value]) {
            const char *label =
                n_labels == 1 ? stem : moly_arena_printf(job->arena, "%s %d", stem, value);
            status = label ? add_label(job, volume, value, label, &is_resampled, err)
                           : MOLY_NO_MEMORY(err);
        }
    }
    if (status == MOLY_OK && is_resampled) {
        const double *a = volume->grid.spacing_mm, *b = job->target->grid->spacing_mm;
        region_note(
            job,
            "voxels of %.4g x %.4g x %.4g mm were carried over to the image's %.4g x %.4g x "
            "%.4g mm by nearest voxel",
            a[0], a[1], a[2], b[0], b[1], b[2]);
    }
    return status;
}

moly_status region_read_nifti(const region_job *job, moly_error *err)
{
    moly_volume *volume = NULL;
    moly_status status = moly_nifti_read(job->path, &volume, err);
    if (status != MOLY_OK) {
        return status;
    }
    status = volume->n_frames == 1 ? add_labels(job, volume, err)
                                   : MOLY_FAIL(err, MOLY_ERR_DATA, "not a mask: it has %lld frames",
                                               (long long)volume->n_frames);
    moly_volume_free(volume);
    return status;
}
