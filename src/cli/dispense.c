/* SPDX-License-Identifier: Apache-2.0 */
/* moly dispense plan: the hot lab's list of the day. */
#include "cli.h"

#include "moly/centre/dispensing.h"

#define N(rows) (sizeof(rows) / sizeof((rows)[0]))

struct dispense_args {
    const char *db;
    moly_instant at;
};

static moly_status read_plan(const moly_site *site, const moly_ledger_reader *reader,
                             const void *arguments, json_t **result, moly_error *err)
{
    const struct dispense_args *args = arguments;
    return moly_centre_dispensing(site, reader, args->at, result, err);
}

static moly_status run_plan(const void *args, const moly_run *run, json_t **result, moly_error *err)
{
    const struct dispense_args *a = args;
    return cli_read_ledger(a->db, run, read_plan, args, result, err);
}

static const moly_param params[] = {
    CLI_DB(struct dispense_args),
    {.name = "at",
     MOLY_INSTANT(struct dispense_args, at),
     .fallback = "now",
     .help = "instant from which on there is time"},
};
static const moly_column step_columns[] = {
    {"at", "At", MOLY_DIM_NONE, 0},
    {"do", "Do", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"what", "What", MOLY_DIM_NONE, 0},
    {"product", "Product", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"activity_bq", "Activity", MOLY_DIM_ACTIVITY, 4},
    {"volume_ml", "Volume", MOLY_DIM_VOLUME, 3},
    {"card_bq", "Dosage card", MOLY_DIM_ACTIVITY, 4},
    {"from", "From", MOLY_DIM_NONE, 0},
    {"patient_name", "Patient", MOLY_DIM_NONE, 0},
    {"why", "Why", MOLY_DIM_NONE, MOLY_OWN_WORDS},
};
static const moly_column vial_columns[] = {
    {"vessel", "Vessel", MOLY_DIM_NONE, 0},
    {"product", "Product", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"state", "State", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"holds_bq", "Activity", MOLY_DIM_ACTIVITY, 4},
    {"volume_left_ml", "Volume", MOLY_DIM_VOLUME, 3},
    {"used_ml", "Planned", MOLY_DIM_VOLUME, 3},
    {"doses", "Doses", MOLY_DIM_NONE, 0},
    {"expiry", "Expiry", MOLY_DIM_NONE, 0},
};
static const moly_view views[] = {
    {NULL, "steps", step_columns, N(step_columns)},
    {"Vials", "vials", vial_columns, N(vial_columns)},
};

const moly_command cli_dispense_plan_command = {
    .declaration =
        {.name = "dispense plan",
         .summary = "Plan what is eluted, labelled and drawn today",
         .description =
             "The orders of the day that are not drawn yet are allotted to the vials that are "
             "there, so that most patients are served; what is missing is made from accepted kit "
             "lots and the generators, with a second elution where one is not enough. A dose that "
             "cannot be made is said, with the reason; of a child the activity of the dosage card "
             "stands beside. Nothing is recorded.",
         .example = "moly dispense plan --db sqlite:moly.db",
         .params = params,
         .n_params = N(params),
         .args_size = sizeof(struct dispense_args)},
    .views = views,
    .n_views = N(views),
    .run = run_plan,
};
