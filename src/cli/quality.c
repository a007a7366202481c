/* SPDX-License-Identifier: Apache-2.0 */
/* moly batch list, batch show, case list, recall: what the records say of production. */
#include "cli.h"

#include "moly/centre/quality.h"

#define N(rows) (sizeof(rows) / sizeof((rows)[0]))

struct quality_args {
    const char *db, *id, *state;
    int is_overdue, is_all;
    moly_instant at;
};

#define AT_PARAM                                                                                   \
    {                                                                                              \
        .name = "at", MOLY_INSTANT(struct quality_args, at), .fallback = "now",                    \
        .help = "instant that limits of time are judged at"                                        \
    }

/* ---- batch list -------------------------------------------------------------------------------
 */

static moly_status read_batches(const moly_site *site, const moly_ledger_reader *reader,
                                const void *arguments, json_t **result, moly_error *err)
{
    const struct quality_args *args = arguments;
    return moly_centre_batches(site, reader, args->state, args->at, result, err);
}

static moly_status run_batches(const void *args, const moly_run *run, json_t **result,
                               moly_error *err)
{
    return cli_read_ledger(((const struct quality_args *)args)->db, run, read_batches, args, result,
                           err);
}

static const moly_param batches_params[] = {
    CLI_DB(struct quality_args),
    {.name = "state",
     MOLY_TEXT(struct quality_args, state),
     .help = "only those in this state: issued, in progress, made, reviewed, certified"},
    AT_PARAM,
};
static const moly_column batches_columns[] = {
    {"id", "Batch", MOLY_DIM_NONE, 0},
    {"product_name", "Product", MOLY_DIM_NONE, 0},
    {"state", "State", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"at", "Issued", MOLY_DIM_NONE, 0},
    {"expiry", "Expiry", MOLY_DIM_NONE, 0},
    {"activity_bq", "Activity", MOLY_DIM_ACTIVITY, 4},
    {"steps_done", "Steps done", MOLY_DIM_NONE, 0},
    {"n_steps", "of", MOLY_DIM_NONE, 0},
    {"n_waiting", "Waits for", MOLY_DIM_NONE, 0},
};
static const moly_view batches_view = {NULL, "results", batches_columns, N(batches_columns)};

const moly_command cli_batch_list_command = {
    .declaration = {.name = "batch list",
                    .summary = "List the batches, newest first",
                    .description = "With how many things each waits for; moly batch show says "
                                   "which.",
                    .example = "moly batch list --db sqlite:moly.db",
                    .params = batches_params,
                    .n_params = N(batches_params),
                    .args_size = sizeof(struct quality_args)},
    .views = &batches_view,
    .n_views = 1,
    .run = run_batches,
};

/* ---- batch show -------------------------------------------------------------------------------
 */

static moly_status read_batch(const moly_site *site, const moly_ledger_reader *reader,
                              const void *arguments, json_t **result, moly_error *err)
{
    const struct quality_args *args = arguments;
    return moly_centre_batch(site, reader, args->id, args->at, result, err);
}

static moly_status run_batch(const void *args, const moly_run *run, json_t **result,
                             moly_error *err)
{
    return cli_read_ledger(((const struct quality_args *)args)->db, run, read_batch, args, result,
                           err);
}

