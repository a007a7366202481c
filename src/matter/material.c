/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/matter/material.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "inside.h"
#include "moly/base/quantity.h"
#include "moly/base/text.h"
#include "moly/nuclide/nuclide.h"
#include "tables.h"

static const double mixture_tolerance = 1e-6;
enum { STAR_WATER = 276, MOST_NAMES = 64 };

static double isotope_mass_u(int z, int a)
{
    char name[24];
    size_t index = 0;
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    (void)snprintf(name, sizeof name, "%s-%d", moly_element_symbol(z), a);
    return moly_nuclide_find(set, name, &index, NULL) == MOLY_OK
               ? moly_nuclide_at(set, index)->atomic_mass_u
               : NAN;
}

/* The element's rows, and their sum: what a table prints sums to 1 within 3e-5. */
static const struct abundance_row *abundances_of(int z, size_t *n, double *sum)
{
    size_t first = 0;
    while (first < matter_abundances_n && matter_abundances[first].z < z) {
        first++;
    }
    *sum = 0.0;
    for (*n = 0; first + *n < matter_abundances_n && matter_abundances[first + *n].z == z; (*n)++) {
        *sum += matter_abundances[first + *n].atom_fraction;
    }
    return *n > 0 ? &matter_abundances[first] : NULL;
}

double element_natural_mass_u(int z)
{
    size_t n = 0;
    double sum = 0.0, mass_u = 0.0;
    const struct abundance_row *rows = abundances_of(z, &n, &sum);
    for (size_t i = 0; i < n; i++) {
        mass_u += rows[i].atom_fraction / sum * isotope_mass_u(z, rows[i].a);
    }
    return n > 0 ? mass_u : NAN;
}

double moly_element_density_g_cm3(int z)
{
    for (size_t i = 0; i < matter_densities_n; i++) {
        if (matter_densities[i].z == z) {
            return matter_densities[i].density_g_cm3;
        }
    }
    return NAN;
}

static moly_status add_isotopes(const recipe *r, const recipe_element *element, double atoms,
                                moly_isotope *isotopes, size_t *n_isotopes, moly_error *err)
{
    size_t n = (size_t)element->n_shares;
    double sum = 1.0;
    const struct abundance_row *natural =
        element->n_shares > 0 ? NULL : abundances_of(element->z, &n, &sum);
    if (n == 0) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "%s has no natural isotopes: say which one is meant, %s-226 for instance",
                         moly_element_symbol(element->z), "Ra");
    }
    for (size_t i = 0; i < n; i++) {
        const recipe_share *share = natural ? NULL : &r->shares[(size_t)element->first_share + i];
        int a = natural ? natural[i].a : share->a;
        double fraction = natural ? natural[i].atom_fraction / sum : share->fraction;
        isotopes[(*n_isotopes)++] =
            (moly_isotope){.z = (int16_t)element->z,
                           .a = (int16_t)a,
                           .atom_fraction = fraction * element->atoms / atoms,
                           .mass_u = isotope_mass_u(element->z, a)};
    }
    return MOLY_OK;
}

/* By A within the element: shares come as they were written. */
static void sort_isotopes(moly_isotope *isotopes, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        moly_isotope moved = isotopes[i];
        size_t j = i;
        for (; j > 0 && isotopes[j - 1].a > moved.a; j--) {
            isotopes[j] = isotopes[j - 1];
        }
        isotopes[j] = moved;
    }
}

/* H2O by its elements, whatever the isotopes. */
static bool is_water(const moly_material *material)
{
    return material->n_elements == 2 && material->elements[0].z + material->elements[1].z == 9 &&
           material->elements[0].z * material->elements[1].z == 8 &&
           fabs(material->elements[material->elements[0].z == 8 ? 0 : 1].atom_fraction - 1.0 / 3) <
               1e-9;
}

