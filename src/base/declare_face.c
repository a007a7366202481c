/* SPDX-License-Identifier: Apache-2.0 */
#include "declare_face.h"

#include <ctype.h>

#include "moly/base/catalogue.h"

static void add_upper(moly_text *out, const char *text)
{
    for (; *text != '\0'; text++) {
        char c = (char)toupper((unsigned char)*text);
        if (c == ' ') {
            c = '-';
        }
        moly_text_add_n(out, &c, 1);
    }
}

static void add_choices(const moly_param *param, const char *between, moly_text *out)
{
    for (size_t i = 0; param->choices[i] != NULL; i++) {
        moly_text_add(out, i > 0 ? between : "");
        moly_text_add(out, param->choices[i]);
    }
}

/* Up to three short words stand in the usage itself; more are listed with the limits. */
static bool choices_are_short(const moly_param *param)
{
    size_t n = 0;
    size_t bytes = 0;
    for (; param->choices[n] != NULL; n++) {
        bytes += strlen(param->choices[n]) + 1;
    }
    return n <= 3 && bytes <= 20;
}

void moly_face_placeholder(const moly_param *param, moly_text *out)
{
    if (param->pattern_hint != NULL) {
        moly_text_add(out, param->pattern_hint);
    } else if (param->type == MOLY_TYPE_CHOICE && choices_are_short(param)) {
        add_choices(param, "|", out);
    } else if (param->is_positional || param->type == MOLY_TYPE_CHOICE) {
        add_upper(out, param->name);
    } else if (param->type == MOLY_TYPE_F64 || param->type == MOLY_TYPE_F64_LIST) {
        add_upper(out, moly_dim_word(param->dim));
    } else if (param->type == MOLY_TYPE_I64) {
        moly_text_add(out, "N");
    } else if (param->type == MOLY_TYPE_INSTANT || param->type == MOLY_TYPE_INSTANT_LIST) {
        moly_text_add(out, "INSTANT");
    } else if (param->type == MOLY_TYPE_JSON) {
        moly_text_add(out, "JSON");
    } else if (param->type != MOLY_TYPE_BOOL) {
        moly_text_add(out, "TEXT");
    }
    bool has_commas = param->type == MOLY_TYPE_F64_LIST || param->type == MOLY_TYPE_INSTANT_LIST;
    if (has_commas && param->pattern_hint == NULL) {
        moly_text_add(out, ",...");
    } else if (param->type == MOLY_TYPE_TEXT_LIST) {
        moly_text_add(out, "...");
    }
}

void moly_face_units(moly_dim dim, moly_text *out)
{
    size_t n = 0;
    const moly_unit *units = moly_units(&n);
    const char *between = "";
    for (size_t i = 0; i < n; i++) {
        if (units[i].dim == dim) {
            moly_text_printf(out, "%s%s", between, units[i].symbol);
            between = ", ";
        }
    }
}

static void add_part(moly_text *out, size_t start, const char *part)
{
    moly_text_add(out, out->length > start ? "; " : "");
    moly_text_add(out, part);
}

static void add_bounds(const moly_param *param, const char *language, size_t start, moly_text *out)
{
    char least[MOLY_BOUND_TEXT_SIZE];
    char most[MOLY_BOUND_TEXT_SIZE];
    moly_param_bounds(param, least, most);
    add_part(out, start, "");
    bool is_text = param->type == MOLY_TYPE_TEXT || param->type == MOLY_TYPE_TEXT_LIST;
    if (is_text && param->min == param->max) {
        moly_text_printf(out, moly_translate(language, "%s bytes"), most);
    } else if (is_text && param->min == 0.0) {
        moly_text_printf(out, moly_translate(language, "at most %s bytes"), most);
    } else {
        moly_text_printf(out,
                         is_text ? moly_translate(language, "%s to %s bytes")
                                 : moly_translate(language, "%s to %s"),
                         least, most);
    }
}

void moly_face_limits(const moly_param *param, const char *language, moly_text *out)
{
    size_t start = out->length;
    bool is_quantity = param->type == MOLY_TYPE_F64 || param->type == MOLY_TYPE_F64_LIST;
    if (param->is_required) {
        add_part(out, start, moly_translate(language, "required"));
    }
    if (param->type == MOLY_TYPE_CHOICE && (!choices_are_short(param) || param->pattern_hint)) {
        add_part(out, start, "");
        add_choices(param, ", ", out);
    }
    if (moly_param_has_bounds(param)) {
        add_bounds(param, language, start, out);
    } else if (is_quantity && param->dim != MOLY_DIM_NONE && param->fallback == NULL) {
        moly_text units = {0};
        moly_face_units(param->dim, &units);
        add_part(out, start, "");
        moly_text_printf(out, moly_translate(language, "in %s"), moly_text_get(&units));
        moly_text_free(&units);
    }
    if (param->fallback != NULL && param->type != MOLY_TYPE_BOOL) { /* a switch is off by itself */
        add_part(out, start, "");
        moly_text_printf(out, moly_translate(language, "default %s"), param->fallback);
    }
}

void moly_face_command(const moly_declaration *declaration, moly_text *out)
{
    moly_text_add(out,
                  strchr(declaration->name, '.') && !strchr(declaration->name, ' ') ? "act " : "");
    moly_text_add(out, declaration->name);
}

void moly_face_capitalise(moly_text *text, size_t start)
{
    if (text->length < start + 2) {
        return;
    }
    unsigned char *c = (unsigned char *)text->data + start;
    if (c[0] < 0x80) {
        c[0] = (unsigned char)toupper(c[0]);
    } else if (c[0] == 0xD0 && c[1] >= 0xB0 && c[1] <= 0xBF) { /* U+0430..043F to U+0410.. */
        c[1] = (unsigned char)(c[1] - 0x20);
    } else if (c[0] == 0xD1 && c[1] >= 0x80 && c[1] <= 0x8F) { /* U+0440..044F to U+0420.. */
        c[0] = 0xD0;
        c[1] = (unsigned char)(c[1] + 0x20);
    }
}
