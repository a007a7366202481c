/* SPDX-License-Identifier: Apache-2.0 */
#include "clinic/fitness.h"

#include "birth_date.h"
#include "clinic/paediatric.h"

/* Ages between which a pregnancy must be asked about, EANM and IAEA SSG-46 practice; of a child the
 * dosage card holds. */
enum { ASK_FROM = 12, ASK_UNTIL = 55, ADULT_FROM = 18 };

static const struct {
    const char *product, *key;
} references[] = {
    {"medronate", "drl_bone_bq"},        {"oxidronate", "drl_bone_bq"},
    {"sestamibi", "drl_myocardium_bq"},  {"tetrofosmin", "drl_myocardium_bq"},
    {"pertechnetate", "drl_thyroid_bq"}, {"macrosalb", "drl_lung_bq"},
    {"mertiatide", "drl_renal_bq"},      {"fludeoxyglucose", "drl_fdg_bq"},
};

const char *fitness_reference_key(const char *code)
{
    for (size_t i = 0; i < sizeof references / sizeof references[0]; i++) {
        if (strcmp(references[i].product, code) == 0) {
            return references[i].key;
        }
    }
    return NULL;
}

/* Whole years; -1: the birth date is unknown. */
static moly_status age_of(const json_t *patient, moly_instant at, int *age, moly_error *err)
{
    const char *text = record_text(patient, "birth_date");
    moly_instant born = MOLY_INSTANT_NONE;
    *age = -1;
    moly_status status = text[0] ? birth_date_parse(text, &born, err) : MOLY_OK;
    if (!status && text[0]) {
        *age = birth_date_age(born, at);
    }
    return status;
}

moly_status fitness_must_ask(const moly_act_context *context, const json_t *patient, bool *must_ask,
                             moly_error *err)
{
    int age = -1;
    moly_status status = age_of(patient, context->at, &age, err);
    *must_ask = !status && !record_is(patient, "sex", "male") &&
                (age < 0 || (age >= ASK_FROM && age <= ASK_UNTIL));
    return status;
}

moly_status fitness_of_order(const moly_act_context *context, const json_t *order, fitness *f,
                             moly_error *err)
{
    *f = (fitness){.order = record_text(order, "id"),
                   .product = product_named(record_text(order, "product")),
                   .activity_bq = record_number(order, "activity_bq"),
                   .injection = record_instant(order, "at"),
                   .accepted = record_text(order, "accepted_risks"),
                   .directive = record_text(order, "directive")};
    if (!f->product) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "order %s is for the unknown product '%s'", f->order,
                         record_text(order, "product"));
    }
    moly_status status =
        act_record(context, "patient", record_text(order, "patient"), &f->patient, err);
    return status
               ? status
               : act_record(context, "referral", record_text(order, "referral"), &f->referral, err);
}

moly_status fitness_asked(const moly_act_context *context, const fitness *f, moly_error *err)
{
    bool must_ask = false;
    const site_limit *valid = site_limit_of(context->limits, "pregnancy_statement_s");
    const char *patient = record_text(f->patient, "id");
    moly_instant asked = record_instant(f->referral, "pregnancy_at");
    moly_status status = fitness_must_ask(context, f->patient, &must_ask, err);
    if (status || !must_ask || record_is(f->referral, "pregnancy", "not-possible")) {
        return status;
    }
    if (!record_text(f->referral, "pregnancy")[0] || moly_instant_is_none(asked) ||
        moly_instant_difference_s(asked, f->injection) > valid->value) {
        return MOLY_REFUSE(err, "R-36",
                           "patient %s was asked about a pregnancy at %s, more than %.3g d before "
                           "the injection (%s): ask again (clinic.check_patient)",
                           patient, say_time(context, asked), valid->value / 86400.0,
                           valid->source);
    }
    if (!record_text(f->referral, "breast_feeding")[0]) {
        return MOLY_REFUSE(err, "R-36",
                           "patient %s was not asked about breast-feeding: ask "
                           "(clinic.check_patient)",
                           patient);
    }
    return MOLY_OK;
}

/* Spaces around both keep one word from being found in another. */
static bool has_word(const char *words, const char *word)
{
    char all[FITNESS_RISKS_SIZE + 2], one[FITNESS_RISKS_SIZE + 2];
    (void)snprintf(all, sizeof all, " %s ", words ? words : "");
    (void)snprintf(one, sizeof one, " %s ", word);
    return strstr(all, one) != NULL;
}

