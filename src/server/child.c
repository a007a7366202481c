/* SPDX-License-Identifier: Apache-2.0 */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOWER_PRIORITY = 10, NOT_STARTED = 127 };

/* Between fork() and execv() only calls that are safe in a signal's handler: other threads may have
 * held locks. */
static void become(char *const argv[], int log, pid_t parent)
{
    static const char first_to_go[] = "1000";
    sigset_t none;
    const int nothing = open("/dev/null", O_RDWR);
    const int oom = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (oom >= 0) {
        const ssize_t n = write(oom, first_to_go, sizeof first_to_go - 1);
        (void)n; /* it is a courtesy */
    }
    (void)setpriority(PRIO_PROCESS, 0, LOWER_PRIORITY);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)signal(SIGPIPE, SIG_DFL);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(nothing, STDOUT_FILENO) < 0 ||
        dup2(log, STDERR_FILENO) < 0 || prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 ||
        getppid() != parent) {
        _exit(NOT_STARTED);
    }
    (void)syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0); /* the ledger, sockets */
    (void)execv(argv[0], argv);
    _exit(NOT_STARTED);
}

moly_status child_start(char *const argv[], const char *log, pid_t *child, moly_error *err)
{
    const int out = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (out < 0) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "cannot write %s: %s", log, strerror(errno));
    }
    const pid_t parent = getpid(), made = fork();
    if (made == 0) {
        become(argv, out, parent);
    }
    const int cause = errno;
    (void)close(out);
    if (made < 0) {
        return MOLY_FAIL(err, MOLY_ERR_MEMORY, "no process could be started: %s", strerror(cause));
    }
    *child = made;
    return MOLY_OK;
}

bool child_has_ended(pid_t child, int *status)
{
    const pid_t got = waitpid(child, status, WNOHANG);
    if (got < 0 && errno != EINTR) {
        *status = NOT_STARTED << 8; /* nobody's child any more */
        return true;
    }
    return got == child;
}
