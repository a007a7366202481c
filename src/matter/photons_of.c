/* SPDX-License-Identifier: Apache-2.0 */
/* What comes out of a source: photon lines of a nuclide and its daughters, bremsstrahlung of their
 * betas; and the layers that a person writes down. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "moly/base/quantity.h"
#include "moly/matter/bremsstrahlung.h"
#include "moly/matter/shield.h"
#include "moly/nuclide/beta.h"

enum { MOST_LAYERS = 32, MOST_BINS = 512 };
static const double bin_kev = 20.0;
static const double least_activity = 1e-9; /* of the nuclide's: what is below emits nothing here */

static bool is_photon(const moly_line *line)
{
    return line->radiation <= MOLY_RADIATION_ANNIHILATION &&
           line->energy_kev >= MOLY_SHIELD_LEAST_KEV;
}

/* Activities per Bq of the nuclide; indices ascend from parents to daughters. */
static void fill_equilibrium(const moly_nuclide_set *set, size_t parent, bool with_daughters,
                             double *activities)
{
    double l0 = moly_nuclide_at(set, parent)->lambda_per_s;
    activities[parent] = 1.0;
    for (size_t i = parent; i < moly_nuclide_set_size(set) && with_daughters; i++) {
        const moly_nuclide *nuclide = moly_nuclide_at(set, i);
        if (activities[i] == 0.0) {
            continue;
        }
        if (i != parent) {
            /* what stands here until now is the feeding */
            bool reaches = nuclide->lambda_per_s > l0 * (1.0 + 1e-6);
            activities[i] *= reaches ? nuclide->lambda_per_s / (nuclide->lambda_per_s - l0) : 0.0;
        }
        for (size_t b = 0; b < nuclide->n_branches; b++) {
            if (nuclide->branches[b].daughter != MOLY_NO_DAUGHTER) {
                activities[nuclide->branches[b].daughter] +=
                    activities[i] * nuclide->branches[b].fraction;
            }
        }
    }
}

/* Lines of one nuclide, then its bremsstrahlung; NULL counts only. */
static size_t add_photons(const moly_nuclide_set *set, size_t index, double activity,
                          const moly_material *stopper, moly_photon *out)
{
    const moly_nuclide *nuclide = moly_nuclide_at(set, index);
    double betas[MOST_BINS] = {0}, photons[MOST_BINS] = {0};
    size_t n = 0;
    for (size_t i = 0; i < nuclide->n_lines; i++) {
        const moly_line *line = &nuclide->lines[i];
        if (is_photon(line)) {
            if (out) {
                out[n] = (moly_photon){line->energy_kev, line->intensity * activity, index, false};
            }
            n++;
        }
    }
    if (!stopper) {
        return n;
    }
    (void)moly_beta_spectrum(nuclide, MOLY_RADIATION_BETA_MINUS, bin_kev, MOST_BINS, betas);
    (void)moly_beta_spectrum(nuclide, MOLY_RADIATION_BETA_PLUS, bin_kev, MOST_BINS, betas);
    (void)moly_bremsstrahlung_add(stopper, bin_kev, MOST_BINS, betas, photons);
    for (size_t k = 0; k < MOST_BINS; k++) {
        if (photons[k] > 0.0) {
            if (out) {
                out[n] =
                    (moly_photon){((double)k + 0.5) * bin_kev, photons[k] * activity, index, true};
            }
            n++;
        }
    }
    return n;
}

