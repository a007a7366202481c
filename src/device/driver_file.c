/* SPDX-License-Identifier: Apache-2.0 */
/* A driver from a text, for what sends lines: balances, survey meters, well counters.
 *
 *     name = mettler-sics            pattern = S {flag} {value} {unit}
 *     kind = balance                 unit = g 1 g
 *     baud = 9600                    nuclide = TC Tc-99m
 *     request = S\r\n                stable_flag = S                                            */
#include "inside.h"

#include <stdio.h>

#include "moly/base/text.h"

enum { MOST_BYTES = 16384, MOST_ROWS = 64, MOST_TEXT = 120 };

typedef struct reader {
    moly_arena *arena;
    moly_device_driver driver;
    moly_device_unit units[MOST_ROWS];
    moly_device_nuclide nuclides[MOST_ROWS];
    moly_error *err;
} reader;

/* ---- values --------------------------------------------------------------------------------- */

static moly_status keep_text(reader *r, const char *value, const char **member)
{
    if (strlen(value) > MOST_TEXT) {
        return MOLY_FAIL(r->err, MOLY_ERR_DATA, "the text has %zu bytes, %d at most", strlen(value),
                         MOST_TEXT);
    }
    *member = moly_arena_strdup(r->arena, value);
    return *member ? MOLY_OK : MOLY_NO_MEMORY(r->err);
}

/* \r, \n and \xHH. */
static moly_status keep_request(reader *r, const char *value, const char **member)
{
    char made[MOST_TEXT + 1];
    size_t n = 0;
    for (const char *c = value; *c; c++) {
        char one = *c;
        if (*c == '\\' && (c[1] == 'r' || c[1] == 'n')) {
            one = *++c == 'r' ? '\r' : '\n';
        } else if (*c == '\\' && c[1] == 'x' && c[2] && c[3]) {
            moly_device_frame byte;
            const char digits[] = {c[2], c[3], '\0'};
            moly_status status = moly_device_unhex(digits, &byte, r->err);
            if (status) {
                return status;
            }
            one = (char)byte.bytes[0];
            c += 3;
        }
        if (one == '\0' || n == MOST_TEXT) {
            return MOLY_FAIL(r->err, MOLY_ERR_DATA,
                             "a request has %d bytes at most, and none is zero", MOST_TEXT);
        }
        made[n++] = one;
    }
    made[n] = '\0';
    return keep_text(r, made, member);
}

static moly_status read_whole(reader *r, const char *value, int64_t low, int64_t high,
                              int64_t *number)
{
    moly_status status = moly_integer_parse(value, number, r->err);
    if (!status && (*number < low || *number > high)) {
        status = MOLY_FAIL(r->err, MOLY_ERR_DATA, "%lld is not within %lld to %lld",
                           (long long)*number, (long long)low, (long long)high);
    }
    return status;
}

static moly_status read_real(reader *r, const char *value, double low, double high, double *number)
{
    moly_status status = moly_number_parse(value, number, r->err);
    if (!status && !(*number >= low && *number <= high)) {
        status = MOLY_FAIL(r->err, MOLY_ERR_DATA, "%g is not within %g to %g", *number, low, high);
    }
    return status;
}

/* The last word of `value`, cut off. @return NULL: there is none before it */
static char *last_word(char *value)
{
    char *blank = strrchr(value, ' ');
    if (!blank) {
        return NULL;
    }
    char *end = blank;
    while (end > value && end[-1] == ' ') {
        end--;
    }
    *end = '\0';
    return blank[1] && end > value ? blank + 1 : NULL;
}

