/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/base/memory.h"

static void sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    assert_null(moly_alloc(SIZE_MAX, 2));
    assert_null(moly_realloc(NULL, SIZE_MAX / 2, 3));
    moly_arena *arena = moly_arena_new();
    assert_null(moly_arena_alloc(arena, SIZE_MAX, 2));
    assert_null(moly_arena_alloc(arena, SIZE_MAX - 4, 1));
    moly_arena_free(arena);
}

static void the_nth_allocation_fails_when_a_test_says_so(void **state)
{
    (void)state;
    moly_alloc_fail_after(2);
    void *first = moly_alloc(1, 1);
    assert_non_null(first);
    assert_null(moly_alloc(1, 1));
    void *third = moly_alloc(1, 1);
    assert_non_null(third);
    moly_free(first);
    moly_free(third);
}

static void arena_blocks_are_zeroed_aligned_and_do_not_overlap(void **state)
{
    (void)state;
    moly_arena *arena = moly_arena_new();
    unsigned char *previous = NULL;
    for (size_t size = 1; size < 20000; size = size * 3 + 1) {
        unsigned char *block = moly_arena_alloc(arena, size, 1);
        assert_non_null(block);
        assert_int_equal((uintptr_t)block % sizeof(max_align_t) % 16, 0);
        for (size_t i = 0; i < size; i++) {
            assert_int_equal(block[i], 0);
        }
        memset(block, 0xAB, size);
        if (previous) {
            assert_int_equal(previous[0], 0xAB);
        }
        previous = block;
    }
    assert_string_equal(moly_arena_printf(arena, "%s-%d", "kit", 7), "kit-7");
    assert_string_equal(moly_arena_strndup(arena, "eluate", 3), "elu");
    assert_null(moly_arena_strdup(arena, NULL));
    moly_arena_free(arena);
    moly_arena_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(the_nth_allocation_fails_when_a_test_says_so),
        cmocka_unit_test(arena_blocks_are_zeroed_aligned_and_do_not_overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
