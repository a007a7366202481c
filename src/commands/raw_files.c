/* SPDX-License-Identifier: Apache-2.0 */
/* Images and raw data by the names of their files. */
#include "raw_files.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "moly/base/memory.h"
#include "moly/base/text.h"
#include "moly/formats/dicom.h"
#include "moly/formats/interfile.h"
#include "moly/formats/nifti.h"

static bool is_nifti(const char *path)
{
    return moly_ends_in(path, ".nii") || moly_ends_in(path, ".nii.gz");
}

moly_status raw_check_image_name(const char *path, moly_error *err)
{
    return is_nifti(path) || moly_ends_in(path, ".hv")
               ? MOLY_OK
               : MOLY_FAIL(err, MOLY_ERR_USAGE,
                           "%s: an image's name ends in .hv (Interfile), .nii or .nii.gz", path);
}

/* ---- the patient's frame ----
 * NIfTI holds an image as it lies in a patient; head first, supine, ring 0 at the head: x to the
 * left and y to the back are the scanner's own, z to the head runs against it. */

static void mirror_z(moly_grid *grid)
{
    grid->origin_mm[2] = -grid->origin_mm[2];
    for (int i = 6; i < 9; i++) {
        grid->direction[i] = -grid->direction[i];
    }
}

/* Turn an axis round whose direction runs against the scanner's. */
static void turn_axis(moly_volume *v, int axis)
{
    const int64_t nx = v->grid.n[0], ny = v->grid.n[1], nz = v->grid.n[2];
    const int64_t n = v->grid.n[axis], step = axis == 0 ? 1 : axis == 1 ? nx : nx * ny;
    for (int64_t i = 0; i < v->n_frames * nx * ny * nz; i++) {
        const int64_t place = i / step % n, other = n - 1 - place;
        if (place < other) {
            float *a = &v->data[i], *b = &v->data[i + (other - place) * step];
            const float value = *a;
            *a = *b;
            *b = value;
        }
    }
    for (int row = 0; row < 3; row++) {
        double *d = &v->grid.direction[3 * row + axis];
        v->grid.origin_mm[row] += *d * v->grid.spacing_mm[axis] * (double)(n - 1);
        *d = -*d;
    }
}

moly_volume raw_in_patient_frame(const moly_volume *volume)
{
    moly_volume as_patient = *volume;
    mirror_z(&as_patient.grid);
    return as_patient;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static moly_status read_dicom(const char *path, moly_volume **volume, moly_error *err)
{
    moly_dicom_image *image = NULL;
    moly_status status = moly_dicom_load_path(path, NULL, &image, err);
    if (!status) {
        const moly_volume *read = image->volume;
        status = moly_volume_new(&read->grid, read->n_frames, read->quantity, volume, err);
        if (!status) {
            const size_t n = (size_t)(read->n_frames * moly_grid_n_voxels(&read->grid));
            memcpy((*volume)->data, read->data, n * sizeof *read->data);
        }
    }
    moly_dicom_image_free(image);
    return status;
}

moly_status raw_read_image(const char *path, moly_volume **volume, moly_error *err)
{
    *volume = NULL;
    const bool is_dicom = is_folder(path);
    moly_status status = is_dicom ? MOLY_OK : raw_check_image_name(path, err);
    if (status) {
        return status;
    }
    if (!is_dicom && !is_nifti(path)) {
        return moly_interfile_read_image(path, volume, err);
    }
    status = is_dicom ? read_dicom(path, volume, err) : moly_nifti_read(path, volume, err);
    if (!status) {
        mirror_z(&(*volume)->grid);
        for (int axis = 0; axis < 3; axis++) {
            if ((*volume)->grid.direction[4 * axis] < -0.999) {
                turn_axis(*volume, axis);
            }
        }
    }
    return status;
}

moly_status raw_write_image(const char *path, const moly_volume *volume, moly_error *err)
{
    moly_status status = raw_check_image_name(path, err);
    if (status) {
        return status;
    }
    if (!is_nifti(path)) {
        return moly_interfile_write_image(path, volume, err);
    }
    const moly_volume as_patient = raw_in_patient_frame(volume);
    return moly_nifti_write(path, &as_patient, err);
}

moly_status raw_sinogram_path(const char *raw, const char *name, moly_arena *arena,
                              const char **path, moly_error *err)
{
    struct stat info;
    if (stat(raw, &info) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "no raw data %s", raw);
    }
    *path = S_ISDIR(info.st_mode) ? moly_arena_printf(arena, "%s/%s.hs", raw, name)
                                  : moly_arena_strdup(arena, raw);
    return *path ? MOLY_OK : MOLY_NO_MEMORY(err);
}

