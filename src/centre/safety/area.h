/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_SAFETY_AREA_H
#define CENTRE_SAFETY_AREA_H

/* Rooms on the floor plan; lengths in mm from a corner of the house. */

#include "act.h"

extern const char *const area_classes[]; /* "controlled", ...; NULL-terminated */

/* [[x, y], ...]; new reference, NULL without memory. The lists are of one length. */
json_t *area_points(const moly_f64_list *x, const moly_f64_list *y);
/* Whether a point lies in the polygon; on its edge either. */
bool area_holds(const json_t *corners, double x_mm, double y_mm);

#endif
