/* SPDX-License-Identifier: Apache-2.0 */
/* ICRP Publication 107 as its software distributes it: ICRP-07.NDX (fixed columns; the first line
 * holds their Fortran format) and, where present, ICRP-07.RAD (one line a radiation).
 * The masses of the index belong to A + 1 and are not read. Stable daughters have no row.
 * Source: ICRP, Nuclear Decay Data for Dosimetric Calculations, Ann. ICRP 38 (3), 2008. */
#include <ctype.h>
#include <math.h>

#include "moly/base/text.h"
#include "set.h"

#define FILE_LIMIT (256u << 20)
#define SOURCE "ICRP-107"

/* Columns of the index, from 1. */
enum {
    NAME = 1,
    NAME_WIDTH = 7,
    HALF_LIFE = 8,
    HALF_LIFE_WIDTH = 8,
    UNIT = 16,
    UNIT_WIDTH = 2,
    DAUGHTER = 54,
    DAUGHTER_STEP = 25,
    N_DAUGHTERS = 4,
    INDEX_WIDTH = 6,
    FRACTION_WIDTH = 11,
    MEANS = 153,
    KERMA = 218,
    KERMA_WIDTH = 9,
    SHORTEST_ROW = 175,
};

typedef struct text_line {
    const char *file, *data;
    size_t length;
    int number;
} text_line;

static moly_status bad(const text_line *line, int column, const char *what, moly_error *err)
{
    return MOLY_FAIL(err, MOLY_ERR_DATA, "%s:%d:%d: %s", line->file, line->number, column, what);
}

/* A field without its outer blanks; `text` has room for 24. */
static void field(const text_line *line, int column, int width, char text[24])
{
    int n = 0;
    for (int i = column - 1; i < column - 1 + width && (size_t)i < line->length && n < 23; i++) {
        if (n > 0 || line->data[i] != ' ') {
            text[n++] = line->data[i];
        }
    }
    while (n > 0 && text[n - 1] == ' ') {
        n--;
    }
    text[n] = '\0';
}

static moly_status number(const text_line *line, int column, int width, double *value,
                          moly_error *err)
{
    char text[24];
    field(line, column, width, text);
    if (moly_number_parse(text, value, NULL) != MOLY_OK) {
        return bad(line, column, "not a number", err);
    }
    return MOLY_OK;
}

static moly_status half_life(const text_line *line, double *seconds, moly_error *err)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"us", 1e-6},
                 {"ms", 1e-3},
                 {"s", 1.0},
                 {"m", 60.0},
                 {"h", 3600.0},
                 {"d", 86400.0},
                 {"y", MOLY_SECONDS_PER_YEAR}};
    char unit[24];
    double value = 0.0;
    const moly_status status = number(line, HALF_LIFE, HALF_LIFE_WIDTH, &value, err);
    if (status != MOLY_OK) {
        return status;
    }
    if (!(value > 0.0)) {
        return bad(line, HALF_LIFE, "a half-life is positive", err);
    }
    field(line, UNIT, UNIT_WIDTH, unit);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(units[i].unit, unit) == 0) {
            *seconds = value * units[i].seconds;
            return MOLY_OK;
        }
    }
    return bad(line, UNIT, "a unit of time is us, ms, s, m, h, d or y", err);
}

/* Moly's own (AME2020): the index has none that can be used. */
static double evaluated_mass_u(moly_state state)
{
    char name[MOLY_NUCLIDE_NAME_SIZE];
    size_t index = 0;
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    return moly_nuclide_find(set, moly_state_name(state, name), &index, NULL) == MOLY_OK
               ? moly_nuclide_at(set, index)->atomic_mass_u
               : NAN;
}

static moly_status daughters(const text_line *line, moly_draft *draft, moly_draft_nuclide *nuclide,
                             moly_error *err)
{
    for (int i = 0; i < N_DAUGHTERS; i++) {
        const int column = DAUGHTER + i * DAUGHTER_STEP;
        moly_draft_branch branch = {.fraction_sd = NAN, .q_kev = NAN};
        char name[24];
        field(line, column, NAME_WIDTH, name);
        if (name[0] == '\0') {
            continue;
        }
        moly_status status =
            number(line, column + NAME_WIDTH + INDEX_WIDTH, FRACTION_WIDTH, &branch.fraction, err);
        if (status != MOLY_OK) {
            return status;
        }
        if (strcmp(name, "SF") == 0) {
            branch.mode = MOLY_DECAY_FISSION;
        } else if (moly_state_parse(name, &branch.daughter)) {
            branch.mode = moly_mode_between(nuclide->state, branch.daughter);
        } else {
            return bad(line, column, "not a nuclide", err);
        }
        if (!(branch.fraction > 0.0 && branch.fraction <= 1.01)) {
            return bad(line, column + NAME_WIDTH + INDEX_WIDTH, "a branch is in 0..1", err);
        }
        status = moly_draft_add_branch(draft, nuclide, branch, err);
        if (status != MOLY_OK) {
            return status;
        }
    }
    return MOLY_OK;
}

