/* SPDX-License-Identifier: Apache-2.0 */
/* A person's first screen, her scanner, and what rooms and instruments hold. */
#include "inside.h"

#include "fold.h"
#include "moly/centre/stock.h"
#include "moly/centre/work.h"

enum { MOST_PATIENTS = 10 };

moly_status work_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_status status = request_reader(r, &reader, err);
    return status ? status
                  : moly_centre_work(request_site(r), reader, r->person, request_now(r), &out->json,
                                     err);
}

/* A wristband may carry the hospital's number. */
static moly_status add_patients(request *r, const char *code, json_t *found, moly_error *err)
{
    json_t *results = json_object_get(found, "results");
    const char *folded = fold_case(code, r->arena);
    if (json_array_size(results) > 0) {
        return MOLY_OK;
    }
    return folded ? patient_index_search(r->server->patients, r->reader, folded, MOST_PATIENTS,
                                         results, err)
                  : MOLY_NO_MEMORY(err);
}

moly_status find_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    const char *code = NULL;
    moly_status status = request_argument(r, "code", &code, err);
    if (!status && !code) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE, "code: what was scanned is missing");
    }
    if (!status) {
        status = request_reader(r, &reader, err);
    }
    if (!status) {
        status = moly_centre_find(reader, code, &out->json, err);
    }
    return status ? status : add_patients(r, code, out->json, err);
}

moly_status stock_limits_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_status status = request_reader(r, &reader, err);
    return status ? status : moly_centre_stock_limits(reader, request_now(r), &out->json, err);
}

moly_status instrument_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_status status = request_reader(r, &reader, err);
    return status ? status
                  : moly_centre_instrument(reader, r->captured[0], request_now(r), &out->json, err);
}
