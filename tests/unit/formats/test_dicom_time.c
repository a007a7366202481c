/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/formats/dicom.h"

static void dates_are_days_since_1970(void **state)
{
    (void)state;
    moly_dicom_time t = MOLY_DICOM_TIME_NONE;
    assert_true(moly_dicom_parse_date("19700102", &t));
    assert_true(t.day == 1);
    assert_true(moly_dicom_parse_date("1969.12.31", &t));
    assert_true(t.day == -1);
    assert_true(moly_dicom_parse_date("20241004 ", &t));
    assert_true(t.day == 20000);
}

static void times_may_stop_at_any_field(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double second;
    } cases[] = {
        {"11", 39600.0},       {"1139", 41940.0},   {"113900", 41940.0}, {"113900.25", 41940.25},
        {"11:39:01", 41941.0}, {"235960", 86400.0}, {"000000.000", 0.0}, {"120000\\13", 43200.0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        moly_dicom_time t = MOLY_DICOM_TIME_NONE;
        assert_true(moly_dicom_parse_time(cases[i].text, &t));
        assert_relative(t.second, cases[i].second, 1e-15);
    }
}

static void what_is_no_time_leaves_the_time_alone(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "1", "2400", "1160", "11390", "113961", "noon", "-1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        moly_dicom_time t = {5, 7.0};
        assert_false(moly_dicom_parse_time(bad[i], &t));
        assert_true(t.day == 5 && t.second == 7.0);
    }
    moly_dicom_time t = {5, 7.0};
    assert_false(moly_dicom_parse_date("20240230", &t));
    assert_false(moly_dicom_parse_date("2024", &t));
    assert_false(moly_dicom_parse_date(NULL, &t));
    assert_true(t.day == 5);
}

static void a_date_time_tells_its_offset(void **state)
{
    (void)state;
    moly_dicom_time t = MOLY_DICOM_TIME_NONE;
    int offset_minutes = 999;
    assert_true(moly_dicom_parse_datetime("20241004113900.00", &t, &offset_minutes));
    assert_int_equal(offset_minutes, 999);
    assert_true(t.day == 20000 && t.second == 41940.0);
    assert_true(moly_dicom_parse_datetime("20241004113900+0630", &t, &offset_minutes));
    assert_int_equal(offset_minutes, 390);
    assert_true(moly_dicom_parse_datetime("20241004113900-0500", &t, &offset_minutes));
    assert_int_equal(offset_minutes, -300);
    assert_false(moly_dicom_parse_datetime("20241004", &t, NULL));
    assert_false(moly_dicom_parse_datetime("20241004113900+06", &t, NULL));
}

static void times_print_as_people_write_them(void **state)
{
    (void)state;
    char text[MOLY_DICOM_TIME_SIZE];
    assert_string_equal(moly_dicom_format_time((moly_dicom_time){20000, 41940.9}, text),
                        "2024-10-04 11:39:00");
    assert_string_equal(moly_dicom_format_time((moly_dicom_time){MOLY_DICOM_NO_DAY, 41940.0}, text),
                        "11:39:00");
    assert_string_equal(moly_dicom_format_time(MOLY_DICOM_TIME_NONE, text), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_days_since_1970),
        cmocka_unit_test(times_may_stop_at_any_field),
        cmocka_unit_test(what_is_no_time_leaves_the_time_alone),
        cmocka_unit_test(a_date_time_tells_its_offset),
        cmocka_unit_test(times_print_as_people_write_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