/* Heavier isotopes in the same places: the density grows with the mass. */
static void find_density(moly_material *material)
{
    double natural_u = 0.0, density = NAN;
    for (size_t e = 0; e < material->n_elements; e++) {
        natural_u +=
            material->elements[e].atom_fraction * element_natural_mass_u(material->elements[e].z);
    }
    if (material->n_elements == 1) {
        density = moly_element_density_g_cm3(material->elements[0].z);
        material->table = material->elements[0].z;
    } else if (is_water(material)) {
        density = 1.0;
        material->table = STAR_WATER;
    }
    material->density_g_cm3 =
        isfinite(natural_u) ? density * material->mean_mass_u / natural_u : density;
}

moly_status material_of_recipe(const char *text, const recipe *r, moly_arena *arena,
                               moly_material **made, moly_error *err)
{
    moly_isotope found[MATTER_MOST_ISOTOPES];
    size_t n = 0;
    double atoms = 0.0;
    moly_material *material = moly_arena_alloc(arena, 1, sizeof *material);
    moly_constituent *elements = moly_arena_alloc(arena, (size_t)r->n, sizeof *elements);
    if (!material || !elements) {
        return MOLY_NO_MEMORY(err);
    }
    for (int e = 0; e < r->n; e++) {
        atoms += r->elements[e].atoms;
    }
    for (int e = 0; e < r->n; e++) {
        size_t first = n;
        moly_status status = add_isotopes(r, &r->elements[e], atoms, found, &n, err);
        if (status != MOLY_OK) {
            return status;
        }
        sort_isotopes(found + first, n - first);
        elements[e] = (moly_constituent){.z = (int16_t)r->elements[e].z,
                                         .is_natural = r->elements[e].n_shares == 0,
                                         .atom_fraction = r->elements[e].atoms / atoms,
                                         .first = first,
                                         .n = n - first};
    }
    moly_isotope *isotopes = moly_arena_alloc(arena, n, sizeof *isotopes);
    if (!isotopes) {
        return MOLY_NO_MEMORY(err);
    }
    memcpy(isotopes, found, n * sizeof *isotopes);
    *material = (moly_material){.text = moly_arena_strdup(arena, text),
                                .n_isotopes = n,
                                .n_elements = (size_t)r->n,
                                .isotopes = isotopes,
                                .elements = elements,
                                .table = -1};
    for (size_t i = 0; i < n; i++) {
        material->mean_mass_u += isotopes[i].atom_fraction * isotopes[i].mass_u;
    }
    for (size_t e = 0; e < material->n_elements; e++) {
        for (size_t i = elements[e].first; i < elements[e].first + elements[e].n; i++) {
            elements[e].mass_fraction +=
                isotopes[i].atom_fraction * isotopes[i].mass_u / material->mean_mass_u;
        }
    }
    find_density(material);
    *made = material;
    return material->text ? MOLY_OK : MOLY_NO_MEMORY(err);
}

/* ---- named materials and mixtures -------------------------------------------------------- */

static bool is_name(const char *name, const char *text, size_t length)
{
    return strlen(name) == length && strncmp(name, text, length) == 0;
}

/* The rows of a name: `*n` of them from the first on; NULL: no such name. */
static const struct named_row *find_named(const char *text, size_t length, size_t *n)
{
    for (size_t i = 0; i < matter_named_n; i++) {
        if (is_name(matter_named[i].name, text, length)) {
            for (*n = 1; i + *n < matter_named_n &&
                         strcmp(matter_named[i + *n].name, matter_named[i].name) == 0;
                 (*n)++) {
            }
            return &matter_named[i];
        }
    }
    return NULL;
}

const char *const *moly_material_names(void)
{
    static const char *const names[] = {
        "adipose",  "air",          "aluminium",   "bone",     "concrete", "concrete-baryte",
        "copper",   "glass",        "glass-lead",  "graphite", "havar",    "inconel",
        "iron",     "kapton",       "lead",        "lung",     "muscle",   "mylar",
        "pmma",     "polyethylene", "polystyrene", "steel",    "teflon",   "tissue",
        "tungsten", "water",        NULL};
    return names;
}

