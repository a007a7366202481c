/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"

#include <string.h>
#include <strings.h>

#include "moly/base/catalogue.h"
#include "moly/base/text.h"

bool target_is_token(const char *name)
{
    static const char token[] = "!#$%&'*+-.^_`|~0123456789"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    return name[0] != '\0' && name[strspn(name, token)] == '\0';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static const char *decode_n(const char *text, size_t length, size_t limit, bool plus_is_blank,
                            moly_arena *arena)
{
    /* three bytes at most make one */
    if (length > 3 * limit) {
        return NULL;
    }
    char *out = moly_arena_alloc(arena, length + 1, 1);
    size_t n = 0;
    for (size_t i = 0; out && i < length; i++) {
        char c = text[i];
        if (c == '%') {
            int high = i + 2 < length ? hex_digit(text[i + 1]) : -1;
            int low = i + 2 < length ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return NULL;
            }
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_blank) {
            c = ' ';
        }
        if ((unsigned char)c < 0x20 || c == 0x7f) {
            return NULL;
        }
        out[n++] = c;
    }
    return out && n <= limit && moly_is_utf8(out) ? out : NULL;
}

const char *target_decode(const char *text, size_t limit, bool plus_is_blank, moly_arena *arena)
{
    return decode_n(text, strlen(text), limit, plus_is_blank, arena);
}

moly_status target_parse(const char *path, moly_arena *arena, target_path *parsed, moly_error *err)
{
    *parsed = (target_path){0};
    if (path[0] != '/') {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "the path does not begin with '/'");
    }
    const char *at = path + 1;
    while (*at != '\0') {
        size_t length = strcspn(at, "/");
        if (parsed->n == TARGET_MAX_SEGMENTS) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE, "the path has more than %d parts",
                             TARGET_MAX_SEGMENTS);
        }
        const char *segment = decode_n(at, length, TARGET_MAX_SEGMENT, false, arena);
        if (!segment || length == 0 || strcmp(segment, ".") == 0 || strcmp(segment, "..") == 0) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE, "part %zu of the path cannot be read",
                             parsed->n + 1);
        }
        parsed->segments[parsed->n++] = segment;
        at += length + (at[length] == '/' ? 1 : 0);
    }
    return MOLY_OK;
}

bool target_matches(const target_path *path, const char *pattern,
                    const char *captured[TARGET_MAX_CAPTURED])
{
    size_t n_captured = 0;
    size_t i = 0;
    while (*pattern == '/') {
        pattern++;
        size_t length = strcspn(pattern, "/");
        if (i == path->n) {
            return false;
        }
        const char *segment = path->segments[i++];
        if (*pattern == '{') {
            MOLY_ASSERT(n_captured < TARGET_MAX_CAPTURED);
            captured[n_captured++] = segment;
        } else if (strlen(segment) != length || memcmp(segment, pattern, length) != 0) {
            return false;
        }
        pattern += length;
    }
    return i == path->n;
}

const char *target_cookie(const char *header, const char *name, moly_arena *arena)
{
    const char *found = NULL;
    size_t name_length = strlen(name);
    while (*header != '\0') {
        header += strspn(header, " \t;");
        size_t length = strcspn(header, ";");
        if (length > name_length && header[name_length] == '=' &&
            memcmp(header, name, name_length) == 0) {
            if (found) {
                return NULL; /* which one is meant cannot be known */
            }
            found = moly_arena_strndup(arena, header + name_length + 1, length - name_length - 1);
        }
        header += length;
    }
    return found;
}

const char *target_known_language(const char *tag)
{
    size_t length = tag ? strcspn(tag, "-_,;. \t") : 0;
    for (const char *const *known = moly_languages(); *known; known++) {
        if (strlen(*known) == length && strncasecmp(*known, tag, length) == 0) {
            return *known;
        }
    }
    return NULL;
}

const char *target_language(const char *header)
{
    while (*header != '\0') {
        header += strspn(header, " \t,");
        const char *known = target_known_language(header);
        if (known) {
            return known;
        }
        header += strcspn(header, ",");
    }
    return NULL;
}
