/* SPDX-License-Identifier: Apache-2.0 */
/* The best day by branch and bound. A batch that stands alone ends latest and weighs least, so the
 * sum of such weights bounds a division and what is left of an order; divisions are taken by that
 * bound, and once it is no better than the best day nothing after it can be. First every division
 * is put in the order of its latest ends and improved by exchange of neighbours, which gives a good
 * day early; then its orders are followed one batch at a time. */
#include <string.h>

#include "plan_inside.h"

enum {
    MOST_DIVISIONS = 4096,
    MOST_TRIED = 200000, /* 0.1 s */
    /* exchanges may use so much of that, so that something is left to prove with */
    MOST_EXCHANGED = 100000,
};

typedef struct division {
    unsigned char batches[MOLY_PLAN_MOST_PRODUCTS]; /* of each line, less 1 */
    plan_score bound;
} division;

typedef struct search {
    const moly_plan_problem *problem;
    const plan_line *lines;
    size_t n_lines;
    plan_columns columns;
    plan_found *best;
    bool has_best, is_cut;
    size_t n_tried;
    /* the division in hand, latest end first */
    plan_wish wishes[PLAN_MOST_BATCHES];
    double alone[PLAN_MOST_BATCHES]; /* least weight of each */
    size_t alone_unmet[PLAN_MOST_BATCHES];
    plan_placed placed[PLAN_MOST_BATCHES];
    size_t n;
} search;

/* By more than rounding: equal days would be followed for nothing. */
static bool is_better(plan_score a, plan_score b)
{
    return a.unmet != b.unmet ? a.unmet < b.unmet : a.cost < b.cost - 1e-9 * b.cost;
}

static bool can_be_best(const search *s, plan_score bound)
{
    return !s->has_best || is_better(bound, s->best->score);
}

static size_t unmet_of(const plan_wish *wish, const plan_placed *placed)
{
    return placed->why == MOLY_PLAN_MET ? 0 : wish->end - wish->begin;
}

/* ---- a division --------------------------------------------------------------------------- */

static plan_score take_division(search *s, const division *d)
{
    plan_score bound = {0, 0.0};
    s->n = 0;
    for (size_t l = 0; l < s->n_lines; l++) {
        const size_t *first = s->lines[l].first[d->batches[l]];
        for (size_t b = 0; b <= d->batches[l]; b++) {
            plan_wish wish = plan_wish_of(s->problem, &s->lines[l], first[b], first[b + 1]);
            size_t i = s->n++;
            for (; i > 0 && s->wishes[i - 1].latest_us < wish.latest_us; i--) {
                s->wishes[i] = s->wishes[i - 1];
            }
            s->wishes[i] = wish;
        }
    }
    for (size_t i = 0; i < s->n; i++) {
        plan_taken taken = plan_nothing_taken();
        plan_placed placed;
        plan_put(s->problem, &s->wishes[i], &taken, &placed);
        s->alone[i] = plan_least_weight(s->problem, &s->wishes[i], &placed);
        s->alone_unmet[i] = unmet_of(&s->wishes[i], &placed);
        bound.cost += s->alone[i];
        bound.unmet += s->alone_unmet[i];
    }
    return bound;
}

/* A whole day: `s->placed`, which weighs `score`. The columns have the last word. */
static moly_status offer(search *s, plan_score score, moly_error *err)
{
    plan_placed placed[PLAN_MOST_BATCHES];
    if (!can_be_best(s, score)) {
        return MOLY_OK;
    }
    memcpy(placed, s->placed, s->n * sizeof *placed);
    moly_status status = plan_elute(s->problem, &s->columns, s->wishes, s->n, placed, &score, err);
    if (status == MOLY_OK && can_be_best(s, score)) {
        s->has_best = true;
        s->best->score = score;
        s->best->n = s->n;
        memcpy(s->best->wishes, s->wishes, s->n * sizeof *s->wishes);
        memcpy(s->best->placed, placed, s->n * sizeof *placed);
    }
    return status;
}

/* ---- a good day --------------------------------------------------------------------------- */

static plan_score put_all(search *s, const size_t *order)
{
    plan_taken taken = plan_nothing_taken();
    plan_score score = {0, 0.0};
    for (size_t i = 0; i < s->n; i++) {
        const plan_wish *wish = &s->wishes[order[i]];
        plan_placed *placed = &s->placed[order[i]];
        plan_put(s->problem, wish, &taken, placed);
        score.unmet += unmet_of(wish, placed);
        score.cost += plan_weight(s->problem, wish, placed);
    }
    s->n_tried += s->n;
    return score;
}

static moly_status exchange(search *s, moly_error *err)
{
    size_t order[PLAN_MOST_BATCHES];
    for (size_t i = 0; i < s->n; i++) {
        order[i] = i;
    }
    plan_score best = put_all(s, order);
    moly_status status = offer(s, best, err);
    bool is_moving = true;
    while (is_moving && status == MOLY_OK) {
        is_moving = false;
        for (size_t i = 0; i + 1 < s->n && status == MOLY_OK && s->n_tried < MOST_EXCHANGED; i++) {
            size_t moved = order[i];
            order[i] = order[i + 1];
            order[i + 1] = moved;
            plan_score score = put_all(s, order);
            if (is_better(score, best)) {
                best = score;
                is_moving = true;
                status = offer(s, score, err);
            } else {
                order[i + 1] = order[i];
                order[i] = moved;
            }
        }
    }
    return status;
}

