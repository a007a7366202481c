/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

struct completion_args {
    int shell;
};

static const struct {
    const char *name;
    void (*write)(const cli_commands *list, moly_text *text);
} shells[] = {{"bash", cli_complete_bash}, {"zsh", cli_complete_zsh}, {"fish", cli_complete_fish}};

static const char *const shell_names[] = {"bash", "zsh", "fish", NULL};

static moly_status run_completion(const void *args, const moly_run *run, json_t **result,
                                  moly_error *err)
{
    (void)result;
    const struct completion_args *completion = args;
    cli_commands list;
    moly_status status = cli_commands_list(run->arena, &list, err);
    if (status != MOLY_OK) {
        return status;
    }
    moly_text text = {0};
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
        if (strcmp(shells[i].name, shell_names[completion->shell]) == 0) {
            shells[i].write(&list, &text);
        }
    }
    return cli_print(&text, err);
}

static const moly_param params[] = {
    {.name = "shell",
     MOLY_CHOICE(struct completion_args, shell),
     .choices = shell_names,
     .is_positional = true,
     .is_required = true,
     .help = "shell that reads it"},
};

const moly_command cli_completion_command = {
    .declaration = {.name = "completion",
                    .summary = "Write the completion of commands and options for a shell",
                    .description = "For bash: moly completion bash > "
                                   "~/.local/share/bash-completion/completions/moly",
                    .example = "moly completion bash",
                    .params = params,
                    .n_params = sizeof params / sizeof params[0],
                    .args_size = sizeof(struct completion_args)},
    .run = run_completion,
};
