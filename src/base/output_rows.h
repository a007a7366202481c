/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_BASE_OUTPUT_ROWS_H
#define MOLY_BASE_OUTPUT_ROWS_H

/* The rows of a view, found once, for the table and the CSV alike. */

#include "moly/base/output.h"

#include "moly/base/memory.h"
#include "moly/base/text.h"

enum { MOLY_VIEW_DEPTH = 8, MOLY_VIEW_KEY_SIZE = 64 };

/** A row with the objects around it, outermost first: a column may show a member of any of them. */
typedef struct moly_row {
    const json_t *levels[MOLY_VIEW_DEPTH];
    size_t n_levels;
} moly_row;

typedef struct moly_rows {
    moly_row *rows;
    size_t n, capacity;
    bool is_absent; /* the result has no such member at all */
} moly_rows;

/** All rows of `view` in `result`; a path that is absent has none. Release with moly_rows_free().
 */
MOLY_CHECKED moly_status moly_rows_find(const json_t *result, const moly_view *view,
                                        moly_rows *rows, moly_error *err);
void moly_rows_free(moly_rows *rows);
/** Member of the row, or of the nearest object around it; NULL when none has it. Borrowed. */
const json_t *moly_row_value(const moly_row *row, const char *key);

/** Append a value as text: reals with up to `digits`, lists of scalars with ", " between.
 *  @param language  of words; NULL leaves them as they are */
void moly_value_text(const json_t *value, int digits, const char *language, moly_text *text);

void moly_table_view(const json_t *result, const moly_view *view, const moly_rows *rows,
                     const char *language, moly_text *out);
/** All views as one table; a result of several has the column "section" first. `rows` has one of
 * each view. */
void moly_csv_views(const moly_view *views, const moly_rows *rows, size_t n_views, moly_text *out);

#endif
