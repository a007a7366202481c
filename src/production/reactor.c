/* SPDX-License-Identifier: Apache-2.0 */
/* A target in a reactor: what comes out, how sure it is, and when it is best. */
#include "moly/production/reactor.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reactor_inside.h"

#define NUDGE 1e-3 /* of a cross section, for its derivative */
#define MUCH 1e-7  /* of the target's atoms */
#define MOST_NOTES 48
#define N_SEARCH 64
#define GOLDEN 0.61803398874989484820
#define N_GOLDEN 40

/* ---- the history, cooling included ---- */

static moly_flux_step *all_steps(const moly_reactor_case *c, moly_arena *arena)
{
    moly_flux_step *steps = moly_arena_alloc(arena, c->n_steps + 1, sizeof *steps);
    if (steps != NULL) {
        if (c->n_steps > 0) {
            memcpy(steps, c->steps, c->n_steps * sizeof *steps);
        }
        steps[c->n_steps] = (moly_flux_step){0.0, 0.0, c->cool_s};
    }
    return steps;
}

/* ---- uncertainty ---- */

static double relative_sd(const reactor_network *w, size_t r)
{
    double ratio = w->fluence > 0.0 ? w->epithermal_fluence / w->fluence : 0.0;
    double whole = w->reactions[r].thermal_b + ratio * w->reactions[r].resonance_b;
    return whole > 0.0 ? hypot(w->about[r].sd_thermal_b, ratio * w->about[r].sd_resonance_b) / whole
                       : 0.0;
}

/* Of what is made little of: the reactions on its way. */
static double way_variance(const reactor_network *w, size_t node)
{
    double variance = 0.0;
    size_t n = 0;
    for (size_t at = node; at != REACTOR_NO_WAY && n < w->n; at = w->nodes[at].parent, n++) {
        if (w->nodes[at].reaction != REACTOR_NO_WAY) {
            double sd = relative_sd(w, w->nodes[at].reaction);
            variance += sd * sd;
        }
    }
    return variance;
}

/* Of a fission product: the independent yield of the fragment on its way. */
static double yield_variance(const reactor_network *w, size_t node)
{
    size_t at = node, n = 0;
    while (w->nodes[at].reaction == REACTOR_NO_WAY && w->nodes[at].parent != REACTOR_NO_WAY &&
           n++ < w->n) {
        at = w->nodes[at].parent;
    }
    const moly_nuclide *fragment = reactor_nuclide(w, at);
    moly_fission_yield y;
    return moly_fission_yield_find(fragment->z, fragment->a, fragment->isomer, &y)
               ? y.sd / y.yield * (y.sd / y.yield)
               : 0.0;
}

/* First order: every reaction is nudged in turn, in the part of the network that is made much of.
 */
static moly_status uncertainties(const reactor_network *w, const moly_flux_step *steps,
                                 size_t n_steps, double *variance, moly_error *err)
{
    reactor_part part = {0};
    for (size_t i = 0; i < w->n; i++) {
        variance[i] = way_variance(w, i);
    }
    moly_status status = reactor_network_part(w, MUCH, &part, err);
    size_t row = n_steps > 0 ? (n_steps - 1) * part.n : 0;
    double *plain = moly_arena_alloc(w->arena, n_steps + 1, (part.n + 1) * sizeof *plain);
    double *nudged = moly_arena_alloc(w->arena, n_steps + 1, (part.n + 1) * sizeof *nudged);
    if (status == MOLY_OK && (plain == NULL || nudged == NULL)) {
        status = MOLY_NO_MEMORY(err);
    }
    if (status == MOLY_OK && n_steps > 0 && part.n_reactions > 0) {
        status =
            moly_burnup_run_scaled(part.burnup, 0, 1.0, part.start, n_steps, steps, plain, err);
        for (size_t i = 0; i < part.n; i++) {
            variance[part.node[i]] = 0.0;
        }
    }
    for (size_t r = 0; r < part.n_reactions && n_steps > 0 && status == MOLY_OK; r++) {
        double sd = relative_sd(w, part.reaction[r]);
        status = moly_burnup_run_scaled(part.burnup, r, 1.0 + NUDGE, part.start, n_steps, steps,
                                        nudged, err);
        for (size_t i = 0; i < part.n && status == MOLY_OK; i++) {
            if (plain[row + i] > 0.0) {
                double change = (nudged[row + i] / plain[row + i] - 1.0) / NUDGE * sd;
                variance[part.node[i]] += change * change;
            }
        }
    }
    for (size_t i = 0; i < w->n; i++) {
        variance[i] += w->nodes[i].is_fragment ? yield_variance(w, i) : 0.0;
    }
    moly_burnup_free(part.burnup);
    return status;
}

