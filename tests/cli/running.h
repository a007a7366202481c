/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_TESTS_RUNNING_H
#define MOLY_TESTS_RUNNING_H

/* Runs the built `moly` through a shell, in a folder of its own. */

#include "testing.h"

#include <sys/wait.h>
#include <unistd.h>

enum { RUN_TEXT = 524288 };

typedef struct ran {
    int exit_code;
    char out[RUN_TEXT];
    char err[RUN_TEXT];
} ran;

/** A fresh folder, made the working one, with the built command first on the PATH and no locale. */
static inline int run_in_fresh_folder(void **state)
{
    (void)state;
    char folder[] = "/tmp/moly-cli-XXXXXX";
    const char *command = getenv("MOLY_COMMAND");
    if (!command || !mkdtemp(folder) || chdir(folder) != 0) {
        return -1;
    }
    char path[4096];
    const char *slash = strrchr(command, '/');
    (void)snprintf(path, sizeof path, "%.*s:%s", (int)(slash - command), command, getenv("PATH"));
    return setenv("PATH", path, 1) | setenv("LC_ALL", "C", 1);
}

static inline int leave_fresh_folder(void **state)
{
    (void)state;
    char folder[4096];
    if (!getcwd(folder, sizeof folder) || strncmp(folder, "/tmp/moly-cli-", 14) != 0) {
        return -1;
    }
    char command[4200];
    (void)snprintf(command, sizeof command, "cd / && rm -rf '%s'", folder);
    return system(command);
}

static inline void slurp(const char *path, char text[RUN_TEXT])
{
    FILE *file = fopen(path, "rb");
    size_t n = file ? fread(text, 1, RUN_TEXT - 1, file) : 0;
    text[n] = '\0';
    if (file) {
        fclose(file);
    }
}

/** Run a line of shell; standard input is empty. */
static inline void run_line(const char *line, ran *result)
{
    char command[8192];
    (void)snprintf(command, sizeof command, "{ %s ; } >.out 2>.err </dev/null", line);
    int status = system(command);
    result->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    slurp(".out", result->out);
    slurp(".err", result->err);
}

/** Run a line of shell that must end well. */
static inline void run_well(const char *line, ran *result)
{
    run_line(line, result);
    if (result->exit_code != 0) {
        fail_msg("%s\nexits %d: %s", line, result->exit_code, result->err);
    }
}

#define assert_contains(text, piece)                                                               \
    do {                                                                                           \
        if (!strstr((text), (piece))) {                                                            \
            fail_msg("'%s' is not in:\n%s", (piece), (text));                                      \
        }                                                                                          \
    } while (0)

#endif
