/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "moly/ledger/ledger.h"

struct balance_args {
    const char *db;
    moly_instant at;
};

static moly_status read_balance(const moly_site *site, const moly_ledger_reader *reader,
                                const void *arguments, json_t **result, moly_error *err)
{
    const struct balance_args *args = arguments;
    (void)site;
    return moly_ledger_balance(reader, args->at, result, err);
}

static moly_status run_balance(const void *args, const moly_run *run, json_t **result,
                               moly_error *err)
{
    const struct balance_args *balance = args;
    return cli_read_ledger(balance->db, run, read_balance, args, result, err);
}

static const moly_param params[] = {
    CLI_DB(struct balance_args),
    {.name = "at",
     MOLY_INSTANT(struct balance_args, at),
     .fallback = "now",
     .help = "instant that all activities are decayed to"},
};

static const moly_column account_columns[] = {
    {"account", "Account", MOLY_DIM_NONE, 0},
    {"nuclide", "Nuclide", MOLY_DIM_NONE, 0},
    {"activity_bq", "Activity", MOLY_DIM_ACTIVITY, 4},
    {"sd_bq", "±", MOLY_DIM_ACTIVITY, 2},
};
static const moly_column total_columns[] = {
    {"nuclide", "Nuclide", MOLY_DIM_NONE, 0},
    {"activity_bq", "Activity", MOLY_DIM_ACTIVITY, 4},
};
static const moly_column discrepancy_columns[] = {
    {"account", "Account", MOLY_DIM_NONE, 0},
    {"nuclide", "Nuclide", MOLY_DIM_NONE, 0},
    {"measured_bq", "Measured", MOLY_DIM_ACTIVITY, 4},
    {"predicted_bq", "Predicted", MOLY_DIM_ACTIVITY, 4},
    {"difference_bq", "Difference", MOLY_DIM_ACTIVITY, 3},
    {"sigmas", "Sigmas", MOLY_DIM_NONE, 2},
    {"kind", "Act", MOLY_DIM_NONE, 0},
    {"seq", "Event", MOLY_DIM_NONE, 0},
};
#define N(columns) (sizeof(columns) / sizeof((columns)[0]))
static const moly_view views[] = {
    {"Accounts", "results", account_columns, N(account_columns)},
    {"Totals", "totals", total_columns, N(total_columns)},
    {"What does not balance", "discrepancies", discrepancy_columns, N(discrepancy_columns)},
};

const moly_command cli_ledger_balance_command = {
    .declaration = {.name = "ledger balance",
                    .summary = "Show the books of activity at an instant",
                    .description = "Every account decayed to the instant, the totals by nuclide, "
                                   "and each reading that the books do not explain within its "
                                   "uncertainty, with the act where it arose.",
                    .example = "moly ledger balance --db sqlite:moly.db",
                    .params = params,
                    .n_params = N(params),
                    .args_size = sizeof(struct balance_args)},
    .views = views,
    .n_views = N(views),
    .run = run_balance,
};
