/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "compile.h"

#define SUM_TOLERANCE 1e-9  /* fractions are written with 12 digits */
#define MEAN_TOLERANCE 2e-3 /* of mean energies against the lines, relative */

static moly_status unit_seconds(const csv_row *row, int cell, double *seconds, moly_error *err)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"ns", 1e-9}, {"us", 1e-6},  {"ms", 1e-3},   {"s", 1.0},
                 {"m", 60.0},  {"h", 3600.0}, {"d", 86400.0}, {"y", MOLY_SECONDS_PER_YEAR}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(units[i].unit, row->cell[cell]) == 0) {
            *seconds = units[i].seconds;
            return MOLY_OK;
        }
    }
    return csv_fail(row, cell, "no unit of time", err);
}

static moly_status source_index(compiler *c, const char *text, uint8_t *index, moly_error *err)
{
    for (size_t i = 0; i < c->n_sources; i++) {
        if (strcmp(c->sources[i], text) == 0) {
            *index = (uint8_t)i;
            return MOLY_OK;
        }
    }
    if (c->n_sources == MAX_SOURCES) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "more than %d sources", MAX_SOURCES);
    }
    *index = (uint8_t)c->n_sources;
    c->sources[c->n_sources++] = moly_arena_strdup(c->arena, text);
    return MOLY_OK;
}

/* Cells `first`.. as numbers, in order; sets *failed on the first that is none. */
static double take(const csv_row *row, int cell, moly_status *status, moly_error *err)
{
    double value = NAN;
    if (*status == MOLY_OK) {
        *status = csv_number(row, cell, &value, err);
    }
    return value;
}

/* nuclide,name,half_life,sd,unit,source,mass,sd,alpha,electron,photon,selected_as,note */
static moly_status nuclide_row(compiler *c, const csv_row *row, moly_error *err)
{
    moly_status status = compile_check(c, err);
    moly_state state;
    if (status != MOLY_OK) {
        return status;
    }
    if (row->n != 13 || !moly_state_parse(row->cell[1], &state) || state.z != c->z) {
        return csv_fail(row, 1, "a nuclide of this element and 13 cells are needed", err);
    }
    if (moly_draft_find(c->draft, state)) {
        return csv_fail(row, 1, "the nuclide is there already", err);
    }
    status = moly_draft_add(c->draft, state, &c->current, err);
    if (status != MOLY_OK) {
        return status;
    }
    moly_nuclide *body = &c->current->body;
    double unit_s = 1.0;
    body->is_stable = strcmp(row->cell[2], "stable") == 0;
    if (!body->is_stable) {
        body->half_life_s = take(row, 2, &status, err);
        status = status == MOLY_OK ? unit_seconds(row, 4, &unit_s, err) : status;
        body->half_life_s *= unit_s;
        body->half_life_sd_s = take(row, 3, &status, err) * unit_s;
    }
    body->atomic_mass_u = take(row, 6, &status, err);
    body->atomic_mass_sd_u = take(row, 7, &status, err);
    body->mean_alpha_kev = take(row, 8, &status, err);
    body->mean_electron_kev = take(row, 9, &status, err);
    body->mean_photon_kev = take(row, 10, &status, err);
    body->half_life_source = moly_arena_strdup(c->arena, row->cell[5]);
    body->branch_source = body->half_life_source;
    body->note = row->cell[12][0] ? moly_arena_strdup(c->arena, row->cell[12]) : NULL;
    c->where = moly_arena_printf(c->arena, "%s:%d: %s", row->file, row->line, row->cell[1]);
    c->branch_sum = c->positrons = c->annihilation = 0.0;
    c->electron_kev = c->photon_kev = c->alpha_kev = 0.0;
    c->n_nuclides++;
    if (status == MOLY_OK && !(body->is_stable || body->half_life_s > 0.0)) {
        return csv_fail(row, 2, "a half-life is positive", err);
    }
    if (status == MOLY_OK &&
        !(fabs(body->atomic_mass_u - state.a) < 0.2 || isnan(body->atomic_mass_u))) {
        return csv_fail(row, 6, "the mass is not near the mass number", err);
    }
    return status;
}

static bool mode_of(const char *word, moly_decay_mode *mode)
{
    for (int m = 0; m <= MOLY_DECAY_OTHER; m++) {
        if (strcmp(word, moly_decay_mode_name((moly_decay_mode)m)) == 0) {
            *mode = (moly_decay_mode)m;
            return true;
        }
    }
    return false;
}

/* branch,mode,daughter,fraction,fraction_sd,q_kev,source */
static moly_status branch_row(compiler *c, const csv_row *row, moly_error *err)
{
    moly_draft_branch branch = {0};
    if (row->n != 7 || !c->current || !mode_of(row->cell[1], &branch.mode)) {
        return csv_fail(row, 1, "a mode of decay and 7 cells are needed", err);
    }
    const bool has_daughter = moly_state_parse(row->cell[2], &branch.daughter);
    if (has_daughter != (branch.mode != MOLY_DECAY_FISSION)) {
        return csv_fail(row, 2, "every mode but fission has a daughter", err);
    }
    moly_status status = MOLY_OK;
    branch.fraction = take(row, 3, &status, err);
    branch.fraction_sd = take(row, 4, &status, err);
    branch.q_kev = take(row, 5, &status, err);
    if (status == MOLY_OK && !(branch.fraction > 0.0 && branch.fraction <= 1.0)) {
        return csv_fail(row, 3, "a fraction is in 0..1", err);
    }
    if (status == MOLY_OK && c->current->body.n_branches == 0) {
        c->current->body.branch_source = moly_arena_strdup(c->arena, row->cell[6]);
    }
    c->branch_sum += branch.fraction;
    return status == MOLY_OK ? moly_draft_add_branch(c->draft, c->current, branch, err) : status;
}

