/* SPDX-License-Identifier: Apache-2.0 */
/* The file beside an Interfile header that holds its numbers. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "interfile_inside.h"

/* Interfile 3.3's words, with the widths they allow. */
static const struct format {
    const char *word;
    number_type type; /* bytes 0: as `number of bytes per pixel` says */
    const char *widths;
} formats[] = {
    {"float", {0, true, true}, "4 or 8"},
    {"short float", {4, true, true}, "4"},
    {"long float", {8, true, true}, "8"},
    {"signed integer", {0, true, false}, "1, 2, 4 or 8"},
    {"unsigned integer", {0, false, false}, "1, 2, 4 or 8"},
};

moly_status interfile_number(const interfile_header *h, number_type *type, bool *is_swapped,
                             moly_error *err)
{
    const interfile_entry *format = interfile_find(h, KEY_NUMBER_FORMAT, 1);
    const struct format *found = NULL;
    int64_t bytes = 0;
    for (size_t i = 0; i < sizeof formats / sizeof *formats && !found; i++) {
        found = interfile_is(h, KEY_NUMBER_FORMAT, 1, formats[i].word) ? &formats[i] : NULL;
    }
    if (format && !found) {
        return interfile_fail(h, format, err,
                              "'%.40s' is none of float, short float, long float, signed integer "
                              "and unsigned integer",
                              format->text);
    }
    if (!found) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s: the key 'number format' is missing", h->name);
    }
    bytes = found->type.bytes;
    moly_status status = bytes
                             ? interfile_whole_or(h, KEY_NUMBER_BYTES, 1, bytes, bytes, &bytes, err)
                             : interfile_whole(h, KEY_NUMBER_BYTES, 1, 1, 8, &bytes, err);
    if (status) {
        return status;
    }
    if ((bytes & (bytes - 1)) != 0 || (found->type.is_real && bytes < 4)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s: numbers of %lld bytes: '%s' has %s", h->name,
                         (long long)bytes, found->word, found->widths);
    }
    const interfile_entry *order = interfile_find(h, KEY_BYTE_ORDER, 1);
    const bool is_little = interfile_is(h, KEY_BYTE_ORDER, 1, "LITTLEENDIAN");
    if (order && !is_little && !interfile_is(h, KEY_BYTE_ORDER, 1, "BIGENDIAN")) {
        return interfile_fail(h, order, err, "'%.40s' is neither LITTLEENDIAN nor BIGENDIAN",
                              order->text);
    }
    *type = found->type;
    type->bytes = (int)bytes;
    *is_swapped = !is_little; /* big-endian is Interfile's own default */
    return MOLY_OK;
}

char *interfile_beside(const char *path, const char *name)
{
    const char *slash = strrchr(path, '/');
    moly_text text = {0};
    if (slash && name[0] != '/') {
        moly_text_add_n(&text, path, (size_t)(slash - path) + 1);
    }
    moly_text_add(&text, name);
    if (text.is_broken) {
        moly_text_free(&text);
        return NULL;
    }
    return text.data;
}

moly_status interfile_swap_ending(const char *path, const char *from, const char *to, char **out,
                                  moly_error *err)
{
    const size_t n = strlen(path), m = strlen(from);
    moly_text text = {0};
    if (n <= m || strcmp(path + n - m, from) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "%s: the name of this Interfile header must end in "
                         "'%s'",
                         path, from);
    }
    moly_text_add_n(&text, path, n - m);
    moly_text_add(&text, to);
    if (text.is_broken) {
        moly_text_free(&text);
        return MOLY_NO_MEMORY(err);
    }
    *out = text.data;
    return MOLY_OK;
}

moly_status interfile_data_open(const interfile_header *h, interfile_data *data, moly_error *err)
{
    number_type type = {0};
    bool is_swapped = false;
    *data = (interfile_data){.fd = -1};
    moly_status status = interfile_number(h, &type, &is_swapped, err);
    if (!status) {
        status = interfile_data_open_bytes(h, data, err);
        data->type = type;
        data->is_swapped = is_swapped;
    }
    return status;
}

moly_status interfile_data_open_bytes(const interfile_header *h, interfile_data *data,
                                      moly_error *err)
{
    struct stat info;
    *data = (interfile_data){.fd = -1};
    const char *name = interfile_text(h, KEY_DATA_FILE, 1);
    if (!name) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s: the key 'name of data file' is missing", h->name);
    }
    data->path = interfile_beside(h->name, name);
    if (!data->path) {
        return MOLY_NO_MEMORY(err);
    }
    /* not blocking: a name may be that of a pipe */
    data->fd = open(data->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (data->fd < 0 || fstat(data->fd, &info) != 0) {
        const moly_status kind =
            errno == ENOENT || errno == ENOTDIR ? MOLY_ERR_NOT_FOUND : MOLY_ERR_IO;
        return MOLY_FAIL(err, kind, "%s: cannot open its data file %s: %s", h->name, data->path,
                         strerror(errno));
    }
    if (!S_ISREG(info.st_mode)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s: its data file %s is no regular file", h->name,
                         data->path);
    }
    data->size = (int64_t)info.st_size;
    return MOLY_OK;
}

void interfile_data_close(interfile_data *data)
{
    if (data->fd >= 0) {
        (void)close(data->fd);
    }
    moly_free(data->path);
    *data = (interfile_data){.fd = -1};
}

moly_status interfile_data_check(const interfile_data *data, int64_t offset, int64_t length,
                                 moly_error *err)
{
    if (offset < 0 || length < 0 || offset > data->size || length > data->size - offset) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%s has %lld bytes; its header asks for %lld from byte %lld on",
                         data->path, (long long)data->size, (long long)length, (long long)offset);
    }
    return MOLY_OK;
}

moly_status interfile_data_read(const interfile_data *data, int64_t offset, void *bytes,
                                size_t length, moly_error *err)
{
    char *to = bytes;
    while (length > 0) {
        const ssize_t n = pread(data->fd, to, length, (off_t)offset);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return MOLY_FAIL(err, MOLY_ERR_IO, "cannot read %s at byte %lld: %s", data->path,
                             (long long)offset, n < 0 ? strerror(errno) : "it has become shorter");
        }
        to += n;
        offset += n;
        length -= (size_t)n;
    }
    return MOLY_OK;
}
