/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_BASE_DECLARE_H
#define MOLY_BASE_DECLARE_H

/** The one declaration of a command or an act. From its table of parameters follow argv parsing,
 *  --help, man page, completion, JSON validation, JSON schema (OpenAPI) and the web form; nothing
 * of these is written anywhere else.
 *
 *      struct elute_args { const char *generator; double volume_ml; moly_instant at; };
 *      static const moly_param elute_params[] = {
 *          {"generator", 'g', MOLY_TEXT(struct elute_args, generator), .is_required = true,
 *           .record = "generator", .help = "generator that is eluted"},
 *          {"volume", 'v', MOLY_F64(struct elute_args, volume_ml), .dim = MOLY_DIM_VOLUME,
 *           .min = 0.1, .max = 50.0, .is_required = true, .help = "volume of the eluate"},
 *      };
 *
 *  What was not given reads: NULL (text, JSON), NAN (F64), INT64_MIN (I64), -1 (BOOL, CHOICE),
 *  MOLY_INSTANT_NONE, an empty list. */

#include <stddef.h>
#include <stdint.h>

#include "moly/base/instant.h"
#include "moly/base/json.h"
#include "moly/base/memory.h"
#include "moly/base/quantity.h"
#include "moly/base/text.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum moly_type {
    MOLY_TYPE_TEXT,         /**< const char * */
    MOLY_TYPE_F64,          /**< double, in the canonical unit of .dim */
    MOLY_TYPE_I64,          /**< int64_t */
    MOLY_TYPE_BOOL,         /**< int: 1, 0, -1 not given; --name and --no-name */
    MOLY_TYPE_CHOICE,       /**< int: index into .choices, -1 not given */
    MOLY_TYPE_INSTANT,      /**< moly_instant; "now" is the clock's */
    MOLY_TYPE_F64_LIST,     /**< moly_f64_list; "1 h,10 d" */
    MOLY_TYPE_INSTANT_LIST, /**< moly_instant_list; "2026-11-20T06:00Z,now" */
    MOLY_TYPE_TEXT_LIST,    /**< moly_text_list; repeated options or positionals, or a JSON array */
    MOLY_TYPE_JSON, /**< json_t *, borrowed from the parse; for structured fields and files */
} moly_type;

typedef struct moly_f64_list {
    size_t n;
    const double *values;
} moly_f64_list;

typedef struct moly_instant_list {
    size_t n;
    const moly_instant *values;
} moly_instant_list;

typedef struct moly_text_list {
    size_t n;
    const char *const *values;
} moly_text_list;

typedef struct moly_param {
    const char *name; /**< "volume": --volume, JSON "volume" */
    char letter;      /**< -v, or 0 */
    moly_type type;
    size_t offset; /**< of the member in the argument struct */
    moly_dim dim;
    double min, max; /**< inclusive, canonical unit; both 0: no bounds. TEXT: bytes of length */
    const char *const *choices; /**< NULL-terminated, CHOICE only */
    const char *fallback;       /**< default, as it would be typed; NULL: none */
    const char
        *record; /**< kind of record the text names, so that a form can offer a list; or NULL */
    const char *pattern_hint; /**< how it looks, for help: "DIR", "FILE", "URL", "USER"; or NULL */
    const char *help;  /**< one line, no final point; also the label's explanation in the form */
    size_t file_bytes; /**< JSON only: a command line names a file of at most that many bytes that
                            holds it, an object has the document itself as its member; 0: no file */
    json_t *(*document)(void); /**< JSON only: its schema, a new reference; NULL: anything */
    bool is_required;
    bool is_positional; /**< taken in order from the words that are no options */
    bool is_secret;     /**< never echoed, logged or put into an event */
    bool is_common;     /**< taken by every command; help lists it apart */
} moly_param;

/* NOLINTBEGIN(bugprone-macro-parentheses): a type cannot stand in parentheses */
#define MOLY_MEMBER(args, member, ctype)                                                           \
    (offsetof(args, member) + 0 * sizeof(char[_Generic(((args *)0)->member, ctype : 1, default     \
                                                       : -1)]))
/* NOLINTEND(bugprone-macro-parentheses) */
#define MOLY_PARAM_OF(kind, args, member, ctype)                                                   \
    .type = (kind), .offset = MOLY_MEMBER(args, member, ctype)
