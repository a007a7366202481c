/* SPDX-License-Identifier: Apache-2.0 */
/* The certificate of a kit, eluate or vial: what it is, its tests against their limits, who
 * released it. What was not tested says so. */
#include <math.h>
#include <string.h>

#include "batch_tests.h"

static const char *percent(sheet *s, double fraction)
{
    return isfinite(fraction) ? words_printf(&s->w, "%.4g\xC2\xA0%%", 100.0 * fraction) : NULL;
}

static const char *at_least(sheet *s, const char *limit)
{
    return limit ? words_printf(&s->w, "≥\xC2\xA0%s", limit) : NULL;
}

static const char *at_most(sheet *s, const char *limit)
{
    return limit ? words_printf(&s->w, "≤\xC2\xA0%s", limit) : NULL;
}

static void test(sheet *s, sheet_table *t, const char *name, const char *method, const char *result,
                 const char *limit, int verdict)
{
    const char *const verdicts[] = {say(s->w.language, "not tested"), say(s->w.language, "passes"),
                                    say(s->w.language, "FAILS"), say(s->w.language, "undecided")};
    const char *cells[] = {name, method, result, limit, verdicts[result ? verdict : 0]};
    sheet_row(s, t, cells);
}

static int verdict_of(bool is_good)
{
    return is_good ? 1 : 2;
}

/* Only what was seen to be within all limits passes. */
static int verdict_of_purity(const char *word)
{
    return strcmp(word, "met") == 0 ? 1 : strcmp(word, "exceeded") == 0 ? 2 : 3;
}

static void tests(sheet *s, const json_t *record)
{
    const char *language = s->w.language;
    sheet_table *t = sheet_begin_table(s, say(language, "Tests"));
    sheet_column(t, say(language, "Test"), 130, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "Method"), 130, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "Result"), 90, PANGO_ALIGN_RIGHT);
    sheet_column(t, say(language, "Limit"), 80, PANGO_ALIGN_RIGHT);
    sheet_column(t, say(language, "Verdict"), 75, PANGO_ALIGN_LEFT);
    const double purity = member_number(record, "purity");
    double limit = member_number(record, "purity_limit");
    limit = isfinite(limit) ? limit : member_number(record, "min_purity");
    test(s, t, say(language, "Radiochemical purity"), member_text(record, "purity_method"),
         percent(s, purity), at_least(s, percent(s, limit)), verdict_of(purity >= limit));
    const double ratio = member_number(record, "molybdenum_ratio");
    const double ratio_limit = member_number(record, "molybdenum_limit");
    if (isfinite(ratio)) {
        test(s, t, say(language, "Mo-99 in Tc-99m"), member_text(record, "molybdenum_limit_source"),
             percent(s, ratio), at_most(s, percent(s, ratio_limit)),
             verdict_of(!isfinite(ratio_limit) || ratio <= ratio_limit));
    }
    const double aluminium = member_number(record, "aluminium_ug_per_ml");
    if (isfinite(aluminium)) {
        test(s, t, say(language, "Aluminium"), NULL, words_printf(&s->w, "%.3g µg/mL", aluminium),
             NULL, 1);
    }
    const char *nuclidic = member_text(record, "radionuclidic_purity");
    if (nuclidic) {
        test(s, t, say(language, "Radionuclidic purity"), say(language, "gamma spectrum"),
             say(language, nuclidic), member_text(record, "purity_limits"),
             verdict_of_purity(nuclidic));
    }
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(record, "tests"), i, one)
    {
        const char *verdict = member_text(one, "verdict");
        test(s, t, member_text(one, "name"), member_text(one, "method"), member_text(one, "result"),
             member_text(one, "limit"), verdict_of(verdict && strcmp(verdict, "passes") == 0));
    }
}

