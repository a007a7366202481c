/* SPDX-License-Identifier: Apache-2.0 */
#include "keys.h"

#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/text.h"
#include "moly/scanner/pet.h"

/* The table that lines go by, and what they set. */
typedef struct place {
    const char *what;
    const key_table *table;
    char *object;
    bool is_set[KEYS_MOST];
} place;

static char *trim(char *text)
{
    text += strspn(text, " \t\r");
    size_t n = strlen(text);
    while (n > 0 && strchr(" \t\r", text[n - 1]) != NULL) {
        text[--n] = '\0';
    }
    return text;
}

static moly_status set(char *object, const key *k, const char *value, moly_error *err)
{
    char *member = object + k->offset;
    const size_t size = k->size ? k->size : MOLY_SCANNER_TEXT_SIZE;
    double number;
    int64_t whole;
    moly_status status = MOLY_OK;
    switch (k->kind) {
    case KEY_WORDS:
        if (strlen(value) >= size || !moly_is_utf8(value)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "the text is no UTF-8 or longer than %d bytes",
                             (int)size - 1);
        }
        memcpy(member, value, strlen(value) + 1);
        break;
    case KEY_WHOLE:
        status = moly_integer_parse(value, &whole, err);
        if (!status) {
            memcpy(member, &whole, sizeof whole);
        }
        break;
    case KEY_REAL:
        status = moly_quantity_parse(value, k->dim, &number, err);
        if (!status) {
            number *= k->factor;
            memcpy(member, &number, sizeof number);
        }
        break;
    }
    return status;
}

static moly_status find_key(const key_table *table, const char *name, size_t *found,
                            moly_error *err)
{
    const char *names[KEYS_MOST];
    MOLY_ASSERT(table->n <= KEYS_MOST);
    for (size_t i = 0; i < table->n; i++) {
        if (strcmp(table->keys[i].name, name) == 0) {
            *found = i;
            return MOLY_OK;
        }
        names[i] = table->keys[i].name;
    }
    const char *near = moly_nearest(name, names, table->n);
    return near ? MOLY_FAIL(err, MOLY_ERR_DATA, "no key '%.40s'; is '%s' meant?", name, near)
                : MOLY_FAIL(err, MOLY_ERR_DATA, "no key '%.40s'", name);
}

static moly_status check_required(const place *p, moly_error *err)
{
    for (size_t i = 0; i < p->table->n; i++) {
        if (p->table->keys[i].is_required && !p->is_set[i]) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "%s: '%s = ...' is missing", p->what,
                             p->table->keys[i].name);
        }
    }
    return MOLY_OK;
}

/* What has been read is whole; the next part begins. */
static moly_status next_part(const key_parts *parts, char *object, place *p, moly_error *err)
{
    int64_t n;
    moly_status status = check_required(p, err);
    memcpy(&n, object + parts->count_offset, sizeof n);
    if (!status && n >= parts->most) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "more than %lld of them", (long long)parts->most);
    }
    if (!status) {
        *p = (place){.what = p->what,
                     .table = &parts->table,
                     .object = object + parts->offset + (size_t)n * parts->size};
        n++;
        memcpy(object + parts->count_offset, &n, sizeof n);
    }
    return status;
}

static moly_status read_line(char *line, const key_parts *parts, char *object, place *p,
                             moly_error *err)
{
    char *comment = strchr(line, '#');
    if (comment) {
        *comment = '\0';
    }
    line = trim(line);
    if (*line == '\0') {
        return MOLY_OK;
    }
    char *equals = strchr(line, '=');
    size_t k = 0;
    if (!equals) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "'%.40s' is not 'key = value'", line);
    }
    *equals = '\0';
    const char *name = trim(line), *value = trim(equals + 1);
    moly_status status = parts && strcmp(name, parts->table.keys[0].name) == 0
                             ? next_part(parts, object, p, err)
                             : MOLY_OK;
    status = status ? status : find_key(p->table, name, &k, err);
    if (!status && p->is_set[k]) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "it is there twice");
    }
    if (!status) {
        status = set(p->object, &p->table->keys[k], value, err);
        p->is_set[k] = true;
    }
    if (status) {
        moly_error_context(err, "%.40s", name);
    }
    return status;
}

moly_status keys_read(const char *text, const char *what, const key_table *table,
                      const key_parts *parts, void *object, moly_error *err)
{
    place p = {.what = what, .table = table, .object = object};
    moly_status status = MOLY_OK;
    char *copy = moly_strdup(text);
    if (!copy) {
        return MOLY_NO_MEMORY(err);
    }
    char *line = copy;
    for (int number = 1; line && !status; number++) {
        char *end = strchr(line, '\n');
        if (end) {
            *end++ = '\0';
        }
        status = read_line(line, parts, object, &p, err);
        if (status) {
            moly_error_context(err, "%s, line %d", what, number);
        }
        line = end;
    }
    moly_free(copy);
    return status ? status : check_required(&p, err);
}

bool keys_is_file(const char *name, const char *ending)
{
    const size_t n = strlen(name), m = strlen(ending);
    return n > m && strcmp(name + n - m, ending) == 0;
}

moly_status keys_load(const char *path, char **text, const char **what, moly_error *err)
{
    size_t length = 0;
    const char *slash = strrchr(path, '/');
    *text = NULL;
    *what = slash ? slash + 1 : path;
    moly_status status = moly_file_read(path, KEYS_FILE_BYTES, text, &length, err);
    if (!status && strlen(*text) != length) {
        moly_free(*text);
        *text = NULL;
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s: a byte is zero", path);
    }
    return status;
}
