/* SPDX-License-Identifier: Apache-2.0 */
/* Double entry. Each account holds, for each nuclide that was posted to it, the inventory of that
 * nuclide's family at a reference instant: the newest posting's. Decay is linear, so a posting that
 * is dated back is decayed to the reference and added. */
#include "accounts.h"

#include <math.h>
#include <string.h>

enum { MAX_ACCOUNT = 193 };
/* What is called a discrepancy: more than this many standard deviations, and more than a becquerel,
 * below which rounding lives. */
static const double max_sigmas = 2.0, floor_bq = 1.0;

static double seconds_between(int64_t from_us, int64_t to_us)
{
    return ((double)to_us - (double)from_us) * 1e-6;
}

/* ---- rows of table account ------------------------------------------------------------------ */

/* state = atoms [n] then covariance [n][n], IEEE 754 doubles, little-endian as all machines that
 * Moly runs on. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "states are stored little-endian");

struct account_row {
    holding *inventory;
    int64_t ref_us;
    bool is_found;
};

moly_status inventory_read(const store_value *column, holding *inventory, moly_error *err)
{
    size_t n = inventory->family->n;
    if (column->type != STORE_BLOB || column->length != (n + n * n) * sizeof(double)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "an account of %s was written with other nuclide data: run moly ledger "
                         "rebuild",
                         inventory->family->names[0]);
    }
    memcpy(inventory->atoms, column->data, n * sizeof(double));
    memcpy(inventory->covariance, (const char *)column->data + n * sizeof(double),
           n * n * sizeof(double));
    return MOLY_OK;
}

static moly_status take_account(void *context, const store_value *c, moly_error *err)
{
    struct account_row *row = context;
    row->is_found = true;
    row->ref_us = c[0].i;
    return inventory_read(&c[1], row->inventory, err);
}

static moly_status save_account(posting_context *context, const char *account,
                                const struct account_row *row, moly_error *err)
{
    const holding *inventory = row->inventory;
    size_t n = inventory->family->n, length = (n + n * n) * sizeof(double);
    char *state = moly_alloc(length, 1);
    if (!state) {
        return MOLY_NO_MEMORY(err);
    }
    memcpy(state, inventory->atoms, n * sizeof(double));
    memcpy(state + n * sizeof(double), inventory->covariance, n * n * sizeof(double));
    moly_status status = store_query(
        context->store,
        "INSERT INTO account (account, source, ref_us, state, seq) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (account, source) DO UPDATE SET ref_us = excluded.ref_us,"
        " state = excluded.state, seq = excluded.seq",
        STORE_VALUES(store_text(account), store_text(inventory->family->names[0]),
                     store_int(row->ref_us), store_blob(state, length),
                     store_int(context->event->seq)),
        NULL, NULL, err);
    moly_free(state);
    return status;
}

/* ---- postings ------------------------------------------------------------------------------- */

static moly_status check_account(const char *account, moly_error *err)
{
    const char *slash = account ? strchr(account, '/') : NULL;
    if (!slash || slash == account || !slash[1] || strlen(account) > MAX_ACCOUNT ||
        !moly_is_utf8(account)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "account '%.200s': KIND/ID wanted",
                         account ? account : "");
    }
    return MOLY_OK;
}

static moly_status check_open(posting_context *context, const char *account, int64_t at_us,
                              moly_error *err)
{
    int64_t closed_us = 0;
    bool is_closed = false;
    moly_status status =
        store_query_int(context->store, "SELECT at_us FROM closing WHERE account = $1",
                        STORE_VALUES(store_text(account)), &closed_us, &is_closed, err);
    if (!status && is_closed && at_us > closed_us) {
        char text[MOLY_INSTANT_TEXT_SIZE];
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "account %s was closed at %s", account,
                           moly_instant_format((moly_instant){closed_us}, text));
    }
    return status;
}

static moly_status post(posting_context *context, const char *account, const decay_family *family,
                        int64_t at_us, double activity_bq, double sd_bq, moly_error *err)
{
    store *s = context->store;
    holding inventory;
    struct account_row row = {.inventory = &inventory};
    moly_status status = inventory_new(family, &inventory, err);
    if (!status) {
        status = check_open(context, account, at_us, err);
    }
    if (!status) {
        status = store_query(s,
                             "SELECT ref_us, state FROM account WHERE account = $1 AND "
                             "source = $2",
                             STORE_VALUES(store_text(account), store_text(family->names[0])),
                             take_account, &row, err);
    }
    if (!status && (!row.is_found || at_us > row.ref_us)) {
        status = row.is_found ? inventory_decay(&inventory, seconds_between(row.ref_us, at_us), err)
                              : MOLY_OK;
        row.ref_us = at_us;
    }
    if (!status) {
        status =
            inventory_post(&inventory, activity_bq, sd_bq, seconds_between(at_us, row.ref_us), err);
    }
    if (!status) {
        status = save_account(context, account, &row, err);
    }
    if (!status) {
        status =
            store_query(s,
                        "INSERT INTO posting (seq, n, account, source, at_us, activity_bq, sd_bq)"
                        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                        STORE_VALUES(store_int(context->event->seq), store_int(context->n_postings),
                                     store_text(account), store_text(family->names[0]),
                                     store_int(at_us), store_real(activity_bq), store_real(sd_bq)),
                        NULL, NULL, err);
    }
    if (!status) {
        status = context->index_subject(s, account, context->event->seq, err);
    }
    context->n_postings++;
    inventory_free(&inventory);
    return status;
}

