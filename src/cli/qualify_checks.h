/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_CLI_QUALIFY_CHECKS_H
#define MOLY_CLI_QUALIFY_CHECKS_H

/* What an installation must show before it is used. */

#include <jansson.h>

#include "moly/base/command.h"

/** Do all checks: of the installation (IQ) on the site's ledger, read only; of its work (OQ) on a
 *  ledger of its own, in a temporary folder that is removed again.
 *  @param[out] checks  array of {"id","what","expected","found","passed"}; new reference. A check
 *              that fails is a row, not an error. */
MOLY_CHECKED moly_status qualify_all(const char *url, const moly_run *run, json_t **checks,
                                     moly_error *err);

#endif