/* "kg 1000 g": the word, its factor, the base unit. */
static moly_status add_unit(reader *r, char *value)
{
    moly_device_driver *d = &r->driver;
    moly_device_unit unit = {.quantity = MOLY_N_DEVICE_QUANTITIES};
    char *base = last_word(value);
    char *factor = base ? last_word(value) : NULL;
    if (!factor || d->n_units == MOST_ROWS) {
        return MOLY_FAIL(r->err, MOLY_ERR_DATA,
                         "a unit is its word, its factor and bq, sv_per_h, per_s, counts or g "
                         "(\"kg 1000 g\"), %d of them at most",
                         MOST_ROWS);
    }
    for (int q = 0; q < MOLY_N_DEVICE_QUANTITIES; q++) {
        if (strcmp(base, moly_device_quantity_unit((moly_device_quantity)q)) == 0) {
            unit.quantity = (moly_device_quantity)q;
        }
    }
    if (unit.quantity == MOLY_N_DEVICE_QUANTITIES || strlen(value) >= UNIT_WIDTH) {
        return MOLY_FAIL(r->err, MOLY_ERR_DATA,
                         "'%.20s' is none of bq, sv_per_h, per_s, counts, g; or the word is too "
                         "long",
                         base);
    }
    moly_status status = read_real(r, factor, 1e-15, 1e15, &unit.factor);
    for (size_t i = 0; i < d->n_units && !status; i++) {
        if (strcmp(value, r->units[i].text) == 0) {
            status = MOLY_FAIL(r->err, MOLY_ERR_DATA, "the unit '%.20s' is there twice", value);
        }
    }
    if (!status) {
        status = keep_text(r, value, &unit.text);
    }
    if (!status) {
        r->units[d->n_units++] = unit;
    }
    return status;
}

static moly_status add_nuclide(reader *r, char *value)
{
    moly_device_nuclide row = {0};
    char *name = last_word(value);
    const char *known = name ? nuclide_of(&r->driver, name) : NULL;
    if (!known || r->driver.n_nuclides == MOST_ROWS) {
        return MOLY_FAIL(r->err, MOLY_ERR_DATA,
                         "a nuclide is the device's word and its name (\"TC Tc-99m\"), %d of them "
                         "at most; '%.20s' is none that devices are set to",
                         MOST_ROWS, name ? name : value);
    }
    row.name = known;
    moly_status status = keep_text(r, value, &row.text);
    if (!status) {
        r->nuclides[r->driver.n_nuclides++] = row;
        r->driver.nuclides = r->nuclides;
    }
    return status;
}

/* ---- keys ----------------------------------------------------------------------------------- */

static moly_status set_number(reader *r, const char *key, const char *value, bool *is_known)
{
    static const struct {
        const char *key;
        int64_t low, high;
    } whole[] = {{"baud", 50, 4000000},
                 {"bits", 5, 8},
                 {"stop_bits", 1, 2},
                 {"length", 1, 200},
                 {"stable_readings", 1, 20}};
    moly_device_driver *d = &r->driver;
    int64_t number = 0;
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        if (strcmp(key, whole[i].key) == 0) {
            *is_known = true;
            moly_status status = read_whole(r, value, whole[i].low, whole[i].high, &number);
            int *const settings[] = {&d->settings.baud, &d->settings.bits, &d->settings.stop_bits};
            size_t *const sizes[] = {&d->length, &d->stable_readings};
            if (!status && i < 3) {
                *settings[i] = (int)number;
            } else if (!status) {
                *sizes[i - 3] = (size_t)number;
            }
            return status;
        }
    }
    if (strcmp(key, "stable_within") == 0) {
        *is_known = true;
        return read_real(r, value, 0.0, 0.5, &d->stable_within);
    }
    if (strcmp(key, "timeout") == 0) {
        *is_known = true;
        return read_real(r, value, 0.1, 600.0, &d->timeout_s);
    }
    return MOLY_OK;
}

