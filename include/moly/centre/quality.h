/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_CENTRE_QUALITY_H
#define MOLY_CENTRE_QUALITY_H

/** What screens, papers and the command line read of batches and cases; each an object, new
 *  reference. Sentences are kept messages (moly/base/catalogue.h) whose words stand in "why" or
 *  "what". */

#include "moly/base/json.h"
#include "moly/ledger/ledger.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Batches, newest first: {"at","results":[{"id","product","product_name","nuclide","state","at",
 *  "made_at","expiry","is_expired","activity_bq" (when it was
 * made),"volume_ml","vial","steps_done", "n_steps","n_waiting","next": the first of what is waited
 * for, or null}]}.
 *  @param state  NULL: any */
MOLY_API MOLY_CHECKED moly_status moly_centre_batches(const moly_site *site,
                                                      const moly_ledger_reader *reader,
                                                      const char *state, moly_instant now,
                                                      json_t **result, moly_error *err);

/** A batch with all that belongs to it: {"batch":{…},"master":{…},"vial":{…} or null,
 *  "steps":[what the master record plans, with what was done: "number","name","state":
 *  "waiting"|"next"|"done"|"outside limits","made_by","checked_by","at","materials","equipment",
 *  "checks":[{"name","value","unit","min","max","within"}],"file","irradiation"],
 *  "tests":[likewise: "id","method","state":"waiting"|…,"value","value_sd","unit","limits",
 *  "instrument","file","made_by","approved_by"],"cases","samples","shipments","notices",
 *  "waiting":[{"kind","id","what","why","rule","remedy"}]}.
 *  @retval MOLY_ERR_NOT_FOUND */
MOLY_API MOLY_CHECKED moly_status moly_centre_batch(const moly_site *site,
                                                    const moly_ledger_reader *reader,
                                                    const char *id, moly_instant now,
                                                    json_t **result, moly_error *err);

/** Cases, the first due first: {"at","results":[{"id","type","state","what","batch","about",
 *  "at","due","is_overdue","responsible","opened_by","conclusion",…}]}.
 *  @param is_open  only those that are not decided; @param is_overdue  of these the overdue */
MOLY_API MOLY_CHECKED moly_status moly_centre_cases(const moly_ledger_reader *reader, bool is_open,
                                                    bool is_overdue, moly_instant now,
                                                    json_t **result, moly_error *err);

/** The chromatogram of a test, to be drawn: {"test":{…},"n" of the file,"position":[…],
 *  "signal":[…],"baseline":[at the first and the last position]}; a long one is thinned to its
 *  lowest and highest points, at most 4000.
 *  @retval MOLY_ERR_NOT_FOUND; MOLY_ERR_DATA: the test has none */
MOLY_API MOLY_CHECKED moly_status moly_centre_chromatogram(const moly_ledger_reader *reader,
                                                           const char *test, json_t **result,
                                                           moly_error *err);

/** Whom a recall of `node` ("lot/LOT-000001") would reach, read and not ordered: {"node",
 *  "vessels":[{"node","state","volume_ml","volume_left_ml"}],"receivers":[{"receiver","shipment",
 *  "state","at","volume_ml"}],"patients":[{"patient","patient_name","dose","given_at","net_bq"}],
 *  "doses":[drawn and not given],"made_ml","known_ml","reconciled","recalls":[ordered and tried
 *  before]}.
 *  @retval MOLY_ERR_USAGE  not KIND/ID; MOLY_ERR_NOT_FOUND */
MOLY_API MOLY_CHECKED moly_status moly_centre_recall(const moly_ledger_reader *reader,
                                                     const char *node, json_t **result,
                                                     moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
