/* SPDX-License-Identifier: Apache-2.0 */
#include "worker_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "moly/base/json.h"
#include "moly/base/memory.h"
#include "moly/base/text.h"
#include "worker.h"

enum { PATH_SIZE = 4096, MOST_JSON_BYTES = 1 << 20, ID_DIGITS = 6 };

static moly_status path_of(const char *results, const char *id, const char *name,
                           char path[PATH_SIZE], moly_error *err)
{
    const int n = snprintf(path, PATH_SIZE, "%s/%s/%s", results, id, name);
    return n > 0 && n < PATH_SIZE
               ? MOLY_OK
               : MOLY_FAIL(err, MOLY_ERR_USAGE, "the folder's name is too long: %.80s", results);
}

moly_status folder_make(const char *results, const char *id, moly_error *err)
{
    char path[PATH_SIZE];
    moly_status status = path_of(results, id, "", path, err);
    if (!status && mkdir(path, 0777) != 0) {
        status = MOLY_FAIL(err, MOLY_ERR_IO, "cannot make %s: %s", path, strerror(errno));
    }
    return status;
}

moly_status folder_keep(const char *results, const char *id, const json_t *job, moly_error *err)
{
    char path[PATH_SIZE];
    char *text = moly_json_pretty(job);
    moly_status status = text ? path_of(results, id, "job.json", path, err) : MOLY_NO_MEMORY(err);
    status = status ? status : moly_file_write(path, text, strlen(text), err);
    moly_free(text);
    return status;
}

json_t *folder_read(const char *results, const char *id, const char *name)
{
    char path[PATH_SIZE];
    char *text = NULL;
    size_t length = 0;
    json_t *json = NULL;
    moly_status status = path_of(results, id, name, path, NULL);
    status = status ? status : moly_file_read(path, MOST_JSON_BYTES, &text, &length, NULL);
    status = status ? status : moly_json_parse(text, length, &json, NULL);
    moly_free(text);
    if (status || !json_is_object(json)) {
        json_decref(json);
        return NULL;
    }
    return json;
}

json_t *folder_error(const char *results, const char *id)
{
    json_t *said = folder_read(results, id, "log");
    json_t *error = json_incref(json_object_get(said, "error"));
    json_decref(said);
    return error;
}

/* ---- clearing ---- */

static bool is_among(const char *name, const char *const *kept)
{
    for (size_t i = 0; kept[i]; i++) {
        if (strcmp(name, kept[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* The plain files of a folder but those that are kept. */
static void remove_files(const char *path, const char *const *kept)
{
    DIR *folder = opendir(path);
    for (const struct dirent *entry = folder ? readdir(folder) : NULL; entry;
         entry = readdir(folder)) {
        if (!is_among(entry->d_name, kept)) {
            (void)unlinkat(dirfd(folder), entry->d_name, 0); /* no folder goes by that */
        }
    }
    if (folder) {
        (void)closedir(folder);
    }
}

void folder_clear(const char *results, const char *id, bool is_done)
{
    static const char *const whole[] = {"job.json", "image.nii.gz", "image.json", NULL};
    static const char *const seen[] = {"progress.json", "attenuation.nii.gz", NULL};
    static const char *const job[] = {"job.json", NULL}, *const none[] = {NULL};
    char path[PATH_SIZE];
    if (path_of(results, id, "watch", path, NULL) == MOLY_OK) {
        remove_files(path, is_done ? seen : none);
        (void)rmdir(path);
    }
    if (path_of(results, id, "", path, NULL) == MOLY_OK) {
        remove_files(path, is_done ? whole : job);
    }
}

/* ---- reading all ---- */

static int64_t number_of(const char *id)
{
    const char *digits = strncmp(id, "REC-", 4) == 0 ? id + 4 : "";
    return strlen(digits) == ID_DIGITS && strspn(digits, "0123456789") == ID_DIGITS
               ? strtoll(digits, NULL, 10)
               : 0;
}

static int by_number(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static moly_status read_jobs(const char *results, const int64_t *numbers, size_t n, json_t *jobs,
                             moly_error *err)
{
    const size_t first = n > WORKER_MOST_LISTED ? n - WORKER_MOST_LISTED : 0;
    for (size_t i = first; i < n; i++) {
        char id[WORKER_ID_SIZE];
        (void)snprintf(id, sizeof id, "REC-%06lld", (long long)numbers[i]);
        json_t *job = folder_read(results, id, "job.json");
        const char *own = json_string_value(json_object_get(job, "id"));
        if (own && strcmp(own, id) == 0) {
            if (json_array_append(jobs, job)) {
                json_decref(job);
                return MOLY_NO_MEMORY(err);
            }
        }
        json_decref(job);
    }
    return MOLY_OK;
}

static moly_status list_numbers(const char *results, int64_t **numbers, size_t *n, moly_error *err)
{
    size_t room = 0;
    moly_status status = MOLY_OK;
    DIR *folder = opendir(results);
    if (!folder) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "cannot read the folder %s: %s", results,
                         strerror(errno));
    }
    for (const struct dirent *entry = readdir(folder); entry && !status; entry = readdir(folder)) {
        const int64_t number = number_of(entry->d_name);
        if (number > 0 && *n == room) {
            room = room ? 2 * room : 64;
            int64_t *more = moly_realloc(*numbers, room, sizeof **numbers);
            status = more ? MOLY_OK : MOLY_NO_MEMORY(err);
            *numbers = more ? more : *numbers;
        }
        if (number > 0 && !status) {
            (*numbers)[(*n)++] = number;
        }
    }
    (void)closedir(folder);
    return status;
}

/* Two servers would each take what the other runs for interrupted. */
static moly_status take(const char *results, int *lock, moly_error *err)
{
    *lock = open(results, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*lock >= 0 && flock(*lock, LOCK_EX | LOCK_NB) == 0) {
        return MOLY_OK;
    }
    return MOLY_FAIL(err, MOLY_ERR_IO, "cannot have the folder of results %s alone: %s", results,
                     errno == EWOULDBLOCK ? "another server uses it" : strerror(errno));
}

moly_status folder_open(const char *results, int *lock, json_t **jobs, int64_t *n_made,
                        moly_error *err)
{
    int64_t *numbers = NULL;
    size_t n = 0;
    *jobs = NULL;
    if (mkdir(results, 0777) != 0 && errno != EEXIST) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "cannot make the folder of results %s: %s", results,
                         strerror(errno));
    }
    if (access(results, W_OK | X_OK) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "cannot write to the folder of results %s: %s", results,
                         strerror(errno));
    }
    json_t *found = json_array();
    moly_status status = take(results, lock, err);
    status = status  ? status
             : found ? list_numbers(results, &numbers, &n, err)
                     : MOLY_NO_MEMORY(err);
    if (!status) {
        if (n > 1) {
            qsort(numbers, n, sizeof *numbers, by_number);
        }
        status = read_jobs(results, numbers, n, found, err);
    }
    if (!status) {
        *n_made = n > 0 ? numbers[n - 1] : 0;
        *jobs = json_incref(found);
    }
    moly_free(numbers);
    json_decref(found);
    return status;
}
