/* SPDX-License-Identifier: Apache-2.0 */
/* Which curve of each product, and how often it happens. Rules: README.md, "Which curve". */
#include <math.h>
#include <string.h>

#include "beam_inside.h"

#define CM2_PER_MB 1e-27
#define MOST_STEPS 16 /* of decay between a precursor and a cumulative product */

typedef struct chosen {
    const moly_reaction *reaction;
    const beam_source *source;
    uint32_t product;
    double raw, atoms, sd; /* for each beam particle */
} chosen;

/* Part of the decays of `from` that end in `to`, through members that live shorter than `to`. */
static double feeding(const moly_nuclide_set *set, size_t from, size_t to, int depth)
{
    const moly_nuclide *nuclide = moly_nuclide_at(set, from);
    if (from == to) {
        return 1.0;
    }
    if (from > to || depth == MOST_STEPS || nuclide->is_stable ||
        nuclide->half_life_s >= moly_nuclide_at(set, to)->half_life_s) {
        return 0.0;
    }
    double sum = 0.0;
    for (size_t b = 0; b < nuclide->n_branches; b++) {
        if (nuclide->branches[b].daughter != MOLY_NO_DAUGHTER) {
            sum += nuclide->branches[b].fraction *
                   feeding(set, (size_t)nuclide->branches[b].daughter, to, depth + 1);
        }
    }
    return sum;
}

static double last_mev(const moly_reaction *r)
{
    return (double)r->energy_mev[r->n - 1];
}

static bool is_same_group(const moly_reaction *a, const moly_reaction *b)
{
    return a->product_z == b->product_z && a->product_a == b->product_a &&
           a->product_isomer == b->product_isomer && strcmp(a->via, b->via) == 0;
}

/* Curves of one product stand in a row, the best first. */
static size_t group_end(const beam_source *s, size_t i)
{
    size_t end = i + 1;
    while (end < s->n && is_same_group(&s->curves[end], &s->curves[i])) {
        end++;
    }
    return end;
}

/* The best curve that reaches the energy, or NULL. */
static const moly_reaction *best_of(const beam_source *s, size_t first, size_t end,
                                    double energy_mev)
{
    for (size_t i = first; i < end; i++) {
        if (energy_mev <= MOLY_REACTION_SLACK * last_mev(&s->curves[i])) {
            return &s->curves[i];
        }
    }
    return NULL;
}

/* What was asked for must be evaluated up to the energy: no model goes on in its place. */
static moly_status check_wanted(const moly_reaction *best, double energy_mev, moly_error *err)
{
    const double end = best->rank == MOLY_REACTION_MODEL ? last_mev(best) : best->evaluated_to_mev;
    if (energy_mev <= MOLY_REACTION_SLACK * end) {
        return MOLY_OK;
    }
    char text[MOLY_REACTION_TEXT_SIZE];
    return MOLY_FAIL(err, MOLY_ERR_RANGE,
                     "the curve of %s (%s) ends at %.4g MeV, and the beam comes with %.4g MeV",
                     best->product, moly_reaction_target_text(best, text), end, energy_mev);
}

typedef struct collection {
    chosen *all;
    size_t n;
} collection;

/* Has the natural element's own curve told this product already? */
static bool is_told(const collection *c, size_t first, const beam_source *s, uint32_t product)
{
    for (size_t i = first; i < c->n && s->a != 0 && c->all[i].source->a == 0; i++) {
        if (c->all[i].product == product) {
            return true;
        }
    }
    return false;
}

static moly_status choose_of_source(const beam_source *s, const track *t, double energy_mev,
                                    size_t wanted, size_t first, collection *c, beam_notes *notes,
                                    moly_error *err)
{
    for (size_t i = 0, end; i < s->n; i = end) {
        end = group_end(s, i);
        const moly_reaction *best = best_of(s, i, end, energy_mev);
        const uint32_t product = s->products[i];
        char text[MOLY_REACTION_TEXT_SIZE];
        if (product == NO_PRODUCT && best && track_integral(t, best) <= 0.0) {
            continue;
        }
        if (product == NO_PRODUCT) {
            beam_note(notes, "%s (%s): not among the nuclides of the data", s->curves[i].product,
                      moly_reaction_target_text(&s->curves[i], text));
            continue;
        }
        if (is_told(c, first, s, product)) {
            continue;
        }
        if (product == wanted && s->curves[i].via[0] == '\0') {
            const moly_status status = check_wanted(&s->curves[i], energy_mev, err);
            if (status != MOLY_OK) {
                return status;
            }
        }
        if (!best) {
            beam_note(notes, "%s (%s): no curve above %.4g MeV", s->curves[i].product,
                      moly_reaction_target_text(&s->curves[i], text), last_mev(&s->curves[i]));
            continue;
        }
        const double raw = track_integral(t, best) * CM2_PER_MB * s->atoms_per_g;
        if (raw > 0.0 || product == wanted) {
            c->all[c->n++] = (chosen){best, s, product, raw, raw, raw * best->u_rel};
        }
    }
    return MOLY_OK;
}

