/* SPDX-License-Identifier: Apache-2.0 */
/* Codes of a telephone. HMAC is GnuTLS's, which serves HTTPS in this program anyway:
 * libsodium has no SHA-1, and many applications know nothing else. */
#include "moly/ledger/second_factor.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "inside.h"
#include "moly/base/catalogue.h"

enum {
    MAX_ROW_KEY = 100,
    MAX_MAC = 64,
    STEPS_BESIDE = 1,
    NONCE_BYTES = (MOLY_TOTP_NONCE_HEX - 1) / 2
};

/* RFC 4226, 5.3: four bytes of the MAC, from where its last half byte says. */
moly_status moly_totp_code(const uint8_t *secret, size_t length, moly_totp_hash hash, uint64_t step,
                           int n_digits, char code[MOLY_TOTP_MAX_DIGITS], moly_error *err)
{
    static const gnutls_mac_algorithm_t macs[] = {[MOLY_TOTP_SHA1] = GNUTLS_MAC_SHA1,
                                                  [MOLY_TOTP_SHA256] = GNUTLS_MAC_SHA256,
                                                  [MOLY_TOTP_SHA512] = GNUTLS_MAC_SHA512};
    uint8_t counter[8], mac[MAX_MAC];
    uint32_t limit = 1;
    MOLY_ASSERT(n_digits >= 6 && n_digits < MOLY_TOTP_MAX_DIGITS);
    for (size_t i = sizeof counter; i-- > 0; step >>= 8) {
        counter[i] = (uint8_t)step;
    }
    if (gnutls_hmac_fast(macs[hash], secret, length, counter, sizeof counter, mac) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_INTERNAL, "GnuTLS cannot compute an HMAC");
    }
    const uint8_t *from = mac + (mac[gnutls_hmac_get_len(macs[hash]) - 1] & 0x0f);
    const uint32_t number = (uint32_t)(from[0] & 0x7f) << 24 | (uint32_t)from[1] << 16 |
                            (uint32_t)from[2] << 8 | from[3];
    for (int i = 0; i < n_digits; i++) {
        limit *= 10;
    }
    (void)snprintf(code, MOLY_TOTP_MAX_DIGITS, "%0*u", n_digits, (unsigned)(number % limit));
    sodium_memzero(mac, sizeof mac);
    return MOLY_OK;
}

/* ---- the secret -------------------------------------------------------------------------------
 */

/* A keyed hash of whose it is and of the nonce, under the site's seed: who has not the site's key
 * cannot compute it, and nothing else is made of that key in this way. */
static moly_status derive(const moly_ledger *ledger, const char *user, const char *nonce,
                          uint8_t secret[MOLY_TOTP_SECRET_BYTES], moly_error *err)
{
    uint8_t bytes[NONCE_BYTES];
    size_t n = 0;
    moly_text message = {0};
    if (!nonce || strlen(nonce) != MOLY_TOTP_NONCE_HEX - 1 ||
        sodium_hex2bin(bytes, sizeof bytes, nonce, strlen(nonce), NULL, &n, NULL) != 0 ||
        n != sizeof bytes) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "nonce: %d hexadecimal digits wanted",
                         MOLY_TOTP_NONCE_HEX - 1);
    }
    moly_text_printf(&message, "moly second factor 1\n%s\n%s\n", user, nonce);
    if (message.is_broken) {
        moly_text_free(&message);
        return MOLY_NO_MEMORY(err);
    }
    (void)crypto_generichash(secret, MOLY_TOTP_SECRET_BYTES, (const uint8_t *)message.data,
                             message.length, ledger->site_secret, crypto_sign_SEEDBYTES);
    moly_text_free(&message);
    return MOLY_OK;
}

/* RFC 4648, 6; 20 bytes need no padding. */
static void base32(const uint8_t secret[MOLY_TOTP_SECRET_BYTES], char text[33])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    for (size_t i = 0; i < 32; i++) {
        const size_t bit = 5 * i, byte = bit / 8;
        const unsigned next = byte + 1 < MOLY_TOTP_SECRET_BYTES ? secret[byte + 1] : 0;
        const unsigned both = (unsigned)secret[byte] << 8 | next;
        text[i] = digits[both >> (11 - bit % 8) & 31];
    }
    text[32] = '\0';
}

