/* SPDX-License-Identifier: Apache-2.0 */
/* catalogue_compile OUT.c PO...: the catalogues po/LANGUAGE.po as sorted constant tables, the files
 * of a language one after another. Runs on the building machine; a catalogue with a mistake stops
 * the build. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "po.h"

enum { LANGUAGE_SIZE = 16 };

/* "po/ru.po" and "po/ru.web.po" are "ru", "po/sr-Latn.paper.po" is "sr-Latn". */
static bool language_of(const char *path, char *language, size_t size)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-");
    size_t length = strlen(name);
    if (n == 0 || n >= size || name[n] != '.' || strcmp(name + length - 3, ".po") != 0) {
        (void)fprintf(stderr, "%s: the name of a catalogue is LANGUAGE.po or LANGUAGE.PART.po\n",
                      path);
        return false;
    }
    (void)snprintf(language, size, "%.*s", (int)n, name);
    return true;
}

/* Only papers speak a language that has no LANGUAGE.po. */
static bool is_whole(const char *path, const char *language)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    return strcmp(name + strlen(language), ".po") == 0;
}

/* "sr-Latn" as part of a name in C. */
static const char *name_in_c(const char *language, char name[LANGUAGE_SIZE])
{
    (void)snprintf(name, LANGUAGE_SIZE, "%s", language);
    for (char *dash = strchr(name, '-'); dash; dash = strchr(dash, '-')) {
        *dash = '_';
    }
    return name;
}

static void write_literal(FILE *out, const char *text)
{
    (void)fputc('"', out);
    for (const unsigned char *c = (const unsigned char *)text; *c != 0; c++) {
        if (*c < 0x20 || *c >= 0x7F || *c == '"' || *c == '\\' || *c == '?') {
            (void)fprintf(out, "\\%03o", *c); /* three digits: what follows cannot join them */
        } else {
            (void)fputc(*c, out);
        }
    }
    (void)fputc('"', out);
}

static bool write_language(FILE *out, int n, char *const *paths, const char *language)
{
    po_file po = {0};
    char name[LANGUAGE_SIZE];
    bool is_good = true;
    for (int i = 0; i < n && is_good; i++) {
        is_good = po_add(paths[i], &po);
    }
    if (is_good && po.n == 0) {
        (void)fprintf(stderr, "%s: translates nothing\n", paths[0]);
        is_good = false;
    }
    if (is_good) {
        (void)fprintf(out, "\nstatic const moly_message messages_%s[] = {\n",
                      name_in_c(language, name));
        for (size_t i = 0; i < po.n; i++) {
            (void)fputs("    {", out);
            write_literal(out, po.messages[i].english);
            (void)fputs(",\n     ", out);
            write_literal(out, po.messages[i].translation);
            (void)fputs("},\n", out);
        }
        (void)fputs("};\n", out);
    }
    po_free(&po);
    return is_good;
}

/* How many of the paths, from the first, are of one language. */
static int same_language(int n, char *const *paths, char language[LANGUAGE_SIZE])
{
    char other[LANGUAGE_SIZE];
    int count = 1;
    if (!language_of(paths[0], language, LANGUAGE_SIZE)) {
        return 0;
    }
    while (count < n && language_of(paths[count], other, sizeof other) &&
           strcmp(other, language) == 0) {
        count++;
    }
    return count;
}

static void write_languages(FILE *out, int n, char *const *paths, const char *name, bool only_whole)
{
    char language[LANGUAGE_SIZE];
    int count = 0;
    (void)fprintf(out, "\nconst char *const %s[] = {\n    \"en\",\n", name);
    for (int i = 0; i < n; i += count) {
        count = same_language(n - i, paths + i, language);
        if (!only_whole || is_whole(paths[i], language)) {
            (void)fprintf(out, "    \"%s\",\n", language);
        }
    }
    (void)fputs("    0,\n};\n", out);
}

static bool write_tables(FILE *out, int n, char *const *paths)
{
    char language[LANGUAGE_SIZE], name[LANGUAGE_SIZE];
    int count = 0;
    (void)fputs("/* Written by catalogue_compile. */\n#include \"catalogue_table.h\"\n", out);
    for (int i = 0; i < n; i += count) {
        count = same_language(n - i, paths + i, language);
        if (count == 0 || !write_language(out, count, paths + i, language)) {
            return false;
        }
    }
    (void)fputs("\nconst moly_catalogue moly_catalogues[] = {\n", out);
    for (int i = 0; i < n; i += count) {
        count = same_language(n - i, paths + i, language);
        name_in_c(language, name);
        (void)fprintf(out,
                      "    {\"%s\", messages_%s, sizeof messages_%s / sizeof messages_%s[0]},\n",
                      language, name, name, name);
    }
    (void)fputs("    {0, 0, 0},\n};\n", out);
    write_languages(out, n, paths, "moly_catalogue_languages", true);
    write_languages(out, n, paths, "moly_catalogue_paper_languages", false);
    return true;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        (void)fprintf(stderr, "usage: catalogue_compile OUT.c PO...\n");
        return 2;
    }
    FILE *out = fopen(argv[1], "wb");
    if (!out) {
        (void)fprintf(stderr, "%s: cannot be written\n", argv[1]);
        return 74;
    }
    bool is_good = write_tables(out, argc - 2, argv + 2);
    is_good = fclose(out) == 0 && is_good;
    if (!is_good) {
        (void)remove(argv[1]);
        return 65;
    }
    return 0;
}
