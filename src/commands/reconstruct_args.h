/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_COMMANDS_RECONSTRUCT_ARGS_H
#define MOLY_COMMANDS_RECONSTRUCT_ARGS_H

/* What `moly reconstruct` can be told, and which of it belongs to which scanner. */
#include "reconstruct_dicom.h"

typedef struct reconstruct_args {
    const char *save_scatter;
    const char *raw, *attenuation, *normalisation, *like, *output, *watch;
    int algorithm, projector, attenuation_unit, is_tof, has_attenuation, randoms, scatter;
    int64_t n_subsets, n_iterations, n_threads;
    const char *slurm;
    int64_t n_ranks;
    const char *prior, *anatomy, *frames;
    double until, psf_mm, filter_mm, voxel_mm, radius_mm, duration_s, positrons;
    dicom_wishes dicom;
    /* of a gamma camera */
    const char *camera, *collimator, *nuclide;
    int has_cdr;
    int64_t window;
    double cps_per_mbq, scatter_filter_mm;
} reconstruct_args;

enum { N_RECONSTRUCT_PARAMS = 44 };
extern const moly_param reconstruct_params[N_RECONSTRUCT_PARAMS];
/* The choices of --projector; NULL ends the list. */
extern const char *const reconstruct_projectors[];

/** Refuse what only a PET scanner's data take, by the option's name.
 *  @retval MOLY_ERR_USAGE */
MOLY_CHECKED moly_status refuse_options_of_pet(const reconstruct_args *args, moly_error *err);
/** Refuse what only a DICOM series takes, where the output is none.
 *  @retval MOLY_ERR_USAGE */
MOLY_CHECKED moly_status refuse_options_of_dicom(const reconstruct_args *args, moly_error *err);
/** Refuse what only a gamma camera's data take.
 *  @retval MOLY_ERR_USAGE */
MOLY_CHECKED moly_status refuse_options_of_spect(const reconstruct_args *args, moly_error *err);

/** Refuse what does not go with frames. @retval MOLY_ERR_USAGE */
MOLY_CHECKED moly_status refuse_with_frames(const reconstruct_args *args, moly_error *err);

#endif