static void add_escaped(moly_text *uri, const char *text)
{
    for (const char *c = text; *c; c++) {
        const bool is_plain = (*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') ||
                              (*c >= 'a' && *c <= 'z') || strchr("-._~", *c);
        moly_text_printf(uri, is_plain ? "%c" : "%%%02X", (unsigned char)*c);
    }
}

moly_status moly_ledger_offer_second_factor(moly_ledger *ledger, const char *user, json_t **offer,
                                            moly_error *err)
{
    uint8_t bytes[NONCE_BYTES], secret[MOLY_TOTP_SECRET_BYTES];
    char nonce[MOLY_TOTP_NONCE_HEX], typed[33];
    moly_text uri = {0};
    *offer = NULL;
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(nonce, sizeof nonce, bytes, sizeof bytes);
    moly_status status = derive(ledger, user, nonce, secret, err);
    if (status) {
        return status;
    }
    base32(secret, typed);
    moly_text_add(&uri, "otpauth://totp/");
    add_escaped(&uri, ledger->site.name);
    moly_text_add(&uri, ":");
    add_escaped(&uri, user);
    moly_text_printf(&uri, "?secret=%s&issuer=", typed);
    add_escaped(&uri, ledger->site.name);
    moly_text_printf(&uri, "&algorithm=SHA1&digits=%d&period=%d", MOLY_TOTP_DIGITS,
                     MOLY_TOTP_STEP_S);
    *offer = uri.is_broken
                 ? NULL
                 : json_pack("{s:s, s:s, s:s}", "nonce", nonce, "secret", typed, "uri", uri.data);
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(typed, sizeof typed);
    if (uri.data) {
        sodium_memzero(uri.data, uri.length);
    }
    moly_text_free(&uri);
    return *offer ? MOLY_OK : MOLY_NO_MEMORY(err);
}

/* ---- a code -----------------------------------------------------------------------------------
 */

static moly_status find_step(const moly_ledger *ledger, const char *user, const char *nonce,
                             const char *code, int64_t *found, moly_error *err)
{
    uint8_t secret[MOLY_TOTP_SECRET_BYTES];
    const int64_t now = moly_clock_now(ledger->clock).us / (MOLY_TOTP_STEP_S * 1000000LL);
    moly_status status = derive(ledger, user, nonce, secret, err);
    *found = -1;
    for (int64_t step = now - STEPS_BESIDE; step <= now + STEPS_BESIDE && !status; step++) {
        char right[MOLY_TOTP_MAX_DIGITS];
        status = moly_totp_code(secret, sizeof secret, MOLY_TOTP_SHA1, (uint64_t)step,
                                MOLY_TOTP_DIGITS, right, err);
        if (!status && strlen(code) == MOLY_TOTP_DIGITS &&
            sodium_memcmp(code, right, MOLY_TOTP_DIGITS) == 0) {
            *found = step;
        }
    }
    sodium_memzero(secret, sizeof secret);
    return status;
}

#define REFUSE_CODE(err, message)                                                                  \
    moly_fail((err), MOLY_ERR_SIGN_IN, "R-12", __FILE__, __LINE__, MOLY_N(message))

/* Wrong codes, and the step of the newest right one, stand beside the failed sign-ins in rows of
 * their own: a right password must not forgive wrong codes. No user has a name with a slash. */
typedef struct row_key {
    char text[MAX_ROW_KEY];
} row_key;

static row_key row_of(const char *what, const char *user)
{
    row_key key;
    (void)snprintf(key.text, sizeof key.text, "%s/%.80s", what, user);
    return key;
}

moly_status moly_transaction_take_code(moly_transaction *transaction, const char *user,
                                       const char *nonce, const char *code, moly_error *err)
{
    const row_key taken = row_of("step", user), wrong = row_of("code", user);
    int64_t step = -1, last = 0;
    moly_status status = find_step(transaction->ledger, user, nonce, code, &step, err);
    if (!status && step < 0) {
        status = REFUSE_CODE(err, "the code is wrong; look at the clock of the telephone");
    }
    if (!status) {
        status =
            store_query_int(transaction->store, "SELECT last_us FROM attempt WHERE person = $1",
                            STORE_VALUES(store_text(taken.text)), &last, NULL, err);
    }
    if (!status && step <= last) {
        status = REFUSE_CODE(err, "this code was used already; wait for the next one");
    }
    if (!status) {
        status =
            store_query(transaction->store,
                        "INSERT INTO attempt VALUES ($1, 0, $2, 0) ON CONFLICT (person)"
                        " DO UPDATE SET last_us = $2",
                        STORE_VALUES(store_text(taken.text), store_int(step)), NULL, NULL, err);
    }
    if (!status) {
        status =
            store_query(transaction->store, "UPDATE attempt SET failures = 0 WHERE person = $1",
                        STORE_VALUES(store_text(wrong.text)), NULL, NULL, err);
    }
    return status;
}

struct code_check {
    const char *user, *nonce, *code;
};

static moly_status take(moly_transaction *transaction, void *context, moly_error *err)
{
    const struct code_check *check = context;
    return moly_transaction_take_code(transaction, check->user, check->nonce, check->code, err);
}

/* The nonce of a person, NULL: no second factor; and whether codes are locked. */
static moly_status load(moly_ledger *ledger, const char *user, char **nonce, moly_error *err)
{
    moly_ledger_reader *reader = NULL;
    int64_t until_us = 0;
    const row_key wrong = row_of("code", user);
    char text[MOLY_INSTANT_TEXT_SIZE];
    moly_status status = moly_ledger_reader_new(ledger, &reader, err);
    status =
        status ? status : person_member(reader->store, user, "second_factor_nonce", nonce, err);
    if (!status && *nonce) {
        status =
            store_query_int(reader->store, "SELECT locked_until_us FROM attempt WHERE person = $1",
                            STORE_VALUES(store_text(wrong.text)), &until_us, NULL, err);
    }
    if (!status && until_us > moly_clock_now(ledger->clock).us) {
        status = moly_fail(err, MOLY_ERR_SIGN_IN, "R-08", __FILE__, __LINE__,
                           "too many wrong codes: %s is locked until %s", user,
                           moly_instant_format((moly_instant){until_us}, text));
    }
    moly_ledger_reader_free(reader);
    return status;
}

moly_status moly_ledger_check_second_factor(moly_ledger *ledger, const char *user, const char *code,
                                            moly_error *err)
{
    char *nonce = NULL;
    moly_error why = {.language = err ? err->language : NULL};
    moly_status status = load(ledger, user, &nonce, err);
    if (!status && nonce && (!code || !*code)) {
        status = REFUSE_CODE(err, "the code of the second factor is needed too");
    } else if (!status && nonce) {
        const struct code_check check = {user, nonce, code};
        status = moly_ledger_transact(ledger, take, (void *)&check, &why);
        if (status == MOLY_ERR_SIGN_IN) {
            moly_error counting = {0};
            moly_status counted =
                person_count_wrong(ledger, row_of("code", user).text, user, &counting);
            (void)counted; /* it is refused in any case */
        }
        if (status) {
            (void)moly_fail(err, status, why.rule, why.file, why.line, "%s", why.message);
        }
    }
    moly_free(nonce);
    return status;
}
