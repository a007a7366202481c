/* SPDX-License-Identifier: Apache-2.0 */
/* `--help`, from the declaration alone. */

#include "declare_face.h"

#include "moly/base/catalogue.h"
#include "wrap.h"

enum { HELP_COLUMNS = 100, DESCRIPTION_COLUMNS = 80, MAX_LEFT = 34 };

static void add_usage_params(const moly_declaration *declaration, moly_text *out)
{
    for (size_t i = 0; i < declaration->n_params; i++) {
        const moly_param *param = &declaration->params[i];
        if (param->is_positional) {
            moly_text_add(out, param->is_required ? " " : " [");
            moly_face_placeholder(param, out);
            moly_text_add(out, param->is_required ? "" : "]");
        }
    }
    bool has_more = false;
    for (size_t i = 0; i < declaration->n_params; i++) {
        const moly_param *param = &declaration->params[i];
        if (param->is_required && !param->is_positional) {
            moly_text_printf(out, " --%s ", param->name);
            moly_face_placeholder(param, out);
        }
        has_more = has_more || !(param->is_required || param->is_positional);
    }
    moly_text_add(out, has_more ? " [--OPTION ...]" : "");
}

static void add_usage(const moly_declaration *declaration, const char *language, moly_text *out)
{
    moly_text line = {0};
    moly_text_add(&line, "moly ");
    moly_face_command(declaration, &line);
    add_usage_params(declaration, &line);
    const char *label = moly_translate(language, "Usage:");
    moly_text_printf(out, "%s ", label);
    moly_wrap_add(out, moly_text_get(&line), moly_display_width(label) + 3, HELP_COLUMNS);
    moly_text_add(out, "\n\n");
    out->is_broken = out->is_broken || line.is_broken;
    moly_text_free(&line);
}

static void add_left(const moly_param *param, moly_text *out)
{
    if (param->is_positional) {
        moly_text_add(out, "  ");
        moly_face_placeholder(param, out);
        return;
    }
    if (param->letter != 0) {
        moly_text_printf(out, "  -%c, ", param->letter);
    } else {
        moly_text_add(out, "      ");
    }
    bool is_on = param->type == MOLY_TYPE_BOOL && param->fallback != NULL &&
                 (strcmp(param->fallback, "yes") == 0 || strcmp(param->fallback, "true") == 0);
    moly_text_printf(out, is_on ? "--[no-]%s" : "--%s", param->name);
    if (param->type != MOLY_TYPE_BOOL) {
        moly_text_add(out, " ");
        moly_face_placeholder(param, out);
    }
}

static size_t left_width(const moly_declaration *declaration)
{
    size_t widest = 0;
    for (size_t i = 0; i < declaration->n_params; i++) {
        moly_text left = {0};
        add_left(&declaration->params[i], &left);
        size_t width = moly_display_width(moly_text_get(&left));
        widest = width > widest && width <= MAX_LEFT ? width : widest;
        moly_text_free(&left);
    }
    return widest + 2;
}

static void add_row(const moly_param *param, const char *language, size_t indent, moly_text *out)
{
    moly_text left = {0};
    moly_text right = {0};
    moly_text limits = {0};
    add_left(param, &left);
    moly_text_add(&right, moly_translate(language, param->help));
    moly_face_limits(param, language, &limits);
    if (limits.length > 0) {
        moly_text_printf(&right, " (%s)", limits.data);
    }
    size_t width = moly_display_width(moly_text_get(&left));
    moly_text_add(out, moly_text_get(&left));
    if (width + 2 > indent) {
        moly_text_printf(out, "\n%*s", (int)indent, "");
    } else {
        moly_text_printf(out, "%*s", (int)(indent - width), "");
    }
    moly_wrap_add(out, moly_text_get(&right), indent, HELP_COLUMNS);
    moly_text_add(out, "\n");
    out->is_broken = out->is_broken || left.is_broken || right.is_broken || limits.is_broken;
    moly_text_free(&left);
    moly_text_free(&right);
    moly_text_free(&limits);
}

enum group { GROUP_POSITIONAL, GROUP_OWN, GROUP_COMMON, N_GROUPS };

static enum group group_of(const moly_param *param)
{
    return param->is_positional ? GROUP_POSITIONAL : param->is_common ? GROUP_COMMON : GROUP_OWN;
}

static void add_group(const moly_declaration *declaration, enum group group, const char *heading,
                      const char *language, moly_text *out)
{
    size_t indent = left_width(declaration);
    bool is_first = true;
    for (size_t i = 0; i < declaration->n_params; i++) {
        const moly_param *param = &declaration->params[i];
        if (group_of(param) != group) {
            continue;
        }
        if (is_first) {
            moly_text_printf(out, "\n%s\n", moly_translate(language, heading));
            is_first = false;
        }
        add_row(param, language, indent, out);
    }
}

void moly_declare_help(const moly_declaration *declaration, const char *language, moly_text *text)
{
    static const char *const headings[N_GROUPS] = {MOLY_N("Arguments:"), MOLY_N("Options:"),
                                                   MOLY_N("Options of every command:")};
    add_usage(declaration, language, text);
    size_t start = text->length;
    moly_wrap_add(text, moly_translate(language, declaration->summary), 0, HELP_COLUMNS);
    moly_face_capitalise(text, start);
    moly_text_add(text, "\n");
    if (declaration->description != NULL) {
        moly_text_add(text, "\n");
        moly_wrap_add(text, moly_translate(language, declaration->description), 0,
                      DESCRIPTION_COLUMNS);
        moly_text_add(text, "\n");
    }
    for (enum group group = GROUP_POSITIONAL; group < N_GROUPS; group++) {
        add_group(declaration, group, headings[group], language, text);
    }
    if (declaration->example != NULL) {
        moly_text_printf(text, "\n%s\n  %s\n", moly_translate(language, "Example:"),
                         declaration->example);
    }
}
