/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_INSTRUMENTS_CHECK_H
#define CENTRE_INSTRUMENTS_CHECK_H

/* Checks of instruments: what they have in common. A check is a record of its own ("owner" is the
 * instrument), and the instrument's record has the last outcome and when the next is due. */

#include "act.h"
#include "physics.h"

typedef enum instrument_check {
    CHECK_CONSTANCY,
    CHECK_ACCURACY,
    CHECK_LINEARITY,
    CHECK_GEOMETRY,
    CHECK_BACKGROUND,
    CHECK_UNIFORMITY, /* those of cameras (check_camera.c) */
    CHECK_ENERGY_PEAK,
    CHECK_ROTATION,
    CHECK_DAILY,
    CHECK_NORMALISATION,
    CHECK_SUV,
    CHECK_RESOLUTION,
    CHECK_SENSITIVITY,
    CHECK_IMAGE_QUALITY,
    N_INSTRUMENT_CHECKS
} instrument_check;

typedef struct instrument_check_row {
    const char *word;                 /* "constancy": "constancy_due" is a member */
    const char *tolerance, *interval; /* keys of the country's limits */
    const char *act;                  /* "instrument.check_constancy" */
    const char *types[2];             /* of instruments that it is done with */
    const char *rule;                 /* that asks for it */
    bool is_lock;                     /* failed or overdue it stops the instrument's use */
    const char *name;                 /* in sentences, "energy peak" */
} instrument_check_row;
/* Is the check part of the plan of this instrument? */
bool check_belongs(const instrument_check_row *row, const json_t *instrument);
extern const instrument_check_row instrument_checks[N_INSTRUMENT_CHECKS];

#define INSTRUMENT_SPECTROMETER "gamma spectrometer"
#define INSTRUMENT_GAMMA_CAMERA "gamma camera"
#define INSTRUMENT_PET "PET scanner"
extern const char *const instrument_kinds[]; /* "dose calibrator", ...; NULL-terminated */

typedef struct check_outcome {
    instrument_check check;
    double deviation, deviation_sd; /* fractions, or in `unit` */
    bool is_passed;
    double limit;                    /* NAN: none is known */
    const char *limit_source, *unit; /* `unit` NULL: fractions */
} check_outcome;

/* The instrument, which is in use and was registered before the act. */
MOLY_CHECKED moly_status check_instrument(const moly_act_context *context, const char *id,
                                          const json_t **instrument, moly_error *err);
/* Outcome against the tolerance. */
check_outcome check_judge(const moly_act_context *context, instrument_check check, double deviation,
                          double deviation_sd);
/* Subject and record of the check, whose members the caller goes on to set. */
MOLY_CHECKED moly_status check_record(const moly_act_context *context, const char *instrument,
                                      const check_outcome *outcome, moly_decision *decision,
                                      const char **id, moly_error *err);
/* What the instrument's record has of it, and the words to who did it. Last. */
void check_close(const moly_act_context *context, const char *instrument,
                 const check_outcome *outcome, moly_decision *decision);

/* What is due when (show.c): appends {"check","result","at","due","is_overdue"} to `plan`. */
MOLY_CHECKED moly_status instrument_plan(const json_t *instrument, moly_instant now, json_t *plan,
                                         moly_error *err);

/* A source of known activity, decayed to the act. */
typedef struct known_source {
    const char *nuclide;
    double activity_bq, sd_fraction;
    moly_instant reference;
} known_source;
/* The registered source `id`, or what was given of it. */
MOLY_CHECKED moly_status check_source(const moly_act_context *context, const char *id,
                                      const known_source *given, known_source *source,
                                      moly_error *err);
MOLY_CHECKED moly_status source_activity(const moly_act_context *context,
                                         const known_source *source, double *expected_bq,
                                         moly_error *err);

/* Arguments and table of a check that compares a reading with a source of known activity. */
typedef struct source_check_args {
    const char *instrument, *source, *nuclide, *note;
    double activity_bq, expected_bq, sd_fraction;
    moly_instant reference, at;
} source_check_args;
/* @param sd  uncertainty of the source's activity where none is given, "2.5 %" */
#define CHECK_SOURCE_PARAMS(sd)                                                                    \
    {.name = "instrument",                                                                         \
     MOLY_TEXT(source_check_args, instrument),                                                     \
     .record = "instrument",                                                                       \
     .is_required = true,                                                                          \
     .help = "instrument that is checked"},                                                        \
        {.name = "activity",                                                                       \
         .letter = 'a',                                                                            \
         MOLY_F64(source_check_args, activity_bq),                                                 \
         .dim = MOLY_DIM_ACTIVITY,                                                                 \
         .min = 0.0,                                                                               \
         .max = 1e13,                                                                              \
         .is_required = true,                                                                      \
         .help = "what it shows, background subtracted"},                                          \
        {.name = "source",                                                                         \
         MOLY_TEXT(source_check_args, source),                                                     \
         .record = "source",                                                                       \
         .help = "sealed source that was measured"},                                               \
        {.name = "nuclide",                                                                        \
         MOLY_TEXT(source_check_args, nuclide),                                                    \
         .max = 12.0,                                                                              \
         .help = "or its nuclide"},                                                                \
        {.name = "expected",                                                                       \
         MOLY_F64(source_check_args, expected_bq),                                                 \
         .dim = MOLY_DIM_ACTIVITY,                                                                 \
         .min = 1.0,                                                                               \
         .max = 1e13,                                                                              \
         .help = "with its activity"},                                                             \
        {.name = "reference",                                                                      \
         MOLY_INSTANT(source_check_args, reference),                                               \
         .help = "and when it had that"},                                                          \
        {.name = "uncertainty",                                                                    \
         MOLY_F64(source_check_args, sd_fraction),                                                 \
         .dim = MOLY_DIM_FRACTION,                                                                 \
         .min = 0.0,                                                                               \
         .max = 0.5,                                                                               \
         .fallback = (sd),                                                                         \
         .help = "standard uncertainty of that activity"},                                         \
        ACT_AT(source_check_args), ACT_NOTE(source_check_args)
/* Its decide(): the reading over the source's activity, decayed to now. */
MOLY_CHECKED moly_status check_against_source(const moly_act_context *context,
                                              instrument_check check, const source_check_args *a,
                                              moly_decision *decision, moly_error *err);

/* Weighted mean of logarithms: how far each point lies from what all of them say. */
typedef struct line_fit {
    double mean;                /* of y */
    double slope, slope_sd;     /* of y over x; NAN without x */
    double largest, largest_sd; /* deviation, fraction, with its sign */
    size_t at;                  /* which point */
} line_fit;
/* @param x  NULL: no slope is fitted; y, sd  natural logarithms; n >= 2 */
void fit_logarithms(size_t n, const double *x, const double *y, const double *sd, line_fit *fit);

#endif
