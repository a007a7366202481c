/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_SAFETY_SPILL_H
#define CENTRE_SAFETY_SPILL_H

/* Tables of the spill guide (data/protection), written by tools/table_compile. */

#include <stddef.h>

typedef struct spill_step {
    int number;
    const char *severity; /* "minor", "major", "both" */
    const char *nuclides; /* with which a nuclide's name begins, "I-"; NULL: any */
    const char *step;
} spill_step;
typedef struct spill_threshold {
    const char *nuclide;
    double activity_bq;
    const char *status, *source;
} spill_threshold;
extern const spill_step spill_step_rows[];
extern const size_t spill_step_rows_n;
extern const spill_threshold spill_threshold_rows[];
extern const size_t spill_threshold_rows_n;

#endif
