/* SPDX-License-Identifier: Apache-2.0 */
/* An Interfile header: lines `key := value` to checked values. */
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "interfile_inside.h"

static const size_t MOST_BYTES = (size_t)1 << 20;
static const size_t MOST_NUMBERS = 65536;            /* in a list */
static const double MOST_WHOLE = 9007199254740992.0; /* 2^53 */
enum { LONGEST_KEY = 160 };

static const struct key {
    interfile_id id;
    interfile_type type;
    const char *names;
} keys[] = {
#define INTERFILE_ROW(id, type, names) {id, INTERFILE_##type, names},
    INTERFILE_KEYS(INTERFILE_ROW)
#undef INTERFILE_ROW
};
enum { N_KEYS = sizeof keys / sizeof *keys };

const char *interfile_key_name(interfile_id id, char name[64])
{
    const char *names = keys[id].names;
    const size_t n = strcspn(names, "|");
    (void)snprintf(name, 64, "%.*s", (int)n, names);
    return name;
}

moly_status interfile_fail(const interfile_header *h, const interfile_entry *entry, moly_error *err,
                           const char *format, ...)
{
    char what[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return MOLY_FAIL(err, MOLY_ERR_DATA, "%s, line %d: '%.60s': %s", h->name, entry->line,
                     entry->key, what);
}

/* ---- a line ---- */

static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t n = strlen(text);
    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t')) {
        text[--n] = '\0';
    }
    return text;
}

/* Lower case; runs of blanks, '_' and '!' are one space; the index goes. */
static bool normalise(const char *key, char out[LONGEST_KEY], int64_t *index)
{
    size_t n = 0;
    *index = 1;
    for (const char *c = key; *c; c++) {
        if (*c == '[') {
            char *end = NULL;
            const long value = strtol(c + 1, &end, 10);
            end += strspn(end, " \t");
            if (*end != ']' || value < 0 || value > 1000000) {
                return false;
            }
            *index = value;
            c = end;
            continue;
        }
        const bool is_blank = *c == ' ' || *c == '\t' || *c == '_' || *c == '!';
        if (is_blank && (n == 0 || out[n - 1] == ' ')) {
            continue;
        }
        if (n + 1 >= LONGEST_KEY) {
            return false;
        }
        const int letter = is_blank ? ' ' : tolower((unsigned char)*c);
        out[n++] = (char)letter;
    }
    n -= n > 0 && out[n - 1] == ' ';
    out[n] = '\0';
    return true;
}

static bool is_named(const char *names, const char *key)
{
    const size_t n = strlen(key);
    while (*names) {
        const size_t m = strcspn(names, "|");
        if (m == n && memcmp(names, key, n) == 0) {
            return true;
        }
        names += m + (names[m] == '|');
    }
    return false;
}

static const struct key *find_key(const char *key)
{
    for (size_t i = 0; i < N_KEYS; i++) {
        if (is_named(keys[i].names, key)) {
            return &keys[i];
        }
    }
    return NULL;
}

/* ---- numbers ---- */

static moly_status read_number(const interfile_header *h, const interfile_entry *e, char *text,
                               bool is_whole, double *value, moly_error *err)
{
    text = trim(text);
    if (moly_number_parse(text, value, NULL) != MOLY_OK) {
        return interfile_fail(h, e, err, "'%.40s' is not a number", text);
    }
    if (is_whole && (fabs(*value) > MOST_WHOLE || floor(*value) < *value)) {
        return interfile_fail(h, e, err, "'%.40s' is not a whole number", text);
    }
    return MOLY_OK;
}

/* `{1, 2}`, or one number; a comment may follow. */
static moly_status read_numbers(interfile_header *h, interfile_entry *e, interfile_type type,
                                moly_error *err)
{
    const bool is_whole = type == INTERFILE_WHOLE || type == INTERFILE_WHOLES;
    const bool is_list = type == INTERFILE_WHOLES || type == INTERFILE_REALS;
    char *text = moly_arena_strdup(h->arena, e->text);
    size_t n = 1;
    if (!text) {
        return MOLY_NO_MEMORY(err);
    }
    text[strcspn(text, ";")] = '\0';
    text = trim(text);
    if (*text == '{') {
        char *end = strchr(text, '}');
        if (!end || trim(end + 1)[0] != '\0' || !is_list) {
            return interfile_fail(h, e, err, "'%.40s' is not %s", text,
                                  is_list ? "a list {1,2,...}" : "a single number");
        }
        *end = '\0';
        text = trim(text + 1);
    }
    if (*text == '\0') {
        return MOLY_OK; /* as if the key were missing */
    }
    for (const char *c = text; *c; c++) {
        n += *c == ',';
    }
    if (n > (is_list ? MOST_NUMBERS : 1)) {
        return interfile_fail(h, e, err, "%zu numbers, must be at most %zu", n,
                              is_list ? MOST_NUMBERS : (size_t)1);
    }
    double *numbers = moly_arena_alloc(h->arena, n, sizeof *numbers);
    if (!numbers) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < n; i++) {
        char *comma = strchr(text, ',');
        if (comma) {
            *comma = '\0';
        }
        moly_status status = read_number(h, e, text, is_whole, &numbers[i], err);
        if (status) {
            return status;
        }
        text = comma ? comma + 1 : text;
    }
    e->numbers = numbers;
    e->n = n;
    return MOLY_OK;
}

