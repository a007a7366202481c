/* SPDX-License-Identifier: Apache-2.0 */
/* catalogue_compile OUT.c PO...: the catalogues po/LANGUAGE.po as sorted constant tables. Runs on
 * the building machine; a catalogue with a mistake stops the build. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "po.h"

/* "po/ru.po" is "ru". */
static bool language_of(const char *path, char *language, size_t size)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz");
    if (n == 0 || n >= size || strcmp(name + n, ".po") != 0) {
        (void)fprintf(stderr, "%s: the name of a catalogue is LANGUAGE.po\n", path);
        return false;
    }
    (void)snprintf(language, size, "%.*s", (int)n, name);
    return true;
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

static bool write_language(FILE *out, const char *path, const char *language)
{
    po_file po;
    bool is_good = po_read(path, &po);
    if (is_good && po.n == 0) {
        (void)fprintf(stderr, "%s: translates nothing\n", path);
        is_good = false;
    }
    if (is_good) {
        (void)fprintf(out, "\nstatic const moly_message messages_%s[] = {\n", language);
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

static bool write_tables(FILE *out, int n, char *const *paths)
{
    char language[16];
    (void)fputs("/* Written by catalogue_compile. */\n#include \"catalogue_table.h\"\n", out);
    for (int i = 0; i < n; i++) {
        if (!language_of(paths[i], language, sizeof language) ||
            !write_language(out, paths[i], language)) {
            return false;
        }
    }
    (void)fputs("\nconst moly_catalogue moly_catalogues[] = {\n", out);
    for (int i = 0; i < n; i++) {
        (void)language_of(paths[i], language, sizeof language);
        (void)fprintf(out,
                      "    {\"%s\", messages_%s, sizeof messages_%s / sizeof messages_%s[0]},\n",
                      language, language, language, language);
    }
    (void)fputs("    {0, 0, 0},\n};\n\nconst char *const moly_catalogue_languages[] = {\n"
                "    \"en\",\n",
                out);
    for (int i = 0; i < n; i++) {
        (void)language_of(paths[i], language, sizeof language);
        (void)fprintf(out, "    \"%s\",\n", language);
    }
    (void)fputs("    0,\n};\n", out);
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
