/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <jansson.h>

#include "moly/base/catalogue.h"
#include "moly/base/quantity.h"
#include "moly/base/text.h"
#include "po.h"

static void a_text_is_translated_and_an_unknown_one_stays_itself(void **state)
{
    (void)state;
    assert_string_equal(moly_translate("ru", "Example:"), "Пример:");
    assert_string_equal(moly_translate("ru", "no such text"), "no such text");
    assert_string_equal(moly_translate(NULL, "Example:"), "Example:");
    assert_string_equal(moly_translate("en", "Example:"), "Example:");
    assert_string_equal(moly_translate("xx", "Example:"), "Example:");
}

static void english_stands_first_among_the_languages(void **state)
{
    (void)state;
    const char *const *languages = moly_languages();
    assert_string_equal(languages[0], "en");
    assert_string_equal(languages[1], "ru");
}

static void the_whole_catalogue_is_an_object(void **state)
{
    (void)state;
    json_t *russian = moly_catalogue_json("ru");
    assert_string_equal(json_string_value(json_object_get(russian, "Example:")), "Пример:");
    json_t *english = moly_catalogue_json("en");
    assert_int_equal(json_object_size(english), 0);
    json_decref(russian);
    json_decref(english);
}

static json_t *kept_in(const char *language, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    json_t *message = moly_message_new(language, format, args);
    va_end(args);
    assert_non_null(message);
    return message;
}

static void assert_said(const json_t *message, const char *language, const char *expected)
{
    moly_text text = {0};
    moly_message_say(message, language, &text);
    assert_string_equal(moly_text_get(&text), expected);
    moly_text_free(&text);
}

static void a_kept_sentence_is_read_in_any_language(void **state)
{
    (void)state;
    json_t *message = kept_in("ru", "%s to %s", "90 MBq", "%s");
    assert_string_equal(json_string_value(json_object_get(message, "message")), "от 90 MBq до %s");
    assert_said(message, "ru", "от 90 MBq до %s");
    assert_said(message, NULL, "90 MBq to %s");
    json_decref(message);
    message = kept_in(NULL, "%5.1f%% %zu %lld %d %.3s|", 12.34, (size_t)7, -8LL, 9, "абв");
    /* three bytes are one letter and a half, and half a letter is no text */
    assert_said(message, NULL, " 12.3% 7 -8 9 а?|");
    json_decref(message);
}

static void a_kept_sentence_that_was_changed_is_said_as_it_was(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "{\"message\":\"m\"}",
        "{\"message\":\"m\",\"template\":\"%s %s\",\"values\":[\"one\"]}",
        "{\"message\":\"m\",\"template\":\"%n%\",\"values\":[\"one\"]}",
        "{\"message\":\"m\",\"template\":\"%99999999999999999999$s\",\"values\":[\"one\"]}",
        "{\"message\":\"m\",\"template\":\"%s\",\"values\":[1]}",
        "{\"message\":\"m\",\"template\":\"%s\",\"values\":\"x\"}",
        ("{\"message\":\"m\",\"template\":\"%00000000000000000000000000000000s\",\"values\":[\"x\"]"
         "}"),
    };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        moly_error err = {0};
        json_t *message = NULL;
        assert_ok(moly_json_parse(broken[i], strlen(broken[i]), &message, &err), err);
        assert_said(message, "ru", "m");
        json_decref(message);
    }
}

static void every_dimension_has_its_word_in_every_language(void **state)
{
    (void)state;
    for (const char *const *language = moly_languages() + 1; *language; language++) {
        for (int dim = 0; dim < MOLY_N_DIMS; dim++) {
            const char *word = moly_dim_word((moly_dim)dim);
            if (moly_translate(*language, word) == word) {
                fail_msg("po/%s.po lacks the dimension \"%s\"", *language, word);
            }
        }
    }
    moly_error err = {.language = "ru"};
    double value = 0.0;
    assert_fails(moly_quantity_parse("5 MBq", MOLY_DIM_TIME, &value, &err), MOLY_ERR_USAGE,
                 "«MBq» — единица величины «активность», а не «время»", err);
}

