/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_NEMA_H
#define CLI_NEMA_H

/* The inside of `moly nema`: what was asked for, what is read, how a result is put together. */

#include <jansson.h>

#include "cli.h"
#include "moly/quantify/nema.h"
#include "moly/scanner/gamma.h"

typedef struct nema_args {
    moly_text_list files, delayed, limits;
    const char *pack, *nuclide;
    int test, is_mirrored, is_doubled;
    double ratio, angle_deg, core_mm, background_bq_per_ml, width_mm, length_mm;
    double background_counts, scatter_fraction;
    int64_t n_cold;
    moly_f64_list centre_mm, activities_bq, durations_s, walls_mm;
} nema_args;

typedef struct nema_work {
    const nema_args *args;
    const moly_run *run;
    json_t *whole;  /* the result */
    json_t *values; /* its figures, one a row */
    json_t *limits; /* of the pack */
} nema_work;

typedef enum nema_test {
    NEMA_IQ,
    NEMA_RESOLUTION,
    NEMA_SENSITIVITY,
    NEMA_SCATTER,
    NEMA_UNIFORMITY,
    NEMA_ROTATION,
    N_NEMA_TESTS
} nema_test;

/* One figure: what it is, of what (a size, a place), and its value in `unit`. Its limit is
 * `--limit key`, else the pack's "camera_TEST_key". */
typedef struct nema_value {
    const char *key;     /* "recovery_10mm" */
    const char *measure; /* "contrast recovery"; a word of Moly's */
    const char *of;      /* "10 mm"; may be NULL */
    double value;
    const char *unit; /* "fraction", "mm", "cps/Bq", "1/s" */
    bool is_least;    /* the limit is the least, not the most; of a size, never of a sign */
} nema_value;
MOLY_CHECKED moly_status nema_add(nema_work *w, const nema_value *value, moly_error *err);
/* Takes `value` over. */
MOLY_CHECKED moly_status nema_set(nema_work *w, const char *key, json_t *value, moly_error *err);

/* A PET image: a DICOM folder or file, NIfTI, Interfile. Owned by the caller. */
MOLY_CHECKED moly_status nema_read_image(const nema_work *w, const char *path, moly_volume **image,
                                         moly_error *err);
/* Views of a gamma camera: DICOM NM or Interfile. */
MOLY_CHECKED moly_status nema_read_views(const nema_work *w, const char *path,
                                         moly_projections **views, moly_error *err);
bool nema_is_nm(const char *path);
/* Value number `i` of a list that was given, else member `key` of the scan.json of a raw folder.
 * @retval MOLY_ERR_USAGE  neither: the message names `option` */
MOLY_CHECKED moly_status nema_number(const char *path, const moly_f64_list *given, size_t i,
                                     const char *key, const char *option, double *value,
                                     moly_error *err);
/* Of --nuclide. */
MOLY_CHECKED moly_status nema_half_life(const nema_work *w, double *half_life_s, moly_error *err);

MOLY_CHECKED moly_status nema_run_iq(nema_work *w, moly_error *err);
MOLY_CHECKED moly_status nema_run_points(nema_work *w, moly_error *err);
MOLY_CHECKED moly_status nema_run_sensitivity(nema_work *w, moly_error *err);
MOLY_CHECKED moly_status nema_run_scatter(nema_work *w, moly_error *err);
MOLY_CHECKED moly_status nema_run_uniformity(nema_work *w, moly_error *err);
MOLY_CHECKED moly_status nema_run_rotation(nema_work *w, moly_error *err);
MOLY_CHECKED moly_status nema_run_line(nema_work *w, moly_error *err);
MOLY_CHECKED moly_status nema_run_planar(nema_work *w, moly_error *err);

#endif
