/* SPDX-License-Identifier: Apache-2.0 */
/* moly safety spill: what is done after a spill, to read or to print and hang up. */
#include "cli.h"

#include "moly/centre/protection.h"

#define N(rows) (sizeof(rows) / sizeof((rows)[0]))

struct spill_args {
    const char *db, *nuclide;
    double activity_bq;
};

static moly_status read_spill(const moly_site *site, const moly_ledger_reader *reader,
                              const void *arguments, json_t **result, moly_error *err)
{
    const struct spill_args *args = arguments;
    return moly_centre_spill(site, reader, args->nuclide, args->activity_bq, result, err);
}

static moly_status run_spill(const void *args, const moly_run *run, json_t **result,
                             moly_error *err)
{
    return cli_read_ledger(((const struct spill_args *)args)->db, run, read_spill, args, result,
                           err);
}

static const moly_param params[] = {
    CLI_DB(struct spill_args),
    {.name = "nuclide",
     MOLY_TEXT(struct spill_args, nuclide),
     .is_required = true,
     .max = 12.0,
     .help = "what was spilled"},
    {.name = "activity",
     .letter = 'a',
     MOLY_F64(struct spill_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1.0,
     .max = 1e15,
     .is_required = true,
     .help = "how much of it, as far as is known; rather too much"},
};
static const moly_column fact_columns[] = {
    {"nuclide", "Nuclide", MOLY_DIM_NONE, 0},
    {"activity_bq", "Activity", MOLY_DIM_ACTIVITY, 4},
    {"severity", "Severity", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"threshold_bq", "Major from", MOLY_DIM_ACTIVITY, 4},
    {"threshold_status", "Status", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"half_life_s", "Half-life", MOLY_DIM_TIME, 4},
};
static const moly_column step_columns[] = {
    {"number", "Step", MOLY_DIM_NONE, 0},
    {"step", "Do", MOLY_DIM_NONE, 0},
};
static const moly_column limit_columns[] = {
    {"place", "Place", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"limit_bq_per_cm2", "Limit, Bq/cm2", MOLY_DIM_NONE, 3},
    {"source", "Source", MOLY_DIM_NONE, 0},
};
static const moly_view views[] = {
    {NULL, "results", fact_columns, N(fact_columns)},
    {"Steps", "steps", step_columns, N(step_columns)},
    {"Limits of contamination", "limits", limit_columns, N(limit_columns)},
};

const moly_command cli_safety_spill_command = {
    .declaration =
        {.name = "safety spill",
         .summary = "Say what is done after a spill",
         .description =
             "Minor or major by nuclide and activity, the steps in their order, and the limits of "
             "contamination of the site's country. Nothing is recorded; report the incident "
             "afterwards (safety.report_incident).",
         .example = "moly safety spill --db sqlite:moly.db --nuclide I-131 --activity '200 MBq'",
         .params = params,
         .n_params = N(params),
         .args_size = sizeof(struct spill_args)},
    .views = views,
    .n_views = N(views),
    .run = run_spill,
};
