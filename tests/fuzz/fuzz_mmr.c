/* SPDX-License-Identifier: Apache-2.0 */
/* Any header and any words are list mode of an mMR, or refused with a sentence. What stands before
 * the first byte of zero is the header, what follows are the words. */
#include <string.h>

#include "moly/formats/listmode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    moly_error err = {0};
    moly_event_list list = {0};
    const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
    const size_t header = zero ? (size_t)(zero - data) : size;
    const size_t words = zero ? size - header - 1 : 0;
    if (moly_listmode_parse((const char *)data, header, zero ? zero + 1 : NULL, words, &list,
                            &err) != MOLY_OK) {
        MOLY_ASSERT(err.message[0] != '\0' && !list.events);
    }
    for (size_t i = 0; i < list.n; i++) {
        const uint64_t crystals = (uint64_t)(list.scanner.n_rings * list.scanner.n_detectors);
        MOLY_ASSERT(list.events[i].crystal_1 < crystals && list.events[i].crystal_2 < crystals);
    }
    moly_event_list_free(&list);
    return 0;
}
