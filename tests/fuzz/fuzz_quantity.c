/* SPDX-License-Identifier: Apache-2.0 */
/* Any text in any dimension is a finite quantity or refused with a message. */
#include <math.h>
#include <stdint.h>

#include "moly/base/memory.h"
#include "moly/base/quantity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = moly_alloc(size + 1, 1);
    memcpy(text, data, size);
    for (int dim = 0; dim < MOLY_N_DIMS; dim++) {
        double value = NAN;
        const char *rest = NULL;
        moly_error err = {0};
        if (moly_quantity_scan(text, (moly_dim)dim, &value, &rest, &err) == MOLY_OK) {
            char shown[MOLY_QUANTITY_TEXT_SIZE];
            MOLY_ASSERT(isfinite(value) && rest >= text && rest <= text + size);
            moly_quantity_format(value, (moly_dim)dim, 6, shown);
        } else {
            MOLY_ASSERT(err.message[0] != '\0' && isnan(value));
        }
        moly_status status = moly_quantity_parse(text, (moly_dim)dim, &value, NULL);
        MOLY_ASSERT(status != MOLY_OK || isfinite(value));
    }
    moly_free(text);
    return 0;
}
