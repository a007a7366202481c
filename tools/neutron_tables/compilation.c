/* SPDX-License-Identifier: Apache-2.0 */
/* The compilation's tables of selected values. */
#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "tables.h"

#define FILE_LIMIT (4u << 20)
#define MOST_WORDS 16

static size_t split(char *line, char *words[MOST_WORDS])
{
    size_t n = 0;
    for (char *at = line; n < MOST_WORDS;) {
        at += strspn(at, " \t\r");
        if (*at == '\0') {
            break;
        }
        words[n++] = at;
        at += strcspn(at, " \t\r");
        if (*at != '\0') {
            *at++ = '\0';
        }
    }
    return n;
}

/* The uncertainty of the one that was selected, and how far the others stand apart. */
static double whole_sd(double value, double own, double compilations, double libraries)
{
    double spread = fmax(compilations, libraries) / 100.0 * value;
    return own > 0.0 || spread > 0.0 ? hypot(own, spread) : NAN;
}

static moly_status read_row(char **words, bool is_selected, table_values *values, moly_error *err)
{
    double x[7] = {0};
    static const int numbers[7] = {0, 1, 2, 3, 4, 6, 7};
    for (int i = 0; i < (is_selected ? 7 : 5); i++) {
        moly_status status = moly_number_parse(words[numbers[i]], &x[i], err);
        if (status != MOLY_OK) {
            return status;
        }
    }
    if (x[1] < 1.0) { /* an element in its natural mixture */
        return MOLY_OK;
    }
    if (values->n == TABLE_MOST) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "more than %d targets", TABLE_MOST);
    }
    table_value *v = &values->rows[values->n++];
    v->target = (moly_state){(int)x[0], (int)x[1], (int)x[2]};
    v->value_b = x[3];
    v->sd_b = whole_sd(x[3], x[4], x[5], x[6]);
    (void)snprintf(v->source, sizeof v->source, "%s", is_selected ? words[5] : "");
    return MOLY_OK;
}

static moly_status read_file(const char *path, bool is_selected, table_values *values,
                             moly_error *err)
{
    char *data = NULL;
    size_t length;
    moly_status status = moly_file_read(path, FILE_LIMIT, &data, &length, err);
    if (status != MOLY_OK) {
        return status;
    }
    int number = 0;
    for (char *line = data; *line != '\0' && status == MOLY_OK;) {
        char *end = line + strcspn(line, "\n"), *words[MOST_WORDS];
        char *next = end + (*end == '\n');
        *end = '\0';
        number++;
        size_t n = *line == '#' ? 0 : split(line, words);
        if (n >= (is_selected ? 9u : 6u)) {
            status = read_row(words, is_selected, values, err);
            if (status != MOLY_OK) {
                moly_error_context(err, "%s:%d", path, number);
            }
        }
        line = next;
    }
    moly_free(data);
    return status;
}

moly_status compilation_read(const char *path, table_values *values, moly_error *err)
{
    return read_file(path, true, values, err);
}

moly_status library_read(const char *path, table_values *values, moly_error *err)
{
    return read_file(path, false, values, err);
}

const table_value *table_find(const table_values *values, moly_state target)
{
    for (size_t i = 0; i < values->n; i++) {
        if (moly_state_key(values->rows[i].target) == moly_state_key(target)) {
            return &values->rows[i];
        }
    }
    return NULL;
}

moly_status table_decide(table_values *values, const csv_row *row, moly_error *err)
{
    table_value v = {0};
    moly_status status = table_state(row, 1, &v.target, err);
    if (status == MOLY_OK) {
        status = csv_number(row, 2, &v.value_b, err);
    }
    if (status == MOLY_OK) {
        status = csv_number(row, 3, &v.sd_b, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    (void)snprintf(v.source, sizeof v.source, "%s", row->n > 4 ? row->cell[4] : "");
    for (size_t i = 0; i < values->n; i++) {
        if (moly_state_key(values->rows[i].target) == moly_state_key(v.target)) {
            values->rows[i] = isnan(v.value_b) ? values->rows[--values->n] : v;
            return MOLY_OK;
        }
    }
    if (isnan(v.value_b) || values->n == TABLE_MOST) {
        return csv_fail(row, 1, "nothing to take away, or no room", err);
    }
    values->rows[values->n++] = v;
    return MOLY_OK;
}

moly_status table_state(const csv_row *row, int cell, moly_state *state, moly_error *err)
{
    return cell < row->n && moly_state_parse(row->cell[cell], state)
               ? MOLY_OK
               : csv_fail(row, cell, "no nuclide", err);
}

moly_status table_save(moly_text *out, const char *folder, const char *file, moly_error *err)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", folder, file);
    moly_status status =
        out->is_broken ? MOLY_NO_MEMORY(err) : moly_file_write(path, out->data, out->length, err);
    moly_text_free(out);
    return status;
}

void table_number(moly_text *out, double value)
{
    char text[MOLY_NUMBER_TEXT_SIZE];
    if (!isnan(value)) {
        moly_text_add(out, moly_number_format(value, 6, text));
    }
    moly_text_add(out, ",");
}
