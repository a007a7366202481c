/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_EXAMPLE_H
#define CENTRE_EXAMPLE_H

/* The example centre, which each area adds its part to (example_AREA.c). */

#include "act.h"

typedef struct example example;

/* `user` does an act. `fields` is JSON with ' for ", printed with what follows; "at" is added. Once
 * something failed, nothing more is done. */
void example_act(example *e, const char *user, const char *name, moly_instant at,
                 const char *fields, ...) MOLY_PRINTF(5, 6);

/* Suppliers and rooms, before anything is received. */
void example_stock(example *e, moly_instant at);
/* A sealed source and a dose calibrator whose checks have passed. */
void example_calibrator(example *e, moly_instant at);
void example_protection(example *e, moly_instant at);

/* A therapy, and a patient with an allergy. */
void example_checks(example *e, moly_instant at);

#endif
