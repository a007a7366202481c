/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "moly/base/text.h"

enum { LONGEST = 63 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment distance, letters compared without case. */
static size_t edit_distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t rows[3][LONGEST + 1];
    size_t *before = rows[0], *previous = rows[1], *current = rows[2];
    for (size_t j = 0; j <= m; j++) {
        previous[j] = j;
    }
    for (size_t i = 1; i <= n; i++) {
        int ca = tolower((unsigned char)a[i - 1]);
        current[0] = i;
        for (size_t j = 1; j <= m; j++) {
            int cb = tolower((unsigned char)b[j - 1]);
            size_t cost = ca == cb ? 0 : 1;
            current[j] = least(previous[j - 1] + cost, least(previous[j], current[j - 1]) + 1);
            if (i > 1 && j > 1 && ca == tolower((unsigned char)b[j - 2]) &&
                tolower((unsigned char)a[i - 2]) == cb) {
                current[j] = least(current[j], before[j - 2] + 1);
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
    size_t best_distance = length / 3 + 2;
    const char *best = NULL;
    for (size_t i = 0; i < n; i++) {
        size_t m = strlen(candidates[i]);
        if (m > LONGEST) {
            continue;
        }
        size_t distance = edit_distance(wanted, length, candidates[i], m);
        if (distance < best_distance && distance < (length > m ? length : m)) {
            best_distance = distance;
            best = candidates[i];
        }
    }
    return best;
}
