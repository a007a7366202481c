/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_QUALITY_MASTER_H
#define CENTRE_QUALITY_MASTER_H

/* The content of a master record:
 *
 *  {"process":"aseptic filling of FDG",
 *   "yield":{"min":0.4,"max":0.8},            of the target's activity, or of what is planned
 *   "reconciliation":{"min":0.95,"max":1.02}, volume found over volume made
 *   "steps":[{"name":"...","instruction":"...","kind":"process" or "irradiation","place":"...",
 *     "training":["aseptic work"],"second":true,"file":true,
 *     "materials":[{"material":"...","amount":2.5,"unit":"mL"}],
 *     "equipment":["INS-000003" or a type of instrument],
 *     "checks":[{"name":"...","unit":"bar","min":1,"max":3},{"name":"...","type":"yes"},
 *               {"name":"...","type":"text"}]}],
 *   "tests":[{"method":"pH","min":4.5,"max":8.5}]} */

#include "quality/methods.h"

enum { MASTER_MOST_STEPS = 99, MASTER_MOST_TESTS = 40 };

/* The content with the limits of its tests filled in.
 * @param[out] completed  new reference
 * @retval MOLY_ERR_USAGE, _RANGE, _UNKNOWN  the message says which step or test */
MOLY_CHECKED moly_status master_complete(const site_data *limits, const product *p,
                                         const json_t *content, json_t **completed,
                                         moly_error *err);

#endif
