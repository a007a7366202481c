/* SPDX-License-Identifier: Apache-2.0 */
/* One account: for each nuclide that was posted to it, the inventory of that nuclide's family at a
 * reference instant, the newest posting's. Decay is linear, so a posting that is dated back is
 * decayed to the reference and added; only where a share was taken after it does the order count,
 * and the account is figured anew from its postings. */
#include "accounts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double elapsed_s(int64_t from_us, int64_t to_us)
{
    return ((double)to_us - (double)from_us) * 1e-6;
}

static bool is_share(const posting *p)
{
    return p->sd_bq < 0.0;
}

/* ---- parts ---------------------------------------------------------------------------------- */

/* state = atoms [n] then covariance [n][n], IEEE 754 doubles, little-endian as all machines that
 * Moly runs on. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "states are stored little-endian");

moly_status account_take_state(const store_value *column, holding *inventory, moly_error *err)
{
    size_t size = inventory_size(inventory->family) * sizeof(double);
    if (column->type != STORE_BLOB || column->length != size) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "an account of %s was written with other nuclide data: run moly ledger "
                         "rebuild",
                         inventory->family->names[0]);
    }
    memcpy(inventory->atoms, column->data, size);
    return MOLY_OK;
}

/* Parts stand in the order of their nuclides, in which sums are made. */
static moly_status get_part(activity_account *a, const decay_family *family, int64_t ref_us,
                            account_part **part, moly_error *err)
{
    size_t place = 0;
    while (place < a->n_parts &&
           strcmp(a->parts[place].inventory.family->names[0], family->names[0]) < 0) {
        place++;
    }
    if (place < a->n_parts && a->parts[place].inventory.family == family) {
        *part = &a->parts[place];
        return MOLY_OK;
    }
    account_part *parts = moly_realloc(a->parts, a->n_parts + 1, sizeof *parts);
    if (!parts) {
        return MOLY_NO_MEMORY(err);
    }
    a->parts = parts;
    account_part made = {.ref_us = ref_us};
    moly_status status = inventory_new(family, &made.inventory, err);
    if (status) {
        return status;
    }
    memmove(&parts[place + 1], &parts[place], (a->n_parts - place) * sizeof *parts);
    parts[place] = made;
    a->n_parts++;
    *part = &parts[place];
    return MOLY_OK;
}

static moly_status advance(account_part *part, int64_t at_us, moly_error *err)
{
    moly_status status = inventory_decay(&part->inventory, elapsed_s(part->ref_us, at_us), err);
    if (!status) {
        part->ref_us = at_us;
    }
    return status;
}

/* ---- reading -------------------------------------------------------------------------------- */

static activity_account *find_account(const changes *c, const char *name)
{
    return (activity_account *)map_find(&c->accounts, name, strlen(name));
}

static moly_status take_part(void *context, const store_value *columns, moly_error *err)
{
    changes *c = context;
    activity_account *a = find_account(c, store_get_text(&columns[0]));
    const decay_family *family = NULL;
    account_part *part = NULL;
    moly_status status = family_find(c->families, store_get_text(&columns[1]), &family, err);
    if (!status) {
        status = get_part(a, family, columns[2].i, &part, err);
    }
    if (!status) {
        status = account_take_state(&columns[3], &part->inventory, err);
        part->seq = columns[4].i;
    }
    return status;
}

static moly_status take_closing(void *context, const store_value *columns, moly_error *err)
{
    (void)err;
    activity_account *a = find_account(context, store_get_text(&columns[0]));
    a->is_closed = true;
    a->closed_us = columns[1].i;
    a->closed_seq = columns[2].i;
    return MOLY_OK;
}

static void account_free(activity_account *a)
{
    for (size_t i = 0; i < a->n_parts; i++) {
        inventory_free(&a->parts[i].inventory);
    }
    moly_free(a->parts);
    moly_free(a->postings);
    moly_free(a->name);
    moly_free(a);
}

void accounts_free(changes *c)
{
    for (activity_account *a = c->first_account; a;) {
        activity_account *next = a->next;
        account_free(a);
        a = next;
    }
    c->first_account = NULL;
    c->last_account = NULL;
}

