/* SPDX-License-Identifier: Apache-2.0 */
/* Fission: cross sections by decision, independent yields of U-235 by thermal neutrons. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

#define MOST_YIELDS 2048
#define MOST_LEVELS 4

typedef struct yield {
    moly_state state;
    int level; /* of the product, as ENSDF counts them; 0 is the ground state */
    double yield, sd;
} yield;

typedef struct yields {
    size_t n;
    yield rows[MOST_YIELDS];
} yields;

enum { Z = 0, A = 1, LEVEL = 6, YIELD = 7, SD = 8, N_CELLS = 14 };

static moly_status read_yield(void *user, const csv_row *row, moly_error *err)
{
    yields *y = user;
    if (strcmp(row->cell[0], "z_daughter") == 0) {
        return MOLY_OK;
    }
    double x[5] = {0};
    static const int cells[5] = {Z, A, LEVEL, YIELD, SD};
    for (int i = 0; i < 5; i++) {
        moly_status status = csv_number(row, cells[i], &x[i], err);
        if (status != MOLY_OK) {
            return status;
        }
    }
    if (row->n != N_CELLS || y->n == MOST_YIELDS) {
        return csv_fail(row, 0, "not a row of 14 cells, or too many", err);
    }
    if (x[3] > 0.0) {
        y->rows[y->n++] = (yield){{(int)x[0], (int)x[1], 0}, (int)x[2], x[3], x[4]};
    }
    return MOLY_OK;
}

/* An unnumbered level (negative) stands behind the numbered ones. */
static int by_level(const void *a, const void *b)
{
    const yield *x = a, *y = b;
    int key = moly_state_key(x->state) - moly_state_key(y->state);
    int xl = x->level < 0 ? 1000 : x->level, yl = y->level < 0 ? 1000 : y->level;
    return key != 0 ? key : xl - yl;
}

/* Levels in ascending order are the isomers m, n, ... */
static void name_isomers(yields *y)
{
    int isomer = 0;
    for (size_t i = 0; i < y->n; i++) {
        yield *r = &y->rows[i];
        bool is_same =
            i > 0 && r->state.z == y->rows[i - 1].state.z && r->state.a == y->rows[i - 1].state.a;
        isomer = is_same ? isomer : 0;
        if (r->level != 0) {
            r->state.isomer = ++isomer;
        }
    }
}

static moly_status cross_section(void *user, const csv_row *row, moly_error *err)
{
    if (strcmp(row->cell[0], "fission") != 0) {
        return MOLY_OK;
    }
    moly_text *out = user;
    moly_state target;
    if (row->n < 7) {
        return csv_fail(row, row->n, "missing", err);
    }
    moly_status status = table_state(row, 1, &target, err);
    double x[4];
    char name[MOLY_NUCLIDE_NAME_SIZE];
    for (int i = 0; i < 4 && status == MOLY_OK; i++) {
        status = csv_number(row, 2 + i, &x[i], err);
    }
    if (status == MOLY_OK) {
        moly_text_printf(out, "%s,", moly_state_name(target, name));
        for (int i = 0; i < 4; i++) {
            table_number(out, x[i]);
        }
        moly_text_printf(out, "%s\n", row->cell[6]);
    }
    return status;
}

static moly_status write_yields(yields *y, const char *out, moly_error *err)
{
    moly_text text = {0};
    moly_text_add(
        &text,
        "# Independent yields per fission of U-235 by thermal neutrons (they sum to 2). Made by "
        "tools/neutron_tables; SOURCE.md.\n# product,yield,sd\n");
    qsort(y->rows, y->n, sizeof *y->rows, by_level);
    name_isomers(y);
    for (size_t i = 0; i < y->n; i++) {
        char name[MOLY_NUCLIDE_NAME_SIZE];
        moly_text_printf(&text, "%s,", moly_state_name(y->rows[i].state, name));
        table_number(&text, y->rows[i].yield);
        table_number(&text, y->rows[i].sd);
        text.length--; /* the comma behind the last cell */
        moly_text_add(&text, "\n");
    }
    return table_save(&text, out, "fission_yields.csv", err);
}

moly_status fission_write(const char *compilation, const char *data, const char *out,
                          moly_error *err)
{
    yields y = {0};
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/u235_independent_fy.csv", compilation);
    moly_status status = csv_read(path, read_yield, &y, err);
    if (status == MOLY_OK) {
        status = write_yields(&y, out, err);
    }
    if (status == MOLY_OK) {
        moly_text text = {0};
        moly_text_add(
            &text,
            "# Fission by thermal neutrons (2200 m/s) and its resonance integral; b. Made by "
            "tools/neutron_tables; SOURCE.md.\n"
            "# target,thermal_b,thermal_sd_b,resonance_b,resonance_sd_b,source\n");
        (void)snprintf(path, sizeof path, "%s/decisions.csv", data);
        status = csv_read(path, cross_section, &text, err);
        if (status == MOLY_OK) {
            status = table_save(&text, out, "fission.csv", err);
        } else {
            moly_text_free(&text);
        }
    }
    return status;
}
