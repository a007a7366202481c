/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_CLI_CLI_H
#define MOLY_CLI_CLI_H

/* The inside of the `moly` command. A new command is a file with one moly_command and one line in
 * the table of commands.c; everything else follows from its declaration. */

#include "moly/base/command.h"
#include "moly/base/text.h"
#include "moly/ledger/ledger.h"

/* Commands of the command line itself, one file each. */
extern const moly_command cli_backup_command;
extern const moly_command cli_device_list_command;
extern const moly_command cli_device_read_command;
extern const moly_command cli_device_simulate_command;
extern const moly_command cli_dispense_plan_command;
extern const moly_command cli_help_command;
extern const moly_command cli_import_command;
extern const moly_command cli_init_command;
extern const moly_command cli_instrument_show_command;
extern const moly_command cli_ledger_anchor_command;
extern const moly_command cli_ledger_balance_command;
extern const moly_command cli_ledger_export_command;
extern const moly_command cli_ledger_rebuild_command;
extern const moly_command cli_ledger_verify_command;
extern const moly_command cli_man_command;
extern const moly_command cli_nema_command;
extern const moly_command cli_pack_show_command;
extern const moly_command cli_pack_sign_command;
extern const moly_command cli_pack_verify_command;
extern const moly_command cli_product_list_command;
extern const moly_command cli_product_show_command;
extern const moly_command cli_qualify_command;
extern const moly_command cli_record_list_command;
extern const moly_command cli_record_retention_command;
extern const moly_command cli_record_show_command;
extern const moly_command cli_trace_command;
extern const moly_command cli_report_activity_command;
extern const moly_command cli_report_batch_command;
extern const moly_command cli_report_certificate_command;
extern const moly_command cli_report_day_command;
extern const moly_command cli_report_journal_command;
extern const moly_command cli_report_label_command;
extern const moly_command cli_report_notice_command;
extern const moly_command cli_report_qualification_command;
extern const moly_command cli_report_recall_command;
extern const moly_command cli_report_record_command;
extern const moly_command cli_report_study_command;
extern const moly_command cli_report_waste_command;
extern const moly_command cli_restore_command;
extern const moly_command cli_second_factor_command;
extern const moly_command cli_completion_command;
extern const moly_command cli_acts_command;
extern const moly_command cli_dose_statistics_command;
extern const moly_command cli_safety_doses_command;
extern const moly_command cli_safety_incidents_command;
extern const moly_command cli_safety_map_command;
extern const moly_command cli_safety_spill_command;
extern const moly_command cli_safety_waste_command;
extern const moly_command cli_serve_command;
extern const moly_command cli_batch_list_command;
extern const moly_command cli_batch_show_command;
extern const moly_command cli_case_list_command;
extern const moly_command cli_recall_command;
extern const moly_command cli_stock_limits_command;
extern const moly_command cli_suv_command;

/** The row of a command's table for `--db`, the same in every command that opens a ledger. */
#define CLI_DB(args)                                                                               \
    {                                                                                              \
        .name = "db", MOLY_TEXT(args, db), .pattern_hint = "URL", .is_required = true,             \
        .help = "the ledger: sqlite:PATH or postgres://..."                                        \
    }

/** What a command reads of an open ledger. `args` are the command's own. */
typedef moly_status (*cli_read)(const moly_site *site, const moly_ledger_reader *reader,
                                const void *args, json_t **result, moly_error *err);
/** Open the ledger at `db`, read, close it. */
MOLY_CHECKED moly_status cli_read_ledger(const char *db, const moly_run *run, cli_read read,
                                         const void *args, json_t **result, moly_error *err);

/** All commands, ordered by name, with the options that every command takes already behind their
 *  own. */
typedef struct cli_commands {
    const moly_command **commands;
    size_t n;
} cli_commands;
MOLY_CHECKED moly_status cli_commands_list(moly_arena *arena, cli_commands *list, moly_error *err);
/** The command whose name begins the words, the longest such name.
 *  @param[out] n_words  words of the name
 *  @retval MOLY_ERR_USAGE  none; the nearest is suggested */
MOLY_CHECKED moly_status cli_commands_find(const cli_commands *list, int argc, char *const *argv,
                                           moly_arena *arena, const moly_command **command,
                                           int *n_words, moly_error *err);
/** The words joined by blanks; NULL without memory. */
char *cli_join(moly_arena *arena, size_t n, const char *const *words);

/** What every command takes: --format, --clock, --help. */
typedef struct cli_common {
    int format; /* moly_format */
    moly_instant clock;
    int wants_help;
} cli_common;
/** `base` with `extra` behind its parameters.
 *  @param[out] extra_offset  of the extra arguments within the new argument struct
 *  @retval MOLY_ERR_INTERNAL  both have a parameter of the same name */
MOLY_CHECKED moly_status cli_extend(const moly_declaration *base, const moly_param *extra,
                                    size_t n_extra, size_t extra_size, moly_arena *arena,
                                    moly_declaration *extended, size_t *extra_offset,
                                    moly_error *err);
MOLY_CHECKED moly_status cli_add_common(const moly_declaration *base, moly_arena *arena,
                                        moly_declaration *extended, moly_error *err);
/** The common arguments behind the command's own. */
const cli_common *cli_common_of(const moly_declaration *extended, const void *args);

/** Where arguments that follow `size` bytes begin. */
size_t cli_aligned(size_t size);

struct moly_act;
/** An act as a command, "act pharmacy.elute". */
MOLY_CHECKED moly_status cli_act_command(const struct moly_act *act, moly_arena *arena,
                                         moly_command *command, moly_error *err);

/** Parse, run and write. */
MOLY_CHECKED moly_status cli_run(const moly_command *command, int argc, char *const *argv,
                                 moly_arena *arena, moly_error *err);

/** The list of commands, `moly help`. */
void cli_overview(const cli_commands *list, const char *language, moly_text *text);
/** moly(1). */
void cli_overview_man(const cli_commands *list, moly_text *text);
void cli_complete_bash(const cli_commands *list, moly_text *text);
void cli_complete_zsh(const cli_commands *list, moly_text *text);
void cli_complete_fish(const cli_commands *list, moly_text *text);
/** What `--version` prints. */
void cli_version(moly_text *text);

/** The text to standard output, all of it, or MOLY_ERR_IO; releases it. */
MOLY_CHECKED moly_status cli_print(moly_text *text, moly_error *err);
/** The reader's language from LC_ALL, LC_MESSAGES, LANG; NULL is English. */
const char *cli_language(void);

/** SIGINT asks a running command to stop; SIGPIPE becomes a failed write. */
void cli_signals_begin(void);
/** Progress on the terminal, cancelled by SIGINT. */
const moly_progress *cli_progress(void);

#endif
