/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <jansson.h>
#include <unistd.h>

#include "moly/base/json.h"
#include "sample_declaration.h"

enum { MAX_WORDS = 32 };

typedef struct fixture {
    moly_arena *arena;
    moly_clock clock;
    moly_instant now;
    struct sample_args args;
    moly_error err;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    f->arena = moly_arena_new();
    moly_error err = {0};
    assert_ok(moly_instant_parse("2026-11-22T06:00:00Z", &f->now, &err), err);
    f->clock = moly_clock_fixed(&f->now);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    moly_arena_free(f->arena);
    free(f);
    return 0;
}

static moly_status parse(fixture *f, const char *const *words)
{
    char *argv[MAX_WORDS] = {0};
    int argc = 0;
    for (; words[argc]; argc++) {
        argv[argc] = moly_arena_strdup(f->arena, words[argc]);
    }
    memset(&f->args, 0x5A, sizeof f->args);
    return moly_declare_parse_argv(&sample_declaration, &f->clock, argc, argv, f->arena, &f->args,
                                   &f->err);
}
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void every_type_is_read_from_its_words(void **state)
{
    fixture *f = *state;
    assert_ok(parse(f, WORDS("G-1", "--volume", "5 mL", "--efficiency=0.8", "-n", "3", "--dry",
                             "--shade", "tungsten", "-t", "2026-11-22T07:00Z", "--after",
                             "1h,10 min", "--note", "a", "--note=b", "--extra", "{\"x\":[1]}")),
              f->err);
    assert_string_equal(f->args.generator, "G-1");
    assert_true(f->args.volume_ml == 5.0);
    assert_true(f->args.efficiency == 0.8);
    assert_int_equal(f->args.vials, 3);
    assert_int_equal(f->args.is_dry, 1);
    assert_int_equal(f->args.shade, 1);
    assert_int_equal(f->args.at.us - f->now.us, 3600 * INT64_C(1000000));
    assert_int_equal(f->args.after_s.n, 2);
    assert_true(f->args.after_s.values[0] == 3600.0 && f->args.after_s.values[1] == 600.0);
    assert_int_equal(f->args.notes.n, 2);
    assert_string_equal(f->args.notes.values[1], "b");
    assert_int_equal(json_array_size(json_object_get(f->args.extra, "x")), 1);
    assert_null(f->args.password);
}

struct document_args {
    json_t *day;
};
static json_t *document_schema(void)
{
    return json_pack("{s:s}", "type", "object");
}

/* One declaration: a name on the command line, the document itself in JSON, bounded in size. */
static void a_document_is_a_file_on_the_command_line_and_itself_in_json(void **state)
{
    fixture *f = *state;
    static const moly_param params[] = {
        {"day", 0, MOLY_JSON(struct document_args, day), .is_required = true, .is_positional = true,
         .pattern_hint = "FILE", .file_bytes = 12, .document = document_schema, .help = "a day"},
    };
    const moly_declaration declaration = {.name = "plan",
                                          .summary = "Plan",
                                          .params = params,
                                          .n_params = 1,
                                          .args_size = sizeof(struct document_args)};
    struct document_args args = {0};
    char path[] = "/tmp/moly-document-XXXXXX", *argv[] = {path};
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, "{\"x\":[1]}", 9) == 9);
    assert_ok(moly_declare_parse_argv(&declaration, &f->clock, 1, argv, f->arena, &args, &f->err),
              f->err);
    assert_int_equal(json_array_size(json_object_get(args.day, "x")), 1);
    assert_int_equal(write(fd, "    ", 4), 4);
    assert_fails(
        moly_declare_parse_argv(&declaration, &f->clock, 1, argv, f->arena, &args, &f->err),
        MOLY_ERR_RANGE, "12", f->err);
    (void)close(fd);
    (void)unlink(path);
    json_t *object = json_pack("{s:{s:i}}", "day", "y", 2);
    f->err = (moly_error){0};
    assert_ok(moly_declare_parse_json(&declaration, &f->clock, object, f->arena, &args, &f->err),
              f->err);
    assert_int_equal(json_integer_value(json_object_get(args.day, "y")), 2);
    json_decref(object);
    json_t *schema = moly_declare_schema(&declaration);
    const json_t *day = json_object_get(json_object_get(schema, "properties"), "day");
    assert_string_equal(json_string_value(json_object_get(day, "type")), "object");
    assert_string_equal(json_string_value(json_object_get(day, "description")), "a day");
    json_decref(schema);
}

static void what_is_not_given_reads_so_and_fallbacks_stand(void **state)
{
    fixture *f = *state;
    assert_ok(parse(f, WORDS("-v", "5mL", "G-1")), f->err);
    assert_true(f->args.efficiency == 0.9);
    assert_true(f->args.vials == INT64_MIN);
    assert_int_equal(f->args.is_dry, -1);
    assert_int_equal(f->args.shade, 0);
    assert_int_equal(f->args.at.us, f->now.us);
    assert_int_equal(f->args.after_s.n, 1);
    assert_int_equal(f->args.notes.n, 0);
    assert_null(f->args.extra);
}

