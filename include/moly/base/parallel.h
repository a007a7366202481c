/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_BASE_PARALLEL_H
#define MOLY_BASE_PARALLEL_H

/** Work shared by threads, for kernels that take milliseconds or more. */

#include <stdint.h>

#include "moly/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MOLY_MOST_THREADS = 256 };

/** Call work(context, item, thread) once for each item 0..n_items-1, by up to `n_threads` threads
 *  (1..MOLY_MOST_THREADS; the caller is thread 0); items are taken in ascending order, each by
 *  whoever is free. Returns when all are done. Where no thread is to be had, fewer do it all.
 *  For the same result with any number of threads, an item writes only what is its own. */
MOLY_API void moly_parallel(int n_threads, int64_t n_items,
                            void (*work)(void *context, int64_t item, int thread), void *context);
/** Processors this process may use, at least 1. */
MOLY_API int moly_n_processors(void);

#ifdef __cplusplus
}
#endif
#endif
