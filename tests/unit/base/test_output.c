/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <jansson.h>

#include "moly/base/output.h"
#include "moly/base/text.h"

static const moly_column columns[] = {
    {"after_s", "After", MOLY_DIM_TIME, 0},
    {"nuclide", "Nuclide", MOLY_DIM_NONE, 0},
    {"activity_bq", "Activity", MOLY_DIM_ACTIVITY, 0},
    {"note", "Note", MOLY_DIM_NONE, 0},
};
static const moly_view view = {NULL, "results.nuclides", columns, 4};
static const char *const result_text =
    "{\"results\":[{\"after_s\":864000,\"nuclides\":["
    "{\"nuclide\":\"Ac-225\",\"activity_bq\":500123.4,\"note\":\"=1+1\"},"
    "{\"nuclide\":\"Bi-213\",\"activity_bq\":18520000000.0,\"note\":\"a, \\\"b\\\"\"}]},"
    "{\"after_s\":3600,\"nuclides\":[{\"nuclide\":\"Pb-209\",\"activity_bq\":-1.5}]}]}";

/* The whole output as text, in the caller's buffer. */
static void written_in(const char *language, moly_format format, const char *json_text,
                       const moly_view *views, size_t n, char *out, size_t size)
{
    moly_error err = {0};
    json_t *result = NULL;
    assert_ok(moly_json_parse(json_text, strlen(json_text), &result, &err), err);
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_ok(moly_output_write(file, format, language, result, views, n, &err), err);
    rewind(file);
    size_t length = fread(out, 1, size - 1, file);
    out[length] = '\0';
    fclose(file);
    json_decref(result);
}

static void written(moly_format format, const char *json_text, const moly_view *views, size_t n,
                    char *out, size_t size)
{
    written_in(NULL, format, json_text, views, n, out, size);
}

static void a_table_aligns_numbers_and_units_and_finds_outer_members(void **state)
{
    (void)state;
    char out[2048];
    written(MOLY_FORMAT_TABLE, result_text, &view, 1, out, sizeof out);
    assert_string_equal(out, "After  Nuclide   Activity  Note\n"
                             "─────  ───────  ─────────  ──────\n"
                             " 10 d  Ac-225   500.1 kBq  =1+1\n"
                             " 10 d  Bi-213   18.52 GBq  a, \"b\"\n"
                             "  1 h  Pb-209    -1.5 Bq   –\n");
}

static void csv_has_keys_bare_numbers_crlf_and_disarms_formulas(void **state)
{
    (void)state;
    char out[2048];
    written(MOLY_FORMAT_CSV, result_text, &view, 1, out, sizeof out);
    assert_string_equal(out, "after_s,nuclide,activity_bq,note\r\n"
                             "864000,Ac-225,500123.4,'=1+1\r\n"
                             "864000,Bi-213,18520000000,\"a, \"\"b\"\"\"\r\n"
                             "3600,Pb-209,-1.5,\r\n");
}

static void csv_of_several_views_is_one_table_that_says_which(void **state)
{
    (void)state;
    static const moly_column identity[] = {{"nuclide", "Nuclide", MOLY_DIM_NONE, 0},
                                           {"half_life_s", "Half-life", MOLY_DIM_TIME, 0}};
    static const moly_column means[] = {{"mean_kev", "Mean", MOLY_DIM_ENERGY, 0}};
    static const moly_column lines[] = {{"energy_kev", "Energy", MOLY_DIM_ENERGY, 0},
                                        {"radiation", "Radiation", MOLY_DIM_NONE, MOLY_OWN_WORDS}};
    static const moly_view several[] = {
        {NULL, "", identity, 2}, {"Mean energy", "", means, 1}, {"Lines", "a.lines", lines, 2}};
    char out[2048];
    written_in("ru", MOLY_FORMAT_CSV,
               "{\"nuclide\":\"Tc-99m\",\"half_life_s\":21624,\"mean_kev\":140,"
               "\"a\":{\"lines\":[{\"energy_kev\":140.5,\"radiation\":\"gamma\"}]}}",
               several, 3, out, sizeof out);
    assert_string_equal(out, "section,nuclide,half_life_s,mean_kev,energy_kev,radiation\r\n"
                             "result,Tc-99m,21624,140,,\r\n"
                             "lines,Tc-99m,21624,140,140.5,gamma\r\n");
}

