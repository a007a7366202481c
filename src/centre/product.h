/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_PRODUCT_H
#define CENTRE_PRODUCT_H

/* Radiopharmaceuticals, from data/products: kits with their limits, what is eluted here, what comes
 * ready. A lot's own leaflet may be stricter; pharmacy.receive_kit and pharmacy.receive_vial take
 * its figures. What is not known is NAN or NULL. */

#include <stdbool.h>
#include <stddef.h>

typedef struct product {
    const char *code; /* word of the choice */
    const char *name;
    const char *nuclide;
    const char *kind;          /* "kit", "generator", "ready", "therapy" */
    double min_purity;         /* radiochemical purity, fraction */
    const char *purity_method; /* how it is tested */
    double ph_low, ph_high;
    double radionuclidic_purity;         /* at least, fraction */
    double max_activity_bq;              /* added to one vial */
    double min_volume_ml, max_volume_ml; /* of one labelled vial */
    double use_within_s;                 /* of labelling, elution or opening */
    double endotoxin_eu;                 /* in the largest volume that is given */
    const char *storage;
    const char *monograph;
    const char *status; /* of the purity limit: "sourced" or "check" */
    const char *source;
} product;

/* Written by tools/table_compile. */
extern const product product_rows[];
extern const size_t product_rows_n;
extern const char *const product_codes[]; /* for parameters; NULL-terminated */

/* Row of a code's place in product_codes; NULL: none. */
const product *product_at(int index);
const product *product_named(const char *code); /* NULL: none */
bool product_is(const product *p, const char *kind);

#endif
