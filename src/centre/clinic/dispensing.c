/* SPDX-License-Identifier: Apache-2.0 */
/* The list of the day: what is read for it, drawing from the vials that are there, and how it is
 * said. */
#include "moly/centre/dispensing.h"

#include "clinic/dispensing_plan.h"
#include "clinic/fitness.h"

/* ---- what there is ----------------------------------------------------------------------------
 */

static moly_status read_kind(plan *p, const moly_record_query *query, json_t **found,
                             moly_error *err)
{
    moly_status status = moly_ledger_records(p->s->reader, query, found, err);
    return status ? status : screen_append(p->records, *found, err);
}

static int by_due(const void *a, const void *b)
{
    const dose *left = a, *right = b;
    return (left->due.us > right->due.us) - (left->due.us < right->due.us);
}

static moly_status read_doses(plan *p, moly_error *err)
{
    int64_t midnight_us = screen_midnight_us(p->s);
    const moly_record_query query = {.kind = "order",
                                     .state = "ordered",
                                     .from = {midnight_us},
                                     .until = {midnight_us + 86400LL * 1000000 - 1},
                                     .limit = ALLOT_MAX_DOSES};
    json_t *orders = NULL;
    size_t i;
    const json_t *order;
    moly_status status = read_kind(p, &query, &orders, err);
    p->doses = moly_arena_alloc(p->arena, json_array_size(orders) + 1, sizeof *p->doses);
    p->vial_of = moly_arena_alloc(p->arena, json_array_size(orders) + 1, sizeof *p->vial_of);
    if (!status && (!p->doses || !p->vial_of)) {
        status = MOLY_NO_MEMORY(err);
    }
    if (status) {
        return status;
    }
    double lead_s = site_value(p->limits, "dispensing_lead_s");
    json_array_foreach(orders, i, order)
    {
        dose *d = &p->doses[p->n_doses];
        *d = (dose){.order = order,
                    .p = product_named(record_text(order, "product")),
                    .activity_bq = record_number(order, "activity_bq"),
                    .due = record_instant(order, "at"),
                    .make = -1};
        if (!d->p) { /* a product that this version does not know */
            continue;
        }
        d->due.us = d->due.us > p->s->now.us ? d->due.us : p->s->now.us; /* late: at once */
        d->draw = moly_instant_add_s(d->due, -lead_s);
        d->draw.us = d->draw.us > p->s->now.us ? d->draw.us : p->s->now.us;
        status = physics_nuclide(d->p->nuclide, &d->nuclide, err);
        if (status) {
            return status;
        }
        p->n_doses++;
    }
    qsort(p->doses, p->n_doses, sizeof *p->doses, by_due);
    return MOLY_OK;
}

static const struct {
    const char *kind, *state;
} drawable[] = {
    {"kit", "released"},  {"kit", "tested"},      {"kit", "labelled"},  {"eluate", "released"},
    {"eluate", "tested"}, {"eluate", "untested"}, {"vial", "released"}, {"vial", "tested"},
    {"vial", "untested"}, {"vial", "quarantine"},
};
enum { N_DRAWABLE = sizeof drawable / sizeof drawable[0] };

static moly_status add_vial(plan *p, const char *kind, const json_t *record, moly_error *err)
{
    const moly_nuclide *nuclide = NULL;
    vial *v = &p->vials[p->n_vials];
    *v = (vial){.state = record_text(record, "state"),
                .p = product_named(record_text(record, "product")),
                .expiry = record_instant(record, "expiry"),
                .left_ml = record_number(record, "volume_left_ml")};
    double bq = record_number(record, "activity_bq"), ml = record_number(record, "volume_ml");
    if (!v->p || !(bq > 0.0) || !(ml > 0.0) || !(v->left_ml > 0.0) ||
        v->expiry.us <= p->s->now.us) {
        return MOLY_OK;
    }
    moly_status status = physics_nuclide(v->p->nuclide, &nuclide, err);
    if (!status) {
        (void)snprintf(v->node, sizeof v->node, "%s/%s", kind, record_text(record, "id"));
        v->concentration_bq_per_ml =
            physics_decayed_bq(nuclide, bq, record_instant(record, "at"), p->s->now) / ml;
        p->n_vials++;
    }
    return status;
}

