/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_COMMANDS_RECONSTRUCT_DATA_H
#define MOLY_COMMANDS_RECONSTRUCT_DATA_H

/* Raw data opened for a reconstruction: counts, factors and background, and what is known of the
 * scan. */
#include "moly/reconstruction/osem.h"
#include "raw_files.h"

typedef enum mu_unit { MU_PER_CM, MU_PER_MM, MU_HU } mu_unit;

typedef struct raw_wishes {
    const char *raw;
    const char *attenuation;   /* NULL: that of the raw data, where they have one */
    int attenuation_unit;      /* mu_unit, -1: told from the name and the values */
    const char *normalisation; /* NULL: that of the raw data, where they have one */
    bool has_attenuation, has_randoms, is_tof;
    double duration_s, positrons; /* NAN: as the raw data say */
    int n_threads;
} raw_wishes;

typedef struct raw_data {
    moly_layout *layout; /* of the prompts, as they are used */
    moly_sinogram *prompts, *normalisation, *factors, *background;
    moly_volume *mu;
    double effective_s;   /* seconds times positrons per decay; 0: not known */
    double duration_s;    /* NAN: not known */
    bool is_quantitative; /* the image comes out in Bq/mL */
    const char *scanner, *nuclide;
    json_t *scan; /* scan.json, or NULL */
} raw_data;

/** @param[out] data  release with raw_close(), also after a failure */
MOLY_CHECKED moly_status raw_open(const raw_wishes *wishes, moly_arena *arena, raw_data *data,
                                  moly_error *err);
void raw_close(raw_data *data);

/** The lattice that a reconstruction has unless another is asked for: voxels of half a ring's
 *  pitch along the axis and `voxel_mm` (0: as along the axis) across, out to the outermost bins. */
MOLY_CHECKED moly_status raw_default_grid(const moly_layout *layout, double voxel_mm,
                                          moly_grid *grid, moly_error *err);
/** Distance of the outermost tangential bins from the axis, mm. */
double raw_field_radius(const moly_layout *layout);

#endif
