/* SPDX-License-Identifier: Apache-2.0 */
/* Compile data/reactions into C, at every build of Moly:
 *
 *     reaction_compile NAME OUT_DIR FILE...
 *
 * checks every row (products, order and range of the points, zero at the threshold, duplicates) and
 * writes `static const` rows. Any doubt stops the build with file and line. */
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "element.h"
#include "moly/base/memory.h"
#include "moly/base/text.h"

#define FILE_LIMIT (16u << 20)
#define N_PARTS 4 /* so that make can compile them side by side */
#define HIGHEST_MEV 1000.0
#define HIGHEST_MB 1e5
#define TEXT_LIMIT 120

typedef struct row {
    int particle, z, a;
    moly_state product;
    char name[MOLY_NUCLIDE_NAME_SIZE], via[MOLY_NUCLIDE_NAME_SIZE];
    int rank, kind;
    double u_rel, evaluated_to_mev;
    char source[TEXT_LIMIT];
    size_t first, n; /* of the points */
    int part;
} row;

typedef struct compiler {
    crypto_generichash_state hash;
    int particle, z, part; /* of the file being read */
    row *rows;
    size_t n_rows, room_rows;
    float *points[N_PARTS]; /* energy and cross section in turn */
    size_t n_points[N_PARTS], room_points[N_PARTS];
} compiler;

/* Order of the enums in moly/production/reaction.h and moly/matter/stopping.h. */
static const char *const particles[] = {"p", "d", "h", "a", "e", "g"};
static const char *const ranks[] = {"recommended", "library", "fit", "model"};
static const char *const kinds[] = {"direct", "total", "cumulative"};

static int index_of(const char *word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(word, words[i]) == 0) {
            return (int)i;
        }
    }
    return -1;
}
#define INDEX_OF(word, words) index_of((word), (words), sizeof(words) / sizeof *(words))

static bool grow(void **block, size_t n, size_t *room, size_t size)
{
    if (n < *room) {
        return true;
    }
    const size_t wanted = *room ? 2 * *room : 4096;
    void *moved = moly_realloc(*block, wanted, size);
    *block = moved ? moved : *block;
    *room = moved ? wanted : *room;
    return moved != NULL;
}

static moly_status finish_row(const compiler *c, const csv_row *line, moly_error *err)
{
    if (c->n_rows == 0) {
        return MOLY_OK;
    }
    const row *r = &c->rows[c->n_rows - 1];
    const float *p = c->points[r->part] + 2 * r->first;
    if (r->n < 2 || p[1] != 0.0f) {
        return csv_fail(line, 0, "the curve before wants two points, the first one zero", err);
    }
    return MOLY_OK;
}

