/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_CLINIC_ANSWERS_H
#define CENTRE_CLINIC_ANSWERS_H

/* What a patient is asked before radiation: fields of clinic.justify, when the referral is
 * judged, and of clinic.check_patient, on the day. */

#include "clinic/fitness.h"

typedef struct patient_answers {
    const char *allergies;
    int pregnancy, breast_feeding; /* -1: not asked */
} patient_answers;

extern const char *const answers_pregnancy[], *const answers_breast_feeding[];

#define ACT_ANSWERS(args)                                                                          \
    {.name = "pregnancy",                                                                          \
     MOLY_CHOICE(args, answers.pregnancy),                                                         \
     .choices = answers_pregnancy,                                                                 \
     .help = "result of asking and testing; needed for women of 12 to 55 years"},                  \
        {.name = "breast-feeding",                                                                 \
         MOLY_CHOICE(args, answers.breast_feeding),                                                \
         .choices = answers_breast_feeding,                                                        \
         .help = "does she breast-feed; needed before a dose for women of 12 to 55 years"},        \
    {                                                                                              \
        .name = "allergies", MOLY_TEXT(args, answers.allergies), .max = 500.0,                     \
        .help = "what the patient is allergic to; \"none\" takes an earlier answer back"           \
    }

bool answers_has_pregnancy(const patient_answers *a);
/* Into the referral, which is the current record, and the patient's. */
void answers_record(const moly_act_context *context, const patient_answers *a,
                    const json_t *patient, moly_decision *decision);

#endif
