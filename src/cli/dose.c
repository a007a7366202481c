/* SPDX-License-Identifier: Apache-2.0 */
/* moly dose statistics: what was given, for the register and against reference levels. */
#include "cli.h"

#include "moly/centre/doses.h"

#define N(rows) (sizeof(rows) / sizeof((rows)[0]))

struct dose_args {
    const char *db;
    moly_instant from, until;
};

static moly_status run(const void *arguments, const moly_run *run, json_t **result, moly_error *err)
{
    const struct dose_args *args = arguments;
    moly_ledger *ledger = NULL;
    moly_ledger_reader *reader = NULL;
    moly_instant from = moly_instant_is_none(args->from) ? (moly_instant){0} : args->from;
    moly_instant until = moly_instant_is_none(args->until) ? (moly_instant){0} : args->until;
    moly_status status = moly_ledger_open(args->db, &run->clock, &ledger, err);
    status = status ? status : moly_ledger_reader_new(ledger, &reader, err);
    if (!status && from.us != 0 && until.us == 0) {
        until = moly_clock_now(&run->clock);
    }
    status = status ? status
                    : moly_centre_dose_statistics(moly_ledger_site(ledger), reader, from, until,
                                                  result, err);
    moly_ledger_reader_free(reader);
    moly_ledger_close(ledger);
    return status;
}

static const moly_param params[] = {
    CLI_DB(struct dose_args),
    {.name = "from", MOLY_INSTANT(struct dose_args, from), .help = "first instant"},
    {.name = "until", MOLY_INSTANT(struct dose_args, until), .help = "instant behind the last"},
};
static const moly_column statistics_columns[] = {
    {"product", "Product", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"n", "Adults", MOLY_DIM_NONE, 0},
    {"children", "Children", MOLY_DIM_NONE, 0},
    {"lower_bq", "Lower quartile", MOLY_DIM_ACTIVITY, 4},
    {"median_bq", "Median", MOLY_DIM_ACTIVITY, 4},
    {"upper_bq", "Upper quartile", MOLY_DIM_ACTIVITY, 4},
    {"reference_bq", "Reference level", MOLY_DIM_ACTIVITY, 4},
    {"is_above", "Above", MOLY_DIM_NONE, 0},
};
static const moly_column dose_columns[] = {
    {"dose", "Dose", MOLY_DIM_NONE, 0},
    {"product", "Product", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"given_at", "Given", MOLY_DIM_NONE, 0},
    {"prescribed_bq", "Prescribed", MOLY_DIM_ACTIVITY, 4},
    {"injected_bq", "Injected", MOLY_DIM_ACTIVITY, 4},
    {"residual_bq", "Residual", MOLY_DIM_ACTIVITY, 4},
    {"net_bq", "Net", MOLY_DIM_ACTIVITY, 4},
    {"route", "Route", MOLY_DIM_NONE, MOLY_OWN_WORDS},
};
static const moly_view views[] = {
    {NULL, "statistics", statistics_columns, N(statistics_columns)},
    {NULL, "results", dose_columns, N(dose_columns)},
};

const moly_command cli_dose_statistics_command = {
    .declaration = {.name = "dose statistics",
                    .summary = "Show given activities against the reference levels",
                    .description =
                        "Median, quartiles and reference level of each product for adults, and a "
                        "row for each administration with what a dose register asks for.",
                    .example = "moly dose statistics --db sqlite:moly.db",
                    .params = params,
                    .n_params = N(params),
                    .args_size = sizeof(struct dose_args)},
    .views = views,
    .n_views = N(views),
    .run = run,
};
