/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "accounts.h"

/* Lines below this are not listed; they count in the totals. */
static const double listed_bq = 1e-3;

struct balancing {
    json_t *results;
    json_t *totals, *residue; /* {"Tc-99m": Bq} */
    char account[200];        /* whose lines are being gathered */
    json_t *lines;            /* {"Tc-99m": [Bq, Bq2]} */
};

static moly_status add_to(json_t *sums, const char *nuclide, double bq, moly_error *err)
{
    double sum = json_real_value(json_object_get(sums, nuclide)) + bq;
    return json_object_set_new(sums, nuclide, json_real(sum)) == 0 ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static moly_status flush_account(struct balancing *b, moly_error *err)
{
    const char *nuclide;
    json_t *line;
    moly_status status = MOLY_OK;
    json_object_foreach(b->lines, nuclide, line)
    {
        double bq = json_real_value(json_array_get(line, 0));
        double sd_bq = sqrt(fmax(json_real_value(json_array_get(line, 1)), 0.0));
        if (fabs(bq) < listed_bq) {
            continue;
        }
        if (json_array_append_new(b->results,
                                  json_pack("{s:s, s:s, s:o, s:o}", "account", b->account,
                                            "nuclide", nuclide, "activity_bq", moly_json_real(bq),
                                            "sd_bq", moly_json_rounded(sd_bq, 3))) != 0) {
            status = MOLY_NO_MEMORY(err);
        }
    }
    (void)json_object_clear(b->lines);
    return status;
}

static moly_status add_line(struct balancing *b, const char *nuclide, double bq, double bq2,
                            moly_error *err)
{
    json_t *line = json_object_get(b->lines, nuclide);
    bq += json_real_value(json_array_get(line, 0));
    bq2 += json_real_value(json_array_get(line, 1));
    return json_object_set_new(b->lines, nuclide, json_pack("[f, f]", bq, bq2)) == 0
               ? MOLY_OK
               : MOLY_NO_MEMORY(err);
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
        double lambda_per_s = family->lambda_per_s[i];
        double bq = inventory->atoms[i] * lambda_per_s;
        double bq2 = inventory->covariance[i * family->n + i] * lambda_per_s * lambda_per_s;
        status = add_line(b, family->names[i], bq, bq2, err);
        if (!status) {
            status = add_to(b->residue, family->names[i], bq, err);
        }
        if (!status && !is_outside) {
            status = add_to(b->totals, family->names[i], bq, err);
        }
    }
    return status;
}

static json_t *sums_json(const json_t *sums)
{
    json_t *list = json_array();
    const char *nuclide;
    json_t *sum;
    json_object_foreach((json_t *)sums, nuclide, sum)
    {
        (void)json_array_append_new(list, json_pack("{s:s, s:o}", "nuclide", nuclide, "activity_bq",
                                                    moly_json_real(json_real_value(sum))));
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
    struct balancing b = {.results = json_array(),
                          .totals = json_object(),
                          .residue = json_object(),
                          .lines = json_object()};
    json_t *discrepancies = json_array();
    moly_status status = b.results && b.totals && b.residue && b.lines && discrepancies
                             ? MOLY_OK
                             : MOLY_NO_MEMORY(err);
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
                             "results", b.results, "totals", sums_json(b.totals), "residue",
                             sums_json(b.residue), "discrepancies", discrepancies);
        status = *balance ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    json_decref(b.results);
    json_decref(b.totals);
    json_decref(b.residue);
    json_decref(b.lines);
    json_decref(discrepancies);
    return status;
}
