/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes are a set, or refused with a message that says where. */
#include <stdint.h>

#include "set.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    moly_error err = {0};
    moly_nuclide_set *set = NULL;
    moly_draft *draft = moly_draft_new("fuzz");
    if (!draft) {
        return 0;
    }
    if (moly_endf_read("fuzz", (const char *)data, size, draft, &err) != MOLY_OK) {
        MOLY_ASSERT(err.message[0] != '\0');
        moly_draft_free(draft);
    } else if (moly_draft_finish(draft, "fuzz", &set, &err) == MOLY_OK) {
        moly_nuclide_set_free(set);
    }
    return 0;
}
