/* SPDX-License-Identifier: Apache-2.0 */
/* A declaration read from a JSON object: what an HTTP request or a web form sends. */

#include "declare_inside.h"

#include <jansson.h>

#include "moly/base/catalogue.h"

static moly_status expected(const char *what, const json_t *value, moly_error *err)
{
    static const char *const names[] = {"an object", "an array", "a text", "an integer",
                                        "a number",  "true",     "false",  "null"};
    const char *language = err ? err->language : NULL;
    return MOLY_FAIL(err, MOLY_ERR_USAGE, "%s is expected, not %s", moly_translate(language, what),
                     moly_translate(language, names[json_typeof(value)]));
}

/* jansson keeps texts with their length; what C would cut short at a zero byte is refused. */
static moly_status text_of(const json_t *value, const char *what, const char **text,
                           moly_error *err)
{
    if (!json_is_string(value)) {
        return expected(what, value, err);
    }
    if (strlen(json_string_value(value)) != json_string_length(value)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "a zero byte within the text");
    }
    *text = json_string_value(value);
    return MOLY_OK;
}

static moly_status number_of(const moly_param *param, const json_t *value, double *number,
                             moly_error *err)
{
    if (json_is_number(value)) {
        if (!moly_param_may_be_bare(param)) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE,
                             "a bare number has no unit; write %s as text, for instance \"%g %s\"",
                             moly_translate(err ? err->language : NULL, moly_dim_word(param->dim)),
                             json_number_value(value), moly_dim_unit(param->dim));
        }
        *number = json_number_value(value);
        return moly_param_check_number(param, *number, NULL, err);
    }
    const char *text = NULL;
    moly_status status = text_of(value, "a text with number and unit", &text, err);
    if (status == MOLY_OK) {
        status = moly_quantity_parse(text, param->dim, number, err);
    }
    return status == MOLY_OK ? moly_param_check_number(param, *number, text, err) : status;
}

static moly_status take_text_item(moly_reading *reading, size_t i, const char *text,
                                  moly_error *err)
{
    const moly_param *param = &reading->declaration->params[i];
    if (param->type == MOLY_TYPE_INSTANT_LIST) {
        return moly_param_push_instants(reading, param, &reading->seen[i], text, err);
    }
    moly_status status = moly_param_check_text(param, text, err);
    return status == MOLY_OK ? moly_param_push_text(reading, param, &reading->seen[i], text, err)
                             : status;
}

static moly_status take_list(moly_reading *reading, size_t i, const json_t *value, moly_error *err)
{
    const moly_param *param = &reading->declaration->params[i];
    if (!json_is_array(value)) {
        return expected("an array", value, err);
    }
    moly_param_clear(param, reading->args);
    for (size_t k = 0; k < json_array_size(value); k++) {
        const json_t *item = json_array_get(value, k);
        moly_status status = MOLY_OK;
        if (param->type == MOLY_TYPE_F64_LIST) {
            double number = 0.0;
            status = number_of(param, item, &number, err);
            if (status == MOLY_OK) {
                status = moly_param_push_number(reading, param, &reading->seen[i], number, err);
            }
        } else {
            const char *text = NULL;
            status = text_of(item, "a text", &text, err);
            if (status == MOLY_OK) {
                status = take_text_item(reading, i, text, err);
            }
        }
        if (status != MOLY_OK) {
            moly_error_context(err, "item %zu", k + 1);
            return status;
        }
    }
    return MOLY_OK;
}

static moly_status take_integer(const moly_param *param, const json_t *value, int64_t *integer,
                                moly_error *err)
{
    if (!json_is_integer(value)) {
        return expected("an integer", value, err);
    }
    int64_t number = json_integer_value(value);
    if (number == INT64_MIN) { /* which reads "not given" */
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "the integer is too small");
    }
    moly_status status = moly_param_check_number(param, (double)number, NULL, err);
    if (status == MOLY_OK) {
        *integer = number;
    }
    return status;
}