static void printf_conversions_must_be_the_same(void **state)
{
    (void)state;
    assert_true(po_same_conversions("%s of %zu", "%s из %zu"));
    assert_true(po_same_conversions("90 % of dose", "90 % дозы"));
    assert_true(po_same_conversions("90 %% of %d", "90 %% от %d"));
    assert_false(po_same_conversions("90 %% of %d", "90 % dose от %d"));
    assert_false(po_same_conversions("%s of %d", "%d из %s"));
    assert_false(po_same_conversions("%s", "нет"));
    assert_false(po_same_conversions("%.3g", "%.4g"));
    assert_false(po_same_conversions("plain", "%n"));
}

static bool reads(const char *body, po_file *po)
{
    char path[] = "/tmp/moly-test-XXXXXX";
    int handle = mkstemp(path);
    assert_true(handle >= 0);
    FILE *file = fdopen(handle, "w");
    (void)fputs(body, file);
    fclose(file);
    bool is_good = po_read(path, po);
    (void)remove(path);
    return is_good;
}

#define HEADER "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n\n"

static void lines_are_joined_escapes_undone_and_messages_sorted(void **state)
{
    (void)state;
    po_file po;
    assert_true(reads(HEADER
                      "#: a comment\nmsgid \"b\"\nmsgstr \"\"\n\"first \"\n\"\\\"last\\\"\\n\"\n"
                      "\nmsgid \"a\\tb\"\nmsgstr \"c\\\\\"\n"
                      "\nmsgid \"untranslated\"\nmsgstr \"\"\n"
                      "\n#, fuzzy\nmsgid \"guess\"\nmsgstr \"guessed\"\n",
                      &po));
    assert_int_equal(po.n, 2);
    assert_string_equal(po.messages[0].english, "a\tb");
    assert_string_equal(po.messages[0].translation, "c\\");
    assert_string_equal(po.messages[1].translation, "first \"last\"\n");
    po_free(&po);
}

static void a_catalogue_with_a_mistake_is_refused(void **state)
{
    (void)state;
    static const char *const mistakes[] = {
        "msgid \"\"\nmsgstr \"charset=ISO-8859-5\\n\"\n",
        HEADER "msgid \"a\"\nmsgstr \"x\"\nmsgid \"a\"\nmsgstr \"y\"\n",
        HEADER "msgid \"%d\"\nmsgstr \"%s\"\n",
        HEADER "msgid \"a\"\n",
        HEADER "msgstr \"a\"\n",
        HEADER "msgid \"a\nmsgstr \"b\"\n",
        HEADER "msgid \"a\\q\"\nmsgstr \"b\"\n",
        HEADER "msgid \"a\" b\nmsgstr \"b\"\n",
        HEADER "msgctxt \"menu\"\nmsgid \"a\"\nmsgstr \"b\"\n",
        HEADER "msgid \"a\"\nmsgid_plural \"as\"\nmsgstr \"b\"\n",
        HEADER "msgid \"a\"\nmsgstr \"\xFF\"\n",
        HEADER "anything\n",
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        po_file po;
        if (reads(mistakes[i], &po)) {
            fail_msg("taken: %s", mistakes[i]);
        }
        po_free(&po);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_translated_and_an_unknown_one_stays_itself),
        cmocka_unit_test(english_stands_first_among_the_languages),
        cmocka_unit_test(the_whole_catalogue_is_an_object),
        cmocka_unit_test(a_kept_sentence_is_read_in_any_language),
        cmocka_unit_test(a_kept_sentence_that_was_changed_is_said_as_it_was),
        cmocka_unit_test(every_dimension_has_its_word_in_every_language),
        cmocka_unit_test(printf_conversions_must_be_the_same),
        cmocka_unit_test(lines_are_joined_escapes_undone_and_messages_sorted),
        cmocka_unit_test(a_catalogue_with_a_mistake_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
