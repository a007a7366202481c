/* SPDX-License-Identifier: Apache-2.0 */
/* What is held now, without the accounts that have decayed: the cost follows the activity in the
 * house and not the age of the ledger. */
#include <math.h>
#include <string.h>

#include "accounts.h"
#include "moly/nuclide/decay.h"

/* After so many half-lives of the slowest nuclide on the way to it, 1e15 Bq, the most that any act
 * takes, are 1e15 * 2^-80 = 1e-9 Bq; no chain makes 100 Bq of that again. */
static const double forgotten_half_lives = 80.0;
static const double listed_bq = 100.0;

enum { MAX_FAMILY = 64 };

typedef struct gathering {
    const char *const *nuclides;
    json_t *accounts; /* {"kit/KIT-000001":{"Tc-99m":1e9}} */
} gathering;

static bool is_wanted(const char *const *nuclides, const char *name)
{
    for (; *nuclides; nuclides++) {
        if (strcmp(*nuclides, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool leads_to(const decay_family *family, uint32_t from, uint32_t to)
{
    uint32_t members[MAX_FAMILY];
    size_t n = moly_decay_reachable(family->engine, &from, 1, members);
    for (size_t i = 0; i < n; i++) {
        if (members[i] == to) {
            return true;
        }
    }
    return false;
}

/* Seconds after a posting from which on no wanted member is there any more; 0: none is wanted. */
static double horizon_s(const decay_family *family, const char *const *nuclides)
{
    double slowest_s = 0.0;
    for (uint32_t to = 0; to < family->n; to++) {
        if (!is_wanted(nuclides, family->names[to])) {
            continue;
        }
        for (uint32_t from = 0; from <= to; from++) {
            if (leads_to(family, from, to)) {
                slowest_s = fmax(slowest_s, log(2.0) / family->lambda_per_s[from]);
            }
        }
    }
    return forgotten_half_lives * slowest_s;
}

static moly_status add_line(json_t *accounts, const char *account, const char *nuclide, double bq,
                            moly_error *err)
{
    json_t *held = json_object_get(accounts, account);
    if (!held) {
        held = json_object();
        if (json_object_set_new(accounts, account, held) != 0) {
            return MOLY_NO_MEMORY(err);
        }
    }
    double before = json_number_value(json_object_get(held, nuclide));
    return json_object_set_new(held, nuclide, json_real(before + bq)) == 0 ? MOLY_OK
                                                                           : MOLY_NO_MEMORY(err);
}

/* A column of Mo-99 holds the Tc-99m that grew in, less what was posted away: lines are sums over
 * the families of an account. */
static moly_status gather(void *context, const char *account, const char *source,
                          const holding *inventory, moly_error *err)
{
    const gathering *g = context;
    const decay_family *family = inventory->family;
    bool is_outside = strncmp(account, "outside/", 8) == 0;
    moly_status status = MOLY_OK;
    (void)source;
    for (size_t i = 0; i < family->n && !is_outside && !status; i++) {
        if (is_wanted(g->nuclides, family->names[i])) {
            status = add_line(g->accounts, account, family->names[i],
                              inventory->atoms[i] * family->lambda_per_s[i], err);
        }
    }
    return status;
}

static moly_status list(const json_t *accounts, json_t *lines, moly_error *err)
{
    const char *account, *nuclide;
    json_t *held, *value;
    json_object_foreach((json_t *)accounts, account, held)
    {
        json_object_foreach(held, nuclide, value)
        {
            double bq = json_number_value(value);
            json_t *line = bq < listed_bq
                               ? NULL
                               : json_pack("{s:s, s:s, s:o}", "account", account, "nuclide",
                                           nuclide, "activity_bq", moly_json_real(bq));
            if (bq >= listed_bq && json_array_append_new(lines, line) != 0) {
                return MOLY_NO_MEMORY(err);
            }
        }
    }
    return MOLY_OK;
}

typedef struct next_source {
    char name[32];
} next_source;

static moly_status take_source(void *context, const store_value *c, moly_error *err)
{
    next_source *next = context;
    const char *name = c[0].is_null ? "" : store_get_text(&c[0]);
    if (strlen(name) >= sizeof next->name) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "the account of '%.40s': no nuclide", name);
    }
    (void)snprintf(next->name, sizeof next->name, "%s", name);
    return MOLY_OK;
}

static moly_status gather_source(const moly_ledger_reader *reader, const char *source,
                                 moly_instant at, gathering *g, moly_error *err)
{
    const decay_family *family = NULL;
    moly_status status = family_find(&reader->ledger->families, source, &family, err);
    if (status) {
        return status;
    }
    MOLY_ASSERT(family->n <= MAX_FAMILY);
    double seconds = horizon_s(family, g->nuclides);
    if (!(seconds > 0.0)) {
        return MOLY_OK;
    }
    /* longer than instants reach: everything */
    double since = (double)at.us - seconds * 1e6;
    int64_t since_us = since > -9e18 ? (int64_t)since : INT64_MIN + 1;
    return accounts_of_source_at(&reader->ledger->families, reader->store, source, since_us, at.us,
                                 gather, g, err);
}

moly_status moly_ledger_holdings(const moly_ledger_reader *reader, const char *const *nuclides,
                                 moly_instant at, json_t **lines, moly_error *err)
{
    gathering g = {.nuclides = nuclides, .accounts = json_object()};
    json_t *made = json_array();
    next_source next = {""};
    bool is_last = false;
    *lines = NULL;
    moly_status status = g.accounts && made ? MOLY_OK : MOLY_NO_MEMORY(err);
    while (!status && !is_last) {
        char after[sizeof next.name];
        memcpy(after, next.name, sizeof after);
        next.name[0] = '\0';
        status = store_query(reader->store, "SELECT MIN(source) FROM account WHERE source > $1",
                             STORE_VALUES(store_text(after)), take_source, &next, err);
        is_last = next.name[0] == '\0';
        if (!status && !is_last) {
            status = gather_source(reader, next.name, at, &g, err);
        }
    }
    status = status ? status : list(g.accounts, made, err);
    json_decref(g.accounts);
    if (status) {
        json_decref(made);
        return status;
    }
    *lines = made;
    return MOLY_OK;
}