moly_status raw_read_layout(const char *raw, moly_arena *arena, moly_layout **layout,
                            moly_error *err)
{
    const char *path = NULL;
    *layout = NULL;
    moly_status status = raw_sinogram_path(raw, "prompts", arena, &path, err);
    return status ? status : moly_interfile_read_layout(path, layout, err);
}

/* ---- bins under another layout ---- */

static moly_status read_source(void *store, int64_t view, float *bins, moly_error *err)
{
    return moly_sinogram_read_view(store, view, bins, err);
}

static void close_source(void *store)
{
    moly_sinogram_free(store);
}

moly_status raw_with_layout(moly_sinogram *source, const moly_layout *layout,
                            moly_sinogram **sinogram, moly_error *err)
{
    static const moly_sinogram_ops ops = {.read_view = read_source, .close = close_source};
    const moly_layout *own = moly_sinogram_layout(source);
    *sinogram = NULL;
    if (own->n_views != layout->n_views || own->n_tangential != layout->n_tangential ||
        own->n_tof != layout->n_tof || own->n_planes != layout->n_planes) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "sinograms of %lld x %lld x %lld x %lld bins where %lld x %lld x %lld x "
                         "%lld belong",
                         (long long)own->n_views, (long long)own->n_tangential,
                         (long long)own->n_tof, (long long)own->n_planes,
                         (long long)layout->n_views, (long long)layout->n_tangential,
                         (long long)layout->n_tof, (long long)layout->n_planes);
    }
    return moly_sinogram_wrap(layout, &ops, source, sinogram, err);
}

moly_status raw_keep_segments(const moly_layout *layout, int64_t most, moly_layout **kept,
                              moly_error *err)
{
    const int64_t middle = layout->n_segments / 2; /* ordered, and as many on either side */
    const int64_t reach = most < middle ? most : middle;
    return moly_layout_from_segments(layout, layout->segments + middle - reach, 2 * reach + 1, kept,
                                     err);
}

/* ---- projectors ---- */

const char *const raw_projector_names[] = {"joseph", "dd", "siddon", NULL};
const char *const raw_unit_names[] = {"mm", "voxel", NULL};

moly_projector_options raw_projector(const projector_choice *choice, const moly_grid *grid)
{
    const bool is_siddon = choice->projector == MOLY_PROJECTOR_SIDDON;
    return (moly_projector_options){.kind = (moly_projector_kind)choice->projector,
                                    .n_rays = choice->n_rays,
                                    .radius_mm = choice->radius_mm > 0.0 ? choice->radius_mm
                                                 : is_siddon ? raw_inscribed_radius(grid)
                                                             : 0.0,
                                    .n_threads =
                                        choice->n_threads > 0 ? (int)choice->n_threads : 0};
}

int raw_unit_of(const projector_choice *choice)
{
    return choice->unit >= 0 ? choice->unit : choice->projector == MOLY_PROJECTOR_SIDDON;
}

double raw_inscribed_radius(const moly_grid *grid)
{
    double radius = INFINITY;
    for (int i = 0; i < 2; i++) {
        const double first = grid->origin_mm[i];
        const double last = first + grid->spacing_mm[i] * (double)(grid->n[i] - 1);
        radius = fmin(radius, fmin(fabs(first), fabs(last)));
    }
    return radius;
}
