/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_TOOLS_SHELLS_H
#define MOLY_TOOLS_SHELLS_H

/** Binding energies of the K, L and M shells: the absorption edges of
 * data/materials/attenuation.csv (NIST, from 1 keV up); by a power of Z below that, and beyond
 * uranium. */

#include "tables.h"

enum shell { SHELL_K, SHELL_L1, SHELL_L2, SHELL_L3, SHELL_M1, SHELL_M4 = 7, SHELL_M5, N_SHELLS };
enum { SHELLS_Z_MAX = 100 };

struct shells {
    double kev[SHELLS_Z_MAX + 1][N_SHELLS];
};

moly_status shells_read(shells *s, const char *attenuation_csv, moly_error *err);
/** Z is held within 1 .. 100. */
double shell_kev(const shells *s, int z, enum shell shell);
/** Mean over the 18 electrons of the M shell; the N shell is taken as a fifth of it. */
double shell_mean_m_kev(const shells *s, int z);

/** Put a line that stands for all L X rays of an element in the place of its groups: Ll, La, Leta,
 * Lb and Lg. Their energies are differences of edges, their shares near the
 * medians of the 159 decays for which DDEP has them. */
void shells_add_l_x(const shells *s, int z, table_nuclide *n, const table_line *total);

#endif
