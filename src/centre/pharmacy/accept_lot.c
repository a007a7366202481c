/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "stock/stock.h"
#include "vessel.h"

struct accept_lot_args {
    const char *generator, *lot, *certificate, *note;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "generator",
     MOLY_TEXT(struct accept_lot_args, generator),
     .record = "generator",
     .help = "generator to accept"},
    {.name = "lot",
     MOLY_TEXT(struct accept_lot_args, lot),
     .record = "lot",
     .help = "or kit lot to accept"},
    {.name = "certificate",
     MOLY_TEXT(struct accept_lot_args, certificate),
     .is_required = true,
     .max = 200.0,
     .help = "number of the supplier's certificate that was checked"},
    ACT_AT(struct accept_lot_args),
    ACT_NOTE(struct accept_lot_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct accept_lot_args *a = args;
    static const char *const kinds[] = {"generator", "lot"};
    const char *const ids[] = {a->generator, a->lot};
    vessel v;
    moly_status status = vessel_choose(context, 2, kinds, ids, &v, err);
    if (!status) {
        status = rule_in_order(context, record_instant(v.record, "at"), "it was received", err);
    }
    if (!status) {
        status = rule_supplier(context, record_text(v.record, "supplier"), err);
    }
    if (status) {
        return status;
    }
    if (!record_is(v.record, "state", "quarantine")) {
        return MOLY_REFUSE(err, "R-20", "%s %s is %s; only what is in quarantine can be accepted",
                           say(context, v.kind), v.id,
                           say(context, record_text(v.record, "state")));
    }
    decision_subject(decision, v.kind, v.id);
    decision_record(decision, v.kind, v.id);
    decision_text(decision, "state", "accepted");
    decision_text(decision, "certificate", a->certificate);
    decision_text(decision, "accepted_by", context->performer->user);
    decision_instant(decision, "accepted_at", context->at);
    return MOLY_OK;
}

const moly_act pharmacy_accept_lot = {
    .declaration = {.name = "pharmacy.accept_lot",
                    .summary = "Accept a generator or kit lot out of quarantine",
                    .description = "The supplier's certificate was checked against the order.",
                    .example = "moly act pharmacy.accept_lot"
                               " --db sqlite:moly.db"
                               " --as radiopharmacist"
                               " --password-file radiopharmacist.password"
                               " --lot LOT-000005"
                               " --certificate C-TF-3310",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct accept_lot_args)},
    .roles = PHARMACY,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "accepted for use",
    .rules = "R-10 R-20",
    .subject_kind = "lot",
    .decide = decide,
};
