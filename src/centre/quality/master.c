/* SPDX-License-Identifier: Apache-2.0 */
#include "quality/master.h"

static moly_status known_members(const json_t *object, const char *const *known, const char *what,
                                 moly_error *err)
{
    const char *key;
    json_t *value;
    size_t n = 0;
    if (!json_is_object(object)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "%s is no JSON object", what);
    }
    while (known[n]) {
        n++;
    }
    json_object_foreach((json_t *)object, key, value)
    {
        bool is_known = false;
        for (size_t i = 0; i < n; i++) {
            is_known = is_known || strcmp(known[i], key) == 0;
        }
        if (!is_known) {
            const char *near = moly_nearest(key, known, n);
            return near ? MOLY_FAIL(err, MOLY_ERR_USAGE,
                                    "%s has no member '%.40s'; did you mean '%s'?", what, key, near)
                        : MOLY_FAIL(err, MOLY_ERR_USAGE, "%s has no member '%.40s'", what, key);
        }
    }
    return MOLY_OK;
}

static moly_status check_range(const json_t *object, const char *what, moly_error *err)
{
    static const char *const known[] = {"min", "max", NULL};
    if (!object) {
        return MOLY_OK;
    }
    moly_status status = known_members(object, known, what, err);
    double min = record_number(object, "min"), max = record_number(object, "max");
    if (!status && !(min >= 0.0 && min <= max)) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE, "%s needs min and max, numbers, min not above max",
                           what);
    }
    return status;
}

static moly_status check_check(const json_t *check, const char *what, moly_error *err)
{
    static const char *const known[] = {"name", "unit", "min", "max", "type", NULL};
    moly_status status = known_members(check, known, what, err);
    const char *type = record_text(check, "type");
    double min = record_number(check, "min"), max = record_number(check, "max");
    if (status) {
        return status;
    }
    if (!record_text(check, "name")[0]) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "%s: a check needs a name", what);
    }
    if (type[0] && strcmp(type, "yes") != 0 && strcmp(type, "text") != 0) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "%s: check '%.40s': type is yes or text; a number has min, max or both",
                         what, record_text(check, "name"));
    }
    if (!type[0] && !isfinite(min) && !isfinite(max)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "%s: check '%.40s' needs min, max or a type", what,
                         record_text(check, "name"));
    }
    return min > max ? MOLY_FAIL(err, MOLY_ERR_RANGE, "%s: check '%.40s': min %g is above max %g",
                                 what, record_text(check, "name"), min, max)
                     : MOLY_OK;
}

static moly_status check_material(const json_t *material, const char *what, moly_error *err)
{
    static const char *const known[] = {"material", "amount", "unit", NULL};
    moly_status status = known_members(material, known, what, err);
    if (!status && !record_text(material, "material")[0]) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE, "%s: a material needs its name", what);
    }
    const json_t *amount = json_object_get(material, "amount");
    if (!status && amount && !(json_is_number(amount) && json_number_value(amount) > 0.0)) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE, "%s: the amount of '%.40s' is a number above 0",
                           what, record_text(material, "material"));
    }
    return status;
}

static moly_status check_texts(const json_t *step, const char *key, const char *what,
                               moly_error *err)
{
    const json_t *list = json_object_get(step, key), *item;
    size_t i;
    bool is_good = !list || json_is_array(list);
    json_array_foreach(list, i, item)
    {
        is_good = is_good && json_is_string(item) && json_string_length(item) > 0;
    }
    return is_good ? MOLY_OK
                   : MOLY_FAIL(err, MOLY_ERR_USAGE, "%s: %s is a list of texts", what, key);
}

typedef moly_status (*item_check)(const json_t *item, const char *what, moly_error *err);

static moly_status check_items(const json_t *step, const char *key, item_check check,
                               const char *what, moly_error *err)
{
    const json_t *list = json_object_get(step, key), *item;
    size_t i;
    moly_status status = !list || json_is_array(list)
                             ? MOLY_OK
                             : MOLY_FAIL(err, MOLY_ERR_USAGE, "%s: %s is a list", what, key);
    json_array_foreach(list, i, item)
    {
        status = status ? status : check(item, what, err);
    }
    return status;
}

static moly_status check_step(const json_t *step, size_t number, moly_error *err)
{
    static const char *const known[] = {"name",      "instruction", "kind", "place",
                                        "training",  "second",      "file", "materials",
                                        "equipment", "checks",      NULL};
    char what[32];
    (void)snprintf(what, sizeof what, "step %zu", number);
    moly_status status = known_members(step, known, what, err);
    const char *kind = record_text(step, "kind");
    if (!status && !record_text(step, "name")[0]) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE, "%s needs a name", what);
    }
    if (!status && kind[0] && strcmp(kind, "process") != 0 && strcmp(kind, "irradiation") != 0) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE, "%s: kind is process or irradiation", what);
    }
    status = status ? status : check_texts(step, "training", what, err);
    status = status ? status : check_texts(step, "equipment", what, err);
    status = status ? status : check_items(step, "materials", check_material, what, err);
    return status ? status : check_items(step, "checks", check_check, what, err);
}

static moly_status complete_tests(const site_data *limits, const product *p, const json_t *content,
                                  json_t *copy, moly_error *err)
{
    const json_t *tests = json_object_get(content, "tests"), *test;
    json_t *list = json_array(), *completed = NULL;
    size_t i;
    moly_status status =
        json_array_size(tests) > 0 && json_array_size(tests) <= MASTER_MOST_TESTS
            ? MOLY_OK
            : MOLY_FAIL(err, MOLY_ERR_USAGE, "a master record has 1 to %d tests, this has %zu",
                        MASTER_MOST_TESTS, json_array_size(tests));
    json_array_foreach(tests, i, test)
    {
        for (size_t k = 0; k < i && !status; k++) {
            const char *word = record_text(test, "method");
            if (record_is(json_array_get(tests, k), "method", word)) {
                status = MOLY_FAIL(err, MOLY_ERR_USAGE, "test '%.40s' is there twice", word);
            }
        }
        status = status ? status : method_complete(limits, p, test, &completed, err);
        if (!status && json_array_append_new(list, completed) != 0) {
            status = MOLY_NO_MEMORY(err);
        }
    }
    if (status || json_object_set(copy, "tests", list) != 0) {
        status = status ? status : MOLY_NO_MEMORY(err);
    }
    json_decref(list);
    return status;
}

moly_status master_complete(const site_data *limits, const product *p, const json_t *content,
                            json_t **completed, moly_error *err)
{
    static const char *const known[] = {"process", "yield", "reconciliation",
                                        "steps",   "tests", NULL};
    const json_t *steps = json_object_get(content, "steps"), *step;
    size_t i, n = json_array_size(steps);
    *completed = NULL;
    moly_status status = known_members(content, known, "the master record", err);
    if (!status && (n == 0 || n > MASTER_MOST_STEPS)) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE, "a master record has 1 to %d steps, this has %zu",
                           MASTER_MOST_STEPS, n);
    }
    status = status ? status : check_range(json_object_get(content, "yield"), "yield", err);
    status = status
                 ? status
                 : check_range(json_object_get(content, "reconciliation"), "reconciliation", err);
    json_array_foreach(steps, i, step)
    {
        status = status ? status : check_step(step, i + 1, err);
    }
    json_t *copy = status ? NULL : json_copy((json_t *)content);
    if (!status && !copy) {
        status = MOLY_NO_MEMORY(err);
    }
    status = status ? status : complete_tests(limits, p, content, copy, err);
    if (status) {
        json_decref(copy);
        return status;
    }
    *completed = copy;
    return MOLY_OK;
}
