/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <float.h>

#include "moly/base/memory.h"
#include "moly/base/random.h"
#include "moly/base/text.h"

static void numbers_print_with_the_fewest_digits(void **state)
{
    (void)state;
    char text[MOLY_NUMBER_TEXT_SIZE];
    assert_string_equal(moly_number_format(6.0067, 17, text), "6.0067");
    assert_string_equal(moly_number_format(0.1 + 0.2, 15, text), "0.3");
    assert_string_equal(moly_number_format(0.1 + 0.2, 17, text), "0.30000000000000004");
    assert_string_equal(moly_number_format(1e6, 15, text), "1000000");
    assert_string_equal(moly_number_format(18523, 2, text), "19000");
    assert_string_equal(moly_number_format(1.5e-4, 15, text), "0.00015");
    assert_string_equal(moly_number_format(6.02214076e23, 15, text), "6.02214076e+23");
    assert_string_equal(moly_number_format(-0.0, 15, text), "0");
    assert_string_equal(moly_number_format(-2.5, 3, text), "-2.5");
}

static void seventeen_digits_read_back_every_double(void **state)
{
    (void)state;
    moly_random random = moly_random_stream(1, 2);
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = (uint64_t)moly_random_u32(&random) << 32 | moly_random_u32(&random);
        double value, back;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) {
            continue;
        }
        char text[MOLY_NUMBER_TEXT_SIZE];
        moly_error err = {0};
        assert_ok(moly_number_parse(moly_number_format(value, 17, text), &back, &err), err);
        assert_true(back == value);
    }
}

static void what_is_no_number_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", " 1", "1 ", "0x10", "nan", "inf", "1,5", "--1", "1e"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        moly_error err = {0};
        double value;
        assert_fails(moly_number_parse(bad[i], &value, &err), MOLY_ERR_DATA, "not a number", err);
    }
    moly_error err = {0};
    int64_t whole;
    assert_ok(moly_integer_parse("-9223372036854775808", &whole, &err), err);
    assert_fails(moly_integer_parse("9223372036854775808", &whole, &err), MOLY_ERR_RANGE,
                 "too large", err);
    assert_fails(moly_integer_parse("7.5", &whole, &err), MOLY_ERR_DATA, "whole", err);
}

static void utf8_is_checked_by_the_letter(void **state)
{
    (void)state;
    assert_true(moly_is_utf8("Айгүл Сыдыкова, محمد, Đorđe, 山田\n"));
    assert_false(moly_is_utf8("\xC0\xAF"));     /* overlong */
    assert_false(moly_is_utf8("\xED\xA0\x80")); /* surrogate */
    assert_false(moly_is_utf8("\xF4\x90\x80\x80"));
    assert_false(moly_is_utf8("\xE2\x82"));
    assert_false(moly_is_utf8("a\x01"));
    assert_int_equal(moly_display_width("Айгүл"), 5);
    assert_int_equal(moly_display_width("山田"), 4);
    assert_int_equal(moly_display_width("e\xCC\x81"), 1);
}

static void a_buffer_without_memory_stays_broken(void **state)
{
    (void)state;
    moly_text text = {0};
    moly_text_add(&text, "kit");
    moly_text_printf(&text, " %d", 7);
    assert_string_equal(moly_text_get(&text), "kit 7");
    moly_alloc_fail_after(1);
    for (int i = 0; i < 100; i++) {
        moly_text_add(&text, "..........");
    }
    assert_true(text.is_broken);
    moly_text_free(&text);
    assert_string_equal(moly_text_get(&text), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_print_with_the_fewest_digits),
        cmocka_unit_test(seventeen_digits_read_back_every_double),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(utf8_is_checked_by_the_letter),
        cmocka_unit_test(a_buffer_without_memory_stays_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
