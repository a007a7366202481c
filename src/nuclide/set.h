/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_NUCLIDE_SET_H
#define MOLY_NUCLIDE_SET_H

/** Inside of a nuclide set, and the draft from which the readers make one. */

#include "element.h"

#include "moly/base/memory.h"
#include "moly/nuclide/nuclide.h"

struct moly_nuclide_set {
    const char *name;
    size_t n;
    const moly_nuclide *nuclides;
    size_t n_sources;
    const char *const *sources;
    moly_arena *arena; /**< everything above; NULL in the built-in set */
};

/** The tables that tools/nuclide_compile writes into the build tree. */
extern const struct moly_nuclide_set moly_nuclide_builtin_set;

/** A set in the making: nuclides in any order, daughters named by their state. Lists grow by
 *  chaining, newest first; `finish` puts them in order. */
typedef struct moly_draft_branch {
    struct moly_draft_branch *next;
    moly_decay_mode mode;
    moly_state daughter; /**< not read after MOLY_DECAY_FISSION */
    double fraction, fraction_sd, q_kev;
} moly_draft_branch;

typedef struct moly_draft_line {
    struct moly_draft_line *next;
    moly_line line;
} moly_draft_line;

typedef struct moly_draft_nuclide {
    moly_state state;
    moly_nuclide body; /**< all but names, indices, lists and lambda, which `finish` sets */
    moly_draft_branch *branches;
    moly_draft_line *lines;
} moly_draft_nuclide;

typedef struct moly_draft moly_draft;

/** @param source  the evaluation; stands on every half-life, branch and line that names no other */
moly_draft *moly_draft_new(const char *source);
void moly_draft_free(moly_draft *draft);
/** A new radioactive nuclide with everything not known; its members are then filled in.
 *  @retval MOLY_ERR_DATA  it is there already */
MOLY_CHECKED moly_status moly_draft_add(moly_draft *draft, moly_state state,
                                        moly_draft_nuclide **nuclide, moly_error *err);
MOLY_CHECKED moly_status moly_draft_add_branch(moly_draft *draft, moly_draft_nuclide *nuclide,
                                               moly_draft_branch branch, moly_error *err);
MOLY_CHECKED moly_status moly_draft_add_line(moly_draft *draft, moly_draft_nuclide *nuclide,
                                             moly_line line, moly_error *err);
/** Make the set: daughters that nobody described become stable, everything is put in order. The
 *  fractions stay as the evaluation has them. The draft is used up, whatever the outcome.
 *  @retval MOLY_ERR_DATA  a loop, a half-life that is not positive, branches that sum to > 1.02 */
MOLY_CHECKED moly_status moly_draft_finish(moly_draft *draft, const char *name,
                                           moly_nuclide_set **set, moly_error *err);

/** The nuclide of this state, NULL when it was not added. */
moly_draft_nuclide *moly_draft_find(const moly_draft *draft, moly_state state);

/** Readers, from memory; `file` is for messages, which name it with line and column. */
MOLY_CHECKED moly_status moly_icrp07_read_index(const char *file, const char *data, size_t length,
                                                moly_draft *draft, moly_error *err);
MOLY_CHECKED moly_status moly_icrp07_read_radiations(const char *file, const char *data,
                                                     size_t length, moly_draft *draft,
                                                     moly_error *err);
MOLY_CHECKED moly_status moly_endf_read(const char *file, const char *data, size_t length,
                                        moly_draft *draft, moly_error *err);
/** Readers, from folders. */
MOLY_CHECKED moly_status moly_icrp07_load(const char *folder, moly_nuclide_set **set,
                                          moly_error *err);
MOLY_CHECKED moly_status moly_endf_load(const char *folder, moly_nuclide_set **set,
                                        moly_error *err);

/** The mode that leads from one state to the other, MOLY_DECAY_OTHER when no simple one does. */
moly_decay_mode moly_mode_between(moly_state parent, moly_state daughter);

/** Order in which a nuclide's lines stand: by radiation, then by energy, then by intensity. */
int moly_line_compare(const void *a, const void *b);

#endif