/* Mass fraction to atoms: divide by the mass of the atom. */
static moly_status recipe_of_named(const struct named_row *rows, size_t n, recipe *r,
                                   moly_error *err)
{
    moly_status status = MOLY_OK;
    *r = (recipe){0};
    for (size_t i = 0; i < n && status == MOLY_OK; i++) {
        status = recipe_add(r, rows[i].z, rows[i].mass_fraction / element_natural_mass_u(rows[i].z),
                            err);
    }
    return status;
}

static moly_status parse_named(const char *text, const struct named_row *rows, size_t n,
                               moly_arena *arena, moly_material **material, moly_error *err)
{
    recipe r;
    moly_status status = recipe_of_named(rows, n, &r, err);
    if (status == MOLY_OK) {
        status = material_of_recipe(text, &r, arena, material, err);
    }
    if (status == MOLY_OK) {
        (*material)->density_g_cm3 = rows->density_g_cm3;
        (*material)->table = rows->star > 0 ? rows->star : -1;
    }
    return status;
}

/* What could a word of small letters have meant? */
static moly_status fail_name(const char *text, size_t length, moly_error *err)
{
    const char *const *names = moly_material_names();
    char word[40];
    size_t n = 0;
    while (names[n]) {
        n++;
    }
    (void)snprintf(word, sizeof word, "%.*s", (int)length, text);
    const char *nearest = moly_nearest(word, names, n);
    return nearest ? MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "unknown material '%s': did you mean %s?",
                               word, nearest)
                   : MOLY_FAIL(err, MOLY_ERR_UNKNOWN,
                               "unknown material '%s': a formula (H2O, Ga4Ni, 100Mo) or one of "
                               "water, air, lead, ...",
                               word);
}

static moly_status parse_part(const char *text, const char *end, recipe *r, moly_error *err)
{
    size_t n = 0, length = (size_t)(end - text);
    const struct named_row *named = find_named(text, length, &n);
    if (named) {
        return recipe_of_named(named, n, r, err);
    }
    return length > 0 && islower((unsigned char)*text) ? fail_name(text, length, err)
                                                       : recipe_parse(text, end, r, err);
}

static void trim(const char **text, const char **end)
{
    while (*text < *end && isspace((unsigned char)**text)) {
        (*text)++;
    }
    while (*end > *text && isspace((unsigned char)(*end)[-1])) {
        (*end)--;
    }
}

/* An element with chosen isotopes comes from one part of a mixture only. */
static moly_status join(recipe *whole, const recipe *part, double atoms_factor, const char *text,
                        moly_error *err)
{
    moly_status status = MOLY_OK;
    for (int e = 0; e < part->n && status == MOLY_OK; e++) {
        const recipe_element *element = &part->elements[e];
        bool is_chosen = element->n_shares > 0;
        int before = whole->n;
        for (int w = 0; w < whole->n; w++) {
            is_chosen = is_chosen ||
                        (whole->elements[w].z == element->z && whole->elements[w].n_shares > 0);
        }
        status = recipe_add(whole, element->z, element->atoms * atoms_factor, err);
        if (status == MOLY_OK && whole->n == before && is_chosen) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE, "'%.80s': %s comes twice with different isotopes",
                             text, moly_element_symbol(element->z));
        }
        if (status == MOLY_OK && whole->n_shares + element->n_shares > MATTER_MOST_ISOTOPES) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "more than %d isotopes in a material",
                             (int)MATTER_MOST_ISOTOPES);
        }
        if (status == MOLY_OK && element->n_shares > 0) {
            recipe_element *added = &whole->elements[whole->n - 1];
            added->first_share = whole->n_shares;
            added->n_shares = element->n_shares;
            memcpy(&whole->shares[whole->n_shares], &part->shares[element->first_share],
                   (size_t)element->n_shares * sizeof *part->shares);
            whole->n_shares += element->n_shares;
        }
    }
    return status;
}

