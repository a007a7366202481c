/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_CENTRE_STOCK_H
#define MOLY_CENTRE_STOCK_H

/** What screens and the command line read of stock and instruments; each an object, new reference.
 */

#include "moly/base/json.h"
#include "moly/ledger/ledger.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What is in each room against its licence: {"at","results":[{"room","name","nuclide",
 *  "activity_bq","limit_bq" (null: none),"fraction","state":"within"|"near"|"over"|"not
 *  licensed"}]}. "near" begins at 80 %. */
MOLY_API MOLY_CHECKED moly_status moly_centre_stock_limits(const moly_ledger_reader *reader,
                                                           moly_instant now, json_t **result,
                                                           moly_error *err);

/** An instrument with its plan and the trend of each check, oldest first: {"instrument":{…},
 *  "plan":[{"check","result","at","due","is_overdue"}],"trend":[{"check","at","deviation",
 *  "deviation_sd","limit","state","id"}],"calibrations":[…]}.
 *  @retval MOLY_ERR_NOT_FOUND */
MOLY_API MOLY_CHECKED moly_status moly_centre_instrument(const moly_ledger_reader *reader,
                                                         const char *id, moly_instant now,
                                                         json_t **result, moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