static void a_switch_can_be_denied_and_a_value_stand_by_its_letter(void **state)
{
    fixture *f = *state;
    assert_ok(parse(f, WORDS("--no-dry", "-v5mL", "-n=2", "--", "-G")), f->err);
    assert_int_equal(f->args.is_dry, 0);
    assert_true(f->args.volume_ml == 5.0);
    assert_int_equal(f->args.vials, 2);
    assert_string_equal(f->args.generator, "-G");
}

static void a_given_list_replaces_its_fallback_and_grows(void **state)
{
    fixture *f = *state;
    assert_ok(parse(f, WORDS("G", "-v", "1mL", "--after", "1s, 2s,3 s", "--after", "4s,5s,6s")),
              f->err);
    assert_int_equal(f->args.after_s.n, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_true(f->args.after_s.values[i] == (double)(i + 1));
    }
}

static void an_unknown_option_is_refused_with_the_nearest(void **state)
{
    fixture *f = *state;
    assert_fails(parse(f, WORDS("G", "--volum", "5mL")), MOLY_ERR_USAGE,
                 "unknown option --volum; did you mean --volume?", f->err);
    assert_fails(parse(f, WORDS("G", "--zzzzzz", "5mL")), MOLY_ERR_USAGE,
                 "unknown option --zzzzzz; see moly help elute", f->err);
    assert_fails(parse(f, WORDS("G", "-q")), MOLY_ERR_USAGE, "unknown option -q", f->err);
    assert_fails(parse(f, WORDS("G", "--no-volume")), MOLY_ERR_USAGE, "unknown option", f->err);
}

static void bounds_are_told_with_value_limit_and_the_unit_that_was_typed(void **state)
{
    fixture *f = *state;
    assert_fails(parse(f, WORDS("G", "--volume", "60000 uL")), MOLY_ERR_RANGE,
                 "--volume: 60000 uL is above the most allowed, 50000 uL", f->err);
    assert_fails(parse(f, WORDS("G", "--volume", "0.01 mL")), MOLY_ERR_RANGE,
                 "--volume: 0.01 mL is below the least allowed, 0.1 mL", f->err);
    assert_fails(parse(f, WORDS("G", "--vial-count", "10")), MOLY_ERR_RANGE,
                 "--vial-count: 10 is above the most allowed, 9", f->err);
    assert_fails(parse(f, WORDS("G", "--after", "1h,2d")), MOLY_ERR_RANGE,
                 "--after: 2 d is above the most allowed, 1 d", f->err);
    assert_fails(parse(f, WORDS("G-123456789012", "-v", "1mL")), MOLY_ERR_RANGE,
                 "generator: 14 bytes of text, at most 12", f->err);
}

static void a_unit_is_needed_and_a_decimal_comma_refused(void **state)
{
    fixture *f = *state;
    assert_fails(parse(f, WORDS("G", "--volume", "5")), MOLY_ERR_USAGE, "--volume: ", f->err);
    assert_fails(parse(f, WORDS("G", "--volume", "5 MBq")), MOLY_ERR_USAGE, "activity", f->err);
    assert_fails(parse(f, WORDS("G", "--volume", "1,5 mL")), MOLY_ERR_USAGE, "1.5", f->err);
}

static void what_is_required_and_missing_is_named(void **state)
{
    fixture *f = *state;
    assert_fails(parse(f, WORDS("G")), MOLY_ERR_USAGE, "--volume is required: volume of the eluate",
                 f->err);
    assert_fails(parse(f, WORDS("-v", "1mL")), MOLY_ERR_USAGE, "generator is required", f->err);
    assert_fails(parse(f, WORDS("G", "--volume")), MOLY_ERR_USAGE, "--volume needs a value",
                 f->err);
    assert_fails(parse(f, WORDS("G", "--volume", "--dry")), MOLY_ERR_USAGE,
                 "--volume needs a value", f->err);
}

static void a_choice_lists_its_words(void **state)
{
    fixture *f = *state;
    assert_fails(parse(f, WORDS("G", "--shade", "tungstn")), MOLY_ERR_UNKNOWN,
                 "--shade: \"tungstn\" is none of: lead, tungsten, none; did you mean tungsten?",
                 f->err);
}

static void what_is_given_twice_or_too_much_is_refused(void **state)
{
    fixture *f = *state;
    assert_fails(parse(f, WORDS("G", "-v", "1mL", "--volume", "2mL")), MOLY_ERR_USAGE,
                 "--volume: given twice", f->err);
    assert_fails(parse(f, WORDS("G", "H", "-v", "1mL")), MOLY_ERR_USAGE, "\"H\" was not expected",
                 f->err);
    assert_fails(parse(f, WORDS("G", "--no-dry=1")), MOLY_ERR_USAGE, "takes no value", f->err);
}

static void text_that_is_not_utf8_is_refused(void **state)
{
    fixture *f = *state;
    assert_fails(parse(f, WORDS("G\xFF", "-v", "1mL")), MOLY_ERR_USAGE, "UTF-8", f->err);
    assert_fails(parse(f, WORDS("G\x1B[2J", "-v", "1mL")), MOLY_ERR_USAGE, "control", f->err);
}

