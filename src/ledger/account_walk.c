/* SPDX-License-Identifier: Apache-2.0 */
/* All accounts at an instant. Rows are taken in blocks, and what decays in a block is decayed
 * family by family at once: setting up the decay of one account costs ten times its decay. */
#include <string.h>

#include "accounts.h"

enum { BLOCK_ROWS = 256 };

typedef struct walk_row {
    char name[MAX_ACCOUNT + 1];
    holding state;
    double seconds; /* since the state */
} walk_row;

struct account_walk {
    changes past; /* for accounts that changed after the instant */
    int64_t at_us;
    inventory_row row;
    void *context;
    size_t n_rows;
    walk_row *rows; /* [BLOCK_ROWS] */
};

static moly_status state_in_the_past(struct account_walk *walk, const char *name,
                                     const decay_family *family, holding *state, moly_error *err)
{
    activity_account *a = NULL;
    moly_status status = account_get(&walk->past, name, &a, err);
    if (!status) {
        status = account_replay(&walk->past, a, family, walk->at_us, state, err);
    }
    changes_clear(&walk->past);
    return status;
}

/* Those of the family of row `first` that were not decayed with an earlier one. */
static moly_status decay_family_of(struct account_walk *walk, size_t first, moly_error *err)
{
    const decay_family *family = walk->rows[first].state.family;
    holding *inventories[BLOCK_ROWS];
    double seconds[BLOCK_ROWS];
    size_t n = 0;
    for (size_t i = first; i < walk->n_rows; i++) {
        walk_row *row = &walk->rows[i];
        if (row->state.family == family && row->seconds > 0.0) {
            inventories[n] = &row->state;
            seconds[n++] = row->seconds;
            row->seconds = 0.0;
        }
    }
    return n > 0 ? inventories_decay(family, n, inventories, seconds, err) : MOLY_OK;
}

static moly_status flush(struct account_walk *walk, moly_error *err)
{
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < walk->n_rows && !status; i++) {
        status = decay_family_of(walk, i, err);
    }
    for (size_t i = 0; i < walk->n_rows; i++) {
        walk_row *row = &walk->rows[i];
        if (!status) {
            status =
                walk->row(walk->context, row->name, row->state.family->names[0], &row->state, err);
        }
        inventory_free(&row->state);
    }
    walk->n_rows = 0;
    return status;
}

static moly_status walk_account(void *context, const store_value *c, moly_error *err)
{
    struct account_walk *walk = context;
    walk_row *row = &walk->rows[walk->n_rows];
    const char *name = store_get_text(&c[0]);
    const decay_family *family = NULL;
    moly_status status = family_find(walk->past.families, store_get_text(&c[1]), &family, err);
    if (!status && strlen(name) > MAX_ACCOUNT) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "the name of account %.40s... is longer than %d",
                           name, MAX_ACCOUNT);
    }
    if (!status) {
        status = inventory_new(family, &row->state, err);
    }
    if (status) {
        return status;
    }
    walk->n_rows++; /* flush() frees it from here on */
    memcpy(row->name, name, strlen(name) + 1);
    row->seconds = 0.0;
    if (c[2].i > walk->at_us) {
        status = state_in_the_past(walk, name, family, &row->state, err);
    } else {
        status = account_take_state(&c[3], &row->state, err);
        row->seconds = elapsed_s(c[2].i, walk->at_us);
    }
    return status || walk->n_rows < BLOCK_ROWS ? status : flush(walk, err);
}

static moly_status walk_rows(families *f, store *s, int64_t at_us, const char *sql,
                             const store_value *values, size_t n_values, inventory_row row,
                             void *context, moly_error *err)
{
    struct account_walk walk = {.at_us = at_us, .row = row, .context = context};
    walk.rows = moly_alloc(BLOCK_ROWS, sizeof *walk.rows);
    if (!walk.rows) {
        return MOLY_NO_MEMORY(err);
    }
    changes_init(&walk.past, s, f);
    moly_status status = store_query(s, sql, values, n_values, walk_account, &walk, err);
    if (!status) {
        status = flush(&walk, err);
    }
    for (size_t i = 0; i < walk.n_rows; i++) {
        inventory_free(&walk.rows[i].state);
    }
    moly_free(walk.rows);
    changes_free(&walk.past);
    return status;
}

moly_status accounts_at(families *f, store *s, int64_t at_us, inventory_row row, void *context,
                        moly_error *err)
{
    return walk_rows(f, s, at_us,
                     "SELECT account, source, ref_us, state FROM account"
                     " ORDER BY account, source",
                     NULL, 0, row, context, err);
}

moly_status accounts_of_source_at(families *f, store *s, const char *source, int64_t since_us,
                                  int64_t at_us, inventory_row row, void *context, moly_error *err)
{
    return walk_rows(f, s, at_us,
                     "SELECT account, source, ref_us, state FROM account"
                     " WHERE source = $1 AND ref_us > $2 ORDER BY account",
                     STORE_VALUES(store_text(source), store_int(since_us)), row, context, err);
}