static moly_status take_curve(compiler *c, const csv_row *line, moly_error *err)
{
    moly_status status = finish_row(c, line, err);
    if (status != MOLY_OK) {
        return status;
    }
    if (line->n != 9 || !grow((void **)&c->rows, c->n_rows, &c->room_rows, sizeof *c->rows)) {
        return csv_fail(line, line->n, "a curve has nine cells", err);
    }
    row r = {.particle = c->particle, .z = c->z, .part = c->part};
    double a = 0.0;
    status = csv_number(line, 1, &a, err);
    if (status == MOLY_OK) {
        status = csv_number(line, 6, &r.u_rel, err);
    }
    if (status == MOLY_OK) {
        status = csv_number(line, 7, &r.evaluated_to_mev, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    moly_state via;
    r.a = (int)a;
    r.rank = INDEX_OF(line->cell[4], ranks);
    r.kind = INDEX_OF(line->cell[5], kinds);
    r.first = c->n_points[c->part];
    if (!(a >= 0.0 && a <= MOLY_A_MAX) || !moly_state_parse(line->cell[2], &r.product) ||
        (line->cell[3][0] && !moly_state_parse(line->cell[3], &via)) || r.rank < 0 || r.kind < 0 ||
        !(r.u_rel > 0.0 && r.u_rel <= 1.0) ||
        !(r.evaluated_to_mev > 0.0 && r.evaluated_to_mev <= HIGHEST_MEV) ||
        strlen(line->cell[8]) >= TEXT_LIMIT || strpbrk(line->cell[8], "\"\\")) {
        return csv_fail(line, 0, "a cell of this curve is out of range", err);
    }
    (void)snprintf(r.name, sizeof r.name, "%s", line->cell[2]);
    (void)snprintf(r.via, sizeof r.via, "%s", line->cell[3]);
    (void)snprintf(r.source, sizeof r.source, "%s", line->cell[8]);
    c->rows[c->n_rows++] = r;
    return MOLY_OK;
}

static moly_status take_row(void *user, const csv_row *line, moly_error *err)
{
    compiler *c = user;
    if (strcmp(line->cell[0], "curve") == 0) {
        return take_curve(c, line, err);
    }
    if (c->n_rows == 0 || c->rows[c->n_rows - 1].z != c->z) {
        return csv_fail(line, 0, "a point before the first curve", err);
    }
    row *r = &c->rows[c->n_rows - 1];
    double e = NAN, xs = NAN;
    moly_status status = csv_number(line, 0, &e, err);
    if (status == MOLY_OK) {
        status = csv_number(line, 1, &xs, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    const int k = c->part;
    const double last = r->n ? (double)c->points[k][2 * (c->n_points[k] - 1)] : -1.0;
    if (!(e > last && e <= HIGHEST_MEV && xs >= 0.0 && xs <= HIGHEST_MB)) {
        return csv_fail(line, 0, "energies ascend to 1000 MeV, cross sections are 0 to 1e5 mb",
                        err);
    }
    if (!grow((void **)&c->points[k], c->n_points[k], &c->room_points[k], 2 * sizeof(float))) {
        return MOLY_NO_MEMORY(err);
    }
    c->points[k][2 * c->n_points[k]] = (float)e;
    c->points[k][2 * c->n_points[k] + 1] = (float)xs;
    c->n_points[k]++;
    r->n++;
    return MOLY_OK;
}

/* ".../p-Mo.csv" */
static moly_status read_file(compiler *c, const char *path, moly_error *err)
{
    const char *name = strrchr(path, '/');
    name = name ? name + 1 : path;
    char word[8] = {name[0]};
    c->particle = INDEX_OF(word, particles);
    (void)snprintf(word, sizeof word, "%.*s", (int)strcspn(name + 2, "."), name + 2);
    c->z = MOLY_Z_MAX;
    while (c->z > 0 && strcmp(moly_element_symbol(c->z), word) != 0) {
        c->z--;
    }
    if (c->particle < 0 || c->z == 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "%s: wants beam-element.csv", path);
    }
    char *data;
    size_t length;
    moly_status status = moly_file_read(path, FILE_LIMIT, &data, &length, err);
    if (status == MOLY_OK) {
        crypto_generichash_update(&c->hash, (const unsigned char *)data, length);
        status = csv_walk(path, data, take_row, c, err);
        moly_free(data);
    }
    c->part = (c->part + 1) % N_PARTS;
    return status;
}

static int row_order(const void *a, const void *b)
{
    const row *x = a, *y = b;
    const int left[] = {x->particle, x->z, x->a, moly_state_key(x->product), x->via[0] != '\0'};
    const int right[] = {y->particle, y->z, y->a, moly_state_key(y->product), y->via[0] != '\0'};
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        if (left[i] != right[i]) {
            return left[i] < right[i] ? -1 : 1;
        }
    }
    const int via = strcmp(x->via, y->via);
    return via ? via : x->rank - y->rank;
}

static moly_status check(compiler *c, moly_error *err)
{
    qsort(c->rows, c->n_rows, sizeof *c->rows, row_order);
    for (size_t i = 1; i < c->n_rows; i++) {
        if (row_order(&c->rows[i - 1], &c->rows[i]) == 0) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "%s on Z %d A %d has two curves for %s",
                             particles[c->rows[i].particle], c->rows[i].z, c->rows[i].a,
                             c->rows[i].name);
        }
    }
    return MOLY_OK;
}

static moly_status write_text(const char *folder, const char *name, moly_text *text,
                              moly_error *err)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    const moly_status status = text->is_broken
                                   ? MOLY_NO_MEMORY(err)
                                   : moly_file_write(path, text->data, text->length, err);
    moly_text_free(text);
    *text = (moly_text){0};
    return status;
}

