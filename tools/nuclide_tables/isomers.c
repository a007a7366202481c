/* SPDX-License-Identifier: Apache-2.0 */
/* DDEP lists the gammas of a long-lived daughter level with the parent, at equilibrium (Mo-99: the
 * 140.5 keV line at 89.6 %, nearly all of which is Tc-99m's). In Moly an isomer is a nuclide of its
 * own, so its part has to come out:
 *   - the isomer's branch is its direct feeding plus all transitions into it;
 *   - lines that leave the isomer are dropped;
 *   - lines that leave a level below it are scaled by the part of the level's feeding that does not
 *     come through the isomer. Where JEFF, which separates isomers, has that line, JEFF's intensity
 *     is taken, as the balance is a small difference of large numbers. */
#include <math.h>

#include "ddep.h"

double ddep_feeding_scale(const scheme *s)
{
    double sum = 0.0;
    for (int i = 0; i < s->n_feedings; i++) {
        sum += s->feedings[i].intensity + s->feedings[i].capture;
    }
    /* Some files give alphas per 100 alpha decays, most per 100 decays: the sum tells. */
    const bool is_per_branch =
        s->branching < 0.98 && sum > 50.0 && fabs(sum - 100.0) < fabs(sum - 100.0 * s->branching);
    return is_per_branch ? s->branching : 1.0;
}

static void place_gammas(scheme *s)
{
    for (int i = 0; i < s->n_gammas; i++) {
        scheme_gamma *g = &s->gammas[i];
        g->source = SOURCE_DDEP;
        if (g->from < 0) {
            continue;
        }
        const double target = s->levels[g->from].energy_kev - g->energy_kev;
        double best = 2.0 + 0.002 * g->energy_kev;
        for (int k = 0; k < g->from; k++) {
            const double distance = fabs(s->levels[k].energy_kev - target);
            if (s->levels[k].energy_kev >= 0.0 && distance < best) {
                best = distance;
                g->to = k;
            }
        }
    }
}

static double jeff_fraction(const table_nuclide *before, moly_decay_mode mode, int isomer, int z,
                            int a)
{
    for (size_t i = 0; i < before->n_branches; i++) {
        const table_branch *b = &before->branches[i];
        if (b->mode == mode && b->daughter.isomer == isomer && b->daughter.z == z &&
            b->daughter.a == a) {
            return b->fraction;
        }
    }
    return 0.0;
}

/* Which levels are nuclides of their own: the ones JEFF has as isomers and to which JEFF's parent
 * decays (so that its X rays and electrons are split in the same way). */
static void mark_isomers(const tables *t, const table_nuclide *n, const table_nuclide *before,
                         scheme *s)
{
    char parent[MOLY_NUCLIDE_NAME_SIZE], child[MOLY_NUCLIDE_NAME_SIZE];
    for (int isomer = 1; isomer <= MOLY_ISOMER_MAX; isomer++) {
        const moly_state state = {s->daughter.z, s->daughter.a, isomer};
        const table_nuclide *known = tables_find(t, state);
        const bool is_fed = before->n_branches == 0 ||
                            jeff_fraction(before, s->mode, isomer, state.z, state.a) > 0.0;
        if (!known || !is_fed || (s->mode == MOLY_DECAY_ISOMERIC && isomer >= n->state.isomer)) {
            continue;
        }
        int found = -1;
        double best = known->excitation_kev > 0.0 ? 3.0 : 0.0;
        for (int k = 1; k < s->n_levels; k++) {
            const scheme_level *level = &s->levels[k];
            double distance = fabs(level->energy_kev - known->excitation_kev);
            if (level->half_life_s > 0.0 && known->half_life_s > 0.0) {
                const double ratio = level->half_life_s / known->half_life_s;
                if (ratio > 0.8 && ratio < 1.25 && distance < 10.0) {
                    distance = -1.0; /* the half-life decides */
                } else if (ratio < 0.3 || ratio > 3.0) {
                    continue;
                }
            }
            if (distance < best) {
                best = distance;
                found = k;
            }
        }
        if (found >= 0) {
            s->levels[found].isomer = isomer;
        } else {
            fprintf(stderr, "DDEP %s: no level of the scheme is %s (%g keV), fed %g by JEFF\n",
                    moly_state_name(n->state, parent), moly_state_name(state, child),
                    known->excitation_kev,
                    jeff_fraction(before, s->mode, isomer, state.z, state.a));
        }
    }
}

