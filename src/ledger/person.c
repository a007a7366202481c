/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords and signing keys. A person's Ed25519 key is sealed with a key derived from the password
 * (Argon2id), so that opening it is the proof of the password, and nobody can sign for a person who
 * does not know it. Old credentials stay: the table is append-only. */
#include <string.h>

#include "inside.h"

enum {
    MAX_FAILURES = 5,
    SALT_BYTES = crypto_pwhash_SALTBYTES,
    NONCE_BYTES = crypto_secretbox_NONCEBYTES,
    SEED_BYTES = crypto_sign_SEEDBYTES,
    SEALED_BYTES = crypto_secretbox_MACBYTES + SEED_BYTES,
    MAX_PASSWORD = 1024,
    MIN_PASSWORD = 8,
    MAX_USER = 64,
};
static const int64_t lock_us = 15LL * 60 * 1000000;

typedef struct credential {
    bool is_found;
    int64_t operations, memory_bytes;
    uint8_t salt[SALT_BYTES], nonce[NONCE_BYTES], sealed[SEALED_BYTES], public_key[KEY_BYTES];
} credential;

static const struct {
    int64_t operations, memory_bytes;
} costs[] = {
    [MOLY_PASSWORD_MINIMAL] = {crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN},
    [MOLY_PASSWORD_INTERACTIVE] = {crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                   crypto_pwhash_MEMLIMIT_INTERACTIVE},
    [MOLY_PASSWORD_MODERATE] = {crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE},
};

/* ---- records of persons ------------------------------------------------------------------- */

moly_status person_member(store *s, const char *person, const char *key, char **value,
                          moly_error *err)
{
    json_t *doc = NULL;
    char *node = NULL;
    *value = NULL;
    moly_status status = record_node("person", person, &node, err);
    if (!status) {
        status = record_load(s, node, &doc, NULL, err);
    }
    const char *text = json_string_value(json_object_get(doc, key));
    if (!status && text) {
        *value = moly_strdup(text);
        status = *value ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    json_decref(doc);
    moly_free(node);
    return status;
}

moly_status person_registered_key(store *s, const char *person, char hex[HASH_HEX], moly_error *err)
{
    char *key = NULL;
    moly_status status = person_member(s, person, "public_key", &key, err);
    if (!status) {
        (void)snprintf(hex, HASH_HEX, "%s", key ? key : "");
    }
    moly_free(key);
    return status;
}

moly_status person_printed_name(store *s, const char *person, char **name, moly_error *err)
{
    moly_status status = person_member(s, person, "name", name, err);
    if (!status && !*name) {
        *name = moly_strdup(person);
        status = *name ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    return status;
}

/* ---- credentials ----------------------------------------------------------------------------
 */

static moly_status derive(const char *password, const credential *c,
                          uint8_t key[crypto_secretbox_KEYBYTES], moly_error *err)
{
    if (crypto_pwhash(key, crypto_secretbox_KEYBYTES, password, strlen(password), c->salt,
                      (unsigned long long)c->operations, (size_t)c->memory_bytes,
                      crypto_pwhash_ALG_ARGON2ID13) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_MEMORY, "Argon2id needs %lld bytes of memory",
                         (long long)c->memory_bytes);
    }
    return MOLY_OK;
}

static moly_status check_new(const char *user, const char *password, moly_error *err)
{
    if (!user || !user[0] || strlen(user) > MAX_USER ||
        strspn(user, "abcdefghijklmnopqrstuvwxyz0123456789._-") != strlen(user)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "user '%.80s': 1 to %d of a-z, 0-9, '.', '_' and '-' wanted",
                         user ? user : "", MAX_USER);
    }
    size_t length = password ? strlen(password) : 0;
    if (length < MIN_PASSWORD || length > MAX_PASSWORD) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "a password has %d to %d bytes, this one %zu",
                         MIN_PASSWORD, MAX_PASSWORD, length);
    }
    return MOLY_OK;
}

moly_status moly_transaction_set_password(moly_transaction *transaction, const char *user,
                                          const char *password, moly_password_cost cost,
                                          char public_key_hex[65], moly_error *err)
{
    moly_status status = check_new(user, password, err);
    if (status) {
        return status;
    }
    credential c = {.operations = costs[cost].operations, .memory_bytes = costs[cost].memory_bytes};
    randombytes_buf(c.salt, sizeof c.salt);
    randombytes_buf(c.nonce, sizeof c.nonce);
    uint8_t key[crypto_secretbox_KEYBYTES], seed[SEED_BYTES], secret[SECRET_BYTES];
    status = derive(password, &c, key, err);
    if (!status) {
        randombytes_buf(seed, sizeof seed);
        (void)crypto_sign_seed_keypair(c.public_key, secret, seed);
        (void)crypto_secretbox_easy(c.sealed, seed, sizeof seed, c.nonce, key);
        status = store_query(
            transaction->store,
            "INSERT INTO credential SELECT $1, count(*) + 1, $2, $3, $4, $5, $6, $7"
            " FROM credential WHERE person = $1",
            STORE_VALUES(store_text(user), store_int(c.operations), store_int(c.memory_bytes),
                         store_blob(c.salt, SALT_BYTES), store_blob(c.nonce, NONCE_BYTES),
                         store_blob(c.sealed, SEALED_BYTES), store_blob(c.public_key, KEY_BYTES)),
            NULL, NULL, err);
    }
    sodium_memzero(key, sizeof key);
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(secret, sizeof secret);
    if (!status) {
        sodium_bin2hex(public_key_hex, 2 * KEY_BYTES + 1, c.public_key, KEY_BYTES);
    }
    return status;
}

