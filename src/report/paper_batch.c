/* SPDX-License-Identifier: Apache-2.0 */
/* The record of a batch, with the fields of cGRPP's table 1: what it is, its components, equipment
 * and persons, checks and yield with their limits, deviations, tests with raw data, release. */
#include <math.h>
#include <string.h>

#include "batch_tests.h"

typedef struct record {
    const json_t *batch, *content, *vial;
    json_t *steps, *tests, *cases, *samples, *shipments, *events;
} record;

static const char *share(sheet *s, double fraction)
{
    return isfinite(fraction) ? words_printf(&s->w, "%.4g\xC2\xA0%%", 100.0 * fraction) : NULL;
}

/* "59 % (40 – 80 %)" */
static const char *within(sheet *s, const record *r, double fraction, const char *key)
{
    const json_t *range = json_object_get(r->content, key);
    const char *found = share(s, fraction);
    return found && range ? words_printf(&s->w, "%s (%.4g\xC2\xA0–\xC2\xA0%.4g\xC2\xA0%%)", found,
                                         100.0 * member_number(range, "min"),
                                         100.0 * member_number(range, "max"))
                          : found;
}

static const char *joined(sheet *s, const char *first, const char *second)
{
    return first && second ? words_printf(&s->w, "%s · %s", first, second) : first ? first : second;
}

/* ---- what it is -------------------------------------------------------------------------------
 */

static const char *mark_of(sheet *s, const json_t *batch)
{
    const char *state = member_text(batch, "state");
    if (!state || strcmp(state, "certified") == 0) {
        return NULL;
    }
    if (strcmp(state, "conditionally released") == 0) {
        return say(s->w.language, "RELEASED ON A CONDITION - one test follows");
    }
    return strcmp(state, "rejected") == 0 || strcmp(state, "recalled") == 0
               ? say(s->w.language, "REJECTED OR RECALLED - do not use")
               : say(s->w.language, "NOT CERTIFIED - not for use");
}

static void facts(sheet *s, const record *r)
{
    const json_t *b = r->batch;
    const double volume_ml = member_number(b, "volume_ml");
    const char *version = words_printf(&s->w, "%s %d", say(s->w.language, "version"),
                                       (int)member_number(b, "master_version"));
    sheet_fact(s, say(s->w.language, "Product"), sheet_product(s, b));
    sheet_fact(s, say(s->w.language, "State"), say(s->w.language, member_text(b, "state")));
    sheet_fact(s, say(s->w.language, "Master record"),
               joined(s, member_text(b, "master"), version));
    sheet_fact(s, say(s->w.language, "Process"), member_text(r->content, "process"));
    sheet_fact(s, say(s->w.language, "Vial"), member_text(b, "vial"));
    sheet_fact(s, say(s->w.language, "Lot"), member_text(r->vial, "lot"));
    sheet_fact(s, say(s->w.language, "Planned"), sheet_activity(s, member_number(b, "planned_bq")));
    sheet_fact(s, say(s->w.language, "Activity"),
               sheet_activity(s, member_number(b, "activity_bq")));
    sheet_fact(s, say(s->w.language, "Measured"), sheet_when(s, member_instant(b, "made_at")));
    sheet_fact(s, say(s->w.language, "Volume, mL"),
               isfinite(volume_ml) ? words_fixed(&s->w, volume_ml, 2) : NULL);
    sheet_fact(s, say(s->w.language, "Valid until"), sheet_when(s, member_instant(b, "expiry")));
    sheet_fact(s, say(s->w.language, "Yield"), within(s, r, member_number(b, "yield"), "yield"));
    sheet_fact(s, say(s->w.language, "Volume found"),
               within(s, r, member_number(b, "reconciled"), "reconciliation"));
    sheet_fact(s, say(s->w.language, "Sterility test begun"),
               joined(s, sheet_when(s, member_instant(b, "sterility_at")),
                      member_text(b, "sterility_late")));
    sheet_fact(s, say(s->w.language, "Released without"),
               member_text(b, "condition_test")
                   ? say(s->w.language, member_text(b, "condition_test"))
                   : NULL);
    sheet_fact(s, say(s->w.language, "Because"), member_text(b, "condition_reason"));
}

