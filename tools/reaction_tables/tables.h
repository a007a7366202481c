/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_TOOLS_REACTION_TABLES_H
#define MOLY_TOOLS_REACTION_TABLES_H

#include "element.h"
#include "moly/base/memory.h"
#include "moly/nuclide/nuclide.h"

/** Where a curve is from, the best first. */
typedef enum table_origin {
    ORIGIN_EXFOR_RECOMMENDED,
    ORIGIN_IAEA_2024,    /**< dense curves merged into the TENDL-2024 file */
    ORIGIN_IAEA_PHOTON,  /**< photonuclear 2019 */
    ORIGIN_IAEA_MEDICAL, /**< medical CRP */
    ORIGIN_FIT,          /**< our own fit of measured points */
    ORIGIN_TENDL,
    N_ORIGINS
} table_origin;

/** What of a nuclide a curve counts. */
typedef enum table_kind {
    KIND_DIRECT,     /**< atoms of this state that the reaction itself makes */
    KIND_TOTAL,      /**< ground state and isomers together */
    KIND_CUMULATIVE, /**< with what decayed into it from short-lived precursors */
} table_kind;

typedef struct table_point {
    double e_mev, xs_mb, sd_mb; /**< sd NAN where not given */
} table_point;

typedef struct table_curve {
    char beam;  /**< p d h a g */
    int z, a;   /**< target; a 0: the natural element */
    int pz, pa; /**< product */
    char state; /**< 0 not said, 'g', 'm' */
    bool is_cumulative;
    table_origin origin;
    char source[112];
    char entry[12];
    table_point *points;
    size_t n, room;
    double best_to_mev; /**< end of what `origin` evaluated; the rest of the points is TENDL's */
} table_curve;

typedef struct table_curves {
    table_curve *all;
    size_t n, room;
} table_curves;

/** A curve as it is written: decided, cut, thinned. */
typedef struct table_row {
    const table_curve *curve;
    char product[MOLY_NUCLIDE_NAME_SIZE];
    char via[MOLY_NUCLIDE_NAME_SIZE]; /**< short-lived nuclide outside of the set, or "" */
    table_kind kind;
    double u_rel;
    double threshold_mev;
    table_point *points;
    size_t n;
} table_row;

/* ---- read.c ---- */

/** "FILE of beam_target, A, Z, A, state, energy, mb" (TENDL, IAEA medical, photonuclear). */
MOLY_CHECKED moly_status read_curves(const char *path, table_origin origin, const char *source,
                                     table_curves *curves, moly_error *err);
/** EXFOR rows, recommended or measured; measured ones are one curve a reaction and entry. */
MOLY_CHECKED moly_status read_exfor(const char *path, bool is_measured, table_curves *curves,
                                    moly_error *err);
void curves_free(table_curves *curves);
/** Curve to which points of this reaction are added, made when it is new; NULL without memory. */
table_curve *curves_new(table_curves *curves, const table_curve *like);
MOLY_CHECKED moly_status curve_add(table_curve *curve, table_point point, moly_error *err);
double curve_at(const table_curve *curve, double e_mev);

/* ---- masses.c ---- */

typedef struct table_masses {
    double mass_u[MOLY_Z_MAX + 1][MOLY_A_MAX + 1]; /**< 0 where not known */
    double abundance[MOLY_Z_MAX + 1][MOLY_A_MAX + 1];
} table_masses;

MOLY_CHECKED moly_status masses_read(const char *masses, const char *abundances, table_masses *m,
                                     moly_error *err);
/** Threshold of the cheapest way to the product, MeV in the laboratory; 0 when exothermic. */
double masses_threshold_mev(const table_masses *m, const table_curve *curve, double excitation_mev);
/** The nuclide that a short-lived one becomes by the beta decay with more energy, or z 0. */
moly_state masses_beta_daughter(const table_masses *m, moly_state state);

/* ---- fit.c ---- */

/** 1-sigma relative uncertainty of a curve from measurements: how far the authors' points lie from
 *  it (median of each, where the curve is above a fifth of its peak; 1.4826 times the median of
 *  those); NAN with fewer than three authors. */
double fit_scatter(const table_curves *measured, const table_curve *curve);
/** Our own fits, added to `curves`. */
MOLY_CHECKED moly_status fit_all(const table_curves *measured, table_curves *curves,
                                 moly_error *err);

/* ---- decide.c ---- */

typedef struct table_work {
    table_masses masses;
    table_curves curves, measured;
    table_row *rows;
    size_t n_rows;
} table_work;

MOLY_CHECKED moly_status decide(table_work *w, moly_error *err);

/* ---- write.c ---- */

MOLY_CHECKED moly_status write_tables(const table_work *w, const char *folder, moly_error *err);

#endif