static bool radiation_of(const char *word, uint8_t *radiation)
{
    for (int r = 0; r <= MOLY_RADIATION_AUGER; r++) {
        if (strcmp(word, moly_radiation_name((moly_radiation)r)) == 0) {
            *radiation = (uint8_t)r;
            return true;
        }
    }
    return false;
}

static bool shape_of(const char *word, uint8_t *shape)
{
    for (int s = 0; s <= MOLY_BETA_THIRD_OR_HIGHER; s++) {
        if (strcmp(word, moly_beta_shape_name((moly_beta_shape)s)) == 0) {
            *shape = (uint8_t)s;
            return true;
        }
    }
    return false;
}

static void add_up(compiler *c, const moly_line *line, double mean_kev)
{
    switch (line->radiation) {
    case MOLY_RADIATION_ALPHA:
        c->alpha_kev += line->intensity * line->energy_kev;
        break;
    case MOLY_RADIATION_ANNIHILATION:
        c->annihilation += line->intensity;
        c->photon_kev += line->intensity * line->energy_kev;
        break;
    case MOLY_RADIATION_GAMMA:
    case MOLY_RADIATION_X:
        c->photon_kev += line->intensity * line->energy_kev;
        break;
    case MOLY_RADIATION_BETA_PLUS:
        c->positrons += line->intensity;
        c->electron_kev += line->intensity * mean_kev;
        break;
    default:
        c->electron_kev += line->intensity * mean_kev;
    }
}

/* line,radiation,energy_kev,sd,intensity_percent,sd,mean_kev,shape,source */
static moly_status line_row(compiler *c, const csv_row *row, moly_error *err)
{
    moly_line line = {0};
    if (row->n != 9 || !c->current || !radiation_of(row->cell[1], &line.radiation) ||
        !shape_of(row->cell[7], &line.beta_shape)) {
        return csv_fail(row, 1, "a radiation, a shape and 9 cells are needed", err);
    }
    moly_status status = MOLY_OK;
    line.energy_kev = take(row, 2, &status, err);
    line.energy_sd_kev = (float)take(row, 3, &status, err);
    line.intensity = take(row, 4, &status, err) / 100.0;
    line.intensity_sd = (float)(take(row, 5, &status, err) / 100.0);
    const double mean_kev = take(row, 6, &status, err);
    const bool is_beta =
        line.radiation == MOLY_RADIATION_BETA_MINUS || line.radiation == MOLY_RADIATION_BETA_PLUS;
    line.mean_kev = (float)(is_beta ? mean_kev : line.energy_kev);
    if (status == MOLY_OK) {
        status = source_index(c, row->cell[8], &line.source, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    if (!(line.energy_kev > 0.0 && line.energy_kev < 2e4)) {
        return csv_fail(row, 2, "an energy is in 0..20 MeV", err);
    }
    /* Auger cascades give several electrons a decay; nothing gives more than 20. */
    if (!(line.intensity > 0.0 && line.intensity < 20.0)) {
        return csv_fail(row, 4, "an intensity is in 0..2000 %", err);
    }
    if (is_beta != (line.beta_shape != MOLY_BETA_NOT_A_BETA) ||
        (is_beta && !(mean_kev > 0.0 && mean_kev < line.energy_kev))) {
        return csv_fail(row, 6, "a beta, and nothing else, has a shape and a mean below its end",
                        err);
    }
    add_up(c, &line, is_beta ? mean_kev : line.energy_kev);
    return moly_draft_add_line(c->draft, c->current, line, err);
}

moly_status compile_row(void *user, const csv_row *row, moly_error *err)
{
    if (strcmp(row->cell[0], "line") == 0) {
        return line_row(user, row, err);
    }
    if (strcmp(row->cell[0], "branch") == 0) {
        return branch_row(user, row, err);
    }
    if (strcmp(row->cell[0], "nuclide") == 0) {
        return nuclide_row(user, row, err);
    }
    return csv_fail(row, 0, "a row begins with nuclide, branch or line", err);
}

/* The stated mean may be above what the lines carry (its note says so), never below. */
static moly_status check_mean(const compiler *c, const char *what, double stated, double lines,
                              moly_error *err)
{
    if (!(stated >= lines * (1.0 - MEAN_TOLERANCE) - 0.02)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s: mean %s energy %g keV, but its lines carry %g",
                         c->where, what, stated, lines);
    }
    return MOLY_OK;
}

moly_status compile_check(compiler *c, moly_error *err)
{
    if (!c->current) {
        return MOLY_OK;
    }
    const moly_nuclide *body = &c->current->body;
    c->current = NULL;
    if (body->is_stable) {
        return body->n_branches + body->n_lines == 0
                   ? MOLY_OK
                   : MOLY_FAIL(err, MOLY_ERR_DATA, "%s is stable and yet decays", c->where);
    }
    if (!(fabs(c->branch_sum - 1.0) < SUM_TOLERANCE)) {
        return MOLY_FAIL(
            err, MOLY_ERR_DATA,
            "%s: the branches sum to %.12g; the builder or a decision has to see to it", c->where,
            c->branch_sum);
    }
    if (!(fabs(c->annihilation - 2.0 * c->positrons) <= 1e-6 * (1.0 + c->positrons))) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s: %g annihilation quanta for %g positrons",
                         c->where, c->annihilation, c->positrons);
    }
    moly_status status = check_mean(c, "electron", body->mean_electron_kev, c->electron_kev, err);
    if (status == MOLY_OK) {
        status = check_mean(c, "photon", body->mean_photon_kev, c->photon_kev, err);
    }
    return status == MOLY_OK ? check_mean(c, "alpha", body->mean_alpha_kev, c->alpha_kev, err)
                             : status;
}
