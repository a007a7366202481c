/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_TESTS_ROWS_H
#define MOLY_TESTS_ROWS_H

/** Rows of reference/nuclear.tsv: quantity, inputs, value, unit, tolerance, source. Include after
 *  testing.h. */

#include "moly/base/memory.h"
#include "moly/base/text.h"

typedef struct row {
    char *inputs, *unit, *source;
    double value;
    double tolerance; /* relative: "4% rel" is 0.04, "1e-9 rel" 1e-9 */
    double absolute;  /* "0.5% rel or 1e-4 MeV": 1e-4; else 0 */
} row;

static inline void read_tolerance(const char *text, row *r)
{
    char *end;
    r->tolerance = strtod(text, &end);
    if (*end == '%') {
        r->tolerance /= 100.0;
        end++;
    }
    if (strncmp(end, " rel", 4) != 0) {
        fail_msg("tolerance '%s' is not relative", text);
    }
    const char *other = strstr(end, " or ");
    r->absolute = other ? strtod(other + 4, NULL) : 0.0;
}

/** Calls `check` with every row of a quantity; fails unless there are `wanted` of them. Skips where
 *  ../shared is missing. */
static inline void for_rows(const char *quantity, size_t wanted, void (*check)(const row *))
{
    char path[512], *table = NULL;
    size_t n = 0, length = 0;
    moly_error err = {0};
    need_shared("reference/nuclear.tsv", path, sizeof path);
    assert_ok(moly_file_read(path, 1 << 24, &table, &length, &err), err);
    for (char *line = table, *next; line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL) {
            *next++ = '\0';
        }
        char *cell[6] = {line};
        for (size_t c = 1; c < 6 && cell[c - 1] != NULL; c++) {
            cell[c] = strchr(cell[c - 1], '\t');
            if (cell[c] != NULL) {
                *cell[c]++ = '\0';
            }
        }
        if (cell[5] == NULL || strcmp(line, quantity) != 0) {
            continue;
        }
        row r = {.inputs = cell[1], .unit = cell[3], .source = cell[5]};
        r.value = strtod(cell[2], NULL);
        read_tolerance(cell[4], &r);
        check(&r);
        n++;
    }
    moly_free(table);
    assert_int_equal(n, wanted);
}

#endif
