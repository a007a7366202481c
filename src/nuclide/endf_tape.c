/* SPDX-License-Identifier: Apache-2.0 */
#include "endf_tape.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>

#define FIELD 11       /* characters of a field */
#define CONTROL 66     /* column (from 0) where MAT, MF, MT begin */
#define N_MODES_MAX 64 /* far above any evaluation; a larger count is a damaged file */
#define N_LINES_MAX 100000
#define N_LIST_MAX 200000

typedef struct record {
    double value[6];
} record;

typedef struct tape {
    const char *file, *data, *end;
    const char *line; /* start of the current record */
    size_t line_length;
    int line_number;
    int mat, mf, mt; /* of the current record */
    moly_arena *arena;
    moly_error *err;
} tape;

static moly_status bad(const tape *t, int column, const char *what)
{
    return MOLY_FAIL(t->err, MOLY_ERR_DATA, "%s:%d:%d: %s", t->file, t->line_number, column, what);
}

/* The next record that is long enough to carry MAT, MF, MT; false at the end. */
static bool next_line(tape *t)
{
    const char *p = t->line + t->line_length;
    while (p < t->end) {
        while (p < t->end && *p == '\r') {
            p++;
        }
        if (t->line_number > 0 && p < t->end && *p == '\n') {
            p++;
        }
        if (p >= t->end) {
            break;
        }
        const char *newline = memchr(p, '\n', (size_t)(t->end - p));
        size_t length = (size_t)((newline ? newline : t->end) - p);
        t->line = p;
        t->line_length = length;
        t->line_number++;
        if (length >= CONTROL + 9) {
            char text[10];
            const char *control = p + CONTROL;
            int numbers[3];
            const int widths[3] = {4, 2, 3};
            for (int i = 0; i < 3; i++) {
                memcpy(text, control, (size_t)widths[i]);
                text[widths[i]] = '\0';
                numbers[i] = (int)strtol(text, NULL, 10);
                control += widths[i];
            }
            t->mat = numbers[0];
            t->mf = numbers[1];
            t->mt = numbers[2];
            return true;
        }
        p += length;
    }
    return false;
}

/* Fortran reads "1.5+3" as 1.5e3 and a blank field as 0. */
static moly_status read_field(const tape *t, int index, double *value)
{
    char text[2 * FIELD + 1] = {0}; /* every character may bring an exponent's 'e' with it */
    size_t n = 0;
    const char *field = t->line + index * FIELD;
    for (int i = 0; i < FIELD; i++) {
        const char c = field[i];
        if (c == ' ') {
            continue;
        }
        const bool is_exponent_sign =
            (c == '+' || c == '-') && n > 0 && !strchr("eEdD", text[n - 1]);
        if (is_exponent_sign) {
            text[n++] = 'e';
        }
        text[n++] = c;
    }
    text[n] = '\0';
    *value = 0.0;
    if (n == 0) {
        return MOLY_OK;
    }
    for (size_t i = 0; i < n; i++) {
        if (text[i] == 'd' || text[i] == 'D') {
            text[i] = 'e';
        }
        if (!strchr("0123456789+-.eE", text[i])) {
            return bad(t, index * FIELD + 1, "not a number of ENDF-6");
        }
    }
    char *end;
    const double number = strtod(text, &end);
    if (*end != '\0' || !isfinite(number)) {
        return bad(t, index * FIELD + 1, "not a number of ENDF-6");
    }
    *value = number;
    return MOLY_OK;
}

/* Go to the next record of the same section and read its six fields. */
static moly_status next_record(tape *t, record *r)
{
    const int mat = t->mat;
    if (!next_line(t) || t->mat != mat || t->mf != 8 || t->mt != 457) {
        return bad(t, 1, "the section MF 8 MT 457 ends too early");
    }
    for (int i = 0; i < 6; i++) {
        const moly_status status = read_field(t, i, &r->value[i]);
        if (status != MOLY_OK) {
            return status;
        }
    }
    return MOLY_OK;
}

static moly_status count(const tape *t, double value, int column, double limit, size_t *n)
{
    if (!(value >= 0.0 && value <= limit) || value != floor(value)) {
        return MOLY_FAIL(t->err, MOLY_ERR_DATA, "%s:%d:%d: a count of %g, not in 0..%g", t->file,
                         t->line_number, column, value, limit);
    }
    *n = (size_t)value;
    return MOLY_OK;
}

