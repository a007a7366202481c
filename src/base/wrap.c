/* SPDX-License-Identifier: Apache-2.0 */
#include "wrap.h"

static size_t character_bytes(const char *s)
{
    size_t n = 1;
    while (n < 4 && ((unsigned char)s[n] & 0xC0) == 0x80) {
        n++;
    }
    return n;
}

static size_t character_width(const char *s, size_t n)
{
    char one[5] = {0};
    memcpy(one, s, n);
    return moly_display_width(one);
}

size_t moly_wrap_line(const char *text, size_t width, const char **next)
{
    size_t column = 0;
    size_t n = 0;
    size_t blank = 0; /* the last place to break at, 0: none */
    while (text[n] != '\0' && text[n] != '\n') {
        size_t bytes = character_bytes(text + n);
        column += character_width(text + n, bytes);
        if (text[n] == ' ') {
            blank = n;
        }
        if (column > width && n > 0) {
            size_t end = blank > 0 ? blank : n;
            *next = text + end + (blank > 0 ? 1 : 0);
            return end;
        }
        n += bytes;
    }
    *next = text + n + (text[n] == '\n' ? 1 : 0);
    return n;
}

void moly_wrap_add(moly_text *out, const char *text, size_t indent, size_t width)
{
    size_t room = width > indent + 20 ? width - indent : 20;
    const char *at = text;
    while (*at != '\0') {
        const char *next = NULL;
        size_t n = moly_wrap_line(at, room, &next);
        if (at != text) {
            moly_text_printf(out, "\n%*s", (int)indent, "");
        }
        moly_text_add_n(out, at, n);
        at = next;
    }
}
