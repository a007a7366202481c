/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_LEDGER_LEDGER_H
#define MOLY_LEDGER_LEDGER_H

/** The signed ledger: append-only events, hash-chained, and the projections that follow from them.
 *
 *  An event says who did what to which subject, when it was done and when it was recorded, and
 *  carries a body. The body has the fields of the act and, in members of these names, everything
 *  that it changes; one generic function applies them, so that a rebuild from events gives
 * identical tables:
 *
 *    "records":   [{"kind","id","set":{...}}]
 *                 members of a record that change; null removes one. The ledger adds "before":{...}
 *                 with the old values. Members "state", "owner" (texts) and "at" (instant)
 *                 are indexed; "kind", "id" and "seq" are the ledger's own.
 *    "links":     [{"from":"kit/K-1","to":"eluate/E-1","role":"labelled with"}]
 *                 `from` was made with or came out of `to`; trace walks both ways.
 *    "transfers": [{"from":ACCOUNT,"to":ACCOUNT,"at":INSTANT,"nuclide","activity_bq","sd_bq",
 *                   "predicted_bq","predicted_sd_bq","share","basis":"measured"|"calculated"}]
 *                 a double entry; an account is "kind/id" of the vessel, or "outside/NAME". Where
 *                 predicted_bq is given and differs from activity_bq by more than two standard
 *                 deviations of both and more than 1 Bq, the books show a discrepancy of `to`.
 *                 share (above 0, at most 1): the amount was not measured, it is this share of what
 *                 the books have of the nuclide in `from`; its standard deviation is then that
 *                 share of the content's and leaves `from` with it, and sd_bq is for readers only.
 *    "measurements": [{"account","at","nuclide","activity_bq","sd_bq"}]
 *                 a reading of a vessel; the ledger compares it with its book value likewise.
 *    "closes":    [ACCOUNT]
 *                 the vessel no longer exists: what is left of the nuclides that were posted to it
 *                 does not balance, and nothing can be posted to it later. What a transfer of the
 *                 same event has shown to be missing is not counted again.
 *    "corrects":  SEQ of the event that is wrong; then "reason" is required, and the
 *                 signatures of that event read "valid": false from then on.
 *    "blobs":     added by the ledger for blobs put in the same transaction.
 *
 *  Persons are records of kind "person" whose id is the user: "public_key" (what
 *  moly_transaction_set_password() gave; needed to sign), "name" (printed with signatures), "state"
 *  ("retired" ends access). The ledger reads these three members.
 *
 *  Databases: "sqlite:PATH" and "postgres://USER@HOST/NAME" (or postgresql://). */

#include "moly/base/instant.h"
#include "moly/base/json.h"
#include "moly/base/progress.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A ledger. Transactions may be asked for by any thread: they are grouped into shared commits.
 *  Readers are made per thread. */
typedef struct moly_ledger moly_ledger;
/** A consistent reading of the projections; belongs to one thread. */
typedef struct moly_ledger_reader moly_ledger_reader;
/** The inside of moly_ledger_transact(). */
typedef struct moly_transaction moly_transaction;
/** A person whose password has been verified; holds the unlocked signing key in locked memory. */
typedef struct moly_identity moly_identity;

typedef struct moly_site {
    const char *name;       /**< "Example centre" */
    const char *country;    /**< ISO 3166 alpha-2, chooses the country data */
    int utc_offset_minutes; /**< of the site's wall clock, stored with each event */
    bool is_training;       /**< a simulated clock is allowed, and every event says so */
} moly_site;

/** Create the tables, the site's key and the genesis event. The database must hold no ledger yet.
 *  @param clock     borrowed for the ledger's life
 *  @retval MOLY_ERR_RULE  a ledger is already there
 *  @retval MOLY_ERR_IO    the database cannot be reached or written */
MOLY_API MOLY_CHECKED moly_status moly_ledger_create(const char *url, const moly_site *site,
                                                     const moly_clock *clock, moly_ledger **ledger,
                                                     moly_error *err);
/** @retval MOLY_ERR_NOT_FOUND  no such database, or no ledger in it
 *  @retval MOLY_ERR_RULE       a simulated clock on a database that is not for training */
MOLY_API MOLY_CHECKED moly_status moly_ledger_open(const char *url, const moly_clock *clock,
                                                   moly_ledger **ledger, moly_error *err);
MOLY_API void moly_ledger_close(moly_ledger *ledger);
/** Borrowed; lives as long as the ledger. */
MOLY_API const moly_site *moly_ledger_site(const moly_ledger *ledger);
MOLY_API const moly_clock *moly_ledger_clock(const moly_ledger *ledger);

