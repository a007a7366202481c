/* SPDX-License-Identifier: Apache-2.0 */
/* Where electrons are missing after a decay, and what that frees. DDEP gives conversion
 * coefficients and capture shares by shell: conversion electrons follow from them, and the energy
 * of all vacancies, less its X rays and Auger electrons, is what the outer shells emit. */
#include <math.h>

#include "ddep.h"

enum { LEAST_Z_OUTER = 20 }; /* lighter ones emit a few 10 eV there */
static const double outer_rel_sd = 0.2;

typedef struct vacancies {
    double m_pct; /* direct ones in the M shell, per 100 decays */
    double freed; /* binding energy of all direct ones, keV per 100 decays */
    double
        explained; /* energy of transitions that goes to electrons, by the shells' coefficients */
    double converted;  /* the same by totals */
    double with_share; /* captures with shares of the shells */
    double captures;
} vacancies;

static double binding_kev(const shells *s, int z, int vacancy, bool is_electric)
{
    switch (vacancy) {
    case VACANCY_K:
        return shell_kev(s, z, SHELL_K);
    case VACANCY_L:
        return is_electric ? 0.5 * (shell_kev(s, z, SHELL_L2) + shell_kev(s, z, SHELL_L3))
                           : shell_kev(s, z, SHELL_L1);
    case VACANCY_M:
        return shell_mean_m_kev(s, z);
    default:
        return 0.2 * shell_mean_m_kev(s, z);
    }
}

/* Photons of a transition; some are given by the total alone. */
static double photons_of(const scheme_gamma *g)
{
    return g->intensity > 0.0 ? g->intensity : g->total / (1.0 + g->conversion);
}

static void add_transition(const shells *s, int z, const scheme_gamma *g, vacancies *v,
                           table_nuclide *n)
{
    const double photons = photons_of(g);
    v->converted += fmax(g->total - photons, 0.0) * g->energy_kev;
    for (int k = 0; k < N_VACANCIES; k++) {
        const double pct = photons * g->shell[k], bound = binding_kev(s, z, k, g->is_electric);
        if (!(pct > 0.0) || g->energy_kev <= bound) {
            continue;
        }
        v->explained += pct * g->energy_kev;
        v->freed += pct * bound;
        v->m_pct += k == VACANCY_M ? pct : 0.0;
        if (n) {
            char digits[32]; /* a shell's mean: six are enough */
            snprintf(digits, sizeof digits, "%.6g", g->energy_kev - bound);
            const double photon_rel = g->intensity > 0.0 ? g->intensity_sd / g->intensity : 0.0;
            const double rel = hypot(photon_rel, g->shell_sd[k] / g->shell[k]);
            tables_add_line(n, (table_line){.radiation = MOLY_RADIATION_CONVERSION,
                                            .energy_kev = strtod(digits, NULL),
                                            .energy_sd_kev = g->energy_sd_kev,
                                            .intensity_pct = pct,
                                            .intensity_sd_pct = pct * rel,
                                            .source = SOURCE_DDEP});
        }
    }
}

static void add_capture(const shells *s, int z, const scheme_feeding *f, vacancies *v)
{
    double shares = 0.0;
    for (int k = 0; k < N_VACANCIES; k++) {
        const double pct = f->capture * f->capture_share[k];
        v->freed += pct * binding_kev(s, z, k, false);
        v->m_pct += k == VACANCY_M ? pct : 0.0;
        shares += f->capture_share[k];
    }
    v->captures += f->capture;
    v->with_share += shares > 0.9 ? f->capture : 0.0;
}

/* `n` takes the conversion electrons, or is NULL. */
static vacancies find_vacancies(const shells *s, const ddep_file *file, table_nuclide *n)
{
    vacancies v = {0};
    for (int k = 0; k < file->n_schemes; k++) {
        const scheme *one = &file->schemes[k];
        for (int i = 0; i < one->n_gammas; i++) {
            add_transition(s, one->daughter.z, &one->gammas[i], &v, n);
        }
        for (int i = 0; i < one->n_feedings; i++) {
            add_capture(s, one->daughter.z, &one->feedings[i], &v);
        }
    }
    return v;
}

bool ddep_take_conversion(const shells *s, table_nuclide *n, const ddep_file *file)
{
    const vacancies v = find_vacancies(s, file, NULL);
    if (ddep_has_isomer(file) || v.converted <= 0.0 || v.explained < 0.93 * v.converted ||
        v.explained > 1.07 * v.converted) {
        return false;
    }
    tables_drop_lines(n, 1u << MOLY_RADIATION_CONVERSION);
    (void)find_vacancies(s, file, n);
    return true;
}

/* What the lists of K and L leave to the outer shells: a vacancy in M for each L X ray, two for an
 * L Auger electron, one for K beta X rays and about 0.3 for a K Auger electron. */
