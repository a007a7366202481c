/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdint.h>

#include "set.h"

#define N_KEYS ((MOLY_Z_MAX + 1) * 1000 * (MOLY_ISOMER_MAX + 1))

struct moly_draft {
    moly_arena *arena;
    const char *source;
    moly_draft_nuclide **nuclides; /* grows */
    size_t n, capacity;
    int32_t *by_key; /* 1 + index of the nuclide with this key, 0: none */
};

void moly_draft_free(moly_draft *draft)
{
    if (draft) {
        moly_arena_free(draft->arena);
        moly_free(draft->nuclides);
        moly_free(draft->by_key);
        moly_free(draft);
    }
}

moly_draft *moly_draft_new(const char *source)
{
    moly_draft *draft = moly_alloc(1, sizeof *draft);
    if (!draft) {
        return NULL;
    }
    draft->arena = moly_arena_new();
    draft->by_key = moly_alloc(N_KEYS, sizeof *draft->by_key);
    draft->source = draft->arena ? moly_arena_strdup(draft->arena, source) : NULL;
    if (!draft->by_key || !draft->source) {
        moly_draft_free(draft);
        return NULL;
    }
    return draft;
}

moly_status moly_draft_add(moly_draft *draft, moly_state state, moly_draft_nuclide **nuclide,
                           moly_error *err)
{
    char name[MOLY_NUCLIDE_NAME_SIZE];
    if (state.z < 0 || state.z > MOLY_Z_MAX || state.a < 1 || state.a > MOLY_A_MAX ||
        state.isomer < 0 || state.isomer > MOLY_ISOMER_MAX) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "no such nuclide: Z %d, A %d, isomer %d", state.z,
                         state.a, state.isomer);
    }
    int32_t *slot = &draft->by_key[moly_state_key(state)];
    if (*slot != 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s is described twice", moly_state_name(state, name));
    }
    if (draft->n == draft->capacity) {
        const size_t capacity = draft->capacity ? 2 * draft->capacity : 512;
        moly_draft_nuclide **grown =
            moly_realloc(draft->nuclides, capacity, sizeof(moly_draft_nuclide *));
        if (!grown) {
            return MOLY_NO_MEMORY(err);
        }
        draft->nuclides = grown;
        draft->capacity = capacity;
    }
    moly_draft_nuclide *added = moly_arena_alloc(draft->arena, 1, sizeof *added);
    if (!added) {
        return MOLY_NO_MEMORY(err);
    }
    added->state = state;
    added->body.half_life_s = NAN;
    added->body.half_life_sd_s = NAN;
    added->body.atomic_mass_u = NAN;
    added->body.atomic_mass_sd_u = NAN;
    added->body.air_kerma_ugy_m2_per_mbq_h = NAN;
    draft->nuclides[draft->n++] = added;
    *slot = (int32_t)draft->n;
    *nuclide = added;
    return MOLY_OK;
}

moly_status moly_draft_add_branch(moly_draft *draft, moly_draft_nuclide *nuclide,
                                  moly_draft_branch branch, moly_error *err)
{
    if (!(branch.fraction >= 0.0 && branch.fraction <= 1.01)) {
        char name[MOLY_NUCLIDE_NAME_SIZE];
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s: branch of %g, not in 0..1",
                         moly_state_name(nuclide->state, name), branch.fraction);
    }
    moly_draft_branch *added = moly_arena_alloc(draft->arena, 1, sizeof *added);
    if (!added) {
        return MOLY_NO_MEMORY(err);
    }
    *added = branch;
    added->next = nuclide->branches;
    nuclide->branches = added;
    nuclide->body.n_branches++;
    return MOLY_OK;
}

moly_status moly_draft_add_line(moly_draft *draft, moly_draft_nuclide *nuclide, moly_line line,
                                moly_error *err)
{
    moly_draft_line *added = moly_arena_alloc(draft->arena, 1, sizeof *added);
    if (!added) {
        return MOLY_NO_MEMORY(err);
    }
    added->line = line;
    added->next = nuclide->lines;
    nuclide->lines = added;
    nuclide->body.n_lines++;
    return MOLY_OK;
}

moly_draft_nuclide *moly_draft_find(const moly_draft *draft, moly_state state)
{
    if (state.z < 0 || state.z > MOLY_Z_MAX || state.a < 1 || state.a > MOLY_A_MAX ||
        state.isomer < 0 || state.isomer > MOLY_ISOMER_MAX) {
        return NULL;
    }
    const int32_t slot = draft->by_key[moly_state_key(state)];
    return slot > 0 ? draft->nuclides[slot - 1] : NULL;
}

