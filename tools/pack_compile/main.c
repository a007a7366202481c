/* SPDX-License-Identifier: Apache-2.0 */
/* pack_compile OUT.c FOLDER: the packs of data/countries become C tables, each with its hash.
 *
 * Refused: a key that stands twice or not in the common pack, another unit than the common pack's,
 * a limit without a source, a status that is not "sourced" or "check". */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "moly/base/memory.h"
#include "moly/base/text.h"
#include "site_pack.h"

enum { MOST_PACKS = 32, MOST_LIMITS = 400, MOST_MEMBERS = 64 };

typedef struct packs {
    moly_arena *arena;
    site_pack pack[MOST_PACKS];
    site_limit limit[MOST_PACKS][MOST_LIMITS];
    size_t n_packs;
    site_member member[MOST_MEMBERS];
    size_t n_members;
} packs;

static const char *keep(packs *all, const char *text)
{
    return *text ? moly_arena_strdup(all->arena, text) : NULL;
}

static const site_pack *pack_named(const packs *all, const char *code)
{
    for (size_t i = 0; code && i < all->n_packs; i++) {
        if (strcmp(all->pack[i].code, code) == 0) {
            return &all->pack[i];
        }
    }
    return NULL;
}

static const site_limit *limit_named(const site_pack *pack, const char *key)
{
    for (size_t i = 0; i < pack->n_limits; i++) {
        if (strcmp(pack->limits[i].key, key) == 0) {
            return &pack->limits[i];
        }
    }
    return NULL;
}

static moly_status read_pack(void *user, const csv_row *row, moly_error *err)
{
    packs *all = user;
    if (row->n != 4 || all->n_packs == MOST_PACKS) {
        return csv_fail(row, row->n - 1, "4 cells are wanted, and not too many packs", err);
    }
    if (pack_named(all, row->cell[0])) {
        return csv_fail(row, 0, "stands twice", err);
    }
    if (all->n_packs > 0 && !pack_named(all, row->cell[1])) {
        return csv_fail(row, 1, "inherits from no pack above it", err);
    }
    all->pack[all->n_packs] = (site_pack){.code = keep(all, row->cell[0]),
                                          .inherits = keep(all, row->cell[1]),
                                          .version = keep(all, row->cell[2]),
                                          .name = keep(all, row->cell[3]),
                                          .limits = all->limit[all->n_packs]};
    all->n_packs++;
    return MOLY_OK;
}

static moly_status read_member(void *user, const csv_row *row, moly_error *err)
{
    packs *all = user;
    if (row->n != 2 || all->n_members == MOST_MEMBERS) {
        return csv_fail(row, row->n - 1, "2 cells are wanted, and not too many members", err);
    }
    if (pack_named(all, row->cell[0]) || !pack_named(all, row->cell[1])) {
        return csv_fail(row, 0, "has a pack of its own, or its union has none", err);
    }
    all->member[all->n_members++] = (site_member){keep(all, row->cell[0]), keep(all, row->cell[1])};
    return MOLY_OK;
}

struct reading {
    packs *all;
    site_pack *pack;
    site_limit *limits;
};

static moly_status check_limit(const struct reading *reading, const csv_row *row, moly_error *err)
{
    const site_pack *common = &reading->all->pack[0];
    if (row->n < 5 || row->n > 6 || reading->pack->n_limits == MOST_LIMITS) {
        return csv_fail(row, row->n - 1, "5 or 6 cells are wanted; a cell holds no comma", err);
    }
    if (limit_named(reading->pack, row->cell[0])) {
        return csv_fail(row, 0, "stands twice", err);
    }
    if (strcmp(row->cell[4], "sourced") != 0 && strcmp(row->cell[4], "check") != 0) {
        return csv_fail(row, 4, "is neither sourced nor check", err);
    }
    for (int i = 0; i < row->n; i++) {
        if (i < 5 && !*row->cell[i]) {
            return csv_fail(row, i, "is empty", err);
        }
        if (strpbrk(row->cell[i], "\"\\")) {
            return csv_fail(row, i, "holds a quote or backslash", err);
        }
    }
    if (reading->pack != common) {
        const site_limit *limit = limit_named(common, row->cell[0]);
        if (!limit || strcmp(limit->unit, row->cell[2]) != 0) {
            return csv_fail(row, limit ? 2 : 0, "is not as in the common pack", err);
        }
    }
    return MOLY_OK;
}

static moly_status read_limit(void *user, const csv_row *row, moly_error *err)
{
    struct reading *reading = user;
    double value = NAN;
    moly_status status = check_limit(reading, row, err);
    if (!status) {
        status = csv_number(row, 1, &value, err);
    }
    if (!status) {
        packs *all = reading->all;
        reading->limits[reading->pack->n_limits++] =
            (site_limit){.key = keep(all, row->cell[0]),
                         .value = value,
                         .unit = keep(all, row->cell[2]),
                         .source = keep(all, row->cell[3]),
                         .status = keep(all, row->cell[4]),
                         .note = row->n > 5 ? keep(all, row->cell[5]) : NULL};
    }
    return status;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const site_limit *)a)->key, ((const site_limit *)b)->key);
}

