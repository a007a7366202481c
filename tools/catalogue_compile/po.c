/* SPDX-License-Identifier: Apache-2.0 */
#include "po.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* C compilers need to take no longer literal. */
enum { LONGEST_TEXT = 4000, LONGEST_LINE = 8192 };

typedef enum part { PART_NONE, PART_ENGLISH, PART_TRANSLATION } part;

typedef struct reader {
    po_file *po;
    int line;
    part part;
    bool is_fuzzy; /* of the message being read */
    bool next_is_fuzzy;
    int message_line;
    char english[LONGEST_TEXT + 1];
    char translation[LONGEST_TEXT + 1];
} reader;

static bool fail(const reader *r, const char *what)
{
    (void)fprintf(stderr, "%s:%d: %s\n", r->po->path, r->line, what);
    return false;
}

static bool is_utf8(const char *text)
{
    for (const unsigned char *s = (const unsigned char *)text; *s != 0;) {
        size_t n = *s < 0x80             ? 1
                   : (*s & 0xE0) == 0xC0 ? 2
                   : (*s & 0xF0) == 0xE0 ? 3
                   : (*s & 0xF8) == 0xF0 ? 4
                                         : 0;
        if (n == 0 || *s == 0xC0 || *s == 0xC1) {
            return false;
        }
        for (size_t i = 1; i < n; i++) {
            if ((s[i] & 0xC0) != 0x80) {
                return false;
            }
        }
        s += n;
    }
    return true;
}

/* The length of the printf conversion at `text` ("%-5.2zu"), 0 where there is none. */
static size_t conversion_length(const char *text, const char *flags)
{
    size_t n = 1 + strspn(text + 1, flags);
    n += strspn(text + n, "0123456789*");
    if (text[n] == '.') {
        n += 1 + strspn(text + n + 1, "0123456789*");
    }
    n += strspn(text + n, "hljztL");
    return text[n] != '\0' && strchr("diouxXeEfFgGaAcspnm%", text[n]) ? n + 1 : 0;
}

static const char *next_conversion(const char *text, const char *flags, size_t *length)
{
    for (text = strchr(text, '%'); text; text = strchr(text + 1, '%')) {
        *length = conversion_length(text, flags);
        if (*length > 0) {
            return text;
        }
    }
    return NULL;
}

bool po_same_conversions(const char *english, const char *translation)
{
    size_t n = 0;
    size_t m = 0;
    /* "90 % of" is prose; but in what is a format, a blank is a flag as printf has it */
    const char *flags = next_conversion(english, "-+#0", &n) ? "-+#0 " : "-+#0";
    const char *a = next_conversion(english, flags, &n);
    const char *b = next_conversion(translation, flags, &m);
    while (a && b && n == m && memcmp(a, b, n) == 0) {
        a = next_conversion(a + n, flags, &n);
        b = next_conversion(b + m, flags, &m);
    }
    return !a && !b;
}

static bool push(reader *r)
{
    po_file *po = r->po;
    if (po->n == po->capacity) {
        size_t capacity = po->capacity == 0 ? 256 : 2 * po->capacity;
        po_message *grown = realloc(po->messages, capacity * sizeof *grown);
        if (!grown) {
            return fail(r, "out of memory");
        }
        po->messages = grown;
        po->capacity = capacity;
    }
    po_message message = {strdup(r->english), strdup(r->translation), po->path, r->message_line};
    if (!message.english || !message.translation) {
        free(message.english);
        free(message.translation);
        return fail(r, "out of memory");
    }
    po->messages[po->n++] = message;
    return true;
}

/* A message is complete when the next one, or the end, is reached. */
static bool finish(reader *r)
{
    if (r->part == PART_NONE) {
        return true;
    }
    if (r->part == PART_ENGLISH) {
        return fail(r, "a msgid has no msgstr");
    }
    r->part = PART_NONE;
    bool is_header = r->english[0] == '\0';
    if (is_header) {
        return strstr(r->translation, "charset=UTF-8") ? true
                                                       : fail(r, "the catalogue is not in UTF-8");
    }
    if (r->is_fuzzy || r->translation[0] == '\0') {
        return true;
    }
    if (!is_utf8(r->english) || !is_utf8(r->translation)) {
        return fail(r, "the message above is not UTF-8");
    }
    if (!po_same_conversions(r->english, r->translation)) {
        return fail(r, "msgid and msgstr above take different printf arguments");
    }
    return push(r);
}

