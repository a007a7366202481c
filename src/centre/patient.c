/* SPDX-License-Identifier: Apache-2.0 */
/* A patient's page: everything that is owned by the patient, and what was given in all. */
#include "screens.h"

#include "physics.h"

static moly_status owned(const moly_ledger_reader *reader, const char *kind, const char *patient,
                         json_t **records, moly_error *err)
{
    const moly_record_query query = {
        .kind = kind, .owner = patient, .limit = 500, .newest_first = true};
    return moly_ledger_records(reader, &query, records, err);
}

/* Net activity of Tc-99m in all doses that were given. */
static json_t *cumulative(const json_t *doses)
{
    double sum_bq = 0.0;
    int n = 0;
    size_t i;
    const json_t *dose;
    json_array_foreach(doses, i, dose)
    {
        double net_bq = record_number(dose, "net_bq");
        if (isfinite(net_bq)) {
            sum_bq += net_bq;
            n++;
        }
    }
    return n == 0 ? json_array()
                  : json_pack("[{s:s, s:o, s:i}]", "nuclide", TC99M, "activity_bq",
                              moly_json_real(sum_bq), "administrations", n);
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
        status = moly_ledger_activity(reader, account, TC99M, now, &held_bq, NULL, err);
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
