/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_BASE_CATALOGUE_TABLE_H
#define MOLY_BASE_CATALOGUE_TABLE_H

/* What tools/catalogue_compile writes from po/LANGUAGE.po at build. */

#include <stddef.h>

typedef struct moly_message {
    const char *english, *translation;
} moly_message;

typedef struct moly_catalogue {
    const char *language;
    const moly_message *messages; /* sorted by English, as strcmp() sorts */
    size_t n;
} moly_catalogue;

extern const moly_catalogue moly_catalogues[];             /* ends with a NULL language */
extern const char *const moly_catalogue_languages[];       /* with a whole catalogue */
extern const char *const moly_catalogue_paper_languages[]; /* and those that only papers speak */

#endif