#define MOLY_TEXT(args, member) MOLY_PARAM_OF(MOLY_TYPE_TEXT, args, member, const char *)
#define MOLY_F64(args, member) MOLY_PARAM_OF(MOLY_TYPE_F64, args, member, double)
#define MOLY_I64(args, member) MOLY_PARAM_OF(MOLY_TYPE_I64, args, member, int64_t)
#define MOLY_BOOL(args, member) MOLY_PARAM_OF(MOLY_TYPE_BOOL, args, member, int)
#define MOLY_CHOICE(args, member) MOLY_PARAM_OF(MOLY_TYPE_CHOICE, args, member, int)
#define MOLY_INSTANT(args, member) MOLY_PARAM_OF(MOLY_TYPE_INSTANT, args, member, moly_instant)
#define MOLY_F64_LIST(args, member) MOLY_PARAM_OF(MOLY_TYPE_F64_LIST, args, member, moly_f64_list)
#define MOLY_INSTANT_LIST(args, member)                                                            \
    MOLY_PARAM_OF(MOLY_TYPE_INSTANT_LIST, args, member, moly_instant_list)
#define MOLY_TEXT_LIST(args, member)                                                               \
    MOLY_PARAM_OF(MOLY_TYPE_TEXT_LIST, args, member, moly_text_list)
#define MOLY_JSON(args, member) MOLY_PARAM_OF(MOLY_TYPE_JSON, args, member, json_t *)

typedef struct moly_declaration {
    const char *name;        /**< "decay", "nuclide show", "pharmacy.elute" */
    const char *summary;     /**< one line */
    const char *description; /**< paragraphs separated by an empty line; units, source; or NULL */
    const char *example;     /**< whole command line, begins "moly "; a test runs it */
    const moly_param *params;
    size_t n_params;
    size_t args_size;
} moly_declaration;

/** Fill `args` (args_size bytes) with "not given" and the fallbacks.
 *  @param clock  for instants that fall back to "now" */
MOLY_API MOLY_CHECKED moly_status moly_declare_defaults(const moly_declaration *declaration,
                                                        const moly_clock *clock, moly_arena *arena,
                                                        void *args, moly_error *err);

/** Parse the words after the command's name. Accepts `--name value`, `--name=value`, `-n value`,
 *  `--` before positionals; unknown options, missing values, values out of bounds and missing
 *  required parameters are refused by name, with the nearest suggested. Texts live in `arena`. */
MOLY_API MOLY_CHECKED moly_status moly_declare_parse_argv(const moly_declaration *declaration,
                                                          const moly_clock *clock, int argc,
                                                          char *const *argv, moly_arena *arena,
                                                          void *args, moly_error *err);

/** The same from a JSON object: quantities are texts with units ("750 MBq"); bare numbers only
 * where the dimension is none, counts or fraction. Unknown members are refused. */
MOLY_API MOLY_CHECKED moly_status moly_declare_parse_json(const moly_declaration *declaration,
                                                          const moly_clock *clock,
                                                          const json_t *object, moly_arena *arena,
                                                          void *args, moly_error *err);

/** What was given, as the ledger keeps it: keys with unit suffix ("volume_ml": 5), instants as
 * text, choices by word, secrets and what was not given left out. New reference; NULL without
 * memory. */
MOLY_API json_t *moly_declare_fields(const moly_declaration *declaration, const void *args);

/** What was given as the object that moly_declare_parse_json() reads back into the same arguments,
 *  secrets included: how the command line hands an act on. New reference; NULL without memory. */
MOLY_API json_t *moly_declare_object(const moly_declaration *declaration, const void *args);

/** Generated faces. All append to `text`; `language` NULL is English. */
MOLY_API void moly_declare_help(const moly_declaration *declaration, const char *language,
                                moly_text *text);
MOLY_API void moly_declare_man(const moly_declaration *declaration, moly_text *text);
/** JSON schema of the object that moly_declare_parse_json() takes. New reference. */
MOLY_API json_t *moly_declare_schema(const moly_declaration *declaration);
/** The parameters for `moly acts --format json` and the web form: name, type, dimension, unit,
 *  units offered, min, max, choices, required, default, record, help. New reference. */
MOLY_API json_t *moly_declare_describe(const moly_declaration *declaration, const char *language);

#ifdef __cplusplus
}
#endif
#endif
