/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_TELEPHONE_H
#define TESTS_TELEPHONE_H

#include "testing.h"

#include <string.h>

#include "moly/ledger/second_factor.h"

/* What a telephone shows at an instant, when the secret was typed into it. */
static inline char *telephone_code(const char *typed, moly_instant t,
                                   char code[MOLY_TOTP_MAX_DIGITS])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; /* RFC 4648, 6 */
    uint8_t secret[MOLY_TOTP_SECRET_BYTES] = {0};
    moly_error err = {0};
    assert_int_equal(strlen(typed), 32);
    for (size_t bit = 0; bit < 160; bit++) {
        const size_t value = (size_t)(strchr(digits, typed[bit / 5]) - digits);
        secret[bit / 8] |= (uint8_t)((value >> (4 - bit % 5) & 1) << (7 - bit % 8));
    }
    assert_ok(moly_totp_code(secret, sizeof secret, MOLY_TOTP_SHA1,
                             (uint64_t)(t.us / 1000000 / MOLY_TOTP_STEP_S), MOLY_TOTP_DIGITS, code,
                             &err),
              err);
    return code;
}

#endif
