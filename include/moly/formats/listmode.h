/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_FORMATS_LISTMODE_H
#define MOLY_FORMATS_LISTMODE_H

/** List mode as PET scanners write it: Siemens PETLINK with 32-bit words (Biograph mMR), a header
 *  (.l.hdr) beside its words (.l). A word is a time mark, a coincidence, or something else (dead
 *  time, bed, physiology), which is passed over. A coincidence is the number of a bin of the
 *  uncompressed sinograms that the header describes, segments in the order 0, -1, +1, -2, ... of
 * ring differences as moly_layout counts them. Source: PETLINK guideline J1 (Siemens); STIR 6,
 * CListRecordECAT8_32bit */

#include "moly/scanner/events.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Read all coincidences. Times count from the first time mark.
 *  @param[in]  path  the header
 *  @param[out] list  owned by the caller: moly_event_list_free(); `duration_s` is that of the time
 *                    marks
 *  @retval MOLY_ERR_NOT_FOUND  no such header, or no file of words beside it
 *  @retval MOLY_ERR_DATA  no PETLINK header of 32-bit words without axial compression; a scanner
 * that is not known; a bin that the header's sinograms do not have; time that runs backwards; a
 *          file that is cut within a word */
MOLY_API MOLY_CHECKED moly_status moly_listmode_read(const char *path, moly_event_list *list,
                                                     moly_error *err);
/** The same from memory: a header and its words. */
MOLY_API MOLY_CHECKED moly_status moly_listmode_parse(const char *header, size_t header_length,
                                                      const uint8_t *words, size_t length,
                                                      moly_event_list *list, moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
