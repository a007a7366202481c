/* SPDX-License-Identifier: Apache-2.0 */
/* Scanners from text: the library that is compiled in (data/scanners) and files of one's own. */
#include "library.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "keys.h"
#include "moly/base/memory.h"
#include "moly/base/text.h"

#define MEMBER(member) offsetof(moly_pet_scanner, member)
static const key keys[] = {
    {"title", KEY_WORDS, MEMBER(title), MOLY_DIM_NONE, 1.0, true, 0},
    {"source", KEY_WORDS, MEMBER(source), MOLY_DIM_NONE, 1.0, false, 0},
    {"crystal material", KEY_WORDS, MEMBER(crystal_material), MOLY_DIM_NONE, 1.0, false, 0},
    {"rings", KEY_WHOLE, MEMBER(n_rings), MOLY_DIM_NONE, 1.0, true, 0},
    {"detectors", KEY_WHOLE, MEMBER(n_detectors), MOLY_DIM_NONE, 1.0, true, 0},
    {"sides", KEY_WHOLE, MEMBER(n_sides), MOLY_DIM_NONE, 1.0, false, 0},
    {"block rings", KEY_WHOLE, MEMBER(block_rings), MOLY_DIM_NONE, 1.0, false, 0},
    {"block columns", KEY_WHOLE, MEMBER(block_columns), MOLY_DIM_NONE, 1.0, false, 0},
    {"inner radius", KEY_REAL, MEMBER(inner_radius_mm), MOLY_DIM_LENGTH, 1.0, true, 0},
    {"interaction depth", KEY_REAL, MEMBER(interaction_depth_mm), MOLY_DIM_LENGTH, 1.0, false, 0},
    {"crystal pitch", KEY_REAL, MEMBER(crystal_pitch_mm), MOLY_DIM_LENGTH, 1.0, false, 0},
    {"ring pitch", KEY_REAL, MEMBER(ring_pitch_mm), MOLY_DIM_LENGTH, 1.0, true, 0},
    {"block gap", KEY_REAL, MEMBER(block_gap_mm), MOLY_DIM_LENGTH, 1.0, false, 0},
    {"view offset rad", KEY_REAL, MEMBER(view_offset_rad), MOLY_DIM_NONE, 1.0, false, 0},
    {"crystal depth", KEY_REAL, MEMBER(crystal_depth_mm), MOLY_DIM_LENGTH, 1.0, false, 0},
    {"energy resolution", KEY_REAL, MEMBER(energy_fwhm), MOLY_DIM_FRACTION, 1.0, false, 0},
    {"energy window low", KEY_REAL, MEMBER(window_low_kev), MOLY_DIM_ENERGY, 1.0, false, 0},
    {"energy window high", KEY_REAL, MEMBER(window_high_kev), MOLY_DIM_ENERGY, 1.0, false, 0},
    {"coincidence window", KEY_REAL, MEMBER(coincidence_window_ps), MOLY_DIM_TIME, 1e12, false, 0},
    {"timing resolution", KEY_REAL, MEMBER(tof_fwhm_ps), MOLY_DIM_TIME, 1e12, false, 0},
    {"tof bin", KEY_REAL, MEMBER(tof_bin_ps), MOLY_DIM_TIME, 1e12, false, 0},
    {"tof bins", KEY_WHOLE, MEMBER(n_tof_bins), MOLY_DIM_NONE, 1.0, false, 0},
    {"dead time", KEY_REAL, MEMBER(dead_time_s), MOLY_DIM_TIME, 1.0, false, 0},
    {"tangential bins", KEY_WHOLE, MEMBER(n_tangential), MOLY_DIM_NONE, 1.0, true, 0},
    {"span", KEY_WHOLE, MEMBER(span), MOLY_DIM_NONE, 1.0, false, 0},
    {"max ring difference", KEY_WHOLE, MEMBER(max_ring_difference), MOLY_DIM_NONE, 1.0, false, 0},
    {"arc-corrected bin", KEY_REAL, MEMBER(arc_bin_mm), MOLY_DIM_LENGTH, 1.0, false, 0},
};
static const key_table table = {keys, sizeof keys / sizeof *keys};

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
    (void)snprintf(made.name, sizeof made.name, "%s", what);
    moly_status status = keys_read(text, what, &table, NULL, &made, err);
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
    if (!keys_is_file(name, ".scanner")) {
        return find_in_library(name, scanner, err);
    }
    char *text = NULL;
    const char *what = NULL;
    moly_status status = keys_load(name, &text, &what, err);
    status = status ? status : moly_pet_scanner_parse(text, what, scanner, err);
    moly_free(text);
    return status;
}