static moly_status read_vials(plan *p, moly_error *err)
{
    moly_status status = MOLY_OK;
    p->vials = moly_arena_alloc(p->arena, ALLOT_MAX_VIALS, sizeof *p->vials);
    if (!p->vials) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t k = 0; k < N_DRAWABLE && !status; k++) {
        const moly_record_query query = {
            .kind = drawable[k].kind, .state = drawable[k].state, .limit = ALLOT_MAX_VIALS};
        json_t *records = NULL;
        size_t i;
        const json_t *record;
        status = read_kind(p, &query, &records, err);
        json_array_foreach(records, i, record)
        {
            if (!status && p->n_vials < ALLOT_MAX_VIALS) {
                status = add_vial(p, drawable[k].kind, record, err);
            }
        }
    }
    return status;
}

/* Generators and kit lots that may be used. */
static moly_status read_stock(plan *p, moly_error *err)
{
    const moly_record_query query = {
        .kind = "generator", .state = "accepted", .limit = MAX_GENERATORS};
    const moly_record_query of_lots = {.kind = "lot", .state = "accepted"};
    json_t *records = NULL, *lots = NULL;
    size_t i;
    const json_t *record;
    moly_status status = read_kind(p, &query, &records, err);
    if (!status) {
        status = read_kind(p, &of_lots, &lots, err);
        p->lots = lots;
    }
    json_array_foreach(records, i, record)
    {
        if (!status && p->n_generators < MAX_GENERATORS) {
            p->generators[p->n_generators++] =
                (generator){.id = record_text(record, "id"),
                            .efficiency = record_number(record, "efficiency"),
                            .expiry = record_instant(record, "expiry")};
        }
    }
    return status;
}

/* ---- drawing from what is there ---------------------------------------------------------------
 */

double dispensing_needed_bq(const dose *d, moly_instant at)
{
    return physics_decayed_bq(d->nuclide, d->activity_bq, d->due, at);
}

static moly_status allot(plan *p, moly_error *err)
{
    allot_dose *doses = moly_arena_alloc(p->arena, p->n_doses + 1, sizeof *doses);
    allot_vial *vials = moly_arena_alloc(p->arena, p->n_vials + 1, sizeof *vials);
    if (!doses || !vials) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < p->n_doses; i++) {
        doses[i] = (allot_dose){dispensing_needed_bq(&p->doses[i], p->s->now), p->doses[i].due.us,
                                (int)(p->doses[i].p - product_rows)};
    }
    for (size_t v = 0; v < p->n_vials; v++) {
        vials[v] = (allot_vial){p->vials[v].concentration_bq_per_ml * p->vials[v].left_ml,
                                p->vials[v].expiry.us, (int)(p->vials[v].p - product_rows)};
    }
    p->is_proven = allot_doses(doses, p->n_doses, vials, p->n_vials, p->vial_of);
    for (size_t i = 0; i < p->n_doses; i++) {
        if (p->vial_of[i] != ALLOT_NONE) {
            vial *v = &p->vials[p->vial_of[i]];
            v->used_ml += doses[i].size_bq / v->concentration_bq_per_ml;
            v->n_doses++;
        }
    }
    return MOLY_OK;
}

/* ---- the answer -------------------------------------------------------------------------------
 */

static json_t *at_text(moly_instant at)
{
    char text[MOLY_INSTANT_TEXT_SIZE];
    return json_string(moly_instant_format(at, text));
}

static const char *source_of(const plan *p, const make *m)
{
    return m->supply >= 0 ? p->supplies[m->supply].node : "";
}

