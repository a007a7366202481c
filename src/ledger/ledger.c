/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "accounts.h"
#include "changes.h"
#include "inside.h"

struct site_read {
    site_row *site;
    bool is_found, is_broken;
};

static moly_status take_site(void *context, const store_value *c, moly_error *err)
{
    struct site_read *read = context;
    site_row *site = read->site;
    if (read->is_found || c[0].length != SITE_ID_SIZE - 1 || c[0].type != STORE_TEXT ||
        strspn(c[0].data, "0123456789abcdef") != c[0].length ||
        !take_bytes(&c[6], site->key, KEY_BYTES)) {
        read->is_broken = true;
        return MOLY_OK;
    }
    read->is_found = true;
    memcpy(site->id, c[0].data, SITE_ID_SIZE);
    site->format = c[1].i;
    site->name = moly_strdup(store_get_text(&c[2]));
    site->country = moly_strdup(store_get_text(&c[3]));
    site->utc_offset_minutes = c[4].i;
    site->is_training = c[5].i != 0;
    return site->name && site->country ? MOLY_OK : MOLY_NO_MEMORY(err);
}

void site_free(site_row *site)
{
    moly_free(site->name);
    moly_free(site->country);
    *site = (site_row){0};
}

moly_status site_load(store *s, site_row *site, moly_error *err)
{
    *site = (site_row){0};
    struct site_read read = {.site = site};
    moly_status status =
        store_query(s,
                    "SELECT id, format, name, country, utc_offset_minutes, is_training, public_key"
                    " FROM site",
                    NULL, 0, take_site, &read, err);
    if (!status && (!read.is_found || read.is_broken)) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "table site does not hold exactly one site");
    }
    if (!status && site->format != FORMAT_VERSION) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "ledger has format %lld, this program knows %d",
                           (long long)site->format, FORMAT_VERSION);
    }
    if (status) {
        site_free(site);
    }
    return status;
}

moly_status ledger_new(const char *url, const store_options *options, const moly_clock *clock,
                       moly_ledger **made, moly_error *err)
{
    if (sodium_init() < 0) {
        return MOLY_FAIL(err, MOLY_ERR_INTERNAL, "libsodium cannot start: no random numbers");
    }
    moly_ledger *ledger = moly_alloc(1, sizeof *ledger);
    if (!ledger) {
        return MOLY_NO_MEMORY(err);
    }
    ledger->clock = clock;
    (void)pthread_mutex_init(&ledger->queue_lock, NULL);
    (void)pthread_cond_init(&ledger->queue_moved, NULL);
    (void)pthread_mutex_init(&ledger->pool_lock, NULL);
    families_init(&ledger->families);
    ledger->url = moly_strdup(url);
    ledger->vfs = options ? moly_strdup(options->sqlite_vfs) : NULL;
    ledger->options.sqlite_vfs = ledger->vfs;
    ledger->site_secret = sodium_malloc(SECRET_BYTES);
    ledger->changes = moly_alloc(1, sizeof *ledger->changes);
    if (!ledger->url || !ledger->changes || !ledger->site_secret ||
        (options && options->sqlite_vfs && !ledger->vfs)) {
        moly_ledger_close(ledger);
        return MOLY_NO_MEMORY(err);
    }
    *made = ledger;
    return MOLY_OK;
}

static moly_status adopt_site(moly_ledger *ledger, site_row *site, moly_error *err)
{
    if (ledger->clock->is_simulated && !site->is_training) {
        return MOLY_REFUSE(err, "R-03",
                           "a simulated clock is allowed only on a database made for training");
    }
    memcpy(ledger->site_id, site->id, SITE_ID_SIZE);
    memcpy(ledger->site_key, site->key, KEY_BYTES);
    ledger->site_name = site->name;
    ledger->site_country = site->country;
    site->name = NULL;
    site->country = NULL;
    ledger->site = (moly_site){
        .name = ledger->site_name,
        .country = ledger->site_country,
        .utc_offset_minutes = (int)site->utc_offset_minutes,
        .is_training = site->is_training,
    };
    return MOLY_OK;
}