/* ---- persons ----------------------------------------------------------------------------------
 */

/** Cost of a password's Argon2id hash, stored with the person. */
typedef enum moly_password_cost {
    MOLY_PASSWORD_MINIMAL,     /**< for tests and published example passwords */
    MOLY_PASSWORD_INTERACTIVE, /**< 64 MiB */
    MOLY_PASSWORD_MODERATE,    /**< 256 MiB; the default */
} moly_password_cost;

/** Verify a password. Repeated failures lock the account for a while.
 *  @retval MOLY_ERR_SIGN_IN  unknown person, wrong password, locked or retired (one message for the
 *          first two) */
MOLY_API MOLY_CHECKED moly_status moly_ledger_sign_in(moly_ledger *ledger, const char *user,
                                                      const char *password,
                                                      moly_identity **identity, moly_error *err);
MOLY_API void moly_identity_free(moly_identity *identity);
MOLY_API const char *moly_identity_user(const moly_identity *identity);

/* ---- writing ----------------------------------------------------------------------------------
 */

typedef struct moly_signer {
    const moly_identity *identity;
    const char *meaning; /**< "released for use", printed with the signature */
} moly_signer;

typedef struct moly_draft {
    const char *kind;    /**< name of the act, "pharmacy.elute" */
    const char *subject; /**< what it is about, "generator/G-1" */
    moly_instant at;     /**< when it was done */
    const char *person;  /**< who did it */
    const char
        *authentication; /**< how that is known: "password", "session", "local account NAME" */
    json_t *body;        /**< borrowed; the ledger adds "before" to its records */
    const moly_signer *signers; /**< each signs the content of the event */
    size_t n_signers;
} moly_draft;

typedef moly_status (*moly_transact)(moly_transaction *transaction, void *context, moly_error *err);

/** Run `transact` inside a write transaction and make it durable before returning. Calls from
 *  several threads share a commit; when `transact` fails, its part alone is undone. It may run in
 *  another of those threads, while this one waits, and must not call moly_ledger_transact() itself.
 *  @retval whatever `transact` returned, or MOLY_ERR_IO */
MOLY_API MOLY_CHECKED moly_status moly_ledger_transact(moly_ledger *ledger, moly_transact transact,
                                                       void *context, moly_error *err);

/** Append an event and update the projections. When it fails, the whole part fails. Nothing holds
 *  before moly_ledger_transact() has returned MOLY_OK: it can fail after this succeeded, and
 * `event` is then still the caller's to release.
 *  @param[out] event  {"seq","hash","site","kind","subject","at","recorded_at",
 *              "utc_offset_minutes","clock":"synchronised"|"unsynchronised"|"simulated","training",
 *              "person","authentication","body","prev","content_hash","signatures":[{"person",
 *              "name","meaning","at","public_key","signature"}]}; moly_ledger_events() adds
 *              "valid" to signatures and "corrected_by":[SEQ]. New reference; NULL if not wanted
 *  @retval MOLY_ERR_RULE     R-03: signing after the clock stepped back by more than 2 s; R-04;
 * one person signing twice
 *  @retval MOLY_ERR_SIGN_IN  a signer's key is not the one in the person's record
 *  @retval MOLY_ERR_DATA     a body that the projections cannot take
 *  @retval MOLY_ERR_UNKNOWN  a nuclide */
MOLY_API MOLY_CHECKED moly_status moly_transaction_append(moly_transaction *transaction,
                                                          const moly_draft *draft, json_t **event,
                                                          moly_error *err);
/** The reader of this transaction: sees what it has written. Borrowed. */
MOLY_API const moly_ledger_reader *moly_transaction_reader(const moly_transaction *transaction);

/** Give a person a password (8 to 1024 bytes) and a fresh signing key, or replace them. The
 *  credential is a row of its own; the event that the caller appends must set the record
 *  person/USER's "public_key" to `public_key_hex`, or the person cannot sign.
 *  @param user  1 to 64 of a-z, 0-9, '.', '_', '-' */
MOLY_API MOLY_CHECKED moly_status
moly_transaction_set_password(moly_transaction *transaction, const char *user, const char *password,
                              moly_password_cost cost, char public_key_hex[65], moly_error *err);

/** Next free number of a series, 1, 2, 3, ...: "E" for eluates gives E-000001. It counts from the
 *  highest record of that kind whose id is PREFIX-NUMBER, so a number that was not used comes
 * again.
 *  @param[out] id  "E-000001" */
