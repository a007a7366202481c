/* SPDX-License-Identifier: Apache-2.0 */
/* Scanners from text: the library that is compiled in (data/scanners) and files of one's own. */
#include "library.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/quantity.h"
#include "moly/base/text.h"

enum { MOST_BYTES = 65536 };

typedef enum kind { WORDS, WHOLE, REAL } kind;

/* A key of the file: its member, and the dimension and factor from the canonical unit to it. */
typedef struct key {
    const char *name;
    kind kind;
    size_t offset;
    moly_dim dim;
    double factor;
    bool is_required;
} key;

#define MEMBER(member) offsetof(moly_pet_scanner, member)
static const key keys[] = {
    {"title", WORDS, MEMBER(title), MOLY_DIM_NONE, 1.0, true},
    {"source", WORDS, MEMBER(source), MOLY_DIM_NONE, 1.0, false},
    {"crystal material", WORDS, MEMBER(crystal_material), MOLY_DIM_NONE, 1.0, false},
    {"rings", WHOLE, MEMBER(n_rings), MOLY_DIM_NONE, 1.0, true},
    {"detectors", WHOLE, MEMBER(n_detectors), MOLY_DIM_NONE, 1.0, true},
    {"sides", WHOLE, MEMBER(n_sides), MOLY_DIM_NONE, 1.0, false},
    {"block rings", WHOLE, MEMBER(block_rings), MOLY_DIM_NONE, 1.0, false},
    {"block columns", WHOLE, MEMBER(block_columns), MOLY_DIM_NONE, 1.0, false},
    {"inner radius", REAL, MEMBER(inner_radius_mm), MOLY_DIM_LENGTH, 1.0, true},
    {"interaction depth", REAL, MEMBER(interaction_depth_mm), MOLY_DIM_LENGTH, 1.0, false},
    {"crystal pitch", REAL, MEMBER(crystal_pitch_mm), MOLY_DIM_LENGTH, 1.0, false},
    {"ring pitch", REAL, MEMBER(ring_pitch_mm), MOLY_DIM_LENGTH, 1.0, true},
    {"block gap", REAL, MEMBER(block_gap_mm), MOLY_DIM_LENGTH, 1.0, false},
    {"view offset rad", REAL, MEMBER(view_offset_rad), MOLY_DIM_NONE, 1.0, false},
    {"crystal depth", REAL, MEMBER(crystal_depth_mm), MOLY_DIM_LENGTH, 1.0, false},
    {"energy resolution", REAL, MEMBER(energy_fwhm), MOLY_DIM_FRACTION, 1.0, false},
    {"energy window low", REAL, MEMBER(window_low_kev), MOLY_DIM_ENERGY, 1.0, false},
    {"energy window high", REAL, MEMBER(window_high_kev), MOLY_DIM_ENERGY, 1.0, false},
    {"coincidence window", REAL, MEMBER(coincidence_window_ps), MOLY_DIM_TIME, 1e12, false},
    {"timing resolution", REAL, MEMBER(tof_fwhm_ps), MOLY_DIM_TIME, 1e12, false},
    {"tof bin", REAL, MEMBER(tof_bin_ps), MOLY_DIM_TIME, 1e12, false},
    {"tof bins", WHOLE, MEMBER(n_tof_bins), MOLY_DIM_NONE, 1.0, false},
    {"dead time", REAL, MEMBER(dead_time_s), MOLY_DIM_TIME, 1.0, false},
    {"tangential bins", WHOLE, MEMBER(n_tangential), MOLY_DIM_NONE, 1.0, true},
    {"span", WHOLE, MEMBER(span), MOLY_DIM_NONE, 1.0, false},
    {"max ring difference", WHOLE, MEMBER(max_ring_difference), MOLY_DIM_NONE, 1.0, false},
    {"arc-corrected bin", REAL, MEMBER(arc_bin_mm), MOLY_DIM_LENGTH, 1.0, false},
};
enum { N_KEYS = sizeof keys / sizeof *keys };

static char *trim(char *text)
{
    text += strspn(text, " \t\r");
    size_t n = strlen(text);
    while (n > 0 && strchr(" \t\r", text[n - 1]) != NULL) {
        text[--n] = '\0';
    }
    return text;
}

static moly_status set(moly_pet_scanner *scanner, const key *k, const char *value, moly_error *err)
{
    char *member = (char *)scanner + k->offset;
    double number;
    int64_t whole;
    moly_status status = MOLY_OK;
    switch (k->kind) {
    case WORDS:
        if (strlen(value) >= MOLY_SCANNER_TEXT_SIZE || !moly_is_utf8(value)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "the text is no UTF-8 or longer than %d bytes",
                             MOLY_SCANNER_TEXT_SIZE - 1);
        }
        memcpy(member, value, strlen(value) + 1);
        break;
    case WHOLE:
        status = moly_integer_parse(value, &whole, err);
        if (!status) {
            memcpy(member, &whole, sizeof whole);
        }
        break;
    case REAL:
        status = moly_quantity_parse(value, k->dim, &number, err);
        if (!status) {
            number *= k->factor;
            memcpy(member, &number, sizeof number);
        }
        break;
    }
    return status;
}