static moly_status check_site(const moly_site *site, moly_error *err)
{
    enum { MAX_NAME = 200, MAX_OFFSET_MINUTES = 18 * 60 };
    if (!site->name || !site->name[0] || strlen(site->name) > MAX_NAME ||
        !moly_is_utf8(site->name)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "a site needs a name of 1 to %d bytes", MAX_NAME);
    }
    if (!site->country || strlen(site->country) != 2 ||
        strspn(site->country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "country '%s': two capital letters (ISO 3166) wanted",
                         site->country ? site->country : "");
    }
    if (site->utc_offset_minutes < -MAX_OFFSET_MINUTES ||
        site->utc_offset_minutes > MAX_OFFSET_MINUTES) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "offset from UTC of %d min is outside +-%d min",
                         site->utc_offset_minutes, MAX_OFFSET_MINUTES);
    }
    return MOLY_OK;
}

static moly_status write_site(moly_ledger *ledger, const moly_site *site, moly_error *err)
{
    store *s = ledger->writer;
    uint8_t random[(SITE_ID_SIZE - 1) / 2];
    randombytes_buf(random, sizeof random);
    site_row row = {.utc_offset_minutes = site->utc_offset_minutes,
                    .is_training = site->is_training,
                    .name = moly_strdup(site->name),
                    .country = moly_strdup(site->country)};
    sodium_bin2hex(row.id, sizeof row.id, random, sizeof random);
    (void)crypto_sign_keypair(row.key, ledger->site_secret);
    moly_status status =
        row.name && row.country ? adopt_site(ledger, &row, err) : MOLY_NO_MEMORY(err);
    site_free(&row);
    if (!status) {
        status = store_query(s, "INSERT INTO site VALUES ($1, $2, $3, $4, $5, $6, $7)",
                             STORE_VALUES(store_text(ledger->site_id), store_int(FORMAT_VERSION),
                                          store_text(site->name), store_text(site->country),
                                          store_int(site->utc_offset_minutes),
                                          store_int(site->is_training),
                                          store_blob(ledger->site_key, KEY_BYTES)),
                             NULL, NULL, err);
    }
    if (!status) {
        status = store_query(s, "INSERT INTO secret VALUES ('site key', $1)",
                             STORE_VALUES(store_blob(ledger->site_secret, SECRET_BYTES)), NULL,
                             NULL, err);
    }
    return status;
}

static moly_status make_tables(moly_ledger *ledger, const moly_site *site, moly_error *err)
{
    store *s = ledger->writer;
    bool is_there = false;
    moly_status status = store_begin(s, err);
    if (status) {
        return status;
    }
    status = s->ops->has_schema(s, &is_there, err);
    if (!status && is_there) {
        status = MOLY_FAIL(err, MOLY_ERR_RULE, "there is a ledger in this database already");
    }
    if (!status) {
        status = s->ops->make_schema(s, err);
    }
    if (!status) {
        status = write_site(ledger, site, err);
    }
    if (!status) {
        status = store_commit(s, err);
    }
    if (status) {
        store_rollback(s);
    }
    return status;
}

/* Event 1 says which site this is, so that a changed row of table site is found. */
static moly_status append_genesis(moly_transaction *transaction, void *context, moly_error *err)
{
    (void)context;
    moly_ledger *ledger = transaction->ledger;
    char hex[2 * KEY_BYTES + 1];
    json_t *body =
        json_pack("{s:[{s:s, s:s, s:{s:s, s:s, s:i, s:b, s:s, s:i}}]}", "records", "kind", "site",
                  "id", ledger->site_id, "set", "name", ledger->site.name, "country",
                  ledger->site.country, "utc_offset_minutes", ledger->site.utc_offset_minutes,
                  "training", (int)ledger->site.is_training, "public_key",
                  sodium_bin2hex(hex, sizeof hex, ledger->site_key, KEY_BYTES), "format",
                  (int)FORMAT_VERSION);
    char *subject = NULL;
    moly_status status =
        body ? record_node("site", ledger->site_id, &subject, err) : MOLY_NO_MEMORY(err);
    if (!status) {
        const moly_draft draft = {.kind = "ledger.create",
                                  .subject = subject,
                                  .at = moly_clock_now(ledger->clock),
                                  .person = "moly",
                                  .authentication = "program",
                                  .body = body};
        status = moly_transaction_append(transaction, &draft, NULL, err);
    }
    moly_free(subject);
    json_decref(body);
    return status;
}

