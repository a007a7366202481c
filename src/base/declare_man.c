/* SPDX-License-Identifier: Apache-2.0 */
/* The manual page, in mdoc(7), from the declaration alone. */

#include "declare_face.h"

#include <ctype.h>

#include "wrap.h"

enum { SOURCE_COLUMNS = 78 };

/* One line of running text: never taken for a macro, its backslashes escaped. */
static void add_line(const char *line, size_t n, moly_text *out)
{
    moly_text_add(out, n > 0 && (line[0] == '.' || line[0] == '\'') ? "\\&" : "");
    for (size_t i = 0; i < n; i++) {
        if (line[i] == '\\') {
            moly_text_add(out, "\\e");
        } else {
            moly_text_add_n(out, line + i, 1);
        }
    }
    moly_text_add(out, "\n");
}

/* Bytes up to the end of the sentence or of the line. */
static size_t sentence_length(const char *prose)
{
    size_t n = 0;
    while (prose[n] != '\0' && prose[n] != '\n') {
        n++;
        if (strchr(".?!", prose[n - 1]) && prose[n] == ' ') {
            break;
        }
    }
    return n;
}

/* Each sentence begins a line, so that the formatter sets the space behind it. */
static void add_prose(const char *prose, moly_text *out)
{
    while (*prose != '\0') {
        if (*prose == '\n') {
            moly_text_add(out, prose[1] == '\n' ? ".Pp\n" : "");
            prose += strspn(prose, "\n");
            continue;
        }
        size_t left = sentence_length(prose);
        while (left > 0) {
            const char *next = NULL;
            size_t n = moly_wrap_line(prose, SOURCE_COLUMNS, &next);
            n = n > left ? left : n;
            add_line(prose, n, out);
            n += strspn(prose + n, " ");
            left = left > n ? left - n : 0;
            prose += n;
        }
    }
}

/* One word behind a macro: quoted, its hyphens kept, never taken for a macro itself. */
static void add_word(const char *word, moly_text *out)
{
    moly_text_add(out, " \\&");
    for (; *word != '\0'; word++) {
        if (*word == '-') {
            moly_text_add(out, "\\-");
        } else if (*word == ' ') {
            moly_text_add(out, "\\ ");
        } else if (*word == '"') {
            moly_text_add(out, "\\(dq");
        } else if (*word == '\\') {
            moly_text_add(out, "\\e");
        } else {
            moly_text_add_n(out, word, 1);
        }
    }
}

static void add_placeholder(const moly_param *param, moly_text *out)
{
    moly_text placeholder = {0};
    moly_face_placeholder(param, &placeholder);
    if (placeholder.length > 0) {
        moly_text_add(out, " Ar");
        add_word(placeholder.data, out);
    }
    moly_text_free(&placeholder);
}

static void add_flag(const moly_param *param, moly_text *out)
{
    char name[MOLY_PARAM_KEY_SIZE];
    (void)snprintf(name, sizeof name, "-%s", param->name);
    moly_text_add(out, " Fl");
    add_word(name, out);
    add_placeholder(param, out);
}

static void add_synopsis(const moly_declaration *declaration, moly_text *out)
{
    moly_text command = {0};
    moly_face_command(declaration, &command);
    moly_text_add(out, ".Sh SYNOPSIS\n.Nm moly\n.Cm");
    add_word(moly_text_get(&command), out);
    moly_text_add(out, "\n");
    moly_text_free(&command);
    for (size_t i = 0; i < declaration->n_params; i++) {
        const moly_param *param = &declaration->params[i];
        if (param->is_common) {
            continue;
        }
        moly_text line = {0};
        if (param->is_positional) {
            add_placeholder(param, &line);
        } else {
            add_flag(param, &line);
        }
        const char *macros = moly_text_get(&line);
        if (param->is_required) {
            moly_text_printf(out, ".%s\n", macros[0] == ' ' ? macros + 1 : macros);
        } else {
            moly_text_printf(out, ".Op%s\n", macros);
        }
        moly_text_free(&line);
    }
    moly_text_add(out, ".Op Ar option ...\n");
}

static void add_item(const moly_param *param, moly_text *out)
{
    moly_text_add(out, ".It");
    if (param->is_positional) {
        add_placeholder(param, out);
    } else {
        if (param->letter != 0) {
            char letter[2] = {param->letter, '\0'};
            moly_text_add(out, " Fl");
            add_word(letter, out);
            moly_text_add(out, " ,");
        }
        add_flag(param, out);
    }
    moly_text_add(out, "\n");
    moly_text prose = {0};
    moly_text limits = {0};
    moly_text_printf(&prose, "%c%s.", toupper((unsigned char)param->help[0]), param->help + 1);
    moly_face_limits(param, NULL, &limits);
    if (limits.length > 0) {
        moly_text_printf(&prose, " %c%s.", toupper((unsigned char)limits.data[0]), limits.data + 1);
    }
    add_prose(moly_text_get(&prose), out);
    moly_text_free(&prose);
    moly_text_free(&limits);
}

static void add_items(const moly_declaration *declaration, moly_text *out)
{
    if (declaration->n_params == 0) {
        return;
    }
    moly_text_add(out, ".Bl -tag -width Ds\n");
    for (size_t i = 0; i < declaration->n_params; i++) {
        add_item(&declaration->params[i], out);
    }
    moly_text_add(out, ".El\n");
}

void moly_declare_man(const moly_declaration *declaration, moly_text *text)
{
    char name[MOLY_PARAM_KEY_SIZE];
    (void)snprintf(name, sizeof name, "moly-%s", declaration->name);
    for (char *c = name; *c != '\0'; c++) {
        if (*c == ' ') {
            *c = '-';
        }
    }
    moly_text_printf(text, ".Dd %s\n.Dt ", MOLY_RELEASE_DATE);
    for (const char *c = name; *c != '\0'; c++) {
        char upper = (char)toupper((unsigned char)*c);
        moly_text_add_n(text, &upper, 1);
    }
    moly_text_printf(text, " 1\n.Os\n.Sh NAME\n.Nm %s\n.Nd %s\n", name, declaration->summary);
    add_synopsis(declaration, text);
    moly_text_add(text, ".Sh DESCRIPTION\n");
    if (declaration->description != NULL) {
        add_prose(declaration->description, text);
    } else {
        moly_text sentence = {0};
        moly_text_printf(&sentence, "%s.", declaration->summary);
        moly_face_capitalise(&sentence, 0);
        add_prose(moly_text_get(&sentence), text);
        moly_text_free(&sentence);
    }
    add_items(declaration, text);
    moly_text_add(text, ".Sh EXIT STATUS\n0 when done; otherwise as in\n.Xr moly 1 .\n");
    if (declaration->example != NULL) {
        moly_text_add(text, ".Sh EXAMPLES\n.Dl");
        add_word(declaration->example, text);
        moly_text_add(text, "\n");
    }
    moly_text_add(text, ".Sh SEE ALSO\n.Xr moly 1\n");
}
