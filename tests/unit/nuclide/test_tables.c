/* SPDX-License-Identifier: Apache-2.0 */
/* The tables against figures typed in by eye from the printed DDEP evaluations, so that a mistake
 * in the reader of the files is found. Source: Monographie BIPM-5, volumes 1-8, and the evaluations
 * of LNE-LNHB as of the dates in data/nuclides. The tolerance of a half-life is rounding, that of
 * an intensity the stated uncertainty. */
#include "testing.h"

#include "moly/nuclide/nuclide.h"

typedef struct figure {
    const char *name;
    double half_life, half_life_sd;
    double unit_s;
    double gamma_kev, gamma_per_100, gamma_sd; /* the main line; 0: none */
} figure;

#define MINUTE 60.0
#define HOUR 3600.0
#define DAY 86400.0
#define YEAR MOLY_SECONDS_PER_YEAR

static const figure figures[] = {
    {"F-18", 1.8289, 0.00023, HOUR, 0, 0, 0},
    {"C-11", 20.361, 0.023, MINUTE, 0, 0, 0},
    {"N-13", 9.967, 0.0037, MINUTE, 0, 0, 0},
    {"O-15", 2.041, 0.006, MINUTE, 0, 0, 0},
    {"P-32", 14.284, 0.036, DAY, 0, 0, 0},
    {"Na-22", 2.6029, 0.0008, YEAR, 1274.537, 99.94, 0.13},
    {"Co-57", 271.81, 0.04, DAY, 122.06065, 85.49, 0.14},
    {"Co-60", 5.2711, 0.0008, YEAR, 1332.492, 99.9826, 0.0006},
    {"Cu-64", 12.7004, 0.0020, HOUR, 1345.77, 0.4748, 0.0034},
    {"Ga-67", 3.2613, 0.0005, DAY, 93.307, 38.1, 0.7},
    {"Ga-68", 67.83, 0.20, MINUTE, 1077.34, 3.235, 0.030},
    {"Ge-68", 270.95, 0.26, DAY, 0, 0, 0},
    {"Sr-89", 50.57, 0.03, DAY, 0, 0, 0},
    {"Y-90", 2.6684, 0.0013, DAY, 0, 0, 0},
    {"Mo-99", 2.7479, 0.0006, DAY, 739.5, 12.12, 0.15},
    {"Tc-99m", 6.0067, 0.0010, HOUR, 140.511, 88.5, 0.2},
    {"In-111", 2.8049, 0.0004, DAY, 245.35, 94.09, 0.06},
    {"I-123", 13.2234, 0.0037, HOUR, 158.97, 83.25, 0.21},
    {"I-125", 59.388, 0.028, DAY, 35.4922, 6.63, 0.06},
    {"I-131", 8.0233, 0.0019, DAY, 364.489, 81.2, 0.5},
    {"Xe-133", 5.2474, 0.0005, DAY, 80.9979, 37.0, 0.3},
    {"Cs-137", 30.05, 0.08, YEAR, 0, 0, 0},
    {"Ba-137m", 2.552, 0.001, MINUTE, 661.657, 89.9, 0.2},
    {"Sm-153", 1.92855, 0.00005, DAY, 103.18012, 29.19, 0.16},
    {"Ho-166", 26.795, 0.029, HOUR, 80.5725, 6.55, 0.08},
    {"Lu-177", 6.647, 0.004, DAY, 208.3662, 10.38, 0.07},
    {"Tl-201", 3.0421, 0.0017, DAY, 167.45, 10.0, 0.1},
    {"Pb-212", 10.64, 0.01, HOUR, 238.632, 43.6, 0.5},
    {"Bi-213", 45.59, 0.06, MINUTE, 440.44, 26.1, 0.3},
    {"Ra-223", 11.43, 0.03, DAY, 269.463, 14.23, 0.32},
    {"Ac-225", 10.0, 0.1, DAY, 99.8, 1.0, 0.1},
};

static const moly_nuclide *find(const char *name)
{
    moly_error err = {0};
    size_t index;
    assert_ok(moly_nuclide_find(moly_nuclide_set_builtin(), name, &index, &err), err);
    return moly_nuclide_at(moly_nuclide_set_builtin(), index);
}

static double fraction(const char *parent, const char *daughter)
{
    const moly_nuclide *n = find(parent);
    for (size_t i = 0; i < n->n_branches; i++) {
        const int d = n->branches[i].daughter;
        const char *name = d == MOLY_NO_DAUGHTER
                               ? "SF"
                               : moly_nuclide_at(moly_nuclide_set_builtin(), (size_t)d)->name;
        if (strcmp(name, daughter) == 0) {
            return n->branches[i].fraction;
        }
    }
    return 0.0;
}

