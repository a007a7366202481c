/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_TESTS_TESTING_H
#define MOLY_TESTS_TESTING_H

/** What every test of Moly includes: cmocka in its order, and tolerances that have a kind. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "moly/base/status.h"

/** A call that must succeed; prints the message when it does not. */
#define assert_ok(call, err)                                                                       \
    do {                                                                                           \
        moly_status status_ = (call);                                                              \
        if (status_ != MOLY_OK) {                                                                  \
            fail_msg("%s: %s: %s", #call, moly_status_name(status_), (err).message);               \
        }                                                                                          \
    } while (0)

/** A call that must fail with `wanted` and a message that contains `piece`; clears the record. */
#define assert_fails(call, wanted, piece, err)                                                     \
    do {                                                                                           \
        moly_status status_ = (call);                                                              \
        if (status_ != (wanted) || !strstr((err).message, (piece))) {                              \
            fail_msg("%s: wanted %s with '%s', got %s: %s", #call, moly_status_name(wanted),       \
                     (piece), moly_status_name(status_), (err).message);                           \
        }                                                                                          \
        memset(&(err), 0, sizeof(err));                                                            \
    } while (0)

/** |actual - expected| <= tolerance * |expected|; the tolerance is rounding (1e-14), the digits of
 * a publication, or the accuracy that a header promises. */
#define assert_relative(actual, expected, tolerance)                                               \
    do {                                                                                           \
        double a_ = (actual), e_ = (expected), t_ = (tolerance);                                   \
        if (!(fabs(a_ - e_) <= t_ * fabs(e_))) {                                                   \
            fail_msg("%s = %.17g, expected %.17g within %.3g relative (off by %.3g)", #actual, a_, \
                     e_, t_, fabs(a_ - e_) / fabs(e_));                                            \
        }                                                                                          \
    } while (0)

/** Path of a file of the reference data in `path`; skips the test, saying so, where it is missing.
 */
static inline void need_shared(const char *relative, char *path, size_t size)
{
    const char *root = getenv("MOLY_SHARED");
    struct stat info;
    (void)snprintf(path, size, "%s/%s", root ? root : "../shared", relative);
    if (stat(path, &info) != 0) {
        print_message("[  SKIPPED ] reference data %s is not on this machine\n", relative);
        skip();
    }
}

#endif
