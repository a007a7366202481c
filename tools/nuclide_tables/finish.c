/* SPDX-License-Identifier: Apache-2.0 */
/* Which nuclides go into the tables, and the last steps on each: decisions, sums of branches,
 * annihilation, mean energies. */
#include <math.h>

#include "csv.h"
#include "tables.h"

#define SHORTEST_S 60.0    /* selection by half-life */
#define HEAVIEST_Z 100     /* fermium */
#define STABLE_FROM_Y 1e18 /* a half-life longer than this is stable to every user of Moly */
#define SUM_TOLERANCE 0.002

static void choose(table_nuclide *n, const char *reason)
{
    if (!n->is_selected) {
        n->is_selected = true;
        n->reason = reason;
    }
}

static void select_by_rule(tables *t)
{
    for (size_t i = 0; i < N_TABLE_KEYS; i++) {
        table_nuclide *n = t->by_key[i];
        if (!n) {
            continue;
        }
        if (!n->is_stable && n->is_stable_in_nubase) {
            tables_note(n, "stable in NUBASE2020 (JEFF-3.1.1 gives the limit %.3g y as half-life)",
                        n->half_life_s / MOLY_SECONDS_PER_YEAR);
            n->half_life_source = SOURCE_NUBASE;
            n->is_stable = true;
        }
        if (!n->is_stable && n->half_life_s > STABLE_FROM_Y * MOLY_SECONDS_PER_YEAR) {
            tables_note(n, "half-life of %.3g y taken as stable",
                        n->half_life_s / MOLY_SECONDS_PER_YEAR);
            n->is_stable = true;
        }
        if (n->is_stable) {
            n->n_branches = 0;
            n->n_lines = 0;
            n->mean_alpha_kev = n->mean_electron_kev = n->mean_photon_kev = 0.0;
            if (n->state.z <= 83) {
                choose(n, "stable");
            }
        } else if (n->half_life_source == SOURCE_DDEP) {
            choose(n, "evaluated by DDEP");
        } else if (n->half_life_s >= SHORTEST_S && n->state.z <= HEAVIEST_Z && n->n_branches > 0) {
            choose(n, "half-life of a minute or more");
        }
    }
}

static moly_status take_selection(void *user, const csv_row *row, moly_error *err)
{
    tables *t = user;
    moly_state state;
    if (row->n != 2 || !moly_state_parse(row->cell[0], &state)) {
        return csv_fail(row, 0, "not a nuclide with a reason", err);
    }
    table_nuclide *n = tables_find(t, state);
    if (!n || (!n->is_stable && n->n_branches == 0)) {
        return csv_fail(row, 0, "no evaluation has this nuclide", err);
    }
    if (!n->is_selected) {
        choose(n, moly_arena_strdup(t->arena, row->cell[1]));
    }
    return MOLY_OK;
}

/* What the branches lead to, until nothing is new. */
static moly_status close_under_decay(tables *t, moly_error *err)
{
    for (bool is_new = true; is_new;) {
        is_new = false;
        for (size_t i = 0; i < N_TABLE_KEYS; i++) {
            const table_nuclide *n = t->by_key[i];
            for (size_t k = 0; n && n->is_selected && k < n->n_branches; k++) {
                if (n->branches[k].mode == MOLY_DECAY_FISSION) {
                    continue;
                }
                table_nuclide *daughter = tables_find(t, n->branches[k].daughter);
                char parent[MOLY_NUCLIDE_NAME_SIZE], child[MOLY_NUCLIDE_NAME_SIZE];
                if (!daughter) {
                    return MOLY_FAIL(err, MOLY_ERR_DATA, "%s leads to %s, which nobody describes",
                                     moly_state_name(n->state, parent),
                                     moly_state_name(n->branches[k].daughter, child));
                }
                is_new = is_new || !daughter->is_selected;
                choose(daughter, "daughter");
            }
        }
    }
    return MOLY_OK;
}

moly_status select_nuclides(tables *t, const char *file, moly_error *err)
{
    select_by_rule(t);
    const moly_status status = csv_read(file, take_selection, t, err);
    return status == MOLY_OK ? close_under_decay(t, err) : status;
}

static moly_decay_mode mode_of(const char *word)
{
    for (int m = 0; m <= MOLY_DECAY_OTHER; m++) {
        if (strcmp(word, moly_decay_mode_name((moly_decay_mode)m)) == 0) {
            return (moly_decay_mode)m;
        }
    }
    return MOLY_DECAY_OTHER;
}

