/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

static void add_quoted(const char *prose, moly_text *text)
{
    for (const char *c = prose; *c != '\0'; c++) {
        moly_text_add(text, *c == '\'' || *c == '\\' ? "\\" : "");
        moly_text_add_n(text, c, 1);
    }
}

static void add_option(const char *name, const moly_param *param, moly_text *text)
{
    if (param->is_positional && param->type != MOLY_TYPE_CHOICE) {
        return;
    }
    moly_text_printf(text, "complete -c moly -n '__moly_in %s'", name);
    if (!param->is_positional) {
        moly_text_printf(text, " -l %s", param->name);
        if (param->letter != 0) {
            moly_text_printf(text, " -s %c", param->letter);
        }
    }
    if (param->type == MOLY_TYPE_CHOICE) {
        moly_text_add(text, " -xa '");
        for (size_t i = 0; param->choices[i]; i++) {
            moly_text_printf(text, "%s%s", i > 0 ? " " : "", param->choices[i]);
        }
        moly_text_add(text, "'");
    } else if (param->type != MOLY_TYPE_BOOL) {
        moly_text_add(text, " -r");
    }
    moly_text_add(text, " -d '");
    add_quoted(param->help, text);
    moly_text_add(text, "'\n");
}

void cli_complete_fish(const cli_commands *list, moly_text *text)
{
    moly_text_add(text, "# Completion of moly for fish, written by: moly completion fish\n"
                        "function __moly_in\n"
                        "    string match -q -- \"moly $argv *\" (commandline -cp)\n"
                        "end\n"
                        "function __moly_begins\n"
                        "    test (count (commandline -opc)) -eq 1\n"
                        "end\n");
    for (size_t i = 0; i < list->n; i++) {
        const moly_declaration *declaration = &list->commands[i]->declaration;
        moly_text_printf(text, "complete -c moly -f -n __moly_begins -a '%s' -d '",
                         declaration->name);
        add_quoted(declaration->summary, text);
        moly_text_add(text, "'\n");
        for (size_t k = 0; k < declaration->n_params; k++) {
            add_option(declaration->name, &declaration->params[k], text);
        }
    }
}
