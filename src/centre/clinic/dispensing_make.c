/* SPDX-License-Identifier: Apache-2.0 */
/* What is to be made for the doses that no vial serves. They become kits to label; those are
 * covered by the eluates that are there, by one elution of the generators in time for the first kit
 * that lacks Tc-99m and, if that serves more patients, by a second one, tried each quarter of an
 * hour. */
#include "clinic/dispensing_plan.h"

static void fall_short(dose *d, const char *why)
{
    d->is_short = true;
    d->make = -1;
    (void)snprintf(d->why, sizeof d->why, "%s", why);
}

/* An accepted lot with a vial that no other kit of the plan takes; NULL: none. */
static const json_t *free_lot(const plan *p, const product *wanted, moly_instant at)
{
    const json_t *one;
    size_t i;
    json_array_foreach(p->lots, i, one)
    {
        double left = record_number(one, "vials_left");
        for (size_t k = 0; k < p->n_makes; k++) {
            left -= p->makes[k].lot && strcmp(p->makes[k].lot, record_text(one, "id")) == 0;
        }
        if (left >= 1.0 && record_is(one, "product", wanted->code) &&
            record_instant(one, "expiry").us > at.us) {
            return one;
        }
    }
    return NULL;
}

static void open_make(plan *p, dose *d)
{
    bool is_kit = product_is(d->p, "kit");
    make *m = &p->makes[p->n_makes];
    moly_instant at =
        moly_instant_add_s(d->draw, is_kit ? -site_value(p->limits, "preparation_s") : 0.0);
    at.us = at.us > p->s->now.us ? at.us : p->s->now.us;
    const json_t *lot = is_kit ? free_lot(p, d->p, at) : NULL;
    if (p->n_makes == MAX_MAKE) {
        fall_short(d, "more kits are missing than a plan holds");
    } else if (is_kit && !lot) {
        fall_short(d, "no accepted lot of it has a vial left");
    } else {
        double use_s = lot ? record_number(lot, "use_within_s") : d->p->use_within_s;
        *m = (make){.p = d->p,
                    .lot = lot ? record_text(lot, "id") : NULL,
                    .at = at,
                    .until = moly_instant_add_s(at, use_s),
                    .supply = -1};
        d->make = (int)p->n_makes++;
    }
}

/* Doses without a vial get one that is still to be made, the same for as long as it lasts. */
static void group_makes(plan *p)
{
    double margin = 1.0 + site_value(p->limits, "dispensing_margin");
    for (size_t i = 0; i < p->n_doses; i++) {
        dose *d = &p->doses[i];
        if (p->vial_of[i] != ALLOT_NONE) {
            continue;
        }
        if (d->nuclide != p->tc99m) {
            fall_short(d, "no vial that is there has enough of it: order or make one");
            continue;
        }
        for (int k = 0; k < (int)p->n_makes && d->make < 0; k++) {
            const make *m = &p->makes[k];
            double most_bq = m->lot && d->p->max_activity_bq > 0.0 ? d->p->max_activity_bq : 1e12;
            bool fits = m->p == d->p && d->due.us <= m->until.us &&
                        m->need_bq + margin * dispensing_needed_bq(d, m->at) <= most_bq;
            d->make = fits ? k : -1;
        }
        if (d->make < 0) {
            open_make(p, d);
        }
        if (d->make >= 0) {
            make *m = &p->makes[d->make];
            m->need_bq += margin * dispensing_needed_bq(d, m->at);
        }
    }
}

double dispensing_supply_bq(const plan *p, const supply *source, moly_instant at)
{
    return physics_decayed_bq(p->tc99m, source->bq, source->at, at);
}

/* Doses of a kit, first due first, as far as `got_bq` goes.
 *  @return how many; with `is_final` the others are short */
static int fill(plan *p, int k, bool is_final)
{
    const make *m = &p->makes[k];
    double left_bq = m->got_bq, margin = 1.0 + site_value(p->limits, "dispensing_margin");
    int n = 0;
    for (size_t i = 0; i < p->n_doses; i++) {
        dose *d = &p->doses[i];
        if (d->make != k || p->vial_of[i] != ALLOT_NONE) {
            continue;
        }
        left_bq -= margin * dispensing_needed_bq(d, m->at);
        if (left_bq >= -1.0) {
            n++;
        } else if (is_final) {
            fall_short(d, "the generators give too little for it at that time");
        }
    }
    return n;
}

/* The first in time that is not done, or -1. */
static int next_make(const plan *p, const bool *is_done)
{
    int next = -1;
    for (int i = 0; i < (int)p->n_makes; i++) {
        if (!is_done[i] && (next < 0 || p->makes[i].at.us < p->makes[next].at.us)) {
            next = i;
        }
    }
    return next;
}

/* Gives each kit to be made, in order of time, the supply that has most left.
 *  @return doses that are covered */
