/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/base/memory.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 0: off; n: the nth allocation from now fails. Only tests set it. */
static atomic_size_t fail_countdown;

void moly_alloc_fail_after(size_t nth)
{
    atomic_store(&fail_countdown, nth);
}

static bool fails_now(void)
{
    size_t left = atomic_load_explicit(&fail_countdown, memory_order_relaxed);
    if (left == 0) {
        return false;
    }
    return atomic_fetch_sub(&fail_countdown, 1) == 1;
}

void *moly_alloc(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || fails_now()) {
        return NULL;
    }
    return calloc(bytes ? bytes : 1, 1);
}

void *moly_realloc(void *block, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || fails_now()) {
        return NULL;
    }
    return realloc(block, bytes ? bytes : 1);
}

void moly_free(void *block)
{
    free(block);
}

char *moly_strdup(const char *text)
{
    if (!text) {
        return NULL;
    }
    size_t size = strlen(text) + 1;
    char *copy = moly_alloc(size, 1);
    if (copy) {
        memcpy(copy, text, size);
    }
    return copy;
}

typedef struct arena_chunk {
    struct arena_chunk *next;
    size_t used, size;
    max_align_t data[];
} arena_chunk;

typedef struct arena_deferred {
    struct arena_deferred *next;
    void (*release)(void *object);
    void *object;
} arena_deferred;

struct moly_arena {
    arena_chunk *chunks;      /* newest first */
    arena_deferred *deferred; /* in the chunks themselves, newest first */
};

enum { CHUNK_BYTES = 8192 };

moly_arena *moly_arena_new(void)
{
    return moly_alloc(1, sizeof(moly_arena));
}

void moly_arena_free(moly_arena *arena)
{
    if (!arena) {
        return;
    }
    for (arena_deferred *d = arena->deferred; d; d = d->next) {
        d->release(d->object);
    }
    for (arena_chunk *chunk = arena->chunks; chunk;) {
        arena_chunk *next = chunk->next;
        moly_free(chunk);
        chunk = next;
    }
    moly_free(arena);
}

static arena_chunk *add_chunk(moly_arena *arena, size_t bytes)
{
    size_t room = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;
    size_t total;
    if (__builtin_add_overflow(room, sizeof(arena_chunk), &total)) {
        return NULL;
    }
    arena_chunk *chunk = moly_alloc(total, 1);
    if (!chunk) {
        return NULL;
    }
    chunk->size = room;
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    return chunk;
}

void *moly_arena_alloc(moly_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    const size_t unit = sizeof(max_align_t);
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - unit) {
        return NULL;
    }
    bytes = (bytes + unit - 1) / unit * unit;
    arena_chunk *chunk = arena->chunks;
    if (!chunk || chunk->size - chunk->used < bytes) {
        chunk = add_chunk(arena, bytes);
    }
    if (!chunk) {
        return NULL;
    }
    void *block = (char *)chunk->data + chunk->used;
    chunk->used += bytes;
    return block;
}

bool moly_arena_defer(moly_arena *arena, void (*release)(void *object), void *object)
{
    arena_deferred *deferred = moly_arena_alloc(arena, 1, sizeof *deferred);
    if (!deferred) {
        return false;
    }
    *deferred = (arena_deferred){arena->deferred, release, object};
    arena->deferred = deferred;
    return true;
}

char *moly_arena_strndup(moly_arena *arena, const char *text, size_t length)
{
    char *copy = moly_arena_alloc(arena, length + 1, 1);
    if (copy) {
        memcpy(copy, text, length);
        copy[length] = '\0';
    }
    return copy;
}

char *moly_arena_strdup(moly_arena *arena, const char *text)
{
    return text ? moly_arena_strndup(arena, text, strlen(text)) : NULL;
}

char *moly_arena_printf(moly_arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) {
        return NULL;
    }
    char *text = moly_arena_alloc(arena, (size_t)length + 1, 1);
    if (text) {
        va_start(arguments, format);
        (void)vsnprintf(text, (size_t)length + 1, format, arguments);
        va_end(arguments);
    }
    return text;
}
