/* SPDX-License-Identifier: Apache-2.0 */
/* MPI is loaded only where a launcher started this process, so that Moly runs without it. */
#include "moly/base/ranks.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "moly/base/memory.h"
#include "ranks_driver.h"

struct moly_ranks {
    void *library; /* NULL: alone */
    moly_ranks_driver driver;
};

static bool is_launched(void)
{
    static const char *const marks[] = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (getenv(marks[i])) {
            return true;
        }
    }
    return false;
}

/* The library lies beside the command, where it was built, or in lib/moly of the same tree. */
static void *load(void)
{
    static const char *const places[] = {"/", "/../" MOLY_LIBDIR "/moly/"};
    char command[3000], path[4096];
    const ssize_t n = readlink("/proc/self/exe", command, sizeof command - 1);
    if (n <= 0) {
        return NULL;
    }
    command[n] = '\0';
    char *slash = strrchr(command, '/');
    *(slash ? slash : command) = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        (void)snprintf(path, sizeof path, "%s%s" RANKS_LIBRARY, command, places[i]);
        /* global, as the parts of MPI look for one another */
        void *library = access(path, R_OK) == 0 ? dlopen(path, RTLD_NOW | RTLD_GLOBAL) : NULL;
        if (library) {
            return library;
        }
    }
    return NULL;
}

moly_status moly_ranks_join(moly_ranks **ranks, moly_error *err)
{
    moly_ranks *made = moly_alloc(1, sizeof *made);
    if (!made) {
        return MOLY_NO_MEMORY(err);
    }
    made->driver.n = 1;
    if (is_launched()) {
        ranks_open *open = NULL;
        made->library = load();
        if (made->library) {
            *(void **)&open = dlsym(made->library, RANKS_OPEN);
        }
        if (!open || open(&made->driver) != 0) {
            moly_free(made);
            return MOLY_FAIL(err, MOLY_ERR_IO,
                             "several processes were started, but " RANKS_LIBRARY
                             ", which lets them work together, cannot be loaded: build Moly where "
                             "MPI is installed");
        }
    }
    *ranks = made;
    return MOLY_OK;
}

void moly_ranks_leave(moly_ranks *ranks, bool is_done)
{
    if (ranks && ranks->library && is_done) {
        ranks->driver.leave(); /* the library stays: MPI does not like to be unloaded */
    }
    moly_free(ranks);
}

int moly_ranks_mine(const moly_ranks *ranks)
{
    return ranks ? ranks->driver.mine : 0;
}

int moly_ranks_n(const moly_ranks *ranks)
{
    return ranks ? ranks->driver.n : 1;
}

void moly_ranks_sum_f32(const moly_ranks *ranks, float *values, size_t n)
{
    if (ranks && ranks->driver.n > 1) {
        ranks->driver.sum_f32(values, n);
    }
}

void moly_ranks_sum_f64(const moly_ranks *ranks, double *values, size_t n)
{
    if (ranks && ranks->driver.n > 1) {
        ranks->driver.sum_f64(values, n);
    }
}
