/* SPDX-License-Identifier: Apache-2.0 */
/* From the rows of NIST's tables to one material: its own table, Bragg's additivity, and elements
 * that are not tabulated between their neighbours. All targets of a particle share one grid of
 * energies. */
#include <math.h>
#include <string.h>

#include "inside.h"
#include "moly/nuclide/nuclide.h"
#include "tables.h"

static const double tabulated_rel_sd = 0.015, bragg_rel_sd = 0.02, between_rel_sd = 0.03;

typedef struct star {
    const struct stopping_row *rows;
    size_t n;
} star;

static star star_of(moly_particle base)
{
    return base == MOLY_PARTICLE_PROTON ? (star){matter_stopping_proton, matter_stopping_proton_n}
           : base == MOLY_PARTICLE_ALPHA
               ? (star){matter_stopping_alpha, matter_stopping_alpha_n}
               : (star){matter_stopping_electron, matter_stopping_electron_n};
}

/* The rows of a target, NULL: not tabulated. */
static const struct stopping_row *rows_of(star table, int target, size_t *n)
{
    size_t low = 0, high = table.n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (table.rows[middle].target < target) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (*n = 0; low + *n < table.n && table.rows[low + *n].target == target; (*n)++) {
    }
    return *n > 0 ? &table.rows[low] : NULL;
}

static void add_rows(const struct stopping_row *rows, double weight, stopping_grid *grid)
{
    for (size_t i = 0; i < grid->n; i++) {
        grid->stopping_mev_cm2_g[i] += weight * (double)rows[i].stopping_mev_cm2_g;
    }
}

/* Stopping per atom runs smoothly in Z: between the neighbours' logarithms. */
static bool add_between(star table, int z, double weight, stopping_grid *grid)
{
    size_t n = 0;
    int below = z - 1, above = z + 1;
    while (below > 0 && !rows_of(table, below, &n)) {
        below--;
    }
    while (above <= 92 && !rows_of(table, above, &n)) {
        above++;
    }
    const struct stopping_row *low = rows_of(table, below, &n);
    const struct stopping_row *high = above <= 92 ? rows_of(table, above, &n) : low;
    if (!low || !high) {
        return false;
    }
    double share = high == low ? 0.0 : (z - below) / (double)(above - below);
    double low_u = element_natural_mass_u(below);
    double high_u = high == low ? low_u : element_natural_mass_u(above);
    /* beyond the table: as its last element, by charge */
    double scale = high == low ? z / (double)below : 1.0;
    for (size_t i = 0; i < grid->n; i++) {
        double atom = exp((1.0 - share) * log((double)low[i].stopping_mev_cm2_g * low_u) +
                          share * log((double)high[i].stopping_mev_cm2_g * high_u));
        grid->stopping_mev_cm2_g[i] += weight * scale * atom;
    }
    return true;
}

static void set_energies(star table, stopping_grid *grid)
{
    size_t n = 0;
    const struct stopping_row *rows = rows_of(table, 1, &n);
    grid->n = n < sizeof grid->energy_mev / sizeof *grid->energy_mev
                  ? n
                  : sizeof grid->energy_mev / sizeof *grid->energy_mev;
    for (size_t i = 0; i < grid->n; i++) {
        grid->energy_mev[i] = (double)rows[i].energy_mev;
        grid->stopping_mev_cm2_g[i] = 0.0;
    }
}

/* Mass of the natural material in the place of one gram of this one: stopping is by electrons. */
static double natural_share(const moly_material *material)
{
    double natural_u = 0.0;
    for (size_t e = 0; e < material->n_elements; e++) {
        natural_u +=
            material->elements[e].atom_fraction * element_natural_mass_u(material->elements[e].z);
    }
    return natural_u / material->mean_mass_u;
}

moly_status stopping_rows(const moly_material *material, moly_particle base, stopping_grid *grid,
                          moly_error *err)
{
    star table = star_of(base);
    size_t n = 0;
    set_energies(table, grid);
    const struct stopping_row *own =
        material->table > 0 ? rows_of(table, material->table, &n) : NULL;
    if (own) {
        double share = natural_share(material);
        add_rows(own, isfinite(share) ? share : 1.0, grid);
        grid->rel_sd = tabulated_rel_sd;
        return MOLY_OK;
    }
    grid->rel_sd = material->n_elements > 1 ? bragg_rel_sd : tabulated_rel_sd;
    for (size_t e = 0; e < material->n_elements; e++) {
        const moly_constituent *element = &material->elements[e];
        const struct stopping_row *rows = rows_of(table, element->z, &n);
        /* per atom of the material, over its mass */
        double atoms_per_u = element->atom_fraction / material->mean_mass_u;
        if (rows) {
            add_rows(rows, atoms_per_u * element_natural_mass_u(element->z), grid);
        } else if (add_between(table, element->z, atoms_per_u, grid)) {
            grid->rel_sd = between_rel_sd;
        } else {
            return MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "no stopping power of %s",
                             moly_element_symbol(element->z));
        }
    }
    return MOLY_OK;
}
