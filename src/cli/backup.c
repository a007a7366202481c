/* SPDX-License-Identifier: Apache-2.0 */
/* Backups: made, restored, tried. */
#include "cli.h"

#include <jansson.h>
#include <string.h>

#include "moly/centre/centre.h"
#include "moly/ledger/backup.h"
#include "session.h"

#define N(array) (sizeof(array) / sizeof(array)[0])

/* ---- moly backup ------------------------------------------------------------------------------
 */

struct backup_args {
    const char *db, *to;
};

static moly_status run_backup(const void *args, const moly_run *run, json_t **result,
                              moly_error *err)
{
    const struct backup_args *given = args;
    return moly_ledger_backup(given->db, given->to, run->progress, result, err);
}

static const moly_param backup_params[] = {
    CLI_DB(struct backup_args),
    {.name = "to",
     MOLY_TEXT(struct backup_args, to),
     .pattern_hint = "FILE",
     .is_required = true,
     .help = "file to make, or an older backup of this ledger to replace"},
};
static const moly_column backup_columns[] = {
    {"file", "File", MOLY_DIM_NONE, 0},
    {"events", "Events", MOLY_DIM_NONE, 15},
    {"last_recorded_at", "Newest", MOLY_DIM_NONE, 0},
    {"hash", "Its hash", MOLY_DIM_NONE, 0},
    {"bytes", "Bytes", MOLY_DIM_NONE, 15},
    {"duration_s", "Took", MOLY_DIM_TIME, 3},
    {"same_disk", "On the ledger's own disk", MOLY_DIM_NONE, 0},
};
static const moly_view backup_view = {NULL, "", backup_columns, N(backup_columns)};

const moly_command cli_backup_command = {
    .declaration = {.name = "backup",
                    .summary = "Copy the ledger into one file while it is in use",
                    .description =
                        "The copy is of one instant, is proved, and only then replaces the last "
                        "one; a power cut leaves that. It holds the site's key: keep it as you "
                        "keep the ledger, on another disk and in another place.",
                    .example = "moly backup --db sqlite:moly.db --to backup.db",
                    .params = backup_params,
                    .n_params = N(backup_params),
                    .args_size = sizeof(struct backup_args)},
    .views = &backup_view,
    .n_views = 1,
    .run = run_backup,
};

/* ---- moly restore -----------------------------------------------------------------------------
 */

struct restore_args {
    const char *file, *db, *anchor, *user, *password_file, *kept_at;
    int is_try;
};

/* The fields of centre.record_restore_test; `failure` is why it failed, or NULL. */
static json_t *fields_of(const struct restore_args *given, const json_t *report,
                         const char *failure)
{
    char duration[40];
    json_t *fields = json_pack("{s:s, s:s, s:s}", "result", failure ? "failed" : "passed", "backup",
                               given->file, "kept-at", given->kept_at);
    if (fields && failure) {
        (void)json_object_set_new(fields, "findings", json_string(failure));
    } else if (fields) {
        (void)snprintf(duration, sizeof duration, "%.3f s",
                       json_number_value(json_object_get(report, "duration_s")));
        (void)json_object_set(fields, "backup-hash", json_object_get(report, "backup_hash"));
        (void)json_object_set(fields, "last-event", json_object_get(report, "events"));
        (void)json_object_set(fields, "last-hash", json_object_get(report, "hash"));
        (void)json_object_set_new(fields, "duration", json_string(duration));
    }
    return fields;
}

static moly_status record_try(const struct restore_args *given, const moly_run *run, json_t *report,
                              const char *failure, moly_error *err)
{
    char *password = NULL;
    moly_ledger *ledger = NULL;
    moly_identity *identity = NULL;
    json_t *fields = fields_of(given, report, failure), *event = NULL;
    moly_status status = fields ? MOLY_OK : MOLY_NO_MEMORY(err);
    status = status ? status : moly_ledger_open(given->db, &run->clock, &ledger, err);
    status = status ? status : cli_password(given->password_file, given->user, &password, err);
    status = status ? status : moly_ledger_sign_in(ledger, given->user, password, &identity, err);
    cli_password_free(password);
    if (!status) {
        const moly_performer who = {.user = given->user,
                                    .authentication = "password",
                                    .identity = identity,
                                    .language = cli_language()};
        status =
            moly_centre_perform(ledger, "centre.record_restore_test", fields, &who, &event, err);
    }
    const char *subject = json_string_value(json_object_get(event, "subject"));
    if (!status && report &&
        json_object_set_new(report, "record", json_string(strchr(subject, '/') + 1)) != 0) {
        status = MOLY_NO_MEMORY(err);
    }
    json_decref(event);
    json_decref(fields);
    moly_identity_free(identity);
    moly_ledger_close(ledger);
    return status;
}

