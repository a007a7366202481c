/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "clinic/fitness.h"
#include "clinic/serve.h"
#include "instruments/camera.h"
#include "product.h"
#include "vessel.h"

struct administer_args {
    const char *dose, *patient, *birth_date, *name, *site, *camera, *reason, *note;
    int route;
    moly_instant at;
};

static const char *const routes[] = {"intravenous",   "oral",        "inhalation",
                                     "subcutaneous",  "intradermal", "intracavitary",
                                     "intraarterial", NULL};

static const moly_param params[] = {
    {.name = "dose",
     .letter = 'd',
     MOLY_TEXT(struct administer_args, dose),
     .record = "dose",
     .is_required = true,
     .help = "syringe, scanned"},
    {.name = "patient",
     MOLY_TEXT(struct administer_args, patient),
     .record = "patient",
     .is_required = true,
     .help = "first identifier: the patient's number, scanned or asked"},
    {.name = "birth-date",
     MOLY_TEXT(struct administer_args, birth_date),
     .max = 10.0,
     .pattern_hint = "YYYY-MM-DD",
     .help = "second identifier: the birth date as the patient says it"},
    {.name = "name",
     MOLY_TEXT(struct administer_args, name),
     .max = 300.0,
     .help = "or second identifier: the full name as the patient says it"},
    {.name = "route",
     MOLY_CHOICE(struct administer_args, route),
     .choices = routes,
     .fallback = "intravenous",
     .help = "way into the body"},
    {.name = "site",
     MOLY_TEXT(struct administer_args, site),
     .max = 200.0,
     .help = "where, \"left antecubital vein\""},
    {.name = "camera",
     MOLY_TEXT(struct administer_args, camera),
     .record = "instrument",
     .help = "camera that the image will be made with; without it any whose checks hold"},
    {.name = "reason",
     MOLY_TEXT(struct administer_args, reason),
     .max = 2000.0,
     .help = "why an activity outside the tolerance is given"},
    ACT_AT(struct administer_args),
    ACT_NOTE(struct administer_args),
};

/* the person in the chair is the one that the syringe is for, by two identifiers. */
static moly_status check_patient(const struct administer_args *a, const json_t *dose,
                                 const json_t *patient, moly_error *err)
{
    if (!record_is(dose, "patient", a->patient)) {
        return MOLY_REFUSE(err, "R-37",
                           "wrong patient: dose %s is for patient %s, not for %s; do not inject",
                           a->dose, record_text(dose, "patient"), a->patient);
    }
    if (!a->birth_date && !a->name) {
        return MOLY_REFUSE(err, "R-37",
                           "a second identifier is needed: ask the patient for the birth date "
                           "(birth_date) or the full name (name)");
    }
    if (a->birth_date && !record_is(patient, "birth_date", a->birth_date)) {
        return MOLY_REFUSE(err, "R-37",
                           "birth date %s is not that of patient %s; do not inject, identify the "
                           "patient again",
                           a->birth_date, a->patient);
    }
    if (a->name && !record_is(patient, "name", a->name)) {
        return MOLY_REFUSE(err, "R-37",
                           "the name is not that of patient %s; do not inject, identify the "
                           "patient again",
                           a->patient);
    }
    return MOLY_OK;
}

/* as it stands now; a therapy goes the way that its directive says. */
static moly_status check_order(const moly_act_context *context, const struct administer_args *a,
                               const vessel *dose, moly_decision *decision, moly_error *err)
{
    const json_t *order = NULL;
    moly_status status =
        act_record(context, "order", record_text(dose->record, "order"), &order, err);
    if (!status && record_text(order, "directive")[0] &&
        !record_is(order, "route", routes[a->route])) {
        status =
            MOLY_REFUSE(err, "R-35", "the written directive %s says %s, not %s; do not give it",
                        record_text(order, "directive"), say(context, record_text(order, "route")),
                        say(context, routes[a->route]));
    }
    return status ? status : fitness_check_order(context, order, context->at, decision, err);
}

/* nobody is injected for an image that no camera may make. */
static moly_status check_camera(const moly_act_context *context, const struct administer_args *a,
                                const vessel *dose, moly_error *err)
{
    const product *p = product_named(record_text(dose->record, "product"));
    return !a->camera && p && product_is(p, "therapy")
               ? MOLY_OK
               : rule_camera(context, a->camera, vessel_nuclide(dose->record), err);
}

