/* SPDX-License-Identifier: Apache-2.0 */
/* Compile data/nuclides into C, at every build of Moly:
 *
 *     nuclide_compile DATA_DIR NAME OUT_DIR
 *
 * reads DATA_DIR/ZZ-El.csv, checks every row (duplicates, ranges, sums of branches, two
 * annihilation quanta a positron, mean energies, daughters present, no loops) and writes `static
 * const` rows. Any doubt stops the build with file and line. */
#include "compile.h"

#include <math.h>
#include <sodium.h>
#include <unistd.h>

#include "moly/base/text.h"

#define FILE_LIMIT (16u << 20)

static moly_status read_element(compiler *c, const char *folder, int z, moly_error *err)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%02d-%s.csv", folder, z, moly_element_symbol(z));
    if (access(path, F_OK) != 0) {
        return MOLY_OK; /* whether it is needed, the check for missing daughters tells */
    }
    char *data;
    size_t length;
    moly_status status = moly_file_read(path, FILE_LIMIT, &data, &length, err);
    if (status != MOLY_OK) {
        return status;
    }
    crypto_generichash_update(&c->hash, (const unsigned char *)data, length);
    c->z = z;
    status = csv_walk(moly_arena_strdup(c->arena, path), data, compile_row, c, err);
    if (status == MOLY_OK) {
        status = compile_check(c, err); /* the last nuclide of the file */
    }
    moly_free(data);
    return status;
}

static moly_status compile(compiler *c, char **arguments, moly_error *err)
{
    crypto_generichash_init(&c->hash, NULL, 0, crypto_generichash_BYTES);
    moly_status status = MOLY_OK;
    for (int z = 1; z <= MOLY_Z_MAX && status == MOLY_OK; z++) {
        status = read_element(c, arguments[0], z, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    unsigned char digest[crypto_generichash_BYTES];
    char name[128];
    crypto_generichash_final(&c->hash, digest, sizeof digest);
    int n = snprintf(name, sizeof name, "%.64s (blake2b ", arguments[1]);
    for (int i = 0; i < 8; i++) {
        n += snprintf(name + n, sizeof name - (size_t)n, "%02x", digest[i]);
    }
    snprintf(name + n, sizeof name - (size_t)n, ")");
    moly_nuclide_set *set;
    status = moly_draft_finish(c->draft, name, &set, err);
    c->draft = NULL;
    if (status == MOLY_OK && set->n != c->n_nuclides) {
        for (size_t i = 0; i < set->n; i++) {
            if (isnan(set->nuclides[i].atomic_mass_u) && !set->nuclides[i].half_life_source[0]) {
                status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s is a daughter, but no file describes it",
                                   set->nuclides[i].name);
                break;
            }
        }
    }
    if (status == MOLY_OK) {
        status = compile_write(c, set, arguments[2], err);
    }
    moly_arena_free(set ? set->arena : NULL);
    moly_free(set);
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: %s DATA_DIR NAME OUT_DIR\n", argv[0]);
        return 2;
    }
    moly_error err = {0};
    compiler c = {.arena = moly_arena_new(), .draft = moly_draft_new("")};
    const bool is_ready = c.arena && c.draft && sodium_init() >= 0;
    const moly_status status = is_ready ? compile(&c, argv + 1, &err) : MOLY_NO_MEMORY(&err);
    if (status != MOLY_OK) {
        fprintf(stderr, "nuclide_compile: %s\n", err.message);
    }
    moly_draft_free(c.draft);
    moly_arena_free(c.arena);
    return moly_status_exit_code(status);
}
