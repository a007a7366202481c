/* SPDX-License-Identifier: Apache-2.0 */
/* The table of science commands. */
#include "commands_inside.h"

static const moly_command *const commands[] = {
    &moly_command_bench_decay,
    &moly_command_bench_generator,
    &moly_command_bench_irradiate,
    &moly_command_bench_ledger,
    &moly_command_bench_plan,
    &moly_command_bench_project,
    &moly_command_bench_spect,
    &moly_command_bench_reactor,
    &moly_command_calibrate,
    &moly_command_decay,
    &moly_command_generator,
    &moly_command_identify,
    &moly_command_irradiate,
    &moly_command_nuclide_list,
    &moly_command_nuclide_show,
    &moly_command_plan,
    &moly_command_project_back,
    &moly_command_project_forward,
    &moly_command_raw_convert,
    &moly_command_raw_show,
    &moly_command_reaction,
    &moly_command_reconstruct,
    &moly_command_scan,
    &moly_command_sensitivity,
    &moly_command_shield,
    &moly_command_spectrum,
};

const moly_command *const *moly_commands(size_t *n)
{
    *n = sizeof commands / sizeof(const moly_command *);
    return commands;
}
