/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"

struct import_args {
    const char *patient, *dose, *study_uid, *series_uid, *description, *volume_blob, *regions_blob;
    const char *files_blob, *id, *note;
    json_t *header, *suv;
    moly_instant acquired, at;
};

static const moly_param params[] = {
    {.name = "patient",
     MOLY_TEXT(struct import_args, patient),
     .record = "patient",
     .is_required = true,
     .help = "patient that was imaged"},
    {.name = "dose",
     MOLY_TEXT(struct import_args, dose),
     .record = "dose",
     .help = "dose that was given for it"},
    {.name = "study-uid",
     MOLY_TEXT(struct import_args, study_uid),
     .is_required = true,
     .max = 64.0,
     .help = "Study Instance UID"},
    {.name = "series-uid",
     MOLY_TEXT(struct import_args, series_uid),
     .is_required = true,
     .max = 64.0,
     .help = "Series Instance UID"},
    {.name = "description",
     MOLY_TEXT(struct import_args, description),
     .max = 400.0,
     .help = "what was imaged, as the scanner says it"},
    {.name = "acquired",
     MOLY_INSTANT(struct import_args, acquired),
     .help = "when the acquisition began"},
    {.name = "header",
     MOLY_JSON(struct import_args, header),
     .is_required = true,
     .help = "who and what the image's header names"},
    {.name = "suv",
     MOLY_JSON(struct import_args, suv),
     .is_required = true,
     .help = "uptake values, whole and in regions, as moly suv gives them"},
    {.name = "volume-blob",
     MOLY_TEXT(struct import_args, volume_blob),
     .is_required = true,
     .min = 64.0,
     .max = 64.0,
     .help = "hash of the volume in Bq/mL, NIfTI"},
    {.name = "regions-blob",
     MOLY_TEXT(struct import_args, regions_blob),
     .min = 64.0,
     .max = 64.0,
     .help = "hash of the regions, NIfTI labels"},
    {.name = "files-blob",
     MOLY_TEXT(struct import_args, files_blob),
     .is_required = true,
     .min = 64.0,
     .max = 64.0,
     .help = "hash of the list of original files"},
    ACT_ID(struct import_args, "study"),
    ACT_AT(struct import_args),
    ACT_NOTE(struct import_args),
};

/* The dose is the patient's own, and was given before the image. */
static moly_status check_dose(const moly_act_context *context, const struct import_args *a,
                              moly_error *err)
{
    const json_t *dose = NULL;
    moly_status status = act_record(context, "dose", a->dose, &dose, err);
    if (!status && !record_is(dose, "patient", a->patient)) {
        status = MOLY_REFUSE(err, "R-37", "dose %s was given to patient %s, not to %s", a->dose,
                             record_text(dose, "patient"), a->patient);
    }
    moly_instant given = status ? MOLY_INSTANT_NONE : record_instant(dose, "given_at");
    if (!status && moly_instant_is_none(given)) {
        status = MOLY_REFUSE(err, "R-13", "dose %s is %s: it was not given", a->dose,
                             record_text(dose, "state"));
    }
    if (!status && !moly_instant_is_none(a->acquired) && a->acquired.us < given.us) {
        status = MOLY_REFUSE(err, "R-13",
                             "the image of %s is older than the dose, which was given at %s",
                             say_time(context, a->acquired), say_time(context, given));
    }
    return status;
}

/* The same series twice would count the patient twice. */
static moly_status check_new(const moly_act_context *context, const struct import_args *a,
                             moly_error *err)
{
    const json_t *studies = NULL;
    moly_record_query query = {.kind = "study", .owner = a->patient};
    moly_status status = act_records(context, &query, &studies, err);
    size_t i;
    json_t *study;
    json_array_foreach((json_t *)studies, i, study)
    {
        if (!status && record_is(study, "series_uid", a->series_uid)) {
            status = MOLY_FAIL(err, MOLY_ERR_DATA, "this series is imported already, as study %s",
                               record_text(study, "id"));
        }
    }
    return status;
}

static void record(const moly_act_context *context, const struct import_args *a, const char *id,
                   moly_decision *decision)
{
    moly_instant when = moly_instant_is_none(a->acquired) ? context->at : a->acquired;
    decision_subject(decision, "study", id);
    decision_record(decision, "study", id);
    decision_text(decision, "state", "imported");
    decision_instant(decision, "at", when);
    decision_text(decision, "owner", a->patient);
    decision_text(decision, "patient", a->patient);
    decision_text(decision, "dose", a->dose);
    decision_text(decision, "study_uid", a->study_uid);
    decision_text(decision, "series_uid", a->series_uid);
    decision_text(decision, "description", a->description);
    decision_json(decision, "header", json_deep_copy(a->header));
    decision_json(decision, "suv", json_deep_copy(a->suv));
    decision_text(decision, "volume_blob", a->volume_blob);
    decision_text(decision, "regions_blob", a->regions_blob);
    decision_text(decision, "files_blob", a->files_blob);
    decision_text(decision, "imported_by", context->performer->user);
    decision_link(decision, act_node(context, "study", id),
                  act_node(context, "patient", a->patient), "image of");
    if (a->dose) {
        decision_link(decision, act_node(context, "study", id), act_node(context, "dose", a->dose),
                      "shows");
    }
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct import_args *a = args;
    const json_t *patient = NULL;
    const char *id = NULL;
    moly_status status = act_record(context, "patient", a->patient, &patient, err);
    if (!status && a->dose) {
        status = check_dose(context, a, err);
    }
    if (!status) {
        status = check_new(context, a, err);
    }
    if (!status) {
        status = act_new_id(context, "study", "STU", a->id, &id, err);
    }
    if (!status) {
        record(context, a, id, decision);
    }
    return status;
}

const moly_act clinic_import_study = {
    .declaration = {.name = "clinic.import_study",
                    .summary = "Take a study into the records",
                    .description =
                        "Made by moly import, which reads the files, finds the uptake values and "
                        "keeps the originals; the act binds them to the patient and the dose.",
                    .example = "moly import study --db sqlite:moly.db",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct import_args)},
    .roles = CLINIC | MOLY_ROLE_PHYSICIST | MOLY_ROLE_SERVICE,
    .rules = "R-13 R-37",
    .subject_kind = "study",
    .decide = decide,
};
