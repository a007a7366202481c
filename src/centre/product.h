/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_PRODUCT_H
#define CENTRE_PRODUCT_H

/* Radiopharmaceuticals: Tc-99m kits with their limits, and products that come ready for use. A
 * lot's own leaflet may be stricter; pharmacy.receive_kit and pharmacy.receive_vial take its
 * figures. */

#include <stdbool.h>
#include <stddef.h>

typedef struct product {
    const char *code; /* word of the choice */
    const char *name;
    const char *nuclide;
    bool is_kit;                         /* labelled here; else it comes ready, or is the eluate */
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
