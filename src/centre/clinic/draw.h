/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_CLINIC_DRAW_H
#define CENTRE_CLINIC_DRAW_H

/* A dose drawn for an order: what clinic.draw_dose does once and clinic.draw_doses for several. */

#include "instruments/measured.h"
#include "vessel.h"

typedef struct draw_request {
    const char *order, *pot; /* pot may be NULL */
    double activity_bq;      /* measured; NAN: read by `measured`, or a preview */
    double volume_ml;        /* NAN: the computed one; all of a unit dose that was received */
    measured_args measured;
    moly_instant injection; /* MOLY_INSTANT_NONE: the order's */
} draw_request;

/* what to draw, and how that was found. */
typedef struct draw_plan {
    double prescribed_bq;           /* at the injection */
    double needed_bq;               /* the same at drawing */
    double concentration_bq_per_ml; /* at drawing */
    double volume_ml;               /* by those */
    double taken_ml;                /* what is drawn */
    moly_instant injection;
    const moly_nuclide *nuclide;
} draw_plan;

/* All checks, then the dose, its order, pot, links and transfer. The caller names the subject, and
 * the id, which is free.
 *  @param[out] computation  for the event; new reference */
MOLY_CHECKED moly_status draw_one(const moly_act_context *context, const draw_request *request,
                                  const char *id, const vessel *source, moly_decision *decision,
                                  draw_plan *plan, json_t **computation, moly_error *err);

#endif
