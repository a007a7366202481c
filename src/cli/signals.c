/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t n_interrupts;

/* The first Ctrl-C or SIGTERM asks the command to stop where its data are whole; a second one ends
 * at once. */
static void interrupted(int signal)
{
    n_interrupts++;
    if (n_interrupts > 1) {
        _exit(128 + signal);
    }
}

void cli_signals_begin(void)
{
    struct sigaction stop = {.sa_handler = interrupted};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigemptyset(&stop.sa_mask);
    (void)sigemptyset(&ignore.sa_mask);
    (void)sigaction(SIGINT, &stop, NULL);
    (void)sigaction(SIGTERM, &stop, NULL);
    /* A reader that went away is a failed write, seen and cleaned up after, not a sudden death. */
    (void)sigaction(SIGPIPE, &ignore, NULL);
}

static bool is_cancelled(void *context)
{
    (void)context;
    return n_interrupts > 0;
}

static void report(void *context, double fraction, const char *what)
{
    (void)context;
    const moly_progress *terminal = moly_progress_terminal();
    terminal->report(terminal->context, fraction, what);
}

const moly_progress *cli_progress(void)
{
    static const moly_progress progress = {report, is_cancelled, NULL};
    return &progress;
}
