/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SCANNER_LIBRARY_H
#define MOLY_SCANNER_LIBRARY_H

/* The texts of data/scanners, compiled in; the last one has no name. */
#include "moly/scanner/pet.h"

typedef struct library_scanner {
    const char *name, *text;
} library_scanner;

extern const library_scanner library_scanners[];

#endif
