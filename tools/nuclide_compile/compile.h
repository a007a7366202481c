/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_TOOLS_COMPILE_H
#define MOLY_TOOLS_COMPILE_H

#include <sodium.h>

#include "csv.h"
#include "set.h"

#define N_LINE_FILES 4 /* so that make can compile them side by side */
#define MAX_SOURCES 255

typedef struct compiler {
    moly_arena *arena;
    moly_draft *draft;
    crypto_generichash_state hash;
    int z; /* of the file being read */
    size_t n_nuclides;
    moly_draft_nuclide *current;
    double branch_sum, positrons, annihilation; /* of the current nuclide, per decay */
    double electron_kev, photon_kev, alpha_kev;
    char *where; /* "file:line" of the current nuclide */
    const char *sources[MAX_SOURCES];
    size_t n_sources;
} compiler;

/** Take one row of a table. */
moly_status compile_row(void *user, const csv_row *row, moly_error *err);
/** What can be said only when all rows of a nuclide were read. */
moly_status compile_check(compiler *c, moly_error *err);
moly_status compile_write(const compiler *c, const moly_nuclide_set *set, const char *folder,
                          moly_error *err);

#endif