/* A list of n numbers, six a record; the first `capacity` are kept. */
static moly_status read_list(tape *t, size_t n, size_t capacity, double *kept)
{
    for (size_t i = 0; i < n; i += 6) {
        record r;
        const moly_status status = next_record(t, &r);
        if (status != MOLY_OK) {
            return status;
        }
        for (size_t k = 0; k < 6 && i + k < capacity; k++) {
            kept[i + k] = i + k < n ? r.value[k] : 0.0;
        }
    }
    return MOLY_OK;
}

static moly_status read_lines(tape *t, size_t n, moly_endf_spectrum *spectrum)
{
    spectrum->lines = moly_arena_alloc(t->arena, n, sizeof *spectrum->lines);
    if (n > 0 && !spectrum->lines) {
        return MOLY_NO_MEMORY(t->err);
    }
    for (size_t i = 0; i < n; i++) {
        record head = {{0}};
        size_t n_values = 0;
        double v[12] = {0};
        moly_status status = next_record(t, &head);
        if (status == MOLY_OK) {
            status = count(t, head.value[4], 45, 12.0, &n_values);
        }
        if (status == MOLY_OK) {
            status = read_list(t, n_values, 12, v);
        }
        if (status != MOLY_OK) {
            return status;
        }
        spectrum->lines[i] = (moly_endf_line){.energy_ev = head.value[0],
                                              .energy_sd_ev = head.value[1],
                                              .type = v[1],
                                              .intensity = v[2],
                                              .intensity_sd = v[3],
                                              .positrons = v[4],
                                              .positrons_sd = v[5],
                                              .conversion = v[6]};
    }
    spectrum->n_lines = n;
    return MOLY_OK;
}

/* A continuum (TAB1, then its covariance if there is one) is passed over: Moly keeps lines. */
static moly_status skip_continuum(tape *t)
{
    record head = {{0}};
    size_t n_ranges = 0, n_points = 0;
    moly_status status = next_record(t, &head);
    if (status == MOLY_OK) {
        status = count(t, head.value[4], 45, N_LIST_MAX, &n_ranges);
    }
    if (status == MOLY_OK) {
        status = count(t, head.value[5], 56, N_LIST_MAX, &n_points);
    }
    if (status == MOLY_OK) {
        status = read_list(t, 2 * n_ranges, 0, NULL);
    }
    if (status == MOLY_OK) {
        status = read_list(t, 2 * n_points, 0, NULL);
    }
    if (status == MOLY_OK && head.value[3] > 0.0) {
        size_t n_covariances = 0;
        status = next_record(t, &head);
        if (status == MOLY_OK) {
            status = count(t, head.value[4], 45, N_LIST_MAX, &n_covariances);
        }
        if (status == MOLY_OK) {
            status = read_list(t, n_covariances, 0, NULL);
        }
    }
    return status;
}

static moly_status read_spectrum(tape *t, moly_endf_spectrum *spectrum)
{
    record head = {{0}};
    size_t continuum_flag = 0, n_values = 0, n_lines = 0;
    double norm[6] = {0};
    moly_status status = next_record(t, &head);
    if (status == MOLY_OK) {
        status = count(t, head.value[2], 23, 2.0, &continuum_flag);
    }
    if (status == MOLY_OK) {
        status = count(t, head.value[4], 45, 6.0, &n_values);
    }
    if (status == MOLY_OK) {
        status = count(t, head.value[5], 56, N_LINES_MAX, &n_lines);
    }
    if (status == MOLY_OK) {
        status = read_list(t, n_values, 6, norm);
    }
    if (status != MOLY_OK) {
        return status;
    }
    spectrum->styp = head.value[1] >= 0.0 && head.value[1] < 100.0 ? (int)head.value[1] : -1;
    spectrum->fd = norm[0];
    if (continuum_flag != 1) {
        status = read_lines(t, n_lines, spectrum);
    }
    if (status == MOLY_OK && continuum_flag != 0) {
        status = skip_continuum(t);
    }
    return status;
}

static moly_status read_modes(tape *t, moly_endf_decay *decay)
{
    record head = {{0}};
    size_t n_values = 0, n_modes = 0;
    moly_status status = next_record(t, &head);
    if (status == MOLY_OK) {
        status = count(t, head.value[4], 45, 6.0 * N_MODES_MAX, &n_values);
    }
    if (status == MOLY_OK) {
        status = count(t, head.value[5], 56, N_MODES_MAX, &n_modes);
    }
    if (status != MOLY_OK) {
        return status;
    }
    decay->modes = moly_arena_alloc(t->arena, n_modes + 1, sizeof *decay->modes);
    if (!decay->modes) {
        return MOLY_NO_MEMORY(t->err);
    }
    for (size_t i = 0; i < n_values / 6; i++) {
        record r;
        status = next_record(t, &r);
        if (status != MOLY_OK) {
            return status;
        }
        if (i >= n_modes) {
            continue; /* a stable nuclide carries one empty row */
        }
        size_t rfs = 0;
        status = count(t, r.value[1], 12, 9.0, &rfs);
        if (status != MOLY_OK) {
            return status;
        }
        decay->modes[i] =
            (moly_endf_mode){r.value[0], (int)rfs, r.value[2], r.value[3], r.value[4], r.value[5]};
    }
    decay->n_modes = n_modes;
    return MOLY_OK;
}

