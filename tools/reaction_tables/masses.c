/* SPDX-License-Identifier: Apache-2.0 */
/* AME2020 masses and isotopic abundances: thresholds, and what a short-lived nuclide becomes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "moly/base/text.h"
#include "tables.h"

#define FILE_LIMIT (8u << 20)
#define U_MEV 931.49410242      /* CODATA 2018 */
#define NEUTRON_U 1.00866491590 /* AME2020 */

static double field(const char *line, size_t first, size_t last)
{
    char text[32];
    size_t n = 0;
    for (size_t i = first - 1; i < last && n < 31; i++) {
        if (line[i] != ' ') {
            text[n] = line[i];
            if (line[i] == '#') {
                text[n] = '.';
            }
            n++;
        }
    }
    text[n] = '\0';
    char *end;
    const double value = strtod(text, &end);
    return end == text ? NAN : value;
}

static void take_mass(table_masses *m, const char *line)
{
    const double z = field(line, 10, 14), a = field(line, 15, 19);
    const double mass = field(line, 107, 109) + 1e-6 * field(line, 111, 123);
    if (z >= 1.0 && z <= MOLY_Z_MAX && a >= 1.0 && a <= MOLY_A_MAX && isfinite(mass)) {
        m->mass_u[(int)z][(int)a] = mass;
    }
}

static void take_abundance(table_masses *m, char *line)
{
    char *end;
    const long z = strtol(line, &end, 10), a = strtol(end, &end, 10);
    if (z < 1 || z > MOLY_Z_MAX || a < 1 || a > MOLY_A_MAX || *end != '\t') {
        return; /* the heading */
    }
    const char *value = strchr(end + 1, '\t');
    m->abundance[z][a] = value ? strtod(value + 1, NULL) : 0.0;
}

moly_status masses_read(const char *masses, const char *abundances, table_masses *m,
                        moly_error *err)
{
    const char *paths[] = {masses, abundances};
    for (int i = 0; i < 2; i++) {
        char *data;
        size_t length;
        const moly_status status = moly_file_read(paths[i], FILE_LIMIT, &data, &length, err);
        if (status != MOLY_OK) {
            return status;
        }
        for (char *line = data; *line;) {
            const size_t n = strcspn(line, "\n");
            char *next = line + n + (line[n] == '\n');
            line[n] = '\0';
            if (i == 1) {
                take_abundance(m, line);
            } else if (n >= 123) {
                take_mass(m, line);
            }
            line = next;
        }
        moly_free(data);
    }
    return MOLY_OK;
}

/* Mass of the lightest set of n, p, d, t, h, alpha with this charge and number. Bound pairs are
 * lighter, so that alphas come first. */
static double ejectile_mass_u(const table_masses *m, int z, int a)
{
    double best = INFINITY;
    for (int alphas = 0; 2 * alphas <= z && 4 * alphas <= a; alphas++) {
        const int rest_z = z - 2 * alphas, rest_n = a - 4 * alphas - rest_z;
        if (rest_n < 0) {
            continue;
        }
        for (int t = 0; t <= rest_z && 2 * t <= rest_n; t++) {
            for (int h = 0; t + 2 * h <= rest_z && 2 * t + h <= rest_n; h++) {
                const int p = rest_z - t - 2 * h, n = rest_n - 2 * t - h, d = p < n ? p : n;
                const double mass = alphas * m->mass_u[2][4] + t * m->mass_u[1][3] +
                                    h * m->mass_u[2][3] + d * m->mass_u[1][2] +
                                    (p - d) * m->mass_u[1][1] + (n - d) * NEUTRON_U;
                best = mass < best ? mass : best;
            }
        }
    }
    return best;
}

double masses_threshold_mev(const table_masses *m, const table_curve *c, double excitation_mev)
{
    static const struct {
        char beam;
        int z, a;
    } beams[] = {{'p', 1, 1}, {'d', 1, 2}, {'h', 2, 3}, {'a', 2, 4}, {'g', 0, 0}};
    int bz = 0, ba = 0;
    for (size_t i = 0; i < sizeof beams / sizeof *beams; i++) {
        if (beams[i].beam == c->beam) {
            bz = beams[i].z;
            ba = beams[i].a;
        }
    }
    double least = INFINITY;
    for (int a = c->a ? c->a : 1; a <= (c->a ? c->a : MOLY_A_MAX); a++) {
        const double target = m->mass_u[c->z][a];
        const bool is_there = c->a != 0 || m->abundance[c->z][a] > 0.0;
        const int out_z = c->z + bz - c->pz, out_a = a + ba - c->pa;
        if (!is_there || target <= 0.0 || out_z < 0 || out_a < out_z ||
            m->mass_u[c->pz][c->pa] <= 0.0) {
            continue;
        }
        const double beam = ba ? m->mass_u[bz][ba] : 0.0;
        const double q =
            (target + beam - m->mass_u[c->pz][c->pa] - ejectile_mass_u(m, out_z, out_a)) * U_MEV -
            excitation_mev;
        const double threshold =
            q >= 0.0 ? 0.0 : -q * (1.0 + beam / target - q / (2.0 * target * U_MEV));
        least = threshold < least ? threshold : least;
    }
    return isfinite(least) ? least : 0.0;
}

moly_state masses_beta_daughter(const table_masses *m, moly_state s)
{
    const double mine = m->mass_u[s.z][s.a];
    const double plus = s.z > 1 ? m->mass_u[s.z - 1][s.a] : 0.0;
    const double minus = s.z < MOLY_Z_MAX ? m->mass_u[s.z + 1][s.a] : 0.0;
    moly_state daughter = {0, s.a, 0};
    if (mine > 0.0 && plus > 0.0 && plus < mine && (minus <= 0.0 || plus < minus)) {
        daughter.z = s.z - 1;
    } else if (mine > 0.0 && minus > 0.0 && minus < mine) {
        daughter.z = s.z + 1;
    }
    return daughter;
}
