/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_FORMATS_PETSIRD_H
#define MOLY_FORMATS_PETSIRD_H

/** PETSIRD list mode in yardl's binary encoding: the scanner's geometry, then coincidences in
 * blocks of time. A file carries the schema it was written by; the reader follows that schema and
 * looks for what it needs by name, so files of older and newer versions are read where they name it
 * so. Source: PETSIRD model (ETSI initiative); yardl, compact binary encoding, version 1 */

#include "moly/scanner/events.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Read all coincidences. Crystals are found by where they lie: rings along z, then round from the
 *  crystal of the first detection bin. A scanner of Moly's library that the file names and agrees
 *  with to 0.1 mm is taken whole; else the depth of interaction is that of 511 keV in LSO, and a
 *  view keeps all its bins. Of several energy bins the index is dropped. An even number n of TOF
 * bins becomes 2 n - 1 of half their width, so that each keeps its middle.
 *  @param[out] list  owned by the caller: moly_event_list_free()
 *  @retval MOLY_ERR_NOT_FOUND  no such file
 *  @retval MOLY_ERR_DATA  no yardl file, or none of PETSIRD; a schema that lacks what is needed;
 * more than one type of module; crystals that lie on no circle and no regular polygon; an event of
 * a crystal or TOF bin that is not there; a file that is cut short */
MOLY_API MOLY_CHECKED moly_status moly_petsird_read(const char *path, moly_event_list *list,
                                                    moly_error *err);
/** The same from memory. */
MOLY_API MOLY_CHECKED moly_status moly_petsird_parse(const void *data, size_t length,
                                                     moly_event_list *list, moly_error *err);
/** Write a list; events in order of time. Gates are not kept: PETSIRD has no place for them.
 *  @retval MOLY_ERR_DATA  events that are not in order of time, or of no crystal or TOF bin */
MOLY_API MOLY_CHECKED moly_status moly_petsird_write(const char *path, const moly_event_list *list,
                                                     moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
