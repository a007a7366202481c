/* SPDX-License-Identifier: Apache-2.0 */
/* AME2020 atomic masses, NUBASE2020 isomers, half-lives and stability. Fixed columns. */
#include <math.h>

#include "moly/base/text.h"
#include "tables.h"

#define U_KEV 931494.10242 /* CODATA 2018 */
#define FILE_LIMIT (8u << 20)

/* Columns first..last (from 1) of a line as text without blanks; '#' (estimated) reads as the
 * point. */
static void columns(const char *line, size_t length, size_t first, size_t last, char text[32])
{
    size_t n = 0;
    for (size_t i = first - 1; i < last && i < length && n < 31; i++) {
        if (line[i] != ' ') {
            text[n] = line[i];
            if (line[i] == '#') {
                text[n] = '.';
            }
            n++;
        }
    }
    text[n] = '\0';
}

static double number(const char *line, size_t length, size_t first, size_t last)
{
    char text[32];
    columns(line, length, first, last, text);
    char *end;
    const double value = strtod(text, &end);
    return end == text ? NAN : value;
}

static void take_mass(tables *t, const char *line, size_t length)
{
    /* a1,i3,i5,i5,i5,1x,a3,a4,1x,...: Z in 10-14, A in 15-19, atomic mass in 107-123, sd 124-135 */
    const double z = number(line, length, 10, 14), a = number(line, length, 15, 19);
    const double mega = number(line, length, 107, 109), micro = number(line, length, 111, 123);
    if (!(z >= 1.0 && z <= MOLY_Z_MAX && a >= 1.0 && a < 300.0) || !isfinite(mega + micro)) {
        return;
    }
    table_nuclide *n = tables_find(t, (moly_state){(int)z, (int)a, 0});
    if (!n) {
        return;
    }
    n->mass_u = mega + micro * 1e-6;
    n->mass_sd_u = number(line, length, 125, 136) * 1e-6;
}

/* The unit Moly writes and the factor to it. */
typedef struct time_unit {
    const char *nubase, *unit;
    double factor, seconds;
} time_unit;

static const time_unit *find_unit(const char *name)
{
    static const time_unit units[] = {
        {"ns", "ns", 1.0, 1e-9},
        {"us", "us", 1.0, 1e-6},
        {"ms", "ms", 1.0, 1e-3},
        {"s", "s", 1.0, 1.0},
        {"m", "m", 1.0, 60.0},
        {"h", "h", 1.0, 3600.0},
        {"d", "d", 1.0, 86400.0},
        {"y", "y", 1.0, MOLY_SECONDS_PER_YEAR},
        {"ky", "y", 1e3, MOLY_SECONDS_PER_YEAR},
        {"My", "y", 1e6, MOLY_SECONDS_PER_YEAR},
        {"Gy", "y", 1e9, MOLY_SECONDS_PER_YEAR},
        {"Ty", "y", 1e12, MOLY_SECONDS_PER_YEAR},
    };
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(units[i].nubase, name) == 0) {
            return &units[i];
        }
    }
    return NULL;
}

/* NUBASE and JEFF do not count isomers alike (NUBASE's Lu-177m lives 130 ns): an isomer whose
 * excitation energy JEFF does not give takes that of the NUBASE isomer with the same half-life. */
static void take_isomer(tables *t, int z, int a, double excitation_kev, double half_life_s)
{
    for (int isomer = 1; isomer <= MOLY_ISOMER_MAX; isomer++) {
        table_nuclide *n = tables_find(t, (moly_state){z, a, isomer});
        if (n && !(n->excitation_kev > 0.0) && n->half_life_s > 0.0 &&
            fabs(half_life_s / n->half_life_s - 1.0) < 0.15) {
            n->excitation_kev = excitation_kev;
        }
    }
}

