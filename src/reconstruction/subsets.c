/* SPDX-License-Identifier: Apache-2.0 */
/* The order of subsets. */
#include "moly/reconstruction/osem.h"

enum { MOST_FACTORS = 64 };

void moly_subset_order(int64_t n_subsets, int64_t *order)
{
    int64_t factors[MOST_FACTORS] = {0};
    int n_factors = 0;
    int64_t rest = n_subsets;
    for (int64_t f = 2; rest > 1 && n_factors < MOST_FACTORS;) {
        if (rest % f == 0) {
            factors[n_factors++] = f;
            rest /= f;
        } else {
            f = f * f > rest ? rest : f + 1;
        }
    }
    /* the digits of i in that mixed base, the first factor standing for the largest part */
    for (int64_t i = 0; i < n_subsets; i++) {
        int64_t digits = i, part = n_subsets, place = 0;
        for (int k = 0; k < n_factors; k++) {
            part /= factors[k];
            place += digits % factors[k] * part;
            digits /= factors[k];
        }
        order[i] = place;
    }
}

int64_t moly_usual_subsets(int64_t n_views)
{
    static const int64_t views_a_subset = 8;
    int64_t best = 1;
    for (int64_t n = 1; n <= n_views / views_a_subset; n++) {
        best = n_views % n == 0 ? n : best;
    }
    return best;
}
