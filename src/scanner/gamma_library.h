/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SCANNER_GAMMA_LIBRARY_H
#define MOLY_SCANNER_GAMMA_LIBRARY_H

/* The texts of data/scanners/NAME.camera, compiled in; the last one has no name. */
#include "moly/scanner/gamma.h"

typedef struct library_camera {
    const char *name, *text;
} library_camera;

extern const library_camera library_cameras[];

#endif