static moly_status finish_pack(packs *all, size_t i, moly_error *err)
{
    site_pack *pack = &all->pack[i];
    char hex[SITE_HASH_HEX];
    qsort(all->limit[i], pack->n_limits, sizeof(site_limit), by_key);
    bool is_hashed = site_pack_hash(pack, hex);
    pack->hash = is_hashed ? keep(all, hex) : NULL;
    return pack->hash ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static moly_status read_all(packs *all, const char *folder, moly_error *err)
{
    const char *list = moly_arena_printf(all->arena, "%s/packs.csv", folder);
    const char *members = moly_arena_printf(all->arena, "%s/members.csv", folder);
    if (!list || !members) {
        return MOLY_NO_MEMORY(err);
    }
    moly_status status = csv_read(list, read_pack, all, err);
    if (!status) {
        status = csv_read(members, read_member, all, err);
    }
    for (size_t i = 0; i < all->n_packs && !status; i++) {
        struct reading reading = {all, &all->pack[i], all->limit[i]};
        const char *file = moly_arena_printf(all->arena, "%s/%s.csv", folder, all->pack[i].code);
        status = file ? csv_read(file, read_limit, &reading, err) : MOLY_NO_MEMORY(err);
        if (!status) {
            status = finish_pack(all, i, err);
        }
    }
    return status;
}

static void write_text(FILE *out, const char *text)
{
    (void)fprintf(out, text ? "\"%s\", " : "NULL, ", text);
}

static void write_limits(FILE *out, const packs *all, size_t i)
{
    const site_pack *pack = &all->pack[i];
    (void)fprintf(out, "static const site_limit limits_%zu[] = {\n", i);
    for (size_t k = 0; k < pack->n_limits; k++) {
        const site_limit *limit = &pack->limits[k];
        (void)fputs("    {", out);
        write_text(out, limit->key);
        (void)fprintf(out, "%.17g, ", limit->value);
        write_text(out, limit->unit);
        write_text(out, limit->source);
        write_text(out, limit->status);
        write_text(out, limit->note);
        (void)fprintf(out, "\"%s %s\"},\n", pack->code, pack->version);
    }
    (void)fputs("};\n", out);
}

static void write_chain(FILE *out, const packs *all, const site_pack *pack)
{
    const site_pack *chain[SITE_PACK_DEPTH + 1] = {NULL};
    char hex[SITE_HASH_HEX];
    size_t n = 0;
    (void)fputs("    {\"", out);
    for (; pack && n < SITE_PACK_DEPTH; pack = pack_named(all, pack->inherits)) {
        (void)fprintf(out, "%s%s %s", n > 0 ? " " : "", pack->code, pack->version);
        chain[n++] = pack;
    }
    site_chain_hash(chain, hex);
    (void)fprintf(out, "\", \"%s\", {", hex);
    for (size_t i = 0; i < n; i++) {
        (void)fprintf(out, "&site_pack_rows[%td], ", chain[i] - all->pack);
    }
    (void)fputs("}},\n", out);
}

static void write_all(FILE *out, const packs *all)
{
    (void)fputs("#include \"site_data.h\"\n\n", out);
    for (size_t i = 0; i < all->n_packs; i++) {
        write_limits(out, all, i);
    }
    (void)fputs("const site_pack site_pack_rows[] = {\n", out);
    for (size_t i = 0; i < all->n_packs; i++) {
        const site_pack *pack = &all->pack[i];
        (void)fputs("    {", out);
        write_text(out, pack->code);
        write_text(out, pack->inherits);
        write_text(out, pack->version);
        write_text(out, pack->name);
        write_text(out, pack->hash);
        (void)fprintf(out, "limits_%zu, %zu},\n", i, pack->n_limits);
    }
    (void)fprintf(out, "};\nconst size_t site_pack_rows_n = %zu;\n", all->n_packs);
    (void)fputs("const site_data site_data_rows[] = {\n", out);
    for (size_t i = 0; i < all->n_packs; i++) {
        write_chain(out, all, &all->pack[i]);
    }
    (void)fputs("};\nconst site_member site_members[] = {\n", out);
    for (size_t i = 0; i < all->n_members; i++) {
        (void)fprintf(out, "    {\"%s\", \"%s\"},\n", all->member[i].country, all->member[i].pack);
    }
    (void)fprintf(out, "};\nconst size_t site_members_n = %zu;\n", all->n_members);
}

static moly_status compile(const char *path, const char *folder, moly_error *err)
{
    packs *all = moly_alloc(1, sizeof *all);
    if (!all) {
        return MOLY_NO_MEMORY(err);
    }
    all->arena = moly_arena_new();
    moly_status status = all->arena ? read_all(all, folder, err) : MOLY_NO_MEMORY(err);
    FILE *out = status ? NULL : fopen(path, "w");
    if (!status && !out) {
        status = MOLY_FAIL(err, MOLY_ERR_IO, "%s: %s", path, strerror(errno));
    }
    if (out) {
        write_all(out, all);
        bool is_bad = ferror(out) != 0;
        if (fclose(out) != 0 || is_bad) {
            (void)remove(path);
            status = MOLY_FAIL(err, MOLY_ERR_IO, "%s: cannot be written", path);
        }
    }
    moly_arena_free(all->arena);
    moly_free(all);
    return status;
}

int main(int argc, char **argv)
{
    moly_error err = {0};
    if (argc != 3) {
        (void)fputs("usage: pack_compile OUT.c FOLDER\n", stderr);
        return 2;
    }
    if (compile(argv[1], argv[2], &err) != MOLY_OK) {
        (void)fprintf(stderr, "pack_compile: %s\n", err.message);
        return 1;
    }
    return 0;
}
