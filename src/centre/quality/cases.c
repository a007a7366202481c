/* SPDX-License-Identifier: Apache-2.0 */
/* Cases and alarms that an act opens by itself. */
#include "quality/quality.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "moly/base/catalogue.h"

const char *const case_kinds[] = {"deviation", "capa", "complaint", "change", "risk", "oos", NULL};
static const char *const prefixes[] = {"DEV", "CAPA", "CMP", "CHG", "RSK", "OOS"};
static const char *const due_keys[] = {"deviation_due_s", "capa_due_s", "complaint_due_s",
                                       "change_due_s",    "risk_due_s", "oos_due_s"};

moly_status id_series_begin(const moly_act_context *context, const char *kind, const char *prefix,
                            id_series *series, moly_error *err)
{
    const char *first = NULL;
    moly_status status = act_new_id(context, kind, prefix, NULL, &first, err);
    if (!status) {
        const char *dash = strrchr(first, '-');
        *series = (id_series){prefix, dash ? strtoul(dash + 1, NULL, 10) : 1};
    }
    return status;
}

const char *id_series_next(const moly_act_context *context, id_series *series)
{
    const char *id = moly_arena_printf(context->arena, "%s-%06lu", series->prefix, series->next++);
    return id ? id : "";
}

moly_instant case_due(const moly_act_context *context, case_kind kind)
{
    return moly_instant_add_s(context->at, site_value(context->limits, due_keys[kind]));
}

moly_status case_open(const moly_act_context *context, case_kind kind, const char *batch,
                      const char *about, moly_decision *decision, const char **id, moly_error *err,
                      const char *what, ...)
{
    const char *own = NULL;
    moly_status status = act_new_id(context, "case", prefixes[kind], NULL, &own, err);
    if (status) {
        return status;
    }
    va_list args;
    va_start(args, what);
    json_t *sentence = moly_message_new(NULL, what, args);
    va_end(args);
    decision_record(decision, "case", own);
    decision_text(decision, "state", "open");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "type", case_kinds[kind]);
    decision_text(decision, "owner", batch ? batch : about);
    decision_text(decision, "batch", batch);
    decision_text(decision, "about", about);
    decision_json(decision, "what", sentence);
    decision_instant(decision, "due", case_due(context, kind));
    decision_text(decision, "opened_by", context->performer->user);
    if (batch) {
        decision_link(decision, act_node(context, "case", own), act_node(context, "batch", batch),
                      "about");
    }
    if (id) {
        *id = own;
    }
    return MOLY_OK;
}

moly_status alarm_raise(const moly_act_context *context, const char *about, moly_decision *decision,
                        moly_error *err, const char *what, ...)
{
    const char *id = NULL;
    moly_status status = act_new_id(context, "alarm", "ALM", NULL, &id, err);
    if (status) {
        return status;
    }
    va_list args;
    va_start(args, what);
    json_t *sentence = moly_message_new(NULL, what, args);
    va_end(args);
    decision_record(decision, "alarm", id);
    decision_text(decision, "state", "raised");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "about", about);
    decision_json(decision, "what", sentence);
    return MOLY_OK;
}
