/* SPDX-License-Identifier: Apache-2.0 */
#include "csv.h"

#include <math.h>

#include "moly/base/memory.h"
#include "moly/base/text.h"

#define FILE_LIMIT (64u << 20)

moly_status csv_fail(const csv_row *row, int cell, const char *what, moly_error *err)
{
    return MOLY_FAIL(err, MOLY_ERR_DATA, "%s:%d: cell %d: %s", row->file, row->line, cell + 1,
                     what);
}

moly_status csv_number(const csv_row *row, int cell, double *value, moly_error *err)
{
    *value = NAN;
    if (cell >= row->n) {
        return csv_fail(row, cell, "missing", err);
    }
    if (row->cell[cell][0] == '\0') {
        return MOLY_OK;
    }
    moly_error why = {0};
    if (moly_number_parse(row->cell[cell], value, &why) != MOLY_OK) {
        return csv_fail(row, cell, why.message, err);
    }
    return MOLY_OK;
}

moly_status csv_walk(const char *file, char *data, csv_visit visit, void *user, moly_error *err)
{
    csv_row row = {.file = file};
    for (char *line = data; *line;) {
        char *end = line + strcspn(line, "\n");
        char *next = end + (*end == '\n');
        *end = '\0';
        row.line++;
        if (*line != '#' && *line != '\0') {
            row.n = 0;
            for (char *cell = line; cell && row.n < CSV_MAX_CELLS;) {
                char *comma = strchr(cell, ',');
                row.cell[row.n++] = cell;
                if (comma) {
                    *comma++ = '\0';
                }
                cell = comma;
            }
            const moly_status status = visit(user, &row, err);
            if (status != MOLY_OK) {
                return status;
            }
        }
        line = next;
    }
    return MOLY_OK;
}

moly_status csv_read(const char *file, csv_visit visit, void *user, moly_error *err)
{
    char *data;
    size_t length;
    moly_status status = moly_file_read(file, FILE_LIMIT, &data, &length, err);
    if (status == MOLY_OK) {
        status = csv_walk(file, data, visit, user, err);
        moly_free(data);
    }
    return status;
}