moly_status account_want(changes *c, const char *name, moly_error *err)
{
    if (find_account(c, name)) {
        return MOLY_OK;
    }
    activity_account *a = moly_alloc(1, sizeof *a);
    char *own = a ? moly_strdup(name) : NULL;
    if (own) {
        a->name = own;
        a->node = (map_node){.key = own, .key_length = strlen(own)};
    }
    if (!own || !map_add(&c->accounts, &a->node)) {
        moly_free(own);
        moly_free(a);
        return MOLY_NO_MEMORY(err);
    }
    *(c->last_account ? &c->last_account->next : &c->first_account) = a;
    c->last_account = a;
    if (!c->below) {
        return MOLY_OK;
    }
    c->is_waiting = true;
    moly_status status =
        store_later(c->below, "SELECT * FROM account WHERE account = $1 ORDER BY source",
                    STORE_VALUES(store_text(name)), take_part, c, err);
    if (!status) {
        status = store_later(c->below, "SELECT * FROM closing WHERE account = $1",
                             STORE_VALUES(store_text(name)), take_closing, c, err);
    }
    return status;
}

moly_status account_get(changes *c, const char *name, activity_account **found, moly_error *err)
{
    moly_status status = account_want(c, name, err);
    if (!status) {
        status = changes_settle(c, err);
    }
    if (!status) {
        *found = find_account(c, name);
    }
    return status;
}

/* ---- from the postings ---------------------------------------------------------------------- */

static moly_status keep_posting(activity_account *a, const posting *p, moly_error *err)
{
    if (a->n_postings == a->n_room) {
        size_t room = a->n_room ? 2 * a->n_room : 4;
        posting *list = moly_realloc(a->postings, room, sizeof *list);
        if (!list) {
            return MOLY_NO_MEMORY(err);
        }
        a->postings = list;
        a->n_room = room;
    }
    a->postings[a->n_postings++] = *p;
    return MOLY_OK;
}

static int compare_postings(const void *left, const void *right)
{
    const posting *a = left, *b = right;
    int64_t x = a->at_us, y = b->at_us;
    if (x == y) {
        x = a->seq;
        y = b->seq;
    }
    if (x == y) {
        x = a->n;
        y = b->n;
    }
    return x < y ? -1 : x > y;
}

struct gathering {
    changes *c;
    activity_account list; /* only its postings */
};

static moly_status take_posting(void *context, const store_value *columns, moly_error *err)
{
    struct gathering *g = context;
    posting p = {.at_us = columns[1].i, .activity_bq = columns[2].r, .sd_bq = columns[3].r};
    moly_status status = family_find(g->c->families, store_get_text(&columns[0]), &p.family, err);
    return status ? status : keep_posting(&g->list, &p, err);
}

/* Postings made by an instant, in the order in which they were made. */
static moly_status gather(changes *c, const activity_account *a, int64_t until_us,
                          struct gathering *g, moly_error *err)
{
    *g = (struct gathering){.c = c};
    moly_status status = MOLY_OK;
    if (c->below) {
        status = changes_flush(c, err);
        return status ? status
                      : store_query(c->below,
                                    "SELECT source, at_us, activity_bq, sd_bq FROM posting"
                                    " WHERE account = $1 AND at_us <= $2 ORDER BY at_us, seq, n",
                                    STORE_VALUES(store_text(a->name), store_int(until_us)),
                                    take_posting, g, err);
    }
    for (size_t i = 0; i < a->n_postings && !status; i++) {
        if (a->postings[i].at_us <= until_us) {
            status = keep_posting(&g->list, &a->postings[i], err);
        }
    }
    if (!status && g->list.n_postings > 0) {
        qsort(g->list.postings, g->list.n_postings, sizeof(posting), compare_postings);
    }
    return status;
}

static int64_t next_share_us(const activity_account *list, size_t from, int64_t until_us)
{
    while (from < list->n_postings && !is_share(&list->postings[from])) {
        from++;
    }
    return from < list->n_postings ? list->postings[from].at_us : until_us;
}

