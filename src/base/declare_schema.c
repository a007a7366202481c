/* SPDX-License-Identifier: Apache-2.0 */
/* A declaration for machines: the JSON schema of its object, and what a form needs to know. */

#include "declare_inside.h"

#include <jansson.h>

#include "moly/base/catalogue.h"

static const char *const type_names[] = {
    [MOLY_TYPE_TEXT] = "text",
    [MOLY_TYPE_F64] = "quantity",
    [MOLY_TYPE_I64] = "integer",
    [MOLY_TYPE_BOOL] = "boolean",
    [MOLY_TYPE_CHOICE] = "choice",
    [MOLY_TYPE_INSTANT] = "instant",
    [MOLY_TYPE_F64_LIST] = "quantities",
    [MOLY_TYPE_TEXT_LIST] = "texts",
    [MOLY_TYPE_INSTANT_LIST] = "instants",
    [MOLY_TYPE_JSON] = "json",
};

static bool is_quantity(const moly_param *param)
{
    return param->type == MOLY_TYPE_F64 || param->type == MOLY_TYPE_F64_LIST;
}

static void set_text(json_t *object, const char *key, const char *text)
{
    (void)json_object_set_new(object, key, json_string(text));
}

static json_t *choices_of(const moly_param *param, const char *language)
{
    json_t *words = json_array();
    for (size_t i = 0; param->choices[i] != NULL; i++) {
        (void)json_array_append_new(words,
                                    json_string(moly_translate(language, param->choices[i])));
    }
    return words;
}

static json_t *quantity_schema(const moly_param *param)
{
    json_t *as_text = json_object();
    set_text(as_text, "type", "string");
    if (!moly_param_may_be_bare(param)) {
        char example[MOLY_BOUND_TEXT_SIZE];
        double value = moly_param_has_bounds(param) ? param->max : 1.0;
        (void)json_object_set_new(
            as_text, "examples",
            json_pack("[s]",
                      moly_param_bound(param, value, moly_param_symbol(param->dim), example)));
        return as_text;
    }
    json_t *as_number = json_object();
    set_text(as_number, "type", "number");
    if (moly_param_has_bounds(param)) {
        (void)json_object_set_new(as_number, "minimum", moly_json_real(param->min));
        (void)json_object_set_new(as_number, "maximum", moly_json_real(param->max));
    }
    return json_pack("{s:[o,o]}", "anyOf", as_number, as_text);
}

static json_t *text_schema(const moly_param *param)
{
    json_t *schema = json_pack("{s:s}", "type", "string");
    if (moly_param_has_bounds(param)) { /* bytes bound characters from above */
        (void)json_object_set_new(schema, "minLength", json_integer(param->min >= 1.0 ? 1 : 0));
        (void)json_object_set_new(schema, "maxLength", json_integer((json_int_t)param->max));
    }
    return schema;
}

static json_t *integer_schema(const moly_param *param)
{
    json_t *schema = json_pack("{s:s}", "type", "integer");
    if (moly_param_has_bounds(param)) {
        (void)json_object_set_new(schema, "minimum", json_integer((json_int_t)param->min));
        (void)json_object_set_new(schema, "maximum", json_integer((json_int_t)param->max));
    }
    return schema;
}

static json_t *instant_schema(void)
{
    return json_pack("{s:[{s:s,s:s},{s:s}]}", "anyOf", "type", "string", "format", "date-time",
                     "const", "now");
}

static json_t *value_schema(const moly_param *param)
{
    switch (param->type) {
    case MOLY_TYPE_TEXT:
        return text_schema(param);
    case MOLY_TYPE_F64:
        return quantity_schema(param);
    case MOLY_TYPE_I64:
        return integer_schema(param);
    case MOLY_TYPE_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case MOLY_TYPE_CHOICE:
        return json_pack("{s:s,s:o}", "type", "string", "enum", choices_of(param, NULL));
    case MOLY_TYPE_INSTANT:
        return instant_schema();
    case MOLY_TYPE_INSTANT_LIST:
        return json_pack("{s:s,s:o}", "type", "array", "items", instant_schema());
    case MOLY_TYPE_F64_LIST:
        return json_pack("{s:s,s:o}", "type", "array", "items", quantity_schema(param));
    case MOLY_TYPE_TEXT_LIST:
        return json_pack("{s:s,s:o}", "type", "array", "items", text_schema(param));
    case MOLY_TYPE_JSON:
        return param->document ? param->document() : json_object();
    }
    return NULL;
}

