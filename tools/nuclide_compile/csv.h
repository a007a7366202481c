/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_TOOLS_CSV_H
#define MOLY_TOOLS_CSV_H

/** The CSV of data/nuclides: comma between cells, no quotes (a cell holds no comma), '#' begins a
 *  comment line. Shared by the builder and the compiler of the tables. */

#include "moly/base/status.h"

#define CSV_MAX_CELLS 24

typedef struct csv_row {
    const char *file;
    int line;
    int n;
    char *cell[CSV_MAX_CELLS];
} csv_row;

typedef moly_status (*csv_visit)(void *user, const csv_row *row, moly_error *err);

MOLY_CHECKED moly_status csv_read(const char *file, csv_visit visit, void *user, moly_error *err);
/** As csv_read() for text in memory, which is changed. */
MOLY_CHECKED moly_status csv_walk(const char *file, char *data, csv_visit visit, void *user,
                                  moly_error *err);
/** "file:line: cell N: what", MOLY_ERR_DATA. */
moly_status csv_fail(const csv_row *row, int cell, const char *what, moly_error *err);
/** A cell as a finite number; an empty one is NAN. */
MOLY_CHECKED moly_status csv_number(const csv_row *row, int cell, double *value, moly_error *err);

#endif
