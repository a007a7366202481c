/* SPDX-License-Identifier: Apache-2.0 */
/* The books of activity as they are now. Every act makes all screens ask for them at once, and each
 * answer goes through all accounts: those who ask within a second get the same answer. */
#include "inside.h"

#include <string.h>

enum { REAL_DIGITS = 15 };

struct books {
    pthread_mutex_t lock;
    int64_t seq, at_us; /* head of the ledger and instant of `text` */
    char *text;         /* JSON; NULL: nothing is kept */
};

books *books_new(void)
{
    books *kept = moly_alloc(1, sizeof *kept);
    if (kept) {
        (void)pthread_mutex_init(&kept->lock, NULL);
    }
    return kept;
}

void books_free(books *kept)
{
    if (kept) {
        moly_free(kept->text);
        (void)pthread_mutex_destroy(&kept->lock);
    }
    moly_free(kept);
}

/* With the lock held, so that of many who come together one computes. */
static moly_status renew(books *kept, const moly_ledger_reader *reader, int64_t seq,
                         moly_instant at, moly_error *err)
{
    if (kept->text && kept->seq == seq && kept->at_us == at.us) {
        return MOLY_OK;
    }
    json_t *balance = NULL;
    moly_status status = moly_ledger_balance(reader, at, &balance, err);
    char *text =
        status ? NULL : json_dumps(balance, JSON_COMPACT | JSON_REAL_PRECISION(REAL_DIGITS));
    json_decref(balance);
    if (!text) {
        return status ? status : MOLY_NO_MEMORY(err);
    }
    moly_free(kept->text);
    kept->text = text;
    kept->seq = seq;
    kept->at_us = at.us;
    return MOLY_OK;
}

static moly_status balance_now(request *r, const moly_ledger_reader *reader, reply *out,
                               moly_error *err)
{
    static const int64_t second_us = 1000000;
    books *kept = r->server->books;
    moly_instant at = request_now(r);
    at.us -= at.us % second_us;
    int64_t seq = 0;
    moly_status status = moly_ledger_head(reader, &seq, err);
    if (status) {
        return status;
    }
    (void)pthread_mutex_lock(&kept->lock);
    status = renew(kept, reader, seq, at, err);
    out->data = status ? NULL : moly_strdup(kept->text);
    (void)pthread_mutex_unlock(&kept->lock);
    if (!status && !out->data) {
        status = MOLY_NO_MEMORY(err);
    }
    if (!status) {
        out->length = strlen(out->data);
        out->media_type = "application/json";
    }
    return status;
}

moly_status balance_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    const char *text = NULL;
    moly_instant at = MOLY_INSTANT_NONE;
    moly_status status = request_argument(r, "at", &text, err);
    if (!status && text) {
        status = moly_instant_parse(text, &at, err);
    }
    if (!status) {
        status = request_reader(r, &reader, err);
    }
    if (status) {
        return status;
    }
    return text ? moly_ledger_balance(reader, at, &out->json, err)
                : balance_now(r, reader, out, err);
}
