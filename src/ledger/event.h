/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_EVENT_H
#define LEDGER_EVENT_H

/* An event as it is stored, and what is hashed of it. The README gives the format. */

#include "inside.h"

typedef struct event_row {
    int64_t seq, at_us, recorded_us, utc_offset_minutes, n_signatures;
    /* texts: borrowed */
    const char *kind, *subject, *clock, *person, *authentication, *body;
    size_t body_length;
    uint8_t prev[HASH_BYTES], content_hash[HASH_BYTES], hash[HASH_BYTES];
} event_row;

typedef struct signature_row {
    int64_t signed_us;
    const char *person, *name, *meaning; /* borrowed */
    uint8_t public_key[KEY_BYTES], signature[SIGNATURE_BYTES];
} signature_row;

#define EVENT_COLUMNS                                                                              \
    "event.seq, event.kind, event.subject, event.at_us, event.recorded_us,"                        \
    " event.utc_offset_minutes, event.clock, event.person, event.authentication, event.body,"      \
    " event.prev, event.content_hash, event.hash, event.n_signatures"
enum { N_EVENT_COLUMNS = 14 };
#define SIGNATURE_COLUMNS "seq, n, person, name, meaning, signed_us, public_key, signature"

/* Read the columns; false when one is not of its type (somebody was there). Texts are borrowed from
 * the columns. */
bool event_take(const store_value *columns, event_row *event);
bool signature_take(const store_value *columns, signature_row *signature);

/* Hash of the content of an event: everything but prev's successors, hash and signatures. */
MOLY_CHECKED moly_status event_content_hash(const event_row *event, const char *site_id,
                                            bool is_training, uint8_t hash[HASH_BYTES],
                                            moly_error *err);
/* Hash that chains: the content's, then key and signature of each signer. */
void event_chain_hash(const uint8_t content_hash[HASH_BYTES], const signature_row *signatures,
                      size_t n_signatures, uint8_t hash[HASH_BYTES]);

/* Sign, or check, {person, name, meaning, time, content hash}. */
MOLY_CHECKED moly_status signature_make(const uint8_t content_hash[HASH_BYTES],
                                        const uint8_t *secret_key, signature_row *signature,
                                        moly_error *err);
MOLY_CHECKED moly_status signature_check(const uint8_t content_hash[HASH_BYTES],
                                         const signature_row *signature, bool *is_good,
                                         moly_error *err);

/* Sign, or check, the head of a site's chain. */
MOLY_CHECKED moly_status head_sign(const char *site_id, const chain_head *head, int64_t signed_us,
                                   const uint8_t *secret_key, uint8_t signature[SIGNATURE_BYTES],
                                   moly_error *err);
MOLY_CHECKED moly_status head_check(const char *site_id, const chain_head *head, int64_t signed_us,
                                    const uint8_t key[KEY_BYTES],
                                    const uint8_t signature[SIGNATURE_BYTES], bool *is_good,
                                    moly_error *err);

/* As moly_transaction_append() gives it, without "signatures" and "corrected_by"; new reference. */
MOLY_CHECKED moly_status event_json(const event_row *event, const moly_ledger *ledger,
                                    json_t **json, moly_error *err);
json_t *signature_json(const signature_row *signature);

#endif
