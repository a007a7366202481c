/* SPDX-License-Identifier: Apache-2.0 */
#include "clinic/paediatric.h"

#include <math.h>
#include <string.h>

const paediatric *paediatric_of(const char *code)
{
    for (size_t i = 0; i < paediatric_rows_n; i++) {
        if (strcmp(paediatric_rows[i].product, code) == 0) {
            return &paediatric_rows[i];
        }
    }
    return NULL;
}

static double multiple_of(const paediatric_multiple *m, const char *group)
{
    return group[0] == 'A' ? m->a : group[0] == 'B' ? m->b : m->c;
}

double paediatric_activity_bq(const paediatric *row, double weight_kg)
{
    size_t above = 0;
    while (above < paediatric_multiple_rows_n &&
           paediatric_multiple_rows[above].weight_kg < weight_kg) {
        above++;
    }
    size_t last = paediatric_multiple_rows_n - 1;
    const paediatric_multiple *high = &paediatric_multiple_rows[above < last ? above : last];
    const paediatric_multiple *low = above > 0 && above <= last ? high - 1 : high;
    double span_kg = high->weight_kg - low->weight_kg;
    double part = span_kg > 0.0 ? (weight_kg - low->weight_kg) / span_kg : 0.0;
    double multiple = multiple_of(low, row->group) +
                      part * (multiple_of(high, row->group) - multiple_of(low, row->group));
    return fmax(row->baseline_bq * multiple, row->minimum_bq);
}
