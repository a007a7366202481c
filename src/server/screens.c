/* SPDX-License-Identifier: Apache-2.0 */
/* What the screens of the clinic read. */
#include "inside.h"

#include "fold.h"
#include "moly/centre/dispensing.h"
#include "moly/centre/doses.h"
#include "moly/centre/protection.h"

enum { FOUND = 100, MAX_FOUND = 500 };

moly_status today_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_status status = request_reader(r, &reader, err);
    return status ? status
                  : moly_centre_today(request_site(r), reader, request_now(r), &out->json, err);
}

moly_status dispensing_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_status status = request_reader(r, &reader, err);
    return status
               ? status
               : moly_centre_dispensing(request_site(r), reader, request_now(r), &out->json, err);
}

moly_status patient_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_status status = request_reader(r, &reader, err);
    return status ? status
                  : moly_centre_patient(reader, r->captured[0], request_now(r), &out->json, err);
}

moly_status safety_doses_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_status status = request_reader(r, &reader, err);
    return status
               ? status
               : moly_centre_staff_doses(request_site(r), reader, request_now(r), &out->json, err);
}

moly_status safety_map_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_status status = request_reader(r, &reader, err);
    return status ? status : moly_centre_survey_map(reader, request_now(r), &out->json, err);
}

moly_status safety_incidents_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_status status = request_reader(r, &reader, err);
    return status ? status : moly_centre_incidents(reader, request_now(r), &out->json, err);
}

moly_status safety_waste_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_status status = request_reader(r, &reader, err);
    return status ? status
                  : moly_centre_waste(request_site(r), reader, request_now(r), &out->json, err);
}

moly_status safety_spill_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    const char *nuclide = NULL, *activity = NULL;
    double activity_bq = 0.0;
    moly_status status = request_argument(r, "nuclide", &nuclide, err);
    status = status ? status : request_argument(r, "activity", &activity, err);
    if (!status && (!nuclide || !activity)) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE, "nuclide and activity are wanted");
    }
    status = status ? status : moly_quantity_parse(activity, MOLY_DIM_ACTIVITY, &activity_bq, err);
    status = status ? status : request_reader(r, &reader, err);
    return status
               ? status
               : moly_centre_spill(request_site(r), reader, nuclide, activity_bq, &out->json, err);
}

moly_status dose_statistics_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_instant all = {0};
    moly_status status = request_reader(r, &reader, err);
    return status ? status
                  : moly_centre_dose_statistics(request_site(r), reader, all, all, &out->json, err);
}

moly_status patients_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    const char *search = NULL;
    size_t limit = 0;
    moly_status status = request_argument(r, "search", &search, err);
    if (!status) {
        status = request_argument_count(r, "limit", FOUND, MAX_FOUND, &limit, err);
    }
    if (!status) {
        status = request_reader(r, &reader, err);
    }
    const char *folded = fold_case(search ? search : "", r->arena);
    if (!status && !folded) {
        status = MOLY_NO_MEMORY(err);
    }
    json_t *found = NULL;
    if (!status && folded[0] == '\0') {
        const moly_record_query newest = {.kind = "patient", .limit = limit, .newest_first = true};
        status = moly_ledger_records(reader, &newest, &found, err);
    } else if (!status) {
        found = json_array();
        status = found
                     ? patient_index_search(r->server->patients, reader, folded, limit, found, err)
                     : MOLY_NO_MEMORY(err);
    }
    if (status) {
        json_decref(found);
        return status;
    }
    out->json = json_pack("{s:o}", "results", found);
    return out->json ? MOLY_OK : MOLY_NO_MEMORY(err);
}
