/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <jansson.h>

#include "moly/base/json.h"
#include "sample_declaration.h"

static moly_status parse(const char *text, moly_arena *arena, struct sample_args *args,
                         moly_error *err)
{
    json_t *object = NULL;
    moly_error bad = {0};
    assert_ok(moly_json_parse(text, strlen(text), &object, &bad), bad);
    moly_status status =
        moly_declare_parse_json(&sample_declaration, NULL, object, arena, args, err);
    json_decref(object);
    return status;
}

#define assert_refused(text, wanted, piece)                                                        \
    do {                                                                                           \
        moly_arena *arena_ = moly_arena_new();                                                     \
        struct sample_args args_;                                                                  \
        moly_error err_ = {0};                                                                     \
        assert_fails(parse((text), arena_, &args_, &err_), (wanted), (piece), err_);               \
        moly_arena_free(arena_);                                                                   \
    } while (0)

static void an_object_fills_the_same_arguments_as_the_command_line(void **state)
{
    (void)state;
    moly_arena *arena = moly_arena_new();
    struct sample_args args;
    moly_error err = {0};
    assert_ok(parse("{\"generator\":\"G-1\",\"volume\":\"5 mL\",\"efficiency\":0.8,"
                    "\"vial_count\":3,\"dry\":true,\"shade\":\"none\","
                    "\"at\":\"2026-11-22T06:00:00Z\",\"after\":[\"1 h\",\"10 min\"],"
                    "\"note\":[\"a\",\"b\"],\"password\":null}",
                    arena, &args, &err),
              err);
    assert_string_equal(args.generator, "G-1");
    assert_true(args.volume_ml == 5.0 && args.efficiency == 0.8);
    assert_int_equal(args.vials, 3);
    assert_int_equal(args.is_dry, 1);
    assert_int_equal(args.shade, 2);
    assert_int_equal(args.after_s.n, 2);
    assert_true(args.after_s.values[1] == 600.0);
    assert_string_equal(args.notes.values[1], "b");
    assert_null(args.password);
    moly_arena_free(arena);
}

static void an_unknown_field_is_refused_with_the_nearest(void **state)
{
    (void)state;
    assert_refused("{\"generator\":\"G\",\"volum\":\"5 mL\"}", MOLY_ERR_USAGE,
                   "unknown field \"volum\"; did you mean \"volume\"?");
    assert_refused("{\"qqqqqqqqq\":1}", MOLY_ERR_USAGE, "elute has no field \"qqqqqqqqq\"");
}

static void a_quantity_without_unit_is_refused_where_one_is_needed(void **state)
{
    (void)state;
    assert_refused("{\"generator\":\"G\",\"volume\":5}", MOLY_ERR_USAGE,
                   "volume: a bare number has no unit; write volume as text");
    assert_refused("{\"generator\":\"G\",\"volume\":\"60 mL\"}", MOLY_ERR_RANGE,
                   "volume: 60 mL is above the most allowed, 50 mL");
    assert_refused("{\"generator\":\"G\",\"volume\":\"1,5 mL\"}", MOLY_ERR_USAGE, "1.5");
    assert_refused("{\"generator\":\"G\",\"volume\":\"1 mL\",\"efficiency\":1.5}", MOLY_ERR_RANGE,
                   "efficiency: 150 % is above the most allowed, 100 %");
}

static void another_type_is_refused_by_name(void **state)
{
    (void)state;
    assert_refused("{\"generator\":7}", MOLY_ERR_USAGE,
                   "generator: a text is expected, not an integer");
    assert_refused("{\"dry\":\"yes\"}", MOLY_ERR_USAGE,
                   "dry: true or false is expected, not a text");
    assert_refused("{\"vial_count\":2.0}", MOLY_ERR_USAGE, "vial-count: an integer is expected");
    assert_refused("{\"after\":\"1 h\"}", MOLY_ERR_USAGE,
                   "after: an array is expected, not a text");
    assert_refused("{\"after\":[\"1 h\",\"9 d\"]}", MOLY_ERR_RANGE, "after: item 2: 9 d is above");
    assert_refused("{\"shade\":\"gold\"}", MOLY_ERR_UNKNOWN, "lead, tungsten, none");
    assert_refused("[1]", MOLY_ERR_USAGE, "elute takes a JSON object");
}