moly_decay_mode moly_mode_between(moly_state parent, moly_state daughter)
{
    const int dz = daughter.z - parent.z, da = daughter.a - parent.a;
    if (da == 0) {
        return dz == 1    ? MOLY_DECAY_BETA_MINUS
               : dz == -1 ? MOLY_DECAY_BETA_PLUS_EC
               : dz == 0  ? MOLY_DECAY_ISOMERIC
                          : MOLY_DECAY_OTHER;
    }
    return da == -4 && dz == -2   ? MOLY_DECAY_ALPHA
           : da == -1 && dz == 0  ? MOLY_DECAY_NEUTRON
           : da == -1 && dz == -1 ? MOLY_DECAY_PROTON
                                  : MOLY_DECAY_OTHER;
}

/* Every daughter that is not described becomes a stable member; a daughter that does not exist
 * (more protons than nucleons) is an error. */
static moly_status close_under_decay(moly_draft *draft, moly_error *err)
{
    const size_t n_described = draft->n;
    for (size_t i = 0; i < n_described; i++) {
        for (moly_draft_branch *b = draft->nuclides[i]->branches; b; b = b->next) {
            if (b->mode == MOLY_DECAY_FISSION) {
                continue;
            }
            const moly_state d = b->daughter;
            if (d.z < 0 || d.z > MOLY_Z_MAX || d.a < 1 || d.a > MOLY_A_MAX || d.isomer < 0 ||
                d.isomer > MOLY_ISOMER_MAX) {
                char name[MOLY_NUCLIDE_NAME_SIZE];
                return MOLY_FAIL(err, MOLY_ERR_DATA, "%s decays to what does not exist",
                                 moly_state_name(draft->nuclides[i]->state, name));
            }
            if (!moly_draft_find(draft, d)) {
                moly_draft_nuclide *stable;
                const moly_status status = moly_draft_add(draft, d, &stable, err);
                if (status != MOLY_OK) {
                    return status;
                }
                stable->body.is_stable = true;
            }
        }
    }
    return MOLY_OK;
}

/* Heavier first, then by charge and excitation: a stable starting order. */
static int compare_nuclides(const void *left, const void *right)
{
    const moly_draft_nuclide *a = *(moly_draft_nuclide *const *)left;
    const moly_draft_nuclide *b = *(moly_draft_nuclide *const *)right;
    if (a->state.a != b->state.a) {
        return b->state.a - a->state.a;
    }
    if (a->state.z != b->state.z) {
        return a->state.z - b->state.z;
    }
    return b->state.isomer - a->state.isomer;
}

/* Kahn's algorithm on n nuclides; `order[k]` is the k-th in topological order. */
static moly_status sort_topologically(moly_draft *draft, uint32_t *order, moly_error *err)
{
    uint32_t *n_parents = moly_alloc(draft->n + 1, sizeof *n_parents);
    if (!n_parents) {
        return MOLY_NO_MEMORY(err);
    }
    qsort(draft->nuclides, draft->n, sizeof(moly_draft_nuclide *), compare_nuclides);
    for (size_t i = 0; i < draft->n; i++) {
        draft->by_key[moly_state_key(draft->nuclides[i]->state)] = (int32_t)(i + 1);
    }
    for (size_t i = 0; i < draft->n; i++) {
        for (const moly_draft_branch *b = draft->nuclides[i]->branches; b; b = b->next) {
            if (b->mode != MOLY_DECAY_FISSION) {
                n_parents[draft->by_key[moly_state_key(b->daughter)] - 1]++;
            }
        }
    }
    size_t n_done = 0;
    for (size_t i = 0; i < draft->n; i++) {
        if (n_parents[i] == 0) {
            order[n_done++] = (uint32_t)i;
        }
    }
    for (size_t k = 0; k < n_done; k++) {
        for (const moly_draft_branch *b = draft->nuclides[order[k]]->branches; b; b = b->next) {
            if (b->mode == MOLY_DECAY_FISSION) {
                continue;
            }
            const uint32_t to = (uint32_t)(draft->by_key[moly_state_key(b->daughter)] - 1);
            if (--n_parents[to] == 0) {
                order[n_done++] = to;
            }
        }
    }
    moly_status status = MOLY_OK;
    if (n_done != draft->n) {
        char name[MOLY_NUCLIDE_NAME_SIZE] = "?";
        for (size_t i = 0; i < draft->n; i++) {
            if (n_parents[i] > 0) {
                moly_state_name(draft->nuclides[i]->state, name);
                break;
            }
        }
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "the decay of %s leads back to itself", name);
    }
    moly_free(n_parents);
    return status;
}

