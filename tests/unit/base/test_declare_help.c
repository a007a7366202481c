/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "sample_declaration.h"

static void help_shows_usage_limits_units_defaults_choices_and_the_example(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "Usage: moly elute GENERATOR --volume VOLUME [--OPTION ...]\n",
        "\nElute a generator\n",
        "  GENERATOR ",
        "  -v, --volume VOLUME ",
        "volume of the eluate (required; 0.1 mL to 50 mL)",
        "(0 % to 100 %; default 90 %)",
        "      --after TIME,... ",
        "  -s, --shade lead|tungsten|none  what the vial stands in (default lead)\n",
        "  -d, --dry  ",
        "\nExample:\n  moly elute G-1 --volume 5mL\n",
    };
    moly_text text = {0};
    moly_declare_help(&sample_declaration, NULL, &text);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        if (!strstr(moly_text_get(&text), pieces[i])) {
            fail_msg("'%s' is not in:\n%s", pieces[i], moly_text_get(&text));
        }
    }
    moly_text_free(&text);
}

static void no_line_of_help_is_wider_than_100_columns_in_any_language(void **state)
{
    (void)state;
    static const char *const languages[] = {NULL, "ru"};
    for (size_t i = 0; i < 2; i++) {
        moly_text text = {0};
        moly_declare_help(&sample_declaration, languages[i], &text);
        char *rest = text.data;
        for (char *line = strtok_r(rest, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
            assert_true(moly_display_width(line) <= 100);
        }
        moly_text_free(&text);
    }
}

static void the_manual_page_escapes_what_its_language_would_read(void **state)
{
    (void)state;
    static const moly_declaration tricky = {
        .name = "two words",
        .summary = "Show",
        .description = ".Begins like a macro. Has a back\\slash.\n\n'Quoted.",
    };
    moly_text text = {0};
    moly_declare_man(&tricky, &text);
    assert_non_null(strstr(text.data, ".Dt MOLY-TWO-WORDS 1\n"));
    assert_non_null(strstr(text.data, "\n\\&.Begins like a macro.\nHas a back\\eslash.\n.Pp\n"
                                      "\\&'Quoted.\n"));
    moly_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_shows_usage_limits_units_defaults_choices_and_the_example),
        cmocka_unit_test(no_line_of_help_is_wider_than_100_columns_in_any_language),
        cmocka_unit_test(the_manual_page_escapes_what_its_language_would_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
