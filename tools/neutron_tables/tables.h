/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_TOOLS_NEUTRON_TABLES_H
#define MOLY_TOOLS_NEUTRON_TABLES_H

/** The builder of data/neutron: what its files share. */

#include <stdio.h>

#include "csv.h"
#include "element.h"

#include "moly/base/text.h"

#define TABLE_MOST 1024
#define TABLE_SOURCE_SIZE 96

/** One row of a compilation: a cross section or a resonance integral of one target. */
typedef struct table_value {
    moly_state target;
    double value_b, sd_b; /**< sd NAN: not given; the spread over compilations is in it */
    char source[TABLE_SOURCE_SIZE];
} table_value;

typedef struct table_values {
    size_t n;
    table_value rows[TABLE_MOST];
} table_values;

/** A file selected_*.txt of the compilation: columns by blanks, Z A Liso value sd source and the
 *  relative deviations of the other compilations and libraries, %. Elements (A 0) are left out. */
MOLY_CHECKED moly_status compilation_read(const char *path, table_values *values, moly_error *err);
/** A file of one library: columns Z A Liso value sd. */
MOLY_CHECKED moly_status library_read(const char *path, table_values *values, moly_error *err);
const table_value *table_find(const table_values *values, moly_state target);
/** Put a row in the place of the target's, or add it; NAN takes it away. */
MOLY_CHECKED moly_status table_decide(table_values *values, const csv_row *row, moly_error *err);

/** capture.csv from the three compilations and decisions.csv. */
MOLY_CHECKED moly_status captures_write(const char *compilation, const char *data, const char *out,
                                        moly_error *err);
/** fission_yields.csv from the independent yields of U-235. */
MOLY_CHECKED moly_status fission_write(const char *compilation, const char *data, const char *out,
                                       moly_error *err);
/** westcott.csv from resonances.csv and decisions.csv. */
MOLY_CHECKED moly_status westcott_write(const char *compilation, const char *data, const char *out,
                                        moly_error *err);

MOLY_CHECKED moly_status table_state(const csv_row *row, int cell, moly_state *state,
                                     moly_error *err);
/** Save and release. */
MOLY_CHECKED moly_status table_save(moly_text *out, const char *folder, const char *file,
                                    moly_error *err);
/** A number with at most six digits, nothing for NAN; and the comma behind it. */
void table_number(moly_text *out, double value);

#endif
