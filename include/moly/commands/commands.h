/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_COMMANDS_COMMANDS_H
#define MOLY_COMMANDS_COMMANDS_H

/** The science commands: decay, nuclide, bench, ... Each is one declaration (moly/base/command.h)
 *  that the command line, the server's jobs and the documentation read. */

#include "moly/base/command.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Every science command. Borrowed, lives as long as the process.
 *  @param[out] n  how many */
MOLY_API const moly_command *const *moly_commands(size_t *n);

#ifdef __cplusplus
}
#endif
#endif
