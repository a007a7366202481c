/* SPDX-License-Identifier: Apache-2.0 */
/* Administrations as a dose register asks for them, and their activities against reference levels.
 * A reference level is compared with the median of a group of adults, never with one patient: ICRP
 * Publication 135. */
#include "moly/centre/doses.h"

#include "clinic/fitness.h"
#include "physics.h"
#include "screens.h"
#include "site_now.h"

enum { MANY = 100000 };

static json_t *copy(const json_t *record, const char *key)
{
    json_t *value = json_object_get(record, key);
    return value ? json_incref(value) : json_null();
}

static moly_status add_row(const moly_ledger_reader *reader, const json_t *dose, json_t *rows,
                           moly_error *err)
{
    static const char *const taken[][2] = {
        {"dose", "id"},
        {"product", "product"},
        {"nuclide", "nuclide"},
        {"given_at", "given_at"},
        {"prescribed_bq", "prescribed_bq"},
        {"measured_bq", "activity_bq"},
        {"measured_at", "at"},
        {"injected_bq", "injected_bq"},
        {"residual_bq", "residual_bq"},
        {"residual_at", "residual_at"},
        {"net_bq", "net_bq"},
        {"route", "route"},
        {"site", "site"},
        {"given_by", "given_by"},
        {"patient", "patient"},
    };
    static const char *const of_patient[] = {"weight_kg", "height_cm", "sex"};
    const moly_nuclide *nuclide = NULL;
    json_t *patient = NULL, *row = json_object();
    moly_status status = physics_nuclide(record_text(dose, "nuclide"), &nuclide, err);
    status =
        status ? status
               : moly_ledger_record(reader, "patient", record_text(dose, "patient"), &patient, err);
    if (status) {
        json_decref(row);
        return status;
    }
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        (void)json_object_set_new(row, taken[i][0], copy(dose, taken[i][1]));
    }
    for (size_t i = 0; i < sizeof of_patient / sizeof of_patient[0]; i++) {
        (void)json_object_set_new(row, of_patient[i], copy(patient, of_patient[i]));
    }
    (void)json_object_set_new(row, "half_life_s", moly_json_real(nuclide->half_life_s));
    (void)json_object_set_new(
        row, "is_child", json_boolean(fitness_is_child(patient, record_instant(dose, "given_at"))));
    json_decref(patient);
    return screen_append(rows, row, err);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Between the nearest two of `n` sorted values, at least one. */
static double quantile(const double *sorted, size_t n, double part)
{
    double place = part * (double)(n - 1);
    size_t low = (size_t)place;
    size_t high = low + 1 < n ? low + 1 : low;
    return sorted[low] + (place - (double)low) * (sorted[high] - sorted[low]);
}

/* What adults were given of a product; values has room for all rows. */
static moly_status add_statistics(const site_data *limits, const product *p, const json_t *rows,
                                  double *values, json_t *statistics, moly_error *err)
{
    const char *key = fitness_reference_key(p->code);
    const site_limit *level = key ? site_limit_of(limits, key) : NULL;
    size_t n = 0, i;
    int children = 0;
    const json_t *row;
    json_array_foreach(rows, i, row)
    {
        bool is_child = json_is_true(json_object_get(row, "is_child"));
        if (!record_is(row, "product", p->code)) {
            continue;
        }
        if (is_child) {
            children++;
        } else {
            values[n++] = record_number(row, "net_bq");
        }
    }
    if (n == 0 && children == 0) {
        return MOLY_OK;
    }
    qsort(values, n, sizeof *values, ascending);
    double median_bq = n ? quantile(values, n, 0.5) : NAN;
    double ratio = level ? median_bq / level->value : NAN;
    return screen_append(statistics,
                         json_pack("{s:s, s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:b, s:o}", "product",
                                   p->code, "n", (int)n, "children", children, "lower_bq",
                                   moly_json_real(n ? quantile(values, n, 0.25) : NAN), "median_bq",
                                   moly_json_real(median_bq), "upper_bq",
                                   moly_json_real(n ? quantile(values, n, 0.75) : NAN),
                                   "reference_bq", moly_json_real(level ? level->value : NAN),
                                   "ratio", moly_json_real(ratio), "is_above", ratio > 1.0,
                                   "source", level ? json_string(level->source) : json_null()),
                         err);
}

static moly_status read_rows(const moly_ledger_reader *reader, moly_instant from,
                             moly_instant until, json_t *rows, moly_error *err)
{
    const moly_record_query query = {.kind = "dose", .from = from, .until = until, .limit = MANY};
    json_t *doses = NULL;
    const json_t *dose;
    size_t i;
    moly_status status = moly_ledger_records(reader, &query, &doses, err);
    json_array_foreach(doses, i, dose)
    {
        if (!status && isfinite(record_number(dose, "net_bq"))) {
            status = add_row(reader, dose, rows, err);
        }
    }
    json_decref(doses);
    return status;
}

moly_status moly_centre_dose_statistics(const moly_site *site, const moly_ledger_reader *reader,
                                        moly_instant from, moly_instant until, json_t **result,
                                        moly_error *err)
{
    const site_data *limits = NULL;
    json_t *rows = json_array(), *statistics = json_array();
    moly_arena *arena = moly_arena_new();
    double *values = NULL;
    *result = NULL;
    moly_status status = arena && rows && statistics ? MOLY_OK : MOLY_NO_MEMORY(err);
    status = status ? status : site_data_now(reader, site->country, arena, &limits, err);
    status = status ? status : read_rows(reader, from, until, rows, err);
    if (!status) {
        values = calloc(json_array_size(rows) + 1, sizeof *values);
        status = values ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < product_rows_n && !status; i++) {
        status = add_statistics(limits, &product_rows[i], rows, values, statistics, err);
    }
    if (!status) {
        *result = json_pack("{s:O, s:O}", "statistics", statistics, "results", rows);
        status = *result ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    free(values);
    json_decref(statistics);
    json_decref(rows);
    moly_arena_free(arena);
    return status;
}
