/* SPDX-License-Identifier: Apache-2.0 */
/* data/neutron to C:
 *
 *     neutron_compile DATA_DIR OUT_FILE
 *
 * Every row is checked: known states, positive values, uncertainties that are not negative, fission
 * yields that sum to 2, no duplicates. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "element.h"
#include "neutron_rows.h"

#include "moly/base/memory.h"
#include "moly/base/text.h"

#define MOST_ROWS 4096
#define ROW_TEXT 320

typedef struct sorted_row {
    uint64_t key; /* rows are unique by it and sorted by it */
    char text[ROW_TEXT];
} sorted_row;

typedef struct table {
    size_t n;
    double sum; /* of the yields */
    sorted_row *rows;
} table;

static moly_status state_key(const csv_row *row, int cell, uint32_t *key, moly_state *state,
                             moly_error *err)
{
    if (cell >= row->n || !moly_state_parse(row->cell[cell], state)) {
        return csv_fail(row, cell, "no nuclide", err);
    }
    *key = NEUTRON_KEY(state->z, state->a, state->isomer);
    return MOLY_OK;
}

static moly_status add(table *t, const csv_row *row, uint64_t key, const char *text,
                       moly_error *err)
{
    if (t->n == MOST_ROWS || strlen(text) >= ROW_TEXT) {
        return csv_fail(row, 0, "too many rows, or one that is too long", err);
    }
    t->rows[t->n].key = key;
    memcpy(t->rows[t->n++].text, text, strlen(text) + 1);
    return MOLY_OK;
}

static const char *number(double value, char text[MOLY_NUMBER_TEXT_SIZE])
{
    return isnan(value) ? "NAN" : moly_number_format(value, 17, text);
}

/* `n` numbers from `cell` on, each NAN or >= 0; those at an even place (the values) > 0. */
static moly_status numbers(const csv_row *row, int cell, int n, char *text, size_t size,
                           moly_error *err)
{
    text[0] = '\0';
    for (int i = 0; i < n; i++) {
        double value;
        char one[MOLY_NUMBER_TEXT_SIZE];
        moly_status status = csv_number(row, cell + i, &value, err);
        if (status != MOLY_OK) {
            return status;
        }
        if (value < 0.0 || (value == 0.0 && i % 2 == 0)) {
            return csv_fail(row, cell + i, "not above 0", err);
        }
        size_t used = strlen(text);
        (void)snprintf(text + used, size - used, "%s,", number(value, one));
    }
    return MOLY_OK;
}

static bool is_plain(const char *text)
{
    return strpbrk(text, "\"\\") == NULL;
}

