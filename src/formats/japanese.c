/* SPDX-License-Identifier: Apache-2.0 */
/* Japanese names (ISO 2022 IR 13, 87, 159). DCMTK asks iconv for these sets by names that glibc
 * does not know; glibc has them under ISO-2022-JP-2, all but the half-width katakana of IR 13,
 * which are a range of their own in Unicode. */
#include <iconv.h>
#include <stdint.h>
#include <string.h>

#include "dcm.h"

/* Half-width katakana U+FF61 .. U+FF9F in UTF-8, from a byte 0xa1 .. 0xdf. */
static bool add_katakana(uint8_t byte, char **out, size_t *room)
{
    unsigned code = 0xff61u + (unsigned)byte - 0xa1u;
    if (byte < 0xa1 || byte > 0xdf || *room < 3) {
        return false;
    }
    (*out)[0] = (char)(0xe0u | code >> 12);
    (*out)[1] = (char)(0x80u | (code >> 6 & 0x3fu));
    (*out)[2] = (char)(0x80u | (code & 0x3fu));
    *out += 3;
    *room -= 3;
    return true;
}

static bool convert(iconv_t converter, const char *bytes, size_t length, char *out, size_t room)
{
    for (size_t at = 0; at < length;) {
        size_t run = 0;
        if (length - at >= 3 && memcmp(bytes + at, "\x1b)I", 3) == 0) {
            at += 3; /* says that upper bytes are katakana, which they are anyway */
            continue;
        }
        if ((uint8_t)bytes[at] >= 0x80) {
            if (!add_katakana((uint8_t)bytes[at], &out, &room)) {
                return false;
            }
            at++;
            continue;
        }
        while (at + run < length && (uint8_t)bytes[at + run] < 0x80 &&
               !(run > 0 && length - at - run >= 3 && memcmp(bytes + at + run, "\x1b)I", 3) == 0)) {
            run++;
        }
        char *in = (char *)(bytes + at) /* iconv reads it only */;
        size_t left = run;
        if (iconv(converter, &in, &left, &out, &room) == (size_t)-1) {
            return false;
        }
        at += run;
    }
    if (room == 0) {
        return false;
    }
    *out = '\0';
    return true;
}

char *japanese_to_utf8(const char *bytes, size_t length)
{
    iconv_t converter = iconv_open("UTF-8", "ISO-2022-JP-2");
    if (converter == (iconv_t)-1) { // NOLINT(performance-no-int-to-ptr): as POSIX has it
        return NULL;
    }
    /* Two bytes become three at most, a lone katakana three. */
    size_t room = 3 * length + 1;
    char *text = length < SIZE_MAX / 4 ? moly_alloc(room, 1) : NULL;
    if (text && !convert(converter, bytes, length, text, room)) {
        moly_free(text);
        text = NULL;
    }
    (void)iconv_close(converter);
    return text;
}
