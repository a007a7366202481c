/* SPDX-License-Identifier: Apache-2.0 */
/* Any text is an inventory of radioactive nuclides with finite activities, or refused with a
 * message. */
#include <math.h>

#include "moly/base/memory.h"
#include "moly/nuclide/decay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { CAPACITY = 8 };
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    moly_inventory_term terms[CAPACITY];
    size_t n_terms = SIZE_MAX;
    moly_error err = {0};
    char *text = moly_alloc(size + 1, 1);
    memcpy(text, data, size);
    if (moly_inventory_parse(set, text, CAPACITY, terms, &n_terms, &err) == MOLY_OK) {
        MOLY_ASSERT(n_terms > 0 && n_terms <= CAPACITY);
        for (size_t i = 0; i < n_terms; i++) {
            MOLY_ASSERT(terms[i].nuclide < moly_nuclide_set_size(set));
            MOLY_ASSERT(!moly_nuclide_at(set, terms[i].nuclide)->is_stable);
            MOLY_ASSERT(isfinite(terms[i].activity_bq) && terms[i].activity_bq >= 0.0);
        }
    } else {
        MOLY_ASSERT(err.message[0] != '\0' && n_terms == SIZE_MAX);
    }
    moly_free(text);
    return 0;
}