/* ---- how it was made --------------------------------------------------------------------------
 */

static void irradiation(sheet *s, const record *r)
{
    const json_t *step;
    size_t i;
    json_array_foreach(r->steps, i, step)
    {
        const json_t *beam = json_object_get(step, "irradiation"), *others;
        if (!beam) {
            continue;
        }
        sheet_table *t =
            sheet_begin_table(s, say(s->w.language, "Irradiation (not a step of GMP)"));
        sheet_column(t, say(s->w.language, "Target"), 75, PANGO_ALIGN_LEFT);
        sheet_column(t, say(s->w.language, "Material and lot"), 120, PANGO_ALIGN_LEFT);
        sheet_column(t, say(s->w.language, "Beam"), 90, PANGO_ALIGN_LEFT);
        sheet_column(t, say(s->w.language, "End of bombardment"), 80, PANGO_ALIGN_LEFT);
        sheet_column(t, say(s->w.language, "Activity"), 70, PANGO_ALIGN_RIGHT);
        sheet_column(t, say(s->w.language, "Made beside it"), 70, PANGO_ALIGN_LEFT);
        const double measured = member_number(beam, "activity_bq"),
                     predicted = member_number(beam, "predicted_bq");
        const char *beside = NULL;
        size_t k;
        json_array_foreach(json_object_get(beam, "others"), k, others)
        {
            beside = joined(s, beside, member_text(others, "nuclide"));
        }
        const char *cells[] = {
            member_text(beam, "id"),
            joined(s, member_text(beam, "material"), member_text(beam, "lot")),
            words_printf(&s->w, "%.4g\xC2\xA0MeV, %.4g\xC2\xA0µA, %.4g\xC2\xA0mC",
                         member_number(beam, "energy_mev"), 1e6 * member_number(beam, "current_a"),
                         1e3 * member_number(beam, "charge_coulomb")),
            sheet_when(s, member_instant(beam, "at")),
            sheet_activity(s, isfinite(measured) ? measured : predicted),
            beside};
        sheet_row(s, t, cells);
        sheet_fact(s, say(s->w.language, "Transferred from the target"),
                   sheet_when(s, member_instant(r->vial, "started")));
    }
}

static void steps(sheet *s, const record *r)
{
    const json_t *plan, *step, *one;
    size_t i, k;
    sheet_table *t = sheet_begin_table(s, say(s->w.language, "Steps"));
    sheet_column(t, say(s->w.language, "No."), 25, PANGO_ALIGN_RIGHT);
    sheet_column(t, say(s->w.language, "Step"), 110, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Time"), 105, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Done by"), 90, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Checked by"), 80, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Place and equipment"), 85, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Data file"), 65, PANGO_ALIGN_LEFT);
    json_array_foreach(json_object_get(r->content, "steps"), i, plan)
    {
        step = json_array_get(r->steps, i);
        const char *equipment = member_text(step, "place"), *file = member_text(step, "file");
        json_array_foreach(json_object_get(step, "equipment"), k, one)
        {
            equipment = joined(s, equipment, json_string_value(one));
        }
        const char *cells[] = {
            words_printf(&s->w, "%zu", i + 1),
            joined(s, member_text(plan, "name"), member_text(plan, "instruction")),
            sheet_when(s, member_instant(step, "at")),
            sheet_person(s, member_text(step, "made_by")),
            sheet_person(s, member_text(step, "checked_by")),
            equipment,
            file ? words_hash(&s->w, file, 8) : NULL};
        sheet_row(s, t, cells);
    }
}