static moly_status index_row(const text_line *line, moly_draft *draft, moly_error *err)
{
    char name[24];
    moly_state state;
    double seconds = 0.0, alpha = 0.0, electron = 0.0, photon = 0.0;
    moly_draft_nuclide *nuclide;
    if (line->length < SHORTEST_ROW) {
        return bad(line, (int)line->length + 1, "the row ends before its mean energies", err);
    }
    field(line, NAME, NAME_WIDTH, name);
    if (!moly_state_parse(name, &state)) {
        return bad(line, NAME, "not a nuclide", err);
    }
    moly_status status = half_life(line, &seconds, err);
    if (status == MOLY_OK) {
        status = number(line, MEANS, 7, &alpha, err);
    }
    if (status == MOLY_OK) {
        status = number(line, MEANS + 7, 8, &electron, err);
    }
    if (status == MOLY_OK) {
        status = number(line, MEANS + 15, 8, &photon, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    if (moly_draft_find(draft, state)) {
        return bad(line, NAME, "the nuclide is there already", err);
    }
    status = moly_draft_add(draft, state, &nuclide, err);
    if (status != MOLY_OK) {
        return status;
    }
    nuclide->body.half_life_s = seconds;
    /* The column holds the recoil as well (Po-210: 5.4074 MeV, which is Q); it takes 4/A of Q. */
    nuclide->body.mean_alpha_kev = alpha * 1000.0 * (state.a - 4.0) / state.a;
    nuclide->body.mean_electron_kev = electron * 1000.0;
    nuclide->body.mean_photon_kev = photon * 1000.0;
    nuclide->body.atomic_mass_u = evaluated_mass_u(state);
    if (line->length >= KERMA + KERMA_WIDTH - 1) {
        double gy_m2_per_bq_s = 0.0;
        status = number(line, KERMA, KERMA_WIDTH, &gy_m2_per_bq_s, err);
        nuclide->body.air_kerma_ugy_m2_per_mbq_h = gy_m2_per_bq_s * 3.6e15;
    }
    if (status != MOLY_OK) {
        return status;
    }
    return daughters(line, draft, nuclide, err);
}

/* ICODE of the .RAD file: gamma, X, annihilation, beta+, beta-, conversion, Auger, alpha. Recoils,
 * fission fragments and neutrons (9, 10, 11) are no lines of Moly's. */
static bool radiation_of(int code, uint8_t *radiation)
{
    static const moly_radiation codes[] = {
        MOLY_RADIATION_GAMMA,        MOLY_RADIATION_GAMMA,     MOLY_RADIATION_X,
        MOLY_RADIATION_ANNIHILATION, MOLY_RADIATION_BETA_PLUS, MOLY_RADIATION_BETA_MINUS,
        MOLY_RADIATION_CONVERSION,   MOLY_RADIATION_AUGER,     MOLY_RADIATION_ALPHA};
    if (code < 1 || code > 8) {
        return false;
    }
    *radiation = (uint8_t)codes[code];
    return true;
}

/* "icode yield energy/MeV mnemonic"; betas come with their mean energy only, so that the end point
 * is not known here and the mean stands in its place. */
static moly_status radiation_row(const text_line *line, const char *text, moly_draft *draft,
                                 moly_draft_nuclide *nuclide, moly_error *err)
{
    char *end, *rest;
    moly_line l = {.energy_sd_kev = NAN, .intensity_sd = NAN};
    const long code = strtol(text, &end, 10);
    const double yield = strtod(end, &rest);
    const double energy_kev = rest == end ? NAN : strtod(rest, &end) * 1000.0;
    if (!(code >= 1 && code <= 11) || !isfinite(yield) || !isfinite(energy_kev) || yield < 0.0 ||
        energy_kev < 0.0 || energy_kev > 1e6) {
        return bad(line, 1, "not a radiation: code 1..11, yield and energy in MeV", err);
    }
    if (!radiation_of((int)code, &l.radiation)) {
        return MOLY_OK;
    }
    const bool is_beta = code == 4 || code == 5;
    l.beta_shape = is_beta ? MOLY_BETA_ALLOWED : MOLY_BETA_NOT_A_BETA;
    l.energy_kev = energy_kev;
    l.mean_kev = (float)energy_kev;
    l.intensity = yield;
    return moly_draft_add_line(draft, nuclide, l, err);
}

/* The next line; false at the end. The carriage return of DOS is not part of it. */
static bool next_line(text_line *line, const char **data, const char *end)
{
    if (*data >= end) {
        return false;
    }
    const char *newline = memchr(*data, '\n', (size_t)(end - *data));
    line->data = *data;
    line->length = (size_t)((newline ? newline : end) - *data);
    line->number++;
    *data = newline ? newline + 1 : end;
    while (line->length > 0 && line->data[line->length - 1] == '\r') {
        line->length--;
    }
    return true;
}

moly_status moly_icrp07_read_index(const char *file, const char *data, size_t length,
                                   moly_draft *draft, moly_error *err)
{
    text_line line = {.file = file};
    const char *end = data + length;
    while (next_line(&line, &data, end)) {
        if (line.number == 1 || line.length == 0) {
            continue; /* line 1 holds the format and the copyright */
        }
        const moly_status status = index_row(&line, draft, err);
        if (status != MOLY_OK) {
            return status;
        }
    }
    return line.number > 1 ? MOLY_OK
                           : MOLY_FAIL(err, MOLY_ERR_DATA, "%s: no nuclides in the index", file);
}

moly_status moly_icrp07_read_radiations(const char *file, const char *data, size_t length,
                                        moly_draft *draft, moly_error *err)
{
    text_line line = {.file = file};
    const char *end = data + length;
    moly_draft_nuclide *nuclide = NULL;
    while (next_line(&line, &data, end)) {
        char text[96];
        snprintf(text, sizeof text, "%.*s", (int)(line.length < 95 ? line.length : 95), line.data);
        const char *start = text + strspn(text, " ");
        if (isalpha((unsigned char)*start)) {
            char name[24];
            moly_state state;
            snprintf(name, sizeof name, "%.*s", (int)strcspn(start, " "), start);
            if (!moly_state_parse(name, &state) || !(nuclide = moly_draft_find(draft, state))) {
                return bad(&line, 1, "not a nuclide of the index", err);
            }
        } else if (*start != '\0' && nuclide) {
            const moly_status status = radiation_row(&line, start, draft, nuclide, err);
            if (status != MOLY_OK) {
                return status;
            }
        }
    }
    return MOLY_OK;
}

moly_status moly_icrp07_load(const char *folder, moly_nuclide_set **set, moly_error *err)
{
    char *data = NULL;
    size_t length;
    *set = NULL;
    moly_text path = {0};
    moly_draft *draft = moly_draft_new(SOURCE);
    moly_text_printf(&path, "%s/ICRP-07.NDX", folder);
    moly_status status = draft && !path.is_broken
                             ? moly_file_read(moly_text_get(&path), FILE_LIMIT, &data, &length, err)
                             : MOLY_NO_MEMORY(err);
    if (status == MOLY_OK) {
        status = moly_icrp07_read_index("ICRP-07.NDX", data, length, draft, err);
    }
    moly_free(data);
    data = NULL;
    if (status == MOLY_OK) {
        moly_error none = {0};
        moly_text_free(&path);
        moly_text_printf(&path, "%s/ICRP-07.RAD", folder);
        status = moly_file_read(moly_text_get(&path), FILE_LIMIT, &data, &length, &none);
        if (status == MOLY_OK) {
            status = moly_icrp07_read_radiations("ICRP-07.RAD", data, length, draft, err);
        } else if (status == MOLY_ERR_NOT_FOUND) {
            status = MOLY_OK; /* without it the set has no lines */
        } else {
            status = MOLY_FAIL(err, status, "%s", none.message);
        }
        moly_free(data);
    }
    moly_text_free(&path);
    if (status != MOLY_OK) {
        moly_draft_free(draft);
        return status;
    }
    return moly_draft_finish(draft, SOURCE, set, err);
}
