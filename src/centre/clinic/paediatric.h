/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_CLINIC_PAEDIATRIC_H
#define CENTRE_CLINIC_PAEDIATRIC_H

/* Activities for children, by the EANM dosage card (data/products/paediatric.csv). */

#include <stddef.h>

typedef struct paediatric {
    const char *product;
    const char *group; /* "A", "B", "C" */
    double baseline_bq, minimum_bq;
    const char *examination; /* that the row is for */
    const char *status, *source;
} paediatric;

typedef struct paediatric_multiple {
    int weight_kg;
    double a, b, c;
} paediatric_multiple;

/* Written by tools/table_compile; weights ascend. */
extern const paediatric paediatric_rows[];
extern const size_t paediatric_rows_n;
extern const paediatric_multiple paediatric_multiple_rows[];
extern const size_t paediatric_multiple_rows_n;

/* Row of a product; NULL: the card has none. */
const paediatric *paediatric_of(const char *code);
/* Activity of a child: baseline x multiple, at least the smallest activity. Between two weights of
 * the card the multiple is interpolated; beyond its ends it is that of the end. */
double paediatric_activity_bq(const paediatric *row, double weight_kg);

#endif
