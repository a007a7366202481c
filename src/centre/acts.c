/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"

#include <string.h>

#define ROW(name) &(name),
static const moly_act *const acts[] = {CENTRE_ACTS(ROW)};
#undef ROW
enum { N_ACTS = sizeof acts / sizeof acts[0] };

const moly_act *const *moly_acts(size_t *n)
{
    *n = N_ACTS;
    return acts;
}

moly_status moly_act_find(const char *name, const moly_act **act, moly_error *err)
{
    const char *names[N_ACTS];
    for (size_t i = 0; i < N_ACTS; i++) {
        names[i] = acts[i]->declaration.name;
        if (name && strcmp(names[i], name) == 0) {
            *act = acts[i];
            return MOLY_OK;
        }
    }
    const char *near = moly_nearest(name ? name : "", names, N_ACTS);
    if (near) {
        return MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "unknown act '%.60s'; did you mean '%s'?", name,
                         near);
    }
    return MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "unknown act '%.60s'; 'moly acts' lists them",
                     name ? name : "");
}
