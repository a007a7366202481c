/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"
#include "birth_date.h"

struct register_args {
    const char *id, *name, *birth_date, *number, *allergies, *note;
    int sex;
    double weight_kg, height_cm;
    moly_instant at;
};

static const char *const sexes[] = {"female", "male", "other", "unknown", NULL};

static const moly_param params[] = {
    {.name = "name",
     MOLY_TEXT(struct register_args, name),
     .is_required = true,
     .max = 300.0,
     .help = "full name, in any script"},
    {.name = "birth-date",
     MOLY_TEXT(struct register_args, birth_date),
     .max = 10.0,
     .pattern_hint = "YYYY-MM-DD",
     .help = "date of birth; without it the full name is the second identifier"},
    {.name = "sex",
     MOLY_CHOICE(struct register_args, sex),
     .choices = sexes,
     .is_required = true,
     .help = "for dosimetry and the pregnancy check"},
    {.name = "weight",
     MOLY_F64(struct register_args, weight_kg),
     .dim = MOLY_DIM_BODY_MASS,
     .min = 0.3,
     .max = 400.0,
     .help = "body mass"},
    {.name = "height",
     MOLY_F64(struct register_args, height_cm),
     .dim = MOLY_DIM_BODY_LENGTH,
     .min = 20.0,
     .max = 260.0,
     .help = "body length"},
    {.name = "number",
     MOLY_TEXT(struct register_args, number),
     .max = 100.0,
     .help = "number in the hospital or the national register"},
    {.name = "allergies",
     MOLY_TEXT(struct register_args, allergies),
     .max = 500.0,
     .help = "what the patient is allergic to"},
    ACT_ID(struct register_args, "patient"),
    ACT_AT(struct register_args),
    ACT_NOTE(struct register_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct register_args *a = args;
    const char *id = NULL;
    moly_instant born = MOLY_INSTANT_NONE;
    moly_status status = a->birth_date ? birth_date_parse(a->birth_date, &born, err) : MOLY_OK;
    if (!status && born.us > context->at.us) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE, "birth_date: %s is in the future", a->birth_date);
    }
    if (!status) {
        status = act_new_id(context, "patient", "PAT", a->id, &id, err);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "patient", id);
    decision_record(decision, "patient", id);
    decision_text(decision, "state", "registered");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "name", a->name);
    decision_text(decision, "birth_date", a->birth_date);
    decision_text(decision, "sex", sexes[a->sex]);
    decision_number(decision, "weight_kg", a->weight_kg);
    decision_number(decision, "height_cm", a->height_cm);
    decision_text(decision, "number", a->number);
    decision_text(decision, "allergies", a->allergies);
    return MOLY_OK;
}

const moly_act clinic_register_patient = {
    .declaration = {.name = "clinic.register_patient",
                    .summary = "Register a patient",
                    .example = "moly act clinic.register_patient"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --name 'Нурбек Асанов'"
                               " --birth-date 1977-08-05"
                               " --sex male"
                               " --weight '76 kg'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct register_args)},
    .roles = CLINIC | MOLY_ROLE_SERVICE,
    .rules = "R-37",
    .subject_kind = "patient",
    .decide = decide,
};
