/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PO_H
#define PO_H

/* A gettext catalogue as Moly uses it: one translation for one English text, UTF-8, no contexts and
 * no plural forms. A language is po/LANGUAGE.po and, beside it, po/LANGUAGE.PART.po. */

#include <stdbool.h>
#include <stddef.h>

typedef struct po_message {
    char *english, *translation;
    const char *path;
    int line; /* of the msgid */
} po_message;

typedef struct po_file {
    const char *path;
    po_message *messages; /* sorted by English */
    size_t n, capacity;
} po_file;

/** Read and check; says what is wrong, with file and line, on standard error.
 *  Untranslated and fuzzy messages are left out, as gettext does. */
bool po_read(const char *path, po_file *po);
/** As above, adding to what `po` has: another file of the same language. */
bool po_add(const char *path, po_file *po);
void po_free(po_file *po);

/** Do both texts ask for the same printf arguments in the same order? */
bool po_same_conversions(const char *english, const char *translation);

#endif
