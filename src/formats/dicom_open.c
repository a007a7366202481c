/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "dicom_inside.h"

/* What one file may be; larger ones are refused before they are read. */
static const size_t MAX_FILE_BYTES = (size_t)2 << 30;
enum { PREAMBLE = 128, HEAD = PREAMBLE + 4 };

/* Without a preamble: an element of group 2 or 8 with a VR or a length that makes sense. */
static bool looks_bare(const uint8_t *head, size_t length)
{
    if (length < 8) {
        return false;
    }
    bool is_little = (head[0] == 0x02 || head[0] == 0x08) && head[1] == 0x00 && head[3] == 0x00;
    bool is_big = head[0] == 0x00 && (head[1] == 0x02 || head[1] == 0x08) && head[2] == 0x00;
    bool has_vr = head[4] >= 'A' && head[4] <= 'Z' && head[5] >= 'A' && head[5] <= 'Z';
    bool is_short = is_little && head[5] <= 0x01 && head[6] == 0x00 && head[7] == 0x00;
    return (is_little || is_big) && (has_vr || is_short);
}

bool dicom_looks_like(const uint8_t *head, size_t length)
{
    return (length >= HEAD && memcmp(head + PREAMBLE, "DICM", 4) == 0) || looks_bare(head, length);
}

moly_status dicom_open_memory(const void *data, size_t length, dcm_file **file, moly_error *err)
{
    if (!dicom_looks_like(data, length)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "not a DICOM file: it does not begin like one");
    }
    moly_status status = dicom_guard(data, length, err);
    return status == MOLY_OK ? dcm_parse(data, length, file, err) : status;
}

/* The beginning alone first: a folder may hold large files of other kinds. */
static moly_status read_head(const char *path, uint8_t head[HEAD], size_t *length, moly_error *err)
{
    FILE *in = fopen(path, "rb");
    if (!in) {
        return MOLY_FAIL(err, errno == ENOENT ? MOLY_ERR_NOT_FOUND : MOLY_ERR_IO,
                         "cannot open %s: %s", path, strerror(errno));
    }
    *length = fread(head, 1, HEAD, in);
    bool is_broken = ferror(in) != 0;
    (void)fclose(in);
    return is_broken ? MOLY_FAIL(err, MOLY_ERR_IO, "cannot read %s", path) : MOLY_OK;
}

moly_status dicom_open(const char *path, dcm_file **file, bool *is_dicom, size_t *bytes,
                       moly_error *err)
{
    uint8_t head[HEAD];
    char *data = NULL;
    size_t length = 0;
    moly_status status = read_head(path, head, &length, err);
    bool looks = status == MOLY_OK && dicom_looks_like(head, length);
    if (is_dicom) {
        *is_dicom = looks;
    }
    if (status != MOLY_OK) {
        return status;
    }
    if (!looks) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s is not a DICOM file: it does not begin like one",
                         path);
    }
    status = moly_file_read(path, MAX_FILE_BYTES, &data, &length, err);
    if (status == MOLY_OK) {
        status = dicom_open_memory(data, length, file, err);
        if (status != MOLY_OK) {
            moly_error_context(err, "%s", path);
        }
    }
    if (status == MOLY_OK && bytes) {
        *bytes = length;
    }
    moly_free(data);
    return status;
}
