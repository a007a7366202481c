/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_RETENTION_H
#define CENTRE_RETENTION_H

/* How long a record must be kept. Nothing is ever purged: Moly has no way to. What this
 * answers is what a regulator asks, and when an archive may be destroyed. */

#include <jansson.h>

#include "moly/base/instant.h"
#include "site_data.h"

/* The instant before which a record cannot go.
 *  @param record  with "kind"; its "at" and where it has them "closed_at", "expiry",
 * "certified_at", "work_ended", "birth_date" are looked at
 *  @param last    its last event
 *  @param[out] until  MOLY_INSTANT_NONE: for ever
 *  @param[out] by     the limit that decides; never NULL */
void retention_until(const site_data *data, const json_t *record, moly_instant last,
                     moly_instant *until, const site_limit **by);

#endif
