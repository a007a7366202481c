/* SPDX-License-Identifier: Apache-2.0 */
/* Any text is an instant that reads back from its own form, or refused with a message. */
#include "moly/base/instant.h"
#include "moly/base/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = moly_alloc(size + 1, 1);
    memcpy(text, data, size);
    moly_instant t = MOLY_INSTANT_NONE;
    moly_error err = {0};
    if (moly_instant_parse(text, &t, &err) == MOLY_OK) {
        char shown[MOLY_INSTANT_TEXT_SIZE];
        moly_instant again = MOLY_INSTANT_NONE;
        MOLY_ASSERT(moly_instant_parse(moly_instant_format(t, shown), &again, &err) == MOLY_OK);
        MOLY_ASSERT(again.us == t.us);
    } else {
        MOLY_ASSERT(err.message[0] != '\0' && moly_instant_is_none(t));
    }
    moly_free(text);
    return 0;
}