static void sum_modes(const table_nuclide *n, double sums[MOLY_DECAY_OTHER + 1])
{
    for (int m = 0; m <= MOLY_DECAY_OTHER; m++) {
        sums[m] = 0.0;
    }
    for (size_t i = 0; i < n->n_branches; i++) {
        sums[n->branches[i].mode] += n->branches[i].fraction;
    }
}

/* Particles that a mode emits: as many as it has decays. */
static const struct {
    moly_decay_mode mode;
    moly_radiation radiation;
} particles[] = {
    {MOLY_DECAY_BETA_MINUS, MOLY_RADIATION_BETA_MINUS},
    {MOLY_DECAY_BETA_PLUS_EC, MOLY_RADIATION_BETA_PLUS},
    {MOLY_DECAY_ALPHA, MOLY_RADIATION_ALPHA},
};
enum { N_PARTICLES = sizeof particles / sizeof particles[0] };

/* A mode that a decision made more or less frequent emits its particles so. Photons and electrons
 * stay: an evaluation measures them per decay, and they follow from several modes. */
static void scale_to_decision(table_nuclide *n)
{
    double decided[MOLY_DECAY_OTHER + 1];
    sum_modes(n, decided);
    for (size_t p = 0; p < N_PARTICLES; p++) {
        const double before = n->evaluated[particles[p].mode];
        const double factor = before > 0.0 ? decided[particles[p].mode] / before : 1.0;
        size_t n_scaled = 0;
        for (size_t i = 0; i < n->n_lines && fabs(factor - 1.0) > 1e-6; i++) {
            table_line *l = &n->lines[i];
            if (l->radiation != particles[p].radiation) {
                continue;
            }
            const double more = (factor - 1.0) * l->intensity_pct / 100.0;
            const bool is_plus = l->radiation == MOLY_RADIATION_BETA_PLUS;
            n->mean_electron_kev += more * l->mean_kev; /* an alpha has no mean of its own */
            n->mean_photon_kev += is_plus ? more * 2.0 * ELECTRON_KEV : 0.0;
            l->intensity_pct *= factor;
            l->intensity_sd_pct *= factor;
            n_scaled++;
        }
        if (n_scaled > 0) {
            tables_note(n, "%s lines scaled by %.4g with the branch",
                        moly_radiation_name(particles[p].radiation), factor);
        }
    }
}

static void remove_branch(table_nuclide *n, size_t index)
{
    for (size_t i = index; i + 1 < n->n_branches; i++) {
        n->branches[i] = n->branches[i + 1];
    }
    n->n_branches--;
}

/* NUBASE's half-life instead of JEFF's; more than a factor of two apart it is another state. */
static bool take_nubase(table_nuclide *n)
{
    const double ratio = n->half_life_s > 0.0 ? n->nubase_half_life_s / n->half_life_s : 0.0;
    if (!(ratio > 0.5 && ratio < 2.0)) {
        return false;
    }
    n->half_life = n->nubase_half_life;
    n->half_life_sd = n->nubase_half_life_sd;
    n->half_life_unit = n->nubase_unit;
    n->half_life_s = n->nubase_half_life_s;
    n->half_life_source = SOURCE_NUBASE;
    return true;
}

/* nuclide,action,mode,daughter,fraction,fraction_sd,reason; see data/nuclides/SOURCE.md */
static moly_status take_decision(void *user, const csv_row *row, moly_error *err)
{
    tables *t = user;
    moly_state state, daughter = {0, 0, 0};
    if (row->n != 7 || !moly_state_parse(row->cell[0], &state) || row->cell[6][0] == '\0') {
        return csv_fail(row, 0, "needs nuclide, action, mode, daughter, fraction, sd, reason", err);
    }
    table_nuclide *n = tables_find(t, state);
    if (!n) {
        return csv_fail(row, 0, "no such nuclide", err);
    }
    if (strcmp(row->cell[1], "accept") == 0) {
        return MOLY_OK; /* a difference from ICRP-107 that stays; the tests read it */
    }
    if (strcmp(row->cell[1], "normalise") == 0) {
        n->may_normalise = true;
        return MOLY_OK;
    }
    if (strcmp(row->cell[1], "note") == 0) {
        tables_note(n, "%s", row->cell[6]);
        return MOLY_OK;
    }
    if (strcmp(row->cell[1], "nubase") == 0) {
        return take_nubase(n) ? MOLY_OK : csv_fail(row, 1, "NUBASE2020 has no such half-life", err);
    }
    const bool is_set = strcmp(row->cell[1], "set") == 0;
    const moly_decay_mode mode = mode_of(row->cell[2]);
    if ((!is_set && strcmp(row->cell[1], "remove") != 0) ||
        (mode != MOLY_DECAY_FISSION && !moly_state_parse(row->cell[3], &daughter))) {
        return csv_fail(row, 1, "action is accept, normalise, note, nubase, set or remove", err);
    }
    if (!n->is_decided) {
        n->is_decided = true;
        sum_modes(n, n->evaluated);
    }
    for (size_t i = 0; i < n->n_branches; i++) {
        const table_branch *b = &n->branches[i];
        if (b->mode == mode && (mode == MOLY_DECAY_FISSION ||
                                moly_state_key(b->daughter) == moly_state_key(daughter))) {
            remove_branch(n, i);
            break;
        }
    }
    if (is_set) {
        const double sd = strtod(row->cell[5], NULL);
        tables_add_branch(n, (table_branch){.mode = mode,
                                            .daughter = daughter,
                                            .fraction = strtod(row->cell[4], NULL),
                                            .fraction_sd = sd,
                                            .q_kev = NAN,
                                            .source = SOURCE_DECISION});
    }
    return MOLY_OK;
}

