/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_BASE_MEMORY_H
#define MOLY_BASE_MEMORY_H

/** Memory: checked sizes, an explicit arena, and the allocator that tests can make fail. */

#include <stdarg.h>

#include "moly/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** calloc(count, size) with an overflow check; NULL when it cannot. Release with moly_free(). */
MOLY_API void *moly_alloc(size_t count, size_t size);
/** As realloc(count * size) with an overflow check; the old block stays on failure. */
MOLY_API void *moly_realloc(void *block, size_t count, size_t size);
MOLY_API void moly_free(void *block);
/** Copy of a text; NULL for NULL or without memory. */
MOLY_API char *moly_strdup(const char *text);

/** An arena: everything taken from it goes with it. One per request, command or parse; one thread.
 */
typedef struct moly_arena moly_arena;

/** @return NULL without memory */
MOLY_API moly_arena *moly_arena_new(void);
MOLY_API void moly_arena_free(moly_arena *arena);
/** Zeroed room for count items of `size` bytes, aligned for any type; NULL without memory. */
MOLY_API void *moly_arena_alloc(moly_arena *arena, size_t count, size_t size);
MOLY_API char *moly_arena_strdup(moly_arena *arena, const char *text);
MOLY_API char *moly_arena_strndup(moly_arena *arena, const char *text, size_t length);
/** A formatted text; NULL without memory. */
MOLY_API char *moly_arena_printf(moly_arena *arena, const char *format, ...) MOLY_PRINTF(2, 3);

/** Let `release(object)` be called when the arena goes, latest first; for what lives with a parse
 * but not in the arena. @return false without memory: nothing was taken over */
MOLY_API MOLY_CHECKED bool moly_arena_defer(moly_arena *arena, void (*release)(void *object),
                                            void *object);

/** Testing only: let the nth allocation from now on fail (1 = the next); 0 switches it off. */
MOLY_API void moly_alloc_fail_after(size_t nth);

#ifdef __cplusplus
}
#endif
#endif
