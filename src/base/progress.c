/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/base/progress.h"

#include <stdio.h>
#include <unistd.h>

moly_status moly_progress_step(const moly_progress *progress, double fraction, const char *what,
                               moly_error *err)
{
    if (!progress) {
        return MOLY_OK;
    }
    if (progress->report) {
        progress->report(progress->context, fraction, what);
    }
    if (progress->is_cancelled && progress->is_cancelled(progress->context)) {
        return MOLY_FAIL(err, MOLY_ERR_CANCELLED, "stopped on request during: %s", what);
    }
    return MOLY_OK;
}

enum { BAR_WIDTH = 40 };

static void report_on_terminal(void *context, double fraction, const char *what)
{
    (void)context;
    if (!isatty(STDERR_FILENO)) {
        return;
    }
    double bounded = fraction < 0 ? 0 : fraction > 1 ? 1 : fraction;
    int filled = (int)(bounded * BAR_WIDTH);
    (void)fprintf(stderr, "\r[%.*s%*s] %3.0f %% %s\033[K%s", filled,
                  "########################################", BAR_WIDTH - filled, "", 100 * bounded,
                  what, bounded >= 1 ? "\n" : "");
    (void)fflush(stderr);
}

const moly_progress *moly_progress_terminal(void)
{
    static const moly_progress terminal = {report_on_terminal, NULL, NULL};
    return &terminal;
}
