/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_QUANTIFY_SUV_INSIDE_H
#define MOLY_QUANTIFY_SUV_INSIDE_H

#include "moly/quantify/suv.h"

/** What a measure of the body may be: the types of moly_suv_type in their order, and one that only
 *  headers have. */
typedef enum body_kind {
    BODY_WEIGHT = MOLY_SUV_BW,
    BODY_LEAN_JAMES = MOLY_SUV_LBM_JAMES,
    BODY_LEAN_JANMAHASATIAN = MOLY_SUV_LBM_JANMA,
    BODY_SURFACE = MOLY_SUV_BSA,
    BODY_IDEAL = MOLY_SUV_IBW,
    BODY_LEAN_MORGAN,
} body_kind;

MOLY_CHECKED moly_status body_measure(body_kind kind, double weight_kg, double height_cm,
                                      const char *sex, double *measure, moly_error *err);
bool body_needs_sex(body_kind kind);
bool body_needs_height(body_kind kind);
const char *body_name(body_kind kind);

enum { MAX_WARNINGS = 64 };

/** One search for a factor. */
typedef struct suv_work {
    const moly_dicom_image *image;
    const moly_dicom_header *header;
    const moly_suv_options *options;
    moly_arena *arena;
    moly_suv *suv;
    const char *warnings[MAX_WARNINGS];
    size_t n_warnings;
    double weight_kg, height_cm; /**< plausible, or NAN */
    double dose_bq;              /**< at injection, from the header */
} suv_work;

/** Remember what was odd. @retval MOLY_ERR_MEMORY */
MOLY_CHECKED moly_status warn(suv_work *w, moly_error *err, const char *format, ...)
    MOLY_PRINTF(3, 4);

/** Patient's weight and height, with units that people mix up put right and told. */
MOLY_CHECKED moly_status read_body(suv_work *w, moly_error *err);
/** Nuclide and half-life into w->suv. @retval MOLY_ERR_DATA  neither is known */
MOLY_CHECKED moly_status read_half_life(suv_work *w, moly_error *err);
/** Injected activity from the header, Bq. */
MOLY_CHECKED moly_status read_dose(suv_work *w, moly_error *err);

/** b - a, s. Where one lacks its day, within one day. */
double seconds_between(moly_dicom_time a, moly_dicom_time b);
/** What a series corrected to START was corrected to.
 *  @param[out] why  the rule's words */
MOLY_CHECKED moly_status find_reference(suv_work *w, moly_dicom_time *reference, const char **why,
                                        moly_error *err);
/** Seconds from the injection to `reference`. @param[out] why  what the injection time was read
 * from */
MOLY_CHECKED moly_status find_elapsed(suv_work *w, moly_dicom_time reference, double *elapsed_s,
                                      const char **why, moly_error *err);
/** A scanner's time as an instant; MOLY_ERR_DATA without a date. */
MOLY_CHECKED moly_status to_instant(const suv_work *w, moly_dicom_time t, moly_instant *instant,
                                    moly_error *err);

#endif
