/* SPDX-License-Identifier: Apache-2.0 */
/* A pack that comes from outside is read or refused; what is read can be signed and keeps its hash.
 */
#include <jansson.h>
#include <string.h>

#include "moly/base/text.h"
#include "moly/centre/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char seed[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    json_t *file = NULL, *report = NULL, *again = NULL, *made = NULL;
    moly_error err = {0};
    if (moly_json_parse((const char *)data, size, &file, NULL) != MOLY_OK) {
        return 0;
    }
    if (moly_pack_verify(file, NULL, &report, &err) == MOLY_OK) {
        MOLY_ASSERT(moly_pack_sign(file, seed, &made, &err) == MOLY_OK);
        MOLY_ASSERT(moly_pack_verify(made, NULL, &again, &err) == MOLY_OK);
        MOLY_ASSERT(json_equal(json_object_get(report, "hash"), json_object_get(again, "hash")));
    } else {
        MOLY_ASSERT(err.message[0] != '\0' && moly_is_utf8(err.message));
    }
    json_decref(made);
    json_decref(again);
    json_decref(report);
    json_decref(file);
    return 0;
}
