/* SPDX-License-Identifier: Apache-2.0 */
/* What a batch waits for, in the order in which it is done; the words of batch_releasable()'s
 * refusals, before anybody is refused. */
#include "quality/show.h"

#include "moly/base/catalogue.h"
#include "quality/methods.h"

typedef struct waiting {
    const batch_parts *parts;
    const site_data *limits;
    moly_instant now;
    json_t *list;
    moly_error *err;
    moly_status status;
} waiting;

static void wait_for(waiting *w, const char *kind, const char *id, const char *rule,
                     const char *remedy, json_t *reason)
{
    if (w->status) {
        json_decref(reason);
        return;
    }
    w->status = screen_add_block(w->list, kind, id, NULL, reason, rule, remedy, w->err);
}

static const json_t *content_of(const waiting *w, const char *key)
{
    return json_object_get(json_object_get(w->parts->batch, "content"), key);
}

static void wait_for_steps(waiting *w, const char *id)
{
    size_t done = (size_t)record_number(w->parts->batch, "steps_done");
    const json_t *steps = content_of(w, "steps"), *next = json_array_get(steps, done);
    if (next) {
        wait_for(w, "batch", id, "R-13", MOLY_N("do it (quality.do_step)"),
                 because("step %zu of %zu is next: %s", done + 1, json_array_size(steps),
                         record_text(next, "name")));
    } else {
        wait_for(w, "batch", id, "R-13", MOLY_N("reconcile it (quality.reconcile)"),
                 because("yield and volume are not reconciled"));
    }
}

static void wait_for_test(waiting *w, const char *id, const json_t *test)
{
    const char *word = record_text(test, "method"), *test_id = record_text(test, "id"),
               *state = record_text(test, "state");
    if (strcmp(state, "waiting") == 0) {
        wait_for(w, "batch", id, "R-45", MOLY_N("test it (quality.test)"),
                 because("there is no result of %s", word));
    } else if (strcmp(state, "passed") == 0) {
        wait_for(w, "test", test_id, "R-45",
                 MOLY_N("another person looks at the raw data and approves it "
                        "(quality.approve_test)"),
                 because("the result of %s is not approved", word));
    }
}

static void wait_for_sterility(waiting *w, const char *id)
{
    const json_t *batch = w->parts->batch;
    const site_limit *limit = site_limit_of(w->limits, "sterility_start_s");
    const site_limit *days = site_limit_of(w->limits, "sterility_incubation_s");
    moly_instant began = record_instant(batch, "sterility_at");
    char until[MOLY_INSTANT_TEXT_SIZE];
    if (moly_instant_is_none(began)) {
        moly_instant latest = moly_instant_add_s(record_instant(batch, "made_at"), limit->value);
        wait_for(w, "batch", id, "R-46", MOLY_N("start it (quality.start_sterility)"),
                 because("its sterility test has not been started; %s at the latest",
                         moly_instant_format(latest, until)));
        return;
    }
    moly_instant ready = moly_instant_add_s(began, days->value);
    if (w->now.us > ready.us) {
        wait_for(
            w, "batch", id, "R-46", MOLY_N("record the result (quality.test)"),
            because("its sterility test was to be read at %s", moly_instant_format(ready, until)));
    }
}

static void wait_for_tests(waiting *w, const char *id)
{
    bool is_conditional = record_is(w->parts->batch, "state", "conditionally released");
    bool is_certified = record_is(w->parts->batch, "state", "certified");
    const json_t *test;
    size_t i;
    json_array_foreach(w->parts->tests, i, test)
    {
        const method *m = method_named(record_text(test, "method"));
        bool is_late = m && m->kind == METHOD_LATE;
        if (is_late && !record_text(test, "id")[0]) {
            wait_for_sterility(w, id);
        } else if (is_late || (!is_certified &&
                               (!is_conditional ||
                                (m && record_is(w->parts->batch, "condition_test", m->word))))) {
            wait_for_test(w, id, test);
        }
    }
}

static void wait_for_cases(waiting *w)
{
    const json_t *one;
    size_t i;
    json_array_foreach(w->parts->cases, i, one)
    {
        if (record_is(one, "state", "open")) {
            wait_for(w, "case", record_text(one, "id"), "R-51",
                     MOLY_N("another person decides it (quality.decide_case)"),
                     because("it is open: %s", record_text(one, "type")));
        }
    }
}

moly_status batch_waiting(const batch_parts *parts, const site_data *limits, moly_instant now,
                          json_t *list, moly_error *err)
{
    static const char *const over[] = {"rejected", "recalled"};
    waiting w = {.parts = parts, .limits = limits, .now = now, .list = list, .err = err};
    const char *id = record_text(parts->batch, "id"), *state = record_text(parts->batch, "state");
    moly_instant ends = record_instant(parts->batch, "expiry");
    bool is_made = strcmp(state, "issued") != 0 && strcmp(state, "in progress") != 0;
    bool is_released =
        strcmp(state, "certified") == 0 || strcmp(state, "conditionally released") == 0;
    wait_for_cases(&w);
    if (strcmp(state, over[0]) == 0 || strcmp(state, over[1]) == 0) {
        return w.status;
    }
    if (!is_made) {
        wait_for_steps(&w, id);
        return w.status;
    }
    if (!is_released && !moly_instant_is_none(ends) && now.us > ends.us) {
        wait_for(&w, "batch", id, "R-24", MOLY_N("reject its vial (pharmacy.reject)"),
                 because("it expired before it was certified"));
    }
    wait_for_tests(&w, id);
    if (strcmp(state, "made") == 0) {
        wait_for(&w, "batch", id, "R-44",
                 MOLY_N("a person who made none of it reads the record (quality.review_batch)"),
                 because("its record has not been reviewed"));
    } else if (strcmp(state, "reviewed") == 0) {
        wait_for(&w, "batch", id, "R-44",
                 MOLY_N("a qualified person certifies it (quality.certify_batch)"),
                 because("it has not been certified"));
    }
    return w.status;
}