/* All are decayed to the next share that was taken, or to the end: `ref_us`. */
static moly_status replay_posting(const activity_account *a, const posting *p, int64_t *ref_us,
                                  int64_t next_us, holding *states, moly_error *err)
{
    moly_status status = MOLY_OK;
    for (size_t k = 0; k < a->n_parts && !status; k++) {
        if (is_share(p)) {
            inventory_take_share(&states[k], p->family->names[0], -p->sd_bq);
        }
        if (states[k].family == p->family) {
            status = inventory_post(&states[k], p->activity_bq, is_share(p) ? 0.0 : p->sd_bq,
                                    elapsed_s(p->at_us, *ref_us), err);
        }
        if (is_share(p) && !status) {
            status = inventory_decay(&states[k], elapsed_s(*ref_us, next_us), err);
        }
    }
    if (is_share(p)) {
        *ref_us = next_us;
    }
    return status;
}

moly_status account_replay(changes *c, const activity_account *a, const decay_family *family,
                           int64_t until_us, holding *state, moly_error *err)
{
    struct gathering g = {0};
    holding *states = moly_alloc(a->n_parts, sizeof *states);
    moly_status status = states ? MOLY_OK : MOLY_NO_MEMORY(err);
    for (size_t k = 0; k < a->n_parts && !status; k++) {
        status = inventory_new(a->parts[k].inventory.family, &states[k], err);
    }
    if (!status) {
        status = gather(c, a, until_us, &g, err);
    }
    int64_t ref_us = next_share_us(&g.list, 0, until_us);
    for (size_t i = 0; i < g.list.n_postings && !status; i++) {
        status = replay_posting(a, &g.list.postings[i], &ref_us,
                                next_share_us(&g.list, i + 1, until_us), states, err);
    }
    for (size_t k = 0; states && k < a->n_parts; k++) {
        if (!status && states[k].family == family) {
            memcpy(state->atoms, states[k].atoms, inventory_size(family) * sizeof(double));
        }
        inventory_free(&states[k]);
    }
    moly_free(states);
    moly_free(g.list.postings);
    return status;
}

static moly_status figure_anew(changes *c, activity_account *a, int64_t seq, moly_error *err)
{
    moly_status status = MOLY_OK;
    for (size_t k = 0; k < a->n_parts && !status; k++) {
        account_part *part = &a->parts[k];
        status = account_replay(c, a, part->inventory.family, part->ref_us, &part->inventory, err);
        part->seq = seq;
        part->is_changed = true;
    }
    return status;
}

/* ---- posting -------------------------------------------------------------------------------- */

static moly_status check_open(const activity_account *a, int64_t at_us, moly_error *err)
{
    if (a->is_closed && at_us > a->closed_us) {
        char text[MOLY_INSTANT_TEXT_SIZE];
        return MOLY_FAIL(err, MOLY_ERR_DATA, "account %s was closed at %s", a->name,
                         moly_instant_format((moly_instant){a->closed_us}, text));
    }
    return MOLY_OK;
}

static moly_status put_posting(changes *c, activity_account *a, const posting *p, moly_error *err)
{
    const store_value columns[] = {store_int(p->seq),   store_int(p->n),
                                   store_text(a->name), store_text(p->family->names[0]),
                                   store_int(p->at_us), store_real(p->activity_bq),
                                   store_real(p->sd_bq)};
    moly_status status = changes_put(c, P_POSTING, columns, err);
    return status || c->below ? status : keep_posting(a, p, err);
}

/* Nothing is taken by shares from outside, where everything comes from: it need not be asked. */
static moly_status has_later_share(changes *c, const activity_account *a, int64_t at_us, bool *has,
                                   moly_error *err)
{
    *has = false;
    if (strncmp(a->name, "outside/", 8) == 0) {
        return MOLY_OK;
    }
    struct gathering g = {0};
    moly_status status = gather(c, a, INT64_MAX, &g, err);
    for (size_t i = 0; i < g.list.n_postings; i++) {
        *has = *has || (is_share(&g.list.postings[i]) && g.list.postings[i].at_us > at_us);
    }
    moly_free(g.list.postings);
    return status;
}

static moly_status post_amount(changes *c, activity_account *a, const posting *p, moly_error *err)
{
    account_part *part = NULL;
    bool is_figured_anew = false;
    moly_status status = get_part(a, p->family, p->at_us, &part, err);
    if (!status && p->at_us > part->ref_us) {
        status = advance(part, p->at_us, err);
    }
    if (!status) {
        status = inventory_post(&part->inventory, p->activity_bq, p->sd_bq,
                                elapsed_s(p->at_us, part->ref_us), err);
    }
    if (!status) {
        part->seq = p->seq;
        part->is_changed = true;
        status = put_posting(c, a, p, err);
    }
    if (!status && p->at_us < part->ref_us) {
        status = has_later_share(c, a, p->at_us, &is_figured_anew, err);
    }
    return status || !is_figured_anew ? status : figure_anew(c, a, p->seq, err);
}

