/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/timex.h>

#include "changes.h"
#include "event.h"

enum { MAX_TEXT = 200, MAX_MEANING = 500, MAX_BODY = 4 << 20, MAX_SIGNERS = 4 };
/* smaller steps are what keeps a clock right. */
static const int64_t tolerated_step_us = 2000000;

static moly_status check_text(const char *text, const char *what, size_t limit, moly_error *err)
{
    if (!text || !text[0] || strlen(text) > limit || !moly_is_utf8(text)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "event: %s must be a text of 1 to %zu bytes", what,
                         limit);
    }
    return MOLY_OK;
}

static moly_status check_draft(const moly_draft *draft, moly_error *err)
{
    moly_status status = check_text(draft->kind, "kind", MAX_TEXT, err);
    if (!status) {
        status = check_text(draft->subject, "subject", MAX_TEXT, err);
    }
    if (!status) {
        status = check_text(draft->person, "person", MAX_TEXT, err);
    }
    if (!status) {
        status = check_text(draft->authentication, "authentication", MAX_TEXT, err);
    }
    if (!status && moly_instant_is_none(draft->at)) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "event: the instant of the act is missing");
    }
    if (!status && !json_is_object(draft->body)) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "event: the body is not an object");
    }
    if (!status && draft->n_signers > MAX_SIGNERS) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "event: %zu signers, at most %d", draft->n_signers,
                           MAX_SIGNERS);
    }
    for (size_t i = 0; i < draft->n_signers && !status; i++) {
        status = check_text(draft->signers[i].meaning, "meaning of a signature", MAX_MEANING, err);
        for (size_t j = 0; j < i && !status; j++) {
            if (strcmp(draft->signers[i].identity->user, draft->signers[j].identity->user) == 0) {
                status = MOLY_REFUSE(err, "R-09", "%s cannot sign twice: a second person must",
                                     draft->signers[i].identity->user);
            }
        }
    }
    return status;
}

static const char *clock_state(const moly_clock *clock)
{
    if (clock->is_simulated) {
        return "simulated";
    }
    struct timex query = {0};
    int state = adjtimex(&query);
    return state == TIME_ERROR || state < 0 ? "unsynchronised" : "synchronised";
}

/* When the last event under the same kind of clock was recorded. */
static moly_status last_recorded(store *s, bool is_simulated, int64_t *us, moly_error *err)
{
    static const char *const real_states[] = {"synchronised", "unsynchronised"};
    static const char *const simulated_states[] = {"simulated"};
    const char *const *states = is_simulated ? simulated_states : real_states;
    size_t n_states = is_simulated ? 1 : 2;
    int64_t newest_seq = 0;
    *us = INT64_MIN;
    for (size_t i = 0; i < n_states; i++) {
        int64_t seq = 0;
        moly_status status = store_query_int(s, "SELECT max(seq) FROM event WHERE clock = $1",
                                             STORE_VALUES(store_text(states[i])), &seq, NULL, err);
        if (status) {
            return status;
        }
        newest_seq = seq > newest_seq ? seq : newest_seq;
    }
    return newest_seq > 0 ? store_query_int(s, "SELECT recorded_us FROM event WHERE seq = $1",
                                            STORE_VALUES(store_int(newest_seq)), us, NULL, err)
                          : MOLY_OK;
}

static moly_status check_clock(moly_transaction *transaction, int64_t now_us, moly_error *err)
{
    int64_t last_us;
    moly_status status =
        last_recorded(transaction->store, transaction->ledger->clock->is_simulated, &last_us, err);
    if (status || last_us == INT64_MIN || now_us >= last_us - tolerated_step_us) {
        return status;
    }
    char now[MOLY_INSTANT_TEXT_SIZE], last[MOLY_INSTANT_TEXT_SIZE];
    return MOLY_REFUSE(err, "R-03",
                       "the clock stepped back: it says %s and the last event was recorded at %s; "
                       "nothing can be signed until the clock is right",
                       moly_instant_format((moly_instant){now_us}, now),
                       moly_instant_format((moly_instant){last_us}, last));
}

