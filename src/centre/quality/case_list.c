/* SPDX-License-Identifier: Apache-2.0 */
/* Cases, the first due first, and chromatograms, as screens and the command line read them. */
#include "quality/show.h"

#include "moly/centre/quality.h"
#include "quality/chromatogram.h"

enum { MOST_CASES = 5000, MOST_SHOWN = 4000 };

static int by_due(const void *a, const void *b)
{
    const json_t *const *left = a;
    const json_t *const *right = b;
    moly_instant first = record_instant(*left, "due"), second = record_instant(*right, "due");
    return (first.us > second.us) - (first.us < second.us);
}

/* What happened as a sentence, its English form and values beside it. */
static moly_status put_case(const json_t *one, bool is_late, json_t *rows, moly_error *err)
{
    json_t *row = json_copy((json_t *)one), *what = json_object_get(one, "what");
    json_t *message = json_object_get(what, "message");
    bool is_whole = row && json_object_set_new(row, "is_overdue", json_boolean(is_late)) == 0;
    if (is_whole && message) {
        is_whole = json_object_set(row, "what", message) == 0 &&
                   json_object_set(row, "template", json_object_get(what, "template")) == 0 &&
                   json_object_set(row, "values", json_object_get(what, "values")) == 0;
    }
    if (!is_whole) {
        json_decref(row);
        return MOLY_NO_MEMORY(err);
    }
    return screen_append(rows, row, err);
}

moly_status moly_centre_cases(const moly_ledger_reader *reader, bool is_open, bool is_overdue,
                              moly_instant now, json_t **result, moly_error *err)
{
    const moly_record_query query = {
        .kind = "case", .state = is_open || is_overdue ? "open" : NULL, .limit = MOST_CASES};
    json_t *records = NULL, *rows = json_array();
    char at[MOLY_INSTANT_TEXT_SIZE];
    *result = NULL;
    moly_status status =
        rows ? moly_ledger_records(reader, &query, &records, err) : MOLY_NO_MEMORY(err);
    size_t n = json_array_size(records);
    const json_t **sorted = status ? NULL : moly_alloc(n + 1, sizeof(const json_t *));
    if (!status && !sorted) {
        status = MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < n && sorted; i++) {
        sorted[i] = json_array_get(records, i);
    }
    if (sorted) {
        qsort(sorted, n, sizeof(const json_t *), by_due);
    }
    for (size_t i = 0; i < n && !status; i++) {
        bool is_late =
            record_is(sorted[i], "state", "open") && now.us > record_instant(sorted[i], "due").us;
        if (is_late || !is_overdue) {
            status = put_case(sorted[i], is_late, rows, err);
        }
    }
    if (!status) {
        *result = json_pack("{s:s, s:O}", "at", moly_instant_format(now, at), "results", rows);
        status = *result ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    moly_free(sorted);
    json_decref(rows);
    json_decref(records);
    return status;
}

/* ---- chromatograms ----------------------------------------------------------------------------
 */

/* Of each piece of a long trace its lowest and its highest point, so that no peak is lost. */
static void put_points(const chromatogram *trace, json_t *position, json_t *signal)
{
    size_t pieces = trace->n > MOST_SHOWN ? MOST_SHOWN / 2 : trace->n;
    for (size_t piece = 0; piece < pieces; piece++) {
        size_t from = piece * trace->n / pieces, to = (piece + 1) * trace->n / pieces;
        size_t low = from, high = from;
        for (size_t i = from; i < to; i++) {
            low = trace->signal[i] < trace->signal[low] ? i : low;
            high = trace->signal[i] > trace->signal[high] ? i : high;
        }
        size_t first = low < high ? low : high, second = low < high ? high : low;
        (void)json_array_append_new(position, moly_json_rounded(trace->position[first], 7));
        (void)json_array_append_new(signal, moly_json_rounded(trace->signal[first], 6));
        if (second != first) {
            (void)json_array_append_new(position, moly_json_rounded(trace->position[second], 7));
            (void)json_array_append_new(signal, moly_json_rounded(trace->signal[second], 6));
        }
    }
}

static json_t *drawn(const json_t *test, const chromatogram *trace)
{
    const json_t *analysis = json_object_get(test, "analysis");
    double at_first = record_number(analysis, "baseline"), slope = record_number(analysis, "slope");
    double width = trace->position[trace->n - 1] - trace->position[0];
    json_t *position = json_array(), *signal = json_array();
    put_points(trace, position, signal);
    return json_pack("{s:O, s:I, s:o, s:o, s:[o, o]}", "test", test, "n", (json_int_t)trace->n,
                     "position", position, "signal", signal, "baseline",
                     moly_json_rounded(at_first, 6),
                     moly_json_rounded(at_first + slope * width, 6));
}

moly_status moly_centre_chromatogram(const moly_ledger_reader *reader, const char *test,
                                     json_t **result, moly_error *err)
{
    json_t *record = NULL;
    char *data = NULL;
    size_t length = 0;
    chromatogram trace = {0};
    *result = NULL;
    moly_status status = moly_ledger_record(reader, "test", test, &record, err);
    bool is_trace = json_object_get(json_object_get(record, "analysis"), "peaks") != NULL;
    if (!status && !is_trace) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "test %s has no chromatogram", test);
    }
    if (!status) {
        status = moly_ledger_blob(reader, record_text(record, "file"), &data, &length, err);
    }
    if (!status) {
        status = chromatogram_parse(data, length, &trace, err);
    }
    if (!status) {
        *result = drawn(record, &trace);
        status = *result ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    chromatogram_free(&trace);
    moly_free(data);
    json_decref(record);
    return status;
}