/* One risk was found: `what` says it in the language of who asks. */
static moly_status found(const fitness *f, const char *word, const char *what,
                         moly_decision *decision, char *risks, moly_error *err)
{
    size_t length = strlen(risks);
    (void)snprintf(risks + length, FITNESS_RISKS_SIZE - length, "%s%s", length ? " " : "", word);
    if (has_word(f->accepted, word)) {
        return MOLY_OK;
    }
    if (!what) {
        return MOLY_NO_MEMORY(err);
    }
    if (f->reason && strspn(f->reason, " \t\r\n") != strlen(f->reason)) {
        decision_warn(decision, "R-36", "%s; accepted, because: %.200s", what, f->reason);
        return MOLY_OK;
    }
    return f->order ? MOLY_REFUSE(err, "R-36",
                                  "%s; do not inject: a physician must accept it for order %s "
                                  "(clinic.accept_risk)",
                                  what, f->order)
                    : MOLY_REFUSE(err, "R-36",
                                  "%s; order something else, or give the reason in the field "
                                  "'reason'",
                                  what);
}

/* A therapy is lawful in neither pregnancy nor breast-feeding. */
static moly_status check_pregnancy(const moly_act_context *context, const fitness *f,
                                   moly_decision *decision, char *risks, moly_error *err)
{
    const char *patient = record_text(f->patient, "id");
    if (!record_is(f->referral, "pregnancy", "pregnant")) {
        return MOLY_OK;
    }
    if (product_is(f->product, "therapy")) {
        return MOLY_REFUSE(err, "R-36", "patient %s is pregnant: %s is not given, for no reason",
                           patient, say(context, f->product->name));
    }
    return found(f, "pregnant",
                 moly_arena_printf(context->arena, say(context, "patient %s is pregnant"), patient),
                 decision, risks, err);
}

static moly_status check_feeding(const moly_act_context *context, const fitness *f,
                                 moly_decision *decision, char *risks, moly_error *err)
{
    const char *patient = record_text(f->patient, "id");
    bool is_feeding = record_is(f->referral, "breast_feeding", "yes");
    if (product_is(f->product, "therapy") &&
        (is_feeding || record_is(f->referral, "breast_feeding", "interrupted"))) {
        return MOLY_REFUSE(err, "R-36",
                           "patient %s is breast-feeding: %s is given after weaning, for no reason "
                           "before",
                           patient, say(context, f->product->name));
    }
    return is_feeding
               ? found(f, "breast-feeding",
                       moly_arena_printf(context->arena,
                                         say(context, "patient %s is breast-feeding"), patient),
                       decision, risks, err)
               : MOLY_OK;
}

static moly_status check_allergies(const moly_act_context *context, const fitness *f,
                                   moly_decision *decision, char *risks, moly_error *err)
{
    const char *allergies = record_text(f->patient, "allergies");
    return allergies[0] ? found(f, "allergy",
                                moly_arena_printf(context->arena,
                                                  say(context, "patient %s is allergic to: %.200s"),
                                                  record_text(f->patient, "id"), allergies),
                                decision, risks, err)
                        : MOLY_OK;
}

moly_status fitness_card_of(const moly_act_context *context, const fitness *f, fitness_card *card,
                            moly_error *err)
{
    *card = (fitness_card){.row = paediatric_of(f->product->code),
                           .weight_kg = record_number(f->patient, "weight_kg"),
                           .activity_bq = NAN,
                           .most_bq = NAN};
    moly_status status = age_of(f->patient, f->injection, &card->age, err);
    card->is_child = !status && card->age >= 0 && card->age < ADULT_FROM;
    if (card->is_child && card->row && isfinite(card->weight_kg)) {
        double tolerance = site_value(context->limits, "paediatric_tolerance");
        card->activity_bq = paediatric_activity_bq(card->row, card->weight_kg);
        card->most_bq = card->activity_bq * (1.0 + tolerance);
    }
    return status;
}

/* A child whom the card knows must be weighed. */
static moly_status check_weight(const moly_act_context *context, const fitness *f,
                                moly_decision *decision, char *risks, moly_error *err)
{
    fitness_card card;
    moly_status status = fitness_card_of(context, f, &card, err);
    (void)decision;
    (void)risks;
    if (status || !card.is_child || !card.row || isfinite(card.weight_kg)) {
        return status;
    }
    return MOLY_REFUSE(err, "R-36",
                       "patient %s is %d years old and has no weight: weigh the child "
                       "(clinic.check_patient)",
                       record_text(f->patient, "id"), card.age);
}

static moly_status check_card(const moly_act_context *context, const fitness *f,
                              moly_decision *decision, char *risks, moly_error *err)
{
    const char *what = NULL;
    fitness_card card;
    moly_status status = fitness_card_of(context, f, &card, err);
    if (status || !card.is_child) {
        return status;
    }
    if (!card.row) {
        what = moly_arena_printf(
            context->arena,
            say(context, "patient %s is %d years old and the dosage card has no row for %s"),
            record_text(f->patient, "id"), card.age, say(context, f->product->name));
        return found(f, "no-dosage-card", what, decision, risks, err);
    }
    if (!(f->activity_bq > card.most_bq)) {
        return MOLY_OK;
    }
    what = moly_arena_printf(
        context->arena,
        say(context, "%s is more than the %s of the dosage card for %.3g kg (%s, %s)"),
        say_activity(context, f->activity_bq), say_activity(context, card.activity_bq),
        card.weight_kg, say(context, card.row->examination), card.row->source);
    return found(f, "dosage-card", what, decision, risks, err);
}

