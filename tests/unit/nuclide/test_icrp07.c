/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/base/memory.h"
#include "moly/nuclide/nuclide.h"
#include "set.h"

/* Two rows in the columns of ICRP-07.NDX: a parent with an isomer as daughter, and a fissioning
 * one. */
#define HEAD "  2  format(a7,a8,a2,a8,3i7,i6,...)\r\n"
#define TAIL "  30  45  10  191   0 99.9074769 6.011E-186.011E-18\r\n"

static char *row(char *text, const char *name, const char *half_life, const char *unit,
                 const char *daughter, const char *fraction)
{
    snprintf(
        text, 400,
        "%-7s%8s%-2s%-8s%7d%7d%7d%6d %-7s%6d%11s %-7s%6d%11s %-7s%6d%11s %-7s%6d%11s%7s%8s%8s" TAIL,
        name, half_life, unit, "B-", 1, 1, 0, 0, daughter, 2, fraction, "", 0, "0.0", "", 0, "0.0",
        "", 0, "0.0", "0.0", "0.39288", "0.14841");
    return text;
}

static moly_status read_index(const char *text, moly_nuclide_set **set, moly_error *err)
{
    moly_draft *draft = moly_draft_new("test");
    *set = NULL;
    if (!draft) {
        return MOLY_NO_MEMORY(err);
    }
    const moly_status status =
        moly_icrp07_read_index("ICRP-07.NDX", text, strlen(text), draft, err);
    if (status != MOLY_OK) {
        moly_draft_free(draft);
        return status;
    }
    return moly_draft_finish(draft, "test", set, err);
}

static void a_row_gives_half_life_branch_and_mean_energies(void **state)
{
    (void)state;
    char text[1000], one[400];
    moly_error err = {0};
    moly_nuclide_set *set;
    snprintf(text, sizeof text, HEAD "%s", row(one, "Mo-99", "65.94", "h", "Tc-99m", "8.7730E-01"));
    assert_ok(read_index(text, &set, &err), err);
    assert_int_equal(moly_nuclide_set_size(set), 2); /* Tc-99m has no row: stable */
    const moly_nuclide *mo = moly_nuclide_at(set, 0), *tc = moly_nuclide_at(set, 1);
    assert_string_equal(mo->name, "Mo-99");
    assert_relative(mo->half_life_s, 65.94 * 3600.0, 1e-15);
    assert_relative(mo->mean_electron_kev, 392.88, 1e-12);
    assert_int_equal(mo->branches[0].mode, MOLY_DECAY_BETA_MINUS);
    assert_relative(mo->branches[0].fraction, 0.8773, 1e-15);
    assert_string_equal(tc->name, "Tc-99m");
    assert_true(tc->is_stable);
    moly_nuclide_set_free(set);
}

