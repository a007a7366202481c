/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "accounts.h"

/* Lines below this are not listed; they count in the totals. */
static const double listed_bq = 1e-3;

/* Of one nuclide; names are the nuclide set's, which outlive everything here. */
typedef struct sum {
    const char *nuclide;
    double bq, bq2; /* bq2: variance */
} sum;

typedef struct sums {
    size_t n, capacity;
    sum *all;
} sums;

struct balancing {
    json_t *results;
    sums totals, residue;
    char account[MAX_ACCOUNT + 1]; /* whose lines are being gathered */
    sums lines;
};

/* A ledger has tens of nuclides: looked through, they are found sooner than by any hash. */
static moly_status add_to(sums *s, const char *nuclide, double bq, double bq2, moly_error *err)
{
    size_t i = 0;
    while (i < s->n && s->all[i].nuclide != nuclide) {
        i++;
    }
    if (i == s->n) {
        if (s->n == s->capacity) {
            size_t capacity = 2 * s->capacity + 8;
            sum *all = moly_realloc(s->all, capacity, sizeof *all);
            if (!all) {
                return MOLY_NO_MEMORY(err);
            }
            s->all = all;
            s->capacity = capacity;
        }
        s->all[s->n++] = (sum){nuclide, 0.0, 0.0};
    }
    s->all[i].bq += bq;
    s->all[i].bq2 += bq2;
    return MOLY_OK;
}

static moly_status flush_account(struct balancing *b, moly_error *err)
{
    for (size_t i = 0; i < b->lines.n; i++) {
        const sum *line = &b->lines.all[i];
        if (fabs(line->bq) < listed_bq) {
            continue;
        }
        json_t *row = json_pack("{s:s, s:s, s:o, s:o}", "account", b->account, "nuclide",
                                line->nuclide, "activity_bq", moly_json_real(line->bq), "sd_bq",
                                moly_json_rounded(sqrt(fmax(line->bq2, 0.0)), 3));
        if (json_array_append_new(b->results, row) != 0) {
            return MOLY_NO_MEMORY(err);
        }
    }
    b->lines.n = 0;
    return MOLY_OK;
}

static moly_status take_inventory(void *context, const char *account, const char *source,
                                  const holding *inventory, moly_error *err)
{
    (void)source;
    struct balancing *b = context;
    const decay_family *family = inventory->family;
    bool is_outside = strncmp(account, "outside/", 8) == 0;
    moly_status status = MOLY_OK;
    if (strcmp(account, b->account) != 0) {
        status = flush_account(b, err);
        (void)snprintf(b->account, sizeof b->account, "%s", account);
    }
    for (size_t i = 0; i < family->n && !status; i++) {
        const char *nuclide = family->names[i];
        double lambda_per_s = family->lambda_per_s[i];
        double bq = inventory->atoms[i] * lambda_per_s;
        double bq2 = inventory->covariance[i * family->n + i] * lambda_per_s * lambda_per_s;
        status = add_to(&b->lines, nuclide, bq, bq2, err);
        if (!status) {
            status = add_to(&b->residue, nuclide, bq, 0.0, err);
        }
        if (!status && !is_outside) {
            status = add_to(&b->totals, nuclide, bq, 0.0, err);
        }
    }
    return status;
}

static json_t *sums_json(const sums *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->n; i++) {
        (void)json_array_append_new(list, json_pack("{s:s, s:o}", "nuclide", s->all[i].nuclide,
                                                    "activity_bq", moly_json_real(s->all[i].bq)));
    }
    return list;
}

static moly_status take_discrepancy(void *context, const store_value *c, moly_error *err)
{
    char at[MOLY_INSTANT_TEXT_SIZE];
    double measured_bq = c[6].r, predicted_bq = c[7].r, sd_bq = c[8].r;
    double difference_bq = measured_bq - predicted_bq;
    json_t *row =
        json_pack("{s:s, s:s?, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:I, s:s, s:s}", "account",
                  store_get_text(&c[1]), "counterpart", c[2].is_null ? NULL : store_get_text(&c[2]),
                  "nuclide", store_get_text(&c[3]), "arose", store_get_text(&c[4]), "measured_bq",
                  moly_json_real(measured_bq), "predicted_bq", moly_json_real(predicted_bq),
                  "difference_bq", moly_json_real(difference_bq), "sd_bq", moly_json_real(sd_bq),
                  "sigmas", moly_json_rounded(sd_bq > 0.0 ? difference_bq / sd_bq : INFINITY, 4),
                  "seq", (json_int_t)c[0].i, "kind", store_get_text(&c[9]), "at",
                  moly_instant_format((moly_instant){c[5].i}, at));
    return json_array_append_new(context, row) == 0 ? MOLY_OK : MOLY_NO_MEMORY(err);
}

moly_status moly_ledger_balance(const moly_ledger_reader *reader, moly_instant at, json_t **balance,
                                moly_error *err)
{
    *balance = NULL;
    char text[MOLY_INSTANT_TEXT_SIZE];
    struct balancing b = {.results = json_array()};
    json_t *discrepancies = json_array();
    moly_status status = b.results && discrepancies ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status) {
        status =
            accounts_at(&reader->ledger->families, reader->store, at.us, take_inventory, &b, err);
    }
    if (!status) {
        status = flush_account(&b, err);
    }
    if (!status) {
        status = store_query(
            reader->store,
            "SELECT discrepancy.seq, account, counterpart, nuclide, arose, discrepancy.at_us,"
            " measured_bq, predicted_bq, sd_bq, event.kind FROM discrepancy"
            " JOIN event ON event.seq = discrepancy.seq WHERE discrepancy.at_us <= $1"
            " ORDER BY discrepancy.seq, n",
            STORE_VALUES(store_int(at.us)), take_discrepancy, discrepancies, err);
    }
    if (!status) {
        *balance = json_pack("{s:s, s:O, s:o, s:o, s:O}", "at", moly_instant_format(at, text),
                             "results", b.results, "totals", sums_json(&b.totals), "residue",
                             sums_json(&b.residue), "discrepancies", discrepancies);
        status = *balance ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    json_decref(b.results);
    moly_free(b.totals.all);
    moly_free(b.residue.all);
    moly_free(b.lines.all);
    json_decref(discrepancies);
    return status;
}
