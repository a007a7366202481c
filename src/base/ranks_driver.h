/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_BASE_RANKS_DRIVER_H
#define MOLY_BASE_RANKS_DRIVER_H

/* What the loaded library gives to ranks.c. */
#include <stddef.h>

#define RANKS_LIBRARY "libmoly_mpi.so"
#define RANKS_OPEN "moly_ranks_driver_open"

typedef struct moly_ranks_driver {
    int mine, n;
    void (*sum_f32)(float *values, size_t n);
    void (*sum_f64)(double *values, size_t n);
    void (*leave)(void);
} moly_ranks_driver;

/** @return 0, or that MPI could not be begun */
typedef int ranks_open(moly_ranks_driver *driver);
ranks_open moly_ranks_driver_open;

#endif
