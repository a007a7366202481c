/* SPDX-License-Identifier: Apache-2.0 */
#include "shells.h"

#include <math.h>

#include "csv.h"

enum { Z_URANIUM = 92, Z_BEFORE = 82 };

typedef struct reader {
    shells *s;
    int last_z;
    double last_kev;
} reader;

/* An energy that comes twice is an edge. The file ascends: an edge pushes those below it back. */
static moly_status take_row(void *user, const csv_row *row, moly_error *err)
{
    reader *r = user;
    double z = NAN, kev = NAN;
    moly_status status = csv_number(row, 0, &z, err);
    if (status == MOLY_OK) {
        status = csv_number(row, 1, &kev, err);
    }
    if (status != MOLY_OK || !(z >= 1.0 && z <= Z_URANIUM)) {
        return status;
    }
    if ((int)z == r->last_z && kev == r->last_kev) {
        double *edges = r->s->kev[r->last_z];
        memmove(edges + 1, edges, (N_SHELLS - 1) * sizeof *edges);
        edges[0] = kev;
    }
    r->last_z = (int)z;
    r->last_kev = kev;
    return MOLY_OK;
}

/* Below the lowest element that has the edge: Bearden and Burr, Rev. Mod. Phys. 39 (1967) 125,
 * run with these powers within 5 %. */
static double power_below(int shell)
{
    return shell == SHELL_K ? 2.2 : shell <= SHELL_L3 ? 2.47 : 3.15;
}

static void complete(shells *s)
{
    for (int shell = 0; shell < N_SHELLS; shell++) {
        int first = Z_URANIUM;
        while (first > 1 && s->kev[first - 1][shell] > 0.0) {
            first--;
        }
        for (int z = 1; z < first; z++) {
            s->kev[z][shell] = s->kev[first][shell] * pow((double)z / first, power_below(shell));
        }
        const double last = s->kev[Z_URANIUM][shell];
        const double power =
            log(last / s->kev[Z_BEFORE][shell]) / log((double)Z_URANIUM / Z_BEFORE);
        for (int z = Z_URANIUM + 1; z <= SHELLS_Z_MAX; z++) {
            s->kev[z][shell] = last * pow((double)z / Z_URANIUM, power);
        }
    }
}

moly_status shells_read(shells *s, const char *attenuation_csv, moly_error *err)
{
    reader r = {.s = s};
    memset(s, 0, sizeof *s);
    const moly_status status = csv_read(attenuation_csv, take_row, &r, err);
    if (status == MOLY_OK) {
        complete(s);
    }
    return status;
}

double shell_kev(const shells *s, int z, enum shell shell)
{
    return s->kev[z < 1 ? 1 : z > SHELLS_Z_MAX ? SHELLS_Z_MAX : z][shell];
}

double shell_mean_m_kev(const shells *s, int z)
{
    static const double electrons[] = {2, 2, 4, 4, 6};
    double sum = 0.0;
    for (int k = 0; k < 5; k++) {
        sum += electrons[k] / 18.0 * shell_kev(s, z, (enum shell)(SHELL_M1 + k));
    }
    return sum;
}

void shells_add_l_x(const shells *s, int z, table_nuclide *n, const table_line *total)
{
    const double l2 = shell_kev(s, z, SHELL_L2), l3 = shell_kev(s, z, SHELL_L3);
    const double m1 = shell_kev(s, z, SHELL_M1), m4 = shell_kev(s, z, SHELL_M4);
    const struct {
        double kev, share;
    } groups[] = {{l3 - m1, 0.024},
                  {l3 - shell_kev(s, z, SHELL_M5), 0.458},
                  {l2 - m1, 0.008},
                  {l2 - m4, 0.430},
                  {l2 - 0.2 * m1, 0.080}};
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        table_line line = *total;
        char digits[32]; /* four: a group has several lines */
        snprintf(digits, sizeof digits, "%.4g", groups[i].kev);
        line.energy_kev = strtod(digits, NULL);
        line.energy_sd_kev = 0.0;
        line.intensity_pct *= groups[i].share;
        line.intensity_sd_pct *= groups[i].share;
        tables_add_line(n, line);
    }
}
