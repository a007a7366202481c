/* SPDX-License-Identifier: Apache-2.0 */
/* The `moly` command: find the command that is meant, run it, say what went wrong. */

#include "cli.h"

#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

static bool is_word(const char *word, const char *const *among)
{
    for (; *among; among++) {
        if (strcmp(word, *among) == 0) {
            return true;
        }
    }
    return false;
}

static moly_status dispatch(int argc, char *const *argv, moly_arena *arena, const char **name,
                            moly_error *err)
{
    static const char *const helps[] = {"--help", "-h", NULL};
    static const char *const versions[] = {"--version", "-V", NULL};
    cli_commands list;
    moly_status status = cli_commands_list(arena, &list, err);
    if (status != MOLY_OK) {
        return status;
    }
    moly_text text = {0};
    if (argc == 0 || is_word(argv[0], helps)) {
        cli_overview(&list, cli_language(), &text);
        return cli_print(&text, err);
    }
    if (is_word(argv[0], versions)) {
        cli_version(&text);
        return cli_print(&text, err);
    }
    if (argv[0][0] == '-') {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "%.60s stands before the command; options follow it",
                         argv[0]);
    }
    const moly_command *command = NULL;
    int n_words = 0;
    status = cli_commands_find(&list, argc, argv, arena, &command, &n_words, err);
    if (status != MOLY_OK) {
        return status;
    }
    *name = command->declaration.name;
    return cli_run(command, argc - n_words, argv + n_words, arena, err);
}

static bool wants_json(int argc, char *const *argv)
{
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--format=json") == 0 ||
            (strcmp(argv[i], "--format") == 0 && i + 1 < argc &&
             strcmp(argv[i + 1], "json") == 0)) {
            return true;
        }
    }
    return false;
}

/* Nobody reads any more ("moly ... | head"): there is nothing to complain about. */
static bool reader_went_away(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

static void report(const char *name, const moly_error *err, bool as_json)
{
    if (err->status == MOLY_ERR_IO && reader_went_away()) {
        return;
    }
    if (as_json) {
        json_t *json = moly_error_json(err);
        char *text = moly_json_pretty(json);
        (void)fprintf(stderr, "%s\n", text ? text : "{}");
        moly_free(text);
        json_decref(json);
        return;
    }
    (void)fprintf(stderr, "moly%s%s: %s", name ? " " : "", name ? name : "", err->message);
    (void)fprintf(stderr, err->rule[0] != '\0' ? " (%s)\n" : "%s\n", err->rule);
}

int main(int argc, char **argv)
{
    cli_signals_begin();
    moly_error err = {.language = cli_language()};
    const char *name = NULL;
    moly_arena *arena = moly_arena_new();
    moly_status status = arena ? dispatch(argc > 0 ? argc - 1 : 0, argv + 1, arena, &name, &err)
                               : MOLY_NO_MEMORY(&err);
    if (status != MOLY_OK) {
        report(name, &err, wants_json(argc, argv));
    }
    moly_arena_free(arena);
    return moly_status_exit_code(status);
}
