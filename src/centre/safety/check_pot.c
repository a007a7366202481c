/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "clinic/pot.h"
#include "instruments/measured.h"

struct pot_args {
    const char *pot, *instrument, *note;
    double wipe_bq_per_cm2;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "pot",
     MOLY_TEXT(struct pot_args, pot),
     .is_required = true,
     .max = 40.0,
     .help = "number of the shielded pot that came back empty"},
    {.name = "wipe",
     MOLY_F64(struct pot_args, wipe_bq_per_cm2),
     .dim = MOLY_DIM_NONE,
     .min = 0.0,
     .max = 1e9,
     .is_required = true,
     .help = "removable contamination inside and outside, Bq/cm2"},
    {.name = "instrument",
     MOLY_TEXT(struct pot_args, instrument),
     .record = "instrument",
     .help = "what the wipe was measured with"},
    ACT_AT(struct pot_args),
    ACT_NOTE(struct pot_args),
};

static moly_status check(const moly_act_context *context, const struct pot_args *a, moly_error *err)
{
    const json_t *pot = NULL, *dose = NULL, *instrument = NULL;
    moly_status status = pot_find(context, a->pot, &pot, err);
    if (!status && record_text(pot, "dose")[0]) {
        status = act_record(context, "dose", record_text(pot, "dose"), &dose, err);
    }
    if (!status && record_is(dose, "state", "drawn")) {
        status =
            MOLY_REFUSE(err, "R-13",
                        "pot %s has dose %s in it, which is neither given nor discarded; empty "
                        "it first",
                        a->pot, record_text(dose, "id"));
    }
    if (!status && a->instrument) {
        status = act_record(context, "instrument", a->instrument, &instrument, err);
    }
    return status || !instrument ? status : rule_instrument(context, instrument, err);
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct pot_args *a = args;
    const site_limit *limit = site_limit_of(context->limits, "package_wipe_bq_per_cm2");
    moly_status status = check(context, a, err);
    if (status) {
        return status;
    }
    bool is_clean = a->wipe_bq_per_cm2 <= limit->value;
    decision_subject(decision, "pot", a->pot);
    decision_record(decision, "pot", a->pot);
    decision_text(decision, "state", is_clean ? "clean" : "contaminated");
    decision_instant(decision, "at", context->at);
    decision_instant(decision, "checked_at", context->at);
    decision_text(decision, "checked_by", context->performer->user);
    decision_number(decision, "wipe_bq_per_cm2", a->wipe_bq_per_cm2);
    decision_text(decision, "instrument", a->instrument);
    decision_json(decision, "dose", json_null());
    if (!is_clean) {
        decision_warn(decision, "R-56",
                      "pot %s: %.3g Bq/cm2 can be wiped off, limit %.3g (%s): put it aside, clean "
                      "it or let it decay, and check it again",
                      a->pot, a->wipe_bq_per_cm2, limit->value, limit->source);
    }
    return MOLY_OK;
}

const moly_act safety_check_pot = {
    .declaration = {.name = "safety.check_pot",
                    .summary = "Check a shielded pot that came back",
                    .description = "Its syringe was given or discarded; a wipe above the limit "
                                   "keeps doses out of it until a check finds it clean.",
                    .example = "moly act safety.check_pot"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --pot P-7"
                               " --wipe 0.2",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct pot_args)},
    .roles = HOT_LAB | MOLY_ROLE_PHYSICIST,
    .rules = "R-13 R-28 R-56",
    .subject_kind = "pot",
    .decide = decide,
};
