/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "element.h"
#include "moly/nuclide/nuclide.h"

static const moly_nuclide *find(const char *name)
{
    moly_error err = {0};
    size_t index;
    assert_ok(moly_nuclide_find(moly_nuclide_set_builtin(), name, &index, &err), err);
    return moly_nuclide_at(moly_nuclide_set_builtin(), index);
}

static void every_usual_spelling_finds_the_nuclide(void **state)
{
    (void)state;
    static const char *const spellings[][2] = {
        {"Tc-99m", "Tc-99m"},   {"Tc99m", "Tc-99m"},    {"99mTc", "Tc-99m"},
        {"99mtc", "Tc-99m"},    {"tc-99M", "Tc-99m"},   {"99-Tc-m", "Tc-99m"},
        {"tc-99m1", "Tc-99m"},  {"Tc-99", "Tc-99"},     {"99tc", "Tc-99"},
        {"Lu-177m", "Lu-177m"}, {"177mLu", "Lu-177m"},  {"99Mo", "Mo-99"},
        {"mo99", "Mo-99"},      {"In114m", "In-114m"},  {"Hf-178m2", "Hf-178n"},
        {"178nHf", "Hf-178n"},  {"178m2Hf", "Hf-178n"}, {"Sb-124n", "Sb-124n"},
        {"H3", "H-3"},          {"18F", "F-18"},        {"f18", "F-18"},
        {"125I", "I-125"},      {"i-125", "I-125"},     {"52mMn", "Mn-52m"},
        {"52mn", "Mn-52"},      {"Mn-52", "Mn-52"},     {"242mAm", "Am-242m"},
        {"U-235", "U-235"},     {"235 U", "U-235"},     {"Tc_99m", "Tc-99m"},
        {"Tc-99g", "Tc-99"},
    };
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        assert_string_equal(find(spellings[i][0])->name, spellings[i][1]);
    }
}

static void names_round_trip(void **state)
{
    (void)state;
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    for (size_t i = 0; i < moly_nuclide_set_size(set); i++) {
        moly_error err = {0};
        size_t index;
        assert_ok(moly_nuclide_find(set, moly_nuclide_at(set, i)->name, &index, &err), err);
        assert_int_equal(index, i);
    }
}

static void an_unknown_name_suggests_the_nearest(void **state)
{
    (void)state;
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    moly_error err = {0};
    size_t index = 77;
    assert_fails(moly_nuclide_find(set, "Lu-717", &index, &err), MOLY_ERR_UNKNOWN, "Lu-177", err);
    assert_fails(moly_nuclide_find(set, "Tc-99n", &index, &err), MOLY_ERR_UNKNOWN, "Tc-99m", err);
    assert_fails(moly_nuclide_find(set, "Ir-194m", &index, &err), MOLY_ERR_UNKNOWN, "Ir-194n", err);
    assert_fails(moly_nuclide_find(set, "", &index, &err), MOLY_ERR_UNKNOWN, "no nuclide", err);
    assert_fails(moly_nuclide_find(set, "99999999999Tc", &index, &err), MOLY_ERR_UNKNOWN,
                 "no nuclide", err);
    assert_int_equal(index, 77);
}

static void the_set_has_a_name_with_its_hash_and_at_least_400_nuclides(void **state)
{
    (void)state;
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    assert_non_null(strstr(moly_nuclide_set_name(set), "moly-"));
    assert_non_null(strstr(moly_nuclide_set_name(set), "(blake2b "));
    size_t n_radioactive = 0;
    for (size_t i = 0; i < moly_nuclide_set_size(set); i++) {
        n_radioactive += !moly_nuclide_at(set, i)->is_stable;
    }
    assert_true(n_radioactive >= 400);
}

static void daughters_stand_after_parents_and_every_chain_ends_stable(void **state)
{
    (void)state;
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    for (size_t i = 0; i < moly_nuclide_set_size(set); i++) {
        const moly_nuclide *n = moly_nuclide_at(set, i);
        double sum = 0.0;
        for (size_t k = 0; k < n->n_branches; k++) {
            const moly_branch *b = &n->branches[k];
            sum += b->fraction;
            assert_true(b->fraction > 0.0);
            if (b->mode == MOLY_DECAY_FISSION) {
                assert_int_equal(b->daughter, MOLY_NO_DAUGHTER);
            } else {
                assert_true(b->daughter > (int)i); /* with this, the last of a chain is stable */
                assert_true((size_t)b->daughter < moly_nuclide_set_size(set));
            }
        }
        if (n->is_stable) {
            assert_int_equal(n->n_branches + n->n_lines, 0);
            assert_true(isinf(n->half_life_s));
            assert_true(n->lambda_per_s == 0.0);
        } else {
            assert_relative(sum, 1.0, 1e-9);
            assert_relative(n->lambda_per_s * n->half_life_s, log(2.0), 1e-14);
        }
    }
}

