/* SPDX-License-Identifier: Apache-2.0 */
/* "rdp:beta=0.5,gamma=2" to numbers. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "moly/base/text.h"
#include "moly/reconstruction/priors.h"

#define MOLY_PRIOR_WORD(name, word) word,
static const char *const words[] = {MOLY_PRIOR_LIST(MOLY_PRIOR_WORD)};

/* A key, the priors that know it, where its number goes, its range. */
static const struct {
    const char *key;
    unsigned kinds;
    size_t place;
    double least, most;
} keys[] = {
    {"beta", ~0U, offsetof(moly_prior_options, beta), 1e-12, 1e12},
    {"gamma", 1U << MOLY_PRIOR_RDP, offsetof(moly_prior_options, gamma), 0.0, 100.0},
    {"eps", 1U << MOLY_PRIOR_RDP | 1U << MOLY_PRIOR_TV | 1U << MOLY_PRIOR_PLS,
     offsetof(moly_prior_options, epsilon), 1e-12, 1e12},
    {"delta", 1U << MOLY_PRIOR_LOG_COSH, offsetof(moly_prior_options, delta), 1e-12, 1e12},
    {"eta", 1U << MOLY_PRIOR_PLS, offsetof(moly_prior_options, eta), 1e-12, 1e12},
};
enum { N_KEYS = sizeof keys / sizeof *keys, MOST_TEXT = 200 };

const char *moly_prior_word(moly_prior_kind kind)
{
    return (unsigned)kind < MOLY_N_PRIORS ? words[kind] : "?";
}

static moly_status take(const char *key, const char *text, moly_prior_options *made,
                        moly_error *err)
{
    double value = 0.0;
    const char *word = words[made->kind];
    moly_status status = moly_number_parse(text, &value, err);
    if (status) {
        moly_error_context(err, "prior '%s', %s", word, key);
        return MOLY_ERR_USAGE;
    }
    if (strcmp(key, "n") == 0 && made->kind == MOLY_PRIOR_BOWSHER) {
        if (!(value >= 1.0 && value <= 26.0)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "prior '%s': n of %g; of 1 to 26 neighbours",
                             word, value);
        }
        made->n_alike = (int64_t)value;
        return MOLY_OK;
    }
    for (size_t i = 0; i < N_KEYS; i++) {
        if (strcmp(keys[i].key, key) == 0 && (keys[i].kinds >> made->kind & 1U)) {
            if (!(value >= keys[i].least && value <= keys[i].most)) {
                return MOLY_FAIL(err, MOLY_ERR_RANGE, "prior '%s': %s of %g; from %g to %g", word,
                                 key, value, keys[i].least, keys[i].most);
            }
            memcpy((char *)made + keys[i].place, &value, sizeof value);
            return MOLY_OK;
        }
    }
    return MOLY_FAIL(err, MOLY_ERR_USAGE,
                     "prior '%s' has no '%s'; such as rdp:beta=1,gamma=2,eps=1, quadratic:beta=1, "
                     "logcosh:beta=1,delta=100, tv:beta=1,eps=10, bowsher:beta=1,n=7, "
                     "pls:beta=1,eps=10,eta=0.01",
                     word, key);
}

moly_status moly_prior_parse(const char *text, moly_prior_options *options, moly_error *err)
{
    char copy[MOST_TEXT];
    moly_prior_options made = {.kind = MOLY_N_PRIORS,
                               .gamma = 2.0,
                               .epsilon = 1.0,
                               .delta = 100.0,
                               .eta = 1e-3,
                               .n_alike = 7};
    if (strlen(text) >= sizeof copy) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "prior: a text of %zu characters; fewer than %d",
                         strlen(text), MOST_TEXT);
    }
    (void)snprintf(copy, sizeof copy, "%s", text);
    char *next = strchr(copy, ':');
    if (next) {
        *next++ = '\0';
    }
    for (int i = 0; i < MOLY_N_PRIORS; i++) {
        made.kind = strcmp(words[i], copy) == 0 ? (moly_prior_kind)i : made.kind;
    }
    if (made.kind == MOLY_N_PRIORS) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "no prior '%s'; there is rdp, quadratic, logcosh, tv, bowsher, pls", copy);
    }
    moly_status status = MOLY_OK;
    while (next && *next && !status) {
        char *key = next, *value = strchr(key, '=');
        next = strchr(key, ',');
        if (next) {
            *next++ = '\0';
        }
        if (!value || (next && value > next)) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE, "prior '%s': '%s' is no key=number",
                             words[made.kind], key);
        }
        *value++ = '\0';
        status = take(key, value, &made, err);
    }
    if (!status && !(made.beta > 0.0)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "prior '%s' needs its strength: %s:beta=1",
                         words[made.kind], words[made.kind]);
    }
    if (!status) {
        *options = made;
    }
    return status;
}
