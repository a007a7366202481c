/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes are PETSIRD list mode, or refused with a sentence. */
#include "moly/formats/petsird.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    moly_error err = {0};
    moly_event_list list = {0};
    if (moly_petsird_parse(data, size, &list, &err) != MOLY_OK) {
        MOLY_ASSERT(err.message[0] != '\0' && !list.events);
    }
    for (size_t i = 0; i < list.n; i++) {
        const uint64_t crystals = (uint64_t)(list.scanner.n_rings * list.scanner.n_detectors);
        MOLY_ASSERT(list.events[i].crystal_1 < crystals && list.events[i].crystal_2 < crystals);
    }
    moly_event_list_free(&list);
    return 0;
}
