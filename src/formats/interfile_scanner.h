/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_FORMATS_INTERFILE_SCANNER_H
#define MOLY_FORMATS_INTERFILE_SCANNER_H

/** PET scanners in headers. */

#include "moly/scanner/pet.h"

#include "interfile_inside.h"

/** The scanner of a header: its own keys, completed by what is known of the originating system.
 *  `n_tangential`, `span` and `max_ring_difference` are still 0 where the header has no such key:
 *  the caller knows them from the data. */
moly_status interfile_get_scanner(const interfile_header *h, moly_pet_scanner *scanner,
                                  moly_error *err);
/** Its block of keys. */
void interfile_put_scanner(moly_text *out, const moly_pet_scanner *scanner);

#endif
