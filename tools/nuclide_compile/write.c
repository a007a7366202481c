/* SPDX-License-Identifier: Apache-2.0 */
/* The set as C: lines in a few files, nuclides and branches in one. */
#include <math.h>

#include "compile.h"
#include "moly/base/text.h"

static void number(moly_text *out, double value)
{
    if (isnan(value)) {
        moly_text_add(out, "NAN,");
    } else if (isinf(value)) {
        moly_text_add(out, "INFINITY,");
    } else {
        moly_text_printf(out, "%.17g,", value);
    }
}

static void small(moly_text *out, float value)
{
    if (isnan(value)) {
        moly_text_add(out, "NAN,");
    } else {
        moly_text_printf(out, "%.8eF,", (double)value);
    }
}

static void quoted(moly_text *out, const char *text)
{
    if (!text) {
        moly_text_add(out, "NULL,");
        return;
    }
    moly_text_add(out, "\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') {
            moly_text_add(out, "\\");
        }
        moly_text_add_n(out, text, 1);
    }
    moly_text_add(out, "\",");
}

static moly_status save(moly_text *out, const char *folder, const char *file, moly_error *err)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    const moly_status status =
        out->is_broken ? MOLY_NO_MEMORY(err) : moly_file_write(path, out->data, out->length, err);
    moly_text_free(out);
    return status;
}

static moly_status write_lines(const moly_nuclide_set *set, size_t part, size_t begin, size_t end,
                               const char *folder, moly_error *err)
{
    moly_text out = {0};
    char file[32];
    moly_text_printf(&out,
                     "#include <math.h>\n#include \"moly/nuclide/nuclide.h\"\n"
                     "extern const moly_line moly_nuclide_lines_%zu[];\n"
                     "const moly_line moly_nuclide_lines_%zu[] = {\n",
                     part, part);
    for (size_t i = begin; i < end; i++) {
        const moly_nuclide *n = &set->nuclides[i];
        for (size_t k = 0; k < n->n_lines; k++) {
            const moly_line *l = &n->lines[k];
            moly_text_printf(&out, "{%u,%u,%u,", l->radiation, l->beta_shape, l->source);
            small(&out, l->energy_sd_kev);
            small(&out, l->intensity_sd);
            small(&out, l->mean_kev);
            number(&out, l->energy_kev);
            number(&out, l->intensity);
            moly_text_add(&out, "},\n");
        }
    }
    moly_text_add(&out, "{0}};\n");
    snprintf(file, sizeof file, "nuclide_lines_%zu.c", part);
    return save(&out, folder, file, err);
}

static void write_branches(moly_text *out, const moly_nuclide_set *set)
{
    moly_text_add(out, "static const moly_branch branches[] = {\n");
    for (size_t i = 0; i < set->n; i++) {
        for (size_t k = 0; k < set->nuclides[i].n_branches; k++) {
            const moly_branch *b = &set->nuclides[i].branches[k];
            moly_text_printf(out, "{%d,%d,", (int)b->mode, b->daughter);
            number(out, b->fraction);
            number(out, b->fraction_sd);
            number(out, b->q_kev);
            moly_text_add(out, "},\n");
        }
    }
    moly_text_add(out, "{0}};\n");
}

static void write_nuclide(moly_text *out, const moly_nuclide *n, size_t branch, size_t part,
                          size_t line)
{
    moly_text_printf(out, "{\"%s\",%d,%d,%d,%d,", n->name, n->z, n->a, n->isomer, n->is_stable);
    number(out, n->half_life_s);
    number(out, n->half_life_sd_s);
    number(out, n->lambda_per_s);
    number(out, n->atomic_mass_u);
    number(out, n->atomic_mass_sd_u);
    number(out, n->mean_alpha_kev);
    number(out, n->mean_electron_kev);
    number(out, n->mean_photon_kev);
    number(out, n->air_kerma_ugy_m2_per_mbq_h);
    moly_text_printf(out, "branches + %zu,%zu,moly_nuclide_lines_%zu + %zu,%zu,", branch,
                     n->n_branches, part, line, n->n_lines);
    quoted(out, n->half_life_source);
    quoted(out, n->branch_source);
    quoted(out, n->note);
    moly_text_add(out, "},\n");
}

static void write_head(moly_text *out, const compiler *c)
{
    moly_text_add(out, "#include <math.h>\n#include \"set.h\"\n");
    for (size_t part = 0; part < N_LINE_FILES; part++) {
        moly_text_printf(out, "extern const moly_line moly_nuclide_lines_%zu[];\n", part);
    }
    moly_text_add(out, "static const char *const sources[] = {\n");
    for (size_t i = 0; i < c->n_sources; i++) {
        quoted(out, c->sources[i]);
        moly_text_add(out, "\n");
    }
    moly_text_add(out, "};\n");
}

moly_status compile_write(const compiler *c, const moly_nuclide_set *set, const char *folder,
                          moly_error *err)
{
    moly_text out = {0};
    size_t n_lines = 0, branch = 0, line = 0, part = 0, begin = 0;
    for (size_t i = 0; i < set->n; i++) {
        n_lines += set->nuclides[i].n_lines;
    }
    write_head(&out, c);
    write_branches(&out, set);
    moly_text_add(&out, "static const moly_nuclide nuclides[] = {\n");
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < set->n && status == MOLY_OK; i++) {
        const moly_nuclide *n = &set->nuclides[i];
        write_nuclide(&out, n, branch, part, line);
        branch += n->n_branches;
        line += n->n_lines;
        if (i + 1 == set->n || (line > n_lines / N_LINE_FILES && part + 1 < N_LINE_FILES)) {
            status = write_lines(set, part++, begin, i + 1, folder, err);
            begin = i + 1;
            line = 0;
        }
    }
    for (; part < N_LINE_FILES && status == MOLY_OK; part++) { /* a small set leaves some empty */
        status = write_lines(set, part, 0, 0, folder, err);
    }
    moly_text_printf(&out,
                     "};\nconst struct moly_nuclide_set moly_nuclide_builtin_set = {\n"
                     "\"%s\", %zu, nuclides, %zu, sources, NULL};\n",
                     set->name, set->n, c->n_sources);
    if (status != MOLY_OK) {
        moly_text_free(&out);
        return status;
    }
    return save(&out, folder, "nuclide_set.c", err);
}