/* The current record is the first of a decay section. */
static moly_status read_decay(tape *t, double excitation_ev, moly_endf_decay *decay)
{
    record head = {{0}}, life = {{0}};
    for (int i = 0; i < 6; i++) {
        const moly_status status = read_field(t, i, &head.value[i]);
        if (status != MOLY_OK) {
            return status;
        }
    }
    size_t za = 0, isomer = 0, n_spectra = 0, n_energies = 0;
    double energies[6] = {0};
    moly_status status = count(t, head.value[0], 1, 1000.0 * MOLY_Z_MAX + 999.0, &za);
    if (status == MOLY_OK) {
        status = count(t, head.value[3], 34, MOLY_ISOMER_MAX, &isomer);
    }
    if (status == MOLY_OK) {
        status = count(t, head.value[5], 56, 32.0, &n_spectra);
    }
    if (status == MOLY_OK) {
        status = next_record(t, &life);
    }
    if (status == MOLY_OK) {
        status = count(t, life.value[4], 45, 200.0, &n_energies);
    }
    if (status == MOLY_OK) {
        status = read_list(t, n_energies, 6, energies);
    }
    *decay = (moly_endf_decay){.state = {(int)(za / 1000), (int)(za % 1000), (int)isomer},
                               .is_stable = head.value[4] == 1.0,
                               .excitation_ev = excitation_ev,
                               .atomic_weight_ratio = head.value[1]};
    if (status == MOLY_OK && decay->state.a < decay->state.z) {
        status = bad(t, 1, "more protons than nucleons");
    }
    if (status == MOLY_OK) {
        status = read_modes(t, decay);
    }
    if (status != MOLY_OK) {
        return status;
    }
    decay->half_life_s = life.value[0];
    decay->half_life_sd_s = life.value[1];
    if (!decay->is_stable && !(decay->half_life_s > 0.0)) {
        return bad(t, 1, "a half-life that is not positive, of a nuclide that is not stable");
    }
    decay->mean_electron_ev = energies[0];
    decay->mean_photon_ev = energies[2];
    decay->mean_heavy_ev = energies[4];
    decay->spectra = moly_arena_alloc(t->arena, n_spectra + 1, sizeof *decay->spectra);
    if (!decay->spectra) {
        return MOLY_NO_MEMORY(t->err);
    }
    for (size_t i = 0; i < n_spectra; i++) {
        status = read_spectrum(t, &decay->spectra[i]);
        if (status != MOLY_OK) {
            return status;
        }
    }
    decay->n_spectra = n_spectra;
    return MOLY_OK;
}

/* Records of MF 1 MT 451 are counted, as the second one holds the excitation energy. */
static moly_status scan(tape *t, moly_endf_visit visit, void *user)
{
    int mat_1451 = -1, n_1451 = 0;
    double excitation_ev = 0.0;
    while (next_line(t)) {
        if (t->mf == 1 && t->mt == 451) {
            n_1451 = t->mat == mat_1451 ? n_1451 + 1 : 1;
            mat_1451 = t->mat;
            if (n_1451 == 1) {
                excitation_ev = 0.0;
            } else if (n_1451 == 2) {
                const moly_status status = read_field(t, 0, &excitation_ev);
                if (status != MOLY_OK) {
                    return status;
                }
            }
        } else if (t->mf == 8 && t->mt == 457) {
            const int mat = t->mat;
            moly_endf_decay decay;
            t->arena = moly_arena_new();
            if (!t->arena) {
                return MOLY_NO_MEMORY(t->err);
            }
            moly_status status = read_decay(t, mat_1451 == mat ? excitation_ev : 0.0, &decay);
            if (status == MOLY_OK) {
                status = visit(user, &decay, t->err);
            }
            moly_arena_free(t->arena);
            t->arena = NULL;
            if (status != MOLY_OK) {
                return status;
            }
        }
    }
    return MOLY_OK;
}

moly_status moly_endf_parse(const char *file, const char *data, size_t length,
                            moly_endf_visit visit, void *user, moly_error *err)
{
    tape t = {.file = file, .data = data, .end = data + length, .line = data, .err = err};
    return scan(&t, visit, user);
}
