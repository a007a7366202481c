/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_TOOLS_DDEP_H
#define MOLY_TOOLS_DDEP_H

/** Level schemes as DDEP's ENSDF files give them; intensities per 100 decays of the parent. */

#include "shells.h"

#define DDEP_MAX_LEVELS 400
#define DDEP_MAX_GAMMAS 1200
#define DDEP_MAX_SCHEMES 6
#define DDEP_MAX_ATOMIC 40

typedef struct scheme_level {
    double energy_kev, half_life_s;
    double fed, fed_variance; /* direct feeding by beta, capture or alpha */
    int isomer;               /* the nuclide of its own that this level is, -1: none */
    double in_old, in_new;    /* flow into the level with and without what isomers pass on */
    double variance;
} scheme_level;

/* Shells of a vacancy; N stands for all further out. */
enum { VACANCY_K, VACANCY_L, VACANCY_M, VACANCY_N, N_VACANCIES };

typedef struct scheme_gamma {
    double energy_kev, energy_sd_kev;
    double intensity, intensity_sd, conversion, total;
    double shell[N_VACANCIES], shell_sd[N_VACANCIES]; /* conversion coefficients */
    bool is_electric; /* E2 and higher multipoles convert in L2 and L3, others in L1 */
    int from, to;     /* levels; -1: not placed */
    int source;
} scheme_gamma;

typedef struct scheme_feeding {
    char kind; /* 'B', 'E', 'A' */
    double energy_kev, energy_sd_kev, intensity, intensity_sd, capture, mean_kev;
    double capture_share[N_VACANCIES];
    moly_beta_shape shape;
} scheme_feeding;

/* A row of the table of X rays and Auger electrons. */
typedef struct scheme_atomic {
    char label[16]; /* "XKA1", without blanks */
    int group;
    bool shares; /* its intensity stands with one of the rows around it */
    double low_kev, high_kev, intensity, intensity_sd;
} scheme_atomic;

typedef struct scheme {
    moly_decay_mode mode;
    moly_state daughter; /* ground state */
    double parent_kev, q_kev, q_sd_kev, branching, branching_sd;
    int n_levels, n_gammas, n_feedings, n_atomic;
    scheme_atomic atomic[DDEP_MAX_ATOMIC];
    scheme_level levels[DDEP_MAX_LEVELS];
    scheme_gamma gammas[DDEP_MAX_GAMMAS];
    scheme_feeding feedings[DDEP_MAX_LEVELS];
} scheme;

typedef struct ddep_file {
    char date[8];
    bool has_half_life;
    double half_life, half_life_sd, half_life_s;
    char half_life_unit[8];
    int n_schemes;
    scheme schemes[DDEP_MAX_SCHEMES];
} ddep_file;

double ddep_value(const char *line, int first, int last);
double ddep_sd(const char *line, int first, int last, int sd_first, int sd_last);

/** Take a row of X rays or Auger electrons; other text is left alone. */
void ddep_add_atomic(scheme *s, const char *line);
/** Is a level a nuclide of its own? Then DDEP's X rays and electrons are those of both. */
bool ddep_has_isomer(const ddep_file *file);
/** DDEP's X rays and Auger electrons in the place of JEFF's; after ddep_split_isomers(). */
void ddep_take_atomic(const shells *s, table_nuclide *n, const ddep_file *file,
                      bool has_conversion);

/** Conversion electrons from DDEP's coefficients in the place of JEFF's, where it gives them for
 * all that matters. @return whether it did */
bool ddep_take_conversion(const shells *s, table_nuclide *n, const ddep_file *file);
/** Electrons of the outer shells, after the two before. */
void ddep_add_outer(const shells *s, table_nuclide *n, const ddep_file *file, bool has_conversion);

/** Factor that makes the feedings of a scheme intensities per 100 decays. */
double ddep_feeding_scale(const scheme *s);

/** Find the levels that are nuclides of their own, take their lines out of the parent's scheme, and
 *  add the branches. `before` is what JEFF said of the parent. */
void ddep_split_isomers(tables *t, table_nuclide *n, const table_nuclide *before, scheme *s);

#endif
