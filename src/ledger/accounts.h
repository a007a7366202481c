/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_ACCOUNTS_H
#define LEDGER_ACCOUNTS_H

/* Accounts of activity. See the README for the mathematics. */

#include "changes.h"

enum { MAX_ACCOUNT = 193 }; /* bytes of a name, KIND/ID */

/* ---- family.c ------------------------------------------------------------------------------- */

/* A nuclide that was posted and all radioactive members that it decays into, with their own small
 * engine; position 0 is the nuclide itself. Immutable once made, shared by all threads. */
struct decay_family {
    const struct decay_family *next;
    size_t n;
    const char **names;
    double *lambda_per_s;
    struct moly_decay_engine *engine;
};

void families_init(families *f);
void families_free(families *f);
/* @retval MOLY_ERR_UNKNOWN  no such nuclide; MOLY_ERR_DATA when it is stable */
MOLY_CHECKED moly_status family_find(families *f, const char *nuclide, const decay_family **family,
                                     moly_error *err);

/* Atoms of each member and, behind them, their covariance [n][n] at one instant. */
typedef struct holding {
    const decay_family *family;
    double *atoms, *covariance;
} holding;
/* Numbers in it, atoms and covariance. */
size_t inventory_size(const decay_family *family);
MOLY_CHECKED moly_status inventory_new(const decay_family *family, holding *made, moly_error *err);
void inventory_free(holding *inventory);
/* Let `seconds` >= 0 pass. */
MOLY_CHECKED moly_status inventory_decay(holding *inventory, double seconds, moly_error *err);
/* The same for n inventories of one family, seconds[i] for inventories[i]: a tenth of the time. */
MOLY_CHECKED moly_status inventories_decay(const decay_family *family, size_t n,
                                           holding *const *inventories, const double *seconds,
                                           moly_error *err);
/* Add a posting of the family's nuclide made `seconds` >= 0 before. */
MOLY_CHECKED moly_status inventory_post(holding *inventory, double activity_bq, double sd_bq,
                                        double seconds, moly_error *err);
/* A share of a nuclide leaves: its uncertainty goes with it. The atoms are posted apart. */
void inventory_take_share(holding *inventory, const char *nuclide, double share);
/* Where a nuclide stands; n when it is no member. */
size_t inventory_place(const holding *inventory, const char *nuclide);
void inventory_add_amount(const holding *inventory, const char *nuclide, double *activity_bq,
                          double *variance_bq2);

/* ---- account.c: one account ----------------------------------------------------------------- */

/* What was posted of one nuclide, at the instant of the newest posting. */
typedef struct account_part {
    holding inventory;
    int64_t ref_us, seq;
    bool is_changed;
} account_part;

/* sd_bq is a standard deviation, or minus the share of the content that was taken. */
typedef struct posting {
    const decay_family *family;
    int64_t at_us, seq, n;
    double activity_bq, sd_bq;
} posting;

struct activity_account {
    map_node node; /* key: name */
    activity_account *next;
    char *name;
    account_part *parts; /* by nuclide */
    size_t n_parts;
    int64_t closed_us, closed_seq;
    bool is_closed, is_closing_changed;
    posting *postings; /* only where no store stands below */
    size_t n_postings, n_room;
};

double elapsed_s(int64_t from_us, int64_t to_us);
/* Let it be read with the next way to the store. */
MOLY_CHECKED moly_status account_want(changes *c, const char *name, moly_error *err);
MOLY_CHECKED moly_status account_get(changes *c, const char *name, activity_account **found,
                                     moly_error *err);
/* Post to an account and to table posting. */
MOLY_CHECKED moly_status account_post(changes *c, activity_account *a, const posting *p,
                                      moly_error *err);
/* The sum of a nuclide over the families of an account. */
MOLY_CHECKED moly_status account_amount(changes *c, activity_account *a, const char *nuclide,
                                        int64_t at_us, double *activity_bq, double *sd_bq,
                                        moly_error *err);
/* Put what changed into the rows; called by changes_flush(). */
MOLY_CHECKED moly_status accounts_put(changes *c, moly_error *err);
void accounts_free(changes *c);

/* A column of table account holds the state of an inventory. */
MOLY_CHECKED moly_status account_take_state(const store_value *column, holding *inventory,
                                            moly_error *err);
/* What the part of `family` held at an instant, from the postings made by then. */
MOLY_CHECKED moly_status account_replay(changes *c, const activity_account *a,
                                        const decay_family *family, int64_t until_us,
                                        holding *state, moly_error *err);

/* ---- account_walk.c: all accounts ----------------------------------------------------------- */

/* What each account and family holds at an instant. Called with account, nuclide posted and the
 * inventory then. */
typedef moly_status (*inventory_row)(void *context, const char *account, const char *source,
                                     const holding *inventory, moly_error *err);
MOLY_CHECKED moly_status accounts_at(families *f, store *s, int64_t at_us, inventory_row row,
                                     void *context, moly_error *err);
/* Of one posted nuclide, those that something was posted to after `since_us`. */
MOLY_CHECKED moly_status accounts_of_source_at(families *f, store *s, const char *source,
                                               int64_t since_us, int64_t at_us, inventory_row row,
                                               void *context, moly_error *err);

/* ---- accounts.c: members of a body ---------------------------------------------------------- */

typedef struct posting_context {
    changes *changes;
    const applied_event *event;
    moly_status (*index_subject)(changes *c, const char *subject, int64_t seq, moly_error *err);
    int64_t n_postings, n_discrepancies;
} posting_context;

MOLY_CHECKED moly_status accounts_transfer(posting_context *context, const json_t *transfer,
                                           moly_error *err);
MOLY_CHECKED moly_status accounts_measure(posting_context *context, const json_t *measurement,
                                          moly_error *err);
MOLY_CHECKED moly_status accounts_close(posting_context *context, const json_t *body,
                                        const char *account, moly_error *err);

#endif
