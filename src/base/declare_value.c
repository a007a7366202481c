/* SPDX-License-Identifier: Apache-2.0 */
/* One value, as it was typed, into one member: parse, then bounds. */

#include "declare_inside.h"

#include <jansson.h>

/* The longest unit of the dimension that the text ends with; NULL when it has none. */
static const char *unit_typed(const char *text, moly_dim dim)
{
    size_t n_text = strlen(text);
    while (n_text > 0 && text[n_text - 1] == ' ') {
        n_text--;
    }
    const char *found = NULL;
    size_t n_found = 0;
    size_t n = 0;
    const moly_unit *units = moly_units(&n);
    for (size_t i = 0; i < n; i++) {
        size_t n_symbol = strlen(units[i].symbol);
        if (units[i].dim == dim && n_symbol > n_found && n_symbol <= n_text &&
            memcmp(text + n_text - n_symbol, units[i].symbol, n_symbol) == 0) {
            found = units[i].symbol;
            n_found = n_symbol;
        }
    }
    return found;
}

static const char *bound(const moly_param *param, double value, const char *unit, int digits,
                         char text[MOLY_BOUND_TEXT_SIZE])
{
    char number[MOLY_NUMBER_TEXT_SIZE];
    char quantity[MOLY_QUANTITY_TEXT_SIZE];
    bool is_quantity = param->type == MOLY_TYPE_F64 || param->type == MOLY_TYPE_F64_LIST;
    bool is_bare = !is_quantity || param->dim == MOLY_DIM_NONE || param->dim == MOLY_DIM_COUNTS;
    (void)snprintf(text, MOLY_BOUND_TEXT_SIZE, "%s",
                   is_bare ? moly_number_format(value, 15, number)
                           : moly_quantity_format_in(value, param->dim, unit, digits, quantity));
    return text;
}

const char *moly_param_bound(const moly_param *param, double value, const char *unit,
                             char text[MOLY_BOUND_TEXT_SIZE])
{
    return bound(param, value, unit, 12, text);
}

/* Characters of a number that reads at a glance, "0.001". */
enum { LONGEST_BOUND = 5 };

void moly_param_bounds(const moly_param *param, char least[MOLY_BOUND_TEXT_SIZE],
                       char most[MOLY_BOUND_TEXT_SIZE])
{
    bound(param, param->max, NULL, 6, most);
    const char *blank = strchr(most, ' ');
    bound(param, param->min, blank ? blank + 1 : NULL, 6, least);
    if (strcspn(least, " ") > LONGEST_BOUND) { /* "100 ms", not "0.00166667 min" */
        bound(param, param->min, NULL, 6, least);
    }
}

moly_status moly_param_check_number(const moly_param *param, double value, const char *typed,
                                    moly_error *err)
{
    if (!moly_param_has_bounds(param) || (value >= param->min && value <= param->max)) {
        return MOLY_OK;
    }
    const char *unit = typed != NULL ? unit_typed(typed, param->dim) : NULL;
    char given[MOLY_BOUND_TEXT_SIZE];
    char limit[MOLY_BOUND_TEXT_SIZE];
    moly_param_bound(param, value, unit, given);
    if (value < param->min) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%s is below the least allowed, %s", given,
                         moly_param_bound(param, param->min, unit, limit));
    }
    return MOLY_FAIL(err, MOLY_ERR_RANGE, "%s is above the most allowed, %s", given,
                     moly_param_bound(param, param->max, unit, limit));
}

moly_status moly_param_check_text(const moly_param *param, const char *text, moly_error *err)
{
    if (!moly_is_utf8(text)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "not UTF-8 text, or with control characters in it");
    }
    double n = (double)strlen(text);
    if (!moly_param_has_bounds(param)) {
        return MOLY_OK;
    }
    if (n < param->min) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%.0f bytes of text, at least %.0f are needed", n,
                         param->min);
    }
    if (n > param->max) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%.0f bytes of text, at most %.0f are allowed", n,
                         param->max);
    }
    return MOLY_OK;
}

/* Room for one more item; arrays double, so that thousands of file names cost no squares. */
static void *grown(moly_reading *reading, moly_seen *seen, const void *old, size_t n, size_t size)
{
    if (n < seen->capacity) {
        return (void *)old; /* the arena's own array, taken below */
    }
    size_t capacity = seen->capacity == 0 ? 4 : 2 * seen->capacity;
    void *items = moly_arena_alloc(reading->arena, capacity, size);
    if (items != NULL) {
        if (n > 0) {
            memcpy(items, old, n * size);
        }
        seen->capacity = capacity;
    }
    return items;
}

