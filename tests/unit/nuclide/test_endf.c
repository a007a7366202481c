/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <stdlib.h>
#include <unistd.h>

#include "moly/base/memory.h"
#include "moly/base/text.h"
#include "moly/nuclide/nuclide.h"
#include "set.h"

/* One record: six fields of 11, then MAT, MF, MT and a number. */
#define R(fields, mf_mt, number) fields "1156" mf_mt number "\n"
#define D(fields, number) R(fields, " 8457", number)

/* Tc-99m, shortened: isomeric to Tc-99 and beta- to Ru-99; one gamma, one beta, one Auger group and
 * one conversion line. Half-life with Fortran's exponent without E. */
static const char tape[] = R(
    " 4.309900+4 9.805660+1         -1          0          2          1", " 1451",
    "    1") R(" 1.426830+5 1.000000+0          1          1          0          6", " 1451",
               "    2") D(" 4.309900+4 9.805660+1          1          1          0          3",
                          "    1")
    D(" 2.162400+4 3.600000+1          0          0          6          0", "    2") D(
        " 1.549160+4 5.161750+2 1.265430+5 3.414940+2 0.000000+0 0.000000+0",
        "    3") D(" 5.000000-1-1.000000+0          0          0         12          2",
                   "    4") D(" 3.000000+0 0.000000+0 1.426840+5 1.100000+0 9.999630-1 6.000000-6",
                              "    5")
        D(" 1.000000+0 0.000000+0 4.361830+5 1.400000+3 3.700000-5 6.000000-6", "    6") D(
            " 0.000000+0 0.000000+0          0          0          6          1",
            "    7") D(" 1.000000-2 0.000000+0 1.251620+5 3.372260+2 0.000000+0 0.000000+0",
                       "    8")
            D(" 1.405110+5 1.000000+0          0          0         12          0", "    9") D(
                " 3.000000+0 0.000000+0 8.905670+1 2.399920-1 0.000000+0 0.000000+0",
                "   10") D(" 1.140000-1 3.000000-3 9.930000-2 4.707320-3 1.200000-2 6.474570-4",
                           "   11")
                D(" 0.000000+0 1.000000+0          0          0          6          1", "   12") D(
                    " 1.000000-2 0.000000+0 4.210570+0 6.853230-1 0.000000+0 0.000000+0",
                    "   13") D(" 4.361820+5 1.400000+3          0          0          6          0",
                               "   14")
                    D(" 1.000000+0 2.000000+0 3.700000-3 3.000000-4 0.000000+0 0.000000+0", "   15")
                        D(" 0.000000+0 8.000000+0          0          0          6          2",
                          "   16") D(" 1.000000-2 0.000000+0 1.548740+4 5.161740+2 0.000000+0 "
                                     "0.000000+0",
                                     "   17") D(" 2.170000+3 0.000000+0          0          0      "
                                                "    6          0",
                                                "   18")
                            D(" 3.000000+0 0.000000+0 1.024690+1 6.972490-1 0.000000+0 0.000000+0",
                              "   19") D(" 1.194670+5 1.220660+0          0          0          6  "
                                         "        0",
                                         "   20") D(" 3.000000+0 0.000000+0 8.843330+0 4.198950-1 "
                                                    "0.000000+0 0.000000+0",
                                                    "   21") R("                                   "
                                                               "                               ",
                                                               " 8  0", "99999");

static moly_status read_tape(const char *text, size_t length, moly_nuclide_set **set,
                             moly_error *err)
{
    moly_draft *draft = moly_draft_new("test");
    *set = NULL;
    if (!draft) {
        return MOLY_NO_MEMORY(err);
    }
    const moly_status status = moly_endf_read("tape", text, length, draft, err);
    if (status != MOLY_OK) {
        moly_draft_free(draft);
        return status;
    }
    return moly_draft_finish(draft, "test", set, err);
}

static void a_section_gives_half_life_branches_and_lines(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_nuclide_set *set;
    size_t index;
    assert_ok(read_tape(tape, strlen(tape), &set, &err), err);
    assert_int_equal(moly_nuclide_set_size(set), 3); /* Tc-99m and two stable daughters */
    assert_ok(moly_nuclide_find(set, "Tc-99m", &index, &err), err);
    const moly_nuclide *n = moly_nuclide_at(set, index);
    assert_relative(n->half_life_s, 21624.0, 1e-15);
    assert_relative(n->half_life_sd_s, 36.0, 1e-15);
    assert_relative(n->mean_photon_kev, 126.543, 1e-12);
    assert_int_equal(n->n_branches, 2);
    assert_int_equal(n->branches[0].mode, MOLY_DECAY_ISOMERIC);
    assert_string_equal(moly_nuclide_at(set, (size_t)n->branches[1].daughter)->name, "Ru-99");
    assert_int_equal(n->n_lines, 4);
    assert_int_equal(n->lines[0].radiation, MOLY_RADIATION_GAMMA);
    assert_relative(n->lines[0].energy_kev, 140.511, 1e-12);
    assert_relative(n->lines[0].intensity, 0.8905670, 1e-12);
    assert_int_equal(n->lines[1].radiation, MOLY_RADIATION_BETA_MINUS);
    assert_int_equal(n->lines[1].beta_shape, MOLY_BETA_FIRST_UNIQUE);
    assert_int_equal(n->lines[2].radiation, MOLY_RADIATION_CONVERSION);
    assert_int_equal(n->lines[3].radiation, MOLY_RADIATION_AUGER);
    moly_nuclide_set_free(set);
}