moly_status moly_photons_of(const moly_nuclide_set *set, size_t nuclide, bool with_daughters,
                            const moly_material *stopper, moly_arena *arena,
                            const moly_photon **photons, size_t *n_photons,
                            const double **activities, moly_error *err)
{
    const moly_nuclide *parent = moly_nuclide_at(set, nuclide);
    size_t n_set = moly_nuclide_set_size(set), n = 0;
    if (parent->is_stable) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%s is stable: it emits nothing", parent->name);
    }
    if (parent->n_lines == 0) {
        return MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "%s holds no lines of %s",
                         moly_nuclide_set_name(set), parent->name);
    }
    double *ratios = moly_arena_alloc(arena, n_set, sizeof *ratios);
    if (!ratios) {
        return MOLY_NO_MEMORY(err);
    }
    fill_equilibrium(set, nuclide, with_daughters, ratios);
    for (size_t i = nuclide; i < n_set; i++) {
        if (ratios[i] >= least_activity) {
            n += add_photons(set, i, ratios[i], stopper, NULL);
        }
    }
    moly_photon *out = moly_arena_alloc(arena, n + 1, sizeof *out);
    if (!out) {
        return MOLY_NO_MEMORY(err);
    }
    n = 0;
    for (size_t i = nuclide; i < n_set; i++) {
        if (ratios[i] >= least_activity) {
            n += add_photons(set, i, ratios[i], stopper, out + n);
        }
    }
    *photons = out;
    *n_photons = n;
    if (activities) {
        *activities = ratios;
    }
    return MOLY_OK;
}

/* The comma that ends a layer; those in braces and brackets belong to the material. */
static const char *end_of_layer(const char *text)
{
    int depth = 0;
    for (; *text && (depth > 0 || *text != ','); text++) {
        depth += *text == '{' || *text == '(' ? 1 : *text == '}' || *text == ')' ? -1 : 0;
    }
    return text;
}

static char *trimmed(moly_arena *arena, const char *from, const char *to)
{
    while (from < to && isspace((unsigned char)*from)) {
        from++;
    }
    while (to > from && isspace((unsigned char)to[-1])) {
        to--;
    }
    return moly_arena_strndup(arena, from, (size_t)(to - from));
}

/* "Ga4Ni @ 7.2 g/cm3 5 mm": the thickness is the first place behind a blank from which on the rest
 * is a length. */
static moly_status read_layer(const char *item, moly_arena *arena, moly_layer *layer,
                              moly_error *err)
{
    for (const char *c = item; *c; c++) {
        double mm = 0.0;
        if (!isspace((unsigned char)*c) || c == item ||
            moly_quantity_parse(c + 1 + strspn(c + 1, " \t"), MOLY_DIM_LENGTH, &mm, NULL) !=
                MOLY_OK) {
            continue;
        }
        const char *name = trimmed(arena, item, c);
        if (!name) {
            return MOLY_NO_MEMORY(err);
        }
        if (mm < 0.0) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "layer '%s': a thickness of %g mm is below 0",
                             item, mm);
        }
        moly_status status = moly_material_parse(name, arena, &layer->material, err);
        layer->thickness_cm = mm / 10.0;
        if (status == MOLY_OK && !(layer->material->density_g_cm3 > 0.0)) {
            status =
                MOLY_FAIL(err, MOLY_ERR_USAGE,
                          "the density of %s is not known: write '%s @ 1.2 g/cm3'", name, name);
        }
        return status;
    }
    return MOLY_FAIL(err, MOLY_ERR_USAGE, "layer '%s': a material and a thickness, 'Pb 5mm'", item);
}

moly_status moly_layers_parse(const char *text, moly_arena *arena, const moly_layer **layers,
                              size_t *n_layers, moly_error *err)
{
    moly_layer *out = moly_arena_alloc(arena, MOST_LAYERS, sizeof *out);
    size_t n = 0;
    if (!out) {
        return MOLY_NO_MEMORY(err);
    }
    for (const char *from = text, *end = text; *end || from == text; from = end + 1) {
        end = end_of_layer(from);
        const char *item = trimmed(arena, from, end);
        if (!item) {
            return MOLY_NO_MEMORY(err);
        }
        if (n == MOST_LAYERS) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "more than %d layers", MOST_LAYERS);
        }
        moly_status status = read_layer(item, arena, &out[n++], err);
        if (status != MOLY_OK) {
            return status;
        }
        if (!*end) {
            break;
        }
    }
    *layers = out;
    *n_layers = n;
    return MOLY_OK;
}
