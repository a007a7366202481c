/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <jansson.h>
#include <math.h>
#include <sys/resource.h>
#include <time.h>

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double bench_seconds(void)
{
    return seconds_of(CLOCK_MONOTONIC);
}

double bench_cpu_seconds(void)
{
    return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

double bench_peak_mb(void)
{
    static const double kb_per_mb = 1024.0;
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (double)usage.ru_maxrss / kb_per_mb : NAN;
}

moly_status bench_result(json_t *begun, const bench_figure *figures, size_t n, json_t **result,
                         moly_error *err)
{
    int failed = begun == NULL;
    for (size_t i = 0; i < n && !failed; i++) {
        failed = json_object_set_new(begun, figures[i].name,
                                     moly_json_rounded(figures[i].value, figures[i].digits));
    }
    if (failed) {
        json_decref(begun);
        return MOLY_NO_MEMORY(err);
    }
    *result = begun;
    return MOLY_OK;
}
