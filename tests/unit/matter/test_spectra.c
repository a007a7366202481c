/* SPDX-License-Identifier: Apache-2.0 */
/* What Moly's own lines carry, against ICRP Publication 107, for the nuclides of medicine: mean
 * energies within 2 %, air kerma within 5 %. A larger difference must be a row of
 * docs/validation/spectra.md, with its explanation. */
#include "testing.h"

#include "moly/base/memory.h"
#include "moly/base/text.h"
#include "moly/matter/photon.h"
#include "moly/nuclide/nuclide.h"

static const char *const medical[] = {
    "F-18",   "C-11",   "N-13",   "O-15",   "Ga-67",   "Ga-68",  "Cu-64",  "Cu-67",  "Zr-89",
    "Y-86",   "Y-90",   "Rb-82",  "Tc-99m", "Mo-99",   "In-111", "I-123",  "I-124",  "I-125",
    "I-131",  "Xe-133", "Lu-177", "Sm-153", "Ho-166",  "Re-186", "Re-188", "Tb-161", "Sc-44",
    "Sc-47",  "Sr-89",  "P-32",   "Er-169", "Sn-117m", "Tl-201", "Ra-223", "Ac-225", "Bi-213",
    "Pb-212", "At-211", "Co-57",  "Cs-137", "Co-60",   "Ge-68",  "Cr-51",  "Na-22"};

static double line_energy_kev(const moly_nuclide *n, char what)
{
    double sum = 0.0;
    for (size_t i = 0; i < n->n_lines; i++) {
        const moly_line *line = &n->lines[i];
        char kind = line->radiation == MOLY_RADIATION_ALPHA          ? 'a'
                    : line->radiation <= MOLY_RADIATION_ANNIHILATION ? 'p'
                                                                     : 'e';
        bool is_beta = line->beta_shape != MOLY_BETA_NOT_A_BETA;
        if (kind == what) {
            sum += line->intensity * (is_beta ? (double)line->mean_kev : line->energy_kev);
        }
    }
    return sum;
}

/* Lines as a set without a tabulated constant would have them. */
static double line_kerma(const moly_nuclide *n)
{
    moly_nuclide bare = *n;
    bare.air_kerma_ugy_m2_per_mbq_h = NAN;
    return moly_air_kerma_ugy_m2_per_mbq_h(&bare, 10.0);
}

static char *explanations;

static void read_explanations(void)
{
    char path[4096];
    size_t length = 0;
    moly_error err = {0};
    const char *source = getenv("MOLY_SOURCE");
    (void)snprintf(path, sizeof path, "%s/docs/validation/spectra.md", source ? source : ".");
    assert_ok(moly_file_read(path, 1u << 20, &explanations, &length, &err), err);
}

/* The row begins with nuclide and quantity and gives a reason behind the figures. */
static bool is_explained(const char *row)
{
    const char *found = strstr(explanations, row);
    const char *end = found ? strchr(found + 1, '\n') : NULL;
    int cells = 0;
    for (const char *c = found; c && c < end; c++) {
        cells += *c == '|';
    }
    return cells == 7 && end - found > 60;
}

static void check(const char *name, const char *what, double ours, double theirs, double tolerance,
                  int *n_open)
{
    if (theirs <= 0.0 || fabs(ours / theirs - 1.0) <= tolerance) {
        return;
    }
    char row[80];
    (void)snprintf(row, sizeof row, "\n| %s | %s |", name, what);
    bool is_known = is_explained(row);
    print_message("| %s | %s | %.5g | %.5g | %+.1f %% |%s\n", name, what, ours, theirs,
                  100.0 * (ours / theirs - 1.0), is_known ? "" : " NOT EXPLAINED");
    *n_open += !is_known;
}

static void lines_carry_what_icrp_107_says_or_the_difference_is_explained(void **state)
{
    (void)state;
    char path[4096], spec[4200];
    need_shared("data/nuclear/icrp07/ICRP-07.NDX", path, sizeof path);
    (void)snprintf(spec, sizeof spec, "icrp07:%.*s", (int)(strrchr(path, '/') - path), path);
    moly_error err = {0};
    moly_nuclide_set *icrp = NULL;
    assert_ok(moly_nuclide_set_load(spec, &icrp, &err), err);
    read_explanations();
    int n_open = 0;
    for (size_t i = 0; i < sizeof medical / sizeof *medical; i++) {
        size_t a = 0, b = 0;
        assert_ok(moly_nuclide_find(moly_nuclide_set_builtin(), medical[i], &a, &err), err);
        assert_ok(moly_nuclide_find(icrp, medical[i], &b, &err), err);
        const moly_nuclide *m = moly_nuclide_at(moly_nuclide_set_builtin(), a);
        const moly_nuclide *n = moly_nuclide_at(icrp, b);
        check(m->name, "photon", line_energy_kev(m, 'p'), n->mean_photon_kev, 0.02, &n_open);
        check(m->name, "electron", line_energy_kev(m, 'e'), n->mean_electron_kev, 0.02, &n_open);
        check(m->name, "alpha", line_energy_kev(m, 'a'), n->mean_alpha_kev, 0.02, &n_open);
        check(m->name, "air kerma", line_kerma(m), n->air_kerma_ugy_m2_per_mbq_h, 0.05, &n_open);
    }
    moly_free(explanations);
    moly_nuclide_set_free(icrp);
    assert_int_equal(n_open, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_carry_what_icrp_107_says_or_the_difference_is_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
