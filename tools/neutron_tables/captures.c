/* SPDX-License-Identifier: Apache-2.0 */
/* Capture: totals, the isomers' parts, resonance integrals. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "moly/base/memory.h"
#include "tables.h"

typedef struct tables {
    table_values total, isomer, resonance;
} tables;

static const char head[] =
    "# Thermal capture (2200 m/s) and resonance integral (above 0.5 eV, 1/v part included) by "
    "target and product; b.\n"
    "# Made by tools/neutron_tables; SOURCE.md. An empty uncertainty or integral is not known.\n"
    "# "
    "target,product,thermal_b,thermal_sd_b,resonance_b,resonance_sd_b,thermal_source,resonance_"
    "source\n";

static moly_status decide(void *user, const csv_row *row, moly_error *err)
{
    tables *t = user;
    const struct {
        const char *word;
        table_values *values;
    } kinds[] = {{"total", &t->total}, {"isomer", &t->isomer}, {"resonance", &t->resonance}};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        if (strcmp(row->cell[0], kinds[k].word) == 0) {
            return table_decide(kinds[k].values, row, err);
        }
    }
    return MOLY_OK;
}

/* A part of the capture: its share of the resonance integral is taken to be that of the thermal
 * one. */
static void write_part(moly_text *out, moly_state target, int isomer, double part_b, double sd_b,
                       double share, const char *source, const table_value *resonance)
{
    char from[MOLY_NUCLIDE_NAME_SIZE], to[MOLY_NUCLIDE_NAME_SIZE];
    moly_state product = {target.z, target.a + 1, isomer};
    moly_text_printf(out, "%s,%s,", moly_state_name(target, from), moly_state_name(product, to));
    table_number(out, part_b);
    table_number(out, sd_b);
    double relative = resonance ? resonance->sd_b / resonance->value_b : NAN;
    double part_relative = isnan(sd_b) || share >= 1.0 ? 0.0 : sd_b / part_b;
    table_number(out, resonance ? resonance->value_b * share : NAN);
    table_number(out,
                 resonance ? resonance->value_b * share * hypot(relative, part_relative) : NAN);
    moly_text_printf(out, "%s,%s\n", source, resonance ? resonance->source : "");
}

static void write_target(moly_text *out, const tables *t, const table_value *total)
{
    const table_value *isomer = table_find(&t->isomer, total->target);
    const table_value *resonance = table_find(&t->resonance, total->target);
    double to_isomer_b = isomer ? fmin(isomer->value_b, total->value_b) : 0.0;
    double to_ground_b = total->value_b - to_isomer_b;
    if (resonance && !(resonance->value_b > 0.0)) {
        resonance = NULL;
    }
    if (to_ground_b > 1e-9 * total->value_b) {
        double sd_b =
            isomer && isfinite(isomer->sd_b) ? hypot(total->sd_b, isomer->sd_b) : total->sd_b;
        write_part(out, total->target, 0, to_ground_b, sd_b, to_ground_b / total->value_b,
                   total->source, resonance);
    }
    if (isomer && to_isomer_b > 0.0) {
        write_part(out, total->target, 1, to_isomer_b, isomer->sd_b, to_isomer_b / total->value_b,
                   isomer->source, resonance);
    }
}

static int by_target(const void *a, const void *b)
{
    const table_value *x = a, *y = b;
    return moly_state_key(x->target) - moly_state_key(y->target);
}

moly_status captures_write(const char *compilation, const char *data, const char *out,
                           moly_error *err)
{
    tables *t = moly_alloc(1, sizeof *t);
    if (t == NULL) {
        return MOLY_NO_MEMORY(err);
    }
    const struct {
        const char *file;
        table_values *values;
    } files[] = {{"thermal_ng/selected_ng.txt", &t->total},
                 {"thermal_ng-m/selected_ng-m.txt", &t->isomer},
                 {"Ig/selected_Ig.txt", &t->resonance}};
    moly_status status = MOLY_OK;
    char path[4096];
    for (size_t i = 0; i < 3 && status == MOLY_OK; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", compilation, files[i].file);
        status = compilation_read(path, files[i].values, err);
    }
    if (status == MOLY_OK) {
        (void)snprintf(path, sizeof path, "%s/decisions.csv", data);
        status = csv_read(path, decide, t, err);
    }
    if (status == MOLY_OK) {
        moly_text text = {0};
        moly_text_add(&text, head);
        qsort(t->total.rows, t->total.n, sizeof *t->total.rows, by_target);
        for (size_t i = 0; i < t->total.n; i++) {
            if (t->total.rows[i].value_b > 0.0) {
                write_target(&text, t, &t->total.rows[i]);
            }
        }
        status = table_save(&text, out, "capture.csv", err);
    }
    moly_free(t);
    return status;
}