/* The uncertainty of what is taken leaves every part in which the nuclide stands. */
static moly_status post_share(changes *c, activity_account *a, const posting *p, moly_error *err)
{
    account_part *own = NULL;
    bool is_dated_back = false;
    moly_status status = get_part(a, p->family, p->at_us, &own, err);
    for (size_t k = 0; k < a->n_parts && !status; k++) {
        account_part *part = &a->parts[k];
        if (inventory_place(&part->inventory, p->family->names[0]) == part->inventory.family->n) {
            continue;
        }
        is_dated_back = is_dated_back || part->ref_us > p->at_us;
        if (!is_dated_back) {
            status = advance(part, p->at_us, err);
            inventory_take_share(&part->inventory, p->family->names[0], -p->sd_bq);
            part->seq = p->seq;
            part->is_changed = true;
        }
    }
    if (!status && !is_dated_back) {
        status = inventory_post(&own->inventory, p->activity_bq, 0.0, 0.0, err);
    }
    if (!status) {
        status = put_posting(c, a, p, err);
    }
    return status || !is_dated_back ? status : figure_anew(c, a, p->seq, err);
}

moly_status account_post(changes *c, activity_account *a, const posting *p, moly_error *err)
{
    moly_status status = check_open(a, p->at_us, err);
    if (status) {
        return status;
    }
    return is_share(p) ? post_share(c, a, p, err) : post_amount(c, a, p, err);
}

/* ---- at an instant -------------------------------------------------------------------------- */

static moly_status part_at(changes *c, const activity_account *a, const account_part *part,
                           int64_t at_us, holding *state, moly_error *err)
{
    const decay_family *family = part->inventory.family;
    if (part->ref_us > at_us) {
        return account_replay(c, a, family, at_us, state, err);
    }
    memcpy(state->atoms, part->inventory.atoms, inventory_size(family) * sizeof(double));
    return inventory_decay(state, elapsed_s(part->ref_us, at_us), err);
}

moly_status account_amount(changes *c, activity_account *a, const char *nuclide, int64_t at_us,
                           double *activity_bq, double *sd_bq, moly_error *err)
{
    double sum_bq = 0.0, variance_bq2 = 0.0;
    moly_status status = MOLY_OK;
    for (size_t k = 0; k < a->n_parts && !status; k++) {
        const account_part *part = &a->parts[k];
        holding state;
        if (inventory_place(&part->inventory, nuclide) == part->inventory.family->n) {
            continue;
        }
        status = inventory_new(part->inventory.family, &state, err);
        if (!status) {
            status = part_at(c, a, part, at_us, &state, err);
            inventory_add_amount(&state, nuclide, &sum_bq, &variance_bq2);
            inventory_free(&state);
        }
    }
    if (!status) {
        *activity_bq = sum_bq;
        *sd_bq = sqrt(fmax(variance_bq2, 0.0));
    }
    return status;
}

/* ---- writing -------------------------------------------------------------------------------- */

moly_status accounts_put(changes *c, moly_error *err)
{
    moly_status status = MOLY_OK;
    for (activity_account *a = c->first_account; a && !status; a = a->next) {
        for (size_t k = 0; k < a->n_parts && !status; k++) {
            account_part *part = &a->parts[k];
            const decay_family *family = part->inventory.family;
            const store_value columns[] = {
                store_text(a->name), store_text(family->names[0]), store_int(part->ref_us),
                store_blob(part->inventory.atoms, inventory_size(family) * sizeof(double)),
                store_int(part->seq)};
            if (part->is_changed) {
                status = changes_put(c, P_ACCOUNT, columns, err);
                part->is_changed = false;
            }
        }
        if (a->is_closing_changed && !status) {
            const store_value columns[] = {store_text(a->name), store_int(a->closed_us),
                                           store_int(a->closed_seq)};
            status = changes_put(c, P_CLOSING, columns, err);
            a->is_closing_changed = false;
        }
    }
    return status;
}
