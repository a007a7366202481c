/* SPDX-License-Identifier: Apache-2.0 */
/* Commit group: making a commit durable costs one sync of the disk whatever it holds, so the
 * threads that ask while one is under way share the next. Whoever finds no leader leads: it takes
 * all that wait, runs each part inside a savepoint of one transaction, signs the head, commits, and
 * tells the others. */
#include "changes.h"
#include "event.h"

struct ledger_request {
    moly_transact transact;
    void *context;
    moly_error *err;
    moly_status status;
    bool is_done;
    ledger_request *next;
};

static moly_status take_head(void *context, const store_value *c, moly_error *err)
{
    chain_head *head = context;
    head->seq = c[0].i;
    return take_bytes(&c[1], head->hash, HASH_BYTES)
               ? MOLY_OK
               : MOLY_FAIL(err, MOLY_ERR_DATA, "event %lld: hash damaged", (long long)head->seq);
}

moly_status chain_load_head(store *s, chain_head *head, moly_error *err)
{
    *head = (chain_head){0};
    return store_query(s, "SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1", NULL, 0,
                       take_head, head, err);
}

static moly_status write_head(moly_ledger *ledger, const chain_head *head, moly_error *err)
{
    uint8_t signature[SIGNATURE_BYTES];
    int64_t signed_us = moly_clock_now(ledger->clock).us;
    moly_status status =
        head_sign(ledger->site_id, head, signed_us, ledger->site_secret, signature, err);
    if (status) {
        return status;
    }
    return store_later(ledger->writer, "INSERT INTO head VALUES ($1, $2, $3, $4)",
                       STORE_VALUES(store_int(head->seq), store_blob(head->hash, HASH_BYTES),
                                    store_int(signed_us), store_blob(signature, SIGNATURE_BYTES)),
                       NULL, NULL, err);
}

static void act(moly_transaction *transaction, ledger_request *request)
{
    request->status = request->transact(transaction, request->context, request->err);
    if (!request->status && transaction->broken) {
        request->status = MOLY_FAIL(request->err, transaction->broken,
                                    "an event could not be appended: the transaction is undone");
    }
    if (!request->status && transaction->blobs) {
        request->status = MOLY_FAIL(request->err, MOLY_ERR_INTERNAL,
                                    "a blob was kept without an event that names it");
    }
    json_decref(transaction->blobs);
    json_decref(transaction->issued);
}

/* Run one part; `head` moves on only when it is kept. A returned failure is the store's, the part's
 * own goes to its request. A part alone in its group is undone with the whole. */
static moly_status run_part(moly_ledger *ledger, ledger_request *request, bool is_alone,
                            chain_head *head, moly_error *err)
{
    store *s = ledger->writer;
    moly_transaction transaction = {
        .ledger = ledger, .reader = {ledger, s}, .store = s, .head = *head};
    moly_status status = is_alone ? MOLY_OK : store_part_begin(s, err);
    if (status) {
        return status;
    }
    act(&transaction, request);
    if (!request->status && !is_alone) {
        request->status = store_part_keep(s, request->err);
    }
    if (request->status) {
        changes_forget_numbers(ledger->changes);
        return is_alone ? MOLY_OK : store_part_undo(s, err);
    }
    *head = transaction.head;
    return MOLY_OK;
}

static moly_status run_group(moly_ledger *ledger, ledger_request *group, moly_error *err)
{
    store *s = ledger->writer;
    moly_status status = store_begin(s, err);
    if (status) {
        return status;
    }
    chain_head first, head;
    bool is_kept = false;
    changes_forget_numbers(ledger->changes);
    status = chain_load_head(s, &first, err);
    head = first;
    for (ledger_request *request = group; request && !status; request = request->next) {
        status = run_part(ledger, request, group->next == NULL, &head, err);
        is_kept = is_kept || !request->status;
    }
    if (!status && head.seq > first.seq) {
        status = write_head(ledger, &head, err);
    }
    if (!status && is_kept) {
        status = store_commit(s, err);
    }
    if (status || !is_kept) {
        store_rollback(s);
    }
    return status;
}

/* Lead: everything that waits now becomes one group. Called and left with the lock held. */
static void lead(moly_ledger *ledger)
{
    ledger->is_led = true;
    ledger_request *group = ledger->first;
    ledger->first = NULL;
    ledger->last = NULL;
    (void)pthread_mutex_unlock(&ledger->queue_lock);

    moly_error err = {0};
    moly_status status = run_group(ledger, group, &err);

    (void)pthread_mutex_lock(&ledger->queue_lock);
    for (ledger_request *request = group; request;) {
        ledger_request *next = request->next;
        if (status && !request->status) {
            request->status =
                moly_fail(request->err, status, NULL, err.file, err.line, "%s", err.message);
        }
        request->is_done = true; /* from here on it may be gone */
        request = next;
    }
    ledger->is_led = false;
    (void)pthread_cond_broadcast(&ledger->queue_moved);
}

moly_status moly_ledger_transact(moly_ledger *ledger, moly_transact transact, void *context,
                                 moly_error *err)
{
    ledger_request request = {.transact = transact, .context = context, .err = err};
    (void)pthread_mutex_lock(&ledger->queue_lock);
    /* The queue holds requests on the stacks of those who wait here until theirs is done. */
    if (ledger->last) {
        ledger->last->next = &request;
    } else {
        // cppcheck-suppress autoVariables
        ledger->first = &request;
    }
    // cppcheck-suppress autoVariables
    ledger->last = &request;
    while (!request.is_done) {
        if (ledger->is_led) {
            (void)pthread_cond_wait(&ledger->queue_moved, &ledger->queue_lock);
        } else {
            lead(ledger);
        }
    }
    (void)pthread_mutex_unlock(&ledger->queue_lock);
    return request.status;
}

const moly_ledger_reader *moly_transaction_reader(const moly_transaction *transaction)
{
    return &transaction->reader;
}