/* The key that signs must be the one the chain gives this person: registered by an earlier event,
 * or by this one. */
static moly_status check_key(moly_transaction *transaction, const json_t *body,
                             const moly_identity *identity, moly_error *err)
{
    char registered[HASH_HEX], own[HASH_HEX];
    sodium_bin2hex(own, sizeof own, identity->public_key, KEY_BYTES);
    moly_status status = person_registered_key(transaction->store, identity->user, registered, err);
    if (status || strcmp(own, registered) == 0) {
        return status;
    }
    size_t i;
    json_t *record;
    json_array_foreach(json_object_get(body, "records"), i, record)
    {
        const char *kind = json_string_value(json_object_get(record, "kind"));
        const char *id = json_string_value(json_object_get(record, "id"));
        const char *key =
            json_string_value(json_object_get(json_object_get(record, "set"), "public_key"));
        if (kind && id && key && strcmp(kind, "person") == 0 && strcmp(id, identity->user) == 0 &&
            strcmp(key, own) == 0) {
            return MOLY_OK;
        }
    }
    return MOLY_FAIL(err, MOLY_ERR_SIGN_IN,
                     "the signing key of %s is not the one registered for this person: sign in "
                     "again",
                     identity->user);
}

/* The text that is stored and hashed, and the value that everything is applied from: parsed back
 * from the text, so that a rebuild sees the same numbers. */
static moly_status make_body(moly_transaction *transaction, const json_t *given, char **text,
                             json_t **parsed, moly_error *err)
{
    moly_status status = MOLY_OK;
    json_t *body = json_deep_copy(given);
    if (!body) {
        return MOLY_NO_MEMORY(err);
    }
    status = blob_claim(transaction, body, err);
    if (!status) {
        status = projections_read_ahead(transaction->ledger->changes, body, err);
    }
    if (!status) {
        status = projections_fill_before(transaction->ledger->changes, body, err);
    }
    if (status) {
        goto done;
    }
    *text = moly_json_canonical(body);
    if (!*text) {
        status = MOLY_NO_MEMORY(err);
        goto done;
    }
    size_t length = strlen(*text);
    if (length > MAX_BODY) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA,
                           "event: body of %zu bytes, at most %d; keep large "
                           "data as a blob",
                           length, MAX_BODY);
        goto done;
    }
    status = moly_json_parse(*text, length, parsed, err);
done:
    json_decref(body);
    return status;
}

static moly_status sign(moly_transaction *transaction, const moly_draft *draft,
                        const event_row *event, const json_t *body, signature_row *signatures,
                        char **names, moly_error *err)
{
    for (size_t i = 0; i < draft->n_signers; i++) {
        const moly_identity *identity = draft->signers[i].identity;
        moly_status status = check_key(transaction, body, identity, err);
        if (!status) {
            status = person_printed_name(transaction->store, identity->user, &names[i], err);
        }
        if (status) {
            return status;
        }
        signatures[i] = (signature_row){.signed_us = event->recorded_us,
                                        .person = identity->user,
                                        .name = names[i],
                                        .meaning = draft->signers[i].meaning};
        memcpy(signatures[i].public_key, identity->public_key, KEY_BYTES);
        status = signature_make(event->content_hash, identity->secret_key, &signatures[i], err);
        if (status) {
            return status;
        }
    }
    return MOLY_OK;
}

static moly_status insert(store *s, const event_row *event, const signature_row *signatures,
                          size_t n_signatures, moly_error *err)
{
    moly_status status = store_later(
        s, "INSERT INTO event VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        STORE_VALUES(store_int(event->seq), store_text(event->kind), store_text(event->subject),
                     store_int(event->at_us), store_int(event->recorded_us),
                     store_int(event->utc_offset_minutes), store_text(event->clock),
                     store_text(event->person), store_text(event->authentication),
                     store_text(event->body), store_blob(event->prev, HASH_BYTES),
                     store_blob(event->content_hash, HASH_BYTES),
                     store_blob(event->hash, HASH_BYTES), store_int(event->n_signatures)),
        NULL, NULL, err);
    for (size_t i = 0; i < n_signatures && !status; i++) {
        const signature_row *row = &signatures[i];
        status = store_later(s, "INSERT INTO signature VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                             STORE_VALUES(store_int(event->seq), store_int((int64_t)i),
                                          store_text(row->person), store_text(row->name),
                                          store_text(row->meaning), store_int(row->signed_us),
                                          store_blob(row->public_key, KEY_BYTES),
                                          store_blob(row->signature, SIGNATURE_BYTES)),
                             NULL, NULL, err);
    }
    return status;
}

