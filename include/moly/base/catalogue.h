/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_BASE_CATALOGUE_H
#define MOLY_BASE_CATALOGUE_H

/** Messages in the reader's language. The catalogues are gettext files, po/LANGUAGE.po, compiled
 * into Moly; the same catalogues serve the C side, the reports and the browser. The English text is
 * the key. No process-wide locale is used, so that every request can have its own language. */

#include "moly/base/json.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Mark a literal for the catalogue without translating it here. */
#define MOLY_N(text) text

/** `text` in `language` ("ru"); `text` itself when the language is NULL, English or lacks it. */
MOLY_API const char *moly_translate(const char *language, const char *text);
/** Languages compiled in, English first; NULL-terminated. */
MOLY_API const char *const *moly_languages(void);
/** The whole catalogue of a language, {"Sign in": "Войти", …}. New reference; empty for English. */
MOLY_API json_t *moly_catalogue_json(const char *language);

#ifdef __cplusplus
}
#endif
#endif
