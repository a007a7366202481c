/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_CENTRE_WORK_H
#define MOLY_CENTRE_WORK_H

/** What waits to be done, and what a code names: the first screen of a person, and its scanner.
 * Each an object, new reference. */

#include "moly/base/json.h"
#include "moly/ledger/ledger.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a person can do now, in the order of the morning: {"now","results":[{"act","fields":{…},
 *  "kind","id","label","why"[,"template","values"],"rule","due","when":"waiting"|"now"|"today"|
 *  "later"}]}. "waiting": a patient does; "today": at "due"; "later": when there is time.
 *
 *  Acts that the person's roles do not allow are left out, and releases of what the person made or
 *  tested. `fields` fill the act's form as far as they are known; what an act wants scanned
 *  at the patient is never filled in.
 *  @param person  record of kind "person" */
MOLY_API MOLY_CHECKED moly_status moly_centre_work(const moly_site *site,
                                                   const moly_ledger_reader *reader,
                                                   const json_t *person, moly_instant now,
                                                   json_t **work, moly_error *err);

/** What a code names: {"code","gs1":{"lot","serial","expiry","gtin","node"} or null,"results":
 *  [records]}. The code is "KIND/ID" as on Moly's labels, an id alone, a maker's lot or serial
 *  number, or a GS1 element string (DataMatrix or GS1-128, with or without its symbology mark).
 *  Nothing found: an empty list.
 *  @retval MOLY_ERR_USAGE  longer than 200 characters, or empty */
MOLY_API MOLY_CHECKED moly_status moly_centre_find(const moly_ledger_reader *reader,
                                                   const char *code, json_t **found,
                                                   moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