moly_status decisions_apply(tables *t, const char *file, moly_error *err)
{
    const moly_status status = csv_read(file, take_decision, t, err);
    for (size_t i = 0; i < N_TABLE_KEYS && status == MOLY_OK; i++) {
        if (t->by_key[i] && t->by_key[i]->is_decided) {
            scale_to_decision(t->by_key[i]);
        }
    }
    return status;
}

static moly_status normalise(table_nuclide *n, moly_error *err)
{
    double sum = 0.0;
    for (size_t i = 0; i < n->n_branches; i++) {
        sum += n->branches[i].fraction;
    }
    char name[MOLY_NUCLIDE_NAME_SIZE];
    if (fabs(sum - 1.0) > SUM_TOLERANCE && !n->may_normalise) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%s: the branches sum to %.6f; write a row into decisions.csv",
                         moly_state_name(n->state, name), sum);
    }
    if (fabs(sum - 1.0) > 1e-12) {
        for (size_t i = 0; i < n->n_branches; i++) {
            n->branches[i].fraction /= sum;
        }
        if (fabs(sum - 1.0) > 1e-7) {
            tables_note(n, "branches summed to %.7g and are normalised", sum);
        }
    }
    return MOLY_OK;
}

/* What a reader of the lines has to know about the branches. */
static void note_isomers(const tables *t, table_nuclide *n)
{
    char name[MOLY_NUCLIDE_NAME_SIZE], other[MOLY_NUCLIDE_NAME_SIZE];
    for (size_t i = 0; i < n->n_branches; i++) {
        const table_branch *b = &n->branches[i];
        if (b->mode == MOLY_DECAY_FISSION) {
            continue;
        }
        for (size_t k = 0; k < i; k++) {
            const table_branch *c = &n->branches[k];
            if (c->mode == b->mode && b->source == SOURCE_JEFF && c->source == SOURCE_JEFF &&
                !(b->fraction_sd > 0.0) && fabs(b->fraction / c->fraction - 1.0) < 1e-3) {
                tables_note(n, "JEFF-3.1.1 feeds %s and %s alike for want of data",
                            moly_state_name(c->daughter, name),
                            moly_state_name(b->daughter, other));
            }
        }
        const table_nuclide *daughter = tables_find(t, b->daughter);
        if (b->daughter.isomer > 0 && b->fraction > 0.01 && daughter &&
            daughter->half_life_s < 3600.0) {
            tables_note(n, "%s (%.3g s) is a nuclide of its own: its lines stand there",
                        moly_state_name(b->daughter, name), daughter->half_life_s);
        }
    }
}

/* More particles than decays: an evaluation that contradicts itself stays as it is, and says so.
 * Delayed particles follow a beta, so "other" counts with it. */
static void note_sums(table_nuclide *n)
{
    double branches[MOLY_DECAY_OTHER + 1];
    sum_modes(n, branches);
    for (size_t p = 0; p < N_PARTICLES; p++) {
        const double most = branches[particles[p].mode] + branches[MOLY_DECAY_OTHER];
        double sum = 0.0;
        for (size_t i = 0; i < n->n_lines; i++) {
            sum += n->lines[i].radiation == particles[p].radiation
                       ? n->lines[i].intensity_pct / 100.0
                       : 0.0;
        }
        if (sum > 1.02 * most + 0.005) {
            tables_note(n, "the evaluation's %s lines sum to %.3f for a branch of %.3f",
                        moly_radiation_name(particles[p].radiation), sum, most);
        }
    }
}

