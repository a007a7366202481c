/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_CENTRE_CENTRE_H
#define MOLY_CENTRE_CENTRE_H

/** Acts: everything that a person can do in the centre, each declared once.
 *
 *  From the declaration come the command line, the HTTP route, the web form, the permission check,
 *  validation, signature and audit trail. A handler reads projections and decides; the ledger
 *  appends. Nothing else writes. */

#include "moly/base/declare.h"
#include "moly/ledger/ledger.h"

#ifdef __cplusplus
extern "C" {
#endif

/** role, word */
#define MOLY_ROLE_LIST(X)                                                                          \
    X(MOLY_ROLE_TECHNOLOGIST, 1u << 0, "technologist")                                             \
    X(MOLY_ROLE_RADIOPHARMACIST, 1u << 1, "radiopharmacist")                                       \
    X(MOLY_ROLE_QUALIFIED_PERSON, 1u << 2, "qualified-person")                                     \
    X(MOLY_ROLE_PHYSICIST, 1u << 3, "physicist")                                                   \
    X(MOLY_ROLE_PHYSICIAN, 1u << 4, "physician")                                                   \
    X(MOLY_ROLE_ADMIN, 1u << 5, "admin")                                                           \
    X(MOLY_ROLE_INSPECTOR, 1u << 6, "inspector")                                                   \
    X(MOLY_ROLE_SERVICE, 1u << 7, "service") /* a program: cannot sign in, only takes data in */

typedef enum moly_role {
#define MOLY_ROLE_ENUM(name, bit, word) name = (bit),
    MOLY_ROLE_LIST(MOLY_ROLE_ENUM)
#undef MOLY_ROLE_ENUM
} moly_role;

typedef enum moly_signature_need {
    MOLY_SIGNATURE_NONE,
    MOLY_SIGNATURE_ONE, /**< the password is entered again */
    MOLY_SIGNATURE_TWO, /**< and a second person signs too */
} moly_signature_need;

typedef struct moly_act_context moly_act_context; /**< what a handler sees; src/centre/act.h */
typedef struct moly_decision moly_decision;       /**< what it answers; src/centre/act.h */

typedef struct moly_act {
    moly_declaration declaration; /**< name "pharmacy.elute" */
    unsigned roles;               /**< moly_role bits: who may do it */
    moly_signature_need signature;
    const char *meaning;      /**< of the signature, "released for use"; NULL without one */
    const char *rules;        /**< rules of docs/requirements.md that it enforces, "R-21 R-22" */
    const char *subject_kind; /**< kind of record it makes or changes, "eluate" */
    moly_status (*decide)(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err);
} moly_act;

/** All acts, ordered by name. Borrowed. */
MOLY_API const moly_act *const *moly_acts(size_t *n);
/** @retval MOLY_ERR_UNKNOWN  the nearest name is suggested */
MOLY_API MOLY_CHECKED moly_status moly_act_find(const char *name, const moly_act **act,
                                                moly_error *err);
/** `moly acts --format json`: {"results":[{"name","summary","roles","signature","meaning","rules",
 *  "fields":[…],"example"}]}. New reference. */
MOLY_API json_t *moly_acts_describe(const char *language);

/** Who asks, and how that is known. */
typedef struct moly_performer {
    const char *user;
    const char *authentication;    /**< see moly_draft */
    const moly_identity *identity; /**< NULL: the password was not entered for this act */
    const moly_identity *second;   /**< NULL: no second person */
    const char *language;          /**< of messages; NULL = English */
    /** The client's name of this request, so that it can be sent again when its answer was lost:
     * the same person's same act under the same name is done once, and gives that event again.
     * NULL: none. The event's body keeps it, as "request". */
    const char *request;
    const char
        *request_digest; /**< of what was asked; another one under the same name is refused */
} moly_performer;

/** Perform an act.
 *  @param fields  members named as the parameters; quantities as texts with units
 *  @param[out] event  as moly_transaction_append(); new reference
 *  @retval MOLY_ERR_USAGE, _RANGE, _UNKNOWN  the fields
 *  @retval MOLY_ERR_FORBIDDEN  the person's roles do not allow it, or duties must be
 * separate
 *  @retval MOLY_ERR_SIGN_IN    a signature is needed and the password was not entered
 *  @retval MOLY_ERR_RULE       refused; err->rule says by which rule, the message why and what to
 * do; or `request` was another request */
MOLY_API MOLY_CHECKED moly_status moly_centre_perform(moly_ledger *ledger, const char *act,
                                                      const json_t *fields,
                                                      const moly_performer *performer,
                                                      json_t **event, moly_error *err);

/** The event that a person's act under this name of a request made, if it is among the newest that
 *  `user` did of this act (64 of them are looked at).
 *  @param[out] event  new reference; NULL: it was not recorded */
MOLY_API MOLY_CHECKED moly_status moly_centre_find_request(const moly_ledger_reader *reader,
                                                           const char *act, const char *user,
                                                           const char *request, json_t **event,
                                                           moly_error *err);

/** What the act would do now, without doing it: the same checks and computations, nothing written,
 *  no signature asked for. Fields that come out of the doing (a measured activity) may be missing.
 *  @param[out] body  as the event's body would be, with "warnings"; new reference */
MOLY_API MOLY_CHECKED moly_status moly_centre_preview(moly_ledger *ledger, const char *act,
                                                      const json_t *fields,
                                                      const moly_performer *performer,
                                                      json_t **body, moly_error *err);

/** Called inside the act's transaction before the act is decided: puts blobs and completes `fields`
 *  with their hashes, so that event and blobs are kept together or not at all. */
typedef moly_status (*moly_centre_prepare)(moly_transaction *transaction, json_t *fields,
                                           void *context, moly_error *err);
/** As moly_centre_perform(), prepared. */
MOLY_API MOLY_CHECKED moly_status moly_centre_perform_prepared(
    moly_ledger *ledger, const char *act, json_t *fields, const moly_performer *performer,
    moly_centre_prepare prepare, void *context, json_t **event, moly_error *err);

/** As moly_centre_preview(), prepared: what was put is undone too. */
MOLY_API MOLY_CHECKED moly_status moly_centre_preview_prepared(
    moly_ledger *ledger, const char *act, json_t *fields, const moly_performer *performer,
    moly_centre_prepare prepare, void *context, json_t **body, moly_error *err);

/** Whether a parameter of an act takes a file: the command line has its path, HTTP its bytes in
 *  base64, and the act the hash of the blob that they become. */
MOLY_API bool moly_act_takes_file(const moly_param *param);
/** Files that go with an act. */
typedef struct moly_attachment {
    const char *field;
    const void *data;
    size_t length;
} moly_attachment;
typedef struct moly_attachments {
    const moly_attachment *items;
    size_t n;
} moly_attachments;
/** A moly_centre_prepare whose context is a moly_attachments: keeps the files and puts their hashes
 *  into their fields. */
MOLY_API MOLY_CHECKED moly_status moly_centre_attach(moly_transaction *transaction, json_t *fields,
                                                     void *context, moly_error *err);

/** What `moly init` makes beside the ledger: the first administrator. */
MOLY_API MOLY_CHECKED moly_status moly_centre_found(moly_ledger *ledger, const char *admin,
                                                    const char *password, moly_password_cost cost,
                                                    moly_error *err);
/** The example centre: a person for each role (password = see README), a generator three days old,
 *  kits, today's patients and orders; made by performing acts.  */
MOLY_API MOLY_CHECKED moly_status moly_centre_found_example(moly_ledger *ledger,
                                                            const moly_progress *progress,
                                                            moly_error *err);

/** must this person sign in with a second factor, by the site's policy?
 *  @param person     the record
 *  @param is_remote  from another machine than the server's */
MOLY_API MOLY_CHECKED moly_status moly_centre_needs_second_factor(const moly_ledger_reader *reader,
                                                                  const moly_site *site,
                                                                  const json_t *person,
                                                                  bool is_remote, bool *is_needed,
                                                                  moly_error *err);
MOLY_API bool moly_person_has_second_factor(const json_t *person);

/* ---- what screens read (each a JSON object, new reference) --------------------------------------
 */

/** Today: {"now","site":{"name","country","utc_offset_minutes","is_training"},
 *  "vessels":[{"account","label","state","expiry","expired","volume_left_ml","nuclides":[{"nuclide",
 *  "activity_bq","activity_next_bq" (60 s later),"half_life_s"}]}],
 *  "doses":[{"order","patient","patient_name","examination","product","activity_bq","due","state",
 *  "dose","n_blocks"}…in order of time…],
 * "blocks":[{"kind","id","what","why"[,"template","values"], "rule","remedy"[,"fields" (of the act
 * in the remedy)][,"is_warning"]}], "counts":{"kit":n,…}}
 *
 *  What would stop the day's doses or warn stands in the blocks before anything is tried: the rules
 *  of clinic.draw_dose and clinic.administer are asked. Those without a "template" are said in
 *  err->language. */
MOLY_API MOLY_CHECKED moly_status moly_centre_today(const moly_site *site,
                                                    const moly_ledger_reader *reader,
                                                    moly_instant now, json_t **today,
                                                    moly_error *err);
/** A patient: {"patient","referrals","orders","doses","studies","cumulative":[{"nuclide",
 *  "activity_bq","administrations"}],"activity_now_bq"}, newest first.
 *  @retval MOLY_ERR_NOT_FOUND */
MOLY_API MOLY_CHECKED moly_status moly_centre_patient(const moly_ledger_reader *reader,
                                                      const char *patient, moly_instant now,
                                                      json_t **result, moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
