/* SPDX-License-Identifier: Apache-2.0 */
/* table_compile OUT.c HEADER TYPE NAME COLUMNS FILE.csv [WORDS]: a committed table becomes a C
 * array.
 *
 * COLUMNS has a letter for each cell of a row: i (integer), f (float), d (double), t (text, NULL
 * when empty); in capitals (I, F, D) an empty cell is refused. Rows keep the order of the file,
 * which must be ascending in the leading integer columns. HEADER declares `struct TYPE`, whose
 * members stand in the order of the columns, and `extern const struct TYPE NAME[]; extern const
 * size_t NAME_n;`. WORDS names another array that is wanted: the texts of the first column, NULL at
 * its end, as choices are declared. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "csv.h"
#include "moly/base/text.h"

typedef struct writer {
    FILE *out;
    const char *columns;
    size_t n_keys; /* leading integer columns */
    size_t n_rows;
    double last[CSV_MAX_CELLS];
    moly_text words; /* of the first column, as C */
} writer;

static moly_status check_order(writer *w, const csv_row *row, const double *values, moly_error *err)
{
    size_t k = 0;
    while (w->n_rows > 0 && k < w->n_keys && values[k] == w->last[k]) {
        k++;
    }
    if (w->n_rows > 0 && k < w->n_keys && values[k] < w->last[k]) {
        return csv_fail(row, (int)k, "out of order: smaller than in the row before", err);
    }
    memcpy(w->last, values, sizeof w->last);
    return MOLY_OK;
}

static moly_status write_cell(const writer *w, const csv_row *row, size_t k, double *value,
                              moly_error *err)
{
    char kind = w->columns[k];
    const char *text = row->cell[k];
    if (kind == 't') {
        if (strpbrk(text, "\"\\")) {
            return csv_fail(row, (int)k, "a quote or backslash in a text", err);
        }
        return fprintf(w->out, *text ? "\"%s\"," : "NULL,", text) < 0
                   ? MOLY_FAIL(err, MOLY_ERR_IO, "cannot write: %s", strerror(errno))
                   : MOLY_OK;
    }
    moly_status status = csv_number(row, (int)k, value, err);
    if (status != MOLY_OK) {
        return status;
    }
    bool is_whole = kind == 'i' || kind == 'I';
    if (isnan(*value) && (kind != 'f' && kind != 'd')) {
        return csv_fail(row, (int)k, "empty, but a number is required", err);
    }
    if (is_whole && *value != floor(*value)) {
        return csv_fail(row, (int)k, "not a whole number", err);
    }
    bool is_float = kind == 'f' || kind == 'F';
    int written = isnan(*value) ? fprintf(w->out, "NAN,")
                  : is_whole    ? fprintf(w->out, "%.0f,", *value)
                                : fprintf(w->out, "%s%s%s,", text, strpbrk(text, ".e") ? "" : ".0",
                                       is_float ? "f" : "");
    return written < 0 ? MOLY_FAIL(err, MOLY_ERR_IO, "cannot write: %s", strerror(errno)) : MOLY_OK;
}

static moly_status write_row(void *user, const csv_row *row, moly_error *err)
{
    writer *w = user;
    double values[CSV_MAX_CELLS] = {0};
    size_t n = strlen(w->columns);
    if ((size_t)row->n != n) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s:%d: %d cells instead of %zu", row->file, row->line,
                         row->n, n);
    }
    (void)fputs("    {", w->out);
    for (size_t k = 0; k < n; k++) {
        moly_status status = write_cell(w, row, k, &values[k], err);
        if (status != MOLY_OK) {
            return status;
        }
    }
    (void)fputs("},\n", w->out);
    moly_text_printf(&w->words, "\"%s\",\n    ", row->cell[0]);
    moly_status status = check_order(w, row, values, err);
    w->n_rows++;
    return status;
}

static moly_status compile(char **arguments, moly_error *err)
{
    const char *words = arguments[7];
    const char *path = arguments[1], *header = arguments[2], *type = arguments[3];
    const char *name = arguments[4], *columns = arguments[5], *file = arguments[6];
    writer w = {.columns = columns, .n_keys = strspn(columns, "I")};
    if (strlen(columns) > CSV_MAX_CELLS || strspn(columns, "iIfFdDt") != strlen(columns)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "columns '%s': at most %d of i I f F d D t", columns,
                         CSV_MAX_CELLS);
    }
    w.out = fopen(path, "w");
    if (!w.out) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "%s: %s", path, strerror(errno));
    }
    (void)fprintf(w.out, "#include <math.h>\n#include \"%s\"\n\nconst struct %s %s[] = {\n", header,
                  type, name);
    moly_status status = csv_read(file, write_row, &w, err);
    if (status == MOLY_OK && w.n_rows == 0) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s: no rows", file);
    }
    (void)fprintf(w.out, "};\nconst size_t %s_n = sizeof %s / sizeof *%s;\n", name, name, name);
    if (words) {
        (void)fprintf(w.out, "const char *const %s[] = {\n    %sNULL};\n", words,
                      moly_text_get(&w.words));
    }
    status = w.words.is_broken ? MOLY_NO_MEMORY(err) : status;
    moly_text_free(&w.words);
    if (fclose(w.out) != 0 && status == MOLY_OK) {
        status = MOLY_FAIL(err, MOLY_ERR_IO, "%s: %s", path, strerror(errno));
    }
    if (status != MOLY_OK) {
        (void)remove(path);
    }
    return status;
}

int main(int argc, char **argv)
{
    moly_error err = {0};
    if (argc != 7 && argc != 8) {
        (void)fputs("usage: table_compile OUT.c HEADER TYPE NAME COLUMNS FILE.csv [WORDS]\n",
                    stderr);
        return 2;
    }
    if (compile(argv, &err) != MOLY_OK) {
        (void)fprintf(stderr, "table_compile: %s\n", err.message);
        return 1;
    }
    return 0;
}