static moly_status find_key(const char *name, size_t *found, moly_error *err)
{
    const char *names[N_KEYS];
    for (size_t i = 0; i < N_KEYS; i++) {
        if (strcmp(keys[i].name, name) == 0) {
            *found = i;
            return MOLY_OK;
        }
        names[i] = keys[i].name;
    }
    const char *near = moly_nearest(name, names, N_KEYS);
    return near ? MOLY_FAIL(err, MOLY_ERR_DATA, "no key '%.40s'; is '%s' meant?", name, near)
                : MOLY_FAIL(err, MOLY_ERR_DATA, "no key '%.40s'", name);
}

static moly_status read_line(moly_pet_scanner *scanner, char *line, bool *is_set, moly_error *err)
{
    char *comment = strchr(line, '#');
    if (comment) {
        *comment = '\0';
    }
    line = trim(line);
    if (*line == '\0') {
        return MOLY_OK;
    }
    char *equals = strchr(line, '=');
    size_t k = 0;
    if (!equals) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "'%.40s' is not 'key = value'", line);
    }
    *equals = '\0';
    const char *name = trim(line), *value = trim(equals + 1);
    moly_status status = find_key(name, &k, err);
    if (!status && is_set[k]) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "it is there twice");
    }
    if (!status) {
        status = set(scanner, &keys[k], value, err);
        is_set[k] = true;
    }
    if (status) {
        moly_error_context(err, "%.40s", name);
    }
    return status;
}

/* What a file may leave out. */
static void complete(moly_pet_scanner *s)
{
    s->block_rings = s->block_rings ? s->block_rings : s->n_rings;
    s->block_columns = s->block_columns ? s->block_columns : 1;
    s->span = s->span ? s->span : 1;
    s->n_tof_bins = s->n_tof_bins ? s->n_tof_bins : 1;
    s->window_low_kev = s->window_low_kev > 0.0 ? s->window_low_kev : 425.0;
    s->window_high_kev = s->window_high_kev > 0.0 ? s->window_high_kev : 650.0;
    s->max_ring_difference = s->max_ring_difference >= 0 ? s->max_ring_difference : s->n_rings - 1;
}

moly_status moly_pet_scanner_parse(const char *text, const char *what, moly_pet_scanner *scanner,
                                   moly_error *err)
{
    moly_pet_scanner made = {.max_ring_difference = -1};
    bool is_set[N_KEYS] = {false};
    moly_status status = MOLY_OK;
    (void)snprintf(made.name, sizeof made.name, "%s", what);
    char *copy = moly_strdup(text);
    if (!copy) {
        return MOLY_NO_MEMORY(err);
    }
    char *line = copy;
    for (int number = 1; line && !status; number++) {
        char *end = strchr(line, '\n');
        if (end) {
            *end++ = '\0';
        }
        status = read_line(&made, line, is_set, err);
        if (status) {
            moly_error_context(err, "%s, line %d", what, number);
        }
        line = end;
    }
    moly_free(copy);
    for (size_t i = 0; i < N_KEYS && !status; i++) {
        if (keys[i].is_required && !is_set[i]) {
            status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s: '%s = ...' is missing", what, keys[i].name);
        }
    }
    if (!status) {
        complete(&made);
        status = moly_pet_scanner_check(&made, err);
    }
    if (!status) {
        *scanner = made;
    }
    return status;
}

size_t moly_pet_scanner_names(const char *const **names)
{
    static const char *all[64];
    size_t n = 0;
    for (const library_scanner *s = library_scanners; s->name && n < 64; s++) {
        all[n++] = s->name;
    }
    *names = all;
    return n;
}

static moly_status find_in_library(const char *name, moly_pet_scanner *scanner, moly_error *err)
{
    for (const library_scanner *s = library_scanners; s->name; s++) {
        if (strcmp(s->name, name) == 0) {
            return moly_pet_scanner_parse(s->text, name, scanner, err);
        }
    }
    const char *const *names = NULL;
    const size_t n = moly_pet_scanner_names(&names);
    const char *near = moly_nearest(name, names, n);
    return near ? MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "no PET scanner '%.60s'; is '%s' meant?", name,
                            near)
                : MOLY_FAIL(err, MOLY_ERR_UNKNOWN,
                            "no PET scanner '%.60s' (there is '%s', among others; a file's name "
                            "ends in .scanner)",
                            name, n ? names[0] : "none");
}

moly_status moly_pet_scanner_find(const char *name, moly_pet_scanner *scanner, moly_error *err)
{
    static const char ending[] = ".scanner";
    const size_t n = strlen(name);
    if (n <= sizeof ending || strcmp(name + n - sizeof ending + 1, ending) != 0) {
        return find_in_library(name, scanner, err);
    }
    char *text = NULL;
    size_t length = 0;
    moly_status status = moly_file_read(name, MOST_BYTES, &text, &length, err);
    if (!status && strlen(text) != length) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s: a byte is zero", name);
    }
    if (!status) {
        const char *slash = strrchr(name, '/');
        status = moly_pet_scanner_parse(text, slash ? slash + 1 : name, scanner, err);
    }
    moly_free(text);
    return status;
}
