/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_PACK_FILE_H
#define CENTRE_PACK_FILE_H

/* Packs that come from outside: read, checked, signed. */

#include <jansson.h>

#include "moly/base/memory.h"
#include "site_data.h"

typedef struct pack_file {
    site_pack pack;         /* in the arena, with its hash */
    const char *public_key; /* whose signature holds; NULL: it is not signed */
} pack_file;

/* Everything is checked: members, limits against the common pack, hash and signature where the file
 * has them. */
MOLY_CHECKED moly_status pack_file_read(const json_t *file, moly_arena *arena, pack_file *read,
                                        moly_error *err);
/* The same without hash and signature, which leaves pack.hash NULL: for a file that was checked
 * when it came, and that the ledger has kept since. */
MOLY_CHECKED moly_status pack_file_parse(const json_t *file, moly_arena *arena, pack_file *read,
                                         moly_error *err);
/* Is `version` newer than `than`? Numbers between points count as numbers. */
bool pack_is_newer(const char *version, const char *than);

#endif
