/* SPDX-License-Identifier: Apache-2.0 */
/* The acts for machines: what `moly acts --format json`, the web forms and OpenAPI are made of. */
#include "act.h"

#include "moly/base/catalogue.h"

static json_t *role_words(unsigned roles)
{
    json_t *words = json_array();
#define ROLE_WORD(name, bit, word)                                                                 \
    if (roles & (bit)) {                                                                           \
        (void)json_array_append_new(words, json_string(word));                                     \
    }
    MOLY_ROLE_LIST(ROLE_WORD)
#undef ROLE_WORD
    return words;
}

/* "R-21 R-22" as an array. */
static json_t *rule_names(const char *rules)
{
    json_t *names = json_array();
    while (rules && *rules) {
        size_t length = strcspn(rules, " ");
        (void)json_array_append_new(names, json_stringn(rules, length));
        rules += length + strspn(rules + length, " ");
    }
    return names;
}

static json_t *text_or_null(const char *language, const char *text)
{
    return text ? json_string(moly_translate(language, text)) : json_null();
}

static json_t *describe(const moly_act *act, const char *language)
{
    static const char *const needs[] = {
        [MOLY_SIGNATURE_NONE] = "none", [MOLY_SIGNATURE_ONE] = "one", [MOLY_SIGNATURE_TWO] = "two"};
    const moly_declaration *declaration = &act->declaration;
    return json_pack("{s:s, s:o, s:o, s:o, s:s, s:o, s:o, s:s, s:o, s:s}", "name",
                     declaration->name, "summary", text_or_null(language, declaration->summary),
                     "description", text_or_null(language, declaration->description), "roles",
                     role_words(act->roles), "signature", needs[act->signature], "meaning",
                     text_or_null(language, act->meaning), "rules", rule_names(act->rules),
                     "subject_kind", act->subject_kind, "fields",
                     moly_declare_describe(declaration, language), "example", declaration->example);
}

json_t *moly_acts_describe(const char *language)
{
    size_t n = 0;
    const moly_act *const *acts = moly_acts(&n);
    json_t *results = json_array();
    for (size_t i = 0; i < n; i++) {
        (void)json_array_append_new(results, describe(acts[i], language));
    }
    return json_pack("{s:o}", "results", results);
}