int moly_line_compare(const void *left, const void *right)
{
    const moly_line *a = left, *b = right;
    if (a->radiation != b->radiation) {
        return a->radiation < b->radiation ? -1 : 1;
    }
    if (a->energy_kev < b->energy_kev || a->energy_kev > b->energy_kev) {
        return a->energy_kev < b->energy_kev ? -1 : 1;
    }
    return a->intensity > b->intensity ? -1 : a->intensity < b->intensity;
}

/* Fill the public record from the draft; `position` gives the index in the set by draft index. */
static moly_status complete(const moly_draft *draft, const moly_draft_nuclide *from,
                            const uint32_t *position, moly_nuclide *to, moly_error *err)
{
    moly_branch *branches = moly_arena_alloc(draft->arena, from->body.n_branches, sizeof *branches);
    moly_line *lines = moly_arena_alloc(draft->arena, from->body.n_lines, sizeof *lines);
    if ((from->body.n_branches && !branches) || (from->body.n_lines && !lines)) {
        return MOLY_NO_MEMORY(err);
    }
    *to = from->body;
    moly_state_name(from->state, to->name);
    to->z = (int16_t)from->state.z;
    to->a = (int16_t)from->state.a;
    to->isomer = (int16_t)from->state.isomer;
    to->half_life_s = to->is_stable ? INFINITY : to->half_life_s;
    to->lambda_per_s = to->is_stable ? 0.0 : log(2.0) / to->half_life_s;
    to->half_life_source = to->half_life_source ? to->half_life_source : draft->source;
    to->branch_source = to->branch_source ? to->branch_source : draft->source;
    size_t i = from->body.n_branches; /* the chain is newest first */
    double sum = 0.0;
    for (const moly_draft_branch *b = from->branches; b; b = b->next) {
        int daughter = MOLY_NO_DAUGHTER;
        if (b->mode != MOLY_DECAY_FISSION) {
            daughter = (int)position[draft->by_key[moly_state_key(b->daughter)] - 1];
        }
        branches[--i] = (moly_branch){b->mode, daughter, b->fraction, b->fraction_sd, b->q_kev};
        sum += b->fraction;
    }
    i = from->body.n_lines;
    for (const moly_draft_line *l = from->lines; l; l = l->next) {
        lines[--i] = l->line;
    }
    if (from->body.n_lines > 1) {
        qsort(lines, from->body.n_lines, sizeof *lines, moly_line_compare);
    }
    to->branches = branches;
    to->lines = lines;
    if (!to->is_stable && !(to->half_life_s > 0.0 && isfinite(to->lambda_per_s))) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s: half-life of %g s", to->name, to->half_life_s);
    }
    if (sum > 1.02) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s: the branches sum to %g", to->name, sum);
    }
    return MOLY_OK;
}

static moly_status assemble(moly_draft *draft, const char *name, const uint32_t *order,
                            uint32_t *position, moly_nuclide_set *set, moly_error *err)
{
    moly_nuclide *nuclides = moly_arena_alloc(draft->arena, draft->n + 1, sizeof *nuclides);
    const char **sources = moly_arena_alloc(draft->arena, 1, sizeof *sources);
    set->name = moly_arena_strdup(draft->arena, name);
    if (!nuclides || !sources || !set->name) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t k = 0; k < draft->n; k++) {
        position[order[k]] = (uint32_t)k;
    }
    for (size_t k = 0; k < draft->n; k++) {
        const moly_status status =
            complete(draft, draft->nuclides[order[k]], position, &nuclides[k], err);
        if (status != MOLY_OK) {
            return status;
        }
    }
    sources[0] = draft->source;
    set->n = draft->n;
    set->nuclides = nuclides;
    set->n_sources = 1;
    set->sources = sources;
    return MOLY_OK;
}

moly_status moly_draft_finish(moly_draft *draft, const char *name, moly_nuclide_set **set,
                              moly_error *err)
{
    moly_nuclide_set *made = moly_alloc(1, sizeof *made);
    uint32_t *order = NULL, *position = NULL;
    *set = NULL;
    moly_status status = made ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (status == MOLY_OK && draft->n == 0) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s: no nuclides", name);
    }
    if (status == MOLY_OK) {
        status = close_under_decay(draft, err);
    }
    if (status == MOLY_OK) {
        order = moly_alloc(draft->n + 1, sizeof *order);
        position = moly_alloc(draft->n + 1, sizeof *position);
        status = order && position ? sort_topologically(draft, order, err) : MOLY_NO_MEMORY(err);
    }
    if (status == MOLY_OK) {
        status = assemble(draft, name, order, position, made, err);
    }
    if (status == MOLY_OK) {
        made->arena = draft->arena;
        draft->arena = NULL;
        *set = made;
        made = NULL;
    }
    moly_free(order);
    moly_free(position);
    moly_free(made);
    moly_draft_free(draft);
    return status;
}
