/* SPDX-License-Identifier: Apache-2.0 */
#include "set.h"

#include "moly/base/text.h"

typedef struct reader {
    const char *prefix;
    moly_status (*load)(const char *folder, moly_nuclide_set **set, moly_error *err);
} reader;

static const reader readers[] = {
    {"icrp07:", moly_icrp07_load},
    {"endf:", moly_endf_load},
};

const moly_nuclide_set *moly_nuclide_set_builtin(void)
{
    return &moly_nuclide_builtin_set;
}

moly_status moly_nuclide_set_load(const char *spec, moly_nuclide_set **set, moly_error *err)
{
    *set = NULL;
    if (!spec || strcmp(spec, "moly") == 0) {
        /* A copy of the head, so that every loaded set is released alike. */
        moly_nuclide_set *head = moly_alloc(1, sizeof *head);
        if (!head) {
            return MOLY_NO_MEMORY(err);
        }
        *head = moly_nuclide_builtin_set;
        *set = head;
        return MOLY_OK;
    }
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
        const size_t length = strlen(readers[i].prefix);
        if (strncmp(spec, readers[i].prefix, length) == 0) {
            return readers[i].load(spec + length, set, err);
        }
    }
    return MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "no data set '%s': write moly, icrp07:DIR or endf:DIR",
                     spec);
}

void moly_nuclide_set_free(moly_nuclide_set *set)
{
    if (set && set != &moly_nuclide_builtin_set) {
        moly_arena_free(set->arena);
        moly_free(set);
    }
}

const char *moly_nuclide_set_name(const moly_nuclide_set *set)
{
    return set->name;
}

size_t moly_nuclide_set_size(const moly_nuclide_set *set)
{
    return set->n;
}

const moly_nuclide *moly_nuclide_at(const moly_nuclide_set *set, size_t index)
{
    MOLY_ASSERT(index < set->n);
    return &set->nuclides[index];
}

const char *moly_nuclide_source_text(const moly_nuclide_set *set, uint8_t source)
{
    return source < set->n_sources ? set->sources[source] : "";
}

static moly_status unknown(const moly_nuclide_set *set, const char *name, moly_error *err)
{
    const char **names = moly_alloc(set->n + 1, sizeof *names);
    if (!names) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < set->n; i++) {
        names[i] = set->nuclides[i].name;
    }
    const char *nearest = moly_nearest(name, names, set->n);
    const moly_status status =
        nearest ? MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "no nuclide '%s' in %s; did you mean %s?", name,
                            set->name, nearest)
                : MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "no nuclide '%s' in %s", name, set->name);
    moly_free(names);
    return status;
}

/* Another state of the same nuclide is what was meant more often than a similar name. */
static moly_status unknown_state(const moly_nuclide_set *set, const char *name, moly_state state,
                                 moly_error *err)
{
    char canonical[MOLY_NUCLIDE_NAME_SIZE], others[4 * MOLY_NUCLIDE_NAME_SIZE] = "";
    for (size_t i = 0; i < set->n; i++) {
        const moly_nuclide *nuclide = &set->nuclides[i];
        const size_t used = strlen(others);
        if (nuclide->z == state.z && nuclide->a == state.a &&
            used + MOLY_NUCLIDE_NAME_SIZE + 4 < sizeof others) {
            snprintf(others + used, sizeof others - used, "%s%s", used ? " or " : "",
                     nuclide->name);
        }
    }
    if (others[0] != '\0') {
        return MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "no nuclide '%s' in %s; did you mean %s?", name,
                         set->name, others);
    }
    return unknown(set, moly_state_name(state, canonical), err);
}

moly_status moly_nuclide_find(const moly_nuclide_set *set, const char *name, size_t *index,
                              moly_error *err)
{
    moly_state state;
    if (moly_state_parse(name, &state)) {
        for (size_t i = 0; i < set->n; i++) {
            const moly_nuclide *nuclide = &set->nuclides[i];
            if (nuclide->z == state.z && nuclide->a == state.a && nuclide->isomer == state.isomer) {
                *index = i;
                return MOLY_OK;
            }
        }
        return unknown_state(set, name, state, err);
    }
    return unknown(set, name ? name : "", err);
}
