/* SPDX-License-Identifier: Apache-2.0 */
/* Every declared text has its translation in every language. What is missing is printed as lines of
 * po/LANGUAGE.po, ready to be filled in. So has every message of the rooms about patients and
 * activity, which this test reads from their sources. */
#include "testing.h"

#include <ctype.h>
#include <fts.h>
#include <jansson.h>
#include <sys/types.h>

#include "cli.h"
#include "moly/base/catalogue.h"
#include "moly/base/text.h"
#include "moly/nuclide/nuclide.h"

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
    if (!text || text[0] == '\0' || strcmp(text, "%s") == 0 ||
        json_object_get(c->catalogue, text) || json_object_get(c->seen, text)) {
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

/* What a table says of decay in Moly's own words. */
static void need_words_of_decay(check *c)
{
    for (int i = 0; i <= MOLY_DECAY_OTHER; i++) {
        need(c, moly_decay_mode_name((moly_decay_mode)i));
    }
    for (int i = 0; i <= MOLY_RADIATION_AUGER; i++) {
        need(c, moly_radiation_name((moly_radiation)i));
    }
    for (int i = 0; i <= MOLY_BETA_THIRD_OR_HIGHER; i++) {
        need(c, moly_beta_shape_name((moly_beta_shape)i));
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
        need_words_of_decay(&c);
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

/* What people read that stands in the sources: these arguments of these calls, counted from 0. Each
 * literal there, also in a choice between two, needs its translation. */
static const struct {
    const char *call;
    int argument;
} said[] = {
    {"MOLY_REFUSE", 2},   {"ACT_FORBID", 2},  {"decision_warn", 2},  {"MOLY_FAIL", 2},
    {"rule_in_order", 2}, {"rule_reason", 2}, {"rule_separate", 3},  {"rule_separate", 4},
    {"rule_accepted", 2}, {"say", 1},         {"screen_because", 0}, {"MOLY_N", 0},
};
static const char *const said_by[] = {"centre", "ledger", "study"};

enum { SAID_SIZE = 4096 };

/* Appends the literal that begins at `c` to `text`; its end. */
static const char *read_literal(const char *c, char text[SAID_SIZE])
{
    size_t n = strlen(text);
    for (c++; *c != '\0' && *c != '"'; c++) {
        bool is_escaped = *c == '\\';
        c += is_escaped ? 1 : 0;
        assert_true(n + 1 < SAID_SIZE && (!is_escaped || strchr("n\"\\", *c)));
        text[n++] = (char)(is_escaped && *c == 'n' ? '\n' : *c);
    }
    text[n] = '\0';
    return *c == '\0' ? c : c + 1;
}

/* Past the argument at `c`; its literals, but not those within calls, are needed where `is_said`.
 */
static const char *read_argument(check *needs, const char *c, bool is_said)
{
    char text[SAID_SIZE] = "";
    int depth = 0;
    while (*c != '\0' && (depth > 0 || !strchr(",)", *c))) {
        if (*c == '"') {
            c = read_literal(c, text);
            continue;
        }
        if (!isspace((unsigned char)*c)) { /* literals side by side are one */
            need(needs, is_said && depth == 0 ? text : NULL);
            text[0] = '\0';
        }
        depth += *c == '(' ? 1 : *c == ')' ? -1 : 0;
        c++;
    }
    need(needs, is_said ? text : NULL);
    return c;
}

static size_t need_call(check *needs, const char *source, const char *call, int argument)
{
    size_t n_calls = 0, length = strlen(call);
    for (const char *at = strstr(source, call); at; at = strstr(at + length, call)) {
        char before = at == source ? ' ' : at[-1];
        if (at[length] != '(' || isalnum((unsigned char)before) || before == '_') {
            continue;
        }
        const char *c = at + length;
        for (int i = 0; i <= argument && *c != ')' && *c != '\0'; i++) {
            c = read_argument(needs, c + 1, i == argument);
        }
        n_calls++;
    }
    return n_calls;
}

/* The calls in the C files below a folder. */
static size_t need_sources(check *needs, char *folder)
{
    size_t n_calls = 0;
    FTS *tree = fts_open((char *[]){folder, NULL}, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    assert_non_null(tree);
    for (FTSENT *entry = fts_read(tree); entry; entry = fts_read(tree)) {
        size_t length = strlen(entry->fts_name);
        if (entry->fts_info != FTS_F || length < 2 ||
            strcmp(entry->fts_name + length - 2, ".c") != 0) {
            continue;
        }
        char *source = NULL;
        size_t size = 0;
        moly_error err = {0};
        assert_ok(moly_file_read(entry->fts_accpath, 1 << 20, &source, &size, &err), err);
        for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
            n_calls += need_call(needs, source, said[i].call, said[i].argument);
        }
        moly_free(source);
    }
    assert_int_equal(fts_close(tree), 0);
    return n_calls;
}

static void every_message_about_patients_and_activity_is_translated(void **state)
{
    (void)state;
    const char *root = getenv("MOLY_SOURCE");
    if (!root) {
        skip();
    }
    size_t n_missing = 0;
    for (const char *const *language = moly_languages() + 1; *language; language++) {
        check needs = {moly_catalogue_json(*language), json_object(), 0};
        for (size_t i = 0; i < sizeof said_by / sizeof said_by[0]; i++) {
            char folder[4096];
            (void)snprintf(folder, sizeof folder, "%s/src/%s", root, said_by[i]);
            assert_true(need_sources(&needs, folder) > 0); /* the scan still finds them */
        }
        if (needs.n_missing > 0) {
            printf("\n# po/%s.po lacks the %zu texts above\n", *language, needs.n_missing);
        }
        n_missing += needs.n_missing;
        json_decref(needs.catalogue);
        json_decref(needs.seen);
    }
    assert_int_equal(n_missing, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_declared_text_is_translated_into_every_language),
        cmocka_unit_test(every_message_about_patients_and_activity_is_translated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
