/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <jansson.h>

#include "moly/base/json.h"
#include "moly/base/memory.h"

static json_t *parse(const char *text)
{
    moly_error err = {0};
    json_t *json = NULL;
    assert_ok(moly_json_parse(text, strlen(text), &json, &err), err);
    return json;
}

static void the_canonical_text_does_not_depend_on_the_order(void **state)
{
    (void)state;
    json_t *a = parse("{\"b\": [1, 2.50, {\"z\": null, \"a\": \"\\u0416\"}], \"a\": 6.0067}");
    json_t *b = parse("{\"a\":6.00670, \"b\":[1,2.5,{\"a\":\"Ж\",\"z\":null}]}");
    char *first = moly_json_canonical(a), *second = moly_json_canonical(b);
    assert_string_equal(first, second);
    assert_string_equal(first, "{\"a\":6.0067,\"b\":[1,2.5,{\"a\":\"Ж\",\"z\":null}]}");
    moly_free(first);
    moly_free(second);
    json_decref(a);
    json_decref(b);
}

static void broken_json_says_where(void **state)
{
    (void)state;
    static const char *const bad[] = {"{\"a\":1,\"a\":2}", "{", "[1,]", "1 2", "\"\xff\"", ""};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        moly_error err = {0};
        json_t *json = NULL;
        assert_fails(moly_json_parse(bad[i], strlen(bad[i]), &json, &err), MOLY_ERR_DATA, "line 1",
                     err);
        assert_null(json);
    }
}

static void deep_nesting_is_refused(void **state)
{
    (void)state;
    char deep[200];
    memset(deep, '[', sizeof deep);
    moly_error err = {0};
    json_t *json = NULL;
    assert_fails(moly_json_parse(deep, sizeof deep, &json, &err), MOLY_ERR_DATA, "64 levels", err);
}

static void reals_are_rounded_to_the_digits_they_have(void **state)
{
    (void)state;
    json_t *real = moly_json_rounded(18523456789.0, 4);
    assert_true(json_real_value(real) == 18520000000.0);
    json_decref(real);
    json_t *nothing = moly_json_real(NAN);
    assert_true(json_is_null(nothing));
    json_decref(nothing);
}

static void members_are_asked_for_by_name(void **state)
{
    (void)state;
    json_t *object = parse("{\"id\":\"K-1\",\"ml\":5,\"n\":3.5}");
    moly_error err = {0};
    const char *text;
    double value;
    int64_t whole;
    assert_ok(moly_json_get_text(object, "id", &text, &err), err);
    assert_string_equal(text, "K-1");
    assert_ok(moly_json_get_real(object, "ml", &value, &err), err);
    assert_fails(moly_json_get_integer(object, "n", &whole, &err), MOLY_ERR_DATA, "'n'", err);
    assert_fails(moly_json_get_text(object, "lot", &text, &err), MOLY_ERR_DATA, "missing", err);
    json_decref(object);
}

static void an_error_travels_as_json(void **state)
{
    (void)state;
    moly_error err = {0};
    (void)MOLY_REFUSE(&err, "R-22", "Mo-99 above its limit");
    json_t *json = moly_error_json(&err);
    char *text = moly_json_canonical(json);
    assert_string_equal(text, "{\"error\":{\"exit_code\":3,\"http\":409,\"message\":\"Mo-99 above "
                              "its limit\",\"rule\":\"R-22\",\"status\":\"MOLY_ERR_RULE\"}}");
    moly_free(text);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_canonical_text_does_not_depend_on_the_order),
        cmocka_unit_test(broken_json_says_where),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(reals_are_rounded_to_the_digits_they_have),
        cmocka_unit_test(members_are_asked_for_by_name),
        cmocka_unit_test(an_error_travels_as_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