static void a_failed_parse_leaves_the_arguments_alone(void **state)
{
    fixture *f = *state;
    struct sample_args before;
    memset(&before, 0x5A, sizeof before);
    assert_fails(parse(f, WORDS("G", "--volume", "60 mL")), MOLY_ERR_RANGE, "", f->err);
    assert_memory_equal(&f->args, &before, sizeof before);
}

static void every_failing_allocation_ends_as_out_of_memory(void **state)
{
    (void)state;
    moly_status status = MOLY_ERR_MEMORY;
    size_t n = 1;
    for (; status == MOLY_ERR_MEMORY && n < 200; n++) {
        moly_arena *arena = moly_arena_new();
        moly_error err = {0};
        struct sample_args args;
        char *argv[] = {"G", "-v", "1mL", "--note", "x", "--after", "1s,2s,3s,4s,5s"};
        moly_alloc_fail_after(n);
        status = moly_declare_parse_argv(&sample_declaration, NULL, 7, argv, arena, &args, &err);
        moly_alloc_fail_after(0);
        moly_arena_free(arena);
    }
    assert_int_equal(status, MOLY_OK);
    assert_true(n > 2);
}

static void fields_carry_units_and_leave_secrets_out(void **state)
{
    fixture *f = *state;
    assert_ok(parse(f, WORDS("G-1", "-v", "5mL", "--password", "hidden", "--after", "1h,2h",
                             "--vial-count", "2", "--no-dry")),
              f->err);
    json_t *fields = moly_declare_fields(&sample_declaration, &f->args);
    char *text = moly_json_canonical(fields);
    assert_string_equal(text,
                        "{\"after_s\":[3600,7200],\"at\":\"2026-11-22T06:00:00Z\",\"dry\":false,"
                        "\"efficiency_fraction\":0.9,\"generator\":\"G-1\",\"shade\":\"lead\","
                        "\"vial_count\":2,\"volume_ml\":5}");
    moly_free(text);
    json_decref(fields);
}

static void defaults_alone_need_nothing_that_is_required(void **state)
{
    fixture *f = *state;
    assert_ok(moly_declare_defaults(&sample_declaration, &f->clock, f->arena, &f->args, &f->err),
              f->err);
    assert_null(f->args.generator);
    assert_true(isnan(f->args.volume_ml));
    assert_int_equal(f->args.shade, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static void instants_are_a_list_in_words_and_in_json(void **state)
{
    fixture *f = *state;
    struct args {
        moly_instant_list at;
    } args;
    static const moly_param params[] = {
        {"at", 0, MOLY_INSTANT_LIST(struct args, at), .help = "instants"}};
    static const moly_declaration declaration = {
        .name = "wait", .params = params, .n_params = 1, .args_size = sizeof args};
    char name[] = "--at", first[] = "2026-11-20T06:00Z, now", second[] = "2026-11-24T06:00Z";
    char *argv[] = {name, first, name, second, NULL};
    assert_ok(moly_declare_parse_argv(&declaration, &f->clock, 4, argv, f->arena, &args, &f->err),
              f->err);
    assert_int_equal(args.at.n, 3);
    assert_true(args.at.values[1].us == f->now.us);
    json_t *object = moly_declare_object(&declaration, &args);
    struct args again;
    assert_ok(moly_declare_parse_json(&declaration, &f->clock, object, f->arena, &again, &f->err),
              f->err);
    assert_int_equal(again.at.n, 3);
    assert_memory_equal(again.at.values, args.at.values, 3 * sizeof *args.at.values);
    json_decref(object);
    char empty[] = "2026-11-20T06:00Z,,";
    char *bad[] = {name, empty, NULL};
    assert_fails(moly_declare_parse_argv(&declaration, &f->clock, 2, bad, f->arena, &args, &f->err),
                 MOLY_ERR_USAGE, "'' is no instant", f->err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_type_is_read_from_its_words),
        TEST(a_document_is_a_file_on_the_command_line_and_itself_in_json),
        TEST(what_is_not_given_reads_so_and_fallbacks_stand),
        TEST(a_switch_can_be_denied_and_a_value_stand_by_its_letter),
        TEST(instants_are_a_list_in_words_and_in_json),
        TEST(a_given_list_replaces_its_fallback_and_grows),
        TEST(an_unknown_option_is_refused_with_the_nearest),
        TEST(bounds_are_told_with_value_limit_and_the_unit_that_was_typed),
        TEST(a_unit_is_needed_and_a_decimal_comma_refused),
        TEST(what_is_required_and_missing_is_named),
        TEST(a_choice_lists_its_words),
        TEST(what_is_given_twice_or_too_much_is_refused),
        TEST(text_that_is_not_utf8_is_refused),
        TEST(a_failed_parse_leaves_the_arguments_alone),
        TEST(every_failing_allocation_ends_as_out_of_memory),
        TEST(fields_carry_units_and_leave_secrets_out),
        TEST(defaults_alone_need_nothing_that_is_required),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
