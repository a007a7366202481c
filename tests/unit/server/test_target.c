/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "fold.h"
#include "target.h"

static moly_arena *arena;

static int make_arena(void **state)
{
    (void)state;
    arena = moly_arena_new();
    return arena ? 0 : 1;
}

static int drop_arena(void **state)
{
    (void)state;
    moly_arena_free(arena);
    return 0;
}

static void a_path_is_split_before_it_is_decoded(void **state)
{
    (void)state;
    moly_error err = {0};
    target_path path;
    assert_ok(target_parse("/api/records/kit/K%2F1%20%D0%B0", arena, &path, &err), err);
    assert_int_equal(path.n, 4);
    assert_string_equal(path.segments[3], "K/1 а");
    assert_ok(target_parse("/", arena, &path, &err), err);
    assert_int_equal(path.n, 0);
    assert_ok(target_parse("/a/", arena, &path, &err), err);
    assert_int_equal(path.n, 1);
}

static void a_path_that_could_mean_two_things_is_refused(void **state)
{
    (void)state;
    static const char *const paths[] = {"",          "a",
                                        "//a",       "/a//b",
                                        "/a/./b",    "/../a",
                                        "/%2e%2e/a", "/a%00b",
                                        "/a%0a",     "/a%7f",
                                        "/a%f",      "/a%zz",
                                        "/%",        "/%c3%28",
                                        "/a\x01",    "/%ed%a0%80",
                                        "/a%",       "/a%1",
                                        "/a/b/..",   "/a/%2e",
                                        "/.%2e/b",   "/1/2/3/4/5/6/7/8/9"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        moly_error err = {0};
        target_path path;
        if (target_parse(paths[i], arena, &path, &err) != MOLY_ERR_USAGE) {
            fail_msg("'%s' was taken", paths[i]);
        }
    }
}

static void a_pattern_matches_whole_segments(void **state)
{
    (void)state;
    moly_error err = {0};
    target_path path;
    const char *captured[TARGET_MAX_CAPTURED] = {NULL};
    assert_ok(target_parse("/api/records/kit/K-1", arena, &path, &err), err);
    assert_true(target_matches(&path, "/api/records/{kind}/{id}", captured));
    assert_string_equal(captured[0], "kit");
    assert_string_equal(captured[1], "K-1");
    assert_false(target_matches(&path, "/api/records/{kind}", captured));
    assert_false(target_matches(&path, "/api/record/{kind}/{id}", captured));
    assert_false(target_matches(&path, "/api/records/{kind}/{id}/x", captured));
}

static void an_argument_is_decoded_as_a_form_writes_it(void **state)
{
    (void)state;
    assert_string_equal(target_decode("a+b%2Bc", 100, true, arena), "a b+c");
    assert_string_equal(target_decode("a+b", 100, false, arena), "a+b");
    assert_null(target_decode("abc", 2, true, arena));
    assert_null(target_decode("%00", 100, true, arena));
}

static void a_cookie_is_found_once_or_not_at_all(void **state)
{
    (void)state;
    assert_string_equal(target_cookie("a=1; moly_session=xyz; b=2", "moly_session", arena), "xyz");
    assert_string_equal(target_cookie("moly_session=", "moly_session", arena), "");
    assert_null(target_cookie("xmoly_session=1", "moly_session", arena));
    assert_null(target_cookie("moly_session=1; moly_session=2", "moly_session", arena));
    assert_null(target_cookie(";;;", "moly_session", arena));
}

static void the_first_language_that_moly_speaks_is_taken(void **state)
{
    (void)state;
    assert_string_equal(target_language("ky-KG,ky;q=0.9,ru-RU;q=0.8,en;q=0.5"), "ru");
    assert_string_equal(target_language("en-GB,ru"), "en");
    assert_null(target_language("xx, *;q=0.5"));
    assert_null(target_language(""));
    assert_string_equal(target_known_language("RU"), "ru");
    assert_null(target_known_language("russian"));
    assert_null(target_known_language(NULL));
}

/* Expected: simple lowercase mappings of the Unicode Character Database; е for ё by design. */
static void names_are_found_without_regard_to_capitals(void **state)
{
    (void)state;
    assert_string_equal(fold_case("АЙГҮЛ Сатыбалдиева", arena), "айгүл сатыбалдиева");
    assert_string_equal(fold_case("ЁЛКИН Өмүр ҢӘІҚҒҰҺ", arena), "елкин өмүр ңәіқғұһ");
    assert_string_equal(fold_case("Nguyễn ÅSA Žďár ÖZGÜR Ÿ", arena), "nguyễn åsa žďár özgür Ÿ");
    assert_string_equal(fold_case("ΑΘΗΝΑ 中文 9", arena), "αθηνα 中文 9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_is_split_before_it_is_decoded),
        cmocka_unit_test(a_path_that_could_mean_two_things_is_refused),
        cmocka_unit_test(a_pattern_matches_whole_segments),
        cmocka_unit_test(an_argument_is_decoded_as_a_form_writes_it),
        cmocka_unit_test(a_cookie_is_found_once_or_not_at_all),
        cmocka_unit_test(the_first_language_that_moly_speaks_is_taken),
        cmocka_unit_test(names_are_found_without_regard_to_capitals),
    };
    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
