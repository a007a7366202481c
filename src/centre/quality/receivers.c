/* SPDX-License-Identifier: Apache-2.0 */
/* Who has what a batch or lot went into, and what they are told. */
#include "quality/quality.h"
#include "quality/recall_find.h"

static void release(void *json)
{
    json_decref(json);
}

moly_status reached(const moly_act_context *context, const char *node, const json_t **forward,
                    moly_error *err)
{
    json_t *trace = NULL;
    if (!node) {
        return MOLY_NO_MEMORY(err);
    }
    moly_status status = moly_ledger_trace(context->reader, node, &trace, err);
    if (!status && !moly_arena_defer(context->arena, release, trace)) {
        json_decref(trace);
        status = MOLY_NO_MEMORY(err);
    }
    *forward = status ? NULL : json_object_get(trace, "forward");
    return status;
}

moly_status block_doses(const moly_act_context *context, const char *node, moly_decision *decision,
                        moly_error *err)
{
    const json_t *forward = NULL, *row;
    size_t i;
    moly_status status = reached(context, node, &forward, err);
    json_array_foreach(forward, i, row)
    {
        const json_t *record = json_object_get(row, "record");
        if (record_is(record, "kind", "dose") && record_is(record, "state", "drawn")) {
            decision_record(decision, "dose", record_text(record, "id"));
            decision_text(decision, "state", "rejected");
            decision_record(decision, "order", record_text(record, "order"));
            decision_text(decision, "state", "ordered"); /* another dose may be drawn */
        }
    }
    return status;
}

moly_status tell_receivers(const moly_act_context *context, const char *node,
                           const char *shipment_state, bool with_patients, const char *message,
                           moly_decision *decision, size_t *n, moly_error *err)
{
    const json_t *forward = NULL, *row;
    id_series series;
    size_t i, n_told = 0;
    moly_status status = id_series_begin(context, "notice", "NOT", &series, err);
    status = status ? status : reached(context, node, &forward, err);
    if (status) {
        return status;
    }
    json_array_foreach(forward, i, row)
    {
        const json_t *record = json_object_get(row, "record");
        const char *id = record_text(record, "id");
        bool is_shipment = record_is(record, "kind", "shipment");
        if (!is_shipment && !(with_patients && recall_is_given(record))) {
            continue;
        }
        if (is_shipment) {
            decision_record(decision, "shipment", id);
            decision_text(decision, "state", shipment_state);
        }
        decision_record(decision, "notice", id_series_next(context, &series));
        decision_text(decision, "state", "to send");
        decision_instant(decision, "at", context->at);
        decision_text(decision, "owner", node);
        decision_text(decision, "about", node);
        decision_text(decision, "receiver",
                      is_shipment ? record_text(record, "receiver")
                                  : act_node(context, "patient", record_text(record, "patient")));
        decision_text(decision, is_shipment ? "shipment" : "dose", id);
        decision_text(decision, "message", message);
        decision_instant(
            decision, "send_by",
            moly_instant_add_s(context->at, site_value(context->limits, "notice_send_s")));
        n_told++;
    }
    if (n) {
        *n = n_told;
    }
    return MOLY_OK;
}