/* A trial that failed is recorded too, and the command still fails. */
static moly_status run_try(const struct restore_args *given, const moly_run *run, json_t **result,
                           moly_error *err)
{
    json_t *report = NULL;
    const bool is_recorded = given->user != NULL;
    if (is_recorded && (!given->db || !given->kept_at)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "to record the trial, give --db, the ledger, and --kept-at, where the "
                         "backup is kept");
    }
    moly_status status =
        moly_ledger_try_backup(given->file, &run->clock, run->progress, &report, err);
    if (status && is_recorded && err) {
        moly_error also = {0};
        moly_status recorded = record_try(given, run, NULL, err->message, &also);
        if (recorded) {
            moly_error_context(err, "not recorded (%s)", also.message);
        }
    } else if (!status && is_recorded) {
        status = record_try(given, run, report, NULL, err);
    }
    if (status) {
        json_decref(report);
        return status;
    }
    *result = report;
    return MOLY_OK;
}

static moly_status run_restore(const void *args, const moly_run *run, json_t **result,
                               moly_error *err)
{
    const struct restore_args *given = args;
    if (given->is_try == 1) {
        return run_try(given, run, result, err);
    }
    if (!given->db) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "--db is missing: the empty database to restore to");
    }
    return moly_ledger_restore(given->file, given->db, &run->clock, given->anchor, run->progress,
                               result, err);
}

static const moly_param restore_params[] = {
    {.name = "file",
     MOLY_TEXT(struct restore_args, file),
     .pattern_hint = "FILE",
     .is_required = true,
     .is_positional = true,
     .help = "backup"},
    {.name = "db",
     MOLY_TEXT(struct restore_args, db),
     .pattern_hint = "URL",
     .help = "an empty database to fill; with --try the ledger in which the trial is recorded"},
    {.name = "anchor",
     MOLY_TEXT(struct restore_args, anchor),
     .pattern_hint = "FILE",
     .help = "newest head that was kept outside: says how much came after the backup"},
    {.name = "try",
     MOLY_BOOL(struct restore_args, is_try),
     .help = "restore into a database that is thrown away, to see that it can be done"},
    {.name = "as",
     MOLY_TEXT(struct restore_args, user),
     .pattern_hint = "USER",
     .help = "who signs the record of the trial"},
    {.name = "password-file",
     MOLY_TEXT(struct restore_args, password_file),
     .pattern_hint = "FILE",
     .help = "that person's password; - is standard input"},
    {.name = "kept-at",
     MOLY_TEXT(struct restore_args, kept_at),
     .help = "where the backup is kept, for the record of the trial"},
};
static const moly_column restore_columns[] = {
    {"database", "Database", MOLY_DIM_NONE, 0},
    {"events", "Events of the backup", MOLY_DIM_NONE, 15},
    {"last_recorded_at", "Newest", MOLY_DIM_NONE, 0},
    {"hash", "Its hash", MOLY_DIM_NONE, 0},
    {"missing_events", "Events that are missing", MOLY_DIM_NONE, 15},
    {"record", "Record", MOLY_DIM_NONE, 0},
    {"duration_s", "Took", MOLY_DIM_TIME, 3},
};
static const moly_view restore_view = {NULL, "", restore_columns, N(restore_columns)};

const moly_command cli_restore_command = {
    .declaration = {.name = "restore",
                    .summary = "Make a ledger of a backup, or try whether it can be done",
                    .description =
                        "The backup is proved, all tables are made anew from its events, and the "
                        "first screen says what is missing until somebody signs that it is there "
                        "again (centre.accept_restore). With --try and --as the trial is recorded "
                        "(centre.record_restore_test), also when it failed.",
                    .example = "moly restore backup.db --try"
                               " --db sqlite:moly.db"
                               " --as physicist"
                               " --password-file physicist.password"
                               " --kept-at 'safe in building B'",
                    .params = restore_params,
                    .n_params = N(restore_params),
                    .args_size = sizeof(struct restore_args)},
    .views = &restore_view,
    .n_views = 1,
    .run = run_restore,
};