static const moly_param batch_params[] = {
    {.name = "batch",
     MOLY_TEXT(struct quality_args, id),
     .pattern_hint = "ID",
     .is_required = true,
     .is_positional = true,
     .help = "batch to show"},
    CLI_DB(struct quality_args),
    AT_PARAM,
};
static const moly_column batch_columns[] = {
    {"id", "Batch", MOLY_DIM_NONE, 0},
    {"product_name", "Product", MOLY_DIM_NONE, 0},
    {"state", "State", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"master", "Master record", MOLY_DIM_NONE, 0},
    {"master_version", "Version", MOLY_DIM_NONE, 0},
    {"vial", "Vial", MOLY_DIM_NONE, 0},
    {"activity_bq", "Activity", MOLY_DIM_ACTIVITY, 4},
    {"made_at", "Made", MOLY_DIM_NONE, 0},
    {"expiry", "Expiry", MOLY_DIM_NONE, 0},
    {"yield", "Yield", MOLY_DIM_FRACTION, 4},
    {"reconciled", "Volume found", MOLY_DIM_FRACTION, 4},
};
static const moly_column waiting_columns[] = {
    {"what", "What", MOLY_DIM_NONE, 0},
    {"why", "Why", MOLY_DIM_NONE, 0},
    {"remedy", "What to do", MOLY_DIM_NONE, MOLY_OWN_WORDS},
};
static const moly_column step_columns[] = {
    {"number", "Step", MOLY_DIM_NONE, 0},
    {"name", "Name", MOLY_DIM_NONE, 0},
    {"state", "State", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"at", "At", MOLY_DIM_NONE, 0},
    {"made_by", "By", MOLY_DIM_NONE, 0},
    {"checked_by", "Checked by", MOLY_DIM_NONE, 0},
};
static const moly_column test_columns[] = {
    {"id", "Test", MOLY_DIM_NONE, 0},
    {"method", "Method", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"state", "State", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"value", "Result", MOLY_DIM_NONE, 5},
    {"value_sd", "±", MOLY_DIM_NONE, 2},
    {"unit", "Unit", MOLY_DIM_NONE, 0},
    {"made_by", "By", MOLY_DIM_NONE, 0},
    {"approved_by", "Approved by", MOLY_DIM_NONE, 0},
};
static const moly_column shipment_columns[] = {
    {"id", "Shipment", MOLY_DIM_NONE, 0},
    {"receiver", "Receiver", MOLY_DIM_NONE, 0},
    {"state", "State", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"at", "At", MOLY_DIM_NONE, 0},
    {"volume_ml", "Volume (mL)", MOLY_DIM_NONE, 4},
    {"activity_bq", "Activity", MOLY_DIM_ACTIVITY, 4},
};
static const moly_column case_columns[] = {
    {"id", "Case", MOLY_DIM_NONE, 0},
    {"type", "Kind", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"state", "State", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"about", "About", MOLY_DIM_NONE, 0},
    {"due", "Due", MOLY_DIM_NONE, 0},
    {"conclusion", "Conclusion", MOLY_DIM_NONE, MOLY_OWN_WORDS},
};
static const moly_view batch_views[] = {
    {NULL, "batch", batch_columns, N(batch_columns)},
    {"Waits for", "waiting", waiting_columns, N(waiting_columns)},
    {"Steps", "steps", step_columns, N(step_columns)},
    {"Tests", "tests", test_columns, N(test_columns)},
    {"Cases", "cases", case_columns, N(case_columns)},
    {"Shipments", "shipments", shipment_columns, N(shipment_columns)},
};

const moly_command cli_batch_show_command = {
    .declaration = {.name = "batch show",
                    .summary = "Show a batch: what it waits for, its steps, tests and shipments",
                    .description = "JSON has materials, equipment, checks, raw data and the master "
                                   "record too; moly report batch prints all of it.",
                    .example = "moly batch show BAT-000001 --db sqlite:moly.db",
                    .params = batch_params,
                    .n_params = N(batch_params),
                    .args_size = sizeof(struct quality_args)},
    .views = batch_views,
    .n_views = N(batch_views),
    .run = run_batch,
};

/* ---- case list --------------------------------------------------------------------------------
 */

static moly_status read_cases(const moly_site *site, const moly_ledger_reader *reader,
                              const void *arguments, json_t **result, moly_error *err)
{
    const struct quality_args *args = arguments;
    (void)site;
    return moly_centre_cases(reader, args->is_all != 1, args->is_overdue == 1, args->at, result,
                             err);
}

static moly_status run_cases(const void *args, const moly_run *run, json_t **result,
                             moly_error *err)
{
    return cli_read_ledger(((const struct quality_args *)args)->db, run, read_cases, args, result,
                           err);
}