static moly_status take_credential(void *context, const store_value *columns, moly_error *err)
{
    credential *c = context;
    c->operations = columns[0].i;
    c->memory_bytes = columns[1].i;
    c->is_found = take_bytes(&columns[2], c->salt, SALT_BYTES) &&
                  take_bytes(&columns[3], c->nonce, NONCE_BYTES) &&
                  take_bytes(&columns[4], c->sealed, SEALED_BYTES) &&
                  take_bytes(&columns[5], c->public_key, KEY_BYTES) &&
                  c->operations >= crypto_pwhash_OPSLIMIT_MIN &&
                  c->operations <= costs[MOLY_PASSWORD_MODERATE].operations * 4 &&
                  c->memory_bytes >= (int64_t)crypto_pwhash_MEMLIMIT_MIN &&
                  c->memory_bytes <= costs[MOLY_PASSWORD_MODERATE].memory_bytes * 4;
    return c->is_found ? MOLY_OK : MOLY_FAIL(err, MOLY_ERR_DATA, "a credential is damaged");
}

/* ---- lock-out (R-08) ------------------------------------------------------------------------ */

static moly_status check_not_locked(moly_ledger *ledger, store *s, const char *user,
                                    moly_error *err)
{
    int64_t until_us = 0;
    moly_status status = store_query_int(s, "SELECT locked_until_us FROM attempt WHERE person = $1",
                                         STORE_VALUES(store_text(user)), &until_us, NULL, err);
    if (!status && until_us > moly_clock_now(ledger->clock).us) {
        char text[MOLY_INSTANT_TEXT_SIZE];
        status = MOLY_FAIL(err, MOLY_ERR_SIGN_IN,
                           "%s is locked until %s after %d wrong passwords (R-08)", user,
                           moly_instant_format((moly_instant){until_us}, text), MAX_FAILURES);
    }
    return status;
}

struct attempt {
    const char *key, *user; /* row, and whose it is */
    bool is_good;
};

static moly_status append_locked(moly_transaction *transaction, const char *user, moly_error *err)
{
    char *subject = NULL;
    json_t *body = json_pack("{s:i, s:i}", "failures", (int)MAX_FAILURES, "locked_s",
                             (int)(lock_us / 1000000));
    moly_status status = body ? record_node("person", user, &subject, err) : MOLY_NO_MEMORY(err);
    if (!status) {
        const moly_draft draft = {.kind = "ledger.lock-out",
                                  .subject = subject,
                                  .at = moly_clock_now(transaction->ledger->clock),
                                  .person = "moly",
                                  .authentication = "program",
                                  .body = body};
        status = moly_transaction_append(transaction, &draft, NULL, err);
    }
    moly_free(subject);
    json_decref(body);
    return status;
}

static moly_status count_attempt(moly_transaction *transaction, void *context, moly_error *err)
{
    const struct attempt *attempt = context;
    store *s = transaction->store;
    int64_t now_us = moly_clock_now(transaction->ledger->clock).us, failures = 0;
    if (attempt->is_good) {
        return store_query(s, "UPDATE attempt SET failures = 0 WHERE person = $1",
                           STORE_VALUES(store_text(attempt->key)), NULL, NULL, err);
    }
    moly_status status = store_query_int(
        s,
        "INSERT INTO attempt VALUES ($1, 1, $2, 0) ON CONFLICT (person) DO UPDATE"
        " SET failures = attempt.failures + 1, last_us = $2 RETURNING failures",
        STORE_VALUES(store_text(attempt->key), store_int(now_us)), &failures, NULL, err);
    if (status || failures < MAX_FAILURES) {
        return status;
    }
    status = store_query(
        s, "UPDATE attempt SET failures = 0, locked_until_us = $2 WHERE person = $1",
        STORE_VALUES(store_text(attempt->key), store_int(now_us + lock_us)), NULL, NULL, err);
    return status ? status : append_locked(transaction, attempt->user, err);
}

/* ---- sign in -------------------------------------------------------------------------------- */

static moly_status wrong(moly_error *err)
{
    return MOLY_FAIL(err, MOLY_ERR_SIGN_IN, "unknown user or wrong password");
}