/* The newest result of each test of the master record that the vial's batch was made by. */
static moly_status batch_tests(sheet *s, const json_t *batch, moly_error *err)
{
    const char *language = s->w.language;
    json_t *all = NULL;
    const json_t *plan, *one;
    size_t i, k;
    moly_status status = sheet_owned(s, "test", member_text(batch, "id"), &all, err);
    if (status) {
        return status;
    }
    sheet_table *t = sheet_begin_table(s, say(language, "Tests"));
    sheet_column(t, say(language, "Test"), 120, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "Method"), 130, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "Result"), 90, PANGO_ALIGN_RIGHT);
    sheet_column(t, say(language, "Limit"), 90, PANGO_ALIGN_RIGHT);
    sheet_column(t, say(language, "Verdict"), 75, PANGO_ALIGN_LEFT);
    json_array_foreach(json_object_get(json_object_get(batch, "content"), "tests"), i, plan)
    {
        const char *method = member_text(plan, "method");
        const json_t *newest = NULL;
        json_array_foreach(all, k, one)
        {
            newest = strcmp(member_text(one, "method"), method) == 0 ? one : newest;
        }
        const char *cells[] = {say(language, method), member_text(newest, "reference"),
                               batch_test_result(s, newest), batch_test_limit(s, plan),
                               batch_test_verdict(s, batch, plan, newest)};
        sheet_row(s, t, cells);
    }
    return MOLY_OK;
}

/* A batch is released by its certificate, a vial of no batch by itself. */
static void released(sheet *s, const json_t *record, const json_t *batch)
{
    const char *language = s->w.language;
    const char *by =
        batch ? member_text(batch, "certified_by") : member_text(record, "released_by");
    const moly_instant at =
        batch ? member_instant(batch, "certified_at") : member_instant(record, "released_at");
    sheet_fact(s, say(language, "Batch"), member_text(batch, "id"));
    sheet_fact(s, say(language, "Tested by"), sheet_person(s, member_text(record, "tested_by")));
    sheet_fact(s, say(language, "Released by"), sheet_person(s, by));
    sheet_fact(s, say(language, "Released"), sheet_when(s, at));
    s->mark = by ? NULL : say(language, "NOT RELEASED - not for use");
    const char *state = member_text(batch, "state");
    if (state && strcmp(state, "conditionally released") == 0) {
        s->mark = say(language, "RELEASED ON A CONDITION - one test follows");
    } else if (state && (strcmp(state, "recalled") == 0 || strcmp(state, "rejected") == 0)) {
        s->mark = say(language, "REJECTED OR RECALLED - do not use");
    }
}

moly_status paper_certificate(sheet *s, moly_error *err)
{
    static const char *const kinds[] = {"kit", "eluate", "vial", NULL};
    const char *language = s->w.language, *kind = NULL;
    json_t *record = NULL;
    moly_status status = sheet_find(s, kinds, s->id, &kind, &record, err);
    if (status) {
        return status;
    }
    json_t *batch = NULL;
    status = sheet_record(s, "batch", member_text(record, "batch"), &batch, err);
    if (status) {
        return status;
    }
    s->title = words_printf(&s->w, "%s %s", say(language, "Certificate of"), s->id);
    s->subject = s->id;
    const double volume_ml = member_number(record, "volume_ml");
    sheet_fact(s, say(language, "Product"), sheet_product(s, record));
    sheet_fact(s, say(language, "State"), say(language, member_text(record, "state")));
    sheet_fact(s, say(language, "Activity"),
               sheet_activity(s, member_number(record, "activity_bq")));
    sheet_fact(s, say(language, "Measured"), sheet_when(s, member_instant(record, "at")));
    sheet_fact(s, say(language, "Volume, mL"),
               isfinite(volume_ml) ? words_fixed(&s->w, volume_ml, 2) : NULL);
    sheet_fact(s, say(language, "Valid until"), sheet_when(s, member_instant(record, "expiry")));
    sheet_fact(s, say(language, "Made from"), member_text(record, "source"));
    sheet_fact(s, say(language, "Lot"), member_text(record, "lot"));
    sheet_fact(s, say(language, "Made by"), sheet_person(s, member_text(record, "made_by")));
    released(s, record, batch);
    if (batch) {
        return batch_tests(s, batch, err);
    }
    tests(s, record);
    return MOLY_OK;
}
