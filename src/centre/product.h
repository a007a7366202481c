/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_PRODUCT_H
#define CENTRE_PRODUCT_H

/* Tc-99m radiopharmaceuticals and the limits of their kits. A lot's own leaflet may be stricter;
 * pharmacy.receive_kit takes its figures. */

#include <stddef.h>

typedef struct product {
    const char *code; /* word of the choice */
    const char *name;
    double min_purity;                   /* radiochemical purity, fraction */
    double use_within_s;                 /* of labelling */
    double max_activity_bq;              /* added to one vial */
    double min_volume_ml, max_volume_ml; /* of one labelled vial */
    const char *source;
} product;

extern const char *const product_codes[]; /* for parameters; NULL-terminated */
#define PRODUCT_PERTECHNETATE 0           /* the eluate itself, no kit */

/* Row of a code's place in product_codes. */
const product *product_at(int index);
const product *product_named(const char *code); /* NULL: none */

#endif
