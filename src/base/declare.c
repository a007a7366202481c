/* SPDX-License-Identifier: Apache-2.0 */
/* What every face of a declaration shares: "not given", fallbacks, required parameters, names. */

#include "declare_inside.h"

#include <math.h>

#include "moly/base/catalogue.h"

void moly_param_clear(const moly_param *param, char *args)
{
    void *member = args + param->offset;
    switch (param->type) {
    case MOLY_TYPE_TEXT:
        *(const char **)member = NULL;
        break;
    case MOLY_TYPE_F64:
        *(double *)member = (double)NAN;
        break;
    case MOLY_TYPE_I64:
        *(int64_t *)member = INT64_MIN;
        break;
    case MOLY_TYPE_BOOL:
    case MOLY_TYPE_CHOICE:
        *(int *)member = -1;
        break;
    case MOLY_TYPE_INSTANT:
        *(moly_instant *)member = MOLY_INSTANT_NONE;
        break;
    case MOLY_TYPE_F64_LIST:
        *(moly_f64_list *)member = (moly_f64_list){0, NULL};
        break;
    case MOLY_TYPE_INSTANT_LIST:
        *(moly_instant_list *)member = (moly_instant_list){0, NULL};
        break;
    case MOLY_TYPE_TEXT_LIST:
        *(moly_text_list *)member = (moly_text_list){0, NULL};
        break;
    case MOLY_TYPE_JSON:
        *(json_t **)member = NULL;
        break;
    }
}

bool moly_param_is_given(const moly_param *param, const void *args)
{
    const void *member = (const char *)args + param->offset;
    switch (param->type) {
    case MOLY_TYPE_TEXT:
        return *(const char *const *)member != NULL;
    case MOLY_TYPE_F64:
        return !isnan(*(const double *)member);
    case MOLY_TYPE_I64:
        return *(const int64_t *)member != INT64_MIN;
    case MOLY_TYPE_BOOL:
    case MOLY_TYPE_CHOICE:
        return *(const int *)member >= 0;
    case MOLY_TYPE_INSTANT:
        return !moly_instant_is_none(*(const moly_instant *)member);
    case MOLY_TYPE_F64_LIST:
        return ((const moly_f64_list *)member)->n > 0;
    case MOLY_TYPE_INSTANT_LIST:
        return ((const moly_instant_list *)member)->n > 0;
    case MOLY_TYPE_TEXT_LIST:
        return ((const moly_text_list *)member)->n > 0;
    case MOLY_TYPE_JSON:
        return *(json_t *const *)member != NULL;
    }
    return false;
}

bool moly_param_has_bounds(const moly_param *param)
{
    return !(param->min == 0.0 && param->max == 0.0);
}

bool moly_param_is_list(const moly_param *param)
{
    return param->type == MOLY_TYPE_F64_LIST || param->type == MOLY_TYPE_INSTANT_LIST ||
           param->type == MOLY_TYPE_TEXT_LIST;
}

bool moly_param_may_be_bare(const moly_param *param)
{
    return param->dim == MOLY_DIM_NONE || param->dim == MOLY_DIM_COUNTS ||
           param->dim == MOLY_DIM_FRACTION;
}

const char *moly_param_symbol(moly_dim dim)
{
    size_t n = 0;
    const moly_unit *units = moly_units(&n);
    for (size_t i = 0; i < n; i++) {
        if (units[i].dim == dim && units[i].factor == 1.0) {
            return units[i].symbol;
        }
    }
    return "";
}

const char *moly_param_key(const moly_param *param, char key[MOLY_PARAM_KEY_SIZE])
{
    (void)snprintf(key, MOLY_PARAM_KEY_SIZE, "%s", param->name);
    for (char *c = key; *c != '\0'; c++) {
        if (*c == '-') {
            *c = '_';
        }
    }
    return key;
}

