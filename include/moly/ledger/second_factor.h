/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_LEDGER_SECOND_FACTOR_H
#define MOLY_LEDGER_SECOND_FACTOR_H

/** A second factor that works without a network: codes of six digits that a telephone makes
 *  from a shared secret and the time (TOTP).
 *
 *  The secret is stored nowhere. It is computed from the site's key, the person and a random number
 *  that the person's record keeps ("second_factor_nonce"), so that no event, export, log or record
 *  holds it; a backup does only as far as it holds the site's key.
 *
 *  Source: RFC 6238, RFC 4226; Key Uri Format of authenticator applications. */

#include <stdint.h>

#include "moly/ledger/ledger.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MOLY_TOTP_STEP_S = 30,
    MOLY_TOTP_DIGITS = 6,
    MOLY_TOTP_SECRET_BYTES = 20,
    MOLY_TOTP_NONCE_HEX = 33, /**< 128 bits in hexadecimal digits, and the zero */
    MOLY_TOTP_MAX_DIGITS = 9,
};

typedef enum moly_totp_hash { MOLY_TOTP_SHA1, MOLY_TOTP_SHA256, MOLY_TOTP_SHA512 } moly_totp_hash;

/** A code of RFC 6238.
 *  @param step      number of the time step: seconds since 1970 by MOLY_TOTP_STEP_S
 *  @param n_digits  6 to 8
 *  @param[out] code digits and a zero */
MOLY_API MOLY_CHECKED moly_status moly_totp_code(const uint8_t *secret, size_t length,
                                                 moly_totp_hash hash, uint64_t step, int n_digits,
                                                 char code[MOLY_TOTP_MAX_DIGITS], moly_error *err);

/** A fresh secret for a person, who shows with a code that the telephone has it.
 *  @param[out] offer  {"nonce", to give back with the code, "secret": base 32, to type, "uri":
 *              "otpauth://totp/...", to scan}; new reference, to show once and to forget */
MOLY_API MOLY_CHECKED moly_status moly_ledger_offer_second_factor(moly_ledger *ledger,
                                                                  const char *user, json_t **offer,
                                                                  moly_error *err);

/** Take a person's code for the secret of a nonce. A code holds for its step and those beside it;
 *  the code of a step that was taken, or of an earlier one, is not taken again. The caller's part
 *  of the transaction is kept only when it succeeds.
 *  @retval MOLY_ERR_SIGN_IN  wrong, or used already (rule R-12)
 *  @retval MOLY_ERR_DATA     the nonce is none */
MOLY_API MOLY_CHECKED moly_status moly_transaction_take_code(moly_transaction *transaction,
                                                             const char *user, const char *nonce,
                                                             const char *code, moly_error *err);

/** Check the code of a person whose password was right. Wrong ones count towards the lock-out of
 *  wrong passwords.
 *  @param code  NULL: none was given
 *  @retval MOLY_OK           it was right, or the person has no second factor
 *  @retval MOLY_ERR_SIGN_IN  no code, wrong, used already, or locked out; rule */
MOLY_API MOLY_CHECKED moly_status moly_ledger_check_second_factor(moly_ledger *ledger,
                                                                  const char *user,
                                                                  const char *code,
                                                                  moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