/* */
static moly_status check_tolerance(const moly_act_context *context, const char *reason,
                                   double prescribed_bq, double injected_bq,
                                   moly_decision *decision, moly_error *err)
{
    const site_limit *tolerance = site_limit_of(context->limits, "dose_tolerance");
    double deviation = injected_bq / prescribed_bq - 1.0;
    if (fabs(deviation) <= tolerance->value) {
        return MOLY_OK;
    }
    if (!reason || strspn(reason, " \t\r\n") == strlen(reason)) {
        return MOLY_REFUSE(err, "R-34",
                           "the syringe holds %s, %+.1f %% from the prescribed %s (tolerance %s, "
                           "%s): draw again, or give a reason",
                           say_activity(context, injected_bq), 100.0 * deviation,
                           say_activity(context, prescribed_bq),
                           say_percent(context, tolerance->value), tolerance->source);
    }
    decision_warn(decision, "R-34", "%s given, %+.1f %% from the prescribed %s, because: %.200s",
                  say_activity(context, injected_bq), 100.0 * deviation,
                  say_activity(context, prescribed_bq), reason);
    return MOLY_OK;
}

static void record(const moly_act_context *context, const struct administer_args *a,
                   const vessel *dose, double injected_bq, moly_decision *decision)
{
    decision_subject(decision, "dose", a->dose);
    decision_record(decision, "dose", a->dose);
    decision_text(decision, "state", "given");
    decision_instant(decision, "given_at", context->at);
    decision_text(decision, "given_by", context->performer->user);
    decision_number(decision, "injected_bq", injected_bq);
    decision_number(decision, "net_bq", injected_bq); /* until the residual is known */
    decision_text(decision, "route", routes[a->route]);
    decision_text(decision, "site", a->site);
    decision_text(decision, "camera", a->camera);
    decision_text(decision, "deviation_reason", a->reason);
    decision_record(decision, "order", record_text(dose->record, "order"));
    decision_text(decision, "state", "given");
    decision_instant(decision, "given_at", context->at);
    decision_record(decision, "patient", a->patient);
    decision_text(decision, "state", "injected");
    decision_link(decision, act_node(context, "patient", a->patient), dose->node, "was given");
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct administer_args *a = args;
    vessel dose;
    const json_t *patient = NULL;
    double injected_bq = 0.0;
    moly_status status = vessel_find(context, "dose", a->dose, &dose, err);
    if (!status) {
        status = act_record(context, "patient", a->patient, &patient, err);
    }
    if (!status) {
        status = check_patient(a, dose.record, patient, err);
    }
    if (!status) {
        status = serve_dose(context, &dose, context->at, err);
    }
    if (!status) {
        status = check_order(context, a, &dose, decision, err);
    }
    if (!status) {
        status = check_camera(context, a, &dose, err);
    }
    if (!status) { /* all of the syringe; measure_residual posts back what stayed in it */
        status = vessel_move_all(context, dose.node, act_node(context, "patient", a->patient),
                                 vessel_nuclide(dose.record), NAN, decision, &injected_bq, err);
    }
    if (!status) {
        status = check_tolerance(context, a->reason, record_number(dose.record, "prescribed_bq"),
                                 injected_bq, decision, err);
    }
    if (status) {
        return status;
    }
    record(context, a, &dose, injected_bq, decision);
    return MOLY_OK;
}

const moly_act clinic_administer = {
    .declaration = {.name = "clinic.administer",
                    .summary = "Give a dose to a patient",
                    .description =
                        "The syringe is scanned and the patient confirmed by two identifiers. All "
                        "activity of the syringe is booked to the patient; clinic.measure_residual "
                        "books back what stayed.",
                    .example = "moly act clinic.administer"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --password-file technologist.password"
                               " --dose DOS-000002"
                               " --patient PAT-000002"
                               " --birth-date 1951-11-02"
                               " --reason 'the patient came late'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct administer_args)},
    .roles = CLINIC,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "administered",
    .rules = "R-10 R-13 R-22 R-24 R-32 R-34 R-35 R-36 R-37",
    .subject_kind = "dose",
    .decide = decide,
};
