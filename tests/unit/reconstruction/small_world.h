/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_TESTS_SMALL_WORLD_H
#define MOLY_TESTS_SMALL_WORLD_H

/* A small scanner, a warm cylinder with a hot ball, and its counts, for the tests of algorithms. */
#include "moly/reconstruction/osem.h"

enum { N_XY = 24, N_Z = 9, N_VOXELS = N_XY * N_XY * N_Z };

typedef struct world {
    moly_layout *layout;
    moly_grid grid;
    moly_sinogram *prompts, *factors, *background;
    float *truth;
} world;

moly_pet_scanner small_scanner(void);
/** Bins are what the model expects of it, without noise. */
void make_world(world *w, int64_t tof_mashing, double factor, double background);
/** Poisson counts in place of the prompts. */
void make_noise(world *w, uint64_t seed);
void free_world(world *w);
/** |image - truth| / |truth| */
double error_of(const world *w, const float *image);

#endif
