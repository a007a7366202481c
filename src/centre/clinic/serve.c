/* SPDX-License-Identifier: Apache-2.0 */
#include "clinic/serve.h"

#include <stdio.h>

#include "site_data.h"

/* what was made for immediate use is one patient's. */
static moly_status check_immediate_use(const moly_act_context *context, const json_t *order,
                                       const vessel *source, moly_error *err)
{
    const char *patient = record_text(source->record, "immediate_use_patient");
    if (!patient[0] || record_is(order, "patient", patient)) {
        return MOLY_OK;
    }
    return MOLY_REFUSE(err, "R-25",
                       "%s %s is for immediate use by one patient, %s; make another for order %s "
                       "(%s)",
                       say(context, source->kind), source->id, patient, record_text(order, "id"),
                       site_limit_of(context->limits, "is_immediate_use")->source);
}

moly_status serve_order(const moly_act_context *context, const json_t *order, const vessel *source,
                        moly_instant injection, moly_error *err)
{
    if (strcmp(record_text(order, "product"), record_text(source->record, "product")) != 0) {
        return MOLY_REFUSE(err, "R-37", "order %s is for %s, %s %s is %s", record_text(order, "id"),
                           say(context, record_text(order, "product")), say(context, source->kind),
                           source->id, say(context, record_text(source->record, "product")));
    }
    moly_status status = check_immediate_use(context, order, source, err);
    status = status ? status : vessel_released(context, source, err);
    return status ? status
                  : vessel_usable_at(context, source, injection, "injected into a patient", err);
}

/* What it was drawn from may have been rejected in the meantime. */
static moly_status check_source(const moly_act_context *context, const vessel *dose,
                                moly_error *err)
{
    const char *node = record_text(dose->record, "source");
    const char *slash = strchr(node, '/');
    char kind[32];
    if (!slash || (size_t)(slash - node) >= sizeof kind) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "dose %s has no source", dose->id);
    }
    (void)snprintf(kind, sizeof kind, "%.*s", (int)(slash - node), node);
    const json_t *source = NULL;
    moly_status status = act_record(context, kind, slash + 1, &source, err);
    if (!status && !record_is(source, "state", "released") &&
        !record_is(source, "state", "discarded")) {
        status = MOLY_REFUSE(err, "R-37", "dose %s came from %s %s, which is %s; do not inject",
                             dose->id, say(context, kind), slash + 1,
                             say(context, record_text(source, "state")));
    }
    return status;
}

moly_status serve_dose(const moly_act_context *context, const vessel *dose, moly_instant at,
                       moly_error *err)
{
    if (!record_is(dose->record, "state", "drawn")) {
        return MOLY_REFUSE(err, "R-37", "dose %s is %s; it cannot be given", dose->id,
                           say(context, record_text(dose->record, "state")));
    }
    moly_status status =
        rule_in_order(context, record_instant(dose->record, "at"), "the dose was drawn", err);
    if (!status) {
        status = check_source(context, dose, err);
    }
    return status ? status : vessel_usable_at(context, dose, at, "injected into a patient", err);
}