/* The tape with `text` written over it at line `line`, column `column` (from 1). */
static char *damaged(int line, int column, const char *text)
{
    char *copy = moly_strdup(tape);
    char *at = copy;
    for (int i = 1; i < line; i++) {
        at = strchr(at, '\n') + 1;
    }
    memcpy(at + column - 1, text, strlen(text));
    return copy;
}

static void malformed_tapes_are_refused_with_line_and_column(void **state)
{
    (void)state;
    static const struct {
        int line, column;
        const char *text, *message;
    } cases[] = {
        {4, 1, " 2.16x400+4", "tape:4:1: not a number of ENDF-6"},
        {4, 1, "+-+-+-+-+-+", "tape:4:1: not a number of ENDF-6"},
        {4, 1, "1.5+++++++1", "tape:4:1: not a number of ENDF-6"},
        {4, 1, "-2.162400+4", "a half-life that is not positive"},
        {4, 45, " 9999999999", "tape:4:45: a count"},
        {6, 56, "        -12", "tape:6:56: a count"},
        {6, 45, "        999", "tape:6:45: a count"},
        {9, 56, " 1000000000", "tape:9:56: a count"},
        {11, 45, "         99", "tape:11:45: a count"},
        {12, 23, " 1.000+9999", "tape:12:23: not a number"},
        {3, 1, " 4.300100+6", "tape:3:1: a count"},
        {3, 34, "          9", "tape:3:34: a count"},
        {3, 56, "          9", "ends too early"},
        {7, 12, "          8", "decays to what does not exist"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        moly_error err = {0};
        moly_nuclide_set *set;
        char *text = damaged(cases[i].line, cases[i].column, cases[i].text);
        assert_fails(read_tape(text, strlen(text), &set, &err), MOLY_ERR_DATA, cases[i].message,
                     err);
        assert_null(set);
        moly_free(text);
    }
}

static void a_tape_cut_anywhere_is_refused_or_read_but_never_crashes(void **state)
{
    (void)state;
    for (size_t length = 0; length < strlen(tape); length++) {
        moly_error err = {0};
        moly_nuclide_set *set;
        const moly_status status = read_tape(tape, length, &set, &err);
        assert_true(status == MOLY_OK || status == MOLY_ERR_DATA);
        moly_nuclide_set_free(set);
    }
}

static void a_nuclide_described_twice_is_refused(void **state)
{
    (void)state;
    moly_text twice = {0};
    moly_error err = {0};
    moly_nuclide_set *set;
    moly_text_add(&twice, tape);
    moly_text_add(&twice, tape);
    assert_fails(read_tape(twice.data, twice.length, &set, &err), MOLY_ERR_DATA, "described twice",
                 err);
    moly_text_free(&twice);
}

static void every_failing_allocation_is_survived(void **state)
{
    (void)state;
    for (size_t nth = 1; nth < 200; nth++) {
        moly_error err = {0};
        moly_nuclide_set *set;
        moly_alloc_fail_after(nth);
        const moly_status status = read_tape(tape, strlen(tape), &set, &err);
        moly_alloc_fail_after(0);
        if (status == MOLY_OK) {
            moly_nuclide_set_free(set);
            return;
        }
        assert_int_equal(status, MOLY_ERR_MEMORY);
        assert_null(set);
    }
    fail_msg("reading one nuclide takes more than 200 allocations");
}

static void folders_are_searched_and_other_files_passed_over(void **state)
{
    (void)state;
    char folder[] = "/tmp/moly-endf-XXXXXX", path[300], spec[300];
    moly_error err = {0};
    moly_nuclide_set *set;
    assert_non_null(mkdtemp(folder));
    snprintf(spec, sizeof spec, "endf:%s", folder);
    assert_fails(moly_nuclide_set_load(spec, &set, &err), MOLY_ERR_NOT_FOUND, "no ENDF-6 file",
                 err);
    snprintf(path, sizeof path, "%s/README", folder);
    assert_ok(moly_file_write(path, "no tape\n", 8, &err), err);
    snprintf(path, sizeof path, "%s/inner", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/inner/tc99m", folder);
    assert_ok(moly_file_write(path, tape, strlen(tape), &err), err);
    assert_ok(moly_nuclide_set_load(spec, &set, &err), err);
    assert_int_equal(moly_nuclide_set_size(set), 3);
    moly_nuclide_set_free(set);
    (void)unlink(path);
    snprintf(path, sizeof path, "%s/inner", folder);
    (void)rmdir(path);
    snprintf(path, sizeof path, "%s/README", folder);
    (void)unlink(path);
    (void)rmdir(folder);
    assert_fails(moly_nuclide_set_load(spec, &set, &err), MOLY_ERR_NOT_FOUND, folder, err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_section_gives_half_life_branches_and_lines),
        cmocka_unit_test(malformed_tapes_are_refused_with_line_and_column),
        cmocka_unit_test(a_tape_cut_anywhere_is_refused_or_read_but_never_crashes),
        cmocka_unit_test(a_nuclide_described_twice_is_refused),
        cmocka_unit_test(every_failing_allocation_is_survived),
        cmocka_unit_test(folders_are_searched_and_other_files_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
