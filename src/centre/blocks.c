/* SPDX-License-Identifier: Apache-2.0 */
/* What blocks whom: for each state that waits for somebody, why and what to do. */
#include "screens.h"

static const struct {
    const char *kind, *state;
    const char *why, *rule, *remedy;
} waiting[] = {
    {"generator", "quarantine", "it has not been accepted", "R-20",
     "check the certificate and accept it (pharmacy.accept_lot)"},
    {"eluate", "untested", "Mo-99 has not been tested", "R-22",
     "test it (pharmacy.test_breakthrough)"},
    {"eluate", "out of specification", "a test failed", "R-22",
     "reject it (pharmacy.reject) and elute again"},
    {"kit", "labelled", "its radiochemical purity has not been tested", "R-13",
     "test it (pharmacy.test_rcp)"},
    {"kit", "tested", "it has not been released", "R-09",
     "somebody who neither made nor tested it releases it (pharmacy.release)"},
    {"kit", "out of specification", "its radiochemical purity is too low", "R-24",
     "reject it (pharmacy.reject) and label another"},
    {"dose", "given", "what stayed in the syringe has not been measured", "R-34",
     "measure the residual (clinic.measure_residual)"},
};

moly_status screen_append(json_t *list, json_t *item, moly_error *err)
{
    return item && json_array_append_new(list, item) == 0 ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static moly_status add(json_t *blocks, const char *what, const char *why, const char *rule,
                       const char *remedy, moly_error *err)
{
    return screen_append(
        blocks,
        json_pack("{s:s, s:s, s:s, s:s}", "what", what, "why", why, "rule", rule, "remedy", remedy),
        err);
}

static bool is_usable_state(const char *state)
{
    return strcmp(state, "tested") == 0 || strcmp(state, "released") == 0 ||
           strcmp(state, "drawn") == 0 || strcmp(state, "labelled") == 0;
}

moly_status screen_block(const screen *s, const char *kind, const json_t *record, json_t *blocks,
                         moly_error *err)
{
    const char *state = record_text(record, "state");
    moly_instant ends = record_instant(record, "expiry");
    char what[120];
    (void)snprintf(what, sizeof what, "%s %s", kind, record_text(record, "id"));
    if (!moly_instant_is_none(ends) && s->now.us > ends.us && is_usable_state(state)) {
        return add(blocks, what, "it has expired", "R-24", "discard it (safety.discard)", err);
    }
    for (size_t i = 0; i < sizeof waiting / sizeof waiting[0]; i++) {
        if (strcmp(waiting[i].kind, kind) == 0 && strcmp(waiting[i].state, state) == 0) {
            return add(blocks, what, waiting[i].why, waiting[i].rule, waiting[i].remedy, err);
        }
    }
    return MOLY_OK;
}

/* A vessel of this kind that can serve the order at its time. */
static moly_status find_source(const screen *s, const char *kind, const json_t *order,
                               bool *is_there, moly_error *err)
{
    const moly_record_query query = {.kind = kind, .state = "released"};
    moly_instant due = record_instant(order, "at");
    json_t *records = NULL;
    moly_status status = moly_ledger_records(s->reader, &query, &records, err);
    size_t i;
    const json_t *record;
    json_array_foreach(records, i, record)
    {
        moly_instant ends = record_instant(record, "expiry");
        *is_there = *is_there || (record_is(record, "product", record_text(order, "product")) &&
                                  (moly_instant_is_none(ends) || due.us <= ends.us) &&
                                  record_number(record, "volume_left_ml") > 0.0);
    }
    json_decref(records);
    return status;
}

moly_status screen_block_order(const screen *s, const json_t *order, const json_t *patient,
                               json_t *blocks, moly_error *err)
{
    static const double soon_s = 3.0 * 3600.0;
    double wait_s = moly_instant_difference_s(s->now, record_instant(order, "at"));
    char what[400], why[200];
    bool is_there = false;
    if (!record_is(order, "state", "ordered") || wait_s > soon_s) {
        return MOLY_OK;
    }
    moly_status status = find_source(s, "kit", order, &is_there, err);
    if (!status && !is_there) {
        status = find_source(s, "eluate", order, &is_there, err);
    }
    if (status || is_there) {
        return status;
    }
    (void)snprintf(what, sizeof what, "%s %s", record_text(order, "id"),
                   record_text(patient, "name"));
    (void)snprintf(why, sizeof why, "no released %s lasts until the injection",
                   record_text(order, "product"));
    return add(blocks, what, why, "R-24", "label and release a kit, or elute", err);
}