const char *moly_param_field_key(const moly_param *param, char key[MOLY_PARAM_KEY_SIZE])
{
    moly_param_key(param, key);
    bool is_quantity = param->type == MOLY_TYPE_F64 || param->type == MOLY_TYPE_F64_LIST;
    const char *unit = is_quantity ? moly_dim_unit(param->dim) : "";
    size_t n_key = strlen(key);
    size_t n_unit = strlen(unit);
    /* "counts" of dimension counts stays "counts", not "counts_counts" */
    bool says_it = n_key >= n_unit && strcmp(key + n_key - n_unit, unit) == 0 &&
                   (n_key == n_unit || key[n_key - n_unit - 1] == '_');
    if (n_unit > 0 && !says_it) {
        (void)snprintf(key + n_key, MOLY_PARAM_KEY_SIZE - n_key, "_%s", unit);
    }
    return key;
}

bool moly_param_has_key(const moly_param *param, const char *key)
{
    const char *a = param->name;
    const char *b = key;
    for (; *a != '\0' && *b != '\0'; a++, b++) {
        if (*a != *b && !((*a == '-' || *a == '_') && (*b == '-' || *b == '_'))) {
            return false;
        }
    }
    return *a == *b;
}

moly_status moly_reading_begin(moly_reading *reading, const moly_declaration *declaration,
                               const moly_clock *clock, moly_arena *arena, moly_error *err)
{
    *reading = (moly_reading){.declaration = declaration, .clock = clock, .arena = arena};
    /* one more byte and item, so that a command without parameters needs no case of its own */
    reading->args = moly_arena_alloc(arena, 1, declaration->args_size + 1);
    reading->seen = moly_arena_alloc(arena, declaration->n_params + 1, sizeof *reading->seen);
    if (reading->args == NULL || reading->seen == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < declaration->n_params; i++) {
        const moly_param *param = &declaration->params[i];
        moly_param_clear(param, reading->args);
        if (param->fallback == NULL) {
            continue;
        }
        moly_seen fallback = {0};
        moly_status status = moly_param_read(reading, param, &fallback, param->fallback, err);
        if (status != MOLY_OK) {
            moly_error_context(err, "default of %s", param->name);
            return status;
        }
    }
    return MOLY_OK;
}

moly_status moly_reading_take_text(moly_reading *reading, size_t i, const char *text,
                                   moly_error *err)
{
    const moly_param *param = &reading->declaration->params[i];
    moly_seen *seen = &reading->seen[i];
    if (seen->is_given && !moly_param_is_list(param)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "given twice");
    }
    if (!seen->is_given) {
        moly_param_clear(param, reading->args); /* a list's fallback is replaced, not extended */
    }
    seen->is_given = true;
    return moly_param_read(reading, param, seen, text, err);
}

moly_status moly_reading_end(moly_reading *reading, const char *prefix, void *args, moly_error *err)
{
    const moly_declaration *declaration = reading->declaration;
    for (size_t i = 0; i < declaration->n_params; i++) {
        const moly_param *param = &declaration->params[i];
        if (!param->is_required) {
            continue;
        }
        const char *dashes = param->is_positional ? "" : prefix;
        if (!moly_param_is_given(param, reading->args)) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE, "%s%s is required: %s", dashes, param->name,
                             moly_translate(err ? err->language : NULL, param->help));
        }
        const char *text = param->type == MOLY_TYPE_TEXT
                               ? *(const char *const *)(const void *)(reading->args + param->offset)
                               : NULL;
        if (text != NULL && text[0] == '\0') {
            return MOLY_FAIL(err, MOLY_ERR_USAGE, "%s%s is required and is empty", dashes,
                             param->name);
        }
    }
    if (declaration->args_size > 0) {
        memcpy(args, reading->args, declaration->args_size);
    }
    return MOLY_OK;
}

moly_status moly_declare_defaults(const moly_declaration *declaration, const moly_clock *clock,
                                  moly_arena *arena, void *args, moly_error *err)
{
    moly_reading reading;
    moly_status status = moly_reading_begin(&reading, declaration, clock, arena, err);
    if (status == MOLY_OK && declaration->args_size > 0) {
        memcpy(args, reading.args, declaration->args_size);
    }
    return status;
}
