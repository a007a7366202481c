/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_BASE_RANKS_H
#define MOLY_BASE_RANKS_H

/** Processes that share one calculation, on one machine or many: ranks, started by an MPI launcher
 *  (`mpirun -n 4 moly ...`, `srun moly ...`). Without a launcher there is one rank, alone.
 *
 *  Sums are taken at rank 0 and handed out: all ranks get the same bits. A rank that fails
 *  ends without having left the others in order, upon which the launcher ends them too. One thread
 * at a time. */

#include <stddef.h>

#include "moly/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct moly_ranks moly_ranks;

/** @param[out] ranks  leave with moly_ranks_leave()
 *  @retval MOLY_ERR_IO  a launcher is there, but not the part of Moly that talks to it */
MOLY_API MOLY_CHECKED moly_status moly_ranks_join(moly_ranks **ranks, moly_error *err);
/** By every rank, when all work is done or this one failed; NULL is allowed. */
MOLY_API void moly_ranks_leave(moly_ranks *ranks, bool is_done);

/** Which one this is, 0 .. n-1, and how many there are; 0 of 1 for NULL. */
MOLY_API int moly_ranks_mine(const moly_ranks *ranks);
MOLY_API int moly_ranks_n(const moly_ranks *ranks);

/** Sum over ranks, in place, element by element; every rank calls it with the same `n`. */
MOLY_API void moly_ranks_sum_f32(const moly_ranks *ranks, float *values, size_t n);
MOLY_API void moly_ranks_sum_f64(const moly_ranks *ranks, double *values, size_t n);

#ifdef __cplusplus
}
#endif
#endif
