/* SPDX-License-Identifier: Apache-2.0 */
/* Build data/nuclides from the evaluated sources:
 *
 *     nuclide_tables JEFF_DIR DDEP_DIR MASSES_DIR DATA_DIR OUT_DIR
 *
 * JEFF_DIR holds z000 ... z111 (ENDF-6), DDEP_DIR the ENSDF files, MASSES_DIR AME2020 and
 * NUBASE2020, DATA_DIR selection.csv and decisions.csv, and the folder materials beside it NIST's
 * absorption edges; OUT_DIR gets one CSV an element. */
#include "shells.h"

static moly_status build(tables *t, char **folders, moly_error *err)
{
    char selection[4096], decisions[4096], edges[4096];
    snprintf(selection, sizeof selection, "%s/selection.csv", folders[3]);
    snprintf(decisions, sizeof decisions, "%s/decisions.csv", folders[3]);
    snprintf(edges, sizeof edges, "%s/../materials/attenuation.csv", folders[3]);
    moly_status status = shells_read(t->shells, edges, err);
    if (status == MOLY_OK) {
        status = jeff_read(t, folders[0], err);
    }
    if (status == MOLY_OK) {
        status = masses_read(t, folders[2], err); /* excitation energies, before DDEP needs them */
    }
    if (status == MOLY_OK) {
        status = ddep_read(t, folders[1], err);
    }
    if (status == MOLY_OK) {
        status = decisions_apply(t, decisions, err);
    }
    if (status == MOLY_OK) {
        status = select_nuclides(t, selection, err);
    }
    if (status == MOLY_OK) {
        status = finish_nuclides(t, err);
    }
    return status == MOLY_OK ? tables_write(t, folders[4], err) : status;
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        fprintf(stderr, "usage: %s JEFF_DIR DDEP_DIR MASSES_DIR DATA_DIR OUT_DIR\n", argv[0]);
        return 2;
    }
    moly_error err = {0};
    tables t = {.arena = moly_arena_new(),
                .shells = moly_alloc(1, sizeof *t.shells),
                .by_key = moly_alloc(N_TABLE_KEYS, sizeof(table_nuclide *))};
    moly_status status =
        t.arena && t.shells && t.by_key ? build(&t, argv + 1, &err) : MOLY_NO_MEMORY(&err);
    if (status != MOLY_OK) {
        fprintf(stderr, "nuclide_tables: %s\n", err.message);
    }
    for (size_t i = 0; t.by_key && i < N_TABLE_KEYS; i++) {
        if (t.by_key[i]) {
            moly_free(t.by_key[i]->branches);
            moly_free(t.by_key[i]->lines);
        }
    }
    moly_free(t.by_key);
    moly_free(t.shells);
    moly_arena_free(t.arena);
    return moly_status_exit_code(status);
}
