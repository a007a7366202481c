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

/* The next act's second person, who signs too; a file of the next act, borrowed until then. */
void example_second(example *e, const char *user);
void example_attach(example *e, const char *field, const char *text);
/* What the books say is in a vessel; for readings that agree with it within a few percent. */
double example_book(example *e, const char *account, const char *nuclide, moly_instant at);

/* Suppliers and rooms, before anything is received. */
void example_stock(example *e, moly_instant at);
/* A sealed source and a dose calibrator whose checks have passed. */
void example_calibrator(example *e, moly_instant at);
void example_protection(example *e, moly_instant at);
/* FDG under a master record: a batch in each state. Instruments and lots come before. */
void example_quality(example *e, moly_instant now);

/* A therapy, and a patient with an allergy. */
void example_checks(example *e, moly_instant at);

#endif
