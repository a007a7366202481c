/* SPDX-License-Identifier: Apache-2.0 */
/* What a raw file is, by what it says itself. */
#include "raw_kind.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "moly/formats/listmode.h"
#include "moly/formats/petsird.h"

const char *const raw_kind_names[] = {"image", "PET sinograms", "PET list mode", "gamma camera"};

enum { HEAD = 160 };

/* The first bytes, lower case; "" where there are none. */
static void read_head(const char *path, char head[HEAD])
{
    FILE *file = fopen(path, "rbe");
    size_t n = file ? fread(head, 1, HEAD - 1, file) : 0;
    head[n] = '\0';
    for (size_t i = 0; i < n; i++) {
        const int letter = tolower((unsigned char)head[i]);
        head[i] = (char)letter;
    }
    if (file) {
        (void)fclose(file);
    }
}

static moly_status find_interfile(raw_file *file, moly_arena *arena, moly_error *err)
{
    moly_status status = moly_interfile_describe(file->path, arena, &file->facts, err);
    if (status) {
        return status;
    }
    file->is_interfile = true;
    switch (file->facts.kind) {
    case MOLY_INTERFILE_IMAGE:
        file->kind = RAW_IMAGE;
        break;
    case MOLY_INTERFILE_SINOGRAM:
        file->kind = RAW_SINOGRAM;
        break;
    case MOLY_INTERFILE_LISTMODE:
        file->kind = RAW_EVENTS;
        break;
    case MOLY_INTERFILE_SPECT:
        file->kind = RAW_SPECT;
        break;
    default:
        return MOLY_FAIL(
            err, MOLY_ERR_DATA,
            "%s: an Interfile header of no kind that Moly knows: it heads no image, no "
            "PET sinograms, no list mode and no SPECT projections",
            file->path);
    }
    return MOLY_OK;
}

moly_status raw_find_kind(const char *name, moly_arena *arena, raw_file *file, moly_error *err)
{
    char head[HEAD] = "";
    struct stat info;
    raw_file found = {.path = name};
    if (stat(name, &info) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "no such file: %s", name);
    }
    if (S_ISDIR(info.st_mode)) {
        const char *peak = moly_arena_printf(arena, "%s/peak.hs", name);
        moly_status status = raw_sinogram_path(name, "prompts", arena, &found.path, err);
        if (status) {
            return status;
        }
        found.path = peak && stat(peak, &info) == 0 ? peak : found.path;
    }
    read_head(found.path, head);
    moly_status status = MOLY_OK;
    const size_t n = strlen(found.path);
    if (strncmp(head, "yardl", 5) == 0) {
        found.kind = RAW_EVENTS;
        found.is_petsird = true;
    } else if (memcmp(head + 128, "dicm", 4) == 0) {
        found.kind = RAW_SPECT;
        found.is_dicom = true;
    } else if (strstr(head, "interfile")) {
        status = find_interfile(&found, arena, err);
    } else if ((n > 4 && strcmp(found.path + n - 4, ".nii") == 0) ||
               (n > 7 && strcmp(found.path + n - 7, ".nii.gz") == 0)) {
        found.kind = RAW_IMAGE;
    } else {
        status = MOLY_FAIL(err, MOLY_ERR_DATA,
                           "%s: not raw data that Moly knows: neither an Interfile header, nor "
                           "PETSIRD, NIfTI or DICOM",
                           found.path);
    }
    if (!status) {
        *file = found;
    }
    return status;
}

moly_status raw_read_events(const raw_file *file, moly_event_list *list, moly_error *err)
{
    return file->is_petsird ? moly_petsird_read(file->path, list, err)
                            : moly_listmode_read(file->path, list, err);
}
