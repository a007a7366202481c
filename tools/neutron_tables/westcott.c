/* SPDX-License-Identifier: Apache-2.0 */
/* Westcott's g(T) from the lowest resonances.
 *
 * g(T) = 1 / (sigma0 v0) * average of sigma v over a Maxwellian of temperature T: 1 for 1/v. Each
 * resonance is a Breit-Wigner line with a neutron width that goes as the square root of the energy;
 * what the evaluation's cross section at 0.0253 eV has beyond the resonances is 1/v. Source: C. H.
 * Westcott, AECL-1101 (1962). */
#include <math.h>
#include <string.h>

#include "tables.h"

#define MOST_RESONANCES 128
#define MOST_GIVEN 64
#define THERMAL_EV 0.0253
#define BOLTZMANN_EV 8.617333262e-5
#define ZERO_C_K 273.15
#define FOUR_PI_OVER_K2_B_EV 2.608e6 /* 4 pi / k^2 at 1 eV for a heavy target; b */
#define NEUTRON_U 1.008664916
#define FIRST_C 0
#define LAST_C 600
#define STEP_C 20
#define STEPS_PER_KT 400
#define MOST_KT 40
#define INTEGRAL_FROM_EV 0.5

typedef struct resonance {
    moly_state target;
    double spin, energy_ev, j, neutron_ev, capture_ev;
    bool is_thermal; /* its line reaches into the thermal region: g is not 1 */
} resonance;

typedef struct given {
    moly_state target;
    bool is_fission, is_at_20;
    double temperature_c, g;
    char text[TABLE_SOURCE_SIZE];
} given;

typedef struct work {
    table_values evaluated; /* of the library whose resonances these are */
    size_t n, n_given;
    resonance rows[MOST_RESONANCES];
    given decided[MOST_GIVEN];
} work;

static moly_status read_resonance(void *user, const csv_row *row, moly_error *err)
{
    work *w = user;
    if (w->n == MOST_RESONANCES) {
        return csv_fail(row, 0, "too many resonances", err);
    }
    resonance *r = &w->rows[w->n++];
    double *numbers[] = {&r->spin, &r->energy_ev, &r->j, &r->neutron_ev, &r->capture_ev};
    moly_status status = table_state(row, 0, &r->target, err);
    for (int i = 0; i < 5 && status == MOLY_OK; i++) {
        status = csv_number(row, i + 1, numbers[i], err);
    }
    r->is_thermal = row->n > 6 && strcmp(row->cell[6], "thermal") == 0;
    return status;
}

static moly_status read_given(void *user, const csv_row *row, moly_error *err)
{
    work *w = user;
    bool is_at_20 = strcmp(row->cell[0], "westcott20") == 0;
    if (!is_at_20 && strcmp(row->cell[0], "westcott") != 0) {
        return MOLY_OK;
    }
    int source = is_at_20 ? 3 : 5;
    if (w->n_given == MOST_GIVEN || row->n <= source) {
        return csv_fail(row, 0, "too many, or cells missing", err);
    }
    given *g = &w->decided[w->n_given++];
    g->is_at_20 = is_at_20;
    g->temperature_c = 20.0;
    g->is_fission = !is_at_20 && strcmp(row->cell[2], "fission") == 0;
    (void)snprintf(g->text, sizeof g->text, "%s", row->cell[source]);
    moly_status status = table_state(row, 1, &g->target, err);
    if (status == MOLY_OK && !is_at_20) {
        status = csv_number(row, 3, &g->temperature_c, err);
    }
    return status == MOLY_OK ? csv_number(row, is_at_20 ? 2 : 4, &g->g, err) : status;
}

/* sigma_gamma(E), b, of the resonances of one target */
static double capture_b(const resonance *r, size_t n, double energy_ev)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        double a = r[i].target.a, mass = (a + NEUTRON_U) / a;
        double statistics = (2.0 * r[i].j + 1.0) / (2.0 * (2.0 * r[i].spin + 1.0));
        double neutron = r[i].neutron_ev * sqrt(energy_ev / fabs(r[i].energy_ev));
        double width = neutron + r[i].capture_ev, away = energy_ev - r[i].energy_ev;
        sum += 0.25 * FOUR_PI_OVER_K2_B_EV * mass * mass / energy_ev * statistics * neutron *
               r[i].capture_ev / (away * away + 0.25 * width * width);
    }
    return sum;
}

/* Of the resonances alone, relative to their own value at 0.0253 eV; the midpoint rule on a smooth
 * function that vanishes at both ends. */
static double shape(const resonance *r, size_t n, double temperature_c)
{
    double kt = BOLTZMANN_EV * (temperature_c + ZERO_C_K), h = 1.0 / STEPS_PER_KT, sum = 0.0;
    for (int i = 0; i < MOST_KT * STEPS_PER_KT; i++) {
        double x = (i + 0.5) * h;
        sum += x * exp(-x) * capture_b(r, n, x * kt);
    }
    return 2.0 / sqrt(acos(-1.0)) * sqrt(kt / THERMAL_EV) * sum * h / capture_b(r, n, THERMAL_EV);
}

