/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_BASE_DECLARE_INSIDE_H
#define MOLY_BASE_DECLARE_INSIDE_H

/* What the files declare*.c share: one parse of one declaration, from whichever face it comes. */

#include "moly/base/declare.h"

/** What a parse knows of a parameter beside its value. */
typedef struct moly_seen {
    bool is_given;   /* by the caller; a fallback does not count */
    size_t capacity; /* of a list's array */
} moly_seen;

typedef struct moly_reading {
    const moly_declaration *declaration;
    const moly_clock *clock;
    moly_arena *arena;
    char *args; /* a copy of its own; handed over when the whole parse has succeeded */
    moly_seen *seen;
} moly_reading;

/** Begin with everything "not given" and the fallbacks in place. */
MOLY_CHECKED moly_status moly_reading_begin(moly_reading *reading,
                                            const moly_declaration *declaration,
                                            const moly_clock *clock, moly_arena *arena,
                                            moly_error *err);
/** Give parameter `i` the value written in `text`; errors carry no context yet. */
MOLY_CHECKED moly_status moly_reading_take_text(moly_reading *reading, size_t i, const char *text,
                                                moly_error *err);
/** Give parameter `i` a value from JSON. */
MOLY_CHECKED moly_status moly_reading_take_json(moly_reading *reading, size_t i,
                                                const json_t *value, moly_error *err);
/** Refuse what is required and missing (`prefix` stands before names, "--" or ""), then fill args.
 */
MOLY_CHECKED moly_status moly_reading_end(moly_reading *reading, const char *prefix, void *args,
                                          moly_error *err);

/* A value into a member, whole or as one more item of a list. */
MOLY_CHECKED moly_status moly_param_read(moly_reading *reading, const moly_param *param,
                                         moly_seen *seen, const char *text, moly_error *err);
MOLY_CHECKED moly_status moly_param_check_number(const moly_param *param, double value,
                                                 const char *typed, moly_error *err);
MOLY_CHECKED moly_status moly_param_check_text(const moly_param *param, const char *text,
                                               moly_error *err);
MOLY_CHECKED moly_status moly_param_push_number(moly_reading *reading, const moly_param *param,
                                                moly_seen *seen, double value, moly_error *err);
/** One instant, or several with commas between, behind what the list has. */
MOLY_CHECKED moly_status moly_param_push_instants(moly_reading *reading, const moly_param *param,
                                                  moly_seen *seen, const char *text,
                                                  moly_error *err);
MOLY_CHECKED moly_status moly_param_push_text(moly_reading *reading, const moly_param *param,
                                              moly_seen *seen, const char *text, moly_error *err);

void moly_param_clear(const moly_param *param, char *args);
bool moly_param_is_given(const moly_param *param, const void *args);
bool moly_param_has_bounds(const moly_param *param);
bool moly_param_is_list(const moly_param *param);
/** May JSON give it as a number without a unit? */
bool moly_param_may_be_bare(const moly_param *param);
/** The canonical unit as people write it, "mL"; "" where there is none. */
const char *moly_param_symbol(moly_dim dim);

#define MOLY_PARAM_KEY_SIZE 96
/** Member in JSON: the name with '_' for '-'. Returns `key`. */
const char *moly_param_key(const moly_param *param, char key[MOLY_PARAM_KEY_SIZE]);
/** The same with the canonical unit behind it, "volume_ml". Returns `key`. */
const char *moly_param_field_key(const moly_param *param, char key[MOLY_PARAM_KEY_SIZE]);
/** Is `key` this parameter's member? '-' and '_' are the same. */
bool moly_param_has_key(const moly_param *param, const char *key);

#define MOLY_BOUND_TEXT_SIZE 64
/** A bound for people, in `unit` when it is one of the parameter's dimension. Returns `text`. */
const char *moly_param_bound(const moly_param *param, double value, const char *unit,
                             char text[MOLY_BOUND_TEXT_SIZE]);
/** Both bounds, in one unit where that reads well: "0.1 mL", "50 mL". */
void moly_param_bounds(const moly_param *param, char least[MOLY_BOUND_TEXT_SIZE],
                       char most[MOLY_BOUND_TEXT_SIZE]);

#endif
