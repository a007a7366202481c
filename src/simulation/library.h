/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SIMULATION_LIBRARY_H
#define MOLY_SIMULATION_LIBRARY_H

/* The phantoms of data/phantoms as they are compiled in. */

typedef struct library_phantom {
    const char *name; /* NULL ends the table */
    const char *text;
} library_phantom;

extern const library_phantom library_phantoms[];

#endif