static void materials(sheet *s, const record *r)
{
    const json_t *step, *one;
    size_t i, k;
    sheet_table *t = sheet_begin_table(s, say(s->w.language, "Materials"));
    sheet_column(t, say(s->w.language, "No."), 25, PANGO_ALIGN_RIGHT);
    sheet_column(t, say(s->w.language, "Material"), 170, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Lot"), 100, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Supplier's number"), 110, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Amount"), 90, PANGO_ALIGN_RIGHT);
    json_array_foreach(r->steps, i, step)
    {
        json_array_foreach(json_object_get(step, "materials"), k, one)
        {
            const double amount = member_number(one, "amount");
            const char *unit = member_text(one, "unit");
            const char *cells[] = {
                words_printf(&s->w, "%d", (int)member_number(step, "number")),
                member_text(one, "material"), member_text(one, "lot"), member_text(one, "number"),
                isfinite(amount) ? words_printf(&s->w, "%.6g\xC2\xA0%s", amount, unit ? unit : "")
                                 : NULL};
            sheet_row(s, t, cells);
        }
    }
}

static const char *check_value(sheet *s, const json_t *check)
{
    const json_t *value = json_object_get(check, "value");
    const char *unit = member_text(check, "unit");
    return json_is_boolean(value) ? say(s->w.language, json_is_true(value) ? "yes" : "no")
           : json_is_number(value)
               ? words_printf(&s->w, "%.6g\xC2\xA0%s", json_number_value(value), unit ? unit : "")
               : json_string_value(value);
}

static void checks(sheet *s, const record *r)
{
    const json_t *step, *one;
    size_t i, k;
    sheet_table *t = sheet_begin_table(s, say(s->w.language, "In-process checks"));
    sheet_column(t, say(s->w.language, "No."), 25, PANGO_ALIGN_RIGHT);
    sheet_column(t, say(s->w.language, "Check"), 170, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Result"), 130, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Limit"), 100, PANGO_ALIGN_RIGHT);
    sheet_column(t, say(s->w.language, "Verdict"), 70, PANGO_ALIGN_LEFT);
    json_array_foreach(r->steps, i, step)
    {
        json_array_foreach(json_object_get(step, "checks"), k, one)
        {
            const bool is_within = json_is_true(json_object_get(one, "within"));
            const char *cells[] = {words_printf(&s->w, "%d", (int)member_number(step, "number")),
                                   member_text(one, "name"), check_value(s, one),
                                   batch_test_limit(s, one),
                                   say(s->w.language, is_within ? "passes" : "FAILS")};
            sheet_row(s, t, cells);
        }
    }
}

/* ---- how it was judged ------------------------------------------------------------------------
 */

static void test_row(sheet *s, sheet_table *t, const record *r, const json_t *plan,
                     const json_t *test)
{
    const char *file = member_text(test, "file");
    const char *cells[] = {say(s->w.language, member_text(plan, "method")),
                           member_text(test, "reference"),
                           joined(s, member_text(test, "sample"),
                                  joined(s, member_text(test, "instrument"),
                                         file ? words_hash(&s->w, file, 8) : NULL)),
                           batch_test_result(s, test),
                           batch_test_limit(s, plan),
                           batch_test_verdict(s, r->batch, plan, test),
                           joined(s, sheet_person(s, member_text(test, "made_by")),
                                  sheet_person(s, member_text(test, "approved_by")))};
    sheet_row(s, t, cells);
}

