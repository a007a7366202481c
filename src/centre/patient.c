/* SPDX-License-Identifier: Apache-2.0 */
/* A patient's page: everything that is owned by the patient, and what was given in all. */
#include "screens.h"

#include "vessel.h"

static moly_status owned(const moly_ledger_reader *reader, const char *kind, const char *patient,
                         json_t **records, moly_error *err)
{
    const moly_record_query query = {
        .kind = kind, .owner = patient, .limit = 500, .newest_first = true};
    return moly_ledger_records(reader, &query, records, err);
}

/* Net activity of each nuclide in all doses that were given. */
static json_t *cumulative(const json_t *doses)
{
    json_t *rows = json_array();
    for (const char *const *name = physics_handled; *name; name++) {
        double sum_bq = 0.0;
        int n = 0;
        size_t i;
        const json_t *dose;
        json_array_foreach(doses, i, dose)
        {
            double net_bq = record_number(dose, "net_bq");
            if (isfinite(net_bq) && strcmp(vessel_nuclide(dose), *name) == 0) {
                sum_bq += net_bq;
                n++;
            }
        }
        if (n > 0) {
            (void)json_array_append_new(rows, json_pack("{s:s, s:o, s:i}", "nuclide", *name,
                                                        "activity_bq", moly_json_real(sum_bq),
                                                        "administrations", n));
        }
    }
    return rows;
}

/* What the books have in the patient, of all nuclides. */
static moly_status held(const moly_ledger_reader *reader, const char *account, moly_instant now,
                        double *held_bq, moly_error *err)
{
    double book_bq[PHYSICS_N_HANDLED];
    moly_status status =
        moly_ledger_activities(reader, account, physics_handled, now, book_bq, NULL, err);
    *held_bq = 0.0;
    for (size_t i = 0; i < PHYSICS_N_HANDLED && !status; i++) {
        *held_bq += book_bq[i];
    }
    return status;
}

moly_status moly_centre_patient(const moly_ledger_reader *reader, const char *patient,
                                moly_instant now, json_t **result, moly_error *err)
{
    static const char *const kinds[] = {"referral", "order", "dose", "study"};
    enum { REFERRALS, ORDERS, DOSES, STUDIES, N_KINDS };
    json_t *record = NULL, *lists[N_KINDS] = {NULL};
    char account[128];
    double held_bq = 0.0;
    *result = NULL;
    moly_status status = moly_ledger_record(reader, "patient", patient, &record, err);
    for (size_t i = 0; i < N_KINDS && !status; i++) {
        status = owned(reader, kinds[i], patient, &lists[i], err);
    }
    if (!status) {
        (void)snprintf(account, sizeof account, "patient/%s", patient);
        status = held(reader, account, now, &held_bq, err);
    }
    if (!status) {
        *result = json_pack("{s:O, s:O, s:O, s:O, s:O, s:o, s:o}", "patient", record, "referrals",
                            lists[REFERRALS], "orders", lists[ORDERS], "doses", lists[DOSES],
                            "studies", lists[STUDIES], "cumulative", cumulative(lists[DOSES]),
                            "activity_now_bq", moly_json_real(held_bq));
        status = *result ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < N_KINDS; i++) {
        json_decref(lists[i]);
    }
    json_decref(record);
    return status;
}