/* ---- all days ----------------------------------------------------------------------------- */

static bool meet(const search *s, size_t i, size_t j)
{
    const moly_plan_product *a = &s->problem->products[s->wishes[i].line->product];
    const moly_plan_product *b = &s->problem->products[s->wishes[j].line->product];
    return (a->cyclotron != MOLY_PLAN_NONE && a->cyclotron == b->cyclotron) ||
           (a->cells & b->cells) != 0;
}

/* Of orders that differ only in neighbours which never meet one is enough. */
static bool is_repeated(const search *s, size_t i, size_t last)
{
    return last != MOLY_PLAN_NONE && i < last && !meet(s, i, last);
}

/* `left`: bit i, wish i waits; `bound`: what is placed, and the others alone. As deep as batches.
 */
static moly_status follow(search *s, uint32_t left, size_t last, const plan_taken *taken,
                          plan_score bound, moly_error *err)
{
    if (left == 0) {
        return offer(s, bound, err);
    }
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < s->n && status == MOLY_OK && !s->is_cut; i++) {
        if (!(left & (uint32_t)1 << i) || is_repeated(s, i, last)) {
            continue;
        }
        plan_taken next = *taken;
        plan_put(s->problem, &s->wishes[i], &next, &s->placed[i]);
        s->is_cut = ++s->n_tried >= MOST_TRIED;
        plan_score so_far = {
            bound.unmet - s->alone_unmet[i] + unmet_of(&s->wishes[i], &s->placed[i]),
            bound.cost - s->alone[i] + plan_weight(s->problem, &s->wishes[i], &s->placed[i])};
        if (can_be_best(s, so_far)) {
            status = follow(s, left & ~((uint32_t)1 << i), i, &next, so_far, err);
        }
    }
    return status;
}

/* ---- all divisions ------------------------------------------------------------------------ */

/* The next one, as a counter counts; false after the last. */
static bool count_on(const search *s, size_t most, division *d)
{
    for (size_t l = 0; l < s->n_lines; l++) {
        if (++d->batches[l] < most && s->lines[l].is_possible[d->batches[l]]) {
            return true;
        }
        d->batches[l] = 0;
    }
    return false;
}

/* With at most `most` batches of each product, as far as it matters. */
static size_t count_divisions(const search *s, size_t most)
{
    size_t n = 1;
    for (size_t l = 0; l < s->n_lines && n <= MOST_DIVISIONS; l++) {
        n *= most;
    }
    return n;
}

/* By their bounds, the best first. */
static size_t list_divisions(search *s, division *list, bool *are_all)
{
    size_t n = 0, most = MOLY_PLAN_MOST_BATCHES;
    while (count_divisions(s, most) > MOST_DIVISIONS) {
        most--;
    }
    *are_all = most == MOLY_PLAN_MOST_BATCHES;
    division d = {0};
    do {
        d.bound = take_division(s, &d);
        list[n++] = d;
    } while (count_on(s, most, &d));
    for (size_t gap = n / 2; gap > 0; gap /= 2) {
        for (size_t i = gap; i < n; i++) {
            division moved = list[i];
            size_t j = i;
            for (; j >= gap && is_better(moved.bound, list[j - gap].bound); j -= gap) {
                list[j] = list[j - gap];
            }
            list[j] = moved;
        }
    }
    return n;
}

static moly_status search_all(search *s, const division *list, size_t n, moly_error *err)
{
    moly_status status = MOLY_OK;
    for (size_t i = 0;
         i < n && status == MOLY_OK && can_be_best(s, list[i].bound) && s->n_tried < MOST_EXCHANGED;
         i++) {
        (void)take_division(s, &list[i]);
        status = exchange(s, err);
    }
    for (size_t i = 0; i < n && status == MOLY_OK && can_be_best(s, list[i].bound) && !s->is_cut;
         i++) {
        const plan_taken nothing = plan_nothing_taken();
        plan_score bound = take_division(s, &list[i]);
        status = follow(s, s->n < 32 ? ((uint32_t)1 << s->n) - 1 : UINT32_MAX, MOLY_PLAN_NONE,
                        &nothing, bound, err);
    }
    return status;
}

moly_status plan_search(const moly_plan_problem *problem, const plan_line *lines, size_t n_lines,
                        moly_arena *arena, plan_found *found, moly_error *err)
{
    bool are_all = false;
    search *s = moly_arena_alloc(arena, 1, sizeof *s);
    division *list = moly_arena_alloc(arena, MOST_DIVISIONS, sizeof *list);
    if (!s || !list) {
        return MOLY_NO_MEMORY(err);
    }
    *s = (search){.problem = problem, .lines = lines, .n_lines = n_lines, .best = found};
    moly_status status = plan_columns_open(problem, &s->columns, err);
    if (status == MOLY_OK) {
        size_t n = list_divisions(s, list, &are_all);
        status = search_all(s, list, n, err);
    }
    found->n_tried = s->n_tried;
    found->is_proven = are_all && !s->is_cut;
    plan_columns_close(&s->columns);
    return status;
}
