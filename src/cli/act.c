/* SPDX-License-Identifier: Apache-2.0 */
/* `moly act NAME`: each act of the centre as a command of its own, "act pharmacy.elute", made from
 * the act's declaration and who does it. */

#include "cli.h"

#include <jansson.h>

#include "moly/centre/centre.h"
#include "session.h"

struct who {
    const char *db;
    const char *user;
    const char *password_file;
    const char *second;
    const char *second_password_file;
    int is_preview;
};

static const moly_param who_params[] = {
    CLI_DB(struct who),
    {.name = "as",
     MOLY_TEXT(struct who, user),
     .pattern_hint = "USER",
     .is_required = true,
     .help = "who does it"},
    {.name = "password-file",
     MOLY_TEXT(struct who, password_file),
     .pattern_hint = "FILE",
     .help = "that person's password, for acts that are signed; - is standard input"},
    {.name = "second",
     MOLY_TEXT(struct who, second),
     .pattern_hint = "USER",
     .help = "second person, for acts that two sign"},
    {.name = "second-password-file",
     MOLY_TEXT(struct who, second_password_file),
     .pattern_hint = "FILE",
     .help = "the second person's password"},
    {.name = "preview",
     MOLY_BOOL(struct who, is_preview),
     .help = "say what would happen, and write nothing"},
};
enum { N_WHO = sizeof who_params / sizeof who_params[0] };

static moly_status sign_in(moly_ledger *ledger, const char *user, const char *password_file,
                           moly_identity **identity, moly_error *err)
{
    char *password = NULL;
    moly_status status = cli_password(password_file, user, &password, err);
    if (status == MOLY_OK) {
        status = moly_ledger_sign_in(ledger, user, password, identity, err);
    }
    cli_password_free(password);
    return status;
}

/* Parameters of the act that take a file are read here; the act sees what becomes of them. */
static moly_status read_files(const moly_act *act, const json_t *fields, moly_arena *arena,
                              moly_attachments *files, moly_error *err)
{
    enum { MOST_BYTES = 64 * 1024 * 1024 };
    moly_attachment *items = moly_arena_alloc(arena, act->declaration.n_params, sizeof *items);
    moly_status status = items ? MOLY_OK : MOLY_NO_MEMORY(err);
    for (size_t i = 0; i < act->declaration.n_params && !status; i++) {
        const moly_param *param = &act->declaration.params[i];
        const char *path = json_string_value(json_object_get(fields, param->name));
        char *data = NULL;
        if (!path || !moly_act_takes_file(param)) {
            continue;
        }
        moly_attachment *file = &items[files->n];
        file->field = param->name;
        status = moly_file_read(path, MOST_BYTES, &data, &file->length, err);
        file->data = data;
        if (!status && !moly_arena_defer(arena, moly_free, data)) {
            moly_free(data);
            status = MOLY_NO_MEMORY(err);
        }
        files->n++;
    }
    files->items = items;
    return status;
}

/* A password is asked for where the act is signed, and taken where one is given. */
static moly_status perform(const moly_act *act, json_t *fields, const struct who *who,
                           const moly_run *run, json_t **event, moly_error *err)
{
    moly_ledger *ledger = NULL;
    moly_identity *identity = NULL;
    moly_identity *second = NULL;
    moly_performer performer = {.user = who->user, .language = cli_language()};
    moly_attachments files = {0};
    moly_status status = read_files(act, fields, run->arena, &files, err);
    if (status == MOLY_OK) {
        status = cli_local_account(run->arena, &performer.authentication, err);
    }
    if (status == MOLY_OK) {
        status = moly_ledger_open(who->db, &run->clock, &ledger, err);
    }
    bool is_preview = who->is_preview == 1;
    bool is_signed = act->signature != MOLY_SIGNATURE_NONE && !is_preview;
    if (status == MOLY_OK && (who->password_file || is_signed)) {
        status = sign_in(ledger, who->user, who->password_file, &identity, err);
        performer.authentication = "password";
    }
    if (status == MOLY_OK && who->second) {
        status = sign_in(ledger, who->second, who->second_password_file, &second, err);
    }
    if (status == MOLY_OK) {
        performer.identity = identity;
        performer.second = second;
        const char *name = act->declaration.name;
        status = is_preview ? moly_centre_preview_prepared(ledger, name, fields, &performer,
                                                           moly_centre_attach, &files, event, err)
                            : moly_centre_perform_prepared(ledger, name, fields, &performer,
                                                           moly_centre_attach, &files, event, err);
    }
    moly_identity_free(second);
    moly_identity_free(identity);
    moly_ledger_close(ledger);
    return status;
}

static moly_status run_act(const void *args, const moly_run *run, json_t **result, moly_error *err)
{
    const moly_act *act = NULL;
    moly_status status = moly_act_find(run->declaration->name + strlen("act "), &act, err);
    if (status != MOLY_OK) {
        return status;
    }
    /* the act's own arguments stand first, who does it behind them */
    const struct who *who =
        (const struct who *)(const void *)((const char *)args +
                                           cli_aligned(act->declaration.args_size));
    json_t *fields = moly_declare_object(&act->declaration, args);
    status = fields ? perform(act, fields, who, run, result, err) : MOLY_NO_MEMORY(err);
    json_decref(fields);
    return status;
}

static const moly_column event_columns[] = {
    {"seq", "Event", MOLY_DIM_NONE, 0},     {"kind", "Act", MOLY_DIM_NONE, 0},
    {"subject", "About", MOLY_DIM_NONE, 0}, {"at", "At", MOLY_DIM_NONE, 0},
    {"person", "By", MOLY_DIM_NONE, 0},     {"hash", "Hash", MOLY_DIM_NONE, 0},
};
static const moly_column warning_columns[] = {
    {"rule", "Rule", MOLY_DIM_NONE, 0},
    {"message", "Message", MOLY_DIM_NONE, 0},
};
static const moly_view event_views[] = {
    {NULL, "", event_columns, sizeof event_columns / sizeof event_columns[0]},
    {"Warnings", "body.warnings", warning_columns,
     sizeof warning_columns / sizeof warning_columns[0]},
};

moly_status cli_act_command(const moly_act *act, moly_arena *arena, moly_command *command,
                            moly_error *err)
{
    size_t offset = 0;
    *command = (moly_command){.views = event_views,
                              .n_views = sizeof event_views / sizeof event_views[0],
                              .run = run_act};
    moly_status status = cli_extend(&act->declaration, who_params, N_WHO, sizeof(struct who), arena,
                                    &command->declaration, &offset, err);
    if (status == MOLY_OK) {
        command->declaration.name = moly_arena_printf(arena, "act %s", act->declaration.name);
        status = command->declaration.name ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    return status;
}