/* ---- words ---- */

static size_t append(char *text, size_t size, size_t used, const char *words)
{
    size_t length = strlen(words), room = size - 1 - used;
    length = length < room ? length : room;
    memcpy(text + used, words, length);
    text[used + length] = '\0';
    return used + length;
}

/* "W-186(n,g)W-187(n,g)W-188 > Re-188": back along the ways, then forward. */
static void tell_route(const reactor_network *w, size_t node, char *text, size_t size)
{
    size_t way[16], n = 0;
    for (size_t at = node; at != REACTOR_NO_WAY && n < sizeof way / sizeof *way;
         at = w->nodes[at].parent) {
        way[n++] = at;
    }
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = n; i-- > 0;) {
        const reactor_node *at = &w->nodes[way[i]];
        const char *step = i == n - 1 && at->parent == REACTOR_NO_WAY ? ""
                           : i == n - 1                               ? "... "
                           : at->reaction == REACTOR_NO_WAY           ? " > "
                           : w->about[at->reaction].is_fission        ? "(n,f)"
                                                                      : "(n,g)";
        used = append(text, size, used, step);
        used = append(text, size, used, reactor_nuclide(w, way[i])->name);
    }
}

typedef struct source_text {
    char words[sizeof((moly_reactor_nuclide *)NULL)->source];
} source_text;

/* @param told  [reactions] what was told already: fragments share their reaction */
static void tell_source(const reactor_network *w, size_t node, source_text *told, source_text *text)
{
    size_t at = node;
    while (at != REACTOR_NO_WAY && w->nodes[at].reaction == REACTOR_NO_WAY) {
        at = w->nodes[at].parent;
    }
    if (at == REACTOR_NO_WAY) {
        *text = (source_text){"target"};
        return;
    }
    const reactor_reaction *r = &w->about[w->nodes[at].reaction];
    source_text *known = &told[w->nodes[at].reaction];
    if (known->words[0] == '\0') {
        char g[32];
        (void)snprintf(g, sizeof g, "g = %.3f", r->g);
        (void)snprintf(known->words, sizeof known->words, "%s; integral %s; %s", r->thermal_source,
                       r->has_integral ? r->resonance_source : "1/v part only",
                       r->g_source != NULL ? g : "g = 1 (1/v)");
    }
    *text = *known;
}

