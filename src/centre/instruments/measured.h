/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_INSTRUMENTS_MEASURED_H
#define CENTRE_INSTRUMENTS_MEASURED_H

/* An activity that an act measured: with which instrument, read from it or typed (R-14,
 * R-31), corrected for container and volume. */

#include "act.h"

typedef struct measured_args {
    const char *instrument, *reading, *container;
    double again_bq;
} measured_args;

/* Rows for the table of an act whose argument struct has a measured_args `measured`. */
#define ACT_MEASURED(args)                                                                         \
    {.name = "instrument",                                                                         \
     MOLY_TEXT(args, measured.instrument),                                                         \
     .record = "instrument",                                                                       \
     .help = "dose calibrator it was measured with; needed where several are in use"},             \
        {.name = "reading",                                                                        \
         MOLY_TEXT(args, measured.reading),                                                        \
         .record = "reading",                                                                      \
         .help = "reading of the instrument, in place of a typed activity"},                       \
    {                                                                                              \
        .name = "again", MOLY_F64(args, measured.again_bq), .dim = MOLY_DIM_ACTIVITY, .min = 0.0,  \
        .max = 1e13, .help = "the activity typed a second time, where the site asks for it"        \
    }
#define ACT_CONTAINER(args)                                                                        \
    {                                                                                              \
        .name = "container", MOLY_TEXT(args, measured.container), .max = 60.0,                     \
        .help = "what it was measured in, \"syringe 3 mL\": the geometry factor is applied"        \
    }

typedef struct measured {
    double activity_bq; /* NAN: nothing was measured */
    const char *instrument, *reading;
    const char *checked; /* how a typed value was checked, "typed twice"; NULL: it was not */
    const char *container;
    double factor, factor_sd; /* geometry; 1, 0 without */
    int64_t version;
} measured;

/* What was measured, at the act's time.
 *  @param nuclide    of the activity
 *  @param typed_bq   NAN: none
 *  @param volume_ml  for the geometry factor; NAN where no container can be named
 *  @retval MOLY_ERR_RULE  R-28: the instrument must not be used; R-31: the reading is refused, used
 *          up, of another nuclide or contradicts what was typed; R-14: typed once only; R-30: no
 *          factor for that container or volume */
MOLY_CHECKED moly_status measured_activity(const moly_act_context *context,
                                           const measured_args *args, const char *nuclide,
                                           double typed_bq, double volume_ml, measured *out,
                                           moly_error *err);
/* Into the event; the reading is used up by `node`. Last: it changes the current record. */
void decision_measured(const moly_act_context *context, const measured *m, const char *node,
                       moly_decision *decision);

/* in use, calibrated, its checks passed and not overdue at the act. */
MOLY_CHECKED moly_status rule_instrument(const moly_act_context *context, const json_t *instrument,
                                         moly_error *err);
/* The instrument that did it, of a kind: the named one, or the only one in use; it must be usable
 * (rule_instrument).
 *  @param id               NULL: not named
 *  @param[out] instrument  NULL: the site registered none of the kind and none was named */
MOLY_CHECKED moly_status rule_instrument_of(const moly_act_context *context, const char *kind,
                                            const char *id, const json_t **instrument,
                                            moly_error *err);

#endif
