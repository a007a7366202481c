/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <sys/stat.h>

struct man_args {
    moly_text_list target;
};

static moly_status print_page(const moly_command *command, moly_error *err)
{
    moly_text text = {0};
    moly_declare_man(&command->declaration, &text);
    return cli_print(&text, err);
}

static moly_status save_page(const char *folder, const char *name, moly_text *text,
                             moly_arena *arena, moly_error *err)
{
    char *path = moly_arena_printf(arena, "%s/%s.1", folder, name);
    moly_status status = !path || text->is_broken
                             ? MOLY_NO_MEMORY(err)
                             : moly_file_write(path, moly_text_get(text), text->length, err);
    moly_text_free(text);
    return status;
}

static moly_status save_pages(const cli_commands *list, const char *folder, moly_arena *arena,
                              moly_error *err)
{
    moly_text text = {0};
    cli_overview_man(list, &text);
    moly_status status = save_page(folder, "moly", &text, arena, err);
    for (size_t i = 0; i < list->n && status == MOLY_OK; i++) {
        const moly_declaration *declaration = &list->commands[i]->declaration;
        char *name = moly_arena_printf(arena, "moly-%s", declaration->name);
        if (!name) {
            return MOLY_NO_MEMORY(err);
        }
        for (char *c = name; *c != '\0'; c++) {
            if (*c == ' ') {
                *c = '-';
            }
        }
        moly_declare_man(declaration, &text);
        status = save_page(folder, name, &text, arena, err);
    }
    return status;
}

static moly_status run_man(const void *args, const moly_run *run, json_t **result, moly_error *err)
{
    (void)result;
    const struct man_args *man = args;
    cli_commands list;
    moly_status status = cli_commands_list(run->arena, &list, err);
    char *target = cli_join(run->arena, man->target.n, man->target.values);
    if (status != MOLY_OK || !target) {
        return status != MOLY_OK ? status : MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < list.n; i++) {
        if (strcmp(list.commands[i]->declaration.name, target) == 0) {
            return print_page(list.commands[i], err);
        }
    }
    if (strcmp(target, "moly") == 0) {
        moly_text text = {0};
        cli_overview_man(&list, &text);
        return cli_print(&text, err);
    }
    struct stat info;
    if (stat(target, &info) == 0 && S_ISDIR(info.st_mode)) {
        return save_pages(&list, target, run->arena, err);
    }
    return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "\"%.200s\" is neither a command nor a folder",
                     target);
}

static const moly_param params[] = {
    {.name = "target",
     MOLY_TEXT_LIST(struct man_args, target),
     .is_positional = true,
     .is_required = true,
     .pattern_hint = "COMMAND|DIR",
     .help = "command whose page is printed, or folder that all pages are written to"},
};

const moly_command cli_man_command = {
    .declaration = {.name = "man",
                    .summary = "Write manual pages",
                    .description = "The pages are made from the same declarations that the "
                                   "commands are read by, so they cannot differ from them.",
                    .example = "moly man completion",
                    .params = params,
                    .n_params = sizeof params / sizeof params[0],
                    .args_size = sizeof(struct man_args)},
    .run = run_man,
};