static moly_status tell_missing(const reactor_network *w, moly_reactor_result *result,
                                moly_error *err)
{
    result->not_evaluated = moly_alloc(MOST_NOTES, sizeof *result->not_evaluated);
    if (result->not_evaluated == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    size_t n = 0;
    if (w->fluence > 0.0) {
        (void)snprintf(result->not_evaluated[n++], sizeof *result->not_evaluated,
                       "fast neutrons: (n,p), (n,alpha), (n,2n)");
    }
    bool has_fission = false;
    for (size_t r = 0; r < w->n_reactions; r++) {
        has_fission = has_fission || w->about[r].is_fission;
    }
    if (has_fission) {
        (void)snprintf(result->not_evaluated[n++], sizeof *result->not_evaluated,
                       "captures of fission products");
    }
    for (size_t i = 0; i < w->n_missing && n < MOST_NOTES - 1; i++) {
        (void)snprintf(result->not_evaluated[n++], sizeof *result->not_evaluated,
                       "capture on %s: no cross section",
                       moly_nuclide_at(w->data->set, w->missing[i])->name);
    }
    for (size_t r = 0; r < w->n_reactions && n < MOST_NOTES - 1; r++) {
        const moly_nuclide *t = reactor_nuclide(w, w->reactions[r].from);
        double peak_b, share;
        if (w->epithermal_fluence > 0.0 && !w->about[r].has_integral &&
            w->nodes[w->reactions[r].from].bound > 1e-6 * w->total_atoms) {
            (void)snprintf(result->not_evaluated[n++], sizeof *result->not_evaluated,
                           "resonance integral of %s: its 1/v part stands for it", t->name);
        } else if (w->wanted->size_cm > 0.0 && w->epithermal_fluence > 0.0 &&
                   w->start[w->reactions[r].from] > 0.0 &&
                   !moly_main_resonance(t->z, t->a, t->isomer, &peak_b, &share)) {
            (void)snprintf(result->not_evaluated[n++], sizeof *result->not_evaluated,
                           "self-shielding of the resonances of %s", t->name);
        }
    }
    result->n_not_evaluated = n;
    return MOLY_OK;
}

static int by_activity(const void *a, const void *b)
{
    const moly_reactor_nuclide *x = a, *y = b;
    double left = fmax(x->activity_eoi_bq, x->activity_end_bq);
    double right = fmax(y->activity_eoi_bq, y->activity_end_bq);
    return left != right ? (left < right) - (left > right)
                         : (x->atoms_eoi < y->atoms_eoi) - (x->atoms_eoi > y->atoms_eoi);
}

static double per_gram(double activity_bq, double grams)
{
    return activity_bq > 0.0 && grams > 0.0 ? activity_bq / grams : NAN;
}

static moly_status fill(const reactor_network *w, const double *eoi, const double *end,
                        const double *variance, moly_reactor_result *result, moly_error *err)
{
    source_text *told = moly_arena_alloc(w->arena, w->n_reactions + 1, sizeof *told);
    result->nuclides = moly_alloc(w->n + 1, sizeof *result->nuclides);
    if (told == NULL || result->nuclides == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    result->n = w->n;
    double left = 0.0, eoi_g[REACTOR_ELEMENTS], end_g[REACTOR_ELEMENTS];
    reactor_element_grams(w, eoi, eoi_g);
    reactor_element_grams(w, end, end_g);
    for (size_t i = 0; i < w->n; i++) {
        moly_reactor_nuclide *r = &result->nuclides[i];
        r->nuclide = w->nodes[i].nuclide;
        r->atoms_eoi = eoi[i];
        r->atoms_end = end[i];
        r->activity_eoi_bq = eoi[i] * w->lambda[i];
        r->activity_end_bq = end[i] * w->lambda[i];
        r->u_rel = w->wanted->has_uncertainty ? sqrt(variance[i]) : NAN;
        if (w->lambda[i] > 0.0) {
            int z = reactor_nuclide(w, i)->z;
            r->specific_eoi_bq_per_g = per_gram(r->activity_eoi_bq, eoi_g[z]);
            r->specific_end_bq_per_g = per_gram(r->activity_end_bq, end_g[z]);
        } else {
            r->specific_eoi_bq_per_g = r->specific_end_bq_per_g = NAN;
        }
        tell_route(w, i, r->route, sizeof r->route);
        source_text source;
        tell_source(w, i, told, &source);
        memcpy(r->source, source.words, sizeof r->source);
        left += w->start[i] > 0.0 ? fmin(end[i], w->start[i]) : 0.0;
    }
    result->absorbed = 1.0 - left / w->total_atoms;
    qsort(result->nuclides, result->n, sizeof *result->nuclides, by_activity);
    return tell_missing(w, result, err);
}

/* Fissions: a fragment that nothing else makes or takes would do; the reaction's rate over the
 * steps does better. */
static double count_fissions(const reactor_network *w, const double *atoms, size_t n_steps)
{
    double fissions = 0.0;
    for (size_t r = 0; r < w->n_reactions; r++) {
        if (!w->about[r].is_fission) {
            continue;
        }
        size_t from = w->reactions[r].from;
        for (size_t s = 0; s < n_steps; s++) {
            const moly_flux_step *step = &w->wanted->steps[s];
            double before = s == 0 ? w->start[from] : atoms[(s - 1) * w->n + from];
            double after = atoms[s * w->n + from];
            double mean =
                before > after && after > 0.0 ? (before - after) / log(before / after) : before;
            fissions +=
                mean * 1e-24 * step->flux_per_cm2_s * step->time_s *
                (w->reactions[r].thermal_b + step->epithermal_ratio * w->reactions[r].resonance_b);
        }
    }
    return fissions;
}

moly_status moly_reactor_irradiate(const moly_reactor_data *data, const moly_reactor_case *wanted,
                                   moly_reactor_result *result, moly_error *err)
{
    reactor_network w = {0};
    moly_reactor_result made = {0};
    moly_arena *arena = moly_arena_new();
    moly_status status =
        arena == NULL ? MOLY_NO_MEMORY(err) : reactor_network_build(&w, data, wanted, arena, err);
    if (status != MOLY_OK) {
        goto done;
    }
    size_t n_steps = wanted->n_steps + 1;
    moly_flux_step *steps = all_steps(wanted, arena);
    double *atoms = moly_arena_alloc(arena, n_steps, (w.n + 1) * sizeof *atoms);
    double *variance = moly_arena_alloc(arena, w.n + 1, sizeof *variance);
    if (steps == NULL || atoms == NULL || variance == NULL) {
        status = MOLY_NO_MEMORY(err);
        goto done;
    }
    status = moly_burnup_run(w.burnup, w.start, n_steps, steps, atoms, NULL, err);
    if (status == MOLY_OK && wanted->has_uncertainty) {
        status = uncertainties(&w, steps, wanted->n_steps, variance, err);
    }
    if (status == MOLY_OK) {
        const double *eoi = wanted->n_steps > 0 ? atoms + (wanted->n_steps - 1) * w.n : w.start;
        status = fill(&w, eoi, atoms + (n_steps - 1) * w.n, variance, &made, err);
        made.fluence_per_cm2 = w.fluence;
        made.thermal_factor = w.thermal_factor;
        made.fissions = count_fissions(&w, atoms, wanted->n_steps);
    }
done:
    if (status == MOLY_OK) {
        *result = made;
    } else {
        moly_reactor_result_free(&made);
    }
    reactor_network_clear(&w);
    moly_arena_free(arena);
    return status;
}

void moly_reactor_result_free(moly_reactor_result *result)
{
    if (result != NULL) {
        moly_free(result->nuclides);
        moly_free(result->not_evaluated);
        *result = (moly_reactor_result){0};
    }
}

/* ---- over time ---- */

/* Built once for the longest time, asked for many. */
typedef struct curve {
    reactor_network network;
    size_t node;
    moly_flux_step step;
} curve;

static moly_status curve_init(curve *c, const moly_reactor_data *data,
                              const moly_reactor_case *wanted, size_t product, double longest_s,
                              moly_reactor_case *whole, moly_flux_step *step, moly_arena *arena,
                              moly_error *err)
{
    if (wanted->n_steps == 0) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "a curve needs a flux");
    }
    *step = wanted->steps[0];
    step->time_s = longest_s;
    *whole = *wanted;
    whole->n_steps = 1;
    whole->steps = step;
    moly_status status = reactor_network_build(&c->network, data, whole, arena, err);
    if (status != MOLY_OK) {
        return status;
    }
    const moly_nuclide *nuclide = moly_nuclide_at(data->set, product);
    if (c->network.node_of[product] == 0 || nuclide->is_stable) {
        return MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "%s is not made as an activity of this target",
                         nuclide->name);
    }
    c->node = c->network.node_of[product] - 1;
    c->step = *step;
    return MOLY_OK;
}