/* "0.9 Ni + 0.1 Cr" by mass. */
static moly_status parse_mixture(const char *text, const char *end, moly_arena *arena,
                                 moly_material **material, moly_error *err)
{
    recipe whole = {0}, part;
    double sum = 0.0;
    moly_status status = MOLY_OK;
    for (const char *at = text; at < end && status == MOLY_OK;) {
        const char *plus = memchr(at, '+', (size_t)(end - at));
        const char *first = at, *last = plus ? plus : end;
        char number[32] = "";
        double fraction = 0.0;
        trim(&first, &last);
        size_t digits = strcspn(first, " ");
        if (digits >= sizeof number || first + digits >= last) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE,
                             "'%.80s': a part of a mixture is a mass fraction and a material, "
                             "'0.9 Ni'",
                             text);
        }
        memcpy(number, first, digits);
        first += digits;
        trim(&first, &last);
        status = moly_number_parse(number, &fraction, err);
        if (status == MOLY_OK && !(fraction > 0.0 && fraction <= 1.0)) {
            status = MOLY_FAIL(err, MOLY_ERR_RANGE,
                               "'%.80s': mass fraction %g is not within 0 .. 1", text, fraction);
        }
        if (status == MOLY_OK) {
            status = parse_part(first, last, &part, err);
        }
        if (status == MOLY_OK) {
            status = material_of_recipe(text, &part, arena, material, err);
        }
        if (status == MOLY_OK) {
            double atoms = 0.0;
            for (int e = 0; e < part.n; e++) {
                atoms += part.elements[e].atoms;
            }
            status = join(&whole, &part, fraction / ((*material)->mean_mass_u * atoms), text, err);
        }
        sum += fraction;
        at = plus ? plus + 1 : end;
    }
    if (status == MOLY_OK && fabs(sum - 1.0) > mixture_tolerance) {
        status =
            MOLY_FAIL(err, MOLY_ERR_RANGE,
                      "'%.80s': the mass fractions sum to %.9g, not to 1 (within 1e-6)", text, sum);
    }
    return status == MOLY_OK ? material_of_recipe(text, &whole, arena, material, err) : status;
}

moly_status moly_material_parse(const char *text, moly_arena *arena, const moly_material **material,
                                moly_error *err)
{
    const char *at = strchr(text, '@'), *first = text, *end = at ? at : text + strlen(text);
    moly_material *made = NULL;
    moly_status status;
    size_t n = 0;
    trim(&first, &end);
    const struct named_row *named = find_named(first, (size_t)(end - first), &n);
    if (named) {
        status = parse_named(text, named, n, arena, &made, err);
    } else if (memchr(first, '+', (size_t)(end - first))) {
        status = parse_mixture(first, end, arena, &made, err);
    } else {
        recipe r;
        status = parse_part(first, end, &r, err);
        if (status == MOLY_OK) {
            status = material_of_recipe(text, &r, arena, &made, err);
        }
    }
    if (status == MOLY_OK && at) {
        status = moly_quantity_parse(at + 1, MOLY_DIM_DENSITY, &made->density_g_cm3, err);
        if (status == MOLY_OK && !(made->density_g_cm3 > 0.0 && made->density_g_cm3 < 50.0)) {
            status =
                MOLY_FAIL(err, MOLY_ERR_RANGE, "'%.80s': density %g g/cm3 is not within 0 .. 50",
                          text, made->density_g_cm3);
        }
    }
    if (status == MOLY_OK) {
        *material = made;
    }
    return status;
}

const moly_material *moly_material_with_density(const moly_material *material, double density_g_cm3,
                                                moly_arena *arena)
{
    moly_material *copy = moly_arena_alloc(arena, 1, sizeof *copy);
    if (copy) {
        *copy = *material;
        copy->density_g_cm3 = density_g_cm3;
    }
    return copy;
}

double matter_electron_weighted_z(const moly_material *material)
{
    double electrons = 0.0, moment = 0.0;
    for (size_t e = 0; e < material->n_elements; e++) {
        double n = material->elements[e].atom_fraction * material->elements[e].z;
        electrons += n;
        moment += n * material->elements[e].z;
    }
    return moment / electrons;
}