/* Is `part` counted again by the curve of `whole`? */
static bool is_within(const chosen *whole, const chosen *part)
{
    const moly_reaction *r = whole->reaction, *q = part->reaction;
    if (part == whole || (r->a != 0 && part->source != whole->source)) {
        return false;
    }
    return r->kind == MOLY_REACTION_CUMULATIVE ||
           (q->product_z == r->product_z && q->product_a == r->product_a &&
            q->product_isomer > r->product_isomer);
}

static void take_off_one(const moly_nuclide_set *set, collection *c, size_t first, chosen *whole)
{
    for (size_t k = first; k < c->n; k++) {
        const chosen *part = &c->all[k];
        if (!is_within(whole, part)) {
            continue;
        }
        const double fraction = whole->reaction->kind == MOLY_REACTION_CUMULATIVE
                                    ? feeding(set, part->product, whole->product, 0)
                                    : 1.0;
        whole->atoms -= fraction * part->atoms;
        whole->sd -= fraction * part->sd;
    }
    whole->atoms = fmax(whole->atoms, 0.0);
    whole->sd = fmax(whole->sd, 0.0);
}

/* Curves that count ground state and isomers together, or precursors too: what is counted with the
 * others is taken off, so that each atom is there once. Sums of states first, then cumulative ones,
 * parents before daughters (as the set is sorted): what is taken off is right already. */
static void take_off(const moly_nuclide_set *set, collection *c, size_t first)
{
    for (size_t i = first; i < c->n; i++) {
        if (c->all[i].reaction->kind == MOLY_REACTION_TOTAL) {
            take_off_one(set, c, first, &c->all[i]);
        }
    }
    for (int64_t done = -1;;) {
        chosen *next = NULL;
        for (size_t i = first; i < c->n; i++) {
            chosen *x = &c->all[i];
            if (x->reaction->kind == MOLY_REACTION_CUMULATIVE && (int64_t)x->product > done &&
                (!next || x->product < next->product)) {
                next = x;
            }
        }
        if (!next) {
            return;
        }
        done = (int64_t)next->product;
        for (size_t i = first; i < c->n; i++) { /* of several isotopes */
            chosen *x = &c->all[i];
            if (x->product == next->product && x->reaction->kind == MOLY_REACTION_CUMULATIVE) {
                take_off_one(set, c, first, x);
            }
        }
    }
}

/* An isomer that lives longer is no part of its ground state's yield. */
static bool counts_raw(const moly_nuclide_set *set, const chosen *x)
{
    if (x->reaction->kind != MOLY_REACTION_TOTAL) {
        return true;
    }
    const moly_nuclide *ground = moly_nuclide_at(set, x->product);
    for (size_t b = x->product; b-- > 0;) { /* an isomer stands before what it decays to */
        const moly_nuclide *n = moly_nuclide_at(set, b);
        if (n->z == ground->z && n->a == ground->a && n->isomer > ground->isomer) {
            return n->half_life_s < ground->half_life_s;
        }
    }
    return true;
}

static void add_up(const moly_nuclide_set *set, const collection *c, beam_rates *rates)
{
    for (size_t i = 0; i < c->n; i++) {
        const chosen *x = &c->all[i];
        const moly_reaction **source = &rates->source[x->product];
        const double before = rates->yield[x->product];
        const double mine = counts_raw(set, x) ? x->raw : x->atoms;
        *source = !*source || mine > before ? x->reaction : *source;
        rates->yield[x->product] += mine;
        rates->atoms[x->product] += x->atoms;
        rates->sd[x->product] += x->sd;
        rates->consumed += x->atoms;
    }
}

moly_status beam_layer_rates(const moly_beam *beam, const beam_layer *layer, const track *t,
                             double energy_mev, size_t product, beam_rates *rates,
                             beam_notes *notes, moly_error *err)
{
    collection c = {moly_alloc(layer->n_curves + 1, sizeof(chosen)), 0};
    moly_status status = c.all ? MOLY_OK : MOLY_NO_MEMORY(err);
    size_t first = 0, i = 0;
    while (i < layer->n_sources && status == MOLY_OK) {
        const size_t element = layer->sources[i].element;
        first = c.n;
        for (; i < layer->n_sources && layer->sources[i].element == element && status == MOLY_OK;
             i++) {
            status =
                choose_of_source(&layer->sources[i], t, energy_mev, product, first, &c, notes, err);
        }
        take_off(beam->set, &c, first);
    }
    if (status == MOLY_OK) {
        add_up(beam->set, &c, rates);
    }
    moly_free(c.all);
    return status;
}
