/* SPDX-License-Identifier: Apache-2.0 */
#include "fold.h"

#include <stdint.h>
#include <string.h>

/* Ranges of capitals. `step` 0: the small letter is `shift` further on; 1: capitals and small
 * letters alternate, a capital is even; 2: the same, a capital is odd.
 * Source: Unicode Character Database, UnicodeData.txt, simple lowercase mapping */
static const struct {
    uint16_t first, last;
    uint16_t shift, step;
} capitals[] = {
    {0x0041, 0x005a, 32, 0}, {0x00c0, 0x00d6, 32, 0}, {0x00d8, 0x00de, 32, 0},
    {0x0100, 0x012f, 1, 1},  {0x0132, 0x0137, 1, 1},  {0x0139, 0x0148, 1, 2},
    {0x014a, 0x0177, 1, 1},  {0x0179, 0x017e, 1, 2},  {0x0391, 0x03a9, 32, 0},
    {0x0400, 0x040f, 80, 0}, {0x0410, 0x042f, 32, 0}, {0x0460, 0x0481, 1, 1},
    {0x048a, 0x04bf, 1, 1},  {0x04c1, 0x04ce, 1, 2},  {0x04d0, 0x052f, 1, 1},
};

static uint16_t small(uint16_t letter)
{
    enum { IE = 0x0435, IO = 0x0451 };
    for (size_t i = 0; i < sizeof capitals / sizeof capitals[0]; i++) {
        if (letter >= capitals[i].first && letter <= capitals[i].last) {
            bool is_capital = capitals[i].step == 0 || letter % 2 == capitals[i].step - 1;
            letter = (uint16_t)(letter + (is_capital ? capitals[i].shift : 0));
            break;
        }
    }
    return letter == IO ? IE : letter;
}

char *fold_case(const char *text, moly_arena *arena)
{
    char *folded = moly_arena_strdup(arena, text);
    for (unsigned char *c = (unsigned char *)folded; c && *c != '\0'; c++) {
        if (*c < 0x80) {
            *c = (unsigned char)small(*c);
        } else if ((*c & 0xe0) == 0xc0 && (c[1] & 0xc0) == 0x80) {
            /* the small letters of these ranges take two bytes as well */
            uint16_t letter = small((uint16_t)((*c & 0x1f) << 6 | (c[1] & 0x3f)));
            *c++ = (unsigned char)(0xc0 | letter >> 6);
            *c = (unsigned char)(0x80 | (letter & 0x3f));
        }
    }
    return folded;
}
