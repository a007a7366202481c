/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "product.h"
#include "quality/quality.h"
#include "vessel.h"

struct test_rcp_args {
    const char *kit, *eluate, *vial, *method, *note;
    double purity;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "kit",
     MOLY_TEXT(struct test_rcp_args, kit),
     .record = "kit",
     .help = "labelled kit that is tested"},
    {.name = "eluate",
     MOLY_TEXT(struct test_rcp_args, eluate),
     .record = "eluate",
     .help = "or eluate that is tested"},
    {.name = "vial",
     MOLY_TEXT(struct test_rcp_args, vial),
     .record = "vial",
     .help = "or vial of this site's own production that is tested"},
    {.name = "purity",
     .letter = 'p',
     MOLY_F64(struct test_rcp_args, purity),
     .dim = MOLY_DIM_FRACTION,
     .min = 0.0,
     .max = 1.0,
     .is_required = true,
     .help = "radiochemical purity found"},
    {.name = "method",
     MOLY_TEXT(struct test_rcp_args, method),
     .max = 200.0,
     .fallback = "TLC",
     .help = "how it was tested"},
    ACT_AT(struct test_rcp_args),
    ACT_NOTE(struct test_rcp_args),
};

/* The lot's limit, or the product's, and where it stands. */
static double limit_of(const vessel *v, const char **source)
{
    double limit = record_number(v->record, "min_purity");
    const product *p = product_named(record_text(v->record, "product"));
    *source = record_text(v->record, "limits_source");
    if (isfinite(limit) || !p) {
        *source = **source || !p ? *source : p->source;
        return limit;
    }
    *source = p->source;
    return p->min_purity;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct test_rcp_args *a = args;
    static const char *const kinds[] = {"kit", "eluate", "vial"};
    const char *const ids[] = {a->kit, a->eluate, a->vial};
    vessel v;
    moly_status status = vessel_choose(context, 3, kinds, ids, &v, err);
    status = status ? status : rule_not_of_batch(context, v.record, "quality.test", err);
    if (status) {
        return status;
    }
    const char *before = a->kit ? "labelled" : a->vial ? "untested" : "tested";
    if (isfinite(record_number(v.record, "purity"))) {
        return MOLY_REFUSE(err, "R-13", "%s %s has a result already, which is not replaced",
                           say(context, v.kind), v.id);
    }
    if (!record_is(v.record, "state", before)) {
        return MOLY_REFUSE(err, "R-13", "%s %s is %s; only what is %s is tested",
                           say(context, v.kind), v.id, say(context, record_text(v.record, "state")),
                           say(context, before));
    }
    status = rule_in_order(context, record_instant(v.record, "at"), "it was made", err);
    if (status) {
        return status;
    }
    const char *source = "";
    double limit = limit_of(&v, &source);
    bool is_good = a->purity >= limit;
    decision_subject(decision, v.kind, v.id);
    decision_record(decision, v.kind, v.id);
    decision_text(decision, "state", is_good ? "tested" : "out of specification");
    decision_number(decision, "purity", a->purity);
    decision_number(decision, "purity_limit", limit);
    decision_text(decision, "purity_limit_source", source);
    decision_text(decision, "purity_method", a->method);
    decision_text(decision, "tested_by", context->performer->user);
    if (!is_good) {
        decision_warn(decision, "R-24",
                      "radiochemical purity %s is below the limit of %s (%s): %s must not be used",
                      say_percent(context, a->purity), say_percent(context, limit), source, v.id);
    }
    return MOLY_OK;
}

const moly_act pharmacy_test_rcp = {
    .declaration = {.name = "pharmacy.test_rcp",
                    .summary = "Record the radiochemical purity of a kit, eluate or vial",
                    .description = "Below the product's limit it is out of specification, and that "
                                   "blocks its use. A result is not replaced by another test.",
                    .example = "moly act pharmacy.test_rcp"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --kit KIT-000003"
                               " --purity '97.5 %'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct test_rcp_args)},
    .roles = HOT_LAB,
    .rules = "R-13 R-24",
    .subject_kind = "kit",
    .decide = decide,
};
