/* SPDX-License-Identifier: Apache-2.0 */
#include "batch_tests.h"

#include <math.h>
#include <string.h>

moly_status sheet_owned(sheet *s, const char *kind, const char *owner, json_t **records,
                        moly_error *err)
{
    enum { MOST = 2000 };
    const moly_record_query query = {.kind = kind, .owner = owner, .limit = MOST};
    *records = NULL;
    moly_status status = moly_ledger_records(s->reader, &query, records, err);
    return status ? status : sheet_keep(s, *records, err);
}

static const char *with_unit(sheet *s, double value, const char *unit)
{
    const char *number = NULL;
    if (!isfinite(value)) {
        return NULL;
    }
    if (unit && strcmp(unit, "fraction") == 0) {
        return words_printf(&s->w, "%.4g\xC2\xA0%%", 100.0 * value);
    }
    number = words_printf(&s->w, "%.5g", value);
    bool has_unit = unit && unit[0] && strcmp(unit, "position") != 0;
    return has_unit ? words_printf(&s->w, "%s\xC2\xA0%s", number, say(s->w.language, unit))
                    : number;
}

/* Each solvent with its share of the mass. */
static const char *solvents(sheet *s, const json_t *found, const json_t *limits)
{
    const char *name, *text = "";
    json_t *value;
    json_object_foreach((json_t *)(limits ? limits : found), name, value)
    {
        const json_t *one = json_object_get(limits ? limits : found, name);
        text = words_printf(&s->w, "%s%s%s %.4g\xC2\xA0%%", text, text[0] ? "; " : "",
                            say(s->w.language, name), 100.0 * json_number_value(one));
    }
    return text;
}

const char *batch_test_result(sheet *s, const json_t *test)
{
    const char *language = s->w.language, *unit = member_text(test, "unit");
    const json_t *conforms = json_object_get(test, "conforms");
    const json_t *analysis = json_object_get(test, "analysis");
    const json_t *found = json_object_get(analysis, "solvents");
    const char *verdict = member_text(analysis, "verdict");
    if (conforms) {
        return say(language, json_is_true(conforms) ? "conforms" : "does not conform");
    }
    if (found) {
        return solvents(s, found, NULL);
    }
    if (verdict) {
        return say(language, verdict);
    }
    const double value = member_number(test, "value"), sd = member_number(test, "value_sd");
    const bool is_share = unit && strcmp(unit, "fraction") == 0;
    if (isfinite(sd) && is_share) {
        return words_printf(&s->w, "%.4g ± %.1g\xC2\xA0%%", 100.0 * value, 100.0 * sd);
    }
    return isfinite(sd) ? words_printf(&s->w, "%.5g ± %.2g\xC2\xA0%s", value, sd,
                                       say(language, unit ? unit : ""))
                        : with_unit(s, value, unit);
}

const char *batch_test_limit(sheet *s, const json_t *limits)
{
    const char *unit = member_text(limits, "unit");
    const double min = member_number(limits, "min"), max = member_number(limits, "max");
    const json_t *each = json_object_get(limits, "solvents");
    if (each) {
        return words_printf(&s->w, "≤\xC2\xA0%s", solvents(s, NULL, each));
    }
    if (isfinite(min) && isfinite(max)) {
        return words_printf(&s->w, "%s\xC2\xA0–\xC2\xA0%s", with_unit(s, min, NULL),
                            with_unit(s, max, unit));
    }
    return isfinite(min)   ? words_printf(&s->w, "≥\xC2\xA0%s", with_unit(s, min, unit))
           : isfinite(max) ? words_printf(&s->w, "≤\xC2\xA0%s", with_unit(s, max, unit))
                           : NULL;
}

const char *batch_test_verdict(sheet *s, const json_t *batch, const json_t *plan,
                               const json_t *test)
{
    const char *language = s->w.language, *state = member_text(test, "state");
    const char *method = member_text(plan, "method"), *begun = member_text(batch, "sterility");
    if (!state) {
        bool is_begun = begun && method && strcmp(method, "sterility") == 0;
        return is_begun ? say(language, begun) : say(language, "not tested");
    }
    if (strcmp(state, "passed") == 0 || strcmp(state, "approved") == 0) {
        return say(language, "passes");
    }
    return strcmp(state, "out of specification") == 0 ? say(language, "FAILS")
                                                      : say(language, state);
}
