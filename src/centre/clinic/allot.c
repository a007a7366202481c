/* SPDX-License-Identifier: Apache-2.0 */
#include "clinic/allot.h"

#include <string.h>

typedef struct search {
    const allot_dose *doses;
    const allot_vial *vials;
    size_t n, n_vials;
    int order[ALLOT_MAX_DOSES]; /* of the doses of one group, the smallest first */
    double left_bq[ALLOT_MAX_VIALS];
    int taken[ALLOT_MAX_VIALS]; /* doses that each vial serves now */
    int now[ALLOT_MAX_DOSES], best[ALLOT_MAX_DOSES];
    int n_best, opened_best;
    long nodes;
} search;

/* Of vials that are used alike a dose needs to try one only. */
static bool is_repeated(const search *s, size_t v, const allot_dose *dose)
{
    for (size_t u = 0; u < v; u++) {
        if (s->vials[u].group == dose->group && s->left_bq[u] == s->left_bq[v] &&
            s->taken[u] == s->taken[v] && s->vials[u].expiry_us == s->vials[v].expiry_us) {
            return true;
        }
    }
    return false;
}

static bool serves(const search *s, size_t v, const allot_dose *dose)
{
    return s->vials[v].group == dose->group && s->vials[v].expiry_us >= dose->injected_us &&
           s->left_bq[v] >= dose->size_bq;
}

/* How many of the doses from `k` on fit into what is left in all, the smallest first. */
static int room_for(const search *s, size_t k)
{
    double left_bq = 0.0;
    int n = 0;
    for (size_t v = 0; v < s->n_vials; v++) {
        left_bq += s->vials[v].group == s->doses[s->order[0]].group ? s->left_bq[v] : 0.0;
    }
    for (size_t i = k; i < s->n; i++) {
        left_bq -= s->doses[s->order[i]].size_bq;
        if (left_bq < 0.0) {
            break;
        }
        n++;
    }
    return n;
}

static void go_on(search *s, size_t k, int n_served, int n_opened)
{
    if (++s->nodes > ALLOT_NODES) {
        return;
    }
    if (n_served > s->n_best || (n_served == s->n_best && n_opened < s->opened_best)) {
        s->n_best = n_served;
        s->opened_best = n_opened;
        memcpy(s->best, s->now, sizeof s->best);
    }
    if (k == s->n) {
        return;
    }
    int most = n_served + room_for(s, k);
    if (most < s->n_best || (most == s->n_best && n_opened >= s->opened_best)) {
        return;
    }
    const allot_dose *dose = &s->doses[s->order[k]];
    for (size_t v = 0; v < s->n_vials; v++) {
        if (!serves(s, v, dose) || is_repeated(s, v, dose)) {
            continue;
        }
        double before_bq = s->left_bq[v];
        int is_opened = s->taken[v]++ == 0;
        s->left_bq[v] -= dose->size_bq;
        s->now[s->order[k]] = (int)v;
        go_on(s, k + 1, n_served + 1, n_opened + is_opened);
        s->now[s->order[k]] = ALLOT_NONE;
        s->left_bq[v] = before_bq;
        s->taken[v]--;
    }
    go_on(s, k + 1, n_served, n_opened);
}

/* The doses of one group, the smallest first (insertion: a day has few). */
static void choose_group(search *s, size_t n_doses, int group)
{
    s->n = 0;
    for (size_t i = 0; i < n_doses; i++) {
        if (s->doses[i].group != group) {
            continue;
        }
        size_t k = s->n++;
        for (; k > 0 && s->doses[s->order[k - 1]].size_bq > s->doses[i].size_bq; k--) {
            s->order[k] = s->order[k - 1];
        }
        s->order[k] = (int)i;
    }
}

bool allot_doses(const allot_dose *doses, size_t n_doses, const allot_vial *vials, size_t n_vials,
                 int *vial_of)
{
    search s = {.doses = doses, .vials = vials};
    bool is_proven = n_doses <= ALLOT_MAX_DOSES && n_vials <= ALLOT_MAX_VIALS;
    s.n_vials = n_vials < ALLOT_MAX_VIALS ? n_vials : ALLOT_MAX_VIALS;
    for (size_t i = 0; i < n_doses; i++) {
        vial_of[i] = ALLOT_NONE;
    }
    n_doses = n_doses < ALLOT_MAX_DOSES ? n_doses : ALLOT_MAX_DOSES;
    for (size_t i = 0; i < n_doses; i++) {
        bool is_done = false;
        for (size_t j = 0; j < i && !is_done; j++) {
            is_done = doses[j].group == doses[i].group;
        }
        if (is_done) {
            continue;
        }
        for (size_t v = 0; v < s.n_vials; v++) {
            s.left_bq[v] = vials[v].capacity_bq;
            s.taken[v] = 0;
        }
        for (size_t k = 0; k < ALLOT_MAX_DOSES; k++) {
            s.now[k] = s.best[k] = ALLOT_NONE;
        }
        s.n_best = -1;
        s.opened_best = 0;
        s.nodes = 0;
        choose_group(&s, n_doses, doses[i].group);
        go_on(&s, 0, 0, 0);
        is_proven = is_proven && s.nodes <= ALLOT_NODES;
        for (size_t k = 0; k < s.n; k++) {
            vial_of[s.order[k]] = s.best[s.order[k]];
        }
    }
    return is_proven;
}
