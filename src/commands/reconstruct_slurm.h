/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_COMMANDS_RECONSTRUCT_SLURM_H
#define MOLY_COMMANDS_RECONSTRUCT_SLURM_H

#include "commands_inside.h"

/** A job script for Slurm that runs the command with the same arguments over `n_ranks` processes of
 *  `n_threads` threads each.
 *  @param left_out  names of parameters, such as the script's own; NULL ends the list */
MOLY_CHECKED moly_status slurm_write(const char *path, const moly_declaration *declaration,
                                     const void *args, const char *const *left_out, int64_t n_ranks,
                                     int64_t n_threads, moly_error *err);

#endif
