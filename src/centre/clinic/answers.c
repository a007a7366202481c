/* SPDX-License-Identifier: Apache-2.0 */
#include "clinic/answers.h"

enum { EXCLUDED, NOT_POSSIBLE, PREGNANT };
const char *const answers_pregnancy[] = {"excluded", "not-possible", "pregnant", NULL};
const char *const answers_breast_feeding[] = {"no", "yes", "interrupted", NULL};

bool answers_has_pregnancy(const patient_answers *a)
{
    return a->pregnancy >= EXCLUDED;
}

void answers_record(const moly_act_context *context, const patient_answers *a,
                    const json_t *patient, moly_decision *decision)
{
    if (answers_has_pregnancy(a)) {
        decision_text(decision, "pregnancy", answers_pregnancy[a->pregnancy]);
        decision_instant(decision, "pregnancy_at", context->at);
    }
    if (a->breast_feeding >= 0) {
        decision_text(decision, "breast_feeding", answers_breast_feeding[a->breast_feeding]);
    }
    if (a->pregnancy == PREGNANT) {
        decision_warn(decision, "R-36",
                      "patient %s is pregnant: estimate the dose to the foetus before ordering",
                      record_text(patient, "id"));
    }
    if (a->allergies) {
        decision_record(decision, "patient", record_text(patient, "id"));
        if (strcmp(a->allergies, "none") == 0) {
            decision_json(decision, "allergies", json_null());
        } else {
            decision_text(decision, "allergies", a->allergies);
        }
    }
}