/* Append the quoted text of one line, its escapes undone. */
static bool add_quoted(reader *r, const char *text)
{
    static const char escapes[][2] = {{'n', '\n'}, {'t', '\t'}, {'"', '"'}, {'\\', '\\'}};
    char *out = r->part == PART_ENGLISH ? r->english : r->translation;
    size_t length = strlen(out);
    text += strspn(text, " \t");
    if (*text != '"') {
        return fail(r, "a quoted text is expected");
    }
    for (text++; *text != '"'; text++) {
        char c = *text;
        if (c == '\0') {
            return fail(r, "the closing quote is missing");
        }
        if (c == '\\') {
            text++;
            size_t i = 0;
            while (i < 4 && escapes[i][0] != *text) {
                i++;
            }
            if (i == 4) {
                return fail(r, "an escape other than \\n \\t \\\" \\\\");
            }
            c = escapes[i][1];
        }
        if (length == LONGEST_TEXT) {
            return fail(r, "a text is longer than 4000 bytes");
        }
        out[length++] = c;
        out[length] = '\0';
    }
    text++;
    return text[strspn(text, " \t\r\n")] == '\0' ? true : fail(r, "something behind the quote");
}

static bool begin_message(reader *r, const char *text)
{
    if (!finish(r)) {
        return false;
    }
    r->part = PART_ENGLISH;
    r->message_line = r->line;
    r->is_fuzzy = r->next_is_fuzzy;
    r->next_is_fuzzy = false;
    r->english[0] = '\0';
    r->translation[0] = '\0';
    return add_quoted(r, text);
}

static bool take_line(reader *r, const char *line)
{
    if (strncmp(line, "#,", 2) == 0 && strstr(line, "fuzzy")) {
        r->next_is_fuzzy = true;
    }
    if (line[0] == '#' || line[strspn(line, " \t\r\n")] == '\0') {
        return true;
    }
    if (strncmp(line, "msgctxt", 7) == 0 || strncmp(line, "msgid_plural", 12) == 0) {
        return fail(r, "contexts and plural forms are not used in Moly");
    }
    if (strncmp(line, "msgid ", 6) == 0) {
        return begin_message(r, line + 6);
    }
    if (strncmp(line, "msgstr ", 7) == 0) {
        if (r->part != PART_ENGLISH) {
            return fail(r, "a msgstr without its msgid");
        }
        r->part = PART_TRANSLATION;
        return add_quoted(r, line + 7);
    }
    if (line[0] == '"' && r->part != PART_NONE) {
        return add_quoted(r, line);
    }
    return fail(r, "not a line of a gettext catalogue");
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const po_message *)a)->english, ((const po_message *)b)->english);
}

/* Two parts of a language may need the same word, if they agree on it; one file says it once. */
static bool is_agreed(const po_message *a, const po_message *b)
{
    return strcmp(a->path, b->path) != 0 && strcmp(a->translation, b->translation) == 0;
}

static bool sort_and_check(po_file *po)
{
    if (po->n == 0) {
        return true;
    }
    qsort(po->messages, po->n, sizeof *po->messages, compare);
    for (size_t i = 1; i < po->n; i++) {
        const po_message *a = &po->messages[i - 1], *b = &po->messages[i];
        if (compare(a, b) == 0 && !is_agreed(a, b)) {
            (void)fprintf(stderr, "%s:%d and %s:%d translate the same text: \"%s\"\n", a->path,
                          a->line, b->path, b->line, b->english);
            return false;
        }
    }
    size_t kept = 0;
    for (size_t i = 1; i < po->n; i++) {
        if (compare(&po->messages[kept], &po->messages[i]) != 0) {
            po->messages[++kept] = po->messages[i];
        } else {
            free(po->messages[i].english);
            free(po->messages[i].translation);
        }
    }
    po->n = kept + 1;
    return true;
}

bool po_read(const char *path, po_file *po)
{
    *po = (po_file){0};
    return po_add(path, po);
}

bool po_add(const char *path, po_file *po)
{
    po->path = path;
    reader *r = calloc(1, sizeof *r);
    FILE *file = fopen(path, "rb");
    bool is_good = r != NULL && file != NULL;
    if (!is_good) {
        (void)fprintf(stderr, "%s: cannot be read\n", path);
    }
    char line[LONGEST_LINE];
    if (is_good) {
        r->po = po;
    }
    while (is_good && fgets(line, sizeof line, file)) {
        r->line++;
        is_good = strlen(line) < sizeof line - 1 ? take_line(r, line)
                                                 : fail(r, "a line is longer than 8000 bytes");
    }
    is_good = is_good && !ferror(file) && finish(r) && sort_and_check(po);
    if (file) {
        (void)fclose(file);
    }
    free(r);
    return is_good;
}

void po_free(po_file *po)
{
    for (size_t i = 0; i < po->n; i++) {
        free(po->messages[i].english);
        free(po->messages[i].translation);
    }
    free(po->messages);
    *po = (po_file){0};
}