static void malformed_rows_are_refused_with_line_and_column(void **state)
{
    (void)state;
    static const struct {
        const char *name, *half_life, *unit, *daughter, *fraction, *message;
    } cases[] = {
        {"Xx-99", "65.94", "h", "Tc-99m", "8.7730E-01", "ICRP-07.NDX:2:1: not a nuclide"},
        {"Mo-99", "65,94", "h", "Tc-99m", "8.7730E-01", "ICRP-07.NDX:2:8: not a number"},
        {"Mo-99", "0.0", "h", "Tc-99m", "8.7730E-01", "ICRP-07.NDX:2:8: a half-life is positive"},
        {"Mo-99", "65.94", "w", "Tc-99m", "8.7730E-01", "ICRP-07.NDX:2:16: a unit of time"},
        {"Mo-99", "65.94", "h", "Tc99-x", "8.7730E-01", "ICRP-07.NDX:2:54: not a nuclide"},
        {"Mo-99", "65.94", "h", "Tc-99m", "much", "ICRP-07.NDX:2:67: not a number"},
        {"Mo-99", "65.94", "h", "Tc-99m", "1.5", "ICRP-07.NDX:2:67: a branch is in 0..1"},
        {"Mo-99", "65.94", "h", "Mo-99", "1.0", "leads back to itself"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[1000], one[400];
        moly_error err = {0};
        moly_nuclide_set *set;
        snprintf(text, sizeof text, HEAD "%s",
                 row(one, cases[i].name, cases[i].half_life, cases[i].unit, cases[i].daughter,
                     cases[i].fraction));
        assert_fails(read_index(text, &set, &err), MOLY_ERR_DATA, cases[i].message, err);
        assert_null(set);
    }
    moly_error err = {0};
    moly_nuclide_set *set;
    assert_fails(read_index(HEAD "Mo-99     65.94h", &set, &err), MOLY_ERR_DATA,
                 "ICRP-07.NDX:2:", err);
    assert_fails(read_index(HEAD, &set, &err), MOLY_ERR_DATA, "no nuclides", err);
    assert_fails(read_index("", &set, &err), MOLY_ERR_DATA, "no nuclides", err);
}

static void a_nuclide_described_twice_is_refused(void **state)
{
    (void)state;
    char text[1500], one[400];
    moly_error err = {0};
    moly_nuclide_set *set;
    row(one, "Mo-99", "65.94", "h", "Tc-99", "1.0");
    snprintf(text, sizeof text, HEAD "%s%s", one, one);
    assert_fails(read_index(text, &set, &err), MOLY_ERR_DATA,
                 "ICRP-07.NDX:3:1: the nuclide is there", err);
}

static void radiations_are_read_where_there_are_some(void **state)
{
    (void)state;
    char text[1000], one[400];
    moly_error err = {0};
    moly_nuclide_set *set;
    moly_draft *draft = moly_draft_new("test");
    snprintf(text, sizeof text, HEAD "%s", row(one, "F-18", "109.77", "m", "O-18", "1.0"));
    assert_ok(moly_icrp07_read_index("NDX", text, strlen(text), draft, &err), err);
    static const char radiations[] = "F-18      109.77m        3\n"
                                     " 3 1.93460E+00 5.11000E-01 AQ\n"
                                     " 4 9.67300E-01 2.49800E-01 B+\n"
                                     " 9 1.00000E-01 2.49800E-01 AR\n";
    assert_ok(moly_icrp07_read_radiations("RAD", radiations, strlen(radiations), draft, &err), err);
    static const char bad[] = "F-18 x\n 99 1.0 1.0 Q\n", stray[] = "Q-18 x\n";
    assert_fails(moly_icrp07_read_radiations("RAD", bad, strlen(bad), draft, &err), MOLY_ERR_DATA,
                 "RAD:2:1", err);
    assert_fails(moly_icrp07_read_radiations("RAD", stray, strlen(stray), draft, &err),
                 MOLY_ERR_DATA, "RAD:1:1", err);
    assert_ok(moly_draft_finish(draft, "test", &set, &err), err);
    const moly_nuclide *f18 = moly_nuclide_at(set, 0);
    assert_int_equal(f18->n_lines, 2);
    assert_int_equal(f18->lines[0].radiation, MOLY_RADIATION_ANNIHILATION);
    assert_relative(f18->lines[1].intensity, 0.9673, 1e-12);
    moly_nuclide_set_free(set);
}

static void every_failing_allocation_is_survived(void **state)
{
    (void)state;
    char text[1000], one[400];
    snprintf(text, sizeof text, HEAD "%s", row(one, "Mo-99", "65.94", "h", "Tc-99", "1.0"));
    for (size_t nth = 1; nth < 100; nth++) {
        moly_error err = {0};
        moly_nuclide_set *set;
        moly_alloc_fail_after(nth);
        const moly_status status = read_index(text, &set, &err);
        moly_alloc_fail_after(0);
        if (status == MOLY_OK) {
            moly_nuclide_set_free(set);
            return;
        }
        assert_int_equal(status, MOLY_ERR_MEMORY);
        assert_null(set);
    }
    fail_msg("reading one row takes more than 100 allocations");
}

static void the_published_index_is_read_whole(void **state)
{
    (void)state;
    char path[4096], spec[4200];
    need_shared("data/nuclear/icrp07/ICRP-07.NDX", path, sizeof path);
    *strrchr(path, '/') = '\0';
    snprintf(spec, sizeof spec, "icrp07:%s", path);
    moly_error err = {0};
    moly_nuclide_set *set;
    assert_ok(moly_nuclide_set_load(spec, &set, &err), err);
    assert_string_equal(moly_nuclide_set_name(set), "ICRP-107");
    size_t n_radioactive = 0, index;
    for (size_t i = 0; i < moly_nuclide_set_size(set); i++) {
        const moly_nuclide *n = moly_nuclide_at(set, i);
        n_radioactive += !n->is_stable;
        for (size_t k = 0; k < n->n_branches; k++) {
            assert_true(n->branches[k].daughter == MOLY_NO_DAUGHTER ||
                        n->branches[k].daughter > (int)i);
        }
    }
    assert_int_equal(n_radioactive, 1252); /* ICRP-107, abstract */
    assert_ok(moly_nuclide_find(set, "Po-210", &index, &err), err);
    /* DDEP: alpha line of Po-210 at 5304.33 keV; the index holds 5.4074 MeV with the recoil. */
    assert_relative(moly_nuclide_at(set, index)->mean_alpha_kev, 5304.33, 2e-4);
    assert_ok(moly_nuclide_find(set, "Cf-252", &index, &err), err);
    const moly_nuclide *cf = moly_nuclide_at(set, index);
    assert_int_equal(cf->branches[1].mode, MOLY_DECAY_FISSION);
    moly_nuclide_set_free(set);
}

static void a_missing_folder_is_not_found(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_nuclide_set *set;
    assert_fails(moly_nuclide_set_load("icrp07:/nowhere", &set, &err), MOLY_ERR_NOT_FOUND,
                 "/nowhere/ICRP-07.NDX", err);
    assert_null(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_gives_half_life_branch_and_mean_energies),
        cmocka_unit_test(malformed_rows_are_refused_with_line_and_column),
        cmocka_unit_test(a_nuclide_described_twice_is_refused),
        cmocka_unit_test(radiations_are_read_where_there_are_some),
        cmocka_unit_test(every_failing_allocation_is_survived),
        cmocka_unit_test(the_published_index_is_read_whole),
        cmocka_unit_test(a_missing_folder_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
