/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/scanner/sinogram.h"

static void every_scanner_of_the_library_hangs_together(void **state)
{
    (void)state;
    const char *const *names = NULL;
    const size_t n = moly_pet_scanner_names(&names);
    assert_true(n >= 5);
    for (size_t i = 0; i < n; i++) {
        moly_error err = {0};
        moly_pet_scanner s;
        moly_layout *l = NULL;
        const moly_layout_options options = {.max_difference = -1};
        assert_ok(moly_pet_scanner_find(names[i], &s, &err), err);
        assert_string_equal(s.name, names[i]);
        assert_int_not_equal(s.source[0], '\0');
        assert_ok(moly_layout_new(&s, &options, &l, &err), err);
        moly_layout_free(l);
    }
}

/* Figures of the scanners' own files: 837 planes of span 11 (mMR), 621 (mCT). */
static void siemens_scanners_have_the_planes_of_their_own_files(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t n_planes;
    } cases[] = {{"siemens-biograph-mmr", 837}, {"siemens-biograph-mct", 621}};
    for (size_t i = 0; i < 2; i++) {
        moly_error err = {0};
        moly_pet_scanner s;
        moly_layout *l = NULL;
        const moly_layout_options options = {.max_difference = -1};
        assert_ok(moly_pet_scanner_find(cases[i].name, &s, &err), err);
        assert_ok(moly_layout_new(&s, &options, &l, &err), err);
        assert_int_equal(l->n_planes, cases[i].n_planes);
        moly_layout_free(l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scanner_of_the_library_hangs_together),
        cmocka_unit_test(siemens_scanners_have_the_planes_of_their_own_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
