/* SPDX-License-Identifier: Apache-2.0 */
/* Build data/reactions from the evaluated sources:
 *
 *     reaction_tables CHARGED_DIR MASSES ABUNDANCES OUT_DIR
 *
 * CHARGED_DIR holds the unpacked files of ../shared/data/nuclear/charged, MASSES is AME2020's
 * mass_1.mas20.txt; OUT_DIR gets one CSV a beam and target element. */
#include <stdio.h>

#include "tables.h"

static moly_status read_all(table_work *w, const char *folder, moly_error *err)
{
    static const struct {
        const char *file, *source;
        table_origin origin;
    } files[] = {
        {"tendl-2024_iaea2024.tsv", "TENDL-2024 (model only)", ORIGIN_TENDL},
        {"tendl-2025_p_Ra.tsv", "TENDL-2025 (model only)", ORIGIN_TENDL},
        {"iaea-photonuclear-2019.tsv", "IAEA photonuclear library 2019", ORIGIN_IAEA_PHOTON},
        {"iaea-medical.tsv", "IAEA medical CRP", ORIGIN_IAEA_MEDICAL},
    };
    char path[4096];
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < sizeof files / sizeof *files && status == MOLY_OK; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, files[i].file);
        status = read_curves(path, files[i].origin, files[i].source, &w->curves, err);
    }
    for (int i = 0; i < 2 && status == MOLY_OK; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder,
                       i ? "exfor_measured.tsv" : "exfor_recommended.tsv");
        status = read_exfor(path, i == 1, i ? &w->measured : &w->curves, err);
    }
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        (void)fprintf(stderr, "usage: %s CHARGED_DIR MASSES ABUNDANCES OUT_DIR\n", argv[0]);
        return 2;
    }
    moly_error err = {0};
    table_work *w = moly_alloc(1, sizeof *w);
    moly_status status = w ? masses_read(argv[2], argv[3], &w->masses, &err) : MOLY_NO_MEMORY(&err);
    if (status == MOLY_OK) {
        status = read_all(w, argv[1], &err);
    }
    if (status == MOLY_OK) {
        status = fit_all(&w->measured, &w->curves, &err);
    }
    if (status == MOLY_OK) {
        status = decide(w, &err);
    }
    if (status == MOLY_OK) {
        status = write_tables(w, argv[4], &err);
    }
    if (status != MOLY_OK) {
        (void)fprintf(stderr, "reaction_tables: %s\n", err.message);
    }
    for (size_t i = 0; w && i < w->n_rows; i++) {
        moly_free(w->rows[i].points);
    }
    if (w) {
        moly_free(w->rows);
        curves_free(&w->curves);
        curves_free(&w->measured);
    }
    moly_free(w);
    return moly_status_exit_code(status);
}
