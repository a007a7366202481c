/* SPDX-License-Identifier: Apache-2.0 */
/* The tables as text, one file an element. */
#include <math.h>

#include "moly/base/text.h"
#include "tables.h"

static const char heading[] =
    "# Moly's nuclide tables: %s. Built by tools/nuclide_tables from the evaluations named in each "
    "row; see SOURCE.md.\n"
    "# nuclide,name,half_life,half_life_sd,half_life_unit,half_life_source,mass_u,mass_sd_u,"
    "mean_alpha_kev,mean_electron_kev,mean_photon_kev,selected_as,note\n"
    "# branch,mode,daughter,fraction,fraction_sd,q_kev,source\n"
    "# line,radiation,energy_kev,energy_sd_kev,intensity_percent,intensity_sd_percent,mean_kev,"
    "shape,source\n";

/* A number cell; nothing for what is not known. */
static void cell(moly_text *out, double value, int digits)
{
    moly_text_add(out, ",");
    if (isfinite(value)) {
        moly_text_printf(out, "%.*g", digits, value);
    }
}

/* An uncertainty of nothing is not known. */
static void sd_cell(moly_text *out, double value, int digits)
{
    cell(out, value > 0.0 ? value : NAN, digits);
}

static int compare_lines(const void *left, const void *right)
{
    const table_line *a = left, *b = right;
    if (a->radiation != b->radiation) {
        return a->radiation < b->radiation ? -1 : 1;
    }
    if (a->energy_kev < b->energy_kev || a->energy_kev > b->energy_kev) {
        return a->energy_kev < b->energy_kev ? -1 : 1;
    }
    return a->intensity_pct > b->intensity_pct ? -1 : a->intensity_pct < b->intensity_pct;
}

static void write_nuclide(moly_text *out, table_nuclide *n)
{
    char name[MOLY_NUCLIDE_NAME_SIZE], source[32];
    moly_text_printf(out, "nuclide,%s", moly_state_name(n->state, name));
    if (n->is_stable) {
        moly_text_add(out, ",stable,,");
    } else {
        cell(out, n->half_life, 9);
        sd_cell(out, n->half_life_sd, 6);
        moly_text_printf(out, ",%s", n->half_life_unit);
    }
    moly_text_printf(out, ",%s", source_text(n, n->half_life_source, source));
    cell(out, n->mass_u > 0.0 ? n->mass_u : NAN, 13);
    sd_cell(out, n->mass_sd_u, 4);
    cell(out, n->mean_alpha_kev, 6);
    cell(out, n->mean_electron_kev, 6);
    cell(out, n->mean_photon_kev, 6);
    moly_text_printf(out, ",%s,%s\n", n->reason, n->note);
    for (size_t i = 0; i < n->n_branches; i++) {
        const table_branch *b = &n->branches[i];
        moly_text_printf(out, "branch,%s,%s", moly_decay_mode_name(b->mode),
                         b->mode == MOLY_DECAY_FISSION ? "" : moly_state_name(b->daughter, name));
        cell(out, b->fraction, 12);
        sd_cell(out, b->fraction_sd, 4);
        cell(out, b->q_kev, 8);
        moly_text_printf(out, ",%s\n", source_text(n, b->source, source));
    }
    if (n->n_lines > 1) {
        qsort(n->lines, n->n_lines, sizeof *n->lines, compare_lines);
    }
    for (size_t i = 0; i < n->n_lines; i++) {
        const table_line *l = &n->lines[i];
        const bool is_beta =
            l->radiation == MOLY_RADIATION_BETA_MINUS || l->radiation == MOLY_RADIATION_BETA_PLUS;
        moly_text_printf(out, "line,%s", moly_radiation_name(l->radiation));
        cell(out, l->energy_kev, 9);
        sd_cell(out, l->energy_sd_kev, 4);
        cell(out, l->intensity_pct, 8);
        sd_cell(out, l->intensity_sd_pct, 4);
        cell(out, is_beta ? l->mean_kev : NAN, 6);
        moly_text_printf(out, ",%s,%s\n", is_beta ? moly_beta_shape_name(l->shape) : "",
                         source_text(n, l->source, source));
    }
}

moly_status tables_write(const tables *t, const char *folder, moly_error *err)
{
    moly_status status = MOLY_OK;
    size_t n_nuclides = 0, n_radioactive = 0, n_lines = 0, n_bytes = 0;
    for (int z = 1; z <= MOLY_Z_MAX && status == MOLY_OK; z++) {
        moly_text out = {0};
        const size_t per_element = 1000 * (MOLY_ISOMER_MAX + 1);
        for (size_t i = 0; i < per_element; i++) {
            table_nuclide *n = t->by_key[(size_t)z * per_element + i];
            if (n && n->is_selected) {
                if (out.length == 0) {
                    moly_text_printf(&out, heading, moly_element_word(z));
                }
                write_nuclide(&out, n);
                n_nuclides++;
                n_radioactive += !n->is_stable;
                n_lines += n->n_lines;
            }
        }
        if (out.is_broken) {
            status = MOLY_NO_MEMORY(err);
        } else if (out.length > 0) {
            char path[4096];
            snprintf(path, sizeof path, "%s/%02d-%s.csv", folder, z, moly_element_symbol(z));
            status = moly_file_write(path, out.data, out.length, err);
            n_bytes += out.length;
        }
        moly_text_free(&out);
    }
    fprintf(stderr, "%zu nuclides, %zu radioactive, %zu lines, %zu bytes\n", n_nuclides,
            n_radioactive, n_lines, n_bytes);
    return status;
}
