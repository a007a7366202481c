/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"
#include "product.h"

struct receive_kit_args {
    const char *id, *supplier, *number, *note;
    int product;
    int64_t vials;
    double max_activity_bq, use_within_s;
    moly_instant expiry, at;
};

static const moly_param params[] = {
    {.name = "product",
     MOLY_CHOICE(struct receive_kit_args, product),
     .choices = product_codes,
     .is_required = true,
     .help = "what the kit makes"},
    {.name = "supplier",
     MOLY_TEXT(struct receive_kit_args, supplier),
     .is_required = true,
     .max = 200.0,
     .help = "who made it"},
    {.name = "number",
     MOLY_TEXT(struct receive_kit_args, number),
     .is_required = true,
     .max = 100.0,
     .help = "maker's lot number"},
    {.name = "vials",
     MOLY_I64(struct receive_kit_args, vials),
     .min = 1.0,
     .max = 1000.0,
     .is_required = true,
     .help = "vials received"},
    {.name = "expiry",
     MOLY_INSTANT(struct receive_kit_args, expiry),
     .is_required = true,
     .help = "of the unopened vials"},
    {.name = "max-activity",
     MOLY_F64(struct receive_kit_args, max_activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1e6,
     .max = 1e12,
     .help = "most that the leaflet lets into a vial, where it differs from the product's"},
    {.name = "use-within",
     MOLY_F64(struct receive_kit_args, use_within_s),
     .dim = MOLY_DIM_TIME,
     .min = 600.0,
     .max = 172800.0,
     .help = "time of use after labelling in the leaflet, where it differs from the product's"},
    ACT_ID(struct receive_kit_args, "lot"),
    ACT_AT(struct receive_kit_args),
    ACT_NOTE(struct receive_kit_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct receive_kit_args *a = args;
    const product *p = product_at(a->product);
    const char *id = NULL;
    if (!product_is(p, "kit")) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "product: %s is not labelled from a kit", p->code);
    }
    if (a->expiry.us <= context->at.us) {
        return MOLY_REFUSE(err, "R-20", "the lot expired at %s; send it back",
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
    decision_text(decision, "product", p->code);
    decision_text(decision, "product_name", p->name);
    decision_text(decision, "nuclide", p->nuclide);
    decision_text(decision, "supplier", a->supplier);
    decision_text(decision, "number", a->number);
    decision_json(decision, "vials", json_integer(a->vials));
    decision_json(decision, "vials_left", json_integer(a->vials));
    decision_instant(decision, "expiry", a->expiry);
    decision_number(decision, "max_activity_bq",
                    isfinite(a->max_activity_bq) ? a->max_activity_bq : p->max_activity_bq);
    decision_number(decision, "use_within_s",
                    isfinite(a->use_within_s) ? a->use_within_s : p->use_within_s);
    decision_number(decision, "min_volume_ml", p->min_volume_ml);
    decision_number(decision, "max_volume_ml", p->max_volume_ml);
    decision_number(decision, "min_purity", p->min_purity);
    decision_text(decision, "limits_source", p->source);
    decision_text(decision, "received_by", context->performer->user);
    return MOLY_OK;
}

const moly_act pharmacy_receive_kit = {
    .declaration = {.name = "pharmacy.receive_kit",
                    .summary = "Receive a lot of cold kits into quarantine",
                    .description = "Limits come from Moly's table of products; the leaflet in hand "
                                   "may set its own activity and time of use.",
                    .example = "moly act pharmacy.receive_kit"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --product medronate"
                               " --supplier Polatom"
                               " --number MDP-1026"
                               " --vials 6"
                               " --expiry 2027-06-30T00:00Z",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct receive_kit_args)},
    .roles = HOT_LAB,
    .rules = "R-20 R-24",
    .subject_kind = "lot",
    .decide = decide,
};
