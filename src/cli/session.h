/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_CLI_SESSION_H
#define MOLY_CLI_SESSION_H

/* Passwords and identities at the command line. */

#include "moly/base/command.h"
#include "moly/ledger/ledger.h"

/** A password: the first line of the file ("-" is standard input), or typed where `path` is NULL
 * and a person sits at the terminal. Wipe and release with cli_password_free().
 *  @retval MOLY_ERR_SIGN_IN  no file, and nobody to type it */
MOLY_CHECKED moly_status cli_password(const char *path, const char *prompt, char **password,
                                      moly_error *err);
void cli_password_free(char *password);

/** Who runs the process: "local account NAME". */
MOLY_CHECKED moly_status cli_local_account(moly_arena *arena, const char **account,
                                           moly_error *err);

#endif
