/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_INSTRUMENTS_CAMERA_H
#define CENTRE_INSTRUMENTS_CAMERA_H

#include "act.h"

/* the camera that the image will be made with passed its checks and none is overdue.
 *  @param camera   NULL: not named; then one usable camera of the kind that sees `nuclide` will do,
 *                  and a site that registered none has no plan to hold */
MOLY_CHECKED moly_status rule_camera(const moly_act_context *context, const char *camera,
                                     const char *nuclide, moly_error *err);

#endif
