/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_ACT_H
#define CENTRE_ACT_H

/* The inside of the centre: what an act's decide() sees, and how it answers.
 *
 * An act's file has its arguments, its table of parameters and decide(). decide() reads records and
 * accounts of the ledger, refuses with MOLY_REFUSE(err, "R-24", ...) or says what changes by the
 * decision_*() functions; perform.c appends that as one event. A decision remembers a lack of
 * memory by itself, so that building it needs no checks. */

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "moly/centre/centre.h"
#include "site_data.h"

struct moly_act_context {
    const moly_act *act;
    moly_transaction *transaction;
    const moly_ledger_reader *reader; /* sees what this transaction has written */
    const moly_site *site;
    const site_data *limits; /* of the site's country */
    const moly_performer *performer;
    moly_instant now; /* the clock's */
    moly_instant at;  /* when the act was done */
    moly_arena *arena;
    bool is_preview; /* nothing will be appended: what would happen is wanted */
};

/* ---- the answer (decision.c) ------------------------------------------------------------------
 */

/* What the event is about; the record that it makes or changes. Call it once. */
void decision_subject(moly_decision *decision, const char *kind, const char *id);
/* The record whose members the next calls set. */
void decision_record(moly_decision *decision, const char *kind, const char *id);
/* Members of that record. NULL, NAN and MOLY_INSTANT_NONE set nothing. */
void decision_text(moly_decision *decision, const char *key, const char *value);
void decision_number(moly_decision *decision, const char *key, double value);
void decision_instant(moly_decision *decision, const char *key, moly_instant value);
/* Takes over `value`; json_null() removes the member. */
void decision_json(moly_decision *decision, const char *key, json_t *value);
/* A member of the event's body beside the fields of the act; takes over `value`. */
void decision_member(moly_decision *decision, const char *key, json_t *value);
/* `from` was made with or came out of `to`; both are nodes, "kit/KIT-000001". */
void decision_link(moly_decision *decision, const char *from, const char *to, const char *role);

typedef struct transfer {
    const char *from, *to; /* accounts: nodes, or "outside/NAME" */
    moly_instant at;
    const char *nuclide;
    double activity_bq, sd_bq;
    double predicted_bq, predicted_sd_bq; /* 0, 0: there is no prediction */
    double share; /* of the content of `from`, whose uncertainty goes along; 0: of its own */
    bool is_measured;
} transfer;
void decision_transfer(moly_decision *decision, const transfer *entry);
void decision_measure(moly_decision *decision, const char *account, moly_instant at,
                      const char *nuclide, double activity_bq, double sd_bq);
void decision_close(moly_decision *decision, const char *account);
/* The act is done, but somebody should know: stands in the event under "warnings", as the performer
 * reads it before signing, and so that later readers have it in their own language. */
void decision_warn(moly_decision *decision, const char *rule, const char *format, ...)
    MOLY_PRINTF(3, 4);

/* For perform.c. `body` begins with the fields of the act. */
struct moly_decision {
    moly_arena *arena;
    const char *language; /* of warnings */
    json_t *body;
    json_t *set; /* borrowed: of the current record */
    const char *subject;
    bool is_broken;
};

/* ---- what decide() reads (lookup.c) ------------------------------------------------------------
 */

/* A record; borrowed, lives as long as the act. Not found: the ledger suggests the nearest. */
MOLY_CHECKED moly_status act_record(const moly_act_context *context, const char *kind,
                                    const char *id, const json_t **record, moly_error *err);
MOLY_CHECKED moly_status act_records(const moly_act_context *context,
                                     const moly_record_query *query, const json_t **records,
                                     moly_error *err);
/* The id that the person gave, which must be free, or the next of the series. */
MOLY_CHECKED moly_status act_new_id(const moly_act_context *context, const char *kind,
                                    const char *prefix, const char *given, const char **id,
                                    moly_error *err);
MOLY_CHECKED moly_status act_activity(const moly_act_context *context, const char *account,
                                      const char *nuclide, moly_instant at, double *activity_bq,
                                      double *sd_bq, moly_error *err);

/* Members of a record: "", NAN, MOLY_INSTANT_NONE where there is none. */
const char *record_text(const json_t *record, const char *key);
double record_number(const json_t *record, const char *key);
moly_instant record_instant(const json_t *record, const char *key);
bool record_is(const json_t *record, const char *key, const char *value);

/* "kit/KIT-000001"; NULL without memory, which a decision notices. */
const char *act_node(const moly_act_context *context, const char *kind, const char *id);

/* ---- rules that many acts share (rules.c) ------------------------------------------------------
 */

/* the act comes after `earlier`, when `what` ("kit KIT-000001 was labelled"). */
MOLY_CHECKED moly_status rule_in_order(const moly_act_context *context, moly_instant earlier,
                                       const char *what, moly_error *err);
/* who is named in `key` of the record ("made_by") cannot do this; `duty` says what that was
 * ("labelled"), `now` what is asked for ("release"). */
MOLY_CHECKED moly_status rule_separate(const moly_act_context *context, const json_t *record,
                                       const char *key, const char *duty, const char *now,
                                       moly_error *err);
/* a lot or generator was accepted and is not out of date at the act. */
MOLY_CHECKED moly_status rule_accepted(const moly_act_context *context, const json_t *record,
                                       const char *name, moly_error *err);
/* R-04 and others: a reason with words in it. */
MOLY_CHECKED moly_status rule_reason(const char *reason, const char *rule, const char *for_what,
                                     moly_error *err);

/* ---- words for messages (say.c), in the arena ---------------------------------------------------
 */
/* A word or a piece of a sentence in the language of who asks. */
const char *say(const moly_act_context *context, const char *text);
const char *say_activity(const moly_act_context *context, double activity_bq);
const char *say_volume(const moly_act_context *context, double volume_ml);
const char *say_percent(const moly_act_context *context, double fraction);
const char *say_time(const moly_act_context *context, moly_instant t); /* site's wall clock */

/* moly_role bits of a person's record (perform.c). */
unsigned act_roles(const json_t *person);

/* Refused to this person, by a rule. */
#define ACT_FORBID(err, rule, ...)                                                                 \
    moly_fail((err), MOLY_ERR_FORBIDDEN, (rule), __FILE__, __LINE__, __VA_ARGS__)

/* Parameters that most acts have. `args` is the argument struct. */
#define ACT_AT(args)                                                                               \
    {                                                                                              \
        .name = "at", MOLY_INSTANT(args, at), .fallback = "now",                                   \
        .help = "when it was done, if not just now"                                                \
    }
#define ACT_ID(args, what)                                                                         \
    {                                                                                              \
        .name = "id", MOLY_TEXT(args, id), .max = 40.0,                                            \
        .help = "identifier of the " what "; without it the next of the series"                    \
    }
#define ACT_NOTE(args)                                                                             \
    {                                                                                              \
        .name = "note", MOLY_TEXT(args, note), .max = 2000.0, .help = "anything worth keeping"     \
    }
#define ACT_PARAMS(table) .params = (table), .n_params = sizeof(table) / sizeof((table)[0])

enum {
    HOT_LAB = MOLY_ROLE_TECHNOLOGIST | MOLY_ROLE_RADIOPHARMACIST,
    PHARMACY = MOLY_ROLE_RADIOPHARMACIST | MOLY_ROLE_QUALIFIED_PERSON,
    PROTECTION = MOLY_ROLE_PHYSICIST | MOLY_ROLE_RADIOPHARMACIST,
    CLINIC = MOLY_ROLE_TECHNOLOGIST | MOLY_ROLE_PHYSICIAN,
};

#endif
