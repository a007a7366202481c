/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"

struct supplier_args {
    const char *name, *supplies, *contact, *id, *note;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "name",
     MOLY_TEXT(struct supplier_args, name),
     .is_required = true,
     .max = 200.0,
     .help = "name, as on its certificates"},
    {.name = "supplies",
     MOLY_TEXT(struct supplier_args, supplies),
     .is_required = true,
     .max = 200.0,
     .help = "what it supplies"},
    {.name = "contact",
     MOLY_TEXT(struct supplier_args, contact),
     .max = 500.0,
     .help = "address, telephone"},
    ACT_ID(struct supplier_args, "supplier"),
    ACT_AT(struct supplier_args),
    ACT_NOTE(struct supplier_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct supplier_args *a = args;
    const char *id = NULL;
    moly_status status = act_new_id(context, "supplier", "SUP", a->id, &id, err);
    if (status) {
        return status;
    }
    decision_subject(decision, "supplier", id);
    decision_record(decision, "supplier", id);
    decision_text(decision, "state", "not approved");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "name", a->name);
    decision_text(decision, "supplies", a->supplies);
    decision_text(decision, "contact", a->contact);
    decision_text(decision, "registered_by", context->performer->user);
    return MOLY_OK;
}

const moly_act stock_register_supplier = {
    .declaration = {.name = "stock.register_supplier",
                    .summary = "Register a supplier",
                    .description =
                        "From the first one on, lots are accepted from approved suppliers only.",
                    .example = "moly act stock.register_supplier"
                               " --db sqlite:moly.db"
                               " --as radiopharmacist"
                               " --name 'Eckert & Ziegler'"
                               " --supplies 'Ge-68 generators'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct supplier_args)},
    .roles = HOT_LAB | PHARMACY,
    .rules = "R-20",
    .subject_kind = "supplier",
    .decide = decide,
};
