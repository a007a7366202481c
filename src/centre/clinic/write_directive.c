/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "clinic/fitness.h"

/* The activity is written a second time; it is the same but for the rounding of a unit. */
static const double same_activity = 1e-3;

struct directive_args {
    const char *order, *indication, *id, *note;
    int route;
    double activity_bq;
    moly_instant at;
};

static const char *const routes[] = {"intravenous", "oral", "intraarterial", "intracavitary", NULL};

static const moly_param params[] = {
    {.name = "order",
     MOLY_TEXT(struct directive_args, order),
     .record = "order",
     .is_required = true,
     .help = "order of the therapy"},
    {.name = "activity",
     .letter = 'a',
     MOLY_F64(struct directive_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1e5,
     .max = 1e11,
     .is_required = true,
     .help = "activity, written a second time"},
    {.name = "route",
     MOLY_CHOICE(struct directive_args, route),
     .choices = routes,
     .is_required = true,
     .help = "way into the body"},
    {.name = "indication",
     MOLY_TEXT(struct directive_args, indication),
     .is_required = true,
     .max = 2000.0,
     .help = "what is treated"},
    ACT_ID(struct directive_args, "written directive"),
    ACT_AT(struct directive_args),
    ACT_NOTE(struct directive_args),
};

static moly_status check(const moly_act_context *context, const struct directive_args *a,
                         const json_t *order, moly_error *err)
{
    double ordered_bq = record_number(order, "activity_bq");
    const product *p = product_named(record_text(order, "product"));
    if (!record_is(order, "state", "ordered")) {
        return MOLY_REFUSE(err, "R-13", "order %s is %s already", a->order,
                           say(context, record_text(order, "state")));
    }
    if (!p || !product_is(p, "therapy")) {
        return MOLY_REFUSE(err, "R-35", "order %s is for %s, which is no therapy", a->order,
                           say(context, record_text(order, "product")));
    }
    if (record_text(order, "directive")[0]) {
        return MOLY_REFUSE(err, "R-35", "order %s has the written directive %s already", a->order,
                           record_text(order, "directive"));
    }
    if (!(fabs(a->activity_bq / ordered_bq - 1.0) <= same_activity)) {
        return MOLY_REFUSE(err, "R-35",
                           "the directive says %s, order %s %s: find out which is meant, and "
                           "order again if it is the directive",
                           say_activity(context, a->activity_bq), a->order,
                           say_activity(context, ordered_bq));
    }
    return rule_in_order(context, record_instant(order, "ordered_at"), "it was ordered", err);
}

static void record(const moly_act_context *context, const struct directive_args *a, const char *id,
                   const json_t *order, moly_decision *decision)
{
    decision_subject(decision, "directive", id);
    decision_record(decision, "directive", id);
    decision_text(decision, "state", "signed");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "owner", record_text(order, "patient"));
    decision_text(decision, "patient", record_text(order, "patient"));
    decision_text(decision, "order", a->order);
    decision_text(decision, "product", record_text(order, "product"));
    decision_number(decision, "activity_bq", a->activity_bq);
    decision_text(decision, "route", routes[a->route]);
    decision_text(decision, "indication", a->indication);
    decision_text(decision, "written_by", context->performer->user);
    decision_record(decision, "order", a->order);
    decision_text(decision, "directive", id);
    decision_text(decision, "route", routes[a->route]);
    decision_link(decision, act_node(context, "order", a->order),
                  act_node(context, "directive", id), "directed by");
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct directive_args *a = args;
    const json_t *order = NULL;
    const char *id = NULL;
    fitness f;
    char risks[FITNESS_RISKS_SIZE];
    moly_status status = act_record(context, "order", a->order, &order, err);
    if (!status) {
        status = check(context, a, order, err);
    }
    if (!status) {
        status = rule_reason(a->indication, "R-35", "a written directive", err);
    }
    if (!status) {
        status = fitness_of_order(context, order, &f, err);
    }
    if (!status) {
        status = fitness_check(context, &f, decision, risks, err);
    }
    if (!status) {
        status = act_new_id(context, "directive", "DIR", a->id, &id, err);
    }
    if (!status) {
        record(context, a, id, order, decision);
    }
    return status;
}

const moly_act clinic_write_directive = {
    .declaration = {.name = "clinic.write_directive",
                    .summary = "Write and sign the directive of a therapy",
                    .description = "Product, activity and route, signed by the physician; no "
                                   "therapy is drawn without it.",
                    .example = "moly act clinic.write_directive"
                               " --db sqlite:moly.db"
                               " --as physician"
                               " --password-file physician.password"
                               " --order ORD-000013"
                               " --activity '550 MBq'"
                               " --route oral"
                               " --indication 'hyperthyroidism, Graves'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct directive_args)},
    .roles = MOLY_ROLE_PHYSICIAN,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "directed",
    .rules = "R-10 R-13 R-35 R-36",
    .subject_kind = "directive",
    .decide = decide,
};
