/* SPDX-License-Identifier: Apache-2.0 */
/* What was given, as JSON: for the ledger in canonical units, or as it could have been sent. */

#include "declare_inside.h"

#include <jansson.h>

typedef enum field_form {
    FORM_LEDGER, /* numbers in the unit that the key names */
    FORM_SENT,   /* texts with units, where a bare number would not be taken */
} field_form;

static json_t *number(const moly_param *param, double value, field_form form)
{
    const char *unit = moly_param_symbol(param->dim);
    if (form == FORM_LEDGER || moly_param_may_be_bare(param)) {
        return moly_json_real(value);
    }
    char digits[MOLY_NUMBER_TEXT_SIZE]; /* 17: reads back as the same double */
    return json_sprintf("%s %s", moly_number_format(value, 17, digits), unit);
}

static json_t *number_list(const moly_param *param, const moly_f64_list *list, field_form form)
{
    json_t *array = json_array();
    for (size_t i = 0; i < list->n; i++) {
        if (json_array_append_new(array, number(param, list->values[i], form)) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *instant_list(const moly_instant_list *list)
{
    json_t *array = json_array();
    char text[MOLY_INSTANT_TEXT_SIZE];
    for (size_t i = 0; i < list->n; i++) {
        if (json_array_append_new(array, json_string(moly_instant_format(list->values[i], text))) !=
            0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *text_list(const moly_text_list *list)
{
    json_t *array = json_array();
    for (size_t i = 0; i < list->n; i++) {
        if (json_array_append_new(array, json_string(list->values[i])) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *value_of(const moly_param *param, const void *args, field_form form)
{
    const void *member = (const char *)args + param->offset;
    char instant[MOLY_INSTANT_TEXT_SIZE];
    switch (param->type) {
    case MOLY_TYPE_TEXT:
        return json_string(*(const char *const *)member);
    case MOLY_TYPE_F64:
        return number(param, *(const double *)member, form);
    case MOLY_TYPE_I64:
        return json_integer(*(const int64_t *)member);
    case MOLY_TYPE_BOOL:
        return json_boolean(*(const int *)member);
    case MOLY_TYPE_CHOICE:
        return json_string(param->choices[*(const int *)member]);
    case MOLY_TYPE_INSTANT:
        return json_string(moly_instant_format(*(const moly_instant *)member, instant));
    case MOLY_TYPE_F64_LIST:
        return number_list(param, member, form);
    case MOLY_TYPE_INSTANT_LIST:
        return instant_list(member);
    case MOLY_TYPE_TEXT_LIST:
        return text_list(member);
    case MOLY_TYPE_JSON:
        return json_incref(*(json_t *const *)member);
    }
    return NULL;
}

static json_t *object_of(const moly_declaration *declaration, const void *args, field_form form)
{
    json_t *object = json_object();
    for (size_t i = 0; i < declaration->n_params; i++) {
        const moly_param *param = &declaration->params[i];
        char key[MOLY_PARAM_KEY_SIZE];
        bool is_hidden = param->is_secret && form == FORM_LEDGER;
        if (is_hidden || !moly_param_is_given(param, args)) {
            continue;
        }
        const char *name =
            form == FORM_LEDGER ? moly_param_field_key(param, key) : moly_param_key(param, key);
        /* refuses a NULL object or value, so that running out of memory is seen here */
        if (json_object_set_new(object, name, value_of(param, args, form)) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

json_t *moly_declare_fields(const moly_declaration *declaration, const void *args)
{
    return object_of(declaration, args, FORM_LEDGER);
}

json_t *moly_declare_object(const moly_declaration *declaration, const void *args)
{
    return object_of(declaration, args, FORM_SENT);
}