moly_status moly_param_push_number(moly_reading *reading, const moly_param *param, moly_seen *seen,
                                   double value, moly_error *err)
{
    moly_f64_list *list = (moly_f64_list *)(void *)(reading->args + param->offset);
    double *values = grown(reading, seen, list->values, list->n, sizeof *values);
    if (values == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    values[list->n] = value;
    *list = (moly_f64_list){list->n + 1, values};
    return MOLY_OK;
}

moly_status moly_param_push_text(moly_reading *reading, const moly_param *param, moly_seen *seen,
                                 const char *text, moly_error *err)
{
    moly_text_list *list = (moly_text_list *)(void *)(reading->args + param->offset);
    const char **values = grown(reading, seen, list->values, list->n, sizeof *values);
    char *copy = moly_arena_strdup(reading->arena, text);
    if (values == NULL || copy == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    values[list->n] = copy;
    *list = (moly_text_list){list->n + 1, values};
    return MOLY_OK;
}

static moly_status read_text(moly_reading *reading, const moly_param *param, const char *text,
                             const char **value, moly_error *err)
{
    moly_status status = moly_param_check_text(param, text, err);
    if (status != MOLY_OK) {
        return status;
    }
    *value = moly_arena_strdup(reading->arena, text);
    return *value == NULL ? MOLY_NO_MEMORY(err) : MOLY_OK;
}

static moly_status read_number(const moly_param *param, const char *text, double *value,
                               moly_error *err)
{
    double number = 0.0;
    moly_status status = moly_quantity_parse(text, param->dim, &number, err);
    if (status == MOLY_OK) {
        status = moly_param_check_number(param, number, text, err);
    }
    if (status == MOLY_OK) {
        *value = number;
    }
    return status;
}

/* What is no number or no instant in a file is malformed data; in an argument it is wrong usage. */
static moly_status as_usage(moly_status status, moly_error *err)
{
    if (status == MOLY_ERR_DATA && err && err->status == MOLY_ERR_DATA) {
        err->status = MOLY_ERR_USAGE;
    }
    return status == MOLY_ERR_DATA ? MOLY_ERR_USAGE : status;
}

static moly_status read_integer(const moly_param *param, const char *text, int64_t *value,
                                moly_error *err)
{
    int64_t number = 0;
    moly_status status = as_usage(moly_integer_parse(text, &number, err), err);
    if (status == MOLY_OK && number == INT64_MIN) { /* which reads "not given" */
        status = MOLY_FAIL(err, MOLY_ERR_RANGE, "%s is too small", text);
    }
    if (status == MOLY_OK) {
        status = moly_param_check_number(param, (double)number, NULL, err);
    }
    if (status == MOLY_OK) {
        *value = number;
    }
    return status;
}

static moly_status read_word(const char *text, int *value, moly_error *err)
{
    static const char *const words[] = {"no", "yes", "false", "true", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(text, words[i]) == 0) {
            *value = (int)(i % 2);
            return MOLY_OK;
        }
    }
    return MOLY_FAIL(err, MOLY_ERR_USAGE, "\"%.40s\" is neither yes nor no", text);
}

static moly_status read_choice(const moly_param *param, const char *text, int *value,
                               moly_error *err)
{
    moly_text list = {0};
    size_t n = 0;
    for (; param->choices[n] != NULL; n++) {
        if (strcmp(text, param->choices[n]) == 0) {
            *value = (int)n;
            moly_text_free(&list);
            return MOLY_OK;
        }
        moly_text_printf(&list, "%s%s", n > 0 ? ", " : "", param->choices[n]);
    }
    const char *near = moly_nearest(text, param->choices, n);
    moly_status status = near != NULL ? MOLY_FAIL(err, MOLY_ERR_UNKNOWN,
                                                  "\"%.40s\" is none of: %s; did you mean %s?",
                                                  text, moly_text_get(&list), near)
                                      : MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "\"%.40s\" is none of: %s",
                                                  text, moly_text_get(&list));
    moly_text_free(&list);
    return status;
}

static moly_status read_instant(moly_reading *reading, const char *text, moly_instant *value,
                                moly_error *err)
{
    if (strcmp(text, "now") == 0) {
        moly_clock system = moly_clock_system();
        *value = moly_clock_now(reading->clock != NULL ? reading->clock : &system);
        return MOLY_OK;
    }
    return as_usage(moly_instant_parse(text, value, err), err);
}

