/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

/* Within single quotes, where ':' and brackets have a meaning of their own. */
static void add_quoted(const char *prose, moly_text *text)
{
    for (const char *c = prose; *c != '\0'; c++) {
        if (*c == '\'') {
            moly_text_add(text, "'\\''");
        } else {
            moly_text_add(text, strchr(":[]\\", *c) ? "\\" : "");
            moly_text_add_n(text, c, 1);
        }
    }
}

static void add_option(const moly_param *param, moly_text *text)
{
    moly_text_add(text, " \\\n            ");
    if (param->is_positional) {
        bool is_many = param->type == MOLY_TYPE_TEXT_LIST;
        moly_text_add(text, is_many ? "'*:" : "':");
    } else {
        moly_text_printf(text, "'--%s[", param->name);
        add_quoted(param->help, text);
        moly_text_add(text, param->type == MOLY_TYPE_BOOL ? "]'" : "]:");
    }
    if (param->type == MOLY_TYPE_BOOL) {
        return;
    }
    moly_text_printf(text, "%s:", param->name);
    if (param->type == MOLY_TYPE_CHOICE) {
        moly_text_add(text, "(");
        for (size_t i = 0; param->choices[i]; i++) {
            moly_text_printf(text, "%s%s", i > 0 ? " " : "", param->choices[i]);
        }
        moly_text_add(text, ")");
    } else if (param->pattern_hint &&
               (strstr(param->pattern_hint, "FILE") || strstr(param->pattern_hint, "DIR"))) {
        moly_text_add(text, "_files");
    }
    moly_text_add(text, "'");
}

static int n_words(const char *name)
{
    int n = 1;
    for (; *name != '\0'; name++) {
        n += *name == ' ' ? 1 : 0;
    }
    return n;
}

void cli_complete_zsh(const cli_commands *list, moly_text *text)
{
    moly_text_add(text, "#compdef moly\n"
                        "# Completion of moly for zsh, written by: moly completion zsh\n"
                        "_moly() {\n"
                        "    local typed=\"${(j: :)words[2,CURRENT-1]} \"\n"
                        "    case \"$typed\" in\n");
    for (size_t i = list->n; i > 0; i--) {
        const moly_declaration *declaration = &list->commands[i - 1]->declaration;
        int n = n_words(declaration->name);
        moly_text_printf(text,
                         "    '%s '*)\n        words=(moly ${words[%d,-1]})\n"
                         "        (( CURRENT -= %d ))\n        _arguments",
                         declaration->name, n + 2, n);
        for (size_t k = 0; k < declaration->n_params; k++) {
            add_option(&declaration->params[k], text);
        }
        moly_text_add(text, "\n        ;;\n");
    }
    moly_text_add(text, "    *)\n        local -a commands=(\n");
    for (size_t i = 0; i < list->n; i++) {
        const moly_declaration *declaration = &list->commands[i]->declaration;
        moly_text_printf(text, "            '%s:", declaration->name);
        add_quoted(declaration->summary, text);
        moly_text_add(text, "'\n");
    }
    moly_text_add(text, "        )\n        _describe command commands\n        ;;\n    esac\n}\n"
                        "_moly \"$@\"\n");
}
