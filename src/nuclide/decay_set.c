/* SPDX-License-Identifier: Apache-2.0 */
/* The decay engine of a nuclide set. */
#include "moly/nuclide/decay.h"

#include "moly/base/memory.h"

moly_status moly_decay_engine_for_set(const moly_nuclide_set *set, moly_decay_engine **engine,
                                      moly_error *err)
{
    *engine = NULL;
    moly_status status = MOLY_OK;
    size_t n = moly_nuclide_set_size(set), n_feeds = 0, n_branches = 0;
    double *lambda = moly_alloc(n + 1, sizeof *lambda);
    moly_feed *feeds = NULL;
    for (size_t i = 0; i < n; i++) {
        n_branches += moly_nuclide_at(set, i)->n_branches;
    }
    feeds = moly_alloc(n_branches + 1, sizeof *feeds);
    if (lambda == NULL || feeds == NULL) {
        status = MOLY_NO_MEMORY(err);
        goto done;
    }
    for (size_t i = 0; i < n; i++) {
        const moly_nuclide *nuclide = moly_nuclide_at(set, i);
        lambda[i] = nuclide->lambda_per_s;
        for (size_t b = 0; b < nuclide->n_branches; b++) {
            const moly_branch *branch = &nuclide->branches[b];
            if (branch->daughter != MOLY_NO_DAUGHTER && branch->fraction > 0.0) {
                feeds[n_feeds++] =
                    (moly_feed){(uint32_t)i, (uint32_t)branch->daughter, branch->fraction};
            }
        }
    }
    status = moly_decay_engine_new(n, lambda, n_feeds, feeds, engine, err);
done:
    moly_free(lambda);
    moly_free(feeds);
    return status;
}
