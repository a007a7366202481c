/* SPDX-License-Identifier: Apache-2.0 */
/* moly stock limits, moly instrument show: what the records say of rooms and instruments. */
#include "cli.h"

#include "moly/centre/stock.h"

#define N(rows) (sizeof(rows) / sizeof((rows)[0]))

struct stock_args {
    const char *db, *id;
    moly_instant at;
};

static moly_status read_limits(const moly_site *site, const moly_ledger_reader *reader,
                               const void *arguments, json_t **result, moly_error *err)
{
    const struct stock_args *args = arguments;
    (void)site;
    return moly_centre_stock_limits(reader, args->at, result, err);
}

static moly_status run_limits(const void *args, const moly_run *run, json_t **result,
                              moly_error *err)
{
    return cli_read_ledger(((const struct stock_args *)args)->db, run, read_limits, args, result,
                           err);
}

static const moly_param limits_params[] = {
    CLI_DB(struct stock_args),
    {.name = "at",
     MOLY_INSTANT(struct stock_args, at),
     .fallback = "now",
     .help = "instant that all activities are decayed to"},
};
static const moly_column limits_columns[] = {
    {"room", "Room", MOLY_DIM_NONE, 0},
    {"name", "Name", MOLY_DIM_NONE, 0},
    {"nuclide", "Nuclide", MOLY_DIM_NONE, 0},
    {"activity_bq", "Activity", MOLY_DIM_ACTIVITY, 4},
    {"limit_bq", "Licence", MOLY_DIM_ACTIVITY, 4},
    {"fraction", "Used", MOLY_DIM_FRACTION, 3},
    {"state", "State", MOLY_DIM_NONE, MOLY_OWN_WORDS},
};
static const moly_view limits_view = {NULL, "results", limits_columns, N(limits_columns)};

const moly_command cli_stock_limits_command = {
    .declaration = {.name = "stock limits",
                    .summary = "Show what is in each room against its licence",
                    .description = "From the books, decayed to the instant. What has no room of "
                                   "its own counts in the room so marked.",
                    .example = "moly stock limits --db sqlite:moly.db",
                    .params = limits_params,
                    .n_params = N(limits_params),
                    .args_size = sizeof(struct stock_args)},
    .views = &limits_view,
    .n_views = 1,
    .run = run_limits,
};

static moly_status read_instrument(const moly_site *site, const moly_ledger_reader *reader,
                                   const void *arguments, json_t **result, moly_error *err)
{
    const struct stock_args *args = arguments;
    (void)site;
    return moly_centre_instrument(reader, args->id, args->at, result, err);
}

static moly_status run_instrument(const void *args, const moly_run *run, json_t **result,
                                  moly_error *err)
{
    return cli_read_ledger(((const struct stock_args *)args)->db, run, read_instrument, args,
                           result, err);
}

static const moly_param instrument_params[] = {
    {.name = "instrument",
     MOLY_TEXT(struct stock_args, id),
     .pattern_hint = "ID",
     .is_required = true,
     .is_positional = true,
     .help = "instrument to show"},
    CLI_DB(struct stock_args),
    {.name = "at",
     MOLY_INSTANT(struct stock_args, at),
     .fallback = "now",
     .help = "instant that its plan is judged at"},
};
static const moly_column instrument_columns[] = {
    {"id", "Instrument", MOLY_DIM_NONE, 0},
    {"type", "Kind", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"model", "Model", MOLY_DIM_NONE, 0},
    {"serial", "Serial number", MOLY_DIM_NONE, 0},
    {"state", "State", MOLY_DIM_NONE, MOLY_OWN_WORDS},
};
static const moly_column plan_columns[] = {
    {"check", "Check", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"result", "Result", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"at", "At", MOLY_DIM_NONE, 0},
    {"due", "Due", MOLY_DIM_NONE, 0},
    {"is_overdue", "Overdue", MOLY_DIM_NONE, 0},
};
static const moly_column trend_columns[] = {
    {"check", "Check", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"at", "At", MOLY_DIM_NONE, 0},
    {"deviation", "Deviation", MOLY_DIM_FRACTION, 3},
    {"deviation_sd", "±", MOLY_DIM_FRACTION, 2},
    {"limit", "Limit", MOLY_DIM_FRACTION, 3},
    {"state", "State", MOLY_DIM_NONE, MOLY_OWN_WORDS},
};
static const moly_view instrument_views[] = {
    {NULL, "instrument", instrument_columns, N(instrument_columns)},
    {"Plan", "plan", plan_columns, N(plan_columns)},
    {"Trend", "trend", trend_columns, N(trend_columns)},
};

const moly_command cli_instrument_show_command = {
    .declaration = {.name = "instrument show",
                    .summary = "Show an instrument, its plan and the trend of its checks",
                    .example = "moly instrument show INS-000001 --db sqlite:moly.db",
                    .params = instrument_params,
                    .n_params = N(instrument_params),
                    .args_size = sizeof(struct stock_args)},
    .views = instrument_views,
    .n_views = N(instrument_views),
    .run = run_instrument,
};
