/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

struct help_args {
    moly_text_list words;
};

static moly_status run_help(const void *args, const moly_run *run, json_t **result, moly_error *err)
{
    (void)result;
    const struct help_args *help = args;
    cli_commands list;
    moly_status status = cli_commands_list(run->arena, &list, err);
    if (status != MOLY_OK) {
        return status;
    }
    moly_text text = {0};
    if (help->words.n == 0) {
        cli_overview(&list, cli_language(), &text);
        return cli_print(&text, err);
    }
    /* "moly help nuclide show" and "moly help 'nuclide show'" are the same */
    char *name = cli_join(run->arena, help->words.n, help->words.values);
    char *words[8] = {0};
    int n_words = 0;
    char *rest = NULL;
    for (char *word = name ? strtok_r(name, " ", &rest) : NULL; word && n_words < 8;
         word = strtok_r(NULL, " ", &rest)) {
        words[n_words++] = word;
    }
    if (n_words == 0) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "no command is named");
    }
    const moly_command *command = NULL;
    int n_found = 0;
    status = cli_commands_find(&list, n_words, words, run->arena, &command, &n_found, err);
    if (status != MOLY_OK) {
        return status;
    }
    moly_declare_help(&command->declaration, cli_language(), &text);
    return cli_print(&text, err);
}

static const moly_param params[] = {
    {.name = "command",
     MOLY_TEXT_LIST(struct help_args, words),
     .is_positional = true,
     .help = "command to explain; without it, all are listed"},
};

const moly_command cli_help_command = {
    .declaration = {.name = "help",
                    .summary = "Explain Moly or one of its commands",
                    .example = "moly help completion",
                    .params = params,
                    .n_params = sizeof params / sizeof params[0],
                    .args_size = sizeof(struct help_args)},
    .run = run_help,
};
