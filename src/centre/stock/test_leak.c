/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"
#include "instruments/measured.h"

struct leak_args {
    const char *source, *instrument, *method, *note;
    double activity_bq;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "source",
     MOLY_TEXT(struct leak_args, source),
     .record = "source",
     .is_required = true,
     .max = 40.0,
     .help = "source that was wiped"},
    {.name = "activity",
     MOLY_F64(struct leak_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 0.0,
     .max = 1e9,
     .is_required = true,
     .help = "activity on the wipe"},
    {.name = "instrument",
     MOLY_TEXT(struct leak_args, instrument),
     .record = "instrument",
     .max = 40.0,
     .help = "instrument that counted it"},
    {.name = "method",
     MOLY_TEXT(struct leak_args, method),
     .max = 200.0,
     .fallback = "wet wipe",
     .help = "how: dry wipe, wet wipe, immersion"},
    ACT_AT(struct leak_args),
    ACT_NOTE(struct leak_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct leak_args *a = args;
    const site_limit *limit = site_limit_of(context->limits, "leak_test_bq");
    const json_t *source = NULL, *instrument = NULL;
    const char *id = NULL;
    moly_status status = act_record(context, "source", a->source, &source, err);
    if (!status) {
        status = rule_in_order(context, record_instant(source, "at"), "it was registered", err);
    }
    if (!status && a->instrument) {
        status = act_record(context, "instrument", a->instrument, &instrument, err);
    }
    if (!status && instrument) {
        status = rule_instrument(context, instrument, err);
    }
    if (!status) {
        status = act_new_id(context, "leak_test", "LKT", NULL, &id, err);
    }
    if (status) {
        return status;
    }
    bool leaks = a->activity_bq >= limit->value;
    decision_subject(decision, "leak_test", id);
    decision_record(decision, "leak_test", id);
    decision_text(decision, "state", leaks ? "failed" : "passed");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "owner", a->source);
    decision_text(decision, "source", a->source);
    decision_text(decision, "model", record_text(source, "model"));
    decision_text(decision, "serial", record_text(source, "serial"));
    decision_text(decision, "nuclide", record_text(source, "nuclide"));
    decision_text(decision, "room", record_text(source, "room"));
    decision_number(decision, "activity_bq", a->activity_bq);
    decision_number(decision, "limit_bq", limit->value);
    decision_text(decision, "limit_source", limit->source);
    decision_text(decision, "instrument", a->instrument);
    decision_text(decision, "method", a->method);
    decision_text(decision, "made_by", context->performer->user);
    decision_link(decision, act_node(context, "leak_test", id),
                  act_node(context, "source", a->source), "leak test of");
    decision_record(decision, "source", a->source);
    decision_text(decision, "state", leaks ? "leaking" : "in use");
    decision_instant(decision, "leak_test_at", context->at);
    decision_instant(
        decision, "leak_test_due",
        moly_instant_add_s(context->at, site_value(context->limits, "leak_test_interval_s")));
    if (leaks) {
        decision_warn(
            decision, "R-55",
            "%s on the wipe of source %s, limit %s (%s): it leaks. Seal it off, check "
            "its place and who held it, and report it by %s",
            say_activity(context, a->activity_bq), a->source, say_activity(context, limit->value),
            limit->source,
            say_time(context, moly_instant_add_s(context->at,
                                                 site_value(context->limits, "leak_report_s"))));
    }
    return MOLY_OK;
}

const moly_act stock_test_leak = {
    .declaration = {.name = "stock.test_leak",
                    .summary = "Test a sealed source for leaks",
                    .description =
                        "From the limit on (185 Bq where a country names no other) the source "
                        "counts as leaking and is no longer used; the next test follows the plan.",
                    .example = "moly act stock.test_leak"
                               " --db sqlite:moly.db"
                               " --as physicist"
                               " --source SRC-000001"
                               " --activity '12 Bq'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct leak_args)},
    .roles = PROTECTION,
    .rules = "R-28 R-55",
    .subject_kind = "leak_test",
    .decide = decide,
};
