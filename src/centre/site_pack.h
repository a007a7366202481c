/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_SITE_PACK_H
#define CENTRE_SITE_PACK_H

/* A pack as JSON: what is shown, hashed and signed. Shared with tools/pack_compile. */

#include <jansson.h>

#include "site_data.h"

enum { SITE_HASH_HEX = 65 };

/* {"pack","inherits","version","name","limits":[{"key","value","unit","source","status","note"}…in
 * the order of their keys…]}; new reference, NULL without memory. */
json_t *site_pack_json(const site_pack *pack);
/* Its canonical text; release with moly_free(). NULL without memory. */
char *site_pack_text(const site_pack *pack);
/* BLAKE2b-256 of that text. False without memory. */
bool site_pack_hash(const site_pack *pack, char hex[SITE_HASH_HEX]);
/* The same of a chain: of the hashes of its packs, one after the other. */
void site_chain_hash(const site_pack *const *chain, char hex[SITE_HASH_HEX]);

#endif