static moly_status make_json(const moly_transaction *transaction, const event_row *event,
                             const signature_row *signatures, size_t n_signatures, json_t **json,
                             moly_error *err)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n_signatures; i++) {
        if (json_array_append_new(list, signature_json(&signatures[i])) != 0) {
            json_decref(list);
            return MOLY_NO_MEMORY(err);
        }
    }
    json_t *made = NULL;
    moly_status status = event_json(event, transaction->ledger, &made, err);
    if (status) {
        json_decref(list);
        return status;
    }
    if (json_object_set_new(made, "signatures", list) != 0) {
        json_decref(made);
        return MOLY_NO_MEMORY(err);
    }
    *json = made;
    return MOLY_OK;
}

static moly_status append(moly_transaction *transaction, const moly_draft *draft, json_t **event,
                          moly_error *err)
{
    moly_ledger *ledger = transaction->ledger;
    signature_row signatures[MAX_SIGNERS];
    char *names[MAX_SIGNERS] = {NULL};
    char *text = NULL;
    json_t *body = NULL, *json = NULL;
    event_row row = {
        .seq = transaction->head.seq + 1,
        .kind = draft->kind,
        .subject = draft->subject,
        .at_us = draft->at.us,
        .recorded_us = moly_clock_now(ledger->clock).us,
        .utc_offset_minutes = ledger->site.utc_offset_minutes,
        .clock = clock_state(ledger->clock),
        .person = draft->person,
        .authentication = draft->authentication,
        .n_signatures = (int64_t)draft->n_signers,
    };
    memcpy(row.prev, transaction->head.hash, HASH_BYTES);
    ledger->changes->below = transaction->store;
    ledger->changes->families = &ledger->families;

    moly_status status =
        draft->n_signers > 0 ? check_clock(transaction, row.recorded_us, err) : MOLY_OK;
    if (!status) {
        status = make_body(transaction, draft->body, &text, &body, err);
    }
    if (status) {
        goto done;
    }
    row.body = text;
    row.body_length = strlen(text);
    status =
        event_content_hash(&row, ledger->site_id, ledger->site.is_training, row.content_hash, err);
    if (!status) {
        status = sign(transaction, draft, &row, body, signatures, names, err);
    }
    if (status) {
        goto done;
    }
    event_chain_hash(row.content_hash, signatures, draft->n_signers, row.hash);
    status = insert(transaction->store, &row, signatures, draft->n_signers, err);
    if (!status) {
        const applied_event applied = {row.seq, row.at_us, row.kind, row.subject};
        status = projections_apply(ledger->changes, &applied, body, err);
    }
    if (!status) {
        status = changes_flush(ledger->changes, err);
    }
    if (!status && event) {
        status = make_json(transaction, &row, signatures, draft->n_signers, &json, err);
    }
    if (status) {
        goto done;
    }
    transaction->head.seq = row.seq;
    memcpy(transaction->head.hash, row.hash, HASH_BYTES);
    if (event) {
        *event = json;
    }
done:
    changes_clear(ledger->changes);
    for (size_t i = 0; i < MAX_SIGNERS; i++) {
        moly_free(names[i]);
    }
    json_decref(body);
    moly_free(text);
    return status;
}

moly_status moly_transaction_append(moly_transaction *transaction, const moly_draft *draft,
                                    json_t **event, moly_error *err)
{
    if (event) {
        *event = NULL;
    }
    moly_status status = check_draft(draft, err);
    if (!status) {
        status = append(transaction, draft, event, err);
    }
    if (status) {
        transaction->broken = status;
    }
    return status;
}
