/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_CHILD_H
#define SERVER_CHILD_H

/* A program that works for the server in a process of its own: what kills it, a fault or want of
 * memory, leaves the server as it is. It has a lower priority than the server and is the first to
 * go when the machine's memory ends. */

#include <sys/types.h>

#include "moly/base/status.h"

/* @param[in]  argv   argv[0] is the program's path; ends with NULL
 * @param[in]  log    file for what it writes to standard error; replaced
 * @param[out] child  to be given to child_has_ended() until that says so
 * It ends, as on SIGTERM, when the thread that started it does. */
MOLY_CHECKED moly_status child_start(char *const argv[], const char *log, pid_t *child,
                                     moly_error *err);
/* @param[out] status  as waitpid() has it */
bool child_has_ended(pid_t child, int *status);

#endif
