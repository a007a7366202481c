/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <jansson.h>

#include "moly/centre/centre.h"
#include "moly/study/study.h"
#include "session.h"

struct init_args {
    const char *db;
    const char *admin;
    const char *password_file;
    const char *site;
    const char *country;
    int64_t utc_offset_minutes;
    int password_cost;
    int is_example;
    int is_training;
};

static const char *const costs[] = {"minimal", "interactive", "moderate", NULL};

static moly_status found(moly_ledger *ledger, const struct init_args *init, const char *password,
                         const moly_run *run, moly_error *err)
{
    if (init->is_example != 1) {
        return moly_centre_found(ledger, init->admin, password,
                                 (moly_password_cost)init->password_cost, err);
    }
    moly_status status = moly_centre_found_example(ledger, run->progress, err);
    return status == MOLY_OK ? moly_study_import_example(ledger, run->progress, err) : status;
}

static moly_status run_init(const void *args, const moly_run *run, json_t **result, moly_error *err)
{
    const struct init_args *init = args;
    if (init->is_example != 1 && !init->admin) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "--admin names the first person; --example makes an example centre");
    }
    if (init->is_example == 1 && init->admin) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "--example brings its own persons; leave --admin out");
    }
    moly_site site = {.name = init->site,
                      .country = init->country ? init->country
                                               : "ZZ", /* of no country: the general limits */
                      .utc_offset_minutes = (int)init->utc_offset_minutes,
                      .is_training = init->is_training == 1};
    moly_ledger *ledger = NULL;
    char *password = NULL;
    moly_status status = init->is_example == 1
                             ? MOLY_OK
                             : cli_password(init->password_file, init->admin, &password, err);
    if (status == MOLY_OK) {
        status = moly_ledger_create(init->db, &site, &run->clock, &ledger, err);
    }
    if (status == MOLY_OK) {
        status = found(ledger, init, password, run, err);
    }
    cli_password_free(password);
    if (status == MOLY_OK) {
        *result =
            json_pack("{s:s,s:s,s:s,s:b,s:b}", "db", init->db, "site", site.name, "country",
                      site.country, "training", site.is_training, "example", init->is_example == 1);
        status = *result ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    moly_ledger_close(ledger);
    return status;
}

static const moly_param params[] = {
    CLI_DB(struct init_args),
    {.name = "admin",
     MOLY_TEXT(struct init_args, admin),
     .pattern_hint = "USER",
     .help = "first person, who may add others"},
    {.name = "password-file",
     MOLY_TEXT(struct init_args, password_file),
     .pattern_hint = "FILE",
     .help = "that person's password; - is standard input"},
    {.name = "site",
     MOLY_TEXT(struct init_args, site),
     .min = 1,
     .max = 200,
     .fallback = "Example centre",
     .help = "name of the site, on every label and report"},
    {.name = "country",
     MOLY_TEXT(struct init_args, country),
     .min = 2,
     .max = 2,
     .help = "country, ISO 3166: chooses limits and rules"},
    {.name = "utc-offset",
     MOLY_I64(struct init_args, utc_offset_minutes),
     .min = -720,
     .max = 840,
     .fallback = "0",
     .help = "minutes that the wall clock is ahead of UTC"},
    {.name = "password-cost",
     MOLY_CHOICE(struct init_args, password_cost),
     .choices = costs,
     .fallback = "moderate",
     .help = "memory and time that one guess of the password takes"},
    {.name = "example",
     MOLY_BOOL(struct init_args, is_example),
     .help = "make an example centre: staff, a generator, kits, patients"},
    {.name = "training",
     MOLY_BOOL(struct init_args, is_training),
     .help = "a database for training, where --clock is allowed"},
};

static const moly_column columns[] = {
    {"db", "Ledger", MOLY_DIM_NONE, 0},       {"site", "Site", MOLY_DIM_NONE, 0},
    {"country", "Country", MOLY_DIM_NONE, 0}, {"training", "For training", MOLY_DIM_NONE, 0},
    {"example", "Example", MOLY_DIM_NONE, 0},
};
static const moly_view view = {NULL, "", columns, sizeof columns / sizeof columns[0]};

const moly_command cli_init_command = {
    .declaration = {.name = "init",
                    .summary = "Create the ledger of a centre",
                    .description = "Whether a database is for training is decided here and never "
                                   "changes.",
                    .example = "moly init --db sqlite:new.db --example --training",
                    .params = params,
                    .n_params = sizeof params / sizeof params[0],
                    .args_size = sizeof(struct init_args)},
    .views = &view,
    .n_views = 1,
    .run = run_init,
};
