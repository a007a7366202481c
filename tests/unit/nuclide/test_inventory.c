/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/nuclide/decay.h"

#define CAPACITY 4

static moly_inventory_term terms[CAPACITY];
static size_t n_terms;

static moly_status parse(const char *text, moly_error *err)
{
    n_terms = 0;
    return moly_inventory_parse(moly_nuclide_set_builtin(), text, CAPACITY, terms, &n_terms, err);
}

static void assert_term(size_t i, const char *name, double activity_bq)
{
    assert_string_equal(moly_nuclide_at(moly_nuclide_set_builtin(), terms[i].nuclide)->name, name);
    assert_relative(terms[i].activity_bq, activity_bq, 1e-15);
}

static void a_term_is_an_activity_and_a_nuclide(void **state)
{
    (void)state;
    moly_error err = {0};
    assert_ok(parse("1 MBq Ac-225", &err), err);
    assert_int_equal(n_terms, 1);
    assert_term(0, "Ac-225", 1e6);
    assert_ok(parse("  2.5mCi\t99mTc ", &err), err);
    assert_int_equal(n_terms, 1);
    assert_term(0, "Tc-99m", 9.25e7);
}

static void terms_are_joined_by_a_plus_with_or_without_blanks(void **state)
{
    (void)state;
    moly_error err = {0};
    assert_ok(parse("1 MBq Ac-225 + 50 kBq Ac-227", &err), err);
    assert_int_equal(n_terms, 2);
    assert_term(0, "Ac-225", 1e6);
    assert_term(1, "Ac-227", 5e4);
    assert_ok(parse("1e3 Bq Mo-99+2 Bq Tc99m+0 Bq F-18", &err), err);
    assert_int_equal(n_terms, 3);
    assert_term(1, "Tc-99m", 2.0);
    assert_term(2, "F-18", 0.0);
}

static void what_is_unknown_is_refused_with_the_nearest_name(void **state)
{
    (void)state;
    moly_error err = {0};
    assert_fails(parse("1 MBq Lu-1777", &err), MOLY_ERR_UNKNOWN, "Lu-177", err);
    assert_fails(parse("1 MBz Lu-177", &err), MOLY_ERR_UNKNOWN, "MBq", err);
    assert_fails(
        parse("1 MBq Lu-177 + 3 MBq averylongnamethatnonuclidehaseverhadinallthisworld", &err),
        MOLY_ERR_UNKNOWN, "term 2", err);
    assert_int_equal(n_terms, 0);
}

static void what_is_missing_is_named(void **state)
{
    (void)state;
    moly_error err = {0};
    assert_fails(parse("", &err), MOLY_ERR_USAGE, "empty", err);
    assert_fails(parse("1 MBq", &err), MOLY_ERR_USAGE, "no nuclide", err);
    assert_fails(parse("1 MBq + 2 MBq F-18", &err), MOLY_ERR_USAGE, "no nuclide", err);
    assert_fails(parse("1 MBq F-18 +", &err), MOLY_ERR_USAGE, "term 2", err);
    assert_fails(parse("1 MBq F-18 2 MBq Ga-68", &err), MOLY_ERR_USAGE, "joined by '+'", err);
    assert_fails(parse("F-18", &err), MOLY_ERR_USAGE, "number", err);
    assert_fails(parse("1,5 MBq F-18", &err), MOLY_ERR_USAGE, "comma", err);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    assert_fails(parse("-1 MBq F-18", &err), MOLY_ERR_RANGE, "negative", err);
    assert_fails(parse("1 MBq O-18", &err), MOLY_ERR_RANGE, "stable", err);
    assert_fails(parse("1 Bq F-18+1 Bq F-18+1 Bq F-18+1 Bq F-18+1 Bq F-18", &err), MOLY_ERR_RANGE,
                 "more than 4 terms", err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_term_is_an_activity_and_a_nuclide),
        cmocka_unit_test(terms_are_joined_by_a_plus_with_or_without_blanks),
        cmocka_unit_test(what_is_unknown_is_refused_with_the_nearest_name),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