static int cover(plan *p, bool is_final)
{
    double taken_bq[MAX_SUPPLY] = {0}; /* at the supply's own instant */
    bool is_done[MAX_MAKE] = {false};
    int n = 0;
    for (int k = next_make(p, is_done); k >= 0; k = next_make(p, is_done)) {
        make *m = &p->makes[k];
        is_done[k] = true;
        m->supply = -1;
        m->got_bq = 0.0;
        for (int i = 0; i < (int)p->n_supplies; i++) {
            const supply *source = &p->supplies[i];
            supply rest = *source;
            rest.bq -= taken_bq[i];
            double there_bq = dispensing_supply_bq(p, &rest, m->at);
            if (source->at.us <= m->at.us && source->expiry.us > m->at.us && there_bq > m->got_bq) {
                m->supply = i;
                m->got_bq = there_bq;
            }
        }
        if (m->supply >= 0) {
            m->got_bq = fmin(m->got_bq, m->need_bq);
            taken_bq[m->supply] +=
                physics_decayed_bq(p->tc99m, m->got_bq, m->at, p->supplies[m->supply].at);
        }
        n += fill(p, k, is_final);
    }
    return n;
}

/* The eluates that are there, less what is drawn from them. */
static void supply_eluates(plan *p)
{
    for (size_t v = 0; v < p->n_vials && p->n_supplies < MAX_SUPPLY; v++) {
        const vial *one = &p->vials[v];
        if (strncmp(one->node, "eluate/", 7) != 0 || one->used_ml >= one->left_ml) {
            continue;
        }
        supply *source = &p->supplies[p->n_supplies++];
        *source = (supply){.at = p->s->now,
                           .expiry = one->expiry,
                           .bq = (one->left_ml - one->used_ml) * one->concentration_bq_per_ml};
        (void)snprintf(source->node, sizeof source->node, "%s", one->node);
    }
}

/* Every generator eluted at `at`; `before` is an earlier elution of the plan, or none. What that
 * took is missing from the column, decayed: the books are linear. */
static moly_status supply_elution(plan *p, moly_instant at, moly_instant before, moly_error *err)
{
    moly_status status = MOLY_OK;
    double ready_s = 0.5 * site_value(p->limits, "preparation_s");
    for (size_t g = 0; g < p->n_generators && !status && p->n_supplies < MAX_SUPPLY; g++) {
        const generator *one = &p->generators[g];
        char account[96];
        double column_bq = 0.0, then_bq = 0.0;
        if (one->expiry.us <= at.us) {
            continue;
        }
        (void)snprintf(account, sizeof account, "generator/%s", one->id);
        status = moly_ledger_activity(p->s->reader, account, TC99M, at, &column_bq, NULL, err);
        if (!status && !moly_instant_is_none(before)) {
            status =
                moly_ledger_activity(p->s->reader, account, TC99M, before, &then_bq, NULL, err);
            column_bq -= physics_decayed_bq(p->tc99m, one->efficiency * then_bq, before, at);
        }
        supply *source = &p->supplies[p->n_supplies++];
        *source = (supply){.at = moly_instant_add_s(at, ready_s),
                           .expiry = moly_instant_add_s(at, site_value(p->limits, "eluate_use_s"))};
        source->bq = physics_decayed_bq(p->tc99m, one->efficiency * column_bq, at, source->at);
        (void)snprintf(source->node, sizeof source->node, "%s", account);
    }
    return status;
}

/* No elution, one in time for the first kit that lacks Tc-99m, or that and a second one. */
static moly_status choose_elutions(plan *p, moly_error *err)
{
    moly_instant none = MOLY_INSTANT_NONE, first, last = {0};
    double ready_s = 0.5 * site_value(p->limits, "preparation_s");
    size_t n_first;
    int wanted = 0;
    supply_eluates(p);
    for (size_t i = 0; i < p->n_doses; i++) {
        wanted += p->doses[i].make >= 0;
    }
    int most = cover(p, false);
    if (most == wanted || p->n_generators == 0) {
        (void)cover(p, true);
        return MOLY_OK;
    }
    first.us = INT64_MAX;
    for (size_t k = 0; k < p->n_makes; k++) {
        const make *m = &p->makes[k];
        first = m->got_bq < m->need_bq && m->at.us < first.us ? m->at : first;
        last = m->at.us > last.us ? m->at : last;
    }
    first = moly_instant_add_s(first, -ready_s);
    first.us = first.us > p->s->now.us ? first.us : p->s->now.us;
    for (size_t k = 0; k < p->n_makes; k++) { /* not before the eluate is there */
        make *m = &p->makes[k];
        moly_instant ready = moly_instant_add_s(first, ready_s);
        m->at.us = m->got_bq < m->need_bq && m->at.us < ready.us ? ready.us : m->at.us;
    }
    moly_status status = supply_elution(p, first, none, err);
    n_first = p->n_supplies;
    most = status ? 0 : cover(p, false);
    moly_instant second = none;
    for (moly_instant at = moly_instant_add_s(first, 4.0 * GRID_S);
         !status && most < wanted && at.us <= last.us; at = moly_instant_add_s(at, GRID_S)) {
        p->n_supplies = n_first;
        status = supply_elution(p, at, first, err);
        int n = status ? 0 : cover(p, false);
        if (n > most) {
            most = n;
            second = at;
        }
    }
    p->n_supplies = n_first;
    if (!status && !moly_instant_is_none(second)) {
        status = supply_elution(p, second, first, err);
    }
    if (!status) {
        (void)cover(p, true);
    }
    return status;
}

moly_status dispensing_make(plan *p, moly_error *err)
{
    group_makes(p);
    return choose_elutions(p, err);
}
