/* SPDX-License-Identifier: Apache-2.0 */
/* moly safety doses, map, incidents, waste: what the records say of radiation protection. */
#include "cli.h"

#include "moly/centre/protection.h"

#define N(rows) (sizeof(rows) / sizeof((rows)[0]))

struct safety_args {
    const char *db;
    moly_instant at;
};

static moly_status read_doses(const moly_site *site, const moly_ledger_reader *reader,
                              const void *arguments, json_t **result, moly_error *err)
{
    const struct safety_args *args = arguments;
    return moly_centre_staff_doses(site, reader, args->at, result, err);
}

static moly_status read_map(const moly_site *site, const moly_ledger_reader *reader,
                            const void *arguments, json_t **result, moly_error *err)
{
    const struct safety_args *args = arguments;
    (void)site;
    return moly_centre_survey_map(reader, args->at, result, err);
}

static moly_status read_incidents(const moly_site *site, const moly_ledger_reader *reader,
                                  const void *arguments, json_t **result, moly_error *err)
{
    const struct safety_args *args = arguments;
    (void)site;
    return moly_centre_incidents(reader, args->at, result, err);
}

static moly_status read_waste(const moly_site *site, const moly_ledger_reader *reader,
                              const void *arguments, json_t **result, moly_error *err)
{
    const struct safety_args *args = arguments;
    return moly_centre_waste(site, reader, args->at, result, err);
}

static moly_status run_waste(const void *args, const moly_run *run, json_t **result,
                             moly_error *err)
{
    return cli_read_ledger(((const struct safety_args *)args)->db, run, read_waste, args, result,
                           err);
}

static moly_status run_doses(const void *args, const moly_run *run, json_t **result,
                             moly_error *err)
{
    return cli_read_ledger(((const struct safety_args *)args)->db, run, read_doses, args, result,
                           err);
}

static moly_status run_map(const void *args, const moly_run *run, json_t **result, moly_error *err)
{
    return cli_read_ledger(((const struct safety_args *)args)->db, run, read_map, args, result,
                           err);
}

static moly_status run_incidents(const void *args, const moly_run *run, json_t **result,
                                 moly_error *err)
{
    return cli_read_ledger(((const struct safety_args *)args)->db, run, read_incidents, args,
                           result, err);
}

static const moly_param params[] = {
    CLI_DB(struct safety_args),
    {.name = "at",
     MOLY_INSTANT(struct safety_args, at),
     .fallback = "now",
     .help = "instant that what is due is judged at"},
};
static const moly_column dose_columns[] = {
    {"person", "Person", MOLY_DIM_NONE, 0},
    {"whole_body_sv", "Whole body", MOLY_DIM_DOSE_EQUIVALENT, 3},
    {"lens_sv", "Lens", MOLY_DIM_DOSE_EQUIVALENT, 3},
    {"skin_sv", "Skin", MOLY_DIM_DOSE_EQUIVALENT, 3},
    {"extremity_sv", "Hands", MOLY_DIM_DOSE_EQUIVALENT, 3},
    {"mean_sv", "Mean of years", MOLY_DIM_DOSE_EQUIVALENT, 3},
    {"fraction", "Of the limit", MOLY_DIM_FRACTION, 3},
    {"open", "To investigate", MOLY_DIM_NONE, 0},
    {"state", "State", MOLY_DIM_NONE, MOLY_OWN_WORDS},
};
static const moly_column room_columns[] = {
    {"room", "Room", MOLY_DIM_NONE, 0},      {"name", "Name", MOLY_DIM_NONE, 0},
    {"floor", "Floor", MOLY_DIM_NONE, 0},    {"area", "Area", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"survey_due", "Due", MOLY_DIM_NONE, 0}, {"is_overdue", "Overdue", MOLY_DIM_NONE, 0},
};
static const moly_column incident_columns[] = {
    {"id", "Incident", MOLY_DIM_NONE, 0},
    {"incident", "Kind", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"at", "At", MOLY_DIM_NONE, 0},
    {"state", "State", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"notify_by", "Tell the regulator by", MOLY_DIM_NONE, 0},
    {"report_by", "Report by", MOLY_DIM_NONE, 0},
    {"is_overdue", "Overdue", MOLY_DIM_NONE, 0},
};
static const moly_column waste_columns[] = {
    {"container", "Container", MOLY_DIM_NONE, 0},
    {"name", "Name", MOLY_DIM_NONE, 0},
    {"state", "State", MOLY_DIM_NONE, MOLY_OWN_WORDS},
    {"closed", "Closed", MOLY_DIM_NONE, 0},
    {"fraction", "Of what may leave", MOLY_DIM_NONE, 4},
    {"clear_after", "Below clearance", MOLY_DIM_NONE, 0},
    {"is_ready", "To be measured", MOLY_DIM_NONE, 0},
};
static const moly_view dose_view = {NULL, "results", dose_columns, N(dose_columns)};
static const moly_view room_view = {NULL, "results", room_columns, N(room_columns)};
static const moly_view incident_view = {NULL, "results", incident_columns, N(incident_columns)};
static const moly_view waste_view = {NULL, "results", waste_columns, N(waste_columns)};

const moly_command cli_safety_doses_command = {
    .declaration = {.name = "safety doses",
                    .summary = "Show the year's doses of staff against their limits",
                    .example = "moly safety doses --db sqlite:moly.db",
                    .params = params,
                    .n_params = N(params),
                    .args_size = sizeof(struct safety_args)},
    .views = &dose_view,
    .n_views = 1,
    .run = run_doses,
};

const moly_command cli_safety_map_command = {
    .declaration = {.name = "safety map",
                    .summary = "Show the rooms with their last survey",
                    .description = "As JSON with the corners of the rooms and the points of the "
                                   "survey, for a floor plan.",
                    .example = "moly safety map --db sqlite:moly.db",
                    .params = params,
                    .n_params = N(params),
                    .args_size = sizeof(struct safety_args)},
    .views = &room_view,
    .n_views = 1,
    .run = run_map,
};

const moly_command cli_safety_incidents_command = {
    .declaration = {.name = "safety incidents",
                    .summary = "List incidents with the regulator's deadlines",
                    .example = "moly safety incidents --db sqlite:moly.db",
                    .params = params,
                    .n_params = N(params),
                    .args_size = sizeof(struct safety_args)},
    .views = &incident_view,
    .n_views = 1,
    .run = run_incidents,
};

const moly_command cli_safety_waste_command = {
    .declaration = {.name = "safety waste",
                    .summary = "List waste containers and when they may leave",
                    .example = "moly safety waste --db sqlite:moly.db",
                    .params = params,
                    .n_params = N(params),
                    .args_size = sizeof(struct safety_args)},
    .views = &waste_view,
    .n_views = 1,
    .run = run_waste,
};
