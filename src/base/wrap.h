/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_BASE_WRAP_H
#define MOLY_BASE_WRAP_H

/* Lines of text within a number of terminal columns, for help and tables. */

#include "moly/base/text.h"

/** Bytes of the first line of `text` that fits in `width` columns, broken at a blank where there is
 *  one and at a newline always. At least one character.
 *  @param[out] next  where the following line begins; text + strlen(text) after the last */
size_t moly_wrap_line(const char *text, size_t width, const char **next);

/** Append `text` wrapped at `width` columns, each line but the first after `indent` blanks.
 *  Does not end with a newline. */
void moly_wrap_add(moly_text *out, const char *text, size_t indent, size_t width);

#endif
