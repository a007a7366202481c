/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_SAFETY_STAFF_DOSE_H
#define CENTRE_SAFETY_STAFF_DOSE_H

/* Doses of staff, read in periods, against the yearly limits and the mean of some years. */

#include "act.h"

/* Quantities of a badge, ring or lens dosimeter: members of a "staff_dose" record. */
typedef enum staff_quantity {
    STAFF_WHOLE_BODY,
    STAFF_LENS,
    STAFF_SKIN,
    STAFF_EXTREMITY,
    N_STAFF
} staff_quantity;
typedef struct staff_quantity_row {
    const char *key;   /* "whole_body_sv" */
    const char *word;  /* for messages */
    const char *year;  /* key of the yearly limit */
    const char *month; /* key of the investigation level of a month; NULL: none */
} staff_quantity_row;
extern const staff_quantity_row staff_quantities[N_STAFF];

/* Calendar year of an instant (UTC), and when it begins. */
int staff_year(moly_instant at);
moly_instant staff_year_begins(int year);
/* Sum of a member over the records whose period ended in [from, until). */
double staff_sum(const json_t *records, const char *key, moly_instant from, moly_instant until);

#endif