moly_status ledger_create_with(const char *url, const store_options *options, const moly_site *site,
                               const moly_clock *clock, moly_ledger **ledger, moly_error *err)
{
    *ledger = NULL;
    moly_ledger *made = NULL;
    moly_status status = check_site(site, err);
    if (!status && clock->is_simulated && !site->is_training) {
        status = MOLY_REFUSE(err, "R-03",
                             "a simulated clock is allowed only on a database made for training");
    }
    if (!status) {
        status = ledger_new(url, options, clock, &made, err);
    }
    if (!status) {
        status = store_open(url, STORE_CREATE, &made->options, &made->writer, err);
    }
    if (!status) {
        status = make_tables(made, site, err);
    }
    if (!status) {
        status = moly_ledger_transact(made, append_genesis, NULL, err);
    }
    if (status) {
        moly_ledger_close(made);
        return status;
    }
    *ledger = made;
    return MOLY_OK;
}

moly_status moly_ledger_create(const char *url, const moly_site *site, const moly_clock *clock,
                               moly_ledger **ledger, moly_error *err)
{
    return ledger_create_with(url, NULL, site, clock, ledger, err);
}

static moly_status take_secret(void *context, const store_value *columns, moly_error *err)
{
    return take_bytes(&columns[0], context, SECRET_BYTES)
               ? MOLY_OK
               : MOLY_FAIL(err, MOLY_ERR_DATA, "the site's key in table secret is damaged");
}

moly_status ledger_load_site(moly_ledger *ledger, moly_error *err)
{
    store *s = ledger->writer;
    bool is_there = false;
    moly_status status = s->ops->has_schema(s, &is_there, err);
    if (!status && !is_there) {
        return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "no ledger in database %s", ledger->url);
    }
    site_row site = {0};
    if (!status) {
        status = site_load(s, &site, err);
    }
    if (!status) {
        status = adopt_site(ledger, &site, err);
    }
    site_free(&site);
    if (!status) {
        status = store_query(s, "SELECT value FROM secret WHERE name = 'site key'", NULL, 0,
                             take_secret, ledger->site_secret, err);
    }
    if (!status &&
        memcmp(ledger->site_secret + SECRET_BYTES - KEY_BYTES, ledger->site_key, KEY_BYTES) != 0) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA,
                           "the site's secret and public key do not belong "
                           "together");
    }
    return status;
}

moly_status ledger_open_with(const char *url, const store_options *options, const moly_clock *clock,
                             moly_ledger **ledger, moly_error *err)
{
    *ledger = NULL;
    moly_ledger *made = NULL;
    moly_status status = ledger_new(url, options, clock, &made, err);
    if (!status) {
        status = store_open(url, STORE_WRITE, &made->options, &made->writer, err);
    }
    if (!status) {
        status = ledger_load_site(made, err);
    }
    if (status) {
        moly_ledger_close(made);
        return status;
    }
    *ledger = made;
    return MOLY_OK;
}

moly_status moly_ledger_open(const char *url, const moly_clock *clock, moly_ledger **ledger,
                             moly_error *err)
{
    return ledger_open_with(url, NULL, clock, ledger, err);
}

void moly_ledger_close(moly_ledger *ledger)
{
    if (!ledger) {
        return;
    }
    for (size_t i = 0; i < ledger->n_idle; i++) {
        store_close(ledger->idle[i]);
    }
    store_close(ledger->writer);
    families_free(&ledger->families);
    if (ledger->changes) {
        changes_free(ledger->changes);
    }
    moly_free(ledger->changes);
    (void)pthread_mutex_destroy(&ledger->queue_lock);
    (void)pthread_cond_destroy(&ledger->queue_moved);
    (void)pthread_mutex_destroy(&ledger->pool_lock);
    sodium_free(ledger->site_secret);
    moly_free(ledger->site_name);
    moly_free(ledger->site_country);
    moly_free(ledger->url);
    moly_free(ledger->vfs);
    moly_free(ledger);
}

const moly_site *moly_ledger_site(const moly_ledger *ledger)
{
    return &ledger->site;
}

const moly_clock *moly_ledger_clock(const moly_ledger *ledger)
{
    return ledger->clock;
}
