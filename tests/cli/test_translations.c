/* SPDX-License-Identifier: Apache-2.0 */
/* Every declared text has its translation in every language. What is missing is printed as lines of
 * po/LANGUAGE.po, ready to be filled in. */
#include "testing.h"

#include <jansson.h>

#include "cli.h"
#include "moly/base/catalogue.h"

typedef struct check {
    json_t *catalogue;
    json_t *seen;
    size_t n_missing;
} check;

static void print_quoted(const char *text)
{
    printf("\"");
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            printf("\\n");
        } else {
            printf(strchr("\"\\", *text) ? "\\%c" : "%c", *text);
        }
    }
    printf("\"\n");
}

static void need(check *c, const char *text)
{
    if (!text || text[0] == '\0' || json_object_get(c->catalogue, text) ||
        json_object_get(c->seen, text)) {
        return;
    }
    json_object_set_new(c->seen, text, json_true());
    c->n_missing++;
    printf("\nmsgid ");
    print_quoted(text);
    printf("msgstr \"\"\n");
}

static void need_declaration(check *c, const moly_declaration *declaration)
{
    need(c, declaration->summary);
    need(c, declaration->description);
    for (size_t i = 0; i < declaration->n_params; i++) {
        const moly_param *param = &declaration->params[i];
        need(c, param->help);
        for (size_t k = 0; param->choices && param->choices[k]; k++) {
            need(c, param->choices[k]);
        }
    }
}

static void need_views(check *c, const moly_command *command)
{
    for (size_t i = 0; i < command->n_views; i++) {
        need(c, command->views[i].title);
        for (size_t k = 0; k < command->views[i].n_columns; k++) {
            need(c, command->views[i].columns[k].heading);
        }
    }
}

static void every_declared_text_is_translated_into_every_language(void **state)
{
    (void)state;
    moly_arena *arena = moly_arena_new();
    cli_commands list;
    moly_error err = {0};
    assert_ok(cli_commands_list(arena, &list, &err), err);
    size_t n_missing = 0;
    for (const char *const *language = moly_languages() + 1; *language; language++) {
        check c = {moly_catalogue_json(*language), json_object(), 0};
        for (size_t i = 0; i < list.n; i++) {
            need_declaration(&c, &list.commands[i]->declaration);
            need_views(&c, list.commands[i]);
        }
        if (c.n_missing > 0) {
            printf("\n# po/%s.po lacks the %zu texts above\n", *language, c.n_missing);
        }
        n_missing += c.n_missing;
        json_decref(c.catalogue);
        json_decref(c.seen);
    }
    moly_arena_free(arena);
    assert_int_equal(n_missing, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_declared_text_is_translated_into_every_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