/* ---- lines ---- */

static moly_status read_line(interfile_header *h, char *line, int number, bool *is_over,
                             moly_error *err)
{
    char name[LONGEST_KEY];
    line = trim(line);
    if (*line == '\0' || *line == ';') {
        return MOLY_OK;
    }
    char *value = strstr(line, ":=");
    if (value) {
        *value = '\0';
        value = trim(value + 2);
    }
    interfile_entry e = {
        .id = KEY_UNKNOWN, .line = number, .key = trim(line), .text = value ? value : ""};
    if (!normalise(e.key, name, &e.index)) {
        return interfile_fail(h, &e, err,
                              "no key: longer than %d letters, or an index that is no number",
                              LONGEST_KEY - 1);
    }
    const struct key *key = find_key(name);
    if (h->n == 0 && (!key || key->id != KEY_BEGIN)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%s, line %d: no Interfile header: it does not begin "
                         "with 'INTERFILE'",
                         h->name, number);
    }
    if (!value && (!key || key->type != INTERFILE_TITLE)) {
        return interfile_fail(h, &e, err, "no ':=' behind it");
    }
    if (key) {
        e.id = key->id;
        *is_over = key->id == KEY_END;
        if (key->type >= INTERFILE_WHOLE) {
            moly_status status = read_numbers(h, &e, key->type, err);
            if (status) {
                return status;
            }
        }
    }
    h->entries[h->n++] = e;
    return MOLY_OK;
}

static moly_status read_lines(interfile_header *h, char *text, bool needs_end, moly_error *err)
{
    moly_status status = MOLY_OK;
    bool is_over = false;
    for (int number = 1; text && !is_over && !status; number++) {
        char *end = strchr(text, '\n');
        if (end) {
            *end++ = '\0';
        }
        status = read_line(h, text, number, &is_over, err);
        text = end;
    }
    if (!status && h->n == 0) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s: the header is empty", h->name);
    }
    if (!status && needs_end && !is_over && !interfile_find(h, KEY_E7_SPACE, 1)) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA,
                           "%s: the header is cut short: it has no 'END OF INTERFILE'", h->name);
    }
    return status;
}

moly_status interfile_parse(const char *text, size_t length, const char *name, bool needs_end,
                            interfile_header *header, moly_error *err)
{
    interfile_header made = {.arena = moly_arena_new()};
    size_t n_lines = 1;
    if (!made.arena) {
        return MOLY_NO_MEMORY(err);
    }
    char *copy = moly_arena_strndup(made.arena, text, length);
    made.name = moly_arena_strdup(made.arena, name);
    for (size_t i = 0; i < length && copy; i++) {
        n_lines += text[i] == '\n';
        if (text[i] == '\r') {
            copy[i] = ' ';
        }
    }
    made.entries = moly_arena_alloc(made.arena, n_lines, sizeof *made.entries);
    moly_status status = copy && made.name && made.entries ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status && memchr(text, '\0', length)) {
        status =
            MOLY_FAIL(err, MOLY_ERR_DATA, "%s: no Interfile header: it has bytes of zero", name);
    }
    if (!status) {
        moly_text_harmless(copy);
        status = read_lines(&made, copy, needs_end, err);
    }
    if (status) {
        moly_arena_free(made.arena);
        return status;
    }
    *header = made;
    return MOLY_OK;
}

moly_status interfile_load(const char *path, bool needs_end, interfile_header *header,
                           moly_error *err)
{
    char *text = NULL;
    size_t length = 0;
    moly_status status = moly_file_read(path, MOST_BYTES, &text, &length, err);
    if (!status) {
        status = interfile_parse(text, length, path, needs_end, header, err);
    }
    moly_free(text);
    return status;
}

