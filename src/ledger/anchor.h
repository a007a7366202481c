/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_ANCHOR_H
#define LEDGER_ANCHOR_H

/* A signed head, outside the database: what finds a ledger that was cut short or rewritten whole.
 */

#include "inside.h"

typedef struct anchor {
    char site_id[SITE_ID_SIZE];
    uint8_t key[KEY_BYTES], signature[SIGNATURE_BYTES];
    chain_head head;
    int64_t signed_us;
} anchor;

/* Read a file of moly_ledger_anchor() and check its signature.
 * @retval MOLY_ERR_DATA  not an anchor, or altered */
MOLY_CHECKED moly_status anchor_load(const char *path, anchor *loaded, moly_error *err);

#endif
