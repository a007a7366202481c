/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_CENTRE_DOSES_H
#define MOLY_CENTRE_DOSES_H

/** Administrations for the dose register, and given activities against the reference levels. */

#include "moly/base/json.h"
#include "moly/ledger/ledger.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Doses drawn from `from` until before `until` (both 0: all) that were given:
 *  {"statistics":[{"product","n" (adults),"children","lower_bq","median_bq","upper_bq" (quartiles
 *  of the activity that stayed in adults),"reference_bq","ratio" (median over reference level),
 *  "is_above","source"}],
 *   "results":[{"dose","product","nuclide","half_life_s","given_at","prescribed_bq","measured_bq",
 *  "measured_at","injected_bq","residual_bq","residual_at","net_bq","route","site","given_by",
 *  "patient","weight_kg","height_cm","sex","is_child"}]}
 *  The members of a row are those that DICOM PS3.16 TID 10021-10024 ask for; null: not known. */
MOLY_API MOLY_CHECKED moly_status moly_centre_dose_statistics(const moly_site *site,
                                                              const moly_ledger_reader *reader,
                                                              moly_instant from, moly_instant until,
                                                              json_t **result, moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