static moly_status curve_at(const curve *c, const double *times_s, size_t n_times,
                            double *activity_bq, double *specific_bq_per_g, moly_error *err)
{
    const reactor_network *w = &c->network;
    double *atoms = moly_alloc(n_times + 1, (w->n + 1) * sizeof *atoms);
    double *cooled = moly_alloc(w->n + 1, sizeof *cooled);
    moly_status status = MOLY_OK;
    if (atoms == NULL || cooled == NULL) {
        status = MOLY_NO_MEMORY(err);
        goto done;
    }
    status = moly_burnup_curve(w->burnup, w->start, c->step, times_s, n_times, atoms, err);
    for (size_t t = 0; t < n_times && status == MOLY_OK; t++) {
        double *at = atoms + t * w->n;
        if (w->wanted->cool_s > 0.0) {
            const moly_flux_step pause = {0.0, 0.0, w->wanted->cool_s};
            status = moly_burnup_run(w->burnup, at, 1, &pause, cooled, NULL, err);
            at = cooled;
        }
        double grams[REACTOR_ELEMENTS];
        reactor_element_grams(w, at, grams);
        activity_bq[t] = at[c->node] * w->lambda[c->node];
        specific_bq_per_g[t] =
            activity_bq[t] > 0.0 ? activity_bq[t] / grams[reactor_nuclide(w, c->node)->z] : 0.0;
    }
done:
    moly_free(atoms);
    moly_free(cooled);
    return status;
}

