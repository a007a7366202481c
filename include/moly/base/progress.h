/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_BASE_PROGRESS_H
#define MOLY_BASE_PROGRESS_H

/** Progress and cancel, for everything that can take more than a second. */

#include "moly/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Given by the caller; a NULL pointer to it, or a NULL member, means "not wanted". */
typedef struct moly_progress {
    void (*report)(void *context, double fraction, const char *what); /**< fraction 0..1 */
    bool (*is_cancelled)(void *context);
    void *context;
} moly_progress;

/** Report, then ask whether to go on.
 *  @retval MOLY_ERR_CANCELLED  the caller wants it stopped */
MOLY_API MOLY_CHECKED moly_status moly_progress_step(const moly_progress *progress, double fraction,
                                                     const char *what, moly_error *err);

/** A progress bar on standard error when that is a terminal, silent otherwise; cancel by SIGINT is
 *  the command line's own. Borrowed, never NULL. */
MOLY_API const moly_progress *moly_progress_terminal(void);

#ifdef __cplusplus
}
#endif
#endif
