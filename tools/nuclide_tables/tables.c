/* SPDX-License-Identifier: Apache-2.0 */
#include "tables.h"

#include <stdarg.h>

table_nuclide *tables_find(const tables *t, moly_state state)
{
    const bool is_possible = state.z >= 0 && state.z <= MOLY_Z_MAX && state.a > 0 &&
                             state.a < 1000 && state.isomer >= 0 && state.isomer <= MOLY_ISOMER_MAX;
    return is_possible ? t->by_key[moly_state_key(state)] : NULL;
}

/* A build tool on a developer's machine: without memory it stops. */
static void *must(void *block)
{
    MOLY_ASSERT(block != NULL);
    return block;
}

table_nuclide *tables_get(tables *t, moly_state state)
{
    table_nuclide **slot = &t->by_key[moly_state_key(state)];
    if (!*slot) {
        *slot = must(moly_arena_alloc(t->arena, 1, sizeof **slot));
        (*slot)->state = state;
        (*slot)->half_life_unit = "s";
    }
    return *slot;
}

void tables_add_line(table_nuclide *n, table_line line)
{
    if ((n->n_lines & (n->n_lines - 1)) == 0) {
        n->lines = must(moly_realloc(n->lines, n->n_lines ? 2 * n->n_lines : 1, sizeof line));
    }
    n->lines[n->n_lines++] = line;
}

void tables_add_branch(table_nuclide *n, table_branch branch)
{
    for (size_t i = 0; i < n->n_branches; i++) {
        table_branch *b = &n->branches[i];
        if (b->mode == branch.mode &&
            (b->mode == MOLY_DECAY_FISSION ||
             moly_state_key(b->daughter) == moly_state_key(branch.daughter))) {
            b->fraction += branch.fraction;
            return;
        }
    }
    if ((n->n_branches & (n->n_branches - 1)) == 0) {
        n->branches =
            must(moly_realloc(n->branches, n->n_branches ? 2 * n->n_branches : 1, sizeof branch));
    }
    n->branches[n->n_branches++] = branch;
}

void tables_note(table_nuclide *n, const char *format, ...)
{
    const size_t used = strlen(n->note);
    const char *joint = used ? "; " : "";
    if (used + 3 >= sizeof n->note) {
        return;
    }
    snprintf(n->note + used, sizeof n->note - used, "%s", joint);
    const size_t begin = strlen(n->note);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(n->note + begin, sizeof n->note - begin, format, arguments);
    va_end(arguments);
}

void tables_drop_lines(table_nuclide *n, unsigned radiation_mask)
{
    size_t kept = 0;
    for (size_t i = 0; i < n->n_lines; i++) {
        if (!(radiation_mask & (1u << n->lines[i].radiation))) {
            n->lines[kept++] = n->lines[i];
        }
    }
    n->n_lines = kept;
    if (kept & (kept - 1)) { /* the growth rule needs a power of two to be full */
        size_t full = 1;
        while (full < kept) {
            full *= 2;
        }
        n->lines = must(moly_realloc(n->lines, full, sizeof *n->lines));
    }
}

const char *source_text(const table_nuclide *n, int source, char text[32])
{
    switch (source) {
    case SOURCE_DDEP:
        snprintf(text, 32, n->ddep_date[0] ? "DDEP %s" : "DDEP", n->ddep_date);
        break;
    case SOURCE_JEFF:
        snprintf(text, 32, "JEFF-3.1.1");
        break;
    case SOURCE_NUBASE:
        snprintf(text, 32, "NUBASE2020");
        break;
    case SOURCE_DECISION:
        snprintf(text, 32, "decision");
        break;
    case SOURCE_COMPUTED:
        snprintf(text, 32, "computed");
        break;
    default:
        text[0] = '\0';
    }
    return text;
}