static moly_status set_key(reader *r, const char *key, char *value)
{
    moly_device_driver *d = &r->driver;
    const struct {
        const char *key;
        const char **member;
    } texts[] = {{"name", &d->name},       {"kind", &d->kind},
                 {"model", &d->model},     {"source", &d->source},
                 {"pattern", &d->pattern}, {"stable_flag", &d->stable_flag}};
    bool is_known = false;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(key, texts[i].key) == 0) {
            return keep_text(r, value, texts[i].member);
        }
    }
    if (strcmp(key, "request") == 0) {
        return keep_request(r, value, &d->request);
    }
    if (strcmp(key, "unit") == 0) {
        return add_unit(r, value);
    }
    if (strcmp(key, "nuclide") == 0) {
        return add_nuclide(r, value);
    }
    if (strcmp(key, "parity") == 0 &&
        (strcmp(value, "none") == 0 || strcmp(value, "even") == 0 || strcmp(value, "odd") == 0)) {
        d->settings.parity = (char)(value[0] - 'a' + 'A');
        return MOLY_OK;
    }
    moly_status status = set_number(r, key, value, &is_known);
    if (!status && !is_known) {
        status =
            MOLY_FAIL(r->err, MOLY_ERR_DATA,
                      "'%.30s' is none of name, kind, model, source, baud, bits, parity (none, "
                      "even, odd), stop_bits, request, pattern, length, unit, nuclide, "
                      "stable_flag, stable_readings, stable_within, timeout",
                      key);
    }
    return status;
}

static char *trim(char *text)
{
    size_t n = strlen(text);
    while (n > 0 && strchr(" \t\r", text[n - 1])) {
        text[--n] = '\0';
    }
    return text + strspn(text, " \t");
}

static moly_status read_line(reader *r, char *line)
{
    char *body = trim(line);
    if (body[0] == '\0' || body[0] == '#') {
        return MOLY_OK;
    }
    char *equals = strchr(body, '=');
    if (!equals) {
        return MOLY_FAIL(r->err, MOLY_ERR_DATA, "'%.30s' is not key = value", body);
    }
    *equals = '\0';
    char *key = trim(body), *value = trim(equals + 1);
    if (value[0] == '\0') {
        return MOLY_FAIL(r->err, MOLY_ERR_DATA, "%.30s has no value", key);
    }
    return set_key(r, key, value);
}

static moly_status check_driver(const reader *r)
{
    const moly_device_driver *d = &r->driver;
    if (!d->name || !d->kind || !d->pattern || d->n_units == 0) {
        return MOLY_FAIL(r->err, MOLY_ERR_DATA,
                         "name, kind, pattern and at least one unit are "
                         "needed");
    }
    for (size_t i = 1; i < d->n_units; i++) {
        if (d->units[i].quantity != d->units[0].quantity) {
            return MOLY_FAIL(r->err, MOLY_ERR_DATA, "the units are of one quantity: '%s' is not",
                             d->units[i].text);
        }
    }
    return pattern_check(d->pattern, r->err);
}

moly_status moly_device_driver_parse(const char *text, size_t length, moly_arena *arena,
                                     const moly_device_driver **driver, moly_error *err)
{
    reader *r = moly_arena_alloc(arena, 1, sizeof *r);
    char *copy = length <= MOST_BYTES ? moly_arena_strndup(arena, text, length) : NULL;
    *driver = NULL;
    if (length > MOST_BYTES || memchr(text, '\0', length)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "a driver is a text of at most %d bytes", MOST_BYTES);
    }
    if (!r || !copy) {
        return MOLY_NO_MEMORY(err);
    }
    if (!moly_is_utf8(copy) && !strchr(copy, '\r')) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "a driver is a text in UTF-8");
    }
    r->arena = arena;
    r->err = err;
    r->driver = (moly_device_driver){.model = "",
                                     .source = "",
                                     .settings = {9600, 8, 1, 'N'},
                                     .framing = MOLY_DEVICE_LINE,
                                     .units = r->units,
                                     .stable_readings = 1,
                                     .timeout_s = 20.0};
    moly_status status = MOLY_OK;
    size_t number = 1;
    for (char *line = copy; line && !status; number++) {
        char *end = strchr(line, '\n');
        if (end) {
            *end = '\0';
        }
        status = read_line(r, line);
        if (status) {
            moly_error_context(err, "line %zu", number);
        }
        line = end ? end + 1 : NULL;
    }
    if (!status) {
        status = check_driver(r);
    }
    if (!status) {
        *driver = &r->driver;
    }
    return status;
}
