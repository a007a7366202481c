/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_TARGET_H
#define SERVER_TARGET_H

/* The texts of a request that a stranger writes: path, query, cookie, language. They are decoded
 * here and nowhere else. */

#include "moly/base/memory.h"

enum { TARGET_MAX_SEGMENTS = 8, TARGET_MAX_SEGMENT = 512, TARGET_MAX_ARGUMENT = 4096 };

/* "/api/records/kit/K%201" as {"api", "records", "kit", "K 1"}. */
typedef struct target_path {
    size_t n;
    const char *segments[TARGET_MAX_SEGMENTS];
} target_path;

/* Text in `arena`, with %41 decoded ('+' too, as a blank, where asked); NULL when it is malformed,
 * longer than `limit` bytes, not UTF-8, or has a control character. */
const char *target_decode(const char *text, size_t limit, bool plus_is_blank, moly_arena *arena);

/* @retval MOLY_ERR_USAGE  does not begin with '/', has too many segments, or one that cannot be
 *         decoded, or is empty, "." or "..". A segment may hold a '/' that was written %2F */
MOLY_CHECKED moly_status target_parse(const char *path, moly_arena *arena, target_path *parsed,
                                      moly_error *err);

/* Does the path match "/api/records/{kind}/{id}"? Then its variable segments, in order. */
enum { TARGET_MAX_CAPTURED = 2 };
bool target_matches(const target_path *path, const char *pattern,
                    const char *captured[TARGET_MAX_CAPTURED]);

/* May it be the name of a header: a token of RFC 9110, 5.6.2? */
bool target_is_token(const char *name);

/* Value of a cookie in a Cookie header, in `arena`; NULL when it is not there, or there twice. */
const char *target_cookie(const char *header, const char *name, moly_arena *arena);

/* First language of an Accept-Language header that Moly speaks; NULL when there is none. The
 * quality numbers are not read: browsers write the languages in their order. */
const char *target_language(const char *header);
/* "ru" of "ru-KG", when Moly speaks it; a literal. */
const char *target_known_language(const char *tag);

#endif
