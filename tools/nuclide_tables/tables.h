/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_TOOLS_TABLES_H
#define MOLY_TOOLS_TABLES_H

/** Inside of the builder of data/nuclides: one record a nuclide, filled from JEFF-3.1.1, then from
 *  DDEP where it has the nuclide, then completed from AME2020 and NUBASE2020. */

#include "element.h"
#include "moly/base/memory.h"
#include "moly/nuclide/nuclide.h"

enum { SOURCE_NONE, SOURCE_DDEP, SOURCE_JEFF, SOURCE_NUBASE, SOURCE_DECISION, SOURCE_COMPUTED };

typedef struct table_line {
    moly_radiation radiation;
    double energy_kev, energy_sd_kev;       /* sd 0: not given */
    double intensity_pct, intensity_sd_pct; /* quanta per 100 decays */
    double mean_kev;                        /* betas only, else 0 */
    moly_beta_shape shape;
    int source;
} table_line;

typedef struct table_branch {
    moly_decay_mode mode;
    moly_state daughter;
    double fraction, fraction_sd, q_kev;
    int source;
} table_branch;

typedef struct table_nuclide {
    moly_state state;
    bool is_stable;
    bool is_selected;
    const char *reason;             /* why it was selected */
    double half_life, half_life_sd; /* in half_life_unit */
    const char *half_life_unit;     /* "s", "d", ... */
    double half_life_s;
    int half_life_source;
    /* What NUBASE2020 says, for decisions. */
    double nubase_half_life, nubase_half_life_sd, nubase_half_life_s;
    const char *nubase_unit;
    bool is_stable_in_nubase;
    char ddep_date[16]; /* of the evaluation, "2006", or empty */
    double excitation_kev;
    double mass_u, mass_sd_u;
    double mean_alpha_kev, mean_electron_kev, mean_photon_kev;
    bool may_normalise; /* a decision allows any sum of branches */
    bool has_outer;     /* electrons of the outer shells stand among the lines */
    bool is_decided;    /* decisions change its branches, which summed to these by mode */
    double evaluated[MOLY_DECAY_OTHER + 1];
    table_branch *branches;
    size_t n_branches;
    table_line *lines;
    size_t n_lines;
    char note[400];
} table_nuclide;

typedef struct shells shells;

typedef struct tables {
    moly_arena *arena;
    shells *shells;         /* binding energies, for vacancies */
    table_nuclide **by_key; /* N_TABLE_KEYS slots, NULL: not known */
} tables;

#define ELECTRON_KEV 510.99895 /* CODATA 2018 */
#define N_TABLE_KEYS ((MOLY_Z_MAX + 1) * 1000 * (MOLY_ISOMER_MAX + 1))

table_nuclide *tables_find(const tables *t, moly_state state);
/** New or existing record; exits the tool without memory. */
table_nuclide *tables_get(tables *t, moly_state state);
void tables_add_line(table_nuclide *n, table_line line);
void tables_add_branch(table_nuclide *n, table_branch branch);
void tables_note(table_nuclide *n, const char *format, ...) MOLY_PRINTF(2, 3);
void tables_drop_lines(table_nuclide *n, unsigned radiation_mask);

/** Readers. `folder` is the unpacked source; each says what it could not read on standard error. */
moly_status jeff_read(tables *t, const char *folder, moly_error *err);
moly_status ddep_read(tables *t, const char *folder, moly_error *err);
moly_status masses_read(tables *t, const char *folder, moly_error *err);
moly_status decisions_apply(tables *t, const char *file, moly_error *err);

/** Rough K edge, keV, to tell the shells of lines apart. */
double k_edge_kev(int z);

/** Electrons of the outer shells where only K and L groups are listed (vacancies.c). */
void tables_add_outer(const tables *t, table_nuclide *n);
/** One line for all L X rays of a heavy nuclide becomes its groups (atomic.c). */
void tables_split_l_x(const tables *t, table_nuclide *n);

/** Q value from the atomic masses, keV; NAN when a mass is not known. */
double q_from_masses_kev(const tables *t, const table_nuclide *parent, const table_branch *branch);

/** Choose the nuclides, close under decay, normalise, compute the means. */
moly_status select_nuclides(tables *t, const char *file, moly_error *err);
moly_status finish_nuclides(tables *t, moly_error *err);

/** Write one CSV a element. */
moly_status tables_write(const tables *t, const char *folder, moly_error *err);

const char *source_text(const table_nuclide *n, int source, char text[32]);

#endif
