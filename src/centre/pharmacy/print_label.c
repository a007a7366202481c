/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "vessel.h"

struct print_label_args {
    const char *dose, *kit, *eluate, *vial, *reason, *note;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "dose",
     MOLY_TEXT(struct print_label_args, dose),
     .record = "dose",
     .help = "syringe whose label is printed"},
    {.name = "kit",
     MOLY_TEXT(struct print_label_args, kit),
     .record = "kit",
     .help = "or kit whose label is printed"},
    {.name = "eluate",
     MOLY_TEXT(struct print_label_args, eluate),
     .record = "eluate",
     .help = "or eluate whose label is printed"},
    {.name = "vial",
     MOLY_TEXT(struct print_label_args, vial),
     .record = "vial",
     .help = "or vial whose label is printed"},
    {.name = "reason",
     MOLY_TEXT(struct print_label_args, reason),
     .max = 500.0,
     .help = "why it is printed once more"},
    ACT_AT(struct print_label_args),
    ACT_NOTE(struct print_label_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct print_label_args *a = args;
    static const char *const kinds[] = {"dose", "kit", "eluate", "vial"};
    const char *const ids[] = {a->dose, a->kit, a->eluate, a->vial};
    vessel v;
    moly_status status = vessel_choose(context, 4, kinds, ids, &v, err);
    if (status) {
        return status;
    }
    const double printed = record_number(v.record, "labels");
    const double copies = isfinite(printed) ? printed : 0.0;
    if (copies > 0.0) {
        status = rule_reason(a->reason, "R-04", "printing a label once more", err);
    }
    if (!status) {
        status = rule_in_order(context, record_instant(v.record, "at"), "it was made", err);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, v.kind, v.id);
    decision_record(decision, v.kind, v.id);
    decision_number(decision, "labels", copies + 1.0);
    decision_instant(decision, "label_printed_at", context->at);
    decision_text(decision, "label_printed_by", context->performer->user);
    return MOLY_OK;
}

const moly_act pharmacy_print_label = {
    .declaration = {.name = "pharmacy.print_label",
                    .summary = "Record that a label is printed",
                    .description = "A label is printed once. Each further copy takes a reason and "
                                   "says on the label which copy it is.",
                    .example = "moly act pharmacy.print_label"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --kit KIT-000002",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct print_label_args)},
    .roles = HOT_LAB,
    .rules = "R-04 R-13",
    .subject_kind = "dose",
    .decide = decide,
};
