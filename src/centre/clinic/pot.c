/* SPDX-License-Identifier: Apache-2.0 */
#include "clinic/pot.h"

moly_status pot_find(const moly_act_context *context, const char *pot, const json_t **record,
                     moly_error *err)
{
    moly_error absent = {0};
    const char *id = NULL;
    *record = NULL;
    moly_status status = act_record(context, "pot", pot, record, &absent);
    if (status == MOLY_ERR_NOT_FOUND) { /* what is written on a pot must fit into an identifier */
        return act_new_id(context, "pot", "POT", pot, &id, err);
    }
    return status
               ? moly_fail(err, status, absent.rule, absent.file, absent.line, "%s", absent.message)
               : MOLY_OK;
}

moly_status pot_check(const moly_act_context *context, const char *pot, moly_error *err)
{
    const json_t *record = NULL, *dose = NULL;
    moly_status status = pot_find(context, pot, &record, err);
    if (status || !record) {
        return status;
    }
    if (record_is(record, "state", "contaminated")) {
        return MOLY_REFUSE(
            err, "R-56",
            "pot %s was contaminated at its check of %s; clean it and check it again "
            "(safety.check_pot), or take another",
            pot, say_time(context, record_instant(record, "checked_at")));
    }
    if (!record_text(record, "dose")[0]) {
        return MOLY_OK;
    }
    status = act_record(context, "dose", record_text(record, "dose"), &dose, err);
    if (!status && record_is(dose, "state", "drawn")) {
        status = MOLY_REFUSE(err, "R-37",
                             "pot %s has dose %s of patient %s in it; one pot carries one syringe: "
                             "take another",
                             pot, record_text(dose, "id"), record_text(dose, "patient"));
    }
    return status;
}

void pot_fill(const moly_act_context *context, const char *pot, const char *dose,
              moly_decision *decision)
{
    decision_record(decision, "pot", pot);
    decision_text(decision, "state", "in use");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "dose", dose);
    decision_link(decision, act_node(context, "dose", dose), act_node(context, "pot", pot),
                  "carried in");
}
