/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of a request that a stranger writes: path, query, cookie, language, name to search. The
 * input's first byte chooses; what comes out must be what the rest of the server relies on. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fold.h"
#include "moly/base/text.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_path(const char *text, moly_arena *arena)
{
    static const char *const patterns[] = {"/api/today", "/api/records/{kind}",
                                           "/api/records/{kind}/{id}", "/api/acts/{name}/preview"};
    target_path path;
    const char *captured[TARGET_MAX_CAPTURED] = {NULL};
    if (target_parse(text, arena, &path, NULL) != MOLY_OK) {
        return;
    }
    for (size_t i = 0; i < path.n; i++) {
        const char *segment = path.segments[i];
        MOLY_ASSERT(segment[0] != '\0' && strlen(segment) <= TARGET_MAX_SEGMENT);
        MOLY_ASSERT(strcmp(segment, ".") != 0 && strcmp(segment, "..") != 0);
        MOLY_ASSERT(moly_is_utf8(segment));
    }
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        (void)target_matches(&path, patterns[i], captured);
    }
}

static void fuzz_search(const char *text, moly_arena *arena)
{
    const char *search = target_decode(text, TARGET_MAX_ARGUMENT, true, arena);
    if (!search) {
        return;
    }
    MOLY_ASSERT(strlen(search) <= TARGET_MAX_ARGUMENT);
    const char *folded = fold_case(search, arena);
    MOLY_ASSERT(!folded || (moly_is_utf8(folded) && strlen(folded) == strlen(search)));
    const char *again = folded ? fold_case(folded, arena) : NULL;
    MOLY_ASSERT(!again || strcmp(folded, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    moly_arena *arena = moly_arena_new();
    char *text =
        size > 0 && arena ? moly_arena_strndup(arena, (const char *)data + 1, size - 1) : NULL;
    if (text) {
        switch (data[0] % 4) {
        case 0:
            fuzz_path(text, arena);
            break;
        case 1:
            fuzz_search(text, arena);
            break;
        case 2:
            (void)target_cookie(text, "moly_session", arena);
            break;
        default:
            (void)target_language(text);
        }
    }
    moly_arena_free(arena);
    return 0;
}
