/* SPDX-License-Identifier: Apache-2.0 */
/* What accounts hold at an instant. A call of the decay engine costs far more than one duration
 * more in it, so accounts are read in blocks, and a family is decayed for all of a block at once.
 */
#include <string.h>

#include "accounts.h"

enum { BLOCK = 2048 };

/* A row of table account; its texts and numbers are in the block's arena. */
typedef struct held {
    const char *account, *source;
    holding inventory; /* at the reference instant */
    double seconds;    /* since then; < 0: the instant is before it */
    double *map;       /* of these seconds; NULL: not known yet */
} held;

typedef struct account_walk {
    moly_ledger *ledger;
    store *store;
    int64_t at_us;
    inventory_row row;
    void *context;
    moly_arena *arena; /* of the block */
    size_t n;
    held block[BLOCK];
} account_walk;

static double seconds_between(int64_t from_us, int64_t to_us)
{
    return ((double)to_us - (double)from_us) * 1e-6;
}

/* ---- before the reference: from the postings that were made by then -------------------------- */

struct replay {
    holding *inventory;
    int64_t at_us;
};

static moly_status replay_posting(void *context, const store_value *c, moly_error *err)
{
    struct replay *replay = context;
    return inventory_post(replay->inventory, c[1].r, c[2].r, seconds_between(c[0].i, replay->at_us),
                          err);
}

static moly_status replay(const account_walk *walk, held *one, moly_error *err)
{
    size_t n = one->inventory.family->n;
    struct replay from_nothing = {&one->inventory, walk->at_us};
    memset(one->inventory.atoms, 0, n * sizeof(double));
    memset(one->inventory.covariance, 0, n * n * sizeof(double));
    return store_query(
        walk->store,
        "SELECT at_us, activity_bq, sd_bq FROM posting"
        " WHERE account = $1 AND source = $2 AND at_us <= $3"
        " ORDER BY at_us, seq, n",
        STORE_VALUES(store_text(one->account), store_text(one->source), store_int(walk->at_us)),
        replay_posting, &from_nothing, err);
}

/* ---- a block --------------------------------------------------------------------------------- */

/* The maps of all accounts of one family, from the first of them on. */
static moly_status find_maps(account_walk *walk, size_t first, moly_error *err)
{
    const decay_family *family = walk->block[first].inventory.family;
    size_t n = family->n, n_times = 0;
    double *times_s = moly_arena_alloc(walk->arena, walk->n - first, sizeof *times_s);
    for (size_t i = first; times_s && i < walk->n; i++) {
        if (walk->block[i].inventory.family == family && walk->block[i].seconds > 0.0) {
            times_s[n_times++] = walk->block[i].seconds;
        }
    }
    double *maps = times_s ? moly_arena_alloc(walk->arena, n_times, n * n * sizeof *maps) : NULL;
    moly_status status =
        maps ? family_maps(family, times_s, n_times, maps, err) : MOLY_NO_MEMORY(err);
    for (size_t i = first; !status && i < walk->n; i++) {
        if (walk->block[i].inventory.family == family && walk->block[i].seconds > 0.0) {
            walk->block[i].map = maps;
            maps += n * n;
        }
    }
    return status;
}

static moly_status let_time_pass(account_walk *walk, size_t i, moly_error *err)
{
    held *one = &walk->block[i];
    if (one->seconds < 0.0) {
        return replay(walk, one, err);
    }
    if (one->seconds > 0.0) {
        moly_status status = one->map ? MOLY_OK : find_maps(walk, i, err);
        if (status) {
            return status;
        }
        inventory_apply(&one->inventory, one->map);
    }
    return MOLY_OK;
}

static moly_status end_block(account_walk *walk, moly_error *err)
{
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < walk->n && !status; i++) {
        status = let_time_pass(walk, i, err);
        if (!status) {
            status = walk->row(walk->context, walk->block[i].account, walk->block[i].source,
                               &walk->block[i].inventory, err);
        }
    }
    walk->n = 0;
    moly_arena_free(walk->arena);
    walk->arena = NULL;
    return status;
}

static moly_status take_row(void *context, const store_value *c, moly_error *err)
{
    account_walk *walk = context;
    const decay_family *family = NULL;
    moly_status status = family_find(walk->ledger, store_get_text(&c[1]), &family, err);
    walk->arena = status || walk->arena ? walk->arena : moly_arena_new();
    if (status || !walk->arena) {
        return status ? status : MOLY_NO_MEMORY(err);
    }
    held *one = &walk->block[walk->n];
    *one = (held){.account = moly_arena_strdup(walk->arena, store_get_text(&c[0])),
                  .source = family->names[0],
                  .seconds = seconds_between(c[2].i, walk->at_us)};
    one->inventory.family = family;
    one->inventory.atoms = moly_arena_alloc(walk->arena, family->n, sizeof(double));
    one->inventory.covariance =
        moly_arena_alloc(walk->arena, family->n * family->n, sizeof(double));
    if (!one->account || !one->inventory.atoms || !one->inventory.covariance) {
        return MOLY_NO_MEMORY(err);
    }
    status = inventory_read(&c[3], &one->inventory, err);
    if (!status && ++walk->n == BLOCK) {
        status = end_block(walk, err);
    }
    return status;
}

moly_status accounts_at(moly_ledger *ledger, store *s, const char *account, int64_t at_us,
                        inventory_row row, void *context, moly_error *err)
{
    account_walk *walk = moly_alloc(1, sizeof *walk);
    if (!walk) {
        return MOLY_NO_MEMORY(err);
    }
    walk->ledger = ledger;
    walk->store = s;
    walk->at_us = at_us;
    walk->row = row;
    walk->context = context;
    moly_status status = account
                             ? store_query(s,
                                           "SELECT account, source, ref_us, state FROM account"
                                           " WHERE account = $1 ORDER BY source",
                                           STORE_VALUES(store_text(account)), take_row, walk, err)
                             : store_query(s,
                                           "SELECT account, source, ref_us, state FROM account"
                                           " ORDER BY account, source",
                                           NULL, 0, take_row, walk, err);
    if (!status) {
        status = end_block(walk, err);
    }
    moly_arena_free(walk->arena);
    moly_free(walk);
    return status;
}