typedef struct left_over {
    double m_pct, listed; /* vacancies; energy of X rays and Auger electrons, keV per 100 decays */
    bool has_m;           /* the evaluation has M electrons itself */
    bool has_l_x, has_l_auger;
} left_over;

static left_over find_left_over(const shells *s, int z, const table_nuclide *n)
{
    left_over o = {0};
    const double k_kev = shell_kev(s, z, SHELL_K), m_kev = shell_mean_m_kev(s, z);
    const double beta_kev = k_kev - 0.5 * shell_kev(s, z, SHELL_L3);
    for (size_t i = 0; i < n->n_lines; i++) {
        const table_line *l = &n->lines[i];
        const bool is_x = l->radiation == MOLY_RADIATION_X;
        if (!is_x && l->radiation != MOLY_RADIATION_AUGER) {
            continue;
        }
        o.listed += l->intensity_pct * l->energy_kev;
        o.has_m = o.has_m || l->energy_kev < 1.3 * m_kev;
        const bool is_k = l->energy_kev > 0.5 * k_kev;
        const double outer =
            is_k ? (is_x ? (l->energy_kev > beta_kev ? 1.0 : 0.0) : 0.3) : (is_x ? 1.0 : 2.0);
        o.m_pct += outer * l->intensity_pct;
        o.has_l_x = o.has_l_x || (!is_k && is_x);
        o.has_l_auger = o.has_l_auger || (!is_k && !is_x);
    }
    return o;
}

/* JEFF lists the Auger electrons of some heavy nuclides under conversion, M electrons too. */
static bool is_mixed(const left_over *o)
{
    return o->has_l_x && !o->has_l_auger;
}

static void add_computed(table_nuclide *n, double pct, double kev)
{
    char digits[2][32];
    snprintf(digits[0], sizeof digits[0], "%.3g", kev);
    snprintf(digits[1], sizeof digits[1], "%.4g", pct);
    tables_add_line(n, (table_line){.radiation = MOLY_RADIATION_AUGER,
                                    .energy_kev = strtod(digits[0], NULL),
                                    .intensity_pct = strtod(digits[1], NULL),
                                    .intensity_sd_pct = outer_rel_sd * strtod(digits[1], NULL),
                                    .source = SOURCE_COMPUTED});
}

/* Energy is conserved: what the vacancies free and the lists do not carry, in keV per 100 decays,
 * is that of the outer shells, and of L Auger electrons where the evaluation has none. Where its
 * parts disagree by more than the M shell could hold, binding energies have to do. */
static void add_balance(const shells *s, int z, double left, left_over o, table_nuclide *n)
{
    const double m_kev = shell_mean_m_kev(s, z);
    const double lmm_kev = shell_kev(s, z, SHELL_L3) - 2.0 * m_kev;
    if (!o.has_l_auger && left > o.m_pct * m_kev && lmm_kev > 2.0 * m_kev) {
        const double l_pct = (left - o.m_pct * m_kev) / (lmm_kev + 2.0 * m_kev);
        add_computed(n, l_pct, lmm_kev);
        o.m_pct += 2.0 * l_pct;
        left -= l_pct * lmm_kev;
    }
    const double kev = left / o.m_pct;
    add_computed(n, o.m_pct, kev > 0.5 * m_kev && kev < 2.0 * m_kev ? kev : m_kev);
}

void ddep_add_outer(const shells *s, table_nuclide *n, const ddep_file *file, bool has_conversion)
{
    const int z = file->schemes[0].daughter.z;
    if (ddep_has_isomer(file) || z < LEAST_Z_OUTER) {
        return;
    }
    const vacancies v = find_vacancies(s, file, NULL);
    left_over o = find_left_over(s, z, n);
    n->has_outer = true;
    o.m_pct += v.m_pct;
    if (o.has_m || !(o.m_pct > 0.0) || (!has_conversion && is_mixed(&o))) {
        return;
    }
    if ((has_conversion || !(v.converted > 0.0)) && v.with_share >= 0.99 * v.captures) {
        add_balance(s, z, v.freed - o.listed, o, n);
    } else {
        add_computed(n, o.m_pct, shell_mean_m_kev(s, z));
    }
}

void tables_add_outer(const tables *t, table_nuclide *n)
{
    const table_branch *most = NULL;
    for (size_t i = 0; i < n->n_branches; i++) {
        const table_branch *b = &n->branches[i];
        most = b->mode != MOLY_DECAY_FISSION && (!most || b->fraction > most->fraction) ? b : most;
    }
    if (n->has_outer || !most || most->daughter.z < LEAST_Z_OUTER) {
        return;
    }
    const left_over o = find_left_over(t->shells, most->daughter.z, n);
    if (!o.has_m && o.m_pct > 0.0 && !is_mixed(&o)) {
        add_computed(n, o.m_pct, shell_mean_m_kev(t->shells, most->daughter.z));
    }
}