MOLY_API MOLY_CHECKED moly_status moly_transaction_next_id(moly_transaction *transaction,
                                                           const char *kind, const char *prefix,
                                                           char id[32], moly_error *err);

/** Keep bytes (an image, a file of an instrument) under their BLAKE2b-256 hash. An event must
 * follow in the same part: it names them in "blobs".
 *  @param[out] hash_hex  64 digits */
MOLY_API MOLY_CHECKED moly_status moly_transaction_put_blob(moly_transaction *transaction,
                                                            const void *data, size_t length,
                                                            const char *media_type,
                                                            char hash_hex[65], moly_error *err);

/* ---- reading ----------------------------------------------------------------------------------
 */

MOLY_API MOLY_CHECKED moly_status moly_ledger_reader_new(moly_ledger *ledger,
                                                         moly_ledger_reader **reader,
                                                         moly_error *err);
MOLY_API void moly_ledger_reader_free(moly_ledger_reader *reader);

/** A record by kind and id: its members, with "kind", "id", "seq" (last event) added. New
 * reference.
 *  @retval MOLY_ERR_NOT_FOUND  the message names the nearest id of that kind */
MOLY_API MOLY_CHECKED moly_status moly_ledger_record(const moly_ledger_reader *reader,
                                                     const char *kind, const char *id,
                                                     json_t **record, moly_error *err);

typedef struct moly_record_query {
    const char *kind;
    const char *state, *owner; /**< NULL: any */
    moly_instant from, until;  /**< of member "at"; both 0: any */
    const char *after_id;      /**< paging: ids that follow this one in the order asked for */
    size_t limit;              /**< 0 = 500 */
    bool newest_first;         /**< by id, descending */
} moly_record_query;
/** @param[out] records  array, ordered by id; new reference */
MOLY_API MOLY_CHECKED moly_status moly_ledger_records(const moly_ledger_reader *reader,
                                                      const moly_record_query *query,
                                                      json_t **records, moly_error *err);

typedef struct moly_event_query {
    int64_t
        after_seq; /**< paging: those that follow in the order asked for; 0: from its beginning */
    const char *subject, *kind, *person; /**< NULL: any; `subject` also finds events that changed
                                              that record or account */
    size_t limit;                        /**< 0 = 100 */
    bool newest_first;
} moly_event_query;
/** @param[out] events  array of events as moly_transaction_append() gives them; new reference */
MOLY_API MOLY_CHECKED moly_status moly_ledger_events(const moly_ledger_reader *reader,
                                                     const moly_event_query *query, json_t **events,
                                                     moly_error *err);

/** Everything that `node` ("kit/K-000001") was made of and everything that was made of it, in one
 *  query each way.
 *  @param[out] trace
 * {"node","backward":[{"node","role","depth","via","record":{…}}],"forward":[…]}; new reference */
MOLY_API MOLY_CHECKED moly_status moly_ledger_trace(const moly_ledger_reader *reader,
                                                    const char *node, json_t **trace,
                                                    moly_error *err);

/** A blob by its hash. Release `data` with moly_free(). */
MOLY_API MOLY_CHECKED moly_status moly_ledger_blob(const moly_ledger_reader *reader,
                                                   const char *hash_hex, char **data,
                                                   size_t *length, moly_error *err);

/** Sequence number of the newest event, 0 when there is none. */
MOLY_API MOLY_CHECKED moly_status moly_ledger_head(const moly_ledger_reader *reader, int64_t *seq,
                                                   moly_error *err);

/* ---- accounts of activity ---------------------------------------------------------------------
 */

/** What the books say is in an account at an instant, ingrowth included.
 *  @param[out] activity_bq, sd_bq  of `nuclide`; 0 when there is none; sd_bq may be NULL */
MOLY_API MOLY_CHECKED moly_status moly_ledger_activity(const moly_ledger_reader *reader,
                                                       const char *account, const char *nuclide,
                                                       moly_instant at, double *activity_bq,
                                                       double *sd_bq, moly_error *err);
/** The same of several nuclides, for one reading of the account.
 *  @param nuclides  NULL-terminated
 *  @param[out] activity_bq, sd_bq  one for each of them; sd_bq may be NULL; undefined on failure */
MOLY_API MOLY_CHECKED moly_status moly_ledger_activities(const moly_ledger_reader *reader,
                                                         const char *account,
                                                         const char *const *nuclides,
                                                         moly_instant at, double *activity_bq,
                                                         double *sd_bq, moly_error *err);