/* ---- what does not balance ------------------------------------------------------------------ */

struct comparison {
    const char *account, *counterpart, *nuclide, *arose;
    int64_t at_us;
    double measured_bq, measured_sd_bq, predicted_bq, predicted_sd_bq;
};

static moly_status compare(posting_context *context, const struct comparison *c, moly_error *err)
{
    double sd_bq = hypot(c->measured_sd_bq, c->predicted_sd_bq);
    double difference_bq = fabs(c->measured_bq - c->predicted_bq);
    if (!(difference_bq > max_sigmas * sd_bq && difference_bq > floor_bq)) {
        return MOLY_OK;
    }
    moly_status status = store_query(
        context->store,
        "INSERT INTO discrepancy (seq, n, account, counterpart, nuclide, arose, at_us,"
        " measured_bq, predicted_bq, sd_bq) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        STORE_VALUES(store_int(context->event->seq), store_int(context->n_discrepancies),
                     store_text(c->account), store_text(c->counterpart), store_text(c->nuclide),
                     store_text(c->arose), store_int(c->at_us), store_real(c->measured_bq),
                     store_real(c->predicted_bq), store_real(sd_bq)),
        NULL, NULL, err);
    context->n_discrepancies++;
    return status;
}

/* ---- members of a body ---------------------------------------------------------------------- */

static moly_status get_amount(const json_t *object, const char *key, bool is_needed, double *bq,
                              moly_error *err)
{
    const json_t *member = json_object_get(object, key);
    if (!is_needed && (!member || json_is_null(member))) {
        *bq = 0.0;
        return MOLY_OK;
    }
    moly_status status = moly_json_get_real(object, key, bq, err);
    if (!status && !(*bq >= 0.0 && isfinite(*bq))) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "member '%s': %g Bq is not an amount", key, *bq);
    }
    return status;
}

static moly_status get_instant(const json_t *object, int64_t *us, moly_error *err)
{
    const char *text = NULL;
    moly_instant at = MOLY_INSTANT_NONE;
    moly_status status = moly_json_get_text(object, "at", &text, err);
    if (!status) {
        status = moly_instant_parse(text, &at, err);
    }
    if (!status) {
        *us = at.us;
    }
    return status;
}

static moly_status get_family(posting_context *context, const json_t *object,
                              const decay_family **family, moly_error *err)
{
    const char *nuclide = NULL;
    moly_status status = moly_json_get_text(object, "nuclide", &nuclide, err);
    return status ? status : family_find(context->ledger, nuclide, family, err);
}

moly_status accounts_transfer(posting_context *context, const json_t *transfer, moly_error *err)
{
    const char *from = json_string_value(json_object_get(transfer, "from"));
    const char *to = json_string_value(json_object_get(transfer, "to"));
    const decay_family *family = NULL;
    struct comparison c = {.account = to, .counterpart = from, .arose = "transfer"};
    moly_status status = check_account(from, err);
    if (!status) {
        status = check_account(to, err);
    }
    if (!status && strcmp(from, to) == 0) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "transfer from %s to itself", from);
    }
    if (!status) {
        status = get_instant(transfer, &c.at_us, err);
    }
    if (!status) {
        status = get_family(context, transfer, &family, err);
    }
    if (!status) {
        status = get_amount(transfer, "activity_bq", true, &c.measured_bq, err);
    }
    if (!status) {
        status = get_amount(transfer, "sd_bq", false, &c.measured_sd_bq, err);
    }
    if (!status) {
        status = get_amount(transfer, "predicted_bq", false, &c.predicted_bq, err);
    }
    if (!status) {
        status = get_amount(transfer, "predicted_sd_bq", false, &c.predicted_sd_bq, err);
    }
    if (!status) {
        status = post(context, from, family, c.at_us, -c.measured_bq, c.measured_sd_bq, err);
    }
    if (!status) {
        status = post(context, to, family, c.at_us, c.measured_bq, c.measured_sd_bq, err);
    }
    if (!status && json_is_number(json_object_get(transfer, "predicted_bq"))) {
        c.nuclide = family->names[0];
        status = compare(context, &c, err);
    }
    if (status) {
        moly_error_context(err, "transfer");
    }
    return status;
}

/* Sum of one nuclide over the families of an account. */
struct nuclide_sum {
    const char *nuclide;
    double activity_bq, variance_bq2;
};

