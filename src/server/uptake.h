/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_UPTAKE_H
#define SERVER_UPTAKE_H

#include "inside.h"

/* To a reconstruction that is done and whose raw data name a dose: "suv" with "factor" (SUV =
 * factor * Bq/mL), "units", the activity at the start of the scan and where it is from; or
 * "suv_problem", why there is none. */
void uptake_add(request *r, json_t *job);

#endif
