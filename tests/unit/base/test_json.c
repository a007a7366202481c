/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <float.h>
#include <jansson.h>
#include <math.h>

#include "moly/base/json.h"
#include "moly/base/memory.h"
#include "moly/base/random.h"

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

/* ---- the canonical bytes are those that were always written: what was hashed once must hash the
 * same for ever. Longhand: jansson writes each scalar, and the fewest digits are found by trial.
 * ---- */

static void number_longhand(double value, char *text, size_t size)
{
    enum { DIGITS = 15 };
    (void)snprintf(text, size, "%.*e", DIGITS - 1, value);
    double rounded = strtod(text, NULL);
    int digits = 1;
    do {
        (void)snprintf(text, size, "%.*e", digits - 1, value);
    } while (digits++ < DIGITS && strtod(text, NULL) != rounded);
    digits--;
    int exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    if (rounded == 0) {
        (void)snprintf(text, size, "0");
    } else if (exponent >= -5 && exponent < 15) {
        int decimals = digits - 1 - exponent;
        (void)snprintf(text, size, "%.*f", decimals > 0 ? decimals : 0, rounded);
    }
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void canonical_longhand(moly_text *out, const json_t *value)
{
    size_t n = json_is_object(value) ? json_object_size(value) : json_array_size(value), i = 0;
    if (json_is_object(value)) {
        const char **keys = calloc(n + 1, sizeof *keys), *key;
        json_t *member;
        json_object_foreach((json_t *)value, key, member)
        {
            keys[i++] = key;
        }
        qsort(keys, n, sizeof *keys, compare_texts);
        for (i = 0; i < n; i++) {
            json_t *name = json_string(keys[i]);
            moly_text_add(out, i > 0 ? "," : "{");
            canonical_longhand(out, name);
            moly_text_add(out, ":");
            canonical_longhand(out, json_object_get(value, keys[i]));
            json_decref(name);
        }
        moly_text_add(out, n > 0 ? "}" : "{}");
        free(keys);
    } else if (json_is_array(value)) {
        for (i = 0; i < n; i++) {
            moly_text_add(out, i > 0 ? "," : "[");
            canonical_longhand(out, json_array_get(value, i));
        }
        moly_text_add(out, n > 0 ? "]" : "[]");
    } else if (json_is_real(value)) {
        char number[64];
        number_longhand(json_real_value(value), number, sizeof number);
        moly_text_add(out, number);
    } else {
        char *text = json_dumps(value, JSON_ENCODE_ANY);
        moly_text_add(out, text);
        free(text);
    }
}

static uint64_t random_u64(moly_random *random)
{
    return (uint64_t)moly_random_u32(random) << 32 | moly_random_u32(random);
}

static double random_double(moly_random *random)
{
    double value = moly_random_uniform(random);
    uint64_t bits = random_u64(random);
    char text[64];
    switch (random_u64(random) % 6) {
    case 0: /* any bits */
        memcpy(&value, &bits, sizeof value);
        break;
    case 1: /* a whole number */
        value = (double)(int64_t)(bits >> (bits % 60));
        break;
    case 2: /* few digits */
        (void)snprintf(text, sizeof text, "%.*e", (int)(bits % 15), value * 1e9);
        value = strtod(text, NULL);
        break;
    case 3: /* around what is written plainly */
        value *= pow(10.0, (double)(bits % 24) - 7.0);
        break;
    case 4: /* the ends of the range */
        value *= bits % 2 ? 1e-307 : DBL_MAX;
        break;
    default: /* a half between two of fifteen digits */
        value = (double)(bits >> 14) / 32.0;
        break;
    }
    return isfinite(value) ? (bits & 1 ? -value : value) : 1.0;
}

static json_t *random_json(moly_random *random, int depth)
{
    static const char *const texts[] = {
        "",           "Tc-99m",       "\"quoted\"", "back\\slash",      "a/b",
        "\b\f\n\r\t", "\x01\x1f\x7f", "Технеций",   "\xF0\x9F\x98\x80", "at",
        "activity_bq"};
    enum { N_TEXTS = sizeof texts / sizeof texts[0] };
    uint64_t n = random_u64(random) % 30, kind = random_u64(random) % (depth > 0 ? 8 : 6);
    json_t *made = NULL;
    switch (kind) {
    case 0:
        return json_integer((json_int_t)(random_u64(random) >> (n * 2)));
    case 1:
        return json_integer(n == 0 ? INT64_MIN : -(json_int_t)n);
    case 2:
        return n % 3 == 0 ? json_null() : json_boolean(n % 3 == 1);
    case 3:
        return json_string(texts[n % N_TEXTS]);
    case 4:
    case 5:
        return json_real(random_double(random));
    case 6:
        made = json_array();
        for (uint64_t i = 0; i < n % 7; i++) {
            json_array_append_new(made, random_json(random, depth - 1));
        }
        return made;
    default:
        made = json_object();
        for (uint64_t i = 0; i < n; i++) {
            char key[64];
            (void)snprintf(key, sizeof key, "%s%d", texts[random_u64(random) % N_TEXTS],
                           (int)(random_u64(random) % 40));
            json_object_set_new(made, key, random_json(random, depth - 1));
        }
        return made;
    }
}

static void canonical_bytes_are_those_of_the_longhand(void **state)
{
    (void)state;
    moly_random random = moly_random_stream(15, 0);
    for (int i = 0; i < 3000; i++) {
        json_t *json = random_json(&random, 4);
        moly_text longhand = {0};
        canonical_longhand(&longhand, json);
        char *text = moly_json_canonical(json);
        assert_string_equal(text, moly_text_get(&longhand));
        moly_free(text);
        moly_text_free(&longhand);
        json_decref(json);
    }
    for (int i = 0; i < 100000; i++) {
        char text[64], number[MOLY_NUMBER_TEXT_SIZE];
        double value = random_double(&random);
        number_longhand(value, text, sizeof text);
        assert_string_equal(moly_number_format(value, 15, number), text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_canonical_text_does_not_depend_on_the_order),
        cmocka_unit_test(canonical_bytes_are_those_of_the_longhand),
        cmocka_unit_test(broken_json_says_where),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(reals_are_rounded_to_the_digits_they_have),
        cmocka_unit_test(members_are_asked_for_by_name),
        cmocka_unit_test(an_error_travels_as_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
