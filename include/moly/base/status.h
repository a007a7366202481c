/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_BASE_STATUS_H
#define MOLY_BASE_STATUS_H

/** What a function of Moly returns when it can fail, and the record that says why.
 *  One table holds every status with its exit code and HTTP status; nothing else maps them. */

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32) || !defined(__GNUC__)
#define MOLY_API
#define MOLY_CHECKED
#define MOLY_PRINTF(string, first)
#else
#define MOLY_API __attribute__((visibility("default")))
#define MOLY_CHECKED __attribute__((warn_unused_result))
#define MOLY_PRINTF(string, first) __attribute__((format(printf, string, first)))
#endif

/** status, exit code, HTTP status, text */
#define MOLY_STATUS_LIST(X)                                                                        \
    X(MOLY_OK, 0, 200, "success")                                                                  \
    X(MOLY_ERR_USAGE, 2, 400, "wrong usage")                                                       \
    X(MOLY_ERR_UNKNOWN, 2, 422, "unknown name or unit")                                            \
    X(MOLY_ERR_RANGE, 2, 422, "value outside its range")                                           \
    X(MOLY_ERR_RULE, 3, 409, "refused by a rule")                                                  \
    X(MOLY_ERR_SIGN_IN, 3, 401, "not signed in, or a wrong password")                              \
    X(MOLY_ERR_FORBIDDEN, 3, 403, "not permitted to this person")                                  \
    X(MOLY_ERR_DATA, 65, 422, "malformed or inconsistent data")                                    \
    X(MOLY_ERR_NOT_FOUND, 66, 404, "no such file or record")                                       \
    X(MOLY_ERR_MEMORY, 70, 500, "out of memory")                                                   \
    X(MOLY_ERR_INTERNAL, 70, 500, "a fault of Moly's own")                                         \
    X(MOLY_ERR_CANCELLED, 74, 503, "stopped on request")                                           \
    X(MOLY_ERR_IO, 74, 503, "input or output failed")

typedef enum moly_status {
#define MOLY_STATUS_ENUM(name, exit_code, http, text) name,
    MOLY_STATUS_LIST(MOLY_STATUS_ENUM)
#undef MOLY_STATUS_ENUM
} moly_status;

/** The caller's record of what went wrong. Zero-initialise it: `moly_error err = {0};`
 *  The first cause wins: a later moly_fail() on the same record changes nothing. */
typedef struct moly_error {
    moly_status status;
    int line;             /**< where in Moly it was found */
    const char *file;     /**< borrowed string literal */
    char rule[16];        /**< the rule that refuses, "R-24", or empty */
    const char *language; /**< set by the caller: catalogue for the message, NULL = English */
    char message[480];    /**< what, where, the value, the limit, with its unit */
} moly_error;

/** Process exit code of a status (0, 2, 3, 65, 66, 70, 74). */
MOLY_API int moly_status_exit_code(moly_status status);
/** HTTP status code of a status. */
MOLY_API int moly_status_http(moly_status status);
/** Short English text of a status, a string literal. */
MOLY_API const char *moly_status_text(moly_status status);
/** Name of a status as in the table, "MOLY_ERR_RULE"; a string literal. */
MOLY_API const char *moly_status_name(moly_status status);

/** Record a failure and return `status`, so that a check reads `return MOLY_FAIL(err, ...)`.
 *  `err` may be NULL. `rule` may be NULL. Use the macros below. */
MOLY_API moly_status moly_fail(moly_error *err, moly_status status, const char *rule,
                               const char *file, int line, const char *format, ...)
    MOLY_PRINTF(6, 7);

/** Put "<context>: " before the message of a failure that is being passed on. */
MOLY_API void moly_error_context(moly_error *err, const char *format, ...) MOLY_PRINTF(2, 3);

/* The status stands in the expression, so that the compiler knows that a failure is no success. */
#define MOLY_FAIL(err, status, ...)                                                                \
    ((void)moly_fail((err), (status), NULL, __FILE__, __LINE__, __VA_ARGS__), (moly_status)(status))
/** A refusal by a rule of the centre, named as in docs/requirements.md. */
#define MOLY_REFUSE(err, rule, ...)                                                                \
    ((void)moly_fail((err), MOLY_ERR_RULE, (rule), __FILE__, __LINE__, __VA_ARGS__),               \
     (moly_status)MOLY_ERR_RULE)
#define MOLY_NO_MEMORY(err) MOLY_FAIL((err), MOLY_ERR_MEMORY, "out of memory")

/** A programmer's mistake; checked in every build. */
#define MOLY_ASSERT(condition)                                                                     \
    ((condition) ? (void)0 : moly_assert_failed(#condition, __FILE__, __LINE__))
MOLY_API void moly_assert_failed(const char *condition, const char *file, int line)
    __attribute__((noreturn));

#ifdef __cplusplus
}
#endif
#endif