static void what_is_required_and_missing_is_named_without_dashes(void **state)
{
    (void)state;
    assert_refused("{\"generator\":\"G\"}", MOLY_ERR_USAGE, "volume is required");
    assert_refused("{\"generator\":\"\",\"volume\":\"1 mL\"}", MOLY_ERR_RANGE, "generator");
}

static void both_spellings_of_a_name_are_one_field(void **state)
{
    (void)state;
    assert_refused("{\"vial_count\":2,\"vial-count\":3}", MOLY_ERR_USAGE, "given twice");
}

static void the_object_made_from_arguments_reads_back_the_same(void **state)
{
    (void)state;
    moly_arena *arena = moly_arena_new();
    moly_error err = {0};
    struct sample_args args;
    struct sample_args again;
    char *argv[] = {"G", "-v", "0.3 mL", "--after", "1.1 h, 7 min", "--password", "p", "--no-dry"};
    assert_ok(moly_declare_parse_argv(&sample_declaration, NULL, 8, argv, arena, &args, &err), err);
    json_t *object = moly_declare_object(&sample_declaration, &args);
    assert_ok(moly_declare_parse_json(&sample_declaration, NULL, object, arena, &again, &err), err);
    assert_string_equal(again.generator, "G");
    assert_true(again.volume_ml == args.volume_ml);
    assert_true(again.after_s.values[0] == args.after_s.values[0]);
    assert_true(again.at.us == args.at.us);
    assert_int_equal(again.is_dry, 0);
    assert_string_equal(again.password, "p");
    json_decref(object);
    moly_arena_free(arena);
}

static void the_schema_says_what_the_parser_does(void **state)
{
    (void)state;
    json_t *schema = moly_declare_schema(&sample_declaration);
    char *text = moly_json_canonical(schema);
    assert_non_null(strstr(text, "\"additionalProperties\":false"));
    assert_non_null(strstr(text, "\"required\":[\"generator\",\"volume\"]"));
    json_t *properties = json_object_get(schema, "properties");
    assert_int_equal(json_object_size(properties), sample_declaration.n_params);
    json_t *volume = json_object_get(properties, "volume");
    assert_string_equal(json_string_value(json_object_get(volume, "type")), "string");
    assert_string_equal(json_string_value(json_object_get(volume, "x-moly-unit")), "mL");
    json_t *count = json_object_get(properties, "vial_count");
    assert_int_equal(json_integer_value(json_object_get(count, "maximum")), 9);
    moly_free(text);
    json_decref(schema);
}

static void the_description_gives_a_form_what_it_needs(void **state)
{
    (void)state;
    json_t *params = moly_declare_describe(&sample_declaration, NULL);
    assert_int_equal(json_array_size(params), sample_declaration.n_params);
    json_t *volume = json_array_get(params, 1);
    assert_string_equal(json_string_value(json_object_get(volume, "type")), "quantity");
    assert_string_equal(json_string_value(json_object_get(volume, "dimension")), "volume");
    assert_string_equal(json_string_value(json_object_get(volume, "field")), "volume_ml");
    assert_string_equal(json_string_value(json_object_get(volume, "max_text")), "50 mL");
    assert_true(json_is_true(json_object_get(volume, "required")));
    assert_true(json_array_size(json_object_get(volume, "units")) > 2);
    json_t *shade = json_array_get(params, 5);
    assert_int_equal(json_array_size(json_object_get(shade, "choices")), 3);
    assert_string_equal(json_string_value(json_object_get(shade, "default")), "lead");
    json_decref(params);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_fills_the_same_arguments_as_the_command_line),
        cmocka_unit_test(an_unknown_field_is_refused_with_the_nearest),
        cmocka_unit_test(a_quantity_without_unit_is_refused_where_one_is_needed),
        cmocka_unit_test(another_type_is_refused_by_name),
        cmocka_unit_test(what_is_required_and_missing_is_named_without_dashes),
        cmocka_unit_test(both_spellings_of_a_name_are_one_field),
        cmocka_unit_test(the_object_made_from_arguments_reads_back_the_same),
        cmocka_unit_test(the_schema_says_what_the_parser_does),
        cmocka_unit_test(the_description_gives_a_form_what_it_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
