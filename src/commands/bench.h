/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_COMMANDS_BENCH_H
#define MOLY_COMMANDS_BENCH_H

/* What benchmarks tell alike. */
#include "commands_inside.h"

/** Seconds of a clock that only goes on. */
double bench_seconds(void);
/** Seconds that all threads of the process have worked: what a busy machine does not blur. */
double bench_cpu_seconds(void);
/** Most memory that the process ever held, MB; NAN: not known. */
double bench_peak_mb(void);

typedef struct bench_figure {
    const char *name;
    double value;
    int digits; /* significant ones that are told */
} bench_figure;

/** Add figures to a result; takes it over and drops it on failure. */
MOLY_CHECKED moly_status bench_result(json_t *begun, const bench_figure *figures, size_t n,
                                      json_t **result, moly_error *err);

#endif
