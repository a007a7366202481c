/* SPDX-License-Identifier: Apache-2.0 */
/* A declaration read from the words of a command line. */

#include "declare_inside.h"

#include "moly/base/catalogue.h"

/* One option word, taken apart: "--name=value", "-nvalue", "--no-name". */
typedef struct option_word {
    size_t param;
    const char *value; /* behind '=' or the letter; NULL when it is the next word */
    bool is_negated;
} option_word;

static bool is_option(const char *word)
{
    /* "-" is standard input and "-5" a number; neither is an option */
    return word[0] == '-' && word[1] != '\0' && !(word[1] >= '0' && word[1] <= '9') &&
           word[1] != '.';
}

static bool find_name(const moly_declaration *declaration, const char *name, size_t length,
                      size_t *param)
{
    for (size_t i = 0; i < declaration->n_params; i++) {
        if (!declaration->params[i].is_positional &&
            strlen(declaration->params[i].name) == length &&
            memcmp(declaration->params[i].name, name, length) == 0) {
            *param = i;
            return true;
        }
    }
    return false;
}

static moly_status unknown_option(const moly_reading *reading, const char *word, moly_error *err)
{
    const moly_declaration *declaration = reading->declaration;
    const char **names = moly_arena_alloc(reading->arena, declaration->n_params + 1, sizeof *names);
    if (names == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    size_t n = 0;
    for (size_t i = 0; i < declaration->n_params; i++) {
        if (!declaration->params[i].is_positional) {
            names[n++] = declaration->params[i].name;
        }
    }
    const char *bare = word + (word[1] == '-' ? 2 : 1);
    const char *wanted = moly_arena_strndup(reading->arena, bare, strcspn(bare, "="));
    if (wanted == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    const char *near = moly_nearest(wanted, names, n);
    if (near != NULL) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "unknown option %.60s; did you mean --%s?", word,
                         near);
    }
    return MOLY_FAIL(err, MOLY_ERR_USAGE, "unknown option %.60s; see moly help %s", word,
                     declaration->name);
}

static bool split_long(const moly_declaration *declaration, const char *word, option_word *option)
{
    const char *name = word + 2;
    size_t length = strcspn(name, "=");
    option->value = name[length] == '=' ? name + length + 1 : NULL;
    option->is_negated = false;
    if (find_name(declaration, name, length, &option->param)) {
        return true;
    }
    if (length > 3 && memcmp(name, "no-", 3) == 0 &&
        find_name(declaration, name + 3, length - 3, &option->param)) {
        option->is_negated = true;
        return declaration->params[option->param].type == MOLY_TYPE_BOOL;
    }
    return false;
}

static bool split_short(const moly_declaration *declaration, const char *word, option_word *option)
{
    option->is_negated = false;
    for (size_t i = 0; i < declaration->n_params; i++) {
        const moly_param *param = &declaration->params[i];
        if (param->is_positional || param->letter == 0 || param->letter != word[1]) {
            continue;
        }
        option->param = i;
        option->value = word[2] == '\0' ? NULL : word + (word[2] == '=' ? 3 : 2);
        return true;
    }
    return false;
}

/* The value that follows as a word of its own; the next option is not taken for one. */
static const char *next_value(const moly_declaration *declaration, int argc, char *const *argv,
                              int *i)
{
    if (*i + 1 >= argc) {
        return NULL;
    }
    const char *word = argv[*i + 1];
    option_word ignored;
    if (strncmp(word, "--", 2) == 0 && split_long(declaration, word, &ignored)) {
        return NULL;
    }
    *i += 1;
    return word;
}

static moly_status take_option(moly_reading *reading, int argc, char *const *argv, int *i,
                               moly_error *err)
{
    const moly_declaration *declaration = reading->declaration;
    const char *word = argv[*i];
    option_word option;
    bool is_known = word[1] == '-' ? split_long(declaration, word, &option)
                                   : split_short(declaration, word, &option);
    if (!is_known) {
        return unknown_option(reading, word, err);
    }
    const moly_param *param = &declaration->params[option.param];
    const char *value = option.value;
    if (param->type == MOLY_TYPE_BOOL) {
        if (option.is_negated && value != NULL) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE, "--no-%s takes no value", param->name);
        }
        value = option.is_negated ? "no" : value == NULL ? "yes" : value;
    } else if (value == NULL) {
        value = next_value(declaration, argc, argv, i);
    }
    if (value == NULL) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "--%s needs a value: %s", param->name,
                         moly_translate(err ? err->language : NULL, param->help));
    }
    moly_status status = moly_reading_take_text(reading, option.param, value, err);
    if (status != MOLY_OK) {
        moly_error_context(err, "--%s", param->name);
    }
    return status;
}

/* The word goes to the first positional parameter that can still take one. */
static moly_status take_positional(moly_reading *reading, const char *word, moly_error *err)
{
    const moly_declaration *declaration = reading->declaration;
    for (size_t i = 0; i < declaration->n_params; i++) {
        const moly_param *param = &declaration->params[i];
        if (!param->is_positional || (reading->seen[i].is_given && !moly_param_is_list(param))) {
            continue;
        }
        moly_status status = moly_reading_take_text(reading, i, word, err);
        if (status != MOLY_OK) {
            moly_error_context(err, "%s", param->name);
        }
        return status;
    }
    return MOLY_FAIL(err, MOLY_ERR_USAGE, "\"%.60s\" was not expected; see moly help %s", word,
                     declaration->name);
}

moly_status moly_declare_parse_argv(const moly_declaration *declaration, const moly_clock *clock,
                                    int argc, char *const *argv, moly_arena *arena, void *args,
                                    moly_error *err)
{
    moly_reading reading;
    moly_status status = moly_reading_begin(&reading, declaration, clock, arena, err);
    bool only_positionals = false;
    for (int i = 0; i < argc && status == MOLY_OK; i++) {
        if (!only_positionals && strcmp(argv[i], "--") == 0) {
            only_positionals = true;
        } else if (!only_positionals && is_option(argv[i])) {
            status = take_option(&reading, argc, argv, &i, err);
        } else {
            status = take_positional(&reading, argv[i], err);
        }
    }
    return status == MOLY_OK ? moly_reading_end(&reading, "--", args, err) : status;
}
