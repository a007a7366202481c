/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "dicom_inside.h"

enum { MAX_DEPTH = 16, MAX_FILES = 1000000 };

moly_status text_list_add(text_list *list, moly_arena *arena, moly_error *err, const char *format,
                          ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (list->n == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 16;
        const char **grown = moly_arena_alloc(arena, capacity, sizeof(*grown));
        if (!grown) {
            return MOLY_NO_MEMORY(err);
        }
        if (list->n > 0) {
            memcpy(grown, list->texts, list->n * sizeof(*grown));
        }
        list->texts = grown;
        list->capacity = capacity;
    }
    list->texts[list->n] = moly_arena_strdup(arena, text);
    if (!list->texts[list->n]) {
        return MOLY_NO_MEMORY(err);
    }
    list->n++;
    return MOLY_OK;
}

static moly_status add_path(text_list *paths, moly_arena *arena, const char *path, moly_error *err)
{
    if (paths->n >= MAX_FILES) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "more than %d files in one folder", (int)MAX_FILES);
    }
    return text_list_add(paths, arena, err, "%s", path);
}

static moly_status walk(const char *folder, int depth, moly_arena *arena, text_list *paths,
                        moly_error *err)
{
    if (depth > MAX_DEPTH) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "folders nested more than %d deep at %s",
                         (int)MAX_DEPTH, folder);
    }
    DIR *dir = opendir(folder);
    if (!dir) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "cannot open folder %s: %s", folder, strerror(errno));
    }
    moly_status status = MOLY_OK;
    // cppcheck-suppress readdirCalled ; the stream belongs to this thread alone
    for (struct dirent *entry; status == MOLY_OK && (entry = readdir(dir)) != NULL;) {
        struct stat info;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        char *path = moly_arena_printf(arena, "%s/%s", folder, entry->d_name);
        if (!path) {
            status = MOLY_NO_MEMORY(err);
        } else if (lstat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
            status = walk(path, depth + 1, arena, paths, err);
        } else if (lstat(path, &info) == 0 && S_ISREG(info.st_mode)) {
            status = add_path(paths, arena, path, err);
        }
    }
    (void)closedir(dir);
    return status;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

moly_status list_files(const char *path, moly_arena *arena, const char *const **paths, size_t *n,
                       bool *is_folder, moly_error *err)
{
    struct stat info;
    text_list list = {0};
    moly_status status;
    if (stat(path, &info) != 0) {
        return errno == ENOENT || errno == ENOTDIR
                   ? MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "no such file or folder: %s", path)
                   : MOLY_FAIL(err, MOLY_ERR_IO, "cannot look at %s: %s", path, strerror(errno));
    }
    *is_folder = S_ISDIR(info.st_mode);
    if (*is_folder) {
        status = walk(path, 1, arena, &list, err);
    } else if (S_ISREG(info.st_mode)) {
        status = add_path(&list, arena, path, err);
    } else {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s is neither a file nor a folder", path);
    }
    if (status == MOLY_OK && list.n > 0) {
        qsort(list.texts, list.n, sizeof(*list.texts), by_name);
    }
    *paths = list.texts;
    *n = list.n;
    return status;
}