static moly_status check_directive(const moly_act_context *context, const fitness *f,
                                   moly_decision *decision, char *risks, moly_error *err)
{
    (void)decision;
    (void)risks;
    if (!fitness_needs_directive(context, f->product, f->activity_bq) || f->directive[0]) {
        return MOLY_OK;
    }
    return MOLY_REFUSE(err, "R-35",
                       "order %s of %s %s is a therapy without a written directive; a "
                       "physician writes it first (clinic.write_directive)",
                       f->order, say_activity(context, f->activity_bq),
                       say(context, f->product->name));
}

static moly_status check_asked(const moly_act_context *context, const fitness *f,
                               moly_decision *decision, char *risks, moly_error *err)
{
    (void)decision;
    (void)risks;
    return fitness_asked(context, f, err);
}

/* In the order in which a person is told. */
static const struct {
    moly_status (*check)(const moly_act_context *, const fitness *, moly_decision *, char *,
                         moly_error *);
    const char *act;  /* that removes it */
    bool is_of_order; /* not yet asked for while the order is written */
} checks[] = {
    {check_directive, "clinic.write_directive", true},
    {check_asked, "clinic.check_patient", true},
    {check_pregnancy, "clinic.accept_risk", false},
    {check_feeding, "clinic.accept_risk", false},
    {check_allergies, "clinic.accept_risk", false},
    {check_weight, "clinic.check_patient", false},
    {check_card, "clinic.accept_risk", false},
};
enum { N_CHECKS = sizeof checks / sizeof checks[0] };
_Static_assert((int)N_CHECKS == (int)FITNESS_MAX_OBSTACLES, "each check may be an obstacle");

moly_status fitness_check(const moly_act_context *context, const fitness *f,
                          moly_decision *decision, char risks[FITNESS_RISKS_SIZE], moly_error *err)
{
    moly_status status = MOLY_OK;
    risks[0] = '\0';
    for (size_t i = 0; i < N_CHECKS && !status; i++) {
        status =
            checks[i].is_of_order ? MOLY_OK : checks[i].check(context, f, decision, risks, err);
    }
    return status;
}

bool fitness_needs_directive(const moly_act_context *context, const product *p, double activity_bq)
{
    return product_is(p, "therapy") &&
           (strcmp(p->code, "iodide-131") != 0 ||
            activity_bq > site_value(context->limits, "directive_iodide_bq"));
}

moly_status fitness_check_order(const moly_act_context *context, const json_t *order,
                                moly_instant injection, moly_decision *decision, moly_error *err)
{
    fitness f;
    char risks[FITNESS_RISKS_SIZE] = "";
    moly_status status = fitness_of_order(context, order, &f, err);
    f.injection = injection;
    for (size_t i = 0; i < N_CHECKS && !status; i++) {
        status = checks[i].check(context, &f, decision, risks, err);
    }
    return status;
}

moly_status fitness_obstacles(const moly_act_context *context, const fitness *f,
                              fitness_obstacle list[FITNESS_MAX_OBSTACLES], size_t *n,
                              moly_error *err)
{
    char risks[FITNESS_RISKS_SIZE];
    *n = 0;
    for (size_t i = 0; i < N_CHECKS; i++) {
        moly_error refusal = {.language = context->performer->language};
        risks[0] = '\0';
        moly_status status = checks[i].check(context, f, NULL, risks, &refusal);
        if (status == MOLY_ERR_RULE) {
            list[(*n)++] = (fitness_obstacle){checks[i].act, refusal};
        } else if (status) {
            return moly_fail(err, status, refusal.rule, refusal.file, refusal.line, "%s",
                             refusal.message);
        }
    }
    return MOLY_OK;
}

bool fitness_is_child(const json_t *patient, moly_instant at)
{
    int age = -1;
    return age_of(patient, at, &age, NULL) == MOLY_OK && age >= 0 && age < ADULT_FROM;
}

void fitness_warn_reference(const moly_act_context *context, const fitness *f,
                            moly_decision *decision)
{
    const char *key = fitness_reference_key(f->product->code);
    const site_limit *level = key ? site_limit_of(context->limits, key) : NULL;
    if (level && !fitness_is_child(f->patient, f->injection) && f->activity_bq > level->value) {
        decision_warn(decision, "R-36",
                      "%s is above the diagnostic reference level of %s (%s): a level for groups "
                      "of patients, not a limit",
                      say_activity(context, f->activity_bq), say_activity(context, level->value),
                      level->source);
    }
}
