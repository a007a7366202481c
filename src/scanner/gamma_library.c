/* SPDX-License-Identifier: Apache-2.0 */
/* Gamma cameras from text: those compiled in (data/scanners/NAME.camera) and files of one's own. */
#include <stdio.h>
#include <string.h>

#include "gamma_library.h"
#include "keys.h"
#include "moly/base/memory.h"
#include "moly/base/text.h"

#define MEMBER(member) offsetof(moly_gamma_camera, member)
static const key camera_keys[] = {
    {"title", KEY_WORDS, MEMBER(title), MOLY_DIM_NONE, 1.0, true, 0},
    {"source", KEY_WORDS, MEMBER(source), MOLY_DIM_NONE, 1.0, true, 0},
    {"heads", KEY_WHOLE, MEMBER(n_heads), MOLY_DIM_NONE, 1.0, true, 0},
    {"field width", KEY_REAL, MEMBER(field_width_mm), MOLY_DIM_LENGTH, 1.0, true, 0},
    {"field length", KEY_REAL, MEMBER(field_length_mm), MOLY_DIM_LENGTH, 1.0, true, 0},
    {"crystal", KEY_REAL, MEMBER(crystal_mm), MOLY_DIM_LENGTH, 1.0, true, 0},
    {"intrinsic resolution", KEY_REAL, MEMBER(intrinsic_fwhm_mm), MOLY_DIM_LENGTH, 1.0, true, 0},
    {"energy resolution", KEY_REAL, MEMBER(energy_fwhm), MOLY_DIM_FRACTION, 1.0, true, 0},
    {"dead time", KEY_REAL, MEMBER(dead_time_s), MOLY_DIM_TIME, 1.0, false, 0},
    {"least radius", KEY_REAL, MEMBER(radius_min_mm), MOLY_DIM_LENGTH, 1.0, false, 0},
    {"largest radius", KEY_REAL, MEMBER(radius_max_mm), MOLY_DIM_LENGTH, 1.0, false, 0},
};
#undef MEMBER
#define MEMBER(member) offsetof(moly_collimator, member)
static const key collimator_keys[] = {
    {"collimator", KEY_WORDS, MEMBER(name), MOLY_DIM_NONE, 1.0, true, MOLY_COLLIMATOR_NAME_SIZE},
    {"shape", KEY_WORDS, MEMBER(shape), MOLY_DIM_NONE, 1.0, true, MOLY_COLLIMATOR_NAME_SIZE},
    {"hole", KEY_REAL, MEMBER(hole_mm), MOLY_DIM_LENGTH, 1.0, true, 0},
    {"septum", KEY_REAL, MEMBER(septum_mm), MOLY_DIM_LENGTH, 1.0, false, 0},
    {"length", KEY_REAL, MEMBER(length_mm), MOLY_DIM_LENGTH, 1.0, true, 0},
    {"gap", KEY_REAL, MEMBER(gap_mm), MOLY_DIM_LENGTH, 1.0, false, 0},
    {"focal length", KEY_REAL, MEMBER(focal_mm), MOLY_DIM_LENGTH, 1.0, false, 0},
    {"opening deg", KEY_REAL, MEMBER(opening_deg), MOLY_DIM_NONE, 1.0, false, 0},
    {"pinholes", KEY_WHOLE, MEMBER(n_pinholes), MOLY_DIM_NONE, 1.0, false, 0},
    {"highest energy", KEY_REAL, MEMBER(energy_max_kev), MOLY_DIM_ENERGY, 1.0, true, 0},
};
static const key_table camera_table = {camera_keys, sizeof camera_keys / sizeof *camera_keys};
static const key_parts collimator_parts = {
    .table = {collimator_keys, sizeof collimator_keys / sizeof *collimator_keys},
    .offset = offsetof(moly_gamma_camera, collimators),
    .size = sizeof(moly_collimator),
    .count_offset = offsetof(moly_gamma_camera, n_collimators),
    .most = MOLY_MOST_COLLIMATORS,
};

static moly_status check(const moly_gamma_camera *c, moly_error *err)
{
    const struct {
        const char *name;
        double value, least, most;
    } rows[] = {
        {"heads", (double)c->n_heads, 1.0, 30.0},
        {"field width", c->field_width_mm, 10.0, 2000.0},
        {"field length", c->field_length_mm, 10.0, 2000.0},
        {"crystal", c->crystal_mm, 0.1, 100.0},
        {"intrinsic resolution", c->intrinsic_fwhm_mm, 0.1, 20.0},
        {"energy resolution", c->energy_fwhm, 0.001, 0.5},
        {"dead time", c->dead_time_s, 0.0, 1e-3},
        {"collimators", (double)c->n_collimators, 1.0, MOLY_MOST_COLLIMATORS},
    };
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!(rows[i].value >= rows[i].least && rows[i].value <= rows[i].most)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "%s: %s of %g; from %g to %g", c->name,
                             rows[i].name, rows[i].value, rows[i].least, rows[i].most);
        }
    }
    for (int64_t i = 0; i < c->n_collimators && !status; i++) {
        status = moly_collimator_check(&c->collimators[i], err);
    }
    return status;
}

moly_status moly_gamma_camera_parse(const char *text, const char *what, moly_gamma_camera *camera,
                                    moly_error *err)
{
    moly_gamma_camera made = {.n_collimators = 0};
    (void)snprintf(made.name, sizeof made.name, "%s", what);
    moly_status status = keys_read(text, what, &camera_table, &collimator_parts, &made, err);
    status = status ? status : check(&made, err);
    if (!status) {
        *camera = made;
    }
    return status;
}

size_t moly_gamma_camera_names(const char *const **names)
{
    static const char *all[64];
    size_t n = 0;
    for (const library_camera *c = library_cameras; c->name && n < 64; c++) {
        all[n++] = c->name;
    }
    *names = all;
    return n;
}

moly_status moly_gamma_camera_find(const char *name, moly_gamma_camera *camera, moly_error *err)
{
    if (keys_is_file(name, ".camera")) {
        char *text = NULL;
        const char *what = NULL;
        moly_status status = keys_load(name, &text, &what, err);
        status = status ? status : moly_gamma_camera_parse(text, what, camera, err);
        moly_free(text);
        return status;
    }
    for (const library_camera *c = library_cameras; c->name; c++) {
        if (strcmp(c->name, name) == 0) {
            return moly_gamma_camera_parse(c->text, name, camera, err);
        }
    }
    const char *const *names = NULL;
    const size_t n = moly_gamma_camera_names(&names);
    const char *near = moly_nearest(name, names, n);
    return MOLY_FAIL(err, MOLY_ERR_UNKNOWN,
                     "no gamma camera '%.60s'; there is '%s' (a file's name ends in .camera)", name,
                     near ? near : names[0]);
}

moly_status moly_gamma_collimator(const moly_gamma_camera *camera, const char *name,
                                  moly_collimator *collimator, moly_error *err)
{
    const char *names[MOLY_MOST_COLLIMATORS];
    for (int64_t i = 0; i < camera->n_collimators; i++) {
        names[i] = camera->collimators[i].name;
        if (strcmp(names[i], name) == 0) {
            *collimator = camera->collimators[i];
            return MOLY_OK;
        }
    }
    const char *near = moly_nearest(name, names, (size_t)camera->n_collimators);
    return MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "%s has no collimator '%.30s'; it has '%s'",
                     camera->name, name, near ? near : names[0]);
}