moly_status moly_reading_take_json(moly_reading *reading, size_t i, const json_t *value,
                                   moly_error *err)
{
    const moly_param *param = &reading->declaration->params[i];
    void *member = reading->args + param->offset;
    const char *text = NULL;
    moly_status status = MOLY_OK;
    switch (param->type) {
    case MOLY_TYPE_F64: {
        double number = 0.0;
        status = number_of(param, value, &number, err);
        if (status == MOLY_OK) {
            *(double *)member = number;
        }
        return status;
    }
    case MOLY_TYPE_I64:
        return take_integer(param, value, member, err);
    case MOLY_TYPE_BOOL:
        if (!json_is_boolean(value)) {
            return expected("true or false", value, err);
        }
        *(int *)member = json_is_true(value) ? 1 : 0;
        return MOLY_OK;
    case MOLY_TYPE_F64_LIST:
    case MOLY_TYPE_INSTANT_LIST:
    case MOLY_TYPE_TEXT_LIST:
        return take_list(reading, i, value, err);
    case MOLY_TYPE_JSON:
        *(json_t **)member = (json_t *)value; /* borrowed, as the header says */
        return MOLY_OK;
    case MOLY_TYPE_TEXT:
    case MOLY_TYPE_CHOICE:
    case MOLY_TYPE_INSTANT:
        break;
    }
    status = text_of(value, "a text", &text, err);
    return status == MOLY_OK ? moly_reading_take_text(reading, i, text, err) : status;
}

static moly_status unknown_member(const moly_reading *reading, const char *key, moly_error *err)
{
    const moly_declaration *declaration = reading->declaration;
    const char **names = moly_arena_alloc(reading->arena, declaration->n_params + 1, sizeof *names);
    if (names == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < declaration->n_params; i++) {
        char name[MOLY_PARAM_KEY_SIZE];
        names[i] = moly_arena_strdup(reading->arena, moly_param_key(&declaration->params[i], name));
        if (names[i] == NULL) {
            return MOLY_NO_MEMORY(err);
        }
    }
    const char *near = moly_nearest(key, names, declaration->n_params);
    if (near != NULL) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "unknown field \"%.60s\"; did you mean \"%s\"?", key,
                         near);
    }
    return MOLY_FAIL(err, MOLY_ERR_USAGE, "%s has no field \"%.60s\"", declaration->name, key);
}

static moly_status take_member(moly_reading *reading, const char *key, const json_t *value,
                               moly_error *err)
{
    const moly_declaration *declaration = reading->declaration;
    size_t i = 0;
    while (i < declaration->n_params && !moly_param_has_key(&declaration->params[i], key)) {
        i++;
    }
    if (i == declaration->n_params) {
        return unknown_member(reading, key, err);
    }
    moly_status status = MOLY_OK;
    if (reading->seen[i].capacity > 0 || reading->seen[i].is_given) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE, "given twice");
    } else if (!json_is_null(value)) { /* null: a form's field that was left empty */
        status = moly_reading_take_json(reading, i, value, err);
        reading->seen[i].is_given = true;
    }
    if (status != MOLY_OK) {
        moly_error_context(err, "%s", declaration->params[i].name);
    }
    return status;
}

moly_status moly_declare_parse_json(const moly_declaration *declaration, const moly_clock *clock,
                                    const json_t *object, moly_arena *arena, void *args,
                                    moly_error *err)
{
    if (!json_is_object(object)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "%s takes a JSON object", declaration->name);
    }
    moly_reading reading;
    moly_status status = moly_reading_begin(&reading, declaration, clock, arena, err);
    /* the iterator wants a mutable object, but changes nothing */
    json_t *fields = (json_t *)object;
    for (void *at = json_object_iter(fields); at != NULL && status == MOLY_OK;
         at = json_object_iter_next(fields, at)) {
        status = take_member(&reading, json_object_iter_key(at), json_object_iter_value(at), err);
    }
    return status == MOLY_OK ? moly_reading_end(&reading, "", args, err) : status;
}
