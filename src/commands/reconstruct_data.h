/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_COMMANDS_RECONSTRUCT_DATA_H
#define MOLY_COMMANDS_RECONSTRUCT_DATA_H

/* Raw data opened for a reconstruction: counts, factors and background, and what is known of the
 * scan. */
#include "moly/reconstruction/osem.h"
#include "moly/reconstruction/scatter.h"
#include "raw_attenuation.h"

typedef enum randoms_way { RANDOMS_NONE, RANDOMS_DELAYEDS, RANDOMS_SMOOTH } randoms_way;
/* PET: single-scatter simulation; SPECT: triple or dual energy window */
typedef enum scatter_way { SCATTER_NONE, SCATTER_SSS, SCATTER_TEW, SCATTER_DEW } scatter_way;

typedef struct raw_wishes {
    const char *raw;
    const char *attenuation;   /* NULL: that of the raw data, where they have one */
    int attenuation_unit;      /* mu_unit, -1: told from the name and the values */
    const char *normalisation; /* NULL: that of the raw data, where they have one */
    int randoms;               /* randoms_way */
    int scatter; /* scatter_way, -1: SSS where there is a map and scatter is in the data */
    bool has_attenuation, is_tof;
    double duration_s, positrons;  /* NAN: as the raw data say */
    const moly_event_list *events; /* of one frame: they are the counts, and the sinograms' files
                                      but tell the bins; NULL: the sinograms' counts */
    int n_threads;
    const char *save_scatter;      /* where its expected counts are written; NULL: nowhere */
    const moly_progress *progress; /* may be NULL */
} raw_wishes;

typedef struct raw_data {
    moly_layout *layout; /* of the prompts, as they are used */
    moly_sinogram *prompts, *normalisation, *factors;
    moly_sinogram *background;  /* randoms and scatter, NULL: neither */
    moly_sinogram *sensitivity; /* factors without attenuation, of a scatter estimate */
    moly_scatter *scatter;
    moly_scatter_figures scatter_figures;
    const moly_event_list *events; /* as wished */
    int randoms, scatter_way;      /* as they were done */
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

/** The choices of raw_wishes, by their words. */
extern const char *const randoms_ways[], *const scatter_ways[];
/** Randoms and scatter into data->background; data->factors are there already. */
MOLY_CHECKED moly_status raw_make_background(const raw_wishes *wishes, moly_arena *arena,
                                             raw_data *data, moly_error *err);
/** Bins of the raw data by the name of their file; NULL where there is none. */
MOLY_CHECKED moly_status raw_open_named(const char *raw, const char *name, moly_arena *arena,
                                        moly_sinogram **sinogram, moly_error *err);
/** Delayed coincidences of the raw data, or of the frame; NULL where there are none. */
MOLY_CHECKED moly_status raw_open_delayeds(const raw_wishes *wishes, moly_arena *arena,
                                           moly_sinogram **sinogram, moly_error *err);
/** @param[in,out] sinogram  its TOF bins summed; may be NULL */
MOLY_CHECKED moly_status raw_without_tof(moly_sinogram **sinogram, moly_error *err);
/** What is told of scatter: scale and fraction of each round. @return NULL without memory */
json_t *raw_scatter_json(const raw_data *data);

/** The lattice that a reconstruction has unless another is asked for: voxels of half a ring's
 *  pitch along the axis and `voxel_mm` (0: as along the axis) across, out to the outermost bins. */
MOLY_CHECKED moly_status raw_default_grid(const moly_layout *layout, double voxel_mm,
                                          moly_grid *grid, moly_error *err);
/** Distance of the outermost tangential bins from the axis, mm. */
double raw_field_radius(const moly_layout *layout);

#endif