static moly_status say_makes(const plan *p, json_t *steps, moly_error *err)
{
    moly_status status = MOLY_OK;
    double ready_s = 0.5 * site_value(p->limits, "preparation_s");
    for (size_t i = 0; i < p->n_supplies && !status; i++) {
        const supply *one = &p->supplies[i];
        bool is_used = false;
        for (size_t k = 0; k < p->n_makes; k++) {
            is_used = is_used || p->makes[k].supply == (int)i;
        }
        if (!is_used || strncmp(one->node, "generator/", 10) != 0) {
            continue;
        }
        moly_instant at = moly_instant_add_s(one->at, -ready_s);
        status =
            screen_append(steps,
                          json_pack("{s:o, s:s, s:s, s:s, s:o}", "at", at_text(at), "do", "elute",
                                    "what", one->node, "product", "pertechnetate", "activity_bq",
                                    moly_json_real(dispensing_supply_bq(p, one, at))),
                          err);
    }
    for (size_t k = 0; k < p->n_makes && !status; k++) {
        const make *m = &p->makes[k];
        if (!m->lot || !(m->got_bq > 0.0)) {
            continue;
        }
        char lot[96];
        (void)snprintf(lot, sizeof lot, "lot/%s", m->lot);
        status =
            screen_append(steps,
                          json_pack("{s:o, s:s, s:s, s:s, s:o, s:s}", "at", at_text(m->at), "do",
                                    "label kit", "what", lot, "product", m->p->code, "activity_bq",
                                    moly_json_real(m->got_bq), "from", source_of(p, m)),
                          err);
    }
    return status;
}

static bool is_asking(const fitness_obstacle *obstacle)
{
    return strcmp(obstacle->act, "clinic.check_patient") == 0;
}

/* The dosage card of a child, and why the dose would be refused; what is asked and weighed on
 * arrival is not said, but for a child whose weight the card needs. */
static moly_status say_patient(const plan *p, const dose *d, json_t *step, moly_error *err)
{
    fitness f;
    fitness_card card;
    fitness_obstacle list[FITNESS_MAX_OBSTACLES];
    size_t n = 0;
    bool is_whole = true;
    moly_status status = fitness_of_order(&p->context, d->order, &f, err);
    f.injection = d->due;
    status = status ? status : fitness_card_of(&p->context, &f, &card, err);
    status = status ? status : fitness_obstacles(&p->context, &f, list, &n, err);
    if (status) {
        return status;
    }
    bool is_unweighed = card.is_child && card.row && !isfinite(card.weight_kg);
    for (size_t i = 0; i < n; i++) {
        bool is_said = !is_asking(&list[i]) || is_unweighed;
        if (is_said && !json_object_get(step, "why")) {
            is_whole = json_object_set_new(step, "why", json_string(list[i].refusal.message)) == 0;
        }
    }
    if (isfinite(card.activity_bq)) {
        json_t *members = json_pack(
            "{s:o, s:o, s:o, s:o, s:b, s:s, s:s}", "card_bq", moly_json_real(card.activity_bq),
            "card_least_bq", moly_json_real(card.row->minimum_bq), "card_most_bq",
            moly_json_real(card.most_bq), "weight_kg", moly_json_real(card.weight_kg),
            "is_over_card", f.activity_bq > card.most_bq, "card_examination", card.row->examination,
            "card_source", card.row->source);
        is_whole = is_whole && members && json_object_update(step, members) == 0;
        json_decref(members);
    }
    return is_whole ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static moly_status say_dose(const plan *p, size_t i, json_t *steps, int *n_short, moly_error *err)
{
    const dose *d = &p->doses[i];
    const char *patient = record_text(d->order, "patient");
    const vial *v = p->vial_of[i] != ALLOT_NONE ? &p->vials[p->vial_of[i]] : NULL;
    json_t *record = NULL;
    moly_status status = moly_ledger_record(p->s->reader, "patient", patient, &record, err);
    if (status) {
        return status;
    }
    double drawn_bq = dispensing_needed_bq(d, d->draw);
    char from[96], order[96];
    (void)snprintf(order, sizeof order, "order/%s", record_text(d->order, "id"));
    (void)snprintf(from, sizeof from, "%s", v ? v->node : "");
    if (!v && d->make >= 0) {
        const make *m = &p->makes[d->make];
        (void)snprintf(from, sizeof from, m->lot ? "lot/%s" : "%s",
                       m->lot ? m->lot : source_of(p, m));
    }
    json_t *step = json_pack(
        "{s:o, s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "at", at_text(d->is_short ? d->due : d->draw),
        "do", d->is_short ? "not enough" : "draw", "what", order, "product", d->p->code, "patient",
        patient, "patient_name", record_text(record, "name"), "due", at_text(d->due), "activity_bq",
        moly_json_real(drawn_bq));
    json_decref(record);
    if (step && from[0]) {
        (void)json_object_set_new(step, "from", json_string(from));
    }
    if (step && v) {
        double ml = dispensing_needed_bq(d, p->s->now) / v->concentration_bq_per_ml;
        (void)json_object_set_new(step, "volume_ml", moly_json_real(ml));
    }
    if (step && v && strcmp(v->state, "released") != 0) {
        (void)json_object_set_new(step, "why", json_string("not released yet"));
    }
    if (step && d->is_short) {
        ++*n_short;
        (void)json_object_set_new(step, "why", json_string(d->why));
    }
    status = step ? say_patient(p, d, step, err) : MOLY_NO_MEMORY(err);
    if (status) {
        json_decref(step);
        return status;
    }
    return screen_append(steps, step, err);
}

static moly_status say_vials(const plan *p, json_t *vials, moly_error *err)
{
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < p->n_vials && !status; i++) {
        const vial *v = &p->vials[i];
        status = screen_append(
            vials,
            json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:i, s:o}", "vessel", v->node, "product",
                      v->p->code, "state", v->state, "holds_bq",
                      moly_json_real(v->concentration_bq_per_ml * v->left_ml), "volume_left_ml",
                      moly_json_real(v->left_ml), "used_ml", moly_json_real(v->used_ml), "doses",
                      v->n_doses, "expiry", at_text(v->expiry)),
            err);
    }
    return status;
}

