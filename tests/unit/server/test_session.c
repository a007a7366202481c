/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <sodium.h>

#include "limits.h"
#include "session.h"

static session opened, found;
static char token[SESSION_TOKEN_SIZE];

static session_table *one_session(void)
{
    moly_error err = {0};
    session_table *table = session_table_new();
    assert_ok(session_open(table, "admin", "ab", 100.0, token, &opened, &err), err);
    return table;
}

static void a_session_is_found_by_its_token_alone(void **state)
{
    (void)state;
    session_table *table = one_session();
    char other[SESSION_TOKEN_SIZE];
    assert_true(session_find(table, token, 101.0, true, &found));
    assert_string_equal(found.user, "admin");
    assert_string_equal(found.csrf, opened.csrf);
    memcpy(other, token, sizeof other);
    other[10] = other[10] == '0' ? '1' : '0';
    assert_false(session_find(table, other, 101.0, true, &found));
    assert_false(session_find(table, "", 101.0, true, &found));
    assert_false(session_find(table, "zz", 101.0, true, &found));
    assert_false(session_find(table, NULL, 101.0, true, &found));
    session_table_free(table);
}

static void an_idle_session_ends_and_a_quiet_reading_does_not_keep_it(void **state)
{
    (void)state;
    session_table *table = one_session();
    assert_true(session_find(table, token, 100.0 + SESSION_IDLE_S - 1, true, &found));
    assert_true(session_find(table, token, 99.0 + 2 * SESSION_IDLE_S, false, &found));
    assert_true(session_is_open(table, found.number, 99.0 + 2 * SESSION_IDLE_S));
    assert_false(session_is_open(table, found.number, 101.0 + 2 * SESSION_IDLE_S));
    assert_false(session_find(table, token, 101.0 + 2 * SESSION_IDLE_S, true, &found));
    session_table_free(table);
}

static void a_session_in_use_ends_after_its_life_all_the_same(void **state)
{
    (void)state;
    session_table *table = one_session();
    double now_s = 100.0;
    while (now_s + 600.0 < 100.0 + SESSION_LIFE_S) {
        now_s += 600.0;
        assert_true(session_find(table, token, now_s, true, &found));
    }
    assert_false(session_find(table, token, 101.0 + SESSION_LIFE_S, true, &found));
    session_table_free(table);
}

static void a_closed_session_is_gone(void **state)
{
    (void)state;
    session_table *table = one_session();
    session_close(table, token);
    assert_false(session_find(table, token, 101.0, true, &found));
    session_close(table, token);
    session_table_free(table);
}

static void the_oldest_session_of_a_person_makes_room(void **state)
{
    (void)state;
    moly_error err = {0};
    session_table *table = one_session();
    char later[SESSION_TOKEN_SIZE];
    for (int i = 0; i < SESSION_MAX_PER_USER; i++) {
        assert_true(session_find(table, token, 101.0, false, &found));
        if (i < SESSION_MAX_PER_USER - 1) {
            assert_ok(session_open(table, "admin", "ab", 101.0 + i, later, &opened, &err), err);
        }
    }
    assert_ok(session_open(table, "admin", "ab", 200.0, later, &opened, &err), err);
    assert_false(session_find(table, token, 201.0, false, &found));
    assert_true(session_find(table, later, 201.0, false, &found));
    session_table_free(table);
}

static void the_csrf_token_must_be_this_sessions(void **state)
{
    (void)state;
    session_table *table = one_session();
    assert_true(session_csrf_is(&opened, opened.csrf));
    assert_false(session_csrf_is(&opened, token));
    assert_false(session_csrf_is(&opened, ""));
    assert_false(session_csrf_is(&opened, NULL));
    assert_string_not_equal(opened.csrf, token);
    session_table_free(table);
}

static void wrong_passwords_of_one_address_run_out_and_come_back(void **state)
{
    (void)state;
    rate_table *table = rate_table_new();
    for (int i = 0; i < LIMIT_WRONG_PASSWORDS; i++) {
        assert_int_equal(rate_take(table, "192.0.2.1", 100.0), 0);
    }
    assert_int_equal(rate_take(table, "192.0.2.1", 100.0), LIMIT_WRONG_PASSWORD_S);
    assert_int_equal(rate_take(table, "192.0.2.2", 100.0), 0);
    assert_int_equal(rate_take(table, "192.0.2.1", 100.0 + LIMIT_WRONG_PASSWORD_S), 0);
    assert_true(rate_take(table, "192.0.2.1", 100.0 + LIMIT_WRONG_PASSWORD_S) > 0);
    rate_give_back(table, "192.0.2.1");
    assert_int_equal(rate_take(table, "192.0.2.1", 100.0 + LIMIT_WRONG_PASSWORD_S), 0);
    rate_table_free(table);
}

int main(void)
{
    if (sodium_init() < 0) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_is_found_by_its_token_alone),
        cmocka_unit_test(an_idle_session_ends_and_a_quiet_reading_does_not_keep_it),
        cmocka_unit_test(a_session_in_use_ends_after_its_life_all_the_same),
        cmocka_unit_test(a_closed_session_is_gone),
        cmocka_unit_test(the_oldest_session_of_a_person_makes_room),
        cmocka_unit_test(the_csrf_token_must_be_this_sessions),
        cmocka_unit_test(wrong_passwords_of_one_address_run_out_and_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