json_t *moly_declare_schema(const moly_declaration *declaration)
{
    json_t *properties = json_object();
    json_t *required = json_array();
    for (size_t i = 0; i < declaration->n_params; i++) {
        const moly_param *param = &declaration->params[i];
        char key[MOLY_PARAM_KEY_SIZE];
        json_t *schema = value_schema(param);
        set_text(schema, "description", param->help);
        if (is_quantity(param) && param->dim != MOLY_DIM_NONE) {
            set_text(schema, "x-moly-dimension", moly_dim_word(param->dim));
            set_text(schema, "x-moly-unit", moly_param_symbol(param->dim));
        }
        if (param->fallback != NULL) {
            set_text(schema, "x-moly-default", param->fallback);
        }
        if (param->is_secret) {
            (void)json_object_set_new(schema, "writeOnly", json_true());
        }
        (void)json_object_set_new(properties, moly_param_key(param, key), schema);
        if (param->is_required) {
            (void)json_array_append_new(required, json_string(key));
        }
    }
    return json_pack("{s:s,s:s,s:o,s:o,s:b}", "type", "object", "description", declaration->summary,
                     "properties", properties, "required", required, "additionalProperties", 0);
}

static json_t *units_of(moly_dim dim)
{
    json_t *symbols = json_array();
    size_t n = 0;
    const moly_unit *units = moly_units(&n);
    for (size_t i = 0; i < n; i++) {
        if (units[i].dim == dim) {
            (void)json_array_append_new(symbols, json_string(units[i].symbol));
        }
    }
    return symbols;
}

static void describe_limits(const moly_param *param, const char *language, json_t *out)
{
    if (is_quantity(param)) {
        set_text(out, "dimension", moly_dim_word(param->dim));
        set_text(out, "unit", moly_param_symbol(param->dim));
        (void)json_object_set_new(out, "units", units_of(param->dim));
    }
    if (moly_param_has_bounds(param)) {
        char least[MOLY_BOUND_TEXT_SIZE];
        char most[MOLY_BOUND_TEXT_SIZE];
        moly_param_bounds(param, least, most);
        (void)json_object_set_new(out, "min", moly_json_real(param->min));
        (void)json_object_set_new(out, "max", moly_json_real(param->max));
        set_text(out, "min_text", least);
        set_text(out, "max_text", most);
    }
    if (param->type == MOLY_TYPE_CHOICE) {
        (void)json_object_set_new(out, "choices", choices_of(param, NULL));
        (void)json_object_set_new(out, "choice_labels", choices_of(param, language));
    }
}

static json_t *describe(const moly_param *param, const char *language)
{
    char key[MOLY_PARAM_KEY_SIZE];
    json_t *out = json_object();
    set_text(out, "name", param->name);
    set_text(out, "key", moly_param_key(param, key));
    set_text(out, "field", moly_param_field_key(param, key));
    set_text(out, "type", type_names[param->type]);
    describe_limits(param, language, out);
    (void)json_object_set_new(out, "required", json_boolean(param->is_required));
    (void)json_object_set_new(out, "secret", json_boolean(param->is_secret));
    (void)json_object_set_new(out, "positional", json_boolean(param->is_positional));
    if (param->fallback != NULL) {
        set_text(out, "default", param->fallback);
    }
    if (param->record != NULL) {
        set_text(out, "record", param->record);
    }
    if (param->pattern_hint != NULL) {
        set_text(out, "hint", param->pattern_hint);
    }
    set_text(out, "help", moly_translate(language, param->help));
    return out;
}

json_t *moly_declare_describe(const moly_declaration *declaration, const char *language)
{
    json_t *params = json_array();
    for (size_t i = 0; i < declaration->n_params; i++) {
        (void)json_array_append_new(params, describe(&declaration->params[i], language));
    }
    return params;
}
