/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_CLINIC_SERVE_H
#define CENTRE_CLINIC_SERVE_H

/* May this vessel serve this order, and may this syringe be given? Asked when it is done, and by
 * the screens before it is tried. */

#include "vessel.h"

/* Of a kit, eluate or vial: the order's product, released, one patient's alone where it is for
 * immediate use, good until the injection. */
MOLY_CHECKED moly_status serve_order(const moly_act_context *context, const json_t *order,
                                     const vessel *source, moly_instant injection, moly_error *err);
/* Of a syringe: drawn and not given, from what nobody rejected since, good at `at`. */
MOLY_CHECKED moly_status serve_dose(const moly_act_context *context, const vessel *dose,
                                    moly_instant at, moly_error *err);

#endif
