/* SPDX-License-Identifier: Apache-2.0 */
/* What Moly is and which commands it has: `moly help`, moly(1), --version. */

#include "cli.h"

#include "moly/base/catalogue.h"
#include "moly/nuclide/nuclide.h"

void cli_version(moly_text *text)
{
    moly_text_printf(text, "moly %s\nnuclides: %s\n", MOLY_VERSION,
                     moly_nuclide_set_name(moly_nuclide_set_builtin()));
}

const char *cli_language(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *locale = NULL;
    for (size_t i = 0; i < 3 && (!locale || locale[0] == '\0'); i++) {
        locale = getenv(variables[i]);
    }
    for (const char *const *language = moly_languages(); locale && *language; language++) {
        size_t n = strlen(*language);
        if (strncmp(locale, *language, n) == 0 && strchr("_.@", locale[n])) {
            return *language;
        }
    }
    return NULL;
}

/* Acts are many; `moly acts` lists them. */
static bool is_act(const moly_command *command)
{
    return strncmp(command->declaration.name, "act ", 4) == 0;
}

void cli_overview(const cli_commands *list, const char *language, moly_text *text)
{
    size_t widest = 0;
    for (size_t i = 0; i < list->n; i++) {
        if (is_act(list->commands[i])) {
            continue;
        }
        size_t width = strlen(list->commands[i]->declaration.name);
        widest = width > widest ? width : widest;
    }
    moly_text_printf(text, "%s moly COMMAND [--OPTION ...]\n\n%s\n\n%s\n",
                     moly_translate(language, "Usage:"),
                     moly_translate(language, "The software of a nuclear-medicine centre"),
                     moly_translate(language, "Commands:"));
    for (size_t i = 0; i < list->n; i++) {
        const moly_declaration *declaration = &list->commands[i]->declaration;
        if (is_act(list->commands[i])) {
            continue;
        }
        moly_text_printf(text, "  %-*s  %s\n", (int)widest, declaration->name,
                         moly_translate(language, declaration->summary));
    }
    moly_text_printf(
        text, "\n%s\n%s\n%s\n",
        moly_translate(language, "moly act NAME performs an act; moly acts lists them."),
        moly_translate(language, "moly help COMMAND explains one of them."),
        moly_translate(language, "moly --version tells the version and its data."));
}

static void add_exit_codes(moly_text *text)
{
    static const struct {
        moly_status status;
        const char *text;
    } rows[] = {
#define EXIT_ROW(name, exit_code, http, text) {name, text},
        MOLY_STATUS_LIST(EXIT_ROW)
#undef EXIT_ROW
    };
    moly_text_add(text, ".Sh EXIT STATUS\n.Bl -tag -width Ds\n");
    int last = -1;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int code = moly_status_exit_code(rows[i].status);
        if (code != last) {
            moly_text_printf(text, ".It %d\n", code);
        } else {
            moly_text_add(text, ";\n");
        }
        bool ends = i + 1 == sizeof rows / sizeof rows[0] ||
                    moly_status_exit_code(rows[i + 1].status) != code;
        moly_text_printf(text, "%s%s", rows[i].text, ends ? "\n" : "");
        last = code;
    }
    moly_text_add(text, ".El\n");
}

void cli_overview_man(const cli_commands *list, moly_text *text)
{
    moly_text_printf(text,
                     ".Dd %s\n.Dt MOLY 1\n.Os\n.Sh NAME\n.Nm moly\n"
                     ".Nd the software of a nuclear-medicine centre\n"
                     ".Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar option ...\n"
                     ".Nm\n.Cm help\n.Op Ar command\n.Nm\n.Fl \\-version\n"
                     ".Sh DESCRIPTION\nEach command has a manual page of its own:\n"
                     ".Bl -tag -width Ds\n",
                     MOLY_RELEASE_DATE);
    for (size_t i = 0; i < list->n; i++) {
        const moly_declaration *declaration = &list->commands[i]->declaration;
        moly_text_add(text, ".It Xr moly-");
        for (const char *c = declaration->name; *c != '\0'; c++) {
            moly_text_add_n(text, *c == ' ' ? "-" : c, 1);
        }
        moly_text_printf(text, " 1\n%s\n", declaration->summary);
    }
    moly_text_add(text,
                  ".El\n.Pp\nQuantities are written with their unit, as in\n"
                  ".Ql 370 MBq\nor\n.Ql 2.5 mCi ;\ninstants in UTC or with their zone, as in\n"
                  ".Ql 2026-11-22T06:00Z ,\nor\n.Ql now .\n"
                  ".Sh ENVIRONMENT\n.Bl -tag -width Ds\n"
                  ".It Ev LC_ALL , LC_MESSAGES , LANG\n"
                  "The language of help and messages; numbers always have a point.\n.El\n");
    add_exit_codes(text);
}