static void a_table_speaks_the_readers_language_and_leaves_names_alone(void **state)
{
    (void)state;
    static const moly_column people[] = {
        {"name", "Name", MOLY_DIM_NONE, 0},
        {"state", "State", MOLY_DIM_NONE, MOLY_OWN_WORDS},
        {"half_life_s", "Half-life", MOLY_DIM_TIME, 0},
        {"is_stable", "Note", MOLY_DIM_NONE, 0},
    };
    static const moly_view list = {NULL, "rows", people, 4};
    char out[2048];
    written_in("ru", MOLY_FORMAT_TABLE,
               "{\"rows\":[{\"name\":\"released\",\"state\":\"released\",\"half_life_s\":3600,"
               "\"is_stable\":true}]}",
               &list, 1, out, sizeof out);
    assert_non_null(strstr(out, "Период полураспада"));
    assert_non_null(strstr(out, "released  выпущено"));
    assert_non_null(strstr(out, "1 ч"));
    assert_non_null(strstr(out, "да"));
    written_in("ru", MOLY_FORMAT_TABLE, "{\"rows\":[]}", &list, 1, out, sizeof out);
    assert_non_null(strstr(out, "(пусто)"));
}

static void json_is_the_object_itself(void **state)
{
    (void)state;
    char out[2048];
    written(MOLY_FORMAT_JSON, "{\"b\":6.0067,\"a\":[]}", &view, 1, out, sizeof out);
    assert_string_equal(out, "{\n  \"b\": 6.0067,\n  \"a\": []\n}\n");
}

static void the_result_itself_is_listed_member_by_member(void **state)
{
    (void)state;
    static const moly_column members[] = {
        {"name", "Name", MOLY_DIM_NONE, 0},
        {"half_life_s", "Half-life", MOLY_DIM_TIME, 5},
        {"stable", "Stable", MOLY_DIM_NONE, 0},
    };
    static const moly_view list = {"A nuclide", "", members, 3};
    char out[2048];
    written(MOLY_FORMAT_TABLE, "{\"name\":\"Tc-99m\",\"half_life_s\":21624.12,\"stable\":false}",
            &list, 1, out, sizeof out);
    assert_string_equal(out, "A nuclide\n\n"
                             "Name       Tc-99m\n"
                             "Half-life  6.0067 h\n"
                             "Stable     no\n");
}

static void long_texts_are_folded_so_that_100_columns_hold_a_line(void **state)
{
    (void)state;
    char text[2048] =
        "{\"results\":[{\"nuclides\":[{\"nuclide\":\"Тс\",\"activity_bq\":1,\"note\":\"";
    for (int i = 0; i < 40; i++) {
        memcpy(text + strlen(text), "слово ", strlen("слово ") + 1);
    }
    memcpy(text + strlen(text), "\"}]}]}", 7);
    char out[4096];
    written(MOLY_FORMAT_TABLE, text, &view, 1, out, sizeof out);
    char *rest = out;
    size_t n_lines = 0;
    for (char *line = strtok_r(rest, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        assert_true(moly_display_width(line) <= 100);
        n_lines++;
    }
    assert_int_equal(n_lines, 6);
}

static void a_name_cannot_command_the_terminal(void **state)
{
    (void)state;
    char out[2048];
    written(MOLY_FORMAT_TABLE,
            "{\"results\":[{\"nuclides\":[{\"nuclide\":\"\\u001b[2J\\u009bX\\n\"}]}]}", &view, 1,
            out, sizeof out);
    assert_null(strchr(out, 0x1B));
    assert_null(strstr(out, "\xC2\x9B"));
    assert_non_null(strstr(out, "?[2J"));
}

static void no_rows_are_said_to_be_none(void **state)
{
    (void)state;
    char out[2048];
    written(MOLY_FORMAT_TABLE, "{\"results\":[]}", &view, 1, out, sizeof out);
    assert_non_null(strstr(out, "(nothing)"));
    written(MOLY_FORMAT_CSV, "{\"results\":[]}", &view, 1, out, sizeof out);
    assert_string_equal(out, "after_s,nuclide,activity_bq,note\r\n");
}

static void a_stream_that_refuses_is_an_io_error(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    if (!full) {
        skip();
    }
    json_t *result = json_object();
    moly_error err = {0};
    assert_fails(moly_output_write(full, MOLY_FORMAT_JSON, NULL, result, NULL, 0, &err),
                 MOLY_ERR_IO, "cannot write the result", err);
    json_decref(result);
    fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_aligns_numbers_and_units_and_finds_outer_members),
        cmocka_unit_test(csv_has_keys_bare_numbers_crlf_and_disarms_formulas),
        cmocka_unit_test(csv_of_several_views_is_one_table_that_says_which),
        cmocka_unit_test(a_table_speaks_the_readers_language_and_leaves_names_alone),
        cmocka_unit_test(json_is_the_object_itself),
        cmocka_unit_test(the_result_itself_is_listed_member_by_member),
        cmocka_unit_test(long_texts_are_folded_so_that_100_columns_hold_a_line),
        cmocka_unit_test(a_name_cannot_command_the_terminal),
        cmocka_unit_test(no_rows_are_said_to_be_none),
        cmocka_unit_test(a_stream_that_refuses_is_an_io_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