static void every_positron_gives_two_annihilation_quanta(void **state)
{
    (void)state;
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    size_t n_emitters = 0;
    for (size_t i = 0; i < moly_nuclide_set_size(set); i++) {
        const moly_nuclide *n = moly_nuclide_at(set, i);
        double positrons = 0.0, quanta = 0.0;
        for (size_t k = 0; k < n->n_lines; k++) {
            positrons +=
                n->lines[k].radiation == MOLY_RADIATION_BETA_PLUS ? n->lines[k].intensity : 0.0;
            quanta +=
                n->lines[k].radiation == MOLY_RADIATION_ANNIHILATION ? n->lines[k].intensity : 0.0;
        }
        n_emitters += positrons > 0.0;
        assert_relative(quanta, 2.0 * positrons, 1e-6); /* printed to 8 digits */
    }
    assert_true(n_emitters > 100);
}

static void lines_are_sorted_and_in_range(void **state)
{
    (void)state;
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    for (size_t i = 0; i < moly_nuclide_set_size(set); i++) {
        const moly_nuclide *n = moly_nuclide_at(set, i);
        for (size_t k = 0; k < n->n_lines; k++) {
            const moly_line *l = &n->lines[k];
            const bool is_beta = l->radiation == MOLY_RADIATION_BETA_MINUS ||
                                 l->radiation == MOLY_RADIATION_BETA_PLUS;
            assert_true(l->intensity > 0.0 && l->energy_kev > 0.0);
            assert_true(is_beta == (l->beta_shape != MOLY_BETA_NOT_A_BETA));
            assert_true(is_beta ? l->mean_kev < l->energy_kev
                                : fabs((double)l->mean_kev / l->energy_kev - 1.0) < 1e-6);
            assert_true(moly_nuclide_source_text(set, l->source)[0] != '\0');
            if (k > 0) {
                assert_true(l[-1].radiation <= l->radiation);
                assert_true(l[-1].radiation < l->radiation || l[-1].energy_kev <= l->energy_kev);
            }
        }
    }
}

static void sources_and_units_of_data_are_told(void **state)
{
    (void)state;
    assert_string_equal(find("Mo-99")->half_life_source, "DDEP 2006");
    assert_string_equal(find("Tb-161")->half_life_source, "JEFF-3.1.1");
    assert_string_equal(find("Kr-81")->half_life_source, "NUBASE2020");
    assert_string_equal(moly_nuclide_source_text(moly_nuclide_set_builtin(), 255), "");
    assert_string_equal(moly_decay_mode_name(MOLY_DECAY_BETA_PLUS_EC), "beta+/EC");
    assert_string_equal(moly_radiation_name(MOLY_RADIATION_AUGER), "Auger");
    assert_string_equal(moly_beta_shape_name(MOLY_BETA_FIRST_UNIQUE), "first forbidden unique");
}

static void isomers_are_distinct_nuclides(void **state)
{
    (void)state;
    assert_ptr_not_equal(find("Tc-99m"), find("Tc-99"));
    assert_true(find("Tc-99m")->atomic_mass_u > find("Tc-99")->atomic_mass_u);
    /* AME2020: 2.6 ug per mol and keV: 142.683 keV are 153.2 micro-u. */
    assert_relative(find("Tc-99m")->atomic_mass_u - find("Tc-99")->atomic_mass_u,
                    142.683 / 931494.10242, 1e-4);
    assert_int_equal(find("Hf-178n")->isomer, 2);
    assert_true(find("Hf-178n")->half_life_s > 30.0 * MOLY_SECONDS_PER_YEAR);
}

static void loading_moly_gives_the_built_in_tables(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_nuclide_set *set;
    assert_ok(moly_nuclide_set_load(NULL, &set, &err), err);
    assert_string_equal(moly_nuclide_set_name(set),
                        moly_nuclide_set_name(moly_nuclide_set_builtin()));
    moly_nuclide_set_free(set);
    assert_ok(moly_nuclide_set_load("moly", &set, &err), err);
    moly_nuclide_set_free(set);
    moly_nuclide_set_free(NULL);
    assert_fails(moly_nuclide_set_load("nndc:X", &set, &err), MOLY_ERR_UNKNOWN, "icrp07:DIR", err);
    assert_null(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_usual_spelling_finds_the_nuclide),
        cmocka_unit_test(names_round_trip),
        cmocka_unit_test(an_unknown_name_suggests_the_nearest),
        cmocka_unit_test(the_set_has_a_name_with_its_hash_and_at_least_400_nuclides),
        cmocka_unit_test(daughters_stand_after_parents_and_every_chain_ends_stable),
        cmocka_unit_test(every_positron_gives_two_annihilation_quanta),
        cmocka_unit_test(lines_are_sorted_and_in_range),
        cmocka_unit_test(sources_and_units_of_data_are_told),
        cmocka_unit_test(isomers_are_distinct_nuclides),
        cmocka_unit_test(loading_moly_gives_the_built_in_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
