/* SPDX-License-Identifier: Apache-2.0 */
/* matter_tables NUCLEAR OUT: builds the tables of data/materials that come from evaluated data (see
 * data/materials/SOURCE.md): abundances, stopping powers, photon attenuation. Run by hand, and by a
 * test that compares byte by byte. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/text.h"

enum { MOST_CELLS = 8, PATH_SIZE = 4096 };
static const double most_proton_mev = 1000.0, most_alpha_mev = 1000.0, most_electron_mev = 100.0;

typedef struct table {
    FILE *out;
    const char *only; /* first cell that is wanted, NULL: every row */
} table;

typedef void row_writer(table *t, char *const cell[MOST_CELLS]);

/* Tab-separated, a line of headings. */
static moly_status walk(const char *folder, const char *file, table *t, row_writer *write,
                        int n_cells, moly_error *err)
{
    char path[PATH_SIZE], *data = NULL;
    size_t length = 0;
    (void)snprintf(path, sizeof path, "%s/%s", folder, file);
    moly_status status = moly_file_read(path, 64u << 20, &data, &length, err);
    int number = 0;
    for (char *line = data; status == MOLY_OK && line && *line; number++) {
        char *end = line + strcspn(line, "\n"), *next = end + (*end == '\n');
        char *cell[MOST_CELLS] = {line};
        int n = 1;
        *end = '\0';
        for (char *tab = strchr(line, '\t'); tab && n < MOST_CELLS; tab = strchr(tab, '\t')) {
            *tab++ = '\0';
            cell[n++] = tab;
        }
        if (n != n_cells) {
            status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s:%d: %d cells instead of %d", path,
                               number + 1, n, n_cells);
        } else if (number > 0 && (!t->only || strcmp(cell[0], t->only) == 0)) {
            write(t, cell);
        }
        line = next;
    }
    moly_free(data);
    return status;
}

static void write_abundance(table *t, char *const cell[MOST_CELLS])
{
    (void)fprintf(t->out, "%s,%s,%.8g\n", cell[0], cell[1], strtod(cell[3], NULL));
}

static void write_proton(table *t, char *const cell[MOST_CELLS])
{
    if (strtod(cell[2], NULL) <= most_proton_mev) {
        (void)fprintf(t->out, "%s,%s,%s\n", cell[1], cell[2], cell[3]);
    }
}

/* The file's energies of alphas are those of NIST's table divided by 4, per nucleon: so the range
 * of 5 MeV in aluminium comes to 5.8 mg/cm2, as printed, and not to 13. */
static void write_alpha(table *t, char *const cell[MOST_CELLS])
{
    double mev = 4.0 * strtod(cell[2], NULL);
    if (mev <= most_alpha_mev) {
        (void)fprintf(t->out, "%s,%.9g,%s\n", cell[1], mev, cell[3]);
    }
}

static void write_electron(table *t, char *const cell[MOST_CELLS])
{
    if (strtod(cell[2], NULL) <= most_electron_mev) {
        (void)fprintf(t->out, "%s,%s,%s\n", cell[1], cell[2], cell[3]);
    }
}

static void write_attenuation(table *t, char *const cell[MOST_CELLS])
{
    (void)fprintf(t->out, "%s,%.9g,%s,%s\n", cell[0], 1000.0 * strtod(cell[1], NULL), cell[2],
                  cell[3]);
}

static const struct job {
    const char *from, *only;
    int n_cells;
    row_writer *write;
    const char *to, *head;
} jobs[] = {
    {"abundance/abundances.tsv", NULL, 5, write_abundance, "abundances.csv",
     "# Natural isotopes: atom fractions of the element (normalised to 1 where they are used).\n"
     "# z,a,atom_fraction\n"},
    {"stopping/nist_star.tsv", "PSTAR", 4, write_proton, "stopping_proton.csv",
     "# Protons: electronic mass stopping power, NIST PSTAR. target: Z, or the number of a STAR "
     "material.\n# target,energy_mev,stopping_mev_cm2_g\n"},
    {"stopping/nist_star.tsv", "ASTAR", 4, write_alpha, "stopping_alpha.csv",
     "# Alpha particles: electronic mass stopping power, NIST ASTAR. target: Z, or the number of a "
     "STAR material.\n# target,energy_mev,stopping_mev_cm2_g\n"},
    {"stopping/nist_star.tsv", "ESTAR", 4, write_electron, "stopping_electron.csv",
     "# Electrons: total (collision and radiative) mass stopping power, NIST ESTAR. target: Z.\n"
     "# target,energy_mev,stopping_mev_cm2_g\n"},
    {"photon/xcom_elements.tsv", NULL, 4, write_attenuation, "attenuation.csv",
     "# Photons: mass attenuation (with coherent scattering) and mass energy absorption, NIST "
     "XAAMDI (Hubbell and Seltzer). An energy that comes twice is an edge.\n"
     "# z,energy_kev,attenuation_cm2_g,absorption_cm2_g\n"},
};

static moly_status build(const char *nuclear, const char *folder, const struct job *job,
                         moly_error *err)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/%s", folder, job->to);
    table t = {fopen(path, "w"), job->only};
    if (!t.out) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "%s: %s", path, strerror(errno));
    }
    (void)fputs(job->head, t.out);
    moly_status status = walk(nuclear, job->from, &t, job->write, job->n_cells, err);
    if (fclose(t.out) != 0 && status == MOLY_OK) {
        status = MOLY_FAIL(err, MOLY_ERR_IO, "%s: %s", path, strerror(errno));
    }
    return status;
}

int main(int argc, char **argv)
{
    moly_error err = {0};
    if (argc != 3) {
        (void)fputs("usage: matter_tables NUCLEAR OUT\n", stderr);
        return 2;
    }
    for (size_t j = 0; j < sizeof jobs / sizeof *jobs; j++) {
        if (build(argv[1], argv[2], &jobs[j], &err) != MOLY_OK) {
            (void)fprintf(stderr, "matter_tables: %s\n", err.message);
            return 1;
        }
    }
    return 0;
}
