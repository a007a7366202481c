/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_BASE_OUTPUT_H
#define MOLY_BASE_OUTPUT_H

/** One writer for results. A command makes one JSON object; the same object is printed as JSON, as
 * a table for people or as CSV, by a view that names its columns. */

#include <stdio.h>

#include "moly/base/json.h"
#include "moly/base/quantity.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum moly_format { MOLY_FORMAT_TABLE, MOLY_FORMAT_JSON, MOLY_FORMAT_CSV } moly_format;

typedef struct moly_column {
    const char *key;     /**< member of the row; "after_s" of an outer row is found too */
    const char *heading; /**< for the table; CSV uses the key, which carries the unit */
    moly_dim dim; /**< tables print with the unit that reads best; CSV prints the bare number */
    int digits;   /**< significant digits in the table, 0 = 4; or MOLY_OWN_WORDS */
} moly_column;

/** In place of digits: the texts of the column are Moly's own words ("released", "gamma") and stand
 *  in a table in the reader's language. Names and what people wrote are never translated. */
#define MOLY_OWN_WORDS (-1)

typedef struct moly_view {
    const char *title; /**< above the table, or NULL */
    /** Path to the rows, "results.nuclides": arrays are walked, an object alone is one row; "" is
     * the result itself. */
    const char *rows;
    const moly_column *columns;
    size_t n_columns;
} moly_view;

/** Write `result` to `out`. JSON writes the object, a table all views one below the other.
 *  CSV is RFC 4180, UTF-8, and one table: of several views it has the columns of all, and a first
 *  column "section" with the last word of each view's path ("lines"; "result" for ""). A row has
 * the members of the objects around it too. A text that a spreadsheet would run as a formula is
 * quoted with '.
 *  @param language  of headings, titles, units, yes and no in a table; NULL is English. Keys of
 * JSON and CSV are never translated
 *  @retval MOLY_ERR_IO  the stream refused it */
MOLY_API MOLY_CHECKED moly_status moly_output_write(FILE *out, moly_format format,
                                                    const char *language, const json_t *result,
                                                    const moly_view *views, size_t n_views,
                                                    moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