static moly_status add_nuclide(void *context, const char *account, const char *source,
                               const holding *inventory, moly_error *err)
{
    (void)account;
    (void)source;
    (void)err;
    struct nuclide_sum *sum = context;
    const decay_family *family = inventory->family;
    for (size_t i = 0; i < family->n; i++) {
        if (strcmp(family->names[i], sum->nuclide) == 0) {
            double lambda_per_s = family->lambda_per_s[i];
            sum->activity_bq += inventory->atoms[i] * lambda_per_s;
            sum->variance_bq2 +=
                inventory->covariance[i * family->n + i] * lambda_per_s * lambda_per_s;
        }
    }
    return MOLY_OK;
}

static moly_status book_value(moly_ledger *ledger, store *s, const char *account,
                              const char *nuclide, int64_t at_us, double *activity_bq,
                              double *sd_bq, moly_error *err)
{
    struct nuclide_sum sum = {.nuclide = nuclide};
    moly_status status = accounts_at(ledger, s, account, at_us, add_nuclide, &sum, err);
    if (!status) {
        *activity_bq = sum.activity_bq;
        *sd_bq = sqrt(fmax(sum.variance_bq2, 0.0));
    }
    return status;
}

moly_status accounts_measure(posting_context *context, const json_t *measurement, moly_error *err)
{
    const char *account = json_string_value(json_object_get(measurement, "account"));
    const decay_family *family = NULL;
    struct comparison c = {.account = account, .arose = "measurement"};
    moly_status status = check_account(account, err);
    if (!status) {
        status = get_instant(measurement, &c.at_us, err);
    }
    if (!status) {
        status = get_family(context, measurement, &family, err);
    }
    if (!status) {
        status = get_amount(measurement, "activity_bq", true, &c.measured_bq, err);
    }
    if (!status) {
        status = get_amount(measurement, "sd_bq", false, &c.measured_sd_bq, err);
    }
    if (!status) {
        c.nuclide = family->names[0];
        status = book_value(context->ledger, context->store, account, c.nuclide, c.at_us,
                            &c.predicted_bq, &c.predicted_sd_bq, err);
    }
    if (!status) {
        status = compare(context, &c, err);
    }
    if (!status) {
        status = context->index_subject(context->store, account, context->event->seq, err);
    }
    if (status) {
        moly_error_context(err, "measurement");
    }
    return status;
}

/* ---- closing -------------------------------------------------------------------------------- */

enum { MAX_SOURCES = 64 };
struct sources {
    const decay_family *families[MAX_SOURCES];
    size_t n;
};

static moly_status take_source(void *context, const char *account, const char *source,
                               const holding *inventory, moly_error *err)
{
    (void)account;
    (void)source;
    (void)err;
    struct sources *sources = context;
    if (sources->n < MAX_SOURCES) {
        sources->families[sources->n++] = inventory->family;
    }
    return MOLY_OK;
}

/* Only nuclides that were posted are judged: nobody transfers the few becquerels of Tc-99 that grow
 * in an eluate, and they are no loss. */
moly_status accounts_close(posting_context *context, const char *account, moly_error *err)
{
    struct sources sources = {0};
    int64_t at_us = context->event->at_us;
    store *s = context->store;
    moly_status status = check_account(account, err);
    if (!status) {
        status = accounts_at(context->ledger, s, account, at_us, take_source, &sources, err);
    }
    for (size_t i = 0; i < sources.n && !status; i++) {
        struct comparison c = {.account = account,
                               .nuclide = sources.families[i]->names[0],
                               .arose = "close",
                               .at_us = at_us};
        status = book_value(context->ledger, s, account, c.nuclide, at_us, &c.predicted_bq,
                            &c.predicted_sd_bq, err);
        if (!status) {
            status = compare(context, &c, err);
        }
    }
    if (!status) {
        status = store_query(
            s,
            "INSERT INTO closing (account, at_us, seq) VALUES ($1, $2, $3)"
            " ON CONFLICT (account) DO UPDATE SET at_us = excluded.at_us,"
            " seq = excluded.seq",
            STORE_VALUES(store_text(account), store_int(at_us), store_int(context->event->seq)),
            NULL, NULL, err);
    }
    if (!status) {
        status = context->index_subject(s, account, context->event->seq, err);
    }
    if (status) {
        moly_error_context(err, "close");
    }
    return status;
}

moly_status moly_ledger_activity(const moly_ledger_reader *reader, const char *account,
                                 const char *nuclide, moly_instant at, double *activity_bq,
                                 double *sd_bq, moly_error *err)
{
    const decay_family *family = NULL;
    double activity = 0.0, sd = 0.0;
    moly_status status = family_find(reader->ledger, nuclide, &family, err);
    if (!status) {
        status = book_value(reader->ledger, reader->store, account, family->names[0], at.us,
                            &activity, &sd, err);
    }
    if (status) {
        return status;
    }
    *activity_bq = activity;
    if (sd_bq) {
        *sd_bq = sd;
    }
    return MOLY_OK;
}
