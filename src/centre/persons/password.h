/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_PASSWORD_H
#define CENTRE_PASSWORD_H

/* Is a new password too easy to guess? By NIST SP 800-63B, section 5.1.1.2: not on the list of
 * common ones (data/passwords), no runs of repeated or following characters, no words of the
 * context. All of those are taken out of it, in any case and with digits for letters; what is left
 * must be something of its own. */

#include "moly/ledger/ledger.h"

typedef struct common_password {
    const char *word; /* lower case */
} common_password;
/* Written by tools/table_compile. */
extern const common_password common_password_rows[];
extern const size_t common_password_rows_n;

/* @param user, name  of whose it becomes; name may be NULL
 *  @retval MOLY_ERR_RULE  R-08. A training site takes any password: its persons are printed in the
 *          manual. */
MOLY_CHECKED moly_status password_check(const moly_site *site, const char *user, const char *name,
                                        const char *password, moly_error *err);

#endif
