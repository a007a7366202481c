/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"
#include "physics.h"
#include "stock/stock.h"

struct order_args {
    const char *supplier, *item, *nuclide, *id, *note;
    double activity_bq;
    int64_t quantity;
    moly_instant wanted, calibration, at;
};

static const moly_param params[] = {
    {.name = "supplier",
     MOLY_TEXT(struct order_args, supplier),
     .record = "supplier",
     .is_required = true,
     .max = 200.0,
     .help = "approved supplier"},
    {.name = "item",
     MOLY_TEXT(struct order_args, item),
     .is_required = true,
     .max = 200.0,
     .help = "what is ordered"},
    {.name = "quantity",
     MOLY_I64(struct order_args, quantity),
     .min = 1.0,
     .max = 100000.0,
     .fallback = "1",
     .help = "how many"},
    {.name = "nuclide",
     MOLY_TEXT(struct order_args, nuclide),
     .max = 12.0,
     .help = "of which nuclide, if it is radioactive"},
    {.name = "activity",
     MOLY_F64(struct order_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1.0,
     .max = 1e15,
     .help = "activity, at its calibration"},
    {.name = "calibration",
     MOLY_INSTANT(struct order_args, calibration),
     .help = "when it has that activity"},
    {.name = "wanted",
     MOLY_INSTANT(struct order_args, wanted),
     .is_required = true,
     .help = "when it is wanted"},
    ACT_ID(struct order_args, "purchase"),
    ACT_AT(struct order_args),
    ACT_NOTE(struct order_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct order_args *a = args;
    const moly_nuclide *nuclide = NULL;
    const char *id = NULL;
    moly_status status = rule_supplier(context, a->supplier, err);
    if (!status && a->nuclide) {
        status = physics_nuclide(a->nuclide, &nuclide, err);
    }
    if (!status && nuclide && isfinite(a->activity_bq)) {
        status = rule_licence(context, NULL, nuclide->name, a->activity_bq, err);
    }
    if (!status) {
        status = act_new_id(context, "purchase", "PUR", a->id, &id, err);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "purchase", id);
    decision_record(decision, "purchase", id);
    decision_text(decision, "state", "ordered");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "supplier", a->supplier);
    decision_text(decision, "item", a->item);
    decision_json(decision, "quantity", json_integer(a->quantity));
    decision_text(decision, "nuclide", nuclide ? nuclide->name : NULL);
    decision_number(decision, "activity_bq", a->activity_bq);
    decision_instant(decision, "calibration", a->calibration);
    decision_instant(decision, "wanted", a->wanted);
    decision_text(decision, "ordered_by", context->performer->user);
    return MOLY_OK;
}

const moly_act stock_order = {
    .declaration = {.name = "stock.order",
                    .summary = "Order from a supplier",
                    .description = "Refused from a supplier that is not approved, and where the "
                                   "licence would not hold what is ordered.",
                    .example = "moly act stock.order"
                               " --db sqlite:moly.db"
                               " --as radiopharmacist"
                               " --supplier Isotope"
                               " --item 'Mo-99/Tc-99m generator'"
                               " --nuclide Mo-99"
                               " --activity '20 GBq'"
                               " --wanted 2026-11-30T04:00Z",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct order_args)},
    .roles = HOT_LAB | PHARMACY,
    .rules = "R-20 R-54",
    .subject_kind = "purchase",
    .decide = decide,
};
