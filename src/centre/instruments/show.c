/* SPDX-License-Identifier: Apache-2.0 */
/* An instrument as a screen shows it: its plan, and the trend of its checks. */
#include "instruments/check.h"

#include "moly/centre/stock.h"

static const size_t most_checks = 2000;

moly_status instrument_plan(const json_t *instrument, moly_instant now, json_t *plan,
                            moly_error *err)
{
    for (size_t i = 0; i <= N_INSTRUMENT_CHECKS; i++) {
        bool is_calibration = i == N_INSTRUMENT_CHECKS;
        const char *word = is_calibration ? "calibration" : instrument_checks[i].word;
        char at[40], due[40], result[40];
        if (!is_calibration && !check_belongs(&instrument_checks[i], instrument)) {
            continue;
        }
        (void)snprintf(at, sizeof at, "%s_at", word);
        (void)snprintf(due, sizeof due, "%s_due", word);
        (void)snprintf(result, sizeof result, "%s_result", word);
        moly_instant ends = record_instant(instrument, due);
        bool is_due = moly_instant_is_none(ends) ? !is_calibration : now.us > ends.us;
        json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:b, s:s}", "check", word, "result",
                                record_text(instrument, result), "at", record_text(instrument, at),
                                "due", record_text(instrument, due), "is_overdue", is_due, "act",
                                is_calibration ? "instrument.calibrate" : instrument_checks[i].act);
        if (json_array_append_new(plan, row) != 0) {
            return MOLY_NO_MEMORY(err);
        }
    }
    return MOLY_OK;
}

static moly_status put_trend(const json_t *checks, json_t *trend, moly_error *err)
{
    static const char *const members[] = {"check",       "at",     "deviation",    "deviation_sd",
                                          "limit",       "state",  "id",           "activity_bq",
                                          "expected_bq", "points", "container",    "factors",
                                          "version",     "unit",   "limit_source", "figures"};
    size_t i;
    const json_t *check;
    json_array_foreach(checks, i, check)
    {
        json_t *row = json_object();
        for (size_t m = 0; m < sizeof members / sizeof members[0] && row; m++) {
            json_t *value = json_object_get(check, members[m]);
            if (value && json_object_set(row, members[m], value) != 0) {
                json_decref(row);
                row = NULL;
            }
        }
        if (json_array_append_new(trend, row) != 0) {
            return MOLY_NO_MEMORY(err);
        }
    }
    return MOLY_OK;
}

moly_status moly_centre_instrument(const moly_ledger_reader *reader, const char *id,
                                   moly_instant now, json_t **result, moly_error *err)
{
    const moly_record_query checked = {
        .kind = "instrument_check", .owner = id, .limit = most_checks};
    const moly_record_query calibrated = {.kind = "calibration", .owner = id, .limit = most_checks};
    json_t *instrument = NULL, *checks = NULL, *calibrations = NULL;
    json_t *plan = json_array(), *trend = json_array();
    *result = NULL;
    moly_status status = plan && trend ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status) {
        status = moly_ledger_record(reader, "instrument", id, &instrument, err);
    }
    if (!status) {
        status = moly_ledger_records(reader, &checked, &checks, err);
    }
    if (!status) {
        status = moly_ledger_records(reader, &calibrated, &calibrations, err);
    }
    if (!status) {
        status = instrument_plan(instrument, now, plan, err);
    }
    if (!status) {
        status = put_trend(checks, trend, err);
    }
    if (!status) {
        *result = json_pack("{s:O, s:O, s:O, s:O}", "instrument", instrument, "plan", plan, "trend",
                            trend, "calibrations", calibrations);
        status = *result ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    json_decref(trend);
    json_decref(plan);
    json_decref(calibrations);
    json_decref(checks);
    json_decref(instrument);
    return status;
}