static void write_target(const work *w, const resonance *r, size_t n, moly_text *out)
{
    char name[MOLY_NUCLIDE_NAME_SIZE];
    const table_value *evaluated = table_find(&w->evaluated, r->target);
    double own_b = capture_b(r, n, THERMAL_EV);
    double share = evaluated && evaluated->value_b > own_b ? own_b / evaluated->value_b : 1.0;
    const char *note = "";
    for (size_t i = 0; i < w->n_given; i++) {
        const given *g = &w->decided[i];
        if (g->is_at_20 && moly_state_key(g->target) == moly_state_key(r->target)) {
            share = (g->g - 1.0) / (shape(r, n, 20.0) - 1.0);
            note = g->text;
        }
    }
    for (int c = FIRST_C; c <= LAST_C; c += STEP_C) {
        moly_text_printf(out, "%s,capture,%d,", moly_state_name(r->target, name), c);
        table_number(out, floor((1.0 + share * (shape(r, n, c) - 1.0)) * 1e4 + 0.5) / 1e4);
        moly_text_printf(out, "resonances of ENDF/B-VIII.1%s%s\n",
                         *note ? " scaled at 20 C to " : "", note);
    }
}

/* Above the limit of the resonance integral, the one with the greatest share of it; its peak. */
static void write_peak(const resonance *r, size_t n, moly_text *out)
{
    const resonance *main = NULL;
    double most = 0.0, peak_b = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (r[i].energy_ev < INTEGRAL_FROM_EV) {
            continue;
        }
        double width = r[i].neutron_ev + r[i].capture_ev,
               mass = (r[i].target.a + NEUTRON_U) / r[i].target.a;
        double statistics = (2.0 * r[i].j + 1.0) / (2.0 * (2.0 * r[i].spin + 1.0));
        double total_b = FOUR_PI_OVER_K2_B_EV * mass * mass / r[i].energy_ev * statistics *
                         r[i].neutron_ev / width;
        double integral_b = total_b * r[i].capture_ev / r[i].energy_ev;
        if (integral_b > most) {
            most = integral_b;
            main = &r[i];
            peak_b = total_b;
        }
    }
    if (main != NULL) {
        char name[MOLY_NUCLIDE_NAME_SIZE];
        moly_text_printf(out, "%s,", moly_state_name(main->target, name));
        table_number(out, peak_b);
        table_number(out, main->capture_ev / (main->capture_ev + main->neutron_ev));
        moly_text_printf(out, "%g\n", main->energy_ev);
    }
}

moly_status westcott_write(const char *compilation, const char *data, const char *out,
                           moly_error *err)
{
    work w = {0};
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/thermal_ng/endfb8.1_ng.txt", compilation);
    moly_status status = library_read(path, &w.evaluated, err);
    if (status == MOLY_OK) {
        (void)snprintf(path, sizeof path, "%s/resonances.csv", data);
        status = csv_read(path, read_resonance, &w, err);
    }
    if (status == MOLY_OK) {
        (void)snprintf(path, sizeof path, "%s/decisions.csv", data);
        status = csv_read(path, read_given, &w, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    moly_text text = {0}, peaks = {0};
    moly_text_add(
        &peaks,
        "# Main resonance of the resonance integral: total cross section at its energy, share of "
        "capture. "
        "Made by tools/neutron_tables; SOURCE.md.\n# target,peak_b,capture_share,energy_ev\n");
    moly_text_add(
        &text,
        "# Westcott's g of what is not 1/v, by neutron temperature; linear in between. Made by "
        "tools/neutron_tables; SOURCE.md.\n"
        "# target,reaction,temperature_c,g,source\n");
    for (size_t i = 0, n; i < w.n; i += n) {
        for (n = 1; i + n < w.n &&
                    moly_state_key(w.rows[i + n].target) == moly_state_key(w.rows[i].target);) {
            n++;
        }
        write_peak(&w.rows[i], n, &peaks);
        if (w.rows[i].is_thermal) {
            write_target(&w, &w.rows[i], n, &text);
        }
    }
    for (size_t i = 0; i < w.n_given; i++) {
        const given *g = &w.decided[i];
        char name[MOLY_NUCLIDE_NAME_SIZE];
        if (!g->is_at_20) {
            moly_text_printf(&text, "%s,%s,", moly_state_name(g->target, name),
                             g->is_fission ? "fission" : "capture");
            table_number(&text, g->temperature_c);
            table_number(&text, g->g);
            moly_text_printf(&text, "%s\n", g->text);
        }
    }
    status = table_save(&text, out, "westcott.csv", err);
    moly_status saved = table_save(&peaks, out, "peaks.csv", err);
    return status != MOLY_OK ? status : saved;
}