static void half_lives_and_main_lines_are_ddeps(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        const figure *f = &figures[i];
        const moly_nuclide *n = find(f->name);
        print_message("%s\n", f->name);
        assert_true(strncmp(n->half_life_source, "DDEP", 4) == 0);
        assert_relative(n->half_life_s, f->half_life * f->unit_s, 1e-9);
        assert_relative(n->half_life_sd_s, f->half_life_sd * f->unit_s, 1e-6);
        const moly_line *nearest = NULL;
        for (size_t k = 0; k < n->n_lines && f->gamma_kev > 0.0; k++) {
            const moly_line *l = &n->lines[k];
            if (l->radiation == MOLY_RADIATION_GAMMA && fabs(l->energy_kev - f->gamma_kev) < 0.25 &&
                (!nearest || l->intensity > nearest->intensity)) {
                nearest = l;
            }
        }
        if (f->gamma_kev > 0.0) {
            assert_non_null(nearest);
            assert_true(fabs(100.0 * nearest->intensity - f->gamma_per_100) <= f->gamma_sd);
        }
    }
}

/* The branches that a nuclear-medicine department lives from; sources beside each. */
static void isomers_and_chains_of_medicine_are_fed_as_evaluated(void **state)
{
    (void)state;
    assert_true(fabs(fraction("Mo-99", "Tc-99m") - 0.877) < 0.005);   /* DDEP 2006: 0.876(19) */
    assert_true(fabs(fraction("Cs-137", "Ba-137m") - 0.9436) < 3e-4); /* DDEP 2007: 94.36(28) % */
    assert_relative(fraction("Ge-68", "Ga-68"), 1.0, 1e-9);
    assert_relative(fraction("Sr-82", "Rb-82"), 1.0, 1e-9);
    assert_relative(fraction("Sr-90", "Y-90"), 1.0, 1e-3);
    assert_relative(fraction("Cd-109", "Ag-109m"), 1.0, 1e-3);
    assert_true(fabs(fraction("Rb-81", "Kr-81m") - 0.957) < 0.02); /* ICRP-107: 0.9569 */
    assert_true(fabs(fraction("Sn-113", "In-113m") - 1.0) < 0.01);
    assert_true(fabs(fraction("Bi-213", "Po-213") - 0.979) < 0.002); /* DDEP 2006: 97.91(3) % */
    assert_true(fabs(fraction("Bi-213", "Tl-209") - 0.021) < 0.002);
    assert_true(fabs(fraction("Bi-212", "Po-212") - 0.6407) < 1e-4); /* DDEP: 64.07(7) % */
    assert_true(fabs(fraction("Bi-212", "Tl-208") - 0.3593) < 1e-4);
    assert_true(fabs(fraction("At-211", "Po-211") - 0.582) < 0.002); /* DDEP 2010: 58.20(8) % */
    assert_true(fabs(fraction("Cu-64", "Ni-64") - 0.6152) < 1e-4);   /* DDEP 2011: 61.52(26) % */
    assert_true(fabs(fraction("Ac-227", "Th-227") - 0.9862) < 1e-3); /* DDEP: 98.62(36) % */
    assert_true(fabs(fraction("K-40", "Ca-40") - 0.8925) < 0.002);   /* DDEP 2010: 89.25(17) % */
    assert_true(fabs(fraction("Cf-252", "SF") - 0.0309) < 2e-4);     /* DDEP 2007: 3.086(8) % */
    const double lu = fraction("Lu-177m", "Lu-177");
    assert_true(lu > 0.2 && lu < 0.24); /* 21.7 to 22.6 % in the evaluations since 1990 */
    assert_true(fabs(fraction("Lu-177m", "Hf-177m") - (1.0 - lu)) < 0.01);
    assert_true(fabs(fraction("Tc-99m", "Ru-99") - 4e-5) < 1e-5); /* DDEP: 0.0037(6) % */
}

static void an_isomers_lines_stand_with_the_isomer_only(void **state)
{
    (void)state;
    const moly_nuclide *cs = find("Cs-137"), *mo = find("Mo-99");
    for (size_t i = 0; i < cs->n_lines; i++) {
        assert_false(cs->lines[i].radiation == MOLY_RADIATION_GAMMA &&
                     fabs(cs->lines[i].energy_kev - 661.657) < 1.0);
    }
    /* Of the 89.6 % at 140.5 keV that DDEP prints for Mo-99 at equilibrium, 4.5 % are its own. */
    for (size_t i = 0; i < mo->n_lines; i++) {
        if (mo->lines[i].radiation == MOLY_RADIATION_GAMMA &&
            fabs(mo->lines[i].energy_kev - 140.511) < 0.1) {
            assert_true(mo->lines[i].intensity > 0.04 && mo->lines[i].intensity < 0.05);
        }
    }
}

static void positron_yields_are_ddeps(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double per_100, sd;
    } yields[] = {{"F-18", 96.86, 0.19}, {"Ga-68", 88.88, 0.41}, {"Cu-64", 17.49, 0.11},
                  {"Zr-89", 22.8, 0.3},  {"Na-22", 90.30, 0.14}, {"Rb-82", 95.4, 0.3},
                  {"C-11", 99.75, 0.04}};
    for (size_t i = 0; i < sizeof yields / sizeof yields[0]; i++) {
        const moly_nuclide *n = find(yields[i].name);
        double sum = 0.0;
        for (size_t k = 0; k < n->n_lines; k++) {
            sum +=
                n->lines[k].radiation == MOLY_RADIATION_ANNIHILATION ? n->lines[k].intensity : 0.0;
        }
        print_message("%s %.3f\n", yields[i].name, 50.0 * sum);
        assert_true(fabs(50.0 * sum - yields[i].per_100) <= yields[i].sd);
    }
}

