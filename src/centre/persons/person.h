/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_PERSONS_PERSON_H
#define CENTRE_PERSONS_PERSON_H

#include "act.h"

extern const char *const person_cost_words[]; /* of moly_password_cost; NULL-terminated */
extern const char *const person_role_words[]; /* NULL-terminated */

/* Every word is a role; R-09: an administrator has no other.
 *  @retval MOLY_ERR_UNKNOWN  the nearest is suggested */
MOLY_CHECKED moly_status person_check_roles(const moly_text_list *roles, moly_error *err);

/* Give the current record of `decision` the public key of a new password, which must not be easy to
 * guess. `name` is the person's printed one. */
MOLY_CHECKED moly_status person_set_password(const moly_act_context *context, const char *user,
                                             const char *name, const char *password,
                                             moly_password_cost cost, moly_decision *decision,
                                             moly_error *err);

#endif
