/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/base/instant.h"

static void instants_of_the_calendar_are_those_of_posix(void **state)
{
    (void)state;
    /* Seconds since the epoch: POSIX.1-2017, 4.16 (formula). */
    static const struct {
        const char *text;
        int64_t seconds;
    } rows[] = {
        {"1970-01-01T00:00Z", 0},
        {"2000-02-29T12:00:00Z", 951825600},
        {"2026-11-22T06:00Z", 1795327200},
        {"1969-12-31T23:59:59Z", -1},
        {"2038-01-19T03:14:08Z", INT64_C(2147483648)},
        {"0001-01-01T00:00:00Z", INT64_C(-62135596800)},
        {"9999-12-31T23:59:59Z", INT64_C(253402300799)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        moly_error err = {0};
        moly_instant t;
        assert_ok(moly_instant_parse(rows[i].text, &t, &err), err);
        assert_int_equal(t.us, rows[i].seconds * 1000000);
    }
}

static void every_day_of_four_centuries_reads_back(void **state)
{
    (void)state;
    for (int64_t day = -150000; day < 150000; day += 7) {
        moly_instant t = {day * 86400 * 1000000 + 12345678};
        char text[MOLY_INSTANT_TEXT_SIZE];
        moly_error err = {0};
        moly_instant back;
        assert_ok(moly_instant_parse(moly_instant_format(t, text), &back, &err), err);
        assert_int_equal(back.us, t.us);
    }
}

static void zones_and_fractions_are_understood(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_instant a, b, c;
    assert_ok(moly_instant_parse("2026-11-22T06:00:30.25+06:00", &a, &err), err);
    assert_ok(moly_instant_parse("20261122T000030.25Z", &b, &err), err);
    assert_ok(moly_instant_parse("2026-11-21 20:00:30.25-0400", &c, &err), err);
    assert_int_equal(a.us, b.us);
    assert_int_equal(a.us, c.us);
    char text[MOLY_INSTANT_TEXT_SIZE];
    assert_string_equal(moly_instant_format(a, text), "2026-11-22T00:00:30.250000Z");
}

static void what_is_no_instant_is_refused_with_a_hint(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_instant t = {42};
    assert_fails(moly_instant_parse("2026-11-22T06:00", &t, &err), MOLY_ERR_DATA, "no time zone",
                 err);
    assert_fails(moly_instant_parse("22.11.2026 06:00", &t, &err), MOLY_ERR_DATA, "is no instant",
                 err);
    assert_fails(moly_instant_parse("2026-02-29T06:00Z", &t, &err), MOLY_ERR_RANGE, "1..28", err);
    assert_fails(moly_instant_parse("2026-13-01T06:00Z", &t, &err), MOLY_ERR_RANGE, "month 13",
                 err);
    assert_fails(moly_instant_parse("2026-11-22T24:00Z", &t, &err), MOLY_ERR_RANGE, "time of the",
                 err);
    assert_fails(moly_instant_parse("2026-11-22T06:00Zulu", &t, &err), MOLY_ERR_DATA, "time zone",
                 err);
    assert_fails(moly_instant_parse("0001-01-01T00:00+01:00", &t, &err), MOLY_ERR_RANGE, "years",
                 err);
    assert_fails(moly_instant_parse("", &t, &err), MOLY_ERR_DATA, "no instant", err);
    assert_int_equal(t.us, 42);
}

static void durations_move_instants_and_stop_at_the_ends(void **state)
{
    (void)state;
    moly_instant t = {0};
    assert_int_equal(moly_instant_add_s(t, 0.5).us, 500000);
    assert_int_equal(moly_instant_add_s(t, -3600).us, -3600 * INT64_C(1000000));
    assert_true(moly_instant_difference_s(t, moly_instant_add_s(t, 21636)) == 21636.0);
    assert_int_equal(moly_instant_calendar(moly_instant_add_s(t, 1e30), 0).year, 9999);
    assert_int_equal(moly_instant_calendar(moly_instant_add_s(t, -1e30), 0).year, 1);
    assert_true(moly_instant_is_none(MOLY_INSTANT_NONE));
}

static void a_clock_is_what_its_owner_says(void **state)
{
    (void)state;
    moly_instant now = {7};
    moly_clock fixed = moly_clock_fixed(&now);
    assert_int_equal(moly_clock_now(&fixed).us, 7);
    now.us = 8;
    assert_int_equal(moly_clock_now(&fixed).us, 8);
    assert_true(fixed.is_simulated);
    moly_clock machine = moly_clock_system();
    assert_true(moly_clock_now(&machine).us > INT64_C(1700000000) * 1000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instants_of_the_calendar_are_those_of_posix),
        cmocka_unit_test(every_day_of_four_centuries_reads_back),
        cmocka_unit_test(zones_and_fractions_are_understood),
        cmocka_unit_test(what_is_no_instant_is_refused_with_a_hint),
        cmocka_unit_test(durations_move_instants_and_stop_at_the_ends),
        cmocka_unit_test(a_clock_is_what_its_owner_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
