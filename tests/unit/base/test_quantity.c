/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/base/quantity.h"

static void quantities_become_canonical(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        moly_dim dim;
        double value;
    } rows[] = {
        {"2.5 mCi", MOLY_DIM_ACTIVITY, 92.5e6},
        {"40GBq", MOLY_DIM_ACTIVITY, 40e9},
        {" 1e3 kBq ", MOLY_DIM_ACTIVITY, 1e6},
        {"6.007 h", MOLY_DIM_TIME, 21625.2},
        {"1 y", MOLY_DIM_TIME, 31556926.08},
        {"1 a", MOLY_DIM_TIME, 31556926.08},
        {"10 d", MOLY_DIM_TIME, 864000},
        {"140.5 keV", MOLY_DIM_ENERGY, 140.5},
        {"1.8 MeV", MOLY_DIM_ENERGY, 1800},
        {"5 cm", MOLY_DIM_LENGTH, 50},
        {"0.5 mL", MOLY_DIM_VOLUME, 0.5},
        {"250 mm3", MOLY_DIM_VOLUME, 0.25},
        {"2 mg", MOLY_DIM_MASS, 0.002},
        {"50 rad", MOLY_DIM_ABSORBED_DOSE, 0.5},
        {"100 rem", MOLY_DIM_DOSE_EQUIVALENT, 1},
        {"20 mSv", MOLY_DIM_DOSE_EQUIVALENT, 0.02},
        {"90 %", MOLY_DIM_FRACTION, 0.9},
        {"0.9", MOLY_DIM_FRACTION, 0.9},
        {"16 Mcts", MOLY_DIM_COUNTS, 16e6},
        {"12", MOLY_DIM_COUNTS, 12},
        {"0.15 kBq/MBq", MOLY_DIM_RATIO, 0.00015},
        {"0.1 %", MOLY_DIM_RATIO, 0.001},
        {"70 kg", MOLY_DIM_BODY_MASS, 70},
        {"40uA", MOLY_DIM_CURRENT, 40e-6},
        {"80 uAh", MOLY_DIM_CHARGE, 0.288},
        {"1e14/cm2/s", MOLY_DIM_FLUX, 1e14},
        {"10.22 g/cm3", MOLY_DIM_DENSITY, 10.22},
        {"250 mg/cm2", MOLY_DIM_AREAL_DENSITY, 0.25},
        {"1.75 m", MOLY_DIM_BODY_LENGTH, 175},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        moly_error err = {0};
        double value = 0;
        assert_ok(moly_quantity_parse(rows[i].text, rows[i].dim, &value, &err), err);
        assert_relative(value, rows[i].value, 1e-15);
    }
}

static void what_could_be_misread_is_refused_never_guessed(void **state)
{
    (void)state;
    moly_error err = {0};
    double value = 42;
    assert_fails(moly_quantity_parse("1,5 GBq", MOLY_DIM_ACTIVITY, &value, &err), MOLY_ERR_USAGE,
                 "1.5", err);
    assert_fails(moly_quantity_parse("750", MOLY_DIM_ACTIVITY, &value, &err), MOLY_ERR_USAGE,
                 "750 MBq", err);
    assert_fails(moly_quantity_parse("24 MeV", MOLY_DIM_TIME, &value, &err), MOLY_ERR_USAGE,
                 "unit of energy, not of time", err);
    assert_fails(moly_quantity_parse("5 MBw", MOLY_DIM_ACTIVITY, &value, &err), MOLY_ERR_UNKNOWN,
                 "MBq", err);
    assert_fails(moly_quantity_parse("five MBq", MOLY_DIM_ACTIVITY, &value, &err), MOLY_ERR_USAGE,
                 "number", err);
    assert_fails(moly_quantity_parse("1e400 Bq", MOLY_DIM_ACTIVITY, &value, &err), MOLY_ERR_RANGE,
                 "too large", err);
    assert_fails(moly_quantity_parse("5 MBq MBq", MOLY_DIM_ACTIVITY, &value, &err), MOLY_ERR_USAGE,
                 "behind", err);
    assert_fails(moly_quantity_parse("", MOLY_DIM_ACTIVITY, &value, &err), MOLY_ERR_USAGE, "number",
                 err);
    assert_fails(moly_quantity_parse("nan Bq", MOLY_DIM_ACTIVITY, &value, &err), MOLY_ERR_USAGE,
                 "number", err);
    assert_true(value == 42);
}

static void a_list_is_scanned_piece_by_piece(void **state)
{
    (void)state;
    moly_error err = {0};
    const char *rest = NULL;
    double value;
    assert_ok(moly_quantity_scan("1h,10 d", MOLY_DIM_TIME, &value, &rest, &err), err);
    assert_true(value == 3600);
    assert_string_equal(rest, ",10 d");
    assert_ok(moly_quantity_scan("1 MBq Ac-225 + 2 kBq", MOLY_DIM_ACTIVITY, &value, &rest, &err),
              err);
    assert_string_equal(rest, " Ac-225 + 2 kBq");
}

static void people_read_the_best_prefix(void **state)
{
    (void)state;
    char text[MOLY_QUANTITY_TEXT_SIZE];
    assert_string_equal(moly_quantity_format(18.52e9, MOLY_DIM_ACTIVITY, 4, text), "18.52 GBq");
    assert_string_equal(moly_quantity_format(999999.9, MOLY_DIM_ACTIVITY, 4, text), "1 MBq");
    assert_string_equal(moly_quantity_format(0, MOLY_DIM_ACTIVITY, 4, text), "0 Bq");
    assert_string_equal(moly_quantity_format(-2.5e6, MOLY_DIM_ACTIVITY, 4, text), "-2.5 MBq");
    assert_string_equal(moly_quantity_format(237384, MOLY_DIM_TIME, 4, text), "2.748 d");
    assert_string_equal(moly_quantity_format(511, MOLY_DIM_ENERGY, 4, text), "511 keV");
    assert_string_equal(moly_quantity_format(0.9, MOLY_DIM_FRACTION, 4, text), "90 %");
    assert_string_equal(moly_quantity_format_in(37e6, MOLY_DIM_ACTIVITY, "mCi", 4, text), "1 mCi");
    assert_string_equal(moly_quantity_format(1.5e-4, MOLY_DIM_RATIO, 4, text), "150 Bq/MBq");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantities_become_canonical),
        cmocka_unit_test(what_could_be_misread_is_refused_never_guessed),
        cmocka_unit_test(a_list_is_scanned_piece_by_piece),
        cmocka_unit_test(people_read_the_best_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
