/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "quality/quality.h"

struct receive_args {
    const char *material, *supplier, *number, *unit, *id, *note;
    double amount;
    moly_instant expiry, at;
};

static const moly_param params[] = {
    {.name = "material",
     MOLY_TEXT(struct receive_args, material),
     .is_required = true,
     .min = 1.0,
     .max = 100.0,
     .help = "as master records name it, \"mannose triflate\""},
    {.name = "supplier",
     MOLY_TEXT(struct receive_args, supplier),
     .is_required = true,
     .max = 200.0,
     .help = "who sent it"},
    {.name = "number",
     MOLY_TEXT(struct receive_args, number),
     .is_required = true,
     .max = 100.0,
     .help = "lot number of the supplier"},
    {.name = "amount",
     MOLY_F64(struct receive_args, amount),
     .min = 1e-6,
     .max = 1e9,
     .is_required = true,
     .help = "how much came, in the unit"},
    {.name = "unit",
     MOLY_TEXT(struct receive_args, unit),
     .is_required = true,
     .max = 20.0,
     .help = "unit that master records count it in, \"pieces\", \"mL\""},
    {.name = "expiry",
     MOLY_INSTANT(struct receive_args, expiry),
     .is_required = true,
     .help = "end of use"},
    ACT_ID(struct receive_args, "lot"),
    ACT_AT(struct receive_args),
    ACT_NOTE(struct receive_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct receive_args *a = args;
    const char *id = NULL;
    if (a->expiry.us <= context->at.us) {
        return MOLY_REFUSE(err, "R-20", "lot %s expired at %s; send it back", a->number,
                           say_time(context, a->expiry));
    }
    moly_status status = act_new_id(context, "lot", "LOT", a->id, &id, err);
    if (status) {
        return status;
    }
    decision_subject(decision, "lot", id);
    decision_record(decision, "lot", id);
    decision_text(decision, "state", "quarantine");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "product", a->material);
    decision_text(decision, "product_name", a->material);
    decision_text(decision, "material", a->material);
    decision_text(decision, "supplier", a->supplier);
    decision_text(decision, "number", a->number);
    decision_number(decision, "amount", a->amount);
    decision_number(decision, "amount_left", a->amount);
    decision_text(decision, "unit", a->unit);
    decision_instant(decision, "expiry", a->expiry);
    decision_text(decision, "received_by", context->performer->user);
    return MOLY_OK;
}

const moly_act quality_receive_material = {
    .declaration = {.name = "quality.receive_material",
                    .summary = "Receive a lot of a material for production",
                    .description = "Precursors, cassettes, filters, solvents. It stays in "
                                   "quarantine until it is accepted (pharmacy.accept_lot).",
                    .example = "moly act quality.receive_material"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --material 'mannose triflate'"
                               " --supplier ABX"
                               " --number 180226"
                               " --amount 20"
                               " --unit vials"
                               " --expiry 2027-06-30T00:00Z",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct receive_args)},
    .roles = HOT_LAB,
    .rules = "R-20",
    .subject_kind = "lot",
    .decide = decide,
};
