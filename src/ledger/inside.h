/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_INSIDE_H
#define LEDGER_INSIDE_H

/* What the files of the ledger share. */

#include <jansson.h>
#include <pthread.h>
#include <sodium.h>

#include "moly/base/text.h"
#include "moly/ledger/ledger.h"
#include "store.h"

enum {
    HASH_BYTES = 32,
    HASH_HEX = 2 * HASH_BYTES + 1,
    KEY_BYTES = crypto_sign_PUBLICKEYBYTES,
    SECRET_BYTES = crypto_sign_SECRETKEYBYTES,
    SIGNATURE_BYTES = crypto_sign_BYTES,
    SITE_ID_SIZE = 17,
    FORMAT_VERSION = 1,
    MAX_IDLE_READERS = 8,
};

typedef struct ledger_request ledger_request;
typedef struct decay_family decay_family;

/* Decay families in use: only added to. */
typedef struct families {
    pthread_mutex_t lock;
    const decay_family *first;
} families;
typedef struct changes changes;

struct moly_ledger {
    char *url;
    store_options options;
    char *vfs;
    const moly_clock *clock;
    moly_site site;
    char *site_name, *site_country;
    char site_id[SITE_ID_SIZE];
    uint8_t site_key[KEY_BYTES];
    uint8_t *site_secret; /* locked memory */

    /* Commit group: whoever finds no leader leads, and runs the parts of all who wait. */
    store *writer; /* the leader's */
    pthread_mutex_t queue_lock;
    pthread_cond_t queue_moved;
    ledger_request *first, *last;
    bool is_led;

    pthread_mutex_t pool_lock;
    store *idle[MAX_IDLE_READERS];
    size_t n_idle;

    families families;
    changes *changes; /* the leader's: of the event that is being appended */
};

struct moly_ledger_reader {
    moly_ledger *ledger;
    store *store;
};

typedef struct chain_head {
    int64_t seq;
    uint8_t hash[HASH_BYTES];
} chain_head;

struct moly_transaction {
    moly_ledger *ledger;
    moly_ledger_reader reader;
    store *store;
    chain_head head;
    json_t *blobs;      /* put since the last event: [{"hash","media_type","length"}] */
    json_t *issued;     /* numbers given out: {"kind\tprefix": last} */
    moly_status broken; /* an append failed half-way: the part cannot be kept */
};

struct moly_identity {
    char *user;
    uint8_t public_key[KEY_BYTES];
    uint8_t *secret_key; /* locked memory */
};

/* As moly_ledger_create() and moly_ledger_open(), with the choices that only tests make. */
MOLY_CHECKED moly_status ledger_create_with(const char *url, const store_options *options,
                                            const moly_site *site, const moly_clock *clock,
                                            moly_ledger **ledger, moly_error *err);
MOLY_CHECKED moly_status ledger_open_with(const char *url, const store_options *options,
                                          const moly_clock *clock, moly_ledger **ledger,
                                          moly_error *err);

MOLY_CHECKED moly_status ledger_verify_with(const char *url, const store_options *options,
                                            const char *anchor_path, const moly_progress *progress,
                                            json_t **report, moly_error *err);

/* A ledger that has no writer yet. */
MOLY_CHECKED moly_status ledger_new(const char *url, const store_options *options,
                                    const moly_clock *clock, moly_ledger **made, moly_error *err);
/* Take the site and its key from the writer's tables. */
MOLY_CHECKED moly_status ledger_load_site(moly_ledger *ledger, moly_error *err);

/* The row of table site. */
typedef struct site_row {
    char id[SITE_ID_SIZE];
    char *name, *country;
    int64_t format, utc_offset_minutes;
    bool is_training;
    uint8_t key[KEY_BYTES];
} site_row;
MOLY_CHECKED moly_status site_load(store *s, site_row *site, moly_error *err);
void site_free(site_row *site);

/* BLAKE2b-256 of bytes. */
void hash_bytes(const void *data, size_t length, uint8_t hash[HASH_BYTES]);
/* Is a column a blob of exactly `length` bytes? Then copy it. */
bool take_bytes(const store_value *column, void *bytes, size_t length);

/* chain.c: newest event; seq 0 and a hash of zeros when there is none. */
MOLY_CHECKED moly_status chain_load_head(store *s, chain_head *head, moly_error *err);

/* projections.c: everything that an event changes. `body` is parsed from the stored text. */
typedef struct applied_event {
    int64_t seq, at_us;
    const char *kind, *subject;
} applied_event;
MOLY_CHECKED moly_status projections_apply(changes *c, const applied_event *event,
                                           const json_t *body, moly_error *err);
/* Ask for everything that an event with this body reads. */
MOLY_CHECKED moly_status projections_read_ahead(changes *c, const json_t *body, moly_error *err);
/* Put "before" into the records of a body. */
MOLY_CHECKED moly_status projections_fill_before(changes *c, json_t *body, moly_error *err);

/* record.c */
MOLY_CHECKED moly_status record_load(store *s, const char *node, json_t **doc, int64_t *seq,
                                     moly_error *err); /* *doc NULL: none */
MOLY_CHECKED moly_status record_node(const char *kind, const char *id, char **node,
                                     moly_error *err);

/* person.c: is this the key that the events so far give the person? */
MOLY_CHECKED moly_status person_registered_key(store *s, const char *person, char hex[HASH_HEX],
                                               moly_error *err);
/* A text of a person's record; *value NULL: none. Release with moly_free(). */
MOLY_CHECKED moly_status person_member(store *s, const char *person, const char *key, char **value,
                                       moly_error *err);
/* count a wrong guess of a person in the row `key` of table attempt; too many lock that row
 * and leave an event. */
MOLY_CHECKED moly_status person_count_wrong(moly_ledger *ledger, const char *key, const char *user,
                                            moly_error *err);
MOLY_CHECKED moly_status person_printed_name(store *s, const char *person, char **name,
                                             moly_error *err);

/* blob.c */
MOLY_CHECKED moly_status blob_claim(moly_transaction *transaction, json_t *body, moly_error *err);

#endif
