/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_SITE_NOW_H
#define CENTRE_SITE_NOW_H

/* The limits in force: packs that the site adopted (centre.adopt_pack) before those compiled in. */

#include "moly/base/memory.h"
#include "moly/ledger/ledger.h"
#include "site_data.h"

/* @param[out] data  lives as long as the arena */
MOLY_CHECKED moly_status site_data_now(const moly_ledger_reader *reader, const char *country,
                                       moly_arena *arena, const site_data **data, moly_error *err);

#endif