void interfile_free(interfile_header *header)
{
    moly_arena_free(header->arena);
    *header = (interfile_header){0};
}

/* ---- asking ---- */

const interfile_entry *interfile_find(const interfile_header *h, interfile_id id, int64_t index)
{
    for (size_t i = h->n; i-- > 0;) {
        const interfile_entry *e = &h->entries[i];
        if (e->id == id && e->index == index && e->text[0] != '\0' &&
            (e->n > 0 || keys[id].type < INTERFILE_WHOLE)) {
            return e;
        }
    }
    return NULL;
}

const char *interfile_text(const interfile_header *h, interfile_id id, int64_t index)
{
    const interfile_entry *e = interfile_find(h, id, index);
    return e ? e->text : NULL;
}

bool interfile_is(const interfile_header *h, interfile_id id, int64_t index, const char *word)
{
    const char *text = interfile_text(h, id, index);
    while (text && *text && *word &&
           tolower((unsigned char)*text) == tolower((unsigned char)*word)) {
        text++;
        word++;
    }
    return text && *text == '\0' && *word == '\0';
}

static moly_status missing(const interfile_header *h, interfile_id id, int64_t index,
                           moly_error *err)
{
    char name[64];
    if (index != 1) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s: the key '%s[%lld]' is missing", h->name,
                         interfile_key_name(id, name), (long long)index);
    }
    return MOLY_FAIL(err, MOLY_ERR_DATA, "%s: the key '%s' is missing", h->name,
                     interfile_key_name(id, name));
}

moly_status interfile_real_or(const interfile_header *h, interfile_id id, int64_t index, double low,
                              double high, double *value, moly_error *err)
{
    const interfile_entry *e = interfile_find(h, id, index);
    if (!e) {
        return MOLY_OK;
    }
    if (e->n != 1 || !(e->numbers[0] >= low && e->numbers[0] <= high)) {
        return interfile_fail(h, e, err, "'%.40s' is not one number from %g to %g", e->text, low,
                              high);
    }
    *value = e->numbers[0];
    return MOLY_OK;
}

moly_status interfile_real(const interfile_header *h, interfile_id id, int64_t index, double low,
                           double high, double *value, moly_error *err)
{
    return interfile_find(h, id, index) ? interfile_real_or(h, id, index, low, high, value, err)
                                        : missing(h, id, index, err);
}

moly_status interfile_whole_or(const interfile_header *h, interfile_id id, int64_t index,
                               int64_t low, int64_t high, int64_t *value, moly_error *err)
{
    double number = 0.0;
    if (!interfile_find(h, id, index)) {
        return MOLY_OK;
    }
    moly_status status = interfile_real_or(h, id, index, (double)low, (double)high, &number, err);
    if (!status) {
        *value = (int64_t)number;
    }
    return status;
}

moly_status interfile_whole(const interfile_header *h, interfile_id id, int64_t index, int64_t low,
                            int64_t high, int64_t *value, moly_error *err)
{
    return interfile_find(h, id, index) ? interfile_whole_or(h, id, index, low, high, value, err)
                                        : missing(h, id, index, err);
}

moly_status interfile_wholes(const interfile_header *h, interfile_id id, int64_t index, size_t n,
                             int64_t low, int64_t high, const double **values, moly_error *err)
{
    const interfile_entry *e = interfile_find(h, id, index);
    if (!e) {
        return missing(h, id, index, err);
    }
    if (e->n != n) {
        return interfile_fail(h, e, err, "%zu numbers, must be %zu", e->n, n);
    }
    for (size_t i = 0; i < n; i++) {
        if (!(e->numbers[i] >= (double)low && e->numbers[i] <= (double)high)) {
            return interfile_fail(h, e, err, "number %zu is %.10g, must be %lld to %lld", i + 1,
                                  e->numbers[i], (long long)low, (long long)high);
        }
    }
    *values = e->numbers;
    return MOLY_OK;
}

/* ---- writing ---- */

void interfile_put_real(moly_text *out, const char *key, double value)
{
    char number[MOLY_NUMBER_TEXT_SIZE];
    moly_text_printf(out, "%s := %s\n", key, moly_number_format(value, 17, number));
}

void interfile_put_text(moly_text *out, const char *key, const char *value)
{
    moly_text_printf(out, "%s := ", key);
    for (const char *c = value; *c; c++) {
        moly_text_add_n(out, (unsigned char)*c < ' ' ? " " : c, 1);
    }
    moly_text_add(out, "\n");
}
