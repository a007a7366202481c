/* SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "moly/base/memory.h"

enum { TOKEN_BYTES = 32, HASH_BYTES = 32, N_BUCKETS = 256 };

typedef struct entry {
    struct entry *next;
    uint8_t hash[HASH_BYTES];
    double opened_s, used_s;
    session session;
} entry;

struct session_table {
    pthread_mutex_t lock;
    size_t n;
    uint64_t n_opened;
    entry *buckets[N_BUCKETS]; /* by the first byte of the hash */
};

session_table *session_table_new(void)
{
    session_table *table = moly_alloc(1, sizeof *table);
    if (table) {
        (void)pthread_mutex_init(&table->lock, NULL);
    }
    return table;
}

static void entry_free(entry *e)
{
    sodium_memzero(e, sizeof *e);
    moly_free(e);
}

void session_table_free(session_table *table)
{
    if (!table) {
        return;
    }
    for (size_t i = 0; i < N_BUCKETS; i++) {
        while (table->buckets[i]) {
            entry *e = table->buckets[i];
            table->buckets[i] = e->next;
            entry_free(e);
        }
    }
    (void)pthread_mutex_destroy(&table->lock);
    moly_free(table);
}

/* Token and CSRF token are bound: the second is a keyed hash under the first and needs no room. */
static bool hash_token(const char *token, uint8_t hash[HASH_BYTES], char csrf[SESSION_TOKEN_SIZE])
{
    static const char purpose[] = "moly CSRF token";
    uint8_t bytes[TOKEN_BYTES], keyed[TOKEN_BYTES];
    size_t n = 0;
    const char *end = NULL;
    if (sodium_hex2bin(bytes, sizeof bytes, token, strlen(token), NULL, &n, &end) != 0 ||
        n != TOKEN_BYTES || *end != '\0') {
        return false;
    }
    (void)crypto_generichash(hash, HASH_BYTES, bytes, sizeof bytes, NULL, 0);
    (void)crypto_generichash(keyed, sizeof keyed, (const uint8_t *)purpose, sizeof purpose - 1,
                             bytes, sizeof bytes);
    (void)sodium_bin2hex(csrf, SESSION_TOKEN_SIZE, keyed, sizeof keyed);
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(keyed, sizeof keyed);
    return true;
}

static bool is_over(const entry *e, double now_s)
{
    return now_s - e->used_s > SESSION_IDLE_S || now_s - e->opened_s > SESSION_LIFE_S;
}

static void unlink_entry(session_table *table, entry **at)
{
    entry *e = *at;
    *at = e->next;
    table->n--;
    entry_free(e);
}

/* Those that are over go; of a person who has too many, the oldest. */
static void sweep(session_table *table, const char *user, double now_s)
{
    entry **oldest = NULL;
    size_t n_of_user = 0;
    for (size_t i = 0; i < N_BUCKETS; i++) {
        entry **at = &table->buckets[i];
        while (*at) {
            if (is_over(*at, now_s)) {
                unlink_entry(table, at);
                continue;
            }
            if (strcmp((*at)->session.user, user) == 0) {
                n_of_user++;
                oldest = !oldest || (*at)->opened_s < (*oldest)->opened_s ? at : oldest;
            }
            at = &(*at)->next;
        }
    }
    if (n_of_user >= SESSION_MAX_PER_USER && oldest) {
        unlink_entry(table, oldest);
    }
}

static entry **find(session_table *table, const uint8_t hash[HASH_BYTES])
{
    entry **at = &table->buckets[hash[0]];
    while (*at && memcmp((*at)->hash, hash, HASH_BYTES) != 0) {
        at = &(*at)->next;
    }
    return at;
}

moly_status session_open(session_table *table, const char *user, const char *public_key,
                         double now_s, char token[SESSION_TOKEN_SIZE], session *opened,
                         moly_error *err)
{
    entry *e = moly_alloc(1, sizeof *e);
    if (!e) {
        return MOLY_NO_MEMORY(err);
    }
    uint8_t bytes[TOKEN_BYTES];
    randombytes_buf(bytes, sizeof bytes);
    (void)sodium_bin2hex(token, SESSION_TOKEN_SIZE, bytes, sizeof bytes);
    sodium_memzero(bytes, sizeof bytes);
    (void)hash_token(token, e->hash, e->session.csrf);
    (void)snprintf(e->session.user, sizeof e->session.user, "%s", user);
    (void)snprintf(e->session.public_key, sizeof e->session.public_key, "%s", public_key);
    e->opened_s = now_s;
    e->used_s = now_s;
    moly_status status = MOLY_OK;
    (void)pthread_mutex_lock(&table->lock);
    e->session.number = ++table->n_opened;
    *opened = e->session;
    sweep(table, user, now_s);
    if (table->n >= SESSION_MAX) {
        status = MOLY_FAIL(err, MOLY_ERR_IO, "%d sessions are open, and no more fit", SESSION_MAX);
    } else {
        e->next = table->buckets[e->hash[0]];
        table->buckets[e->hash[0]] = e;
        table->n++;
    }
    (void)pthread_mutex_unlock(&table->lock);
    if (status) {
        entry_free(e);
    }
    return status;
}

bool session_find(session_table *table, const char *token, double now_s, bool is_used,
                  session *found)
{
    uint8_t hash[HASH_BYTES];
    char csrf[SESSION_TOKEN_SIZE];
    if (!token || !hash_token(token, hash, csrf)) {
        return false;
    }
    bool is_found = false;
    (void)pthread_mutex_lock(&table->lock);
    entry **at = find(table, hash);
    if (*at && is_over(*at, now_s)) {
        unlink_entry(table, at);
    } else if (*at) {
        is_found = true;
        *found = (*at)->session;
        (*at)->used_s = is_used ? now_s : (*at)->used_s;
    }
    (void)pthread_mutex_unlock(&table->lock);
    return is_found;
}

bool session_is_open(session_table *table, uint64_t number, double now_s)
{
    bool is_open = false;
    (void)pthread_mutex_lock(&table->lock);
    for (size_t i = 0; i < N_BUCKETS && !is_open; i++) {
        for (const entry *e = table->buckets[i]; e && !is_open; e = e->next) {
            is_open = e->session.number == number && !is_over(e, now_s);
        }
    }
    (void)pthread_mutex_unlock(&table->lock);
    return is_open;
}

void session_close(session_table *table, const char *token)
{
    uint8_t hash[HASH_BYTES];
    char csrf[SESSION_TOKEN_SIZE];
    if (!hash_token(token, hash, csrf)) {
        return;
    }
    (void)pthread_mutex_lock(&table->lock);
    entry **at = find(table, hash);
    if (*at) {
        unlink_entry(table, at);
    }
    (void)pthread_mutex_unlock(&table->lock);
}

bool session_csrf_is(const session *holder, const char *given)
{
    return given && strlen(given) == SESSION_TOKEN_SIZE - 1 &&
           sodium_memcmp(holder->csrf, given, SESSION_TOKEN_SIZE - 1) == 0;
}
