/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_NUCLIDE_ELEMENT_H
#define MOLY_NUCLIDE_ELEMENT_H

/** Element symbols and nuclide names. */

#include <stdbool.h>
#include <stddef.h>

#include "moly/nuclide/nuclide.h"

#define MOLY_NUCLIDE_NAME_SIZE 12
#define MOLY_Z_MAX 118
#define MOLY_A_MAX 310
#define MOLY_ISOMER_MAX 4

/** Which nuclide state: proton number, mass number, 0 ground, 1 m, 2 n, 3 q, 4 r. */
typedef struct moly_state {
    int z, a, isomer;
} moly_state;

/** "Tc-99m". Returns `name`. */
const char *moly_state_name(moly_state state, char name[MOLY_NUCLIDE_NAME_SIZE]);

/** Read any usual spelling: Tc-99m, Tc99m, 99mTc, 99-Tc-m, tc-99M; m1 = m, m2 = n.
 *  @return false when it is no nuclide name */
bool moly_state_parse(const char *text, moly_state *state);

/** One number for a state, in the order of z, a, isomer. */
int moly_state_key(moly_state state);

#endif
