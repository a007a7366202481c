/* SPDX-License-Identifier: Apache-2.0 */
/* Raw data of scanners in the folder that the server was given at its start. A dataset is named by
 * one name in that folder, and nothing outside of it is read: no path, no link, no header that
 * leads elsewhere. */
#include "raw.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "moly/commands/raw.h"

enum { MOST_NAME = 128, MOST_LISTED = 500, MOST_INDEX = 1000000 };

static const char *const data_endings[] = {".hs", ".hdr", ".h00", ".petsird", ".dcm", NULL};

static bool is_dataset_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && strlen(name) <= MOST_NAME && !strchr(name, '/');
}

void raw_hide_folder(const request *r, char *message)
{
    const char *folder = r->server->raw;
    const size_t n = folder ? strlen(folder) : 0;
    for (char *at = n > 0 ? strstr(message, folder) : NULL; at && at[n] == '/';
         at = strstr(at, folder)) {
        memmove(at, at + n + 1, strlen(at + n + 1) + 1);
    }
}

moly_status raw_path(const request *r, const char *name, const char **path, moly_error *err)
{
    const char *folder = r->server->raw;
    *path = NULL;
    if (!folder) {
        return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND,
                         "this server was given no folder of raw data (moly serve --raw)");
    }
    if (!is_dataset_name(name)) {
        return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "there are no raw data of that name");
    }
    const char *whole = moly_arena_printf(r->arena, "%s/%s", folder, name);
    moly_status status = whole ? moly_raw_check_inside(whole, err) : MOLY_NO_MEMORY(err);
    if (status) {
        raw_hide_folder(r, err->message);
        return status;
    }
    *path = whole;
    return MOLY_OK;
}

moly_status raw_facts(const request *r, const char *name, bool has_counts, json_t **facts,
                      moly_error *err)
{
    const char *path = NULL;
    *facts = NULL;
    moly_status status = raw_path(r, name, &path, err);
    status = status ? status : moly_raw_describe(path, has_counts, facts, err);
    if (!status && json_object_set_new(*facts, "name", json_string(name))) {
        status = MOLY_NO_MEMORY(err);
    }
    if (status) {
        raw_hide_folder(r, err->message);
        json_decref(*facts);
        *facts = NULL;
    }
    return status;
}

/* ---- the list ---- */

/* May it be a dataset? A folder with prompts, or a file by its ending. */
static bool may_be_data(const char *folder, const char *name, moly_arena *arena)
{
    struct stat info;
    const char *path = moly_arena_printf(arena, "%s/%s", folder, name);
    const char *ending = strrchr(name, '.');
    if (!path || !is_dataset_name(name) || lstat(path, &info) != 0) {
        return false;
    }
    if (S_ISDIR(info.st_mode)) {
        const char *prompts = moly_arena_printf(arena, "%s/prompts.hs", path);
        return prompts && lstat(prompts, &info) == 0;
    }
    bool is_known = false;
    for (size_t i = 0; data_endings[i] && ending; i++) {
        is_known = is_known || strcmp(ending, data_endings[i]) == 0;
    }
    return is_known;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static moly_status list_names(const request *r, const char **names, size_t *n, moly_error *err)
{
    DIR *folder = opendir(r->server->raw);
    if (!folder) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "the folder of raw data cannot be read: %s",
                         strerror(errno));
    }
    moly_status status = MOLY_OK;
    for (const struct dirent *entry = readdir(folder); entry && !status && *n < MOST_LISTED;
         entry = readdir(folder)) {
        if (may_be_data(r->server->raw, entry->d_name, r->arena)) {
            names[*n] = moly_arena_strdup(r->arena, entry->d_name);
            status = names[*n] ? MOLY_OK : MOLY_NO_MEMORY(err);
            (*n)++;
        }
    }
    (void)closedir(folder);
    if (!status && *n > 1) {
        qsort(names, *n, sizeof *names, by_name);
    }
    return status;
}

/* Data that cannot be read stand in the list, with why. */
static json_t *row_of(const request *r, const char *name)
{
    json_t *facts = NULL;
    moly_error why = {.language = r->language};
    if (raw_facts(r, name, false, &facts, &why) != MOLY_OK) {
        return json_pack("{s:s, s:s}", "name", name, "problem", why.message);
    }
    return facts;
}

moly_status raw_list_get(request *r, reply *out, moly_error *err)
{
    const char **names = moly_arena_alloc(r->arena, MOST_LISTED, sizeof *names);
    size_t n = 0;
    moly_status status = names ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status && r->server->raw) {
        status = list_names(r, names, &n, err);
    }
    json_t *rows = json_array();
    for (size_t i = 0; i < n && !status; i++) {
        status = json_array_append_new(rows, row_of(r, names[i])) ? MOLY_NO_MEMORY(err) : MOLY_OK;
    }
    if (!status) {
        out->json = json_pack("{s:b, s:O}", "is_offered", r->server->raw != NULL, "results", rows);
        status = out->json ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    json_decref(rows);
    return status;
}

moly_status raw_get(request *r, reply *out, moly_error *err)
{
    return raw_facts(r, r->captured[0], true, &out->json, err);
}

/* ---- pictures of bins ---- */

static moly_status index_argument(const request *r, const char *name, int64_t fallback,
                                  int64_t *value, moly_error *err)
{
    const char *text = NULL;
    moly_status status = request_argument(r, name, &text, err);
    *value = fallback;
    if (!status && text) {
        status = moly_integer_parse(text, value, err);
        if (status) {
            moly_error_context(err, "argument '%s'", name);
        }
    }
    if (!status && text && (*value < 0 || *value > MOST_INDEX)) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE, "argument '%s' is %lld; it counts from 0", name,
                           (long long)*value);
    }
    return status;
}

static moly_status read_cut(const request *r, moly_raw_cut *cut, moly_error *err)
{
    moly_status status = index_argument(r, "view", -1, &cut->view, err);
    status = status ? status : index_argument(r, "plane", 0, &cut->plane, err);
    status = status ? status : index_argument(r, "segment", 0, &cut->segment, err);
    return status ? status : index_argument(r, "tof", -1, &cut->tof, err);
}

static json_t *describe(const moly_raw_picture *picture)
{
    const int64_t n = picture->n_columns * picture->n_rows;
    double low = 0.0, high = 0.0;
    for (int64_t i = 0; i < n; i++) {
        low = (double)picture->values[i] < low ? (double)picture->values[i] : low;
        high = (double)picture->values[i] > high ? (double)picture->values[i] : high;
    }
    return picture_json(picture->values, picture->n_columns, picture->n_rows, low, high);
}

moly_status raw_sinogram_get(request *r, reply *out, moly_error *err)
{
    const char *path = NULL;
    moly_raw_cut cut;
    moly_raw_picture picture = {0};
    moly_status status = raw_path(r, r->captured[0], &path, err);
    status = status ? status : read_cut(r, &cut, err);
    if (status) {
        return status;
    }
    if (!desk_enter(r->server->desk)) {
        out->retry_after_s = 1;
        return REPLY_FAIL(out, MHD_HTTP_SERVICE_UNAVAILABLE, err, MOLY_ERR_IO,
                          "too many pictures are asked for at the same time; try again");
    }
    status = moly_raw_picture_read(path, &cut, &picture, err);
    desk_leave(r->server->desk);
    if (!status) {
        out->json = describe(&picture);
        status = out->json ? MOLY_OK : MOLY_NO_MEMORY(err);
    } else {
        raw_hide_folder(r, err->message);
    }
    moly_raw_picture_free(&picture);
    return status;
}
