/* SPDX-License-Identifier: Apache-2.0 */
/* Build-up factors from the computed table: ln(B - 1) in ln E and in ln of the mean free paths. */
#include <math.h>

#include "inside.h"
#include "moly/matter/shield.h"
#include "tables.h"

enum { N_DEPTHS = 12 }; /* rows of one energy */

static const struct medium {
    int z;
    const char *name;
} media[] = {{7, "water"}, {12, "concrete"}, {26, "iron"}, {74, "tungsten"}, {82, "lead"}};

static const struct medium *medium_of(const moly_material *material)
{
    double z = matter_electron_weighted_z(material);
    const struct medium *best = &media[0];
    for (size_t i = 1; i < sizeof media / sizeof *media; i++) {
        if (fabs(log(z / media[i].z)) < fabs(log(z / best->z))) {
            best = &media[i];
        }
    }
    return best;
}

const char *moly_buildup_medium(const moly_material *material)
{
    return medium_of(material)->name;
}

/* ln(B - 1) at one energy: a straight line in ln mfp; below the table B - 1 goes with the depth. */
static double at_energy(const struct buildup_row *rows, double mfp)
{
    if (mfp <= rows[0].mfp) {
        return log((rows[0].buildup - 1.0) * mfp / rows[0].mfp);
    }
    size_t i = 0;
    while (i + 2 < N_DEPTHS && rows[i + 1].mfp < mfp) {
        i++;
    }
    double low = log(rows[i].buildup - 1.0), high = log(rows[i + 1].buildup - 1.0);
    return low + (high - low) * log(mfp / rows[i].mfp) / log(rows[i + 1].mfp / rows[i].mfp);
}

double moly_buildup(const moly_material *material, double energy_kev, double mfp,
                    bool *is_extrapolated)
{
    int z = medium_of(material)->z;
    size_t first = 0;
    while (matter_buildup[first].z != z) {
        first += N_DEPTHS;
    }
    size_t last = first;
    while (last + N_DEPTHS < matter_buildup_n && matter_buildup[last + N_DEPTHS].z == z) {
        last += N_DEPTHS;
    }
    if (is_extrapolated) {
        *is_extrapolated = mfp > MOLY_BUILDUP_MOST_MFP ||
                           energy_kev < matter_buildup[first].energy_kev ||
                           energy_kev > matter_buildup[last].energy_kev;
    }
    if (!(mfp > 0.0)) {
        return 1.0;
    }
    double kev =
        fmin(fmax(energy_kev, matter_buildup[first].energy_kev), matter_buildup[last].energy_kev);
    size_t at = first;
    while (at + N_DEPTHS < last && matter_buildup[at + N_DEPTHS].energy_kev <= kev) {
        at += N_DEPTHS;
    }
    const struct buildup_row *low = &matter_buildup[at], *high = &matter_buildup[at + N_DEPTHS];
    double t = log(kev / low->energy_kev) / log(high->energy_kev / low->energy_kev);
    return 1.0 + exp((1.0 - t) * at_energy(low, mfp) + t * at_energy(high, mfp));
}
