/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_BASE_JSON_H
#define MOLY_BASE_JSON_H

/** JSON (jansson) with Moly's errors, limits and number format. */

#include <stdint.h>

#include "moly/base/status.h"
#include "moly/base/text.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct json_t json_t; /* jansson's own type */

/** Parse one JSON text. Duplicate keys, trailing text, depth above 64 and invalid UTF-8 are
 * refused.
 *  @param[out] json  owned by the caller: json_decref()
 *  @retval MOLY_ERR_DATA  the message gives line and column */
MOLY_API MOLY_CHECKED moly_status moly_json_parse(const char *text, size_t length, json_t **json,
                                                  moly_error *err);

/** The canonical text of a value: keys sorted, no blanks, numbers with the fewest digits up to 15.
 *  What is hashed and signed. Release with moly_free(); NULL without memory. */
MOLY_API char *moly_json_canonical(const json_t *json);
/** For people and for `--format json`: keys in their order, two blanks of indent, same numbers. */
MOLY_API char *moly_json_pretty(const json_t *json);

/** Append a text as a JSON string: quotes, and `"`, `\`, control characters as \" \\ \b \f \n \r \t
 *  \u00XX; all else stands as it is. */
MOLY_API void moly_text_add_json(moly_text *out, const char *text, size_t length);

/** A real with at most 15 significant digits; null when it is not finite. New reference. */
MOLY_API json_t *moly_json_real(double value);
/** Rounded to `digits` significant digits (1..15): a measured value travels with the digits it has.
 */
MOLY_API json_t *moly_json_rounded(double value, int digits);

/** Members of an object, with a message that names the key when it is missing or of another type.
 *  Texts are borrowed from `object`. */
MOLY_API MOLY_CHECKED moly_status moly_json_get_text(const json_t *object, const char *key,
                                                     const char **text, moly_error *err);
MOLY_API MOLY_CHECKED moly_status moly_json_get_real(const json_t *object, const char *key,
                                                     double *value, moly_error *err);
MOLY_API MOLY_CHECKED moly_status moly_json_get_integer(const json_t *object, const char *key,
                                                        int64_t *value, moly_error *err);

/** {"error":{"status":"MOLY_ERR_RULE","exit_code":3,"http":409,"rule":"R-24","message":"…"}}.
 *  New reference. */
MOLY_API json_t *moly_error_json(const moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
