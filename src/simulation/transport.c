/* SPDX-License-Identifier: Apache-2.0 */
/* Photons on their way out of a phantom, by Woodcock's method: steps by the largest attenuation
 * there is, each collision accepted by what is really there.
 * Source: Woodcock et al., ANL-7050 (1965) 557 */
#include "transport.h"

#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "solids_inside.h"

enum { CELLS = 48, MIXED = -2 }; /* cells along an axis; a cell with more than one answer */

struct transport {
    const moly_solids *solids;
    photon_table *tables;               /* by material */
    float most_per_mm[PHOTON_ENERGIES]; /* of all materials */
    double low[3], high[3], cell_mm[3];
    int16_t *cells; /* solid, -1, or MIXED: [CELLS][CELLS][CELLS] */
};

/* ---- who is where ---- */

static int exact_at(const transport *t, const double p[3])
{
    return moly_solids_at(t->solids, p);
}

/* Only a cell whose corners and neighbourhood agree may answer for all its points: solids are
 * convex, so what has all 8 corners has the cell; what misses a ball around the cell is not in it.
 */
static int16_t cell_answer(const transport *t, const double middle[3])
{
    const double half[3] = {0.5 * t->cell_mm[0], 0.5 * t->cell_mm[1], 0.5 * t->cell_mm[2]};
    const double ball =
        sqrt(half[0] * half[0] + half[1] * half[1] + half[2] * half[2]) * (1.0 + 1e-9);
    for (size_t i = t->solids->n; i-- > 0;) {
        int n_in = 0;
        for (int corner = 0; corner < 8; corner++) {
            double p[3];
            for (int k = 0; k < 3; k++) {
                p[k] = middle[k] + ((corner >> k & 1) ? half[k] : -half[k]);
            }
            n_in += solid_has(&t->solids->solids[i], p);
        }
        if (n_in == 8) {
            return (int16_t)i;
        }
        if (n_in > 0 || solid_distance(&t->solids->solids[i], middle) < ball) {
            return MIXED;
        }
    }
    return -1;
}

static void make_cells(transport *t)
{
    for (int64_t c = 0; c < (int64_t)CELLS * CELLS * CELLS; c++) {
        const int64_t index[3] = {c % CELLS, c / CELLS % CELLS, c / CELLS / CELLS};
        double middle[3];
        for (int k = 0; k < 3; k++) {
            middle[k] = t->low[k] + ((double)index[k] + 0.5) * t->cell_mm[k];
        }
        t->cells[c] = cell_answer(t, middle);
    }
}

int transport_solid_at(const transport *t, const double p[3])
{
    int at[3];
    for (int k = 0; k < 3; k++) {
        const double index = (p[k] - t->low[k]) / t->cell_mm[k];
        if (!(index >= 0.0 && index < CELLS)) {
            return -1;
        }
        at[k] = (int)index;
    }
    const int16_t answer = t->cells[(at[2] * CELLS + at[1]) * CELLS + at[0]];
    return answer == MIXED ? exact_at(t, p) : answer;
}

/* ---- making ---- */

moly_status transport_new(const moly_solids *solids, transport **made, moly_error *err)
{
    *made = NULL;
    transport *t = moly_alloc(1, sizeof *t);
    if (!t) {
        return MOLY_NO_MEMORY(err);
    }
    t->solids = solids;
    t->tables = moly_alloc(solids->n_materials + 1, sizeof *t->tables);
    t->cells = moly_alloc((size_t)CELLS * CELLS * CELLS, sizeof *t->cells);
    if (!t->tables || !t->cells) {
        transport_free(t);
        return MOLY_NO_MEMORY(err);
    }
    for (size_t m = 0; m < solids->n_materials; m++) {
        photon_table_make(solids->materials[m], &t->tables[m]);
        for (int e = 0; e < PHOTON_ENERGIES; e++) {
            t->most_per_mm[e] = fmaxf(t->most_per_mm[e], t->tables[m].mu_per_mm[e]);
        }
    }
    moly_solids_bounds(solids, t->low, t->high);
    for (int k = 0; k < 3; k++) {
        t->cell_mm[k] = (t->high[k] - t->low[k]) / CELLS;
    }
    make_cells(t);
    *made = t;
    return MOLY_OK;
}

void transport_free(transport *t)
{
    if (t) {
        moly_free(t->tables);
        moly_free(t->cells);
        moly_free(t);
    }
}

/* ---- following ---- */

static bool is_within(const transport *t, const double p[3])
{
    bool is_in = true;
    for (int k = 0; k < 3; k++) {
        is_in = is_in && p[k] >= t->low[k] && p[k] <= t->high[k];
    }
    return is_in;
}

int transport_collide(const transport *t, photon *p, moly_random *random)
{
    const int row = photon_row(p->energy_kev);
    const double most = (double)t->most_per_mm[row];
    for (;;) {
        const double step = -log(draw(random)) / most;
        const double next[3] = {p->position[0] + step * p->direction[0],
                                p->position[1] + step * p->direction[1],
                                p->position[2] + step * p->direction[2]};
        if (!is_within(t, next)) {
            return -1; /* where it stood: the way is straight from here on */
        }
        memcpy(p->position, next, sizeof next);
        p->way_mm += step;
        const int solid = transport_solid_at(t, next);
        if (solid < 0) {
            continue;
        }
        const photon_table *table = &t->tables[t->solids->solids[solid].material];
        const double chance = draw(random) * most, mu = (double)table->mu_per_mm[row];
        if (chance < mu) {
            p->is_compton = chance < mu * (double)table->compton[row];
            return solid;
        }
    }
}

double transport_mu_per_mm(const transport *t, int solid, double energy_kev)
{
    return (double)t->tables[t->solids->solids[solid].material].mu_per_mm[photon_row(energy_kev)];
}

fate transport_follow(const transport *t, photon *p, bool has_scatter, double least_kev,
                      moly_random *random)
{
    fate now = FATE_STRAIGHT;
    for (;;) {
        if (transport_collide(t, p, random) < 0) {
            return now;
        }
        if (!has_scatter || !p->is_compton) {
            return FATE_GONE;
        }
        double cosine;
        p->energy_kev = compton_energy_kev(p->energy_kev, random, &cosine);
        if (p->energy_kev < least_kev) {
            return FATE_GONE;
        }
        turn_direction(p->direction, cosine, random);
        p->n_scatters++;
        now = FATE_SCATTERED;
    }
}