static void tests(sheet *s, const record *r)
{
    const json_t *plan, *one;
    size_t i, k;
    sheet_table *t = sheet_begin_table(s, say(s->w.language, "Tests"));
    sheet_column(t, say(s->w.language, "Test"), 82, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Method"), 78, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Sample, instrument, raw data"), 75, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Result"), 75, PANGO_ALIGN_RIGHT);
    sheet_column(t, say(s->w.language, "Limit"), 75, PANGO_ALIGN_RIGHT);
    sheet_column(t, say(s->w.language, "Verdict"), 78, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Tested and approved by"), 100, PANGO_ALIGN_LEFT);
    json_array_foreach(json_object_get(r->content, "tests"), i, plan)
    {
        bool is_there = false;
        json_array_foreach(r->tests, k, one)
        {
            const char *method = member_text(one, "method");
            if (method && strcmp(method, member_text(plan, "method")) == 0) {
                test_row(s, t, r, plan, one);
                is_there = true;
            }
        }
        if (!is_there) {
            test_row(s, t, r, plan, NULL);
        }
    }
}

static void chromatograms(sheet *s, const record *r)
{
    const json_t *test, *peak;
    sheet_table *t = NULL;
    size_t i, k;
    json_array_foreach(r->tests, i, test)
    {
        json_array_foreach(json_object_get(json_object_get(test, "analysis"), "peaks"), k, peak)
        {
            if (!t) {
                t = sheet_begin_table(s, say(s->w.language, "Peaks of the chromatograms"));
                sheet_column(t, say(s->w.language, "Test"), 85, PANGO_ALIGN_LEFT);
                sheet_column(t, say(s->w.language, "Position"), 80, PANGO_ALIGN_RIGHT);
                sheet_column(t, say(s->w.language, "From - to"), 120, PANGO_ALIGN_RIGHT);
                sheet_column(t, say(s->w.language, "Peak area"), 90, PANGO_ALIGN_RIGHT);
                sheet_column(t, say(s->w.language, "Share"), 70, PANGO_ALIGN_RIGHT);
                sheet_column(t, say(s->w.language, "Product"), 60, PANGO_ALIGN_LEFT);
            }
            const bool is_product = json_is_true(json_object_get(peak, "product"));
            const char *cells[] = {member_text(test, "id"),
                                   words_printf(&s->w, "%.4g", member_number(peak, "apex")),
                                   words_printf(&s->w, "%.4g\xC2\xA0–\xC2\xA0%.4g",
                                                member_number(peak, "from"),
                                                member_number(peak, "to")),
                                   words_printf(&s->w, "%.5g", member_number(peak, "area")),
                                   share(s, member_number(peak, "share")),
                                   is_product ? say(s->w.language, "yes") : NULL};
            sheet_row(s, t, cells);
        }
    }
}

static const char *said(sheet *s, const json_t *kept)
{
    moly_text line = {0};
    moly_message_say(kept, s->w.language, &line);
    const char *copy = words_printf(&s->w, "%s", moly_text_get(&line));
    moly_text_free(&line);
    return copy;
}

static void cases(sheet *s, const record *r)
{
    const json_t *one;
    size_t i;
    sheet_table *t = sheet_begin_table(s, say(s->w.language, "Deviations and investigations"));
    sheet_column(t, say(s->w.language, "Number"), 75, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Kind"), 75, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "What happened"), 150, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Conclusion and cause"), 120, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Decided by"), 85, PANGO_ALIGN_LEFT);
    json_array_foreach(r->cases, i, one)
    {
        const char *conclusion = member_text(one, "conclusion");
        const char *cells[] = {member_text(one, "id"), say(s->w.language, member_text(one, "type")),
                               said(s, json_object_get(one, "what")),
                               joined(s, say(s->w.language, conclusion ? conclusion : "open"),
                                      member_text(one, "cause")),
                               sheet_person(s, member_text(one, "decided_by"))};
        sheet_row(s, t, cells);
    }
}

/* ---- where it went ----------------------------------------------------------------------------
 */

static void release(sheet *s, const record *r)
{
    static const struct {
        const char *kind, *stage;
    } stages[] = {{"quality.issue_batch", MOLY_N("record issued")},
                  {"quality.review_batch", MOLY_N("record reviewed")},
                  {"quality.release_conditionally", MOLY_N("released on a condition")},
                  {"quality.certify_batch", MOLY_N("certified for use")}};
    const json_t *event;
    size_t i;
    sheet_table *t = sheet_begin_table(s, say(s->w.language, "Release"));
    sheet_column(t, say(s->w.language, "Stage"), 150, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Signed by"), 130, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Time"), 90, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Hash of what was signed"), 135, PANGO_ALIGN_LEFT);
    json_array_foreach(r->events, i, event)
    {
        const char *kind = member_text(event, "kind"), *hash = member_text(event, "hash");
        for (size_t k = 0; k < sizeof stages / sizeof stages[0]; k++) {
            if (kind && strcmp(stages[k].kind, kind) == 0) {
                const char *cells[] = {say(s->w.language, stages[k].stage),
                                       sheet_person(s, member_text(event, "person")),
                                       sheet_when(s, member_instant(event, "at")),
                                       hash ? words_hash(&s->w, hash, 16) : NULL};
                sheet_row(s, t, cells);
            }
        }
    }
}

static void shipments(sheet *s, const record *r)
{
    const json_t *one;
    size_t i;
    sheet_table *t = sheet_begin_table(s, say(s->w.language, "Shipments and retention samples"));
    sheet_column(t, say(s->w.language, "Number"), 80, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Receiver or place"), 160, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Time"), 85, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Volume, mL"), 60, PANGO_ALIGN_RIGHT);
    sheet_column(t, say(s->w.language, "State"), 120, PANGO_ALIGN_LEFT);
    json_array_foreach(r->shipments, i, one)
    {
        const char *cells[] = {member_text(one, "id"), member_text(one, "receiver"),
                               sheet_when(s, member_instant(one, "at")),
                               words_fixed(&s->w, member_number(one, "volume_ml"), 2),
                               say(s->w.language, member_text(one, "state"))};
        sheet_row(s, t, cells);
    }
    json_array_foreach(r->samples, i, one)
    {
        const char *until = sheet_day(s, member_instant(one, "discard_from"));
        const bool is_kept = strcmp(member_text(one, "state"), "kept") == 0;
        const char *cells[] = {member_text(one, "id"), member_text(one, "place"),
                               sheet_when(s, member_instant(one, "at")),
                               words_fixed(&s->w, member_number(one, "volume_ml"), 2),
                               is_kept
                                   ? words_printf(&s->w, "%s %s", say(s->w.language, "may go from"),
                                                  until ? until : "")
                                   : say(s->w.language, member_text(one, "state"))};
        sheet_row(s, t, cells);
    }
}

static moly_status read_parts(sheet *s, record *r, moly_error *err)
{
    const struct {
        const char *kind;
        json_t **list;
    } parts[] = {{"step", &r->steps},
                 {"test", &r->tests},
                 {"case", &r->cases},
                 {"sample", &r->samples},
                 {"shipment", &r->shipments}};
    json_t *vial = NULL;
    const char *id = member_text(r->batch, "id");
    moly_status status = sheet_record(s, "vial", member_text(r->batch, "vial"), &vial, err);
    r->vial = vial;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && !status; i++) {
        status = sheet_owned(s, parts[i].kind, id, parts[i].list, err);
    }
    const moly_event_query query = {.subject = words_printf(&s->w, "batch/%s", id), .limit = 1000};
    status = status ? status : moly_ledger_events(s->reader, &query, &r->events, err);
    return status ? status : sheet_keep(s, r->events, err);
}

moly_status paper_batch(sheet *s, moly_error *err)
{
    static const char *const kinds[] = {"batch", NULL};
    const char *kind = NULL;
    json_t *batch = NULL;
    record r = {0};
    moly_status status = sheet_find(s, kinds, s->id, &kind, &batch, err);
    if (!status) {
        r.batch = batch;
        r.content = json_object_get(batch, "content");
        status = read_parts(s, &r, err);
    }
    if (status) {
        return status;
    }
    s->title = words_printf(&s->w, "%s %s", say(s->w.language, "Batch record"), s->id);
    s->subject = s->id;
    s->mark = mark_of(s, batch);
    facts(s, &r);
    irradiation(s, &r);
    steps(s, &r);
    materials(s, &r);
    checks(s, &r);
    tests(s, &r);
    chromatograms(s, &r);
    cases(s, &r);
    release(s, &r);
    shipments(s, &r);
    if (!member_text(batch, "certified_by")) {
        sheet_sign(s, say(s->w.language, "Record reviewed by: name, signature, date"));
        sheet_sign(s, say(s->w.language, "Qualified person: name, signature, date"));
    }
    return MOLY_OK;
}