static moly_status unseal(const char *user, const char *password, const credential *c,
                          moly_identity **identity, moly_error *err)
{
    uint8_t key[crypto_secretbox_KEYBYTES], seed[SEED_BYTES] = {0};
    moly_identity *made = NULL;
    moly_status status = derive(password, c, key, err);
    if (!status && (!c->is_found || crypto_secretbox_open_easy(seed, c->sealed, SEALED_BYTES,
                                                               c->nonce, key) != 0)) {
        status = wrong(err);
    }
    if (status) {
        goto done;
    }
    made = moly_alloc(1, sizeof *made);
    if (made) {
        made->user = moly_strdup(user);
        made->secret_key = sodium_malloc(SECRET_BYTES);
    }
    if (!made || !made->user || !made->secret_key) {
        moly_identity_free(made);
        status = MOLY_NO_MEMORY(err);
        goto done;
    }
    (void)crypto_sign_seed_keypair(made->public_key, made->secret_key, seed);
    if (memcmp(made->public_key, c->public_key, KEY_BYTES) != 0) {
        moly_identity_free(made);
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "the credential of %s has another public key", user);
        goto done;
    }
    *identity = made;
done:
    sodium_memzero(key, sizeof key);
    sodium_memzero(seed, sizeof seed);
    return status;
}

static moly_status check_not_retired(store *s, const char *user, moly_error *err)
{
    char *state = NULL;
    moly_status status = person_member(s, user, "state", &state, err);
    if (!status && state && strcmp(state, "retired") == 0) {
        status = MOLY_FAIL(err, MOLY_ERR_SIGN_IN, "%s no longer has access", user);
    }
    moly_free(state);
    return status;
}

static moly_status load_credential(moly_ledger *ledger, const char *user, credential *c,
                                   bool *has_failed, moly_error *err)
{
    moly_ledger_reader *reader = NULL;
    int64_t failures = 0;
    /* For an unknown user a password is hashed all the same, but not with so much memory that
     * guessing names would be a way to exhaust the machine. */
    *c = (credential){.operations = costs[MOLY_PASSWORD_INTERACTIVE].operations,
                      .memory_bytes = costs[MOLY_PASSWORD_INTERACTIVE].memory_bytes};
    moly_status status = moly_ledger_reader_new(ledger, &reader, err);
    if (!status) {
        status = check_not_locked(ledger, reader->store, user, err);
    }
    if (!status) {
        status = store_query(reader->store,
                             "SELECT operations, memory_bytes, salt, nonce, sealed_key, public_key"
                             " FROM credential WHERE person = $1 ORDER BY n DESC LIMIT 1",
                             STORE_VALUES(store_text(user)), take_credential, c, err);
    }
    if (!status) {
        status = store_query_int(reader->store, "SELECT failures FROM attempt WHERE person = $1",
                                 STORE_VALUES(store_text(user)), &failures, NULL, err);
    }
    if (!status && c->is_found) {
        status = check_not_retired(reader->store, user, err);
    }
    *has_failed = failures > 0;
    moly_ledger_reader_free(reader);
    return status;
}

/* Guesses that ran beside the one that locked the account are refused too. */
static moly_status check_still_open(moly_ledger *ledger, const char *user, moly_error *err)
{
    moly_ledger_reader *reader = NULL;
    moly_status status = moly_ledger_reader_new(ledger, &reader, err);
    if (!status) {
        status = check_not_locked(ledger, reader->store, user, err);
    }
    moly_ledger_reader_free(reader);
    return status;
}

moly_status person_count_wrong(moly_ledger *ledger, const char *key, const char *user,
                               moly_error *err)
{
    struct attempt attempt = {key, user, false};
    return moly_ledger_transact(ledger, count_attempt, &attempt, err);
}

moly_status moly_ledger_sign_in(moly_ledger *ledger, const char *user, const char *password,
                                moly_identity **identity, moly_error *err)
{
    *identity = NULL;
    credential c;
    bool has_failed = false;
    moly_identity *made = NULL;
    if (!user || !password || !moly_is_utf8(user) || strlen(user) > MAX_USER ||
        strlen(password) > MAX_PASSWORD) {
        return wrong(err);
    }
    moly_status status = load_credential(ledger, user, &c, &has_failed, err);
    if (status) {
        return status;
    }
    status = unseal(user, password, &c, &made, err);
    if (c.is_found && (status == MOLY_ERR_SIGN_IN || (!status && has_failed))) {
        struct attempt attempt = {user, user, !status};
        moly_error counting = {0};
        moly_status counted = moly_ledger_transact(ledger, count_attempt, &attempt, &counting);
        if (counted && !status) {
            status =
                moly_fail(err, counted, NULL, counting.file, counting.line, "%s", counting.message);
        }
    }
    if (!status) {
        status = check_still_open(ledger, user, err);
    }
    if (status) {
        moly_identity_free(made);
        return status;
    }
    *identity = made;
    return MOLY_OK;
}

void moly_identity_free(moly_identity *identity)
{
    if (identity) {
        moly_free(identity->user);
        sodium_free(identity->secret_key); /* overwrites it */
        moly_free(identity);
    }
}

const char *moly_identity_user(const moly_identity *identity)
{
    return identity->user;
}