/* Two quanta for each positron, whatever a list says. */
static void balance_annihilation(table_nuclide *n)
{
    double positrons = 0.0, variance = 0.0;
    int source = SOURCE_NONE;
    for (size_t i = 0; i < n->n_lines; i++) {
        if (n->lines[i].radiation == MOLY_RADIATION_BETA_PLUS) {
            positrons += n->lines[i].intensity_pct;
            variance += n->lines[i].intensity_sd_pct * n->lines[i].intensity_sd_pct;
            source = n->lines[i].source;
        }
    }
    tables_drop_lines(n, 1u << MOLY_RADIATION_ANNIHILATION);
    if (positrons > 0.0) {
        tables_add_line(n, (table_line){.radiation = MOLY_RADIATION_ANNIHILATION,
                                        .energy_kev = ELECTRON_KEV,
                                        .intensity_pct = 2.0 * positrons,
                                        .intensity_sd_pct = 2.0 * sqrt(variance),
                                        .source = source});
    }
}

/* The evaluator's mean where the lines do not carry it: a continuum, or no lines at all. */
static double mean_of(table_nuclide *n, double from_lines, double from_header, const char *what)
{
    const double missing = from_header - from_lines;
    if (n->half_life_source == SOURCE_DDEP || missing <= 0.1 * from_header || missing < 5.0) {
        return from_lines;
    }
    if (from_lines > 0.0 || n->n_lines > 0) {
        tables_note(n, "the %s lines carry %.0f %% of the mean energy", what,
                    100.0 * from_lines / from_header);
    }
    return from_header;
}

static void compute_means(table_nuclide *n)
{
    double alpha = 0.0, electron = 0.0, photon = 0.0;
    for (size_t i = 0; i < n->n_lines; i++) {
        const table_line *l = &n->lines[i];
        const double intensity = l->intensity_pct / 100.0;
        switch (l->radiation) {
        case MOLY_RADIATION_ALPHA:
            alpha += intensity * l->energy_kev;
            break;
        case MOLY_RADIATION_GAMMA:
        case MOLY_RADIATION_X:
        case MOLY_RADIATION_ANNIHILATION:
            photon += intensity * l->energy_kev;
            break;
        case MOLY_RADIATION_BETA_MINUS:
        case MOLY_RADIATION_BETA_PLUS:
            electron += intensity * l->mean_kev;
            break;
        default:
            electron += intensity * l->energy_kev;
        }
    }
    double alpha_q = 0.0; /* of branches without lines: the particle's share of Q */
    for (size_t i = 0; alpha <= 0.0 && i < n->n_branches; i++) {
        const table_branch *b = &n->branches[i];
        if (b->mode == MOLY_DECAY_ALPHA && b->q_kev > 0.0) {
            alpha_q += b->fraction * b->q_kev * (n->state.a - 4.0) / n->state.a;
        }
    }
    if (n->n_lines == 0) {
        tables_note(n, "no lines in the evaluation: mean energies are its estimates");
    }
    n->mean_electron_kev = mean_of(n, electron, n->mean_electron_kev, "electron");
    n->mean_photon_kev = mean_of(n, photon, n->mean_photon_kev, "photon");
    n->mean_alpha_kev = alpha > 0.0 ? alpha : alpha_q;
}

moly_status finish_nuclides(tables *t, moly_error *err)
{
    moly_status worst = MOLY_OK;
    for (size_t i = 0; i < N_TABLE_KEYS; i++) {
        table_nuclide *n = t->by_key[i];
        if (!n || !n->is_selected || n->is_stable) {
            continue;
        }
        moly_error one = {0};
        if (normalise(n, &one) != MOLY_OK) {
            fprintf(stderr, "%s\n", one.message); /* all of them in one go */
            worst = MOLY_FAIL(err, MOLY_ERR_DATA, "%s", one.message);
        }
        for (size_t k = 0; k < n->n_branches; k++) {
            if (!isfinite(n->branches[k].q_kev)) {
                n->branches[k].q_kev = q_from_masses_kev(t, n, &n->branches[k]);
            }
        }
        note_isomers(t, n);
        note_sums(n);
        balance_annihilation(n);
        tables_split_l_x(t, n);
        tables_add_outer(t, n);
        compute_means(n);
    }
    return worst;
}
