/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "moly/base/memory.h"
#include "moly/base/text.h"

static moly_status fail_errno(moly_error *err, const char *what, const char *path)
{
    int number = errno;
    moly_status status = number == ENOENT || number == ENOTDIR ? MOLY_ERR_NOT_FOUND : MOLY_ERR_IO;
    return MOLY_FAIL(err, status, "cannot %s %s: %s", what, path, strerror(number));
}

static moly_status read_all(int fd, const char *path, size_t limit, moly_text *text,
                            moly_error *err)
{
    char buffer[65536];
    for (;;) {
        ssize_t n = read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return fail_errno(err, "read", path);
        }
        if (n == 0) {
            break;
        }
        if (text->length + (size_t)n > limit) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "%s is larger than the limit of %zu bytes", path,
                             limit);
        }
        moly_text_add_n(text, buffer, (size_t)n);
    }
    moly_text_add(text, "");
    return text->is_broken ? MOLY_NO_MEMORY(err) : MOLY_OK;
}

moly_status moly_file_read(const char *path, size_t limit, char **data, size_t *length,
                           moly_error *err)
{
    *data = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return fail_errno(err, "open", path);
    }
    moly_text text = {0};
    moly_status status = read_all(fd, path, limit, &text, err);
    (void)close(fd);
    if (status != MOLY_OK) {
        moly_text_free(&text);
        return status;
    }
    *data = text.data;
    *length = text.length;
    return MOLY_OK;
}

static moly_status write_all(int fd, const char *path, const char *data, size_t length,
                             moly_error *err)
{
    while (length > 0) {
        ssize_t n = write(fd, data, length);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return fail_errno(err, "write", path);
        }
        data += n;
        length -= (size_t)n;
    }
    return fsync(fd) == 0 ? MOLY_OK : fail_errno(err, "write", path);
}

/* The new name is durable only once its folder is. */
static moly_status sync_folder_of(const char *path, moly_error *err)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    char folder[4096];
    if (length >= sizeof folder) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%.60s...: the path is too long", path);
    }
    if (slash) {
        memcpy(folder, length ? path : "/", length ? length : 1);
        folder[length ? length : 1] = '\0';
    } else {
        memcpy(folder, ".", 2);
    }
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return fail_errno(err, "open", folder);
    }
    int failed = fsync(fd);
    (void)close(fd);
    return failed ? fail_errno(err, "write", folder) : MOLY_OK;
}

moly_status moly_file_write(const char *path, const void *data, size_t length, moly_error *err)
{
    moly_text temporary = {0};
    moly_text_printf(&temporary, "%s.XXXXXX", path);
    if (temporary.is_broken) {
        return MOLY_NO_MEMORY(err);
    }
    moly_status status;
    int fd = mkstemp(temporary.data);
    if (fd < 0) {
        status = fail_errno(err, "write", path);
        goto done;
    }
    status = write_all(fd, path, data, length, err);
    if (status == MOLY_OK && fchmod(fd, 0644) != 0) {
        status = fail_errno(err, "write", path);
    }
    (void)close(fd);
    if (status == MOLY_OK && rename(temporary.data, path) != 0) {
        status = fail_errno(err, "write", path);
    }
    if (status == MOLY_OK) {
        status = sync_folder_of(path, err);
    } else {
        (void)unlink(temporary.data);
    }
done:
    moly_text_free(&temporary);
    return status;
}