static moly_status write_points(const compiler *c, const char *folder, moly_error *err)
{
    moly_status status = MOLY_OK;
    for (int k = 0; k < N_PARTS && status == MOLY_OK; k++) {
        moly_text text = {0};
        char name[64];
        for (int side = 0; side < 2; side++) {
            moly_text_printf(&text,
                             "extern const float reaction_%c%d[];\nconst float reaction_%c%d[] = {",
                             "ex"[side], k, "ex"[side], k);
            for (size_t i = 0; i < c->n_points[k]; i++) {
                moly_text_printf(&text, "%s%.8ef,", i % 8 ? "" : "\n",
                                 (double)c->points[k][2 * i + (size_t)side]);
            }
            moly_text_add(&text, "0.0f};\n");
        }
        (void)snprintf(name, sizeof name, "reaction_points_%d.c", k);
        status = write_text(folder, name, &text, err);
    }
    return status;
}

static moly_status write_rows(const compiler *c, const char *name, const char *folder,
                              moly_error *err)
{
    moly_text text = {0}, targets = {0};
    size_t n_targets = 0, first = 0;
    moly_text_add(&text, "#include \"curves.h\"\n");
    for (int k = 0; k < N_PARTS; k++) {
        moly_text_printf(&text, "extern const float reaction_e%d[], reaction_x%d[];\n", k, k);
    }
    moly_text_printf(&text, "const char reaction_set_name[] = \"%s\";\n", name);
    moly_text_add(&text, "const moly_reaction reaction_curves[] = {\n");
    for (size_t i = 0; i < c->n_rows; i++) {
        const row *r = &c->rows[i], *next = r + 1;
        moly_text_printf(&text, "{%d,%d,%d,%d,%d,%d,%d,%d,\"%s\",\"%s\",%.17g,%.17g,\"%s\",%zu,",
                         r->particle, r->z, r->a, r->product.z, r->product.a, r->product.isomer,
                         r->rank, r->kind, r->name, r->via, r->u_rel, r->evaluated_to_mev,
                         r->source, r->n);
        moly_text_printf(&text, "reaction_e%d+%zu,reaction_x%d+%zu},\n", r->part, r->first, r->part,
                         r->first);
        if (i + 1 == c->n_rows || next->particle != r->particle || next->z != r->z ||
            next->a != r->a) {
            moly_text_printf(&targets, "{%d,%d,%d,%zu,%zu},\n", r->particle, r->z, r->a, first,
                             i + 1 - first);
            first = i + 1;
            n_targets++;
        }
    }
    moly_text_printf(&text, "};\nconst reaction_target reaction_targets[] = {\n%s};\n",
                     moly_text_get(&targets));
    moly_text_printf(&text, "const size_t reaction_n_targets = %zu;\n", n_targets);
    moly_text_free(&targets);
    return write_text(folder, "reaction_set.c", &text, err);
}

static moly_status compile(compiler *c, int argc, char **argv, moly_error *err)
{
    crypto_generichash_init(&c->hash, NULL, 0, crypto_generichash_BYTES);
    moly_status status = MOLY_OK;
    for (int i = 3; i < argc && status == MOLY_OK; i++) {
        status = read_file(c, argv[i], err);
    }
    if (status == MOLY_OK) {
        const csv_row end = {.file = "the last file"};
        status = finish_row(c, &end, err);
    }
    if (status == MOLY_OK) {
        status = check(c, err);
    }
    if (status == MOLY_OK) {
        status = write_points(c, argv[2], err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    unsigned char digest[crypto_generichash_BYTES];
    char name[128];
    crypto_generichash_final(&c->hash, digest, sizeof digest);
    int n = snprintf(name, sizeof name, "%.64s (blake2b ", argv[1]);
    for (int i = 0; i < 8; i++) {
        n += snprintf(name + n, sizeof name - (size_t)n, "%02x", digest[i]);
    }
    (void)snprintf(name + n, sizeof name - (size_t)n, ")");
    return write_rows(c, name, argv[2], err);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        (void)fprintf(stderr, "usage: %s NAME OUT_DIR FILE...\n", argv[0]);
        return 2;
    }
    moly_error err = {0};
    compiler c = {0};
    const moly_status status =
        sodium_init() >= 0 ? compile(&c, argc, argv, &err) : MOLY_NO_MEMORY(&err);
    if (status != MOLY_OK) {
        (void)fprintf(stderr, "reaction_compile: %s\n", err.message);
    }
    moly_free(c.rows);
    for (int k = 0; k < N_PARTS; k++) {
        moly_free(c.points[k]);
    }
    return moly_status_exit_code(status);
}
