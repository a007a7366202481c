/* SPDX-License-Identifier: Apache-2.0 */
/* Plots of docs/validation/production.md, and the rows of its table:
 *
 *     reaction_plots CHARGED_DIR OUT_DIR
 *
 * For each product of medicine: Moly's curve with its uncertainty, the evaluated curve it is built
 * from (or the model, where it is a fit), and the measured points of EXFOR. CHARGED_DIR as for
 * reaction_tables; the rows go to standard output. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "moly/base/text.h"
#include "moly/production/reaction.h"
#include "plot.h"
#include "tables.h"

#define MOST_POINTS 4096

static const struct {
    moly_particle particle;
    int z, a;
    const char *product;
} plots[] = {
    {MOLY_PARTICLE_PROTON, 8, 18, "F-18"},     {MOLY_PARTICLE_PROTON, 7, 14, "C-11"},
    {MOLY_PARTICLE_PROTON, 8, 16, "N-13"},     {MOLY_PARTICLE_PROTON, 7, 15, "O-15"},
    {MOLY_PARTICLE_DEUTERON, 7, 14, "O-15"},   {MOLY_PARTICLE_PROTON, 20, 44, "Sc-44"},
    {MOLY_PARTICLE_PROTON, 20, 44, "Sc-44m"},  {MOLY_PARTICLE_PROTON, 22, 0, "V-48"},
    {MOLY_PARTICLE_PROTON, 28, 64, "Cu-64"},   {MOLY_PARTICLE_PROTON, 29, 0, "Zn-62"},
    {MOLY_PARTICLE_PROTON, 29, 0, "Zn-63"},    {MOLY_PARTICLE_PROTON, 29, 0, "Zn-65"},
    {MOLY_PARTICLE_PROTON, 30, 67, "Ga-67"},   {MOLY_PARTICLE_PROTON, 30, 68, "Ga-67"},
    {MOLY_PARTICLE_PROTON, 30, 68, "Ga-68"},   {MOLY_PARTICLE_PROTON, 30, 68, "Cu-67"},
    {MOLY_PARTICLE_PROTON, 31, 0, "Ge-68"},    {MOLY_PARTICLE_PROTON, 34, 76, "Br-76"},
    {MOLY_PARTICLE_PROTON, 37, 0, "Sr-82"},    {MOLY_PARTICLE_PROTON, 39, 89, "Zr-89"},
    {MOLY_PARTICLE_PROTON, 39, 89, "Zr-88"},   {MOLY_PARTICLE_PROTON, 42, 100, "Tc-99m"},
    {MOLY_PARTICLE_PROTON, 42, 100, "Mo-99"},  {MOLY_PARTICLE_PROTON, 48, 112, "In-111"},
    {MOLY_PARTICLE_PROTON, 52, 123, "I-123"},  {MOLY_PARTICLE_PROTON, 52, 124, "I-123"},
    {MOLY_PARTICLE_PROTON, 52, 124, "I-124"},  {MOLY_PARTICLE_PROTON, 54, 124, "Xe-123"},
    {MOLY_PARTICLE_PROTON, 54, 124, "Cs-123"}, {MOLY_PARTICLE_PROTON, 74, 186, "Re-186"},
    {MOLY_PARTICLE_PROTON, 81, 203, "Pb-201"}, {MOLY_PARTICLE_ALPHA, 83, 209, "At-211"},
    {MOLY_PARTICLE_ALPHA, 83, 209, "At-210"},  {MOLY_PARTICLE_PROTON, 88, 226, "Ac-226"},
    {MOLY_PARTICLE_PROTON, 88, 226, "Ac-225"}, {MOLY_PARTICLE_PROTON, 88, 226, "Ac-224"},
    {MOLY_PARTICLE_PHOTON, 42, 100, "Mo-99"},  {MOLY_PARTICLE_PHOTON, 88, 226, "Ra-225"},
};

static bool is_of(const table_curve *c, const moly_reaction *r)
{
    return c->beam == *moly_particle_symbol(r->particle) && c->z == r->z && c->a == r->a &&
           c->pz == r->product_z && c->pa == r->product_a &&
           (c->state == 'm') == (r->product_isomer == 1);
}

/* The best curve that others made; sums of states before parts where there are both. */
static const table_curve *evaluated(const table_curves *curves, const moly_reaction *r)
{
    const table_curve *best = NULL;
    for (size_t i = 0; i < curves->n; i++) {
        const table_curve *c = &curves->all[i];
        if (is_of(c, r) && c->n > 1 && (!best || c->origin < best->origin)) {
            best = c;
        }
    }
    return best;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median and half width of the middle 68 % of measured over Moly's, above a fifth of the peak. */
static size_t compare(const moly_reaction *r, const plot_points *measured, double peak,
                      double *middle, double *half)
{
    static double ratio[MOST_POINTS];
    size_t n = 0;
    for (size_t i = 0; i < measured->n && n < MOST_POINTS; i++) {
        const double there = moly_reaction_xs_mb(r, measured->x[i]);
        if (there > 0.2 * peak && measured->x[i] <= r->evaluated_to_mev) {
            ratio[n++] = measured->y[i] / there;
        }
    }
    qsort(ratio, n, sizeof *ratio, by_size);
    *middle = n ? ratio[n / 2] : (double)NAN;
    *half = n ? 0.5 * (ratio[(size_t)(0.84 * (double)n)] - ratio[(size_t)(0.16 * (double)n)])
              : (double)NAN;
    return n;
}

static moly_status plot_one(const moly_reaction *r, const table_curves *curves,
                            const table_curves *measured, const char *folder, moly_error *err)
{
    static double x[2][MOST_POINTS], y[2][MOST_POINTS];
    plot_points given = {x[0], y[0], 0}, points = {x[1], y[1], 0};
    const table_curve *best = evaluated(curves, r);
    for (size_t i = 0; best && i < best->n && given.n < MOST_POINTS; i++) {
        x[0][given.n] = best->points[i].e_mev;
        y[0][given.n++] = best->points[i].xs_mb;
    }
    for (size_t i = 0; i < measured->n; i++) {
        const table_curve *m = &measured->all[i];
        const bool is_same = m->is_cumulative || r->kind != MOLY_REACTION_CUMULATIVE;
        for (size_t k = 0; is_same && is_of(m, r) && k < m->n && points.n < MOST_POINTS; k++) {
            x[1][points.n] = m->points[k].e_mev;
            y[1][points.n++] = m->points[k].xs_mb;
        }
    }
    double peak = 0.0, at_peak = 0.0, middle, half;
    for (size_t i = 0; i < r->n; i++) {
        if ((double)r->xs_mb[i] > peak && (double)r->energy_mev[i] <= r->evaluated_to_mev) {
            peak = (double)r->xs_mb[i];
            at_peak = (double)r->energy_mev[i];
        }
    }
    char target[MOLY_REACTION_TEXT_SIZE], name[96], path[4096], title[160];
    const char *nuclide = strrchr(moly_reaction_target_text(r, target), ' ') + 1;
    const char *beam = moly_particle_symbol(r->particle);
    (void)snprintf(name, sizeof name, "%s-%s-%s.svg", beam, nuclide, r->product);
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    (void)snprintf(title, sizeof title, "%s on %s: %s", beam, nuclide, r->product);
    const size_t n = compare(r, &points, peak, &middle, &half);
    printf("| [%s](%s) | %s | %s | %.4g | %.3g mb at %.3g MeV | %.2g %% | %zu |", title, name,
           moly_reaction_rank_name(r->rank), r->source, r->evaluated_to_mev, peak, at_peak,
           100.0 * r->u_rel, points.n);
    printf(n > 2 ? " %.3f ± %.3f |\n" : " |\n", middle, half);
    moly_text svg = {0};
    plot_svg(r, title, peak, &given, best && best->origin == ORIGIN_TENDL, &points, &svg);
    const moly_status status =
        svg.is_broken ? MOLY_NO_MEMORY(err) : moly_file_write(path, svg.data, svg.length, err);
    moly_text_free(&svg);
    return status;
}

static moly_status read_all(const char *folder, table_curves *curves, table_curves *measured,
                            moly_error *err)
{
    static const struct {
        const char *file;
        table_origin origin;
    } files[] = {{"tendl-2024_iaea2024.tsv", ORIGIN_TENDL},
                 {"tendl-2025_p_Ra.tsv", ORIGIN_TENDL},
                 {"iaea-photonuclear-2019.tsv", ORIGIN_IAEA_PHOTON}};
    char path[4096];
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < sizeof files / sizeof *files && status == MOLY_OK; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, files[i].file);
        status = read_curves(path, files[i].origin, "", curves, err);
    }
    for (int i = 0; i < 2 && status == MOLY_OK; i++) {
        (void)snprintf(path, sizeof path, "%s/exfor_%s.tsv", folder,
                       i ? "measured" : "recommended");
        status = read_exfor(path, i == 1, i ? measured : curves, err);
    }
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fprintf(stderr, "usage: %s CHARGED_DIR OUT_DIR\n", argv[0]);
        return 2;
    }
    moly_error err = {0};
    table_curves curves = {0}, measured = {0};
    moly_status status = read_all(argv[1], &curves, &measured, &err);
    for (size_t i = 0; i < sizeof plots / sizeof *plots && status == MOLY_OK; i++) {
        size_t index;
        status = moly_nuclide_find(moly_nuclide_set_builtin(), plots[i].product, &index, &err);
        if (status != MOLY_OK) {
            break;
        }
        const moly_nuclide *made = moly_nuclide_at(moly_nuclide_set_builtin(), index);
        const moly_reaction *r = moly_reaction_find(plots[i].particle, plots[i].z, plots[i].a,
                                                    made->z, made->a, made->isomer);
        status = r ? plot_one(r, &curves, &measured, argv[2], &err)
                   : MOLY_FAIL(&err, MOLY_ERR_NOT_FOUND, "no curve for %s", made->name);
    }
    if (status != MOLY_OK) {
        (void)fprintf(stderr, "reaction_plots: %s\n", err.message);
    }
    curves_free(&curves);
    curves_free(&measured);
    return moly_status_exit_code(status);
}