static void take_state(tables *t, const char *line, size_t length)
{
    const double a = number(line, length, 1, 3), z = number(line, length, 5, 7);
    if (length < 80 || !(z >= 1.0 && z <= MOLY_Z_MAX && a >= 1.0 && a < 300.0)) {
        return;
    }
    char life[32], unit_name[32];
    columns(line, length, 70, 78, life);
    columns(line, length, 79, 80, unit_name);
    const time_unit *unit = find_unit(unit_name);
    const double half_life = number(line, length, 70, 78);
    const double half_life_s = unit ? half_life * unit->factor * unit->seconds : NAN;
    if (line[7] != '0' && isfinite(half_life_s) && isfinite(number(line, length, 43, 54))) {
        take_isomer(t, (int)z, (int)a, number(line, length, 43, 54), half_life_s);
    }
    const int isomer = line[16] == ' ' ? 0 : line[16] == 'm' ? 1 : line[16] == 'n' ? 2 : -1;
    table_nuclide *n = tables_find(t, (moly_state){(int)z, (int)a, isomer});
    if (!n) {
        return;
    }
    if (strcmp(life, "stbl") == 0) {
        /* An isomer counted otherwise must not become stable by its number. */
        n->is_stable_in_nubase = isomer == 0 || n->half_life_s > 1e20;
    } else if (isfinite(half_life_s)) {
        n->nubase_half_life = half_life * unit->factor;
        n->nubase_half_life_sd = number(line, length, 82, 88) * unit->factor;
        n->nubase_half_life_s = half_life_s;
        n->nubase_unit = unit->unit;
    }
}

static moly_status each_line(tables *t, const char *folder, const char *file,
                             void (*take)(tables *, const char *, size_t), moly_error *err)
{
    char path[4096];
    char *data;
    size_t length;
    snprintf(path, sizeof path, "%s/%s", folder, file);
    const moly_status status = moly_file_read(path, FILE_LIMIT, &data, &length, err);
    if (status != MOLY_OK) {
        return status;
    }
    for (const char *line = data; *line;) {
        const size_t n = strcspn(line, "\n");
        take(t, line, n);
        line += n + (line[n] == '\n');
    }
    moly_free(data);
    return MOLY_OK;
}

moly_status masses_read(tables *t, const char *folder, moly_error *err)
{
    moly_status status = each_line(t, folder, "mass_1.mas20.txt", take_mass, err);
    if (status == MOLY_OK) {
        status = each_line(t, folder, "nubase_3.mas20.txt", take_state, err);
    }
    /* An isomer weighs its ground state and the excitation energy. */
    for (size_t i = 0; status == MOLY_OK && i < N_TABLE_KEYS; i++) {
        table_nuclide *n = t->by_key[i];
        if (n && n->state.isomer > 0) {
            const table_nuclide *ground = tables_find(t, (moly_state){n->state.z, n->state.a, 0});
            if (ground && ground->mass_u > 0.0) {
                n->mass_u = ground->mass_u + n->excitation_kev / U_KEV;
                n->mass_sd_u = ground->mass_sd_u;
            }
        }
    }
    return status;
}

double q_from_masses_kev(const tables *t, const table_nuclide *parent, const table_branch *branch)
{
    if (branch->mode == MOLY_DECAY_FISSION || branch->mode == MOLY_DECAY_OTHER) {
        return NAN;
    }
    const table_nuclide *daughter = tables_find(t, branch->daughter);
    if (!daughter || !(daughter->mass_u > 0.0) || !(parent->mass_u > 0.0)) {
        return NAN;
    }
    double light_u = 0.0;
    const moly_state light = branch->mode == MOLY_DECAY_ALPHA    ? (moly_state){2, 4, 0}
                             : branch->mode == MOLY_DECAY_PROTON ? (moly_state){1, 1, 0}
                                                                 : (moly_state){0, 0, 0};
    if (light.a > 0) {
        const table_nuclide *particle = tables_find(t, light);
        light_u = particle ? particle->mass_u : NAN;
    } else if (branch->mode == MOLY_DECAY_NEUTRON) {
        light_u = 1.00866491590; /* AME2020 */
    }
    return (parent->mass_u - daughter->mass_u - light_u) * U_KEV;
}