static moly_status read_capture(void *user, const csv_row *row, moly_error *err)
{
    uint32_t from = 0, to = 0;
    moly_state target, product;
    char values[160], text[ROW_TEXT];
    moly_status status = state_key(row, 0, &from, &target, err);
    if (status == MOLY_OK) {
        status = state_key(row, 1, &to, &product, err);
    }
    if (status == MOLY_OK) {
        status = numbers(row, 2, 4, values, sizeof values, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    if (row->n != 8 || product.z != target.z || product.a != target.a + 1 ||
        strncmp(values, "NAN", 3) == 0 || !is_plain(row->cell[6]) || !is_plain(row->cell[7])) {
        return csv_fail(row, 1, "not a capture with a thermal cross section and two sources", err);
    }
    (void)snprintf(text, sizeof text, "{%uu,%d,%s\"%s\",\"%s\"},\n", from, product.isomer, values,
                   row->cell[6], row->cell[7]);
    return add(user, row, (uint64_t)from * 8 + (uint64_t)product.isomer, text, err);
}

static moly_status read_fission(void *user, const csv_row *row, moly_error *err)
{
    uint32_t key = 0;
    moly_state target;
    char values[160], text[ROW_TEXT];
    moly_status status = state_key(row, 0, &key, &target, err);
    if (status == MOLY_OK) {
        status = numbers(row, 1, 4, values, sizeof values, err);
    }
    if (status != MOLY_OK || row->n != 6 || !is_plain(row->cell[5])) {
        return status != MOLY_OK ? status : csv_fail(row, 5, "no source", err);
    }
    (void)snprintf(text, sizeof text, "{%uu,%s\"%s\"},\n", key, values, row->cell[5]);
    return add(user, row, key, text, err);
}

static moly_status read_yield(void *user, const csv_row *row, moly_error *err)
{
    table *t = user;
    uint32_t key = 0;
    moly_state product;
    double yield = 0.0;
    char values[80], text[ROW_TEXT];
    moly_status status = state_key(row, 0, &key, &product, err);
    if (status == MOLY_OK) {
        status = numbers(row, 1, 2, values, sizeof values, err);
    }
    if (status == MOLY_OK) {
        status = csv_number(row, 1, &yield, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    t->sum += yield;
    (void)snprintf(text, sizeof text, "{%uu,%s},\n", key, values);
    return add(t, row, key, text, err);
}

static moly_status read_westcott(void *user, const csv_row *row, moly_error *err)
{
    uint32_t key = 0;
    moly_state target;
    double temperature_c = 0.0, g = 0.0;
    char t_text[MOLY_NUMBER_TEXT_SIZE], g_text[MOLY_NUMBER_TEXT_SIZE], text[ROW_TEXT];
    moly_status status = state_key(row, 0, &key, &target, err);
    if (status == MOLY_OK) {
        status = csv_number(row, 2, &temperature_c, err);
    }
    if (status == MOLY_OK) {
        status = csv_number(row, 3, &g, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    bool is_fission = strcmp(row->cell[1], "fission") == 0;
    if (row->n != 5 || (!is_fission && strcmp(row->cell[1], "capture") != 0) ||
        !(temperature_c > -273.15 && temperature_c < 5000.0) || !(g > 0.0 && g < 20.0) ||
        !is_plain(row->cell[4])) {
        return csv_fail(row, 1, "not capture or fission with a temperature and a g", err);
    }
    (void)snprintf(text, sizeof text, "{%uu,%d,%s,%s,\"%s\"},\n", key, is_fission,
                   number(temperature_c, t_text), number(g, g_text), row->cell[4]);
    uint64_t order = ((uint64_t)key * 2 + (uint64_t)is_fission) * 16384 +
                     (uint64_t)(2.0 * (temperature_c + 300.0));
    return add(user, row, order, text, err);
}

static moly_status read_peak(void *user, const csv_row *row, moly_error *err)
{
    uint32_t key = 0;
    moly_state target;
    double share = 0.0;
    char values[80], text[ROW_TEXT];
    moly_status status = state_key(row, 0, &key, &target, err);
    if (status == MOLY_OK) {
        status = numbers(row, 1, 2, values, sizeof values, err);
    }
    if (status == MOLY_OK) {
        status = csv_number(row, 2, &share, err);
    }
    if (status != MOLY_OK || !(share <= 1.0)) {
        return status != MOLY_OK ? status : csv_fail(row, 2, "not a share", err);
    }
    (void)snprintf(text, sizeof text, "{%uu,%s},\n", key, values);
    return add(user, row, key, text, err);
}

static int by_key(const void *a, const void *b)
{
    const sorted_row *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

static moly_status compile(const char *folder, const char *file, const char *type, const char *name,
                           csv_visit visit, double wanted_sum, moly_text *out, moly_error *err)
{
    table t = {.rows = moly_alloc(MOST_ROWS, sizeof *t.rows)};
    if (t.rows == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", folder, file);
    moly_status status = csv_read(path, visit, &t, err);
    qsort(t.rows, t.n, sizeof *t.rows, by_key);
    for (size_t i = 1; i < t.n && status == MOLY_OK; i++) {
        if (t.rows[i].key == t.rows[i - 1].key) {
            status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s: twice: %s", path, t.rows[i].text);
        }
    }
    if (status == MOLY_OK && wanted_sum > 0.0 && fabs(t.sum / wanted_sum - 1.0) > 0.002) {
        status =
            MOLY_FAIL(err, MOLY_ERR_DATA, "%s: yields sum to %g, not %g", path, t.sum, wanted_sum);
    }
    if (status == MOLY_OK && t.n == 0) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s: no rows", path);
    }
    if (status == MOLY_OK) {
        moly_text_printf(
            out, "const size_t neutron_n_%s = %zu;\nconst neutron_%s_row neutron_%s[] = {\n", name,
            t.n, type, name);
        for (size_t i = 0; i < t.n; i++) {
            moly_text_add(out, t.rows[i].text);
        }
        moly_text_add(out, "};\n");
    }
    moly_free(t.rows);
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s DATA_DIR OUT_FILE\n", argv[0]);
        return 2;
    }
    static const struct {
        const char *file, *type, *name;
        csv_visit visit;
        double sum;
    } tables[] = {{"capture.csv", "capture", "captures", read_capture, 0.0},
                  {"fission.csv", "fission", "fissions", read_fission, 0.0},
                  {"fission_yields.csv", "yield", "yields_u235", read_yield, 2.0},
                  {"westcott.csv", "westcott", "westcotts", read_westcott, 0.0},
                  {"peaks.csv", "peak", "peaks", read_peak, 0.0}};
    moly_error err = {0};
    moly_text out = {0};
    moly_text_add(&out, "#include <math.h>\n#include \"neutron_rows.h\"\n");
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < sizeof tables / sizeof *tables && status == MOLY_OK; i++) {
        status = compile(argv[1], tables[i].file, tables[i].type, tables[i].name, tables[i].visit,
                         tables[i].sum, &out, &err);
    }
    if (status == MOLY_OK) {
        status = out.is_broken ? MOLY_NO_MEMORY(&err)
                               : moly_file_write(argv[2], out.data, out.length, &err);
    }
    moly_text_free(&out);
    if (status != MOLY_OK) {
        fprintf(stderr, "neutron_compile: %s\n", err.message);
    }
    return moly_status_exit_code(status);
}