moly_status moly_reactor_curve(const moly_reactor_data *data, const moly_reactor_case *wanted,
                               size_t product, const double *times_s, size_t n_times,
                               double *activity_bq, double *specific_bq_per_g, moly_error *err)
{
    curve c = {0};
    moly_reactor_case whole;
    moly_flux_step step;
    double longest = 0.0;
    for (size_t i = 0; i < n_times; i++) {
        longest = fmax(longest, times_s[i]);
    }
    moly_arena *arena = moly_arena_new();
    moly_status status =
        arena == NULL ? MOLY_NO_MEMORY(err)
                      : curve_init(&c, data, wanted, product, longest, &whole, &step, arena, err);
    if (status == MOLY_OK) {
        status = curve_at(&c, times_s, n_times, activity_bq, specific_bq_per_g, err);
    }
    reactor_network_clear(&c.network);
    moly_arena_free(arena);
    return status;
}

/* Golden section between the neighbours of the greatest of N_SEARCH values. */
static moly_status refine(const curve *c, const double *times, const double *values,
                          bool is_specific, double *best_s, moly_error *err)
{
    size_t top = 0;
    for (size_t i = 1; i < N_SEARCH; i++) {
        top = values[i] > values[top] ? i : top;
    }
    double low = top > 0 ? times[top - 1] : 0.0;
    double high = times[top + 1 < N_SEARCH ? top + 1 : top];
    for (int i = 0; i < N_GOLDEN && high - low > 1e-4 * high; i++) {
        double span = GOLDEN * (high - low);
        const double inner[2] = {high - span, low + span};
        double activity[2], specific[2];
        moly_status status = curve_at(c, inner, 2, activity, specific, err);
        if (status != MOLY_OK) {
            return status;
        }
        const double *value = is_specific ? specific : activity;
        if (value[0] > value[1]) {
            high = inner[1];
        } else {
            low = inner[0];
        }
    }
    *best_s = top + 1 == N_SEARCH && high - low <= 1e-4 * high && times[top] - low < 2e-4 * high
                  ? times[top]
                  : 0.5 * (low + high);
    return MOLY_OK;
}

moly_status moly_reactor_best_time(const moly_reactor_data *data, const moly_reactor_case *wanted,
                                   size_t product, double longest_s, double *activity_s,
                                   double *specific_s, moly_error *err)
{
    if (!(longest_s > 0.0) || !isfinite(longest_s)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "a longest time of %g s is not above 0", longest_s);
    }
    curve c = {0};
    moly_reactor_case whole;
    moly_flux_step step;
    double times[N_SEARCH], activity[N_SEARCH], specific[N_SEARCH], best[2] = {0};
    for (size_t i = 0; i < N_SEARCH;
         i++) { /* from a millionth on: short-lived products peak early */
        times[i] = longest_s * pow(10.0, -6.0 * (1.0 - (double)i / (N_SEARCH - 1)));
    }
    moly_arena *arena = moly_arena_new();
    moly_status status =
        arena == NULL ? MOLY_NO_MEMORY(err)
                      : curve_init(&c, data, wanted, product, longest_s, &whole, &step, arena, err);
    if (status == MOLY_OK) {
        status = curve_at(&c, times, N_SEARCH, activity, specific, err);
    }
    if (status == MOLY_OK) {
        status = refine(&c, times, activity, false, &best[0], err);
    }
    if (status == MOLY_OK) {
        status = refine(&c, times, specific, true, &best[1], err);
    }
    if (status == MOLY_OK) {
        *activity_s = best[0];
        *specific_s = best[1];
    }
    reactor_network_clear(&c.network);
    moly_arena_free(arena);
    return status;
}