static double sum_of(const moly_nuclide *nuclide, moly_radiation radiation, double low_kev,
                     double high_kev)
{
    double sum = 0.0;
    for (size_t i = 0; i < nuclide->n_lines; i++) {
        const moly_line *line = &nuclide->lines[i];
        sum += line->radiation == radiation && line->energy_kev > low_kev &&
                       line->energy_kev < high_kev
                   ? line->intensity
                   : 0.0;
    }
    return sum;
}

/* Sums of the printed tables of the DDEP evaluations; the tolerance is the stated uncertainty. */
static void x_rays_and_auger_electrons_are_ddeps(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        moly_radiation radiation;
        double low_kev, high_kev, per_100, sd;
    } groups[] = {
        {"I-125", MOLY_RADIATION_X, 27.0, 27.4, 39.3, 0.5},
        {"I-125", MOLY_RADIATION_X, 27.4, 28.0, 73.2, 0.8},
        {"I-125", MOLY_RADIATION_X, 3.0, 5.0, 14.70, 0.28},
        {"I-125", MOLY_RADIATION_AUGER, 2.0, 5.0, 158.2, 0.8},
        {"I-125", MOLY_RADIATION_AUGER, 20.0, 32.0, 19.7, 0.7},
        {"Tc-99m", MOLY_RADIATION_X, 18.3, 18.5, 4.21, 0.12},
        {"Tc-99m", MOLY_RADIATION_AUGER, 1.0, 3.0, 10.89, 0.09},
        {"Lu-177", MOLY_RADIATION_X, 55.7, 55.9, 2.78, 0.06},
        {"Ac-225", MOLY_RADIATION_X, 10.0, 18.0, 18.7, 0.9},
    };
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        double sum = sum_of(find(groups[i].name), groups[i].radiation, groups[i].low_kev,
                            groups[i].high_kev);
        assert_true(fabs(100.0 * sum - groups[i].per_100) <= groups[i].sd);
    }
}

static void what_has_no_lines_says_so(void **state)
{
    (void)state;
    static const char *const lacking[] = {"Rb-81", "Zr-86", "Tb-154", "Ac-226", "Nb-90"};
    for (size_t i = 0; i < sizeof lacking / sizeof lacking[0]; i++) {
        assert_true(moly_nuclide_lacks_lines(find(lacking[i])));
    }
    assert_false(moly_nuclide_lacks_lines(find("Tc-99m")));
    assert_false(moly_nuclide_lacks_lines(find("Ru-99"))); /* stable: there are none to list */
}

/* Where a decision changes a mode, its particles go with it; what an evaluation itself adds up to
 * more than its decays is named in the note. Delayed particles count with the beta. */
static void particles_are_no_more_than_decays_or_the_note_says_so(void **state)
{
    (void)state;
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    size_t n_noted = 0;
    for (size_t i = 0; i < moly_nuclide_set_size(set); i++) {
        const moly_nuclide *nuclide = moly_nuclide_at(set, i);
        double decays = 0.0;
        for (size_t b = 0; b < nuclide->n_branches; b++) {
            moly_decay_mode mode = nuclide->branches[b].mode;
            bool counts = mode == MOLY_DECAY_BETA_MINUS || mode == MOLY_DECAY_OTHER;
            decays += counts ? nuclide->branches[b].fraction : 0.0;
        }
        bool is_noted = nuclide->note && strstr(nuclide->note, "the evaluation's beta- lines sum");
        double betas = sum_of(nuclide, MOLY_RADIATION_BETA_MINUS, 0.0, INFINITY);
        assert_true(is_noted || betas <= 1.02 * decays + 0.005);
        n_noted += is_noted ? 1 : 0;
    }
    assert_int_equal(n_noted, 5); /* Rb-91, Sr-93, La-143, Ce-146, Tb-165 */
    double i126 = sum_of(find("I-126"), MOLY_RADIATION_BETA_MINUS, 0.0, INFINITY);
    assert_true(fabs(i126 - 0.473) < 0.005); /* NUBASE2020 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_lives_and_main_lines_are_ddeps),
        cmocka_unit_test(isomers_and_chains_of_medicine_are_fed_as_evaluated),
        cmocka_unit_test(an_isomers_lines_stand_with_the_isomer_only),
        cmocka_unit_test(positron_yields_are_ddeps),
        cmocka_unit_test(x_rays_and_auger_electrons_are_ddeps),
        cmocka_unit_test(what_has_no_lines_says_so),
        cmocka_unit_test(particles_are_no_more_than_decays_or_the_note_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
