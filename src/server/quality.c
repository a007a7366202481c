/* SPDX-License-Identifier: Apache-2.0 */
/* What the screens of production read. */
#include "inside.h"

#include "moly/centre/quality.h"

moly_status batches_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    const char *state = NULL;
    moly_status status = request_argument(r, "state", &state, err);
    status = status ? status : request_reader(r, &reader, err);
    return status ? status
                  : moly_centre_batches(request_site(r), reader, state, request_now(r), &out->json,
                                        err);
}

moly_status batch_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_status status = request_reader(r, &reader, err);
    return status ? status
                  : moly_centre_batch(request_site(r), reader, r->captured[0], request_now(r),
                                      &out->json, err);
}

moly_status cases_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    bool is_all = false, is_overdue = false;
    moly_status status = request_argument_flag(r, "all", &is_all, err);
    status = status ? status : request_argument_flag(r, "overdue", &is_overdue, err);
    status = status ? status : request_reader(r, &reader, err);
    return status ? status
                  : moly_centre_cases(reader, !is_all, is_overdue, request_now(r), &out->json, err);
}

moly_status chromatogram_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_status status = request_reader(r, &reader, err);
    return status ? status : moly_centre_chromatogram(reader, r->captured[0], &out->json, err);
}

moly_status recall_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    const char *node = moly_arena_printf(r->arena, "%s/%s", r->captured[0], r->captured[1]);
    moly_status status = node ? request_reader(r, &reader, err) : MOLY_NO_MEMORY(err);
    return status ? status : moly_centre_recall(reader, node, &out->json, err);
}
