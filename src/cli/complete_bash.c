/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

static void add_options(const moly_declaration *declaration, moly_text *text)
{
    for (size_t i = 0; i < declaration->n_params; i++) {
        const moly_param *param = &declaration->params[i];
        if (!param->is_positional) {
            moly_text_printf(text, " --%s", param->name);
        }
    }
}

static void add_choices(const moly_param *param, moly_text *text)
{
    for (size_t i = 0; param->choices[i]; i++) {
        moly_text_printf(text, "%s%s", i > 0 ? " " : "", param->choices[i]);
    }
}

/* Longest names first, so that "nuclide show" is not taken for a "nuclide". */
static void add_commands(const cli_commands *list, moly_text *text)
{
    for (size_t i = list->n; i > 0; i--) {
        const moly_declaration *declaration = &list->commands[i - 1]->declaration;
        moly_text_printf(text, "    '%s '*) command='%s' options='", declaration->name,
                         declaration->name);
        add_options(declaration, text);
        moly_text_add(text, "' positionals='");
        for (size_t k = 0; k < declaration->n_params; k++) {
            const moly_param *param = &declaration->params[k];
            if (param->is_positional && param->type == MOLY_TYPE_CHOICE) {
                add_choices(param, text);
                moly_text_add(text, " ");
            }
        }
        moly_text_add(text, "' ;;\n");
    }
}

static void add_values(const cli_commands *list, moly_text *text)
{
    for (size_t i = 0; i < list->n; i++) {
        const moly_declaration *declaration = &list->commands[i]->declaration;
        for (size_t k = 0; k < declaration->n_params; k++) {
            const moly_param *param = &declaration->params[k];
            if (param->type == MOLY_TYPE_CHOICE && !param->is_positional) {
                moly_text_printf(text, "    '%s:--%s') words='", declaration->name, param->name);
                add_choices(param, text);
                moly_text_add(text, "' ;;\n");
            }
        }
    }
}

/* The words that may follow "moly " or the first word of a name of two. */
static void add_names(const cli_commands *list, moly_text *text)
{
    for (size_t i = 0; i < list->n; i++) {
        const char *name = list->commands[i]->declaration.name;
        size_t first = strcspn(name, " ");
        if (name[first] == ' ') {
            moly_text_printf(text, "    '%.*s ') words=\"$words %s\" ;;&\n", (int)first, name,
                             name + first + 1);
        }
    }
    moly_text_add(text, "    '') words='");
    for (size_t i = 0; i < list->n; i++) {
        const char *name = list->commands[i]->declaration.name;
        moly_text_printf(text, "%.*s ", (int)strcspn(name, " "), name);
    }
    moly_text_add(text, "--help --version' ;;\n");
}

void cli_complete_bash(const cli_commands *list, moly_text *text)
{
    moly_text_add(text, "# Completion of moly for bash, written by: moly completion bash\n"
                        "_moly() {\n"
                        "    local current=\"${COMP_WORDS[COMP_CWORD]}\"\n"
                        "    local previous=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
                        "    local typed=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\"\n"
                        "    local command='' options='' positionals='' words=''\n"
                        "    typed=\"${typed:+$typed }\"\n"
                        "    case \"$typed\" in\n");
    add_commands(list, text);
    moly_text_add(text, "    esac\n    case \"$command:$previous\" in\n");
    add_values(list, text);
    moly_text_add(text, "    *) words=\"$positionals\"\n"
                        "       case \"$current\" in -*) words=\"$options\" ;; esac ;;\n"
                        "    esac\n"
                        "    case \"$typed\" in\n");
    add_names(list, text);
    moly_text_add(text, "    esac\n"
                        "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
                        "}\n"
                        "complete -o bashdefault -o default -F _moly moly\n");
}
