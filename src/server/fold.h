/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_FOLD_H
#define SERVER_FOLD_H

#include "moly/base/memory.h"

/* A UTF-8 text without capitals, for searching in names: Latin, Greek, Cyrillic with the letters of
 * Central Asia; 'ё' is found by 'е'. Other scripts stay as they are. In `arena`; NULL without
 * memory. */
char *fold_case(const char *text, moly_arena *arena);

#endif
