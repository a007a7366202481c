/* SPDX-License-Identifier: Apache-2.0 */
/* Which commands there are, and which one is meant. */

#include "cli.h"

#include "moly/centre/centre.h"
#include "moly/commands/commands.h"

static const moly_command *const own_commands[] = {
    &cli_acts_command,
    &cli_backup_command,
    &cli_batch_list_command,
    &cli_batch_show_command,
    &cli_case_list_command,
    &cli_completion_command,
    &cli_device_list_command,
    &cli_device_read_command,
    &cli_device_simulate_command,
    &cli_dispense_plan_command,
    &cli_dose_statistics_command,
    &cli_help_command,
    &cli_import_command,
    &cli_init_command,
    &cli_instrument_show_command,
    &cli_ledger_anchor_command,
    &cli_ledger_balance_command,
    &cli_ledger_export_command,
    &cli_ledger_rebuild_command,
    &cli_ledger_verify_command,
    &cli_man_command,
    &cli_nema_command,
    &cli_qualify_command,
    &cli_recall_command,
    &cli_record_list_command,
    &cli_record_show_command,
    &cli_restore_command,
    &cli_second_factor_command,
    &cli_safety_doses_command,
    &cli_safety_incidents_command,
    &cli_safety_map_command,
    &cli_safety_spill_command,
    &cli_safety_waste_command,
    &cli_serve_command,
    &cli_stock_limits_command,
    &cli_suv_command,
    &cli_trace_command,
    &cli_report_activity_command,
    &cli_report_batch_command,
    &cli_report_certificate_command,
    &cli_report_day_command,
    &cli_report_journal_command,
    &cli_report_label_command,
    &cli_report_notice_command,
    &cli_report_qualification_command,
    &cli_report_recall_command,
    &cli_report_record_command,
    &cli_report_study_command,
    &cli_report_waste_command,
    &cli_pack_show_command,
    &cli_pack_sign_command,
    &cli_pack_verify_command,
    &cli_record_retention_command,
    &cli_product_list_command,
    &cli_product_show_command,
};
enum { N_OWN = sizeof own_commands / sizeof own_commands[0] };

static int by_name(const void *a, const void *b)
{
    const moly_command *const *left = a;
    const moly_command *const *right = b;
    return strcmp((*left)->declaration.name, (*right)->declaration.name);
}

static moly_status add(cli_commands *list, const moly_command *command, moly_arena *arena,
                       moly_error *err)
{
    moly_command *copy = moly_arena_alloc(arena, 1, sizeof *copy);
    if (!copy) {
        return MOLY_NO_MEMORY(err);
    }
    *copy = *command;
    list->commands[list->n++] = copy;
    return cli_add_common(&command->declaration, arena, &copy->declaration, err);
}

moly_status cli_commands_list(moly_arena *arena, cli_commands *list, moly_error *err)
{
    size_t n_science = 0;
    const moly_command *const *science = moly_commands(&n_science);
    size_t n_acts = 0;
    const moly_act *const *acts = moly_acts(&n_acts);
    *list = (cli_commands){.commands = moly_arena_alloc(arena, N_OWN + n_science + n_acts,
                                                        sizeof(const moly_command *))};
    if (!list->commands) {
        return MOLY_NO_MEMORY(err);
    }
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < N_OWN && status == MOLY_OK; i++) {
        status = add(list, own_commands[i], arena, err);
    }
    for (size_t i = 0; i < n_science && status == MOLY_OK; i++) {
        status = add(list, science[i], arena, err);
    }
    for (size_t i = 0; i < n_acts && status == MOLY_OK; i++) {
        moly_command command;
        status = cli_act_command(acts[i], arena, &command, err);
        if (status == MOLY_OK) {
            status = add(list, &command, arena, err);
        }
    }
    qsort(list->commands, list->n, sizeof(const moly_command *), by_name);
    return status;
}

char *cli_join(moly_arena *arena, size_t n, const char *const *words)
{
    char *joined = moly_arena_strdup(arena, "");
    for (size_t i = 0; i < n && joined; i++) {
        joined = moly_arena_printf(arena, "%s%s%s", joined, i > 0 ? " " : "", words[i]);
    }
    return joined;
}

/* Words of `name` when it begins the words given, else 0. */
static int words_matched(const char *name, int argc, char *const *argv)
{
    int n = 0;
    while (*name != '\0') {
        size_t length = strcspn(name, " ");
        if (n == argc || strlen(argv[n]) != length || memcmp(argv[n], name, length) != 0) {
            return 0;
        }
        n++;
        name += length + (name[length] == ' ' ? 1 : 0);
    }
    return n;
}

/* "nuclide" alone begins names without being one: say which. */
static moly_status fail_group(const cli_commands *list, const char *group, moly_error *err)
{
    moly_text names = {0};
    size_t length = strlen(group);
    for (size_t i = 0; i < list->n; i++) {
        const char *name = list->commands[i]->declaration.name;
        if (strncmp(name, group, length) == 0 && name[length] == ' ') {
            moly_text_printf(&names, "%s%s", names.length > 0 ? ", " : "", name);
        }
    }
    moly_status status = names.length > 0
                             ? MOLY_FAIL(err, MOLY_ERR_USAGE, "\"%.40s\" is one of: %s", group,
                                         moly_text_get(&names))
                             : MOLY_OK;
    moly_text_free(&names);
    return status;
}

static moly_status fail_unknown(const cli_commands *list, int argc, char *const *argv,
                                moly_arena *arena, moly_error *err)
{
    const moly_act *act = NULL;
    moly_status status = MOLY_OK;
    if (strcmp(argv[0], "act") == 0 && argc > 1) {
        status = moly_act_find(argv[1], &act, err);
    }
    if (status == MOLY_OK) {
        status = fail_group(list, argv[0], err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    const char **names = moly_arena_alloc(arena, 2 * list->n, sizeof *names);
    if (!names) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < list->n; i++) {
        const char *name = list->commands[i]->declaration.name;
        names[2 * i] = name;
        names[2 * i + 1] = moly_arena_strndup(arena, name, strcspn(name, " "));
        if (!names[2 * i + 1]) {
            return MOLY_NO_MEMORY(err);
        }
    }
    const char *two[] = {argv[0], argc > 1 ? argv[1] : ""};
    char *both = cli_join(arena, argc > 1 ? 2 : 1, two);
    const char *near = moly_nearest(argv[0], names, 2 * list->n);
    if (!near && both) {
        near = moly_nearest(both, names, 2 * list->n);
    }
    if (near) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "unknown command \"%.60s\"; did you mean \"%s\"?",
                         argv[0], near);
    }
    return MOLY_FAIL(err, MOLY_ERR_USAGE, "unknown command \"%.60s\"; moly help lists them",
                     argv[0]);
}

moly_status cli_commands_find(const cli_commands *list, int argc, char *const *argv,
                              moly_arena *arena, const moly_command **command, int *n_words,
                              moly_error *err)
{
    const moly_command *found = NULL;
    int longest = 0;
    for (size_t i = 0; i < list->n; i++) {
        int n = words_matched(list->commands[i]->declaration.name, argc, argv);
        if (n > longest) {
            longest = n;
            found = list->commands[i];
        }
    }
    if (!found) {
        return fail_unknown(list, argc, argv, arena, err);
    }
    *command = found;
    *n_words = longest;
    return MOLY_OK;
}
