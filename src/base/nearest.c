/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "moly/base/text.h"

enum { LONGEST = 63 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

enum { CASE_COST = 1, EDIT_COST = 4 };

static size_t replacement_cost(char a, char b)
{
    if (a == b) {
        return 0;
    }
    return tolower((unsigned char)a) == tolower((unsigned char)b) ? CASE_COST : EDIT_COST;
}

/* Optimal string alignment distance; a letter of the other case is a quarter of an edit. */
static size_t edit_distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t rows[3][LONGEST + 1];
    size_t *before = rows[0], *previous = rows[1], *current = rows[2];
    for (size_t j = 0; j <= m; j++) {
        previous[j] = EDIT_COST * j;
    }
    for (size_t i = 1; i <= n; i++) {
        current[0] = EDIT_COST * i;
        for (size_t j = 1; j <= m; j++) {
            current[j] = least(previous[j - 1] + replacement_cost(a[i - 1], b[j - 1]),
                               least(previous[j], current[j - 1]) + EDIT_COST);
            if (i > 1 && j > 1 && replacement_cost(a[i - 1], b[j - 2]) <= CASE_COST &&
                replacement_cost(a[i - 2], b[j - 1]) <= CASE_COST) {
                current[j] = least(current[j], before[j - 2] + EDIT_COST);
            }
        }
        size_t *free_row = before;
        before = previous;
        previous = current;
        current = free_row;
    }
    return previous[m];
}

const char *moly_nearest(const char *wanted, const char *const *candidates, size_t n)
{
    size_t length = strlen(wanted);
    if (length == 0 || length > LONGEST) {
        return NULL;
    }
    /* A third of the letters may be wrong; one always may. */
    size_t best_distance = EDIT_COST * (length / 3 + 1) + EDIT_COST / 2;
    const char *best = NULL;
    for (size_t i = 0; i < n; i++) {
        size_t m = strlen(candidates[i]);
        if (m > LONGEST) {
            continue;
        }
        size_t distance = edit_distance(wanted, length, candidates[i], m);
        if (distance < best_distance && distance < EDIT_COST * (length > m ? length : m)) {
            best_distance = distance;
            best = candidates[i];
        }
    }
    return best;
}