/** What the accounts hold of some nuclides at an instant, line by line: [{"account","nuclide",
 *  "activity_bq"}], ingrowth included. The same lines that moly_ledger_balance() gives, of 100 Bq
 *  and more, but of "outside", and without looking at accounts that have decayed: the cost follows
 *  what is in the house and not the age of the ledger.
 *  @param nuclides  NULL-terminated; a very long-lived one costs as much as the balance
 *  @param[out] lines  new reference */
MOLY_API MOLY_CHECKED moly_status moly_ledger_holdings(const moly_ledger_reader *reader,
                                                       const char *const *nuclides, moly_instant at,
                                                       json_t **lines, moly_error *err);

/** The books at an instant.
 *  @param[out] balance  {"at","results":[{"account","nuclide","activity_bq","sd_bq"}…],
 *              "totals":[{"nuclide","activity_bq"}] (all accounts, "outside" excluded; lines
 *              below 1 mBq are left out of the results, not of the totals),
 *              "residue":[{"nuclide","activity_bq"}] (all accounts, "outside" included: zero),
 *              "discrepancies":[{"account","counterpart" (transfers: where it came from),
 *              "nuclide","arose":"transfer"|"measurement"|"close","measured_bq","predicted_bq",
 *              "difference_bq","sd_bq","sigmas" (null when the uncertainty is 0),"seq","kind",
 *              "at"}]}; new reference */
MOLY_API MOLY_CHECKED moly_status moly_ledger_balance(const moly_ledger_reader *reader,
                                                      moly_instant at, json_t **balance,
                                                      moly_error *err);

/* ---- proof ------------------------------------------------------------------------------------
 */

/** Prove a ledger offline, without opening it for writing: every hash, link, signature, signed
 * head, blob, and against an anchor where one is given.
 *  @param anchor_path  file of moly_ledger_anchor(), or NULL
 *  @param[out] report  {"events","signatures","heads","blobs","head_hash",...}; new reference
 *  @retval MOLY_ERR_DATA  the message names the first altered event */
MOLY_API MOLY_CHECKED moly_status moly_ledger_verify(const char *url, const char *anchor_path,
                                                     const moly_progress *progress, json_t **report,
                                                     moly_error *err);

/** The head, signed by the site, as a text to print, mail or give to another site.
 *  Release with moly_free(). */
MOLY_API MOLY_CHECKED moly_status moly_ledger_anchor(const moly_ledger_reader *reader,
                                                     char **anchor, moly_error *err);

/** Compare the projections with the events, offline, without opening the ledger for writing.
 *  @param[out] report  {"events","tables" as moly_ledger_rebuild() gives them,"identical"}; new
 *              reference
 *  @retval MOLY_ERR_DATA  a table is not what the events make of it: the message names it and the
 *          first row that differs */
MOLY_API MOLY_CHECKED moly_status moly_ledger_compare(const char *url,
                                                      const moly_progress *progress,
                                                      json_t **report, moly_error *err);

/** A machine copy as lines of JSON: {"export":{"format","record","exported_at","site"}}, then
 *  {"record":…} where one was asked for, an {"event":…} for each of its events or for all, as
 *  moly_ledger_events() gives them, {"anchor":TEXT}, {"checksum":{"blake2b_256","of"}}. The
 * checksum is of all lines above it. Blobs stand in it by their hash.
 *  @param kind, id  a record, or NULL, NULL: the whole ledger
 *  @param write     is given each line with the newline at its end
 *  @param[out] report  {"events","blake2b_256"}; new reference
 *  @retval MOLY_ERR_NOT_FOUND  no such record; or what `write` returned */
typedef moly_status (*moly_export_write)(void *context, const char *bytes, size_t length,
                                         moly_error *err);
MOLY_API MOLY_CHECKED moly_status moly_ledger_export(const moly_ledger_reader *reader,
                                                     const char *kind, const char *id,
                                                     const moly_progress *progress,
                                                     moly_export_write write, void *context,
                                                     json_t **report, moly_error *err);

/** Make all projections anew from the events: they are figured in memory, compared with the tables
 *  row by row, and what differs is written in one transaction. Needs some 2 kB of memory for an
 *  event.
 *  @param[out] report {"events","tables":[{"table","rows","wrong","missing","strange",
 *              "hash_before","hash_after"}],"identical"}; new reference */
MOLY_API MOLY_CHECKED moly_status moly_ledger_rebuild(moly_ledger *ledger,
                                                      const moly_progress *progress,
                                                      json_t **report, moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
