/* SPDX-License-Identifier: Apache-2.0 */
/* data/reactions: a file for each beam and target element. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "moly/base/text.h"
#include "tables.h"

static const char *const rank_words[N_ORIGINS] = {
    [ORIGIN_EXFOR_RECOMMENDED] = "recommended",
    [ORIGIN_IAEA_2024] = "recommended",
    [ORIGIN_IAEA_PHOTON] = "library",
    [ORIGIN_IAEA_MEDICAL] = "recommended",
    [ORIGIN_FIT] = "fit",
    [ORIGIN_TENDL] = "model",
};
static const char *const kind_words[] = {
    [KIND_DIRECT] = "direct", [KIND_TOTAL] = "total", [KIND_CUMULATIVE] = "cumulative"};

static void write_row(const table_row *row, moly_text *text)
{
    char number[MOLY_NUMBER_TEXT_SIZE], value[MOLY_NUMBER_TEXT_SIZE];
    const table_curve *c = row->curve;
    const double last = row->points[row->n - 1].e_mev;
    moly_text_printf(text, "curve,%d,%s,%s,%s,%s,", c->a, row->product, row->via,
                     rank_words[c->origin], kind_words[row->kind]);
    moly_text_printf(text, "%s,", moly_number_format(row->u_rel, 2, number));
    moly_text_printf(text, "%s,%s\n", moly_number_format(fmin(c->best_to_mev, last), 6, number),
                     c->source);
    for (size_t i = 0; i < row->n; i++) {
        moly_text_printf(text, "%s,%s\n", moly_number_format(row->points[i].e_mev, 6, number),
                         moly_number_format(row->points[i].xs_mb, 5, value));
    }
}

moly_status write_tables(const table_work *w, const char *folder, moly_error *err)
{
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < w->n_rows && status == MOLY_OK;) {
        const table_curve *first = w->rows[i].curve;
        moly_text text = {0};
        char path[4096];
        moly_text_printf(&text,
                         "# Cross sections of %c on %s: rules and sources in SOURCE.md\n"
                         "# curve,A of the target (0 natural),product,via,rank,kind,u_rel,"
                         "evaluated to MeV,source\n# energy MeV,cross section mb\n",
                         first->beam, moly_element_symbol(first->z));
        for (; i < w->n_rows && w->rows[i].curve->beam == first->beam &&
               w->rows[i].curve->z == first->z;
             i++) {
            write_row(&w->rows[i], &text);
        }
        (void)snprintf(path, sizeof path, "%s/%c-%s.csv", folder, first->beam,
                       moly_element_symbol(first->z));
        status = text.is_broken ? MOLY_NO_MEMORY(err)
                                : moly_file_write(path, text.data, text.length, err);
        moly_text_free(&text);
    }
    return status;
}