static int by_time(const void *a, const void *b)
{
    moly_instant left = record_instant(*(json_t *const *)a, "at");
    moly_instant right = record_instant(*(json_t *const *)b, "at");
    return (left.us > right.us) - (left.us < right.us);
}

static moly_status sort_steps(const plan *p, const json_t *steps, json_t *sorted, moly_error *err)
{
    size_t n = json_array_size(steps);
    json_t **order = moly_arena_alloc(p->arena, n + 1, sizeof(json_t *));
    moly_status status = order ? MOLY_OK : MOLY_NO_MEMORY(err);
    for (size_t i = 0; i < n && !status; i++) {
        order[i] = json_array_get(steps, i);
    }
    if (!status) {
        qsort(order, n, sizeof(json_t *), by_time);
    }
    for (size_t i = 0; i < n && !status; i++) {
        status = screen_append(sorted, json_incref(order[i]), err);
    }
    return status;
}

static moly_status answer(const plan *p, json_t **out, moly_error *err)
{
    json_t *steps = json_array(), *sorted = json_array(), *vials = json_array();
    int n_short = 0;
    moly_status status = say_makes(p, steps, err);
    for (size_t i = 0; i < p->n_doses && !status; i++) {
        status = say_dose(p, i, steps, &n_short, err);
    }
    if (!status) {
        status = say_vials(p, vials, err);
    }
    status = status ? status : sort_steps(p, steps, sorted, err);
    if (!status) {
        *out = json_pack("{s:o, s:i, s:i, s:b, s:O, s:O}", "now", at_text(p->s->now), "doses",
                         (int)p->n_doses, "short", n_short, "is_proven", p->is_proven, "steps",
                         sorted, "vials", vials);
        status = *out ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    json_decref(sorted);
    json_decref(steps);
    json_decref(vials);
    return status;
}

moly_status moly_centre_dispensing(const moly_site *site, const moly_ledger_reader *reader,
                                   moly_instant now, json_t **out, moly_error *err)
{
    const screen s = {
        site, reader, {now.us - now.us % 1000000}}; /* whole seconds are read easier */
    moly_arena *arena = moly_arena_new();
    plan *p = arena ? moly_arena_alloc(arena, 1, sizeof *p) : NULL;
    *out = NULL;
    if (!p) {
        moly_arena_free(arena);
        return MOLY_NO_MEMORY(err);
    }
    *p = (plan){.s = &s, .arena = arena, .records = json_array()};
    p->reads = (moly_performer){.user = "", .language = err ? err->language : NULL};
    moly_status status = screen_context(&s, arena, &p->reads, &p->context, err);
    p->limits = p->context.limits;
    status = status ? status : physics_nuclide(TC99M, &p->tc99m, err);
    status = status ? status : read_doses(p, err);
    status = status ? status : read_vials(p, err);
    status = status ? status : read_stock(p, err);
    status = status ? status : allot(p, err);
    status = status ? status : dispensing_make(p, err);
    status = status ? status : answer(p, out, err);
    json_decref(p->records);
    moly_arena_free(arena);
    return status;
}