static moly_status push_instant(moly_reading *reading, const moly_param *param, moly_seen *seen,
                                const char *text, moly_error *err)
{
    moly_instant_list *list = (moly_instant_list *)(void *)(reading->args + param->offset);
    moly_instant *values = grown(reading, seen, list->values, list->n, sizeof *values);
    if (values == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    moly_status status = read_instant(reading, text, &values[list->n], err);
    if (status == MOLY_OK) {
        *list = (moly_instant_list){list->n + 1, values};
    }
    return status;
}

moly_status moly_param_push_instants(moly_reading *reading, const moly_param *param,
                                     moly_seen *seen, const char *text, moly_error *err)
{
    moly_status status = MOLY_OK;
    for (const char *at = text; at != NULL && status == MOLY_OK;) {
        at += strspn(at, " ");
        size_t n = strcspn(at, ",");
        const char *rest = at[n] == ',' ? at + n + 1 : NULL;
        while (n > 0 && at[n - 1] == ' ') {
            n--;
        }
        char *one = moly_arena_strndup(reading->arena, at, n);
        status = one ? push_instant(reading, param, seen, one, err) : MOLY_NO_MEMORY(err);
        at = rest;
    }
    return status;
}

static moly_status read_number_list(moly_reading *reading, const moly_param *param, moly_seen *seen,
                                    const char *text, moly_error *err)
{
    const char *at = text;
    for (;;) {
        double value = 0.0;
        const char *rest = NULL;
        moly_status status = moly_quantity_scan(at, param->dim, &value, &rest, err);
        if (status != MOLY_OK) {
            return status;
        }
        while (*rest == ' ') {
            rest++;
        }
        if (*rest != ',' && *rest != '\0') {
            return MOLY_FAIL(err, MOLY_ERR_USAGE,
                             "\"%.40s\" was not expected; put commas between "
                             "the values",
                             rest);
        }
        char *typed = moly_arena_strndup(reading->arena, at, (size_t)(rest - at));
        status =
            typed == NULL ? MOLY_NO_MEMORY(err) : moly_param_check_number(param, value, typed, err);
        if (status == MOLY_OK) {
            status = moly_param_push_number(reading, param, seen, value, err);
        }
        if (status != MOLY_OK || *rest == '\0') {
            return status;
        }
        at = rest + 1;
    }
}

static void release_json(void *json)
{
    json_decref(json);
}

static moly_status read_json(moly_reading *reading, const moly_param *param, const char *text,
                             json_t **value, moly_error *err)
{
    json_t *json = NULL;
    char *data = NULL;
    size_t length = 0;
    moly_status status = MOLY_OK;
    if (param->file_bytes > 0) {
        status = moly_file_read(text, param->file_bytes, &data, &length, err);
    }
    if (status == MOLY_OK) {
        status = data ? moly_json_parse(data, length, &json, err)
                      : moly_json_parse(text, strlen(text), &json, err);
    }
    moly_free(data);
    if (status == MOLY_OK && !moly_arena_defer(reading->arena, release_json, json)) {
        json_decref(json);
        status = MOLY_NO_MEMORY(err);
    }
    if (status == MOLY_OK) {
        *value = json;
    }
    return status;
}

moly_status moly_param_read(moly_reading *reading, const moly_param *param, moly_seen *seen,
                            const char *text, moly_error *err)
{
    void *member = reading->args + param->offset;
    moly_status status = MOLY_ERR_INTERNAL;
    switch (param->type) {
    case MOLY_TYPE_TEXT:
        return read_text(reading, param, text, member, err);
    case MOLY_TYPE_F64:
        return read_number(param, text, member, err);
    case MOLY_TYPE_I64:
        return read_integer(param, text, member, err);
    case MOLY_TYPE_BOOL:
        return read_word(text, member, err);
    case MOLY_TYPE_CHOICE:
        return read_choice(param, text, member, err);
    case MOLY_TYPE_INSTANT:
        return read_instant(reading, text, member, err);
    case MOLY_TYPE_F64_LIST:
        return read_number_list(reading, param, seen, text, err);
    case MOLY_TYPE_INSTANT_LIST:
        return moly_param_push_instants(reading, param, seen, text, err);
    case MOLY_TYPE_TEXT_LIST:
        status = moly_param_check_text(param, text, err);
        return status == MOLY_OK ? moly_param_push_text(reading, param, seen, text, err) : status;
    case MOLY_TYPE_JSON:
        return read_json(reading, param, text, member, err);
    }
    return status;
}
