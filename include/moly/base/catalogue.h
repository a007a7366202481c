/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_BASE_CATALOGUE_H
#define MOLY_BASE_CATALOGUE_H

/** Messages in the reader's language. The catalogues are gettext files, po/LANGUAGE.po, compiled
 * into Moly; the same catalogues serve the C side, the reports and the browser. The English text is
 * the key. No process-wide locale is used, so that every request can have its own language. */

#include <stdarg.h>

#include "moly/base/json.h"
#include "moly/base/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Mark a literal for the catalogue without translating it here. */
#define MOLY_N(text) text

/** `text` in `language` ("ru"); `text` itself when the language is NULL, English or lacks it. */
MOLY_API const char *moly_translate(const char *language, const char *text);
/** Languages compiled in, English first; NULL-terminated. */
MOLY_API const char *const *moly_languages(void);
/** Languages in which papers can be printed: those, and others whose catalogue has only papers
 *  ("ky", "sr-Latn", "ar"). NULL-terminated. */
MOLY_API const char *const *moly_paper_languages(void);
/** The whole catalogue of a language, {"Sign in": "Войти", …}. New reference; empty for English. */
MOLY_API json_t *moly_catalogue_json(const char *language);

/** A sentence that is kept, so that each who reads it later has it in her own language:
 *  {"message": as said in `language`, "template": the English format, "values": ["18.5 GBq", ...]},
 *  each value as text, numbers with a decimal point. A browser says it too: the translation of
 *  "template" with the values in the places of its conversions.
 *  @param format  a literal with %s, %d, %u, %zu, %lld, %f, %g, ... without '*'
 *  @return new reference; NULL without memory */
MOLY_API json_t *moly_message_new(const char *language, const char *format, va_list args);
/** Append what moly_message_new() kept, in `language`; "message" as it stands where the rest is
 *  missing (events of older versions) or cannot be read. */
MOLY_API void moly_message_say(const json_t *message, const char *language, moly_text *out);

#ifdef __cplusplus
}
#endif
#endif