/* Follow the flow from the highest level down, with the isomers as sinks. */
static void follow_flow(scheme *s)
{
    const double scale = ddep_feeding_scale(s);
    for (int k = 0; k < s->n_levels; k++) {
        s->levels[k].in_old = s->levels[k].in_new = s->levels[k].fed * scale;
        s->levels[k].variance = s->levels[k].fed_variance * scale * scale;
    }
    for (int k = s->n_levels - 1; k >= 0; k--) { /* levels stand in ascending order */
        const scheme_level *level = &s->levels[k];
        double keep = level->in_old > 0.0 ? level->in_new / level->in_old : 1.0;
        if (level->isomer > 0) {
            keep = 0.0;
        }
        for (int i = 0; i < s->n_gammas; i++) {
            scheme_gamma *g = &s->gammas[i];
            if (g->from == k && g->to >= 0) {
                const double sd =
                    g->intensity > 0.0 ? g->total * g->intensity_sd / g->intensity * keep : 0.0;
                s->levels[g->to].in_old += g->total;
                s->levels[g->to].in_new += g->total * keep;
                s->levels[g->to].variance += sd * sd;
            }
        }
    }
}

static const table_line *jeff_gamma(const table_nuclide *before, double energy_kev)
{
    const table_line *best = NULL;
    double nearest = 0.5;
    for (size_t i = 0; i < before->n_lines; i++) {
        const table_line *l = &before->lines[i];
        if (l->radiation == MOLY_RADIATION_GAMMA && fabs(l->energy_kev - energy_kev) < nearest) {
            nearest = fabs(l->energy_kev - energy_kev);
            best = l;
        }
    }
    return best;
}

static void take_out(const table_nuclide *before, scheme *s)
{
    for (int i = 0; i < s->n_gammas; i++) {
        scheme_gamma *g = &s->gammas[i];
        if (g->from < 0) {
            continue;
        }
        const scheme_level *level = &s->levels[g->from];
        if (level->isomer > 0) {
            g->intensity = 0.0;
        } else if (level->in_new < level->in_old * (1.0 - 1e-6)) {
            const table_line *line = jeff_gamma(before, g->energy_kev);
            if (line) {
                g->intensity = line->intensity_pct;
                g->intensity_sd = line->intensity_sd_pct;
                g->source = SOURCE_JEFF;
            } else {
                g->intensity *= level->in_new / level->in_old;
                g->intensity_sd *= level->in_new / level->in_old;
            }
        }
    }
}

void ddep_split_isomers(tables *t, table_nuclide *n, const table_nuclide *before, scheme *s)
{
    char name[MOLY_NUCLIDE_NAME_SIZE], parent[MOLY_NUCLIDE_NAME_SIZE];
    place_gammas(s);
    mark_isomers(t, n, before, s);
    follow_flow(s);
    take_out(before, s);
    const double q_kev = s->q_kev > 0.0 ? s->q_kev : s->parent_kev;
    double left = s->branching, left_variance = s->branching_sd * s->branching_sd;
    for (int k = 0; k < s->n_levels; k++) {
        scheme_level *level = &s->levels[k];
        if (level->isomer <= 0) {
            continue;
        }
        double fraction = level->in_new / 100.0;
        fraction = fraction > left ? left : fraction;
        if (fraction <= 0.0) {
            continue;
        }
        const moly_state state = {s->daughter.z, s->daughter.a, level->isomer};
        const double jeff = jeff_fraction(before, s->mode, level->isomer, state.z, state.a);
        if (fabs(jeff - fraction) > 0.02) {
            fprintf(stderr, "DDEP %s -> %s: %.5f from the scheme, %.5f in JEFF\n",
                    moly_state_name(n->state, parent), moly_state_name(state, name), fraction,
                    jeff);
        }
        tables_add_branch(n, (table_branch){.mode = s->mode,
                                            .daughter = state,
                                            .fraction = fraction,
                                            .fraction_sd = sqrt(level->variance) / 100.0,
                                            .q_kev = s->mode == MOLY_DECAY_ISOMERIC
                                                         ? s->parent_kev - level->energy_kev
                                                         : q_kev - level->energy_kev,
                                            .source = SOURCE_DDEP});
        left -= fraction;
        left_variance += level->variance / 1e4;
    }
    if (left > 1e-9) {
        tables_add_branch(n, (table_branch){.mode = s->mode,
                                            .daughter = s->daughter,
                                            .fraction = left,
                                            .fraction_sd = sqrt(left_variance),
                                            .q_kev = q_kev,
                                            .source = SOURCE_DDEP});
    }
}
