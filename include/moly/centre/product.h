/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_CENTRE_PRODUCT_H
#define MOLY_CENTRE_PRODUCT_H

/** The library of radiopharmaceuticals: data/products, compiled in. Thread-safe. */

#include "moly/base/json.h"

#ifdef __cplusplus
extern "C" {
#endif

/** @param nuclide  "Tc-99m", or NULL: all
 *  @param[out] result  {"results":[…as moly_product_show()…]}; new reference
 *  @retval MOLY_ERR_UNKNOWN  there is none */
MOLY_API MOLY_CHECKED moly_status moly_product_list(const char *nuclide, json_t **result,
                                                    moly_error *err);
/** @param[out] result  {"code","name","nuclide","kind":"kit"|"generator"|"ready"|"therapy",
 *              "min_purity","purity_method","ph_low","ph_high","radionuclidic_purity",
 *              "max_activity_bq","min_volume_ml","max_volume_ml","use_within_s","endotoxin_eu" (in
 *              the largest volume given),"storage","monograph","status":"sourced"|"check" (of
 *              min_purity),"source"}, null where it is not known; new reference
 *  @retval MOLY_ERR_UNKNOWN  the nearest is suggested */
MOLY_API MOLY_CHECKED moly_status moly_product_show(const char *code, json_t **result,
                                                    moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
