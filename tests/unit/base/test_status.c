/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

static void the_first_cause_wins(void **state)
{
    (void)state;
    moly_error err = {0};
    assert_int_equal(MOLY_FAIL(&err, MOLY_ERR_RANGE, "volume %g mL", 7.0), MOLY_ERR_RANGE);
    assert_int_equal(MOLY_FAIL(&err, MOLY_ERR_IO, "later"), MOLY_ERR_IO);
    assert_int_equal(err.status, MOLY_ERR_RANGE);
    assert_string_equal(err.message, "volume 7 mL");
}

static void a_refusal_names_its_rule(void **state)
{
    (void)state;
    moly_error err = {0};
    assert_int_equal(MOLY_REFUSE(&err, "R-24", "too late"), MOLY_ERR_RULE);
    assert_string_equal(err.rule, "R-24");
}

static void a_missing_record_is_allowed(void **state)
{
    (void)state;
    assert_int_equal(MOLY_FAIL(NULL, MOLY_ERR_DATA, "nobody listens"), MOLY_ERR_DATA);
    moly_error_context(NULL, "nowhere");
}

static void context_stands_before_the_cause(void **state)
{
    (void)state;
    moly_error err = {0};
    (void)MOLY_FAIL(&err, MOLY_ERR_DATA, "line 3");
    moly_error_context(&err, "reading %s", "a.csv");
    assert_string_equal(err.message, "reading a.csv: line 3");
}

static void long_messages_are_cut_between_characters(void **state)
{
    (void)state;
    char text[2000] = "x";
    for (size_t i = 1; i + 2 < sizeof text; i += 2) {
        memcpy(text + i, "\xd0\x96", 2);
    }
    moly_error err = {0};
    (void)MOLY_FAIL(&err, MOLY_ERR_DATA, "%s", text);
    size_t length = strlen(err.message);
    assert_true(length < sizeof err.message && length % 2 == 1);
    for (int i = 0; i < 3; i++) {
        moly_error_context(&err, "%s", text);
    }
    assert_true(strlen(err.message) < sizeof err.message);
}

static void exit_codes_are_those_of_the_design(void **state)
{
    (void)state;
    assert_int_equal(moly_status_exit_code(MOLY_OK), 0);
    assert_int_equal(moly_status_exit_code(MOLY_ERR_UNKNOWN), 2);
    assert_int_equal(moly_status_exit_code(MOLY_ERR_RULE), 3);
    assert_int_equal(moly_status_exit_code(MOLY_ERR_DATA), 65);
    assert_int_equal(moly_status_exit_code(MOLY_ERR_NOT_FOUND), 66);
    assert_int_equal(moly_status_exit_code(MOLY_ERR_INTERNAL), 70);
    assert_int_equal(moly_status_exit_code(MOLY_ERR_IO), 74);
    assert_int_equal(moly_status_http(MOLY_ERR_RULE), 409);
    assert_string_equal(moly_status_name(MOLY_ERR_IO), "MOLY_ERR_IO");
    assert_string_equal(moly_status_text(MOLY_ERR_IO), "input or output failed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_cause_wins),
        cmocka_unit_test(a_refusal_names_its_rule),
        cmocka_unit_test(a_missing_record_is_allowed),
        cmocka_unit_test(context_stands_before_the_cause),
        cmocka_unit_test(long_messages_are_cut_between_characters),
        cmocka_unit_test(exit_codes_are_those_of_the_design),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
