/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MATTER_INSIDE_H
#define MATTER_INSIDE_H

#include "moly/matter/material.h"
#include "moly/matter/stopping.h"

enum { MATTER_MOST_ELEMENTS = 32, MATTER_MOST_ISOTOPES = 320 };

/* An element in a formula: how many atoms, and its isotopes where they are not natural. */
typedef struct recipe_element {
    int z;
    double atoms;
    int first_share, n_shares; /* in recipe.shares; 0 shares: natural */
} recipe_element;

typedef struct recipe_share {
    int a;
    double fraction;
} recipe_share;

/* What was written, before masses are known. */
typedef struct recipe {
    int n, n_shares;
    recipe_element elements[MATTER_MOST_ELEMENTS];
    recipe_share shares[MATTER_MOST_ISOTOPES];
} recipe;

/* material_parse.c: a formula with its braces, `text` .. `end`. */
MOLY_CHECKED moly_status recipe_parse(const char *text, const char *end, recipe *r,
                                      moly_error *err);
/* Atoms of an element are added to those of the same isotopes. */
MOLY_CHECKED moly_status recipe_add(recipe *r, int z, double atoms, moly_error *err);

/* material.c: atoms to fractions; the density where the elements tell it. */
MOLY_CHECKED moly_status material_of_recipe(const char *text, const recipe *r, moly_arena *arena,
                                            moly_material **material, moly_error *err);
/* Mean mass of the natural element, u; NAN where it has no natural isotopes. */
double element_natural_mass_u(int z);
/* Dry air, without density: mass fractions only. */
extern const moly_material matter_air;
/* Mean atomic number over the electrons. */
double matter_electron_weighted_z(const moly_material *material);

/* stopping_rows.c: the table's stopping power of a material in its natural composition at the
 * energies of the particle's own grid. */
typedef struct stopping_grid {
    size_t n;
    double energy_mev[160];
    double stopping_mev_cm2_g[160];
    double rel_sd;
} stopping_grid;
MOLY_CHECKED moly_status stopping_rows(const moly_material *material, moly_particle base,
                                       stopping_grid *grid, moly_error *err);

#endif
