/* SPDX-License-Identifier: Apache-2.0 */
#include "pictures.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

#include "moly/base/json.h"
#include "moly/formats/nifti.h"

const char *const picture_planes[] = {"axial", "coronal", "sagittal", NULL};

struct desk {
    pthread_mutex_t lock;
    unsigned n_busy;
    pthread_mutex_t reading; /* of what follows */
    char *path;
    struct timespec changed;
    moly_volume *image;
    double minimum, maximum;
};

desk *desk_new(void)
{
    desk *d = moly_alloc(1, sizeof *d);
    if (d) {
        (void)pthread_mutex_init(&d->lock, NULL);
        (void)pthread_mutex_init(&d->reading, NULL);
    }
    return d;
}

void desk_free(desk *pictures)
{
    if (pictures) {
        (void)pthread_mutex_destroy(&pictures->lock);
        (void)pthread_mutex_destroy(&pictures->reading);
        moly_volume_free(pictures->image);
        moly_free(pictures->path);
        moly_free(pictures);
    }
}

bool desk_enter(desk *pictures)
{
    (void)pthread_mutex_lock(&pictures->lock);
    const bool may = pictures->n_busy < PICTURES_AT_ONCE;
    pictures->n_busy += may ? 1 : 0;
    (void)pthread_mutex_unlock(&pictures->lock);
    return may;
}

void desk_leave(desk *pictures)
{
    (void)pthread_mutex_lock(&pictures->lock);
    pictures->n_busy--;
    (void)pthread_mutex_unlock(&pictures->lock);
}

json_t *picture_json(const float *values, int64_t n_columns, int64_t n_rows, double minimum,
                     double maximum)
{
    const size_t n = (size_t)(n_columns * n_rows);
    const size_t room = sodium_base64_ENCODED_LEN(2 * n, sodium_base64_VARIANT_ORIGINAL);
    const double scale = maximum > minimum ? UINT16_MAX / (maximum - minimum) : 0.0;
    uint8_t *bytes = moly_alloc(n, 2);
    char *text = moly_alloc(room, 1);
    json_t *made = NULL;
    if (bytes && text) {
        for (size_t i = 0; i < n; i++) {
            const double level = ((double)values[i] - minimum) * scale;
            const unsigned rounded = (unsigned)lround(fmin(fmax(level, 0.0), UINT16_MAX));
            bytes[2 * i] = (uint8_t)(rounded & 0xffU);
            bytes[2 * i + 1] = (uint8_t)(rounded >> 8);
        }
        (void)sodium_bin2base64(text, room, bytes, 2 * n, sodium_base64_VARIANT_ORIGINAL);
        made = json_pack("{s:I, s:I, s:o, s:o, s:s}", "columns", (json_int_t)n_columns, "rows",
                         (json_int_t)n_rows, "minimum", moly_json_rounded(minimum, 6), "maximum",
                         moly_json_rounded(maximum, 6), "values", text);
    }
    moly_free(bytes);
    moly_free(text);
    return made;
}

/* ---- planes ---- */

/* With `reading` held. A file that was replaced has another time. */
static moly_status load(desk *d, const char *path, moly_error *err)
{
    struct stat info;
    moly_volume_summary summary;
    moly_volume *image = NULL;
    if (stat(path, &info) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "there is no picture yet");
    }
    if (d->image && strcmp(d->path, path) == 0 && info.st_mtim.tv_sec == d->changed.tv_sec &&
        info.st_mtim.tv_nsec == d->changed.tv_nsec) {
        return MOLY_OK;
    }
    moly_volume_free(d->image);
    moly_free(d->path);
    d->image = NULL;
    d->path = moly_strdup(path);
    moly_status status = d->path ? moly_nifti_read(path, &image, err) : MOLY_NO_MEMORY(err);
    status = status ? status : moly_volume_summarise(image, &summary, err);
    if (status) {
        moly_volume_free(image);
        return status;
    }
    d->image = image;
    d->changed = info.st_mtim;
    d->minimum = fmin(summary.min, 0.0);
    d->maximum = summary.max;
    return MOLY_OK;
}

/* Index of a voxel along an axis, counted the other way where the axis runs so. */
static int64_t along(const moly_grid *g, int axis, bool is_ascending, int64_t i)
{
    const bool runs_up = g->direction[4 * axis] > 0.0;
    return runs_up == is_ascending ? i : g->n[axis] - 1 - i;
}

/* Axes that go right, down and into the picture; whether LPS grows that way. */
static const struct view {
    int right, down, into;
    bool down_grows, into_grows;
} views[] = {
    {0, 1, 2, true, false}, /* axial: down to the back, planes from the head */
    {0, 2, 1, false, true}, /* coronal: down to the feet, planes from the front */
    {1, 2, 0, false, true}, /* sagittal: front at the left, planes from the patient's right */
};

static moly_status cut(const desk *d, const struct view *v, int64_t index, json_t **picture,
                       moly_error *err)
{
    const moly_grid *g = &d->image->grid;
    const int64_t n_columns = g->n[v->right], n_rows = g->n[v->down], n_planes = g->n[v->into];
    const int64_t at = index < 0 ? n_planes / 2 : index;
    int64_t voxel[3];
    if (at >= n_planes) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "plane %lld: the image has %lld", (long long)at,
                         (long long)n_planes);
    }
    float *values = moly_alloc((size_t)n_rows, (size_t)n_columns * sizeof *values);
    if (!values) {
        return MOLY_NO_MEMORY(err);
    }
    voxel[v->into] = along(g, v->into, v->into_grows, at);
    for (int64_t row = 0; row < n_rows; row++) {
        voxel[v->down] = along(g, v->down, v->down_grows, row);
        for (int64_t column = 0; column < n_columns; column++) {
            voxel[v->right] = along(g, v->right, true, column);
            values[row * n_columns + column] =
                d->image->data[(voxel[2] * g->n[1] + voxel[1]) * g->n[0] + voxel[0]];
        }
    }
    json_t *made = picture_json(values, n_columns, n_rows, d->minimum, d->maximum);
    moly_free(values);
    if (!made || json_object_update_new(
                     made, json_pack("{s:I, s:I, s:f, s:f}", "planes", (json_int_t)n_planes,
                                     "index", (json_int_t)at, "column_mm", g->spacing_mm[v->right],
                                     "row_mm", g->spacing_mm[v->down]))) {
        json_decref(made);
        return MOLY_NO_MEMORY(err);
    }
    *picture = made;
    return MOLY_OK;
}

moly_status desk_plane(desk *pictures, const char *path, picture_plane plane, int64_t index,
                       json_t **picture, moly_error *err)
{
    *picture = NULL;
    (void)pthread_mutex_lock(&pictures->reading);
    moly_status status = load(pictures, path, err);
    status = status ? status : cut(pictures, &views[plane], index, picture, err);
    (void)pthread_mutex_unlock(&pictures->reading);
    return status;
}
