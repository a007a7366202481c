/* SPDX-License-Identifier: Apache-2.0 */
/* Every sentence of a report stands in every catalogue. The sentences are read from the sources:
 * say(language, "..."). */
#include "testing.h"

#include <jansson.h>

#include "moly/base/catalogue.h"
#include "moly/base/memory.h"
#include "moly/base/text.h"

static const char *const sources[] = {
    "batch_tests.c", "paper.c",  "paper_batch.c", "paper_certificate.c",
    "picture.c",     "record.c", "study.c",       "study_page.c",
    "words.c"};

/* The literal (or literals, one behind the other) at `at`, its escapes undone. */
static const char *literal(const char *at, char text[2000])
{
    size_t n = 0;
    for (at += strspn(at, " \n"); *at == '"'; at += strspn(at, " \n")) {
        for (at++; *at != '"'; at++) {
            assert_true(n < 1998 && *at != '\0');
            at += *at == '\\';
            text[n++] = *at;
        }
        at++;
    }
    text[n] = '\0';
    return n > 0 ? text : NULL;
}

static size_t check_file(const char *name, const char *language, size_t *n_missing)
{
    const char *root = getenv("MOLY_SOURCE");
    char path[4096], text[2000], *source = NULL;
    size_t length = 0, n_found = 0;
    moly_error err = {0};
    (void)snprintf(path, sizeof path, "%s/src/report/%s", root ? root : ".", name);
    assert_ok(moly_file_read(path, 1 << 20, &source, &length, &err), err);
    for (const char *at = source; (at = strstr(at, "say(")) != NULL;) {
        at = strchr(at, ',') + 1;
        if (!literal(at, text)) {
            continue; /* a word of the data */
        }
        n_found++;
        if (moly_translate(language, text) == text) {
            print_message("%s lacks: %s\n", language, text);
            (*n_missing)++;
        }
    }
    moly_free(source);
    return n_found;
}

static void every_sentence_is_translated(void **state)
{
    (void)state;
    size_t n_found = 0, n_missing = 0;
    for (const char *const *language = moly_languages() + 1; *language; language++) {
        for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
            n_found += check_file(sources[i], *language, &n_missing);
        }
    }
    assert_true(n_found > 80);
    assert_int_equal(n_missing, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_sentence_is_translated)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
