/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "quality/quality.h"

struct train_args {
    const char *person, *topic, *basis, *note;
    moly_instant until, at;
};

static const moly_param params[] = {
    {.name = "person",
     MOLY_TEXT(struct train_args, person),
     .record = "person",
     .is_required = true,
     .help = "who was trained and examined"},
    {.name = "topic",
     MOLY_TEXT(struct train_args, topic),
     .is_required = true,
     .min = 2.0,
     .max = 80.0,
     .help = "as master records and rotas name it, \"radiation protection\", \"aseptic work\""},
    {.name = "until",
     MOLY_INSTANT(struct train_args, until),
     .is_required = true,
     .help = "when it must have been renewed"},
    {.name = "basis",
     MOLY_TEXT(struct train_args, basis),
     .is_required = true,
     .max = 300.0,
     .help = "certificate, or how it was examined"},
    ACT_AT(struct train_args),
    ACT_NOTE(struct train_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct train_args *a = args;
    const json_t *person = NULL;
    const char *id = NULL;
    moly_status status = act_record(context, "person", a->person, &person, err);
    if (!status && strcmp(a->person, context->performer->user) == 0) {
        status = ACT_FORBID(err, "R-09", "%s cannot record one's own training; another person must",
                            a->person);
    }
    if (!status && a->until.us <= context->at.us) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE, "until: %s is over already",
                           say_time(context, a->until));
    }
    status = status ? status : act_new_id(context, "training", "TRN", NULL, &id, err);
    if (status) {
        return status;
    }
    decision_subject(decision, "training", id);
    decision_record(decision, "training", id);
    decision_text(decision, "state", "passed");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "owner", a->person);
    decision_text(decision, "person", a->person);
    decision_text(decision, "topic", a->topic);
    decision_instant(decision, "until", a->until);
    decision_text(decision, "basis", a->basis);
    decision_text(decision, "trained_by", context->performer->user);
    decision_record(decision, "person", a->person);
    decision_json(decision, "training", training_with(person, a->topic, a->until, a->basis));
    return MOLY_OK;
}

const moly_act quality_train = {
    .declaration = {.name = "quality.train",
                    .summary = "Record a person's training, and until when it holds",
                    .description =
                        "When it has ended, the person cannot be assigned, sign or draw until it "
                        "is renewed by this act. Steps and duties can ask for a topic by name.",
                    .example = "moly act quality.train"
                               " --db sqlite:moly.db"
                               " --as physicist"
                               " --password-file physicist.password"
                               " --person technologist"
                               " --topic 'radiation protection'"
                               " --until 2027-11-20T00:00Z"
                               " --basis 'course 14/2026, examination passed'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct train_args)},
    .roles = PHARMACY | MOLY_ROLE_PHYSICIST,
    .signature = MOLY_SIGNATURE_ONE,
    .meaning = "training confirmed",
    .rules = "R-09 R-10 R-50 R-66",
    .subject_kind = "training",
    .decide = decide,
};
