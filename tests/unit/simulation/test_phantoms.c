/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/base/memory.h"
#include "moly/simulation/solids.h"

static void every_named_phantom_can_be_read_and_is_active(void **state)
{
    (void)state;
    moly_error err = {0};
    for (const char *const *name = moly_solids_names(); *name; name++) {
        moly_solids *s = NULL;
        assert_ok(moly_solids_find(*name, 0.0, &s, &err), err);
        assert_ok(moly_solids_set_activity(s, 1e6, &err), err);
        moly_solids_free(s);
    }
}

static void the_image_quality_phantom_has_the_volumes_of_the_standard(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_solids *s = NULL;
    double volumes[MOLY_SOLIDS_MOST], background = 0.0, ratio = 0.0;
    assert_ok(moly_solids_find("nema-iq", 0.0, &s, &err), err);
    moly_solids_volumes(s, volumes);
    for (size_t i = 0; i < s->n; i++) {
        if (strncmp(s->solids[i].name, "body", 4) == 0) {
            background += volumes[i];
        } else if (strcmp(s->solids[i].name, "sphere-37") == 0) {
            assert_relative(volumes[i], 26.52, 1e-3); /* of the standard: 26.52 ml */
            ratio = s->solids[i].bq_per_ml;
        }
    }
    /* half disc of 147 mm, two quarters of 77 mm, 140 x 77 mm between, 180 mm long, less lung
     * insert and spheres with their walls */
    const double outline = 0.5 * M_PI * 147 * 147 + 0.5 * M_PI * 77 * 77 + 140 * 77;
    const double spheres =
        M_PI / 6.0 *
        (12 * 12 * 12 + 15 * 15 * 15 + 19 * 19 * 19 + 24 * 24 * 24 + 30 * 30 * 30 + 39 * 39 * 39);
    assert_relative(background, 1e-3 * ((outline - M_PI * 25.5 * 25.5) * 180.0 - spheres), 1e-3);
    assert_relative(ratio, 4.0, 1e-15);
    moly_solids_free(s);
    assert_ok(moly_solids_find("nema-iq", 8.0, &s, &err), err);
    assert_relative(s->solids[s->n - 1].bq_per_ml, 8.0, 1e-15);
    moly_solids_free(s);
}

static void what_cannot_be_read_is_refused_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *piece;
    } bad[] = {
        {"", "no solid"},
        {"sphere a; material water; diameter 10\nsphera b; material water; diameter 3",
         "line 2: no shape 'sphera'; is 'sphere' meant?"},
        {"sphere a; diameter 10", "needs a material"},
        {"sphere a; material water", "needs a material and a size"},
        {"sphere a; material water; diameter 0", "half axis of 0 mm"},
        {"sphere a; material water; diameter -4", "half axis"},
        {"sphere a; material water; diameter 1e9", "half axis"},
        {"sphere a; material Lu2SiO5; diameter 10", "needs a density"},
        {"sphere a; material unobtainium; diameter 10", "unobtainium"},
        {"sphere a; material water; at 1 2; diameter 10", "3 numbers are needed, not 2"},
        {"sphere a; material water; at 1 2 3 4; diameter 10", "stands behind 3 numbers"},
        {"sphere a; material water; diamater 10", "is 'diameter' meant?"},
        {"sphere a; material water; activity -1; diameter 10", "-1 Bq/mL"},
        {"cylinder a; material water; half 1 1 1; along 0 0 0", "direction of length 0"},
        {"rods a; material water; diameter 3; rows 1e9; length 10", "rows of rods"},
        {"rods a; material water; diameter 3; rows 40; length 10; first 9", "more than 512"},
        {"colour = red", "no key 'colour'"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        moly_error err = {0};
        moly_solids *s = NULL;
        const moly_status status = moly_solids_parse(bad[i].text, "bad", &s, &err);
        if (!status || !strstr(err.message, bad[i].piece) || s) {
            fail_msg("'%s' gave: %s", bad[i].text, err.message);
        }
    }
    moly_error err = {0};
    moly_solids *s = NULL;
    assert_fails(moly_solids_find("nema-iqq", 0.0, &s, &err), MOLY_ERR_UNKNOWN, "is 'nema-iq'",
                 err);
    assert_fails(moly_solids_find("/none/at.phantom", 0.0, &s, &err), MOLY_ERR_NOT_FOUND, "none",
                 err);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    for (size_t nth = 1; nth < 40; nth++) {
        moly_error err = {0};
        moly_solids *s = NULL;
        moly_alloc_fail_after(nth);
        const moly_status status =
            moly_solids_parse("sphere a; material water; diameter 3", "test", &s, &err);
        moly_alloc_fail_after(0);
        assert_true(status == MOLY_OK ? s != NULL : status == MOLY_ERR_MEMORY && !s);
        moly_solids_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_named_phantom_can_be_read_and_is_active),
        cmocka_unit_test(the_image_quality_phantom_has_the_volumes_of_the_standard),
        cmocka_unit_test(what_cannot_be_read_is_refused_with_its_line),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
