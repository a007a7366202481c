/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_CLINIC_POT_H
#define CENTRE_CLINIC_POT_H

/* A shielded pot: it carries one syringe at a time and no contamination. A pot is
 * known from its first use or check on, by the number on it. */

#include "act.h"

/* A dose may be put into it: it is clean as far as is known, and the syringe that it had is given
 * or discarded.
 *  @retval MOLY_ERR_USAGE  no number of a pot */
MOLY_CHECKED moly_status pot_check(const moly_act_context *context, const char *pot,
                                   moly_error *err);
/* Its record; NULL: not known yet. Borrowed. */
MOLY_CHECKED moly_status pot_find(const moly_act_context *context, const char *pot,
                                  const json_t **record, moly_error *err);
/* The dose is in it. Changes the current record. */
void pot_fill(const moly_act_context *context, const char *pot, const char *dose,
              moly_decision *decision);

#endif