static const moly_param cases_params[] = {
    CLI_DB(struct quality_args),
    {.name = "overdue",
     MOLY_BOOL(struct quality_args, is_overdue),
     .fallback = "no",
     .help = "only those whose time is over"},
    {.name = "all",
     MOLY_BOOL(struct quality_args, is_all),
     .fallback = "no",
     .help = "those that are decided too"},
    AT_PARAM,
};
static const moly_column cases_columns[] = {
    {"id", "Case", MOLY_DIM_NONE, 0},
    {"type", "Kind", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"state", "State", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"what", "What", MOLY_DIM_NONE, 0},
    {"batch", "Batch", MOLY_DIM_NONE, 0},
    {"due", "Due", MOLY_DIM_NONE, 0},
    {"is_overdue", "Overdue", MOLY_DIM_NONE, 0},
    {"responsible", "Responsible", MOLY_DIM_NONE, 0},
};
static const moly_view cases_view = {NULL, "results", cases_columns, N(cases_columns)};

const moly_command cli_case_list_command = {
    .declaration = {.name = "case list",
                    .summary =
                        "List deviations, investigations, corrective actions and other cases",
                    .description = "Those that are open, the first due first.",
                    .example = "moly case list --db sqlite:moly.db",
                    .params = cases_params,
                    .n_params = N(cases_params),
                    .args_size = sizeof(struct quality_args)},
    .views = &cases_view,
    .n_views = 1,
    .run = run_cases,
};

/* ---- recall -----------------------------------------------------------------------------------
 */

static moly_status read_recall(const moly_site *site, const moly_ledger_reader *reader,
                               const void *arguments, json_t **result, moly_error *err)
{
    const struct quality_args *args = arguments;
    (void)site;
    return moly_centre_recall(reader, args->id, result, err);
}

static moly_status run_recall(const void *args, const moly_run *run, json_t **result,
                              moly_error *err)
{
    return cli_read_ledger(((const struct quality_args *)args)->db, run, read_recall, args, result,
                           err);
}

static const moly_param recall_params[] = {
    {.name = "node",
     MOLY_TEXT(struct quality_args, id),
     .pattern_hint = "KIND/ID",
     .is_required = true,
     .is_positional = true,
     .help = "batch, lot or vessel, lot/LOT-000001"},
    CLI_DB(struct quality_args),
};
static const moly_column vessel_columns[] = {
    {"node", "Record", MOLY_DIM_NONE, 0},
    {"state", "State", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"volume_ml", "Volume (mL)", MOLY_DIM_NONE, 4},
    {"volume_left_ml", "Left (mL)", MOLY_DIM_NONE, 4},
};
static const moly_column receiver_columns[] = {
    {"receiver", "Receiver", MOLY_DIM_NONE, 0},        {"shipment", "Shipment", MOLY_DIM_NONE, 0},
    {"state", "State", MOLY_DIM_NONE, MOLY_OWN_WORDS}, {"at", "At", MOLY_DIM_NONE, 0},
    {"volume_ml", "Volume (mL)", MOLY_DIM_NONE, 4},
};
static const moly_column patient_columns[] = {
    {"patient", "Patient", MOLY_DIM_NONE, 0},     {"patient_name", "Name", MOLY_DIM_NONE, 0},
    {"dose", "Dose", MOLY_DIM_NONE, 0},           {"given_at", "Given", MOLY_DIM_NONE, 0},
    {"net_bq", "Activity", MOLY_DIM_ACTIVITY, 4},
};
static const moly_view recall_views[] = {
    {"Vessels", "vessels", vessel_columns, N(vessel_columns)},
    {"Receivers", "receivers", receiver_columns, N(receiver_columns)},
    {"Patients", "patients", patient_columns, N(patient_columns)},
    {"Drawn, not given", "doses", patient_columns, N(patient_columns)},
};

const moly_command cli_recall_command = {
    .declaration = {.name = "recall",
                    .summary = "Show whom and what a recall would reach",
                    .description = "Nothing is changed and nobody told: quality.recall orders one, "
                                   "or tries it with the time it took.",
                    .example = "moly recall lot/LOT-000001 --db sqlite:moly.db",
                    .params = recall_params,
                    .n_params = N(recall_params),
                    .args_size = sizeof(struct quality_args)},
    .views = recall_views,
    .n_views = N(recall_views),
    .run = run_recall,
};
