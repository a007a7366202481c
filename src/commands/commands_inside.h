/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_COMMANDS_INSIDE_H
#define MOLY_COMMANDS_INSIDE_H

/* The inside of the science commands: one file and one line here for each. */

#include "moly/commands/commands.h"
#include "moly/nuclide/nuclide.h"

extern const moly_command moly_command_bench_decay;
extern const moly_command moly_command_bench_generator;
extern const moly_command moly_command_bench_irradiate;
extern const moly_command moly_command_bench_ledger;
extern const moly_command moly_command_bench_plan;
extern const moly_command moly_command_bench_project;
extern const moly_command moly_command_bench_spect;
extern const moly_command moly_command_bench_reactor;
extern const moly_command moly_command_calibrate;
extern const moly_command moly_command_decay;
extern const moly_command moly_command_generator;
extern const moly_command moly_command_identify;
extern const moly_command moly_command_irradiate;
extern const moly_command moly_command_nuclide_list;
extern const moly_command moly_command_nuclide_show;
extern const moly_command moly_command_plan;
extern const moly_command moly_command_project_back;
extern const moly_command moly_command_project_forward;
extern const moly_command moly_command_raw_convert;
extern const moly_command moly_command_raw_show;
extern const moly_command moly_command_reaction;
extern const moly_command moly_command_reconstruct;
extern const moly_command moly_command_sensitivity;
extern const moly_command moly_command_scan;
extern const moly_command moly_command_shield;
extern const moly_command moly_command_spectrum;

/** The row of a command's table for `--data`, the same in every command that reads nuclides. */
#define DATA_PARAM(args, member)                                                                   \
    {                                                                                              \
        "data", 0, MOLY_TEXT(args, member),                                                        \
            .pattern_hint = "FORMAT:DIR",                                                          \
            .help = "other decay data than Moly's own: icrp07:DIR or endf:DIR"                     \
    }

/** The set that `--data` names, NULL for Moly's own.
 *  @param[out] loaded  what the caller releases with moly_nuclide_set_free(); may be NULL
 *  @param[out] set     what to read */
MOLY_CHECKED moly_status commands_open_set(const char *data, moly_nuclide_set **loaded,
                                           const moly_nuclide_set **set, moly_error *err);

/** "listed", "none" (stable) or "not_in_evaluation": nobody may take the last for the second. */
const char *commands_lines_status(const moly_nuclide *nuclide);

/** The text, or null where there is none. New reference. */
json_t *commands_text(const char *text);

#endif
