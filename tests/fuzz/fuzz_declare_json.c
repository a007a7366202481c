/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever object comes in is read or refused; what is read can be written and reads back. */
#include <jansson.h>

#include "../unit/base/sample_declaration.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *object = NULL;
    if (moly_json_parse((const char *)data, size, &object, NULL) != MOLY_OK) {
        return 0;
    }
    moly_arena *arena = moly_arena_new();
    struct sample_args args;
    struct sample_args again;
    moly_error err = {0};
    if (moly_declare_parse_json(&sample_declaration, NULL, object, arena, &args, &err) == MOLY_OK) {
        json_t *sent = moly_declare_object(&sample_declaration, &args);
        json_t *fields = moly_declare_fields(&sample_declaration, &args);
        MOLY_ASSERT(sent && fields);
        MOLY_ASSERT(moly_declare_parse_json(&sample_declaration, NULL, sent, arena, &again, &err) ==
                    MOLY_OK);
        MOLY_ASSERT(again.volume_ml == args.volume_ml && again.at.us == args.at.us);
        json_decref(sent);
        json_decref(fields);
    } else {
        MOLY_ASSERT(err.message[0] != '\0' && moly_is_utf8(err.message));
    }
    moly_arena_free(arena);
    json_decref(object);
    return 0;
}
