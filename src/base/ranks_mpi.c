/* SPDX-License-Identifier: Apache-2.0 */
/* The only file that knows MPI; a library of its own, loaded where a launcher is. MPI's own errors
 * end the process with their message, which is its default. */
#include <mpi.h>

#include "ranks_driver.h"

static const size_t most_at_once = (size_t)1
                                   << 24; /* MPI counts in int; large pieces gain nothing */

static int mine(void)
{
    int rank = 0;
    (void)MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank;
}

static void sum(void *values, size_t width, size_t n, MPI_Datatype type)
{
    const int is_root = mine() == 0;
    for (size_t first = 0; first < n; first += most_at_once) {
        const size_t left = n - first;
        const int count = (int)(left < most_at_once ? left : most_at_once);
        char *piece = (char *)values + first * width;
        (void)MPI_Reduce(is_root ? MPI_IN_PLACE : piece, is_root ? piece : NULL, count, type,
                         MPI_SUM, 0, MPI_COMM_WORLD);
        (void)MPI_Bcast(piece, count, type, 0, MPI_COMM_WORLD);
    }
}

static void sum_f32(float *values, size_t n)
{
    sum(values, sizeof *values, n, MPI_FLOAT);
}

static void sum_f64(double *values, size_t n)
{
    sum(values, sizeof *values, n, MPI_DOUBLE);
}

static void leave(void)
{
    (void)MPI_Finalize();
}

__attribute__((visibility("default"))) int moly_ranks_driver_open(moly_ranks_driver *driver)
{
    int given = 0, n = 0;
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &given) != MPI_SUCCESS ||
        MPI_Comm_size(MPI_COMM_WORLD, &n) != MPI_SUCCESS) {
        return 1;
    }
    *driver = (moly_ranks_driver){mine(), n, sum_f32, sum_f64, leave};
    return 0;
}
