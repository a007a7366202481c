/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/quantify/suv.h"

#include "suv_inside.h"

static void each_formula_gives_what_is_worked_out_by_hand(void **state)
{
    (void)state;
    static const struct {
        body_kind kind;
        const char *sex;
        double measure;
    } cases[] = {
        /* 70 kg, 175 cm: W/H = 0.4, BMI = 22.857142857 */
        {BODY_WEIGHT, NULL, 70000.0},
        {BODY_LEAN_JAMES, "M", (77.0 - 20.48) * 1e3},
        {BODY_LEAN_JAMES, "F", (74.9 - 23.68) * 1e3},
        {BODY_LEAN_MORGAN, "M", (77.0 - 19.2) * 1e3},
        {BODY_LEAN_JANMAHASATIAN, "M", 648900.0 / (6680.0 + 216.0 * 22.857142857142857) * 1e3},
        {BODY_LEAN_JANMAHASATIAN, "F", 648900.0 / (8780.0 + 244.0 * 22.857142857142857) * 1e3},
        {BODY_IDEAL, "M", (48.0 + 24.38) * 1e3},
        {BODY_IDEAL, "F", (45.5 + 20.93) * 1e3},
        {BODY_IDEAL, "O", (0.5 * (72.38 + 66.43)) * 1e3},
        /* 0.007184 * 175^0.725 * 70^0.425 = 1.8481 m2: exponents by logarithms */
        {BODY_SURFACE, NULL, 18480.9},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        moly_error err = {0};
        double measure = 0.0;
        assert_ok(body_measure(cases[i].kind, 70.0, 175.0, cases[i].sex, &measure, &err), err);
        assert_relative(measure, cases[i].measure, cases[i].kind == BODY_SURFACE ? 1e-4 : 1e-12);
    }
}

static void what_a_formula_lacks_is_named(void **state)
{
    (void)state;
    moly_error err = {0};
    double measure;
    assert_fails(body_measure(BODY_WEIGHT, NAN, 175.0, "M", &measure, &err), MOLY_ERR_DATA,
                 "Patient Weight (0010,1030) is missing", err);
    assert_fails(body_measure(BODY_SURFACE, 70.0, NAN, "M", &measure, &err), MOLY_ERR_DATA,
                 "Patient Size (0010,1020) is missing", err);
    assert_fails(body_measure(BODY_IDEAL, 70.0, 175.0, NULL, &measure, &err), MOLY_ERR_DATA,
                 "Patient Sex (0010,0040) is missing", err);
    assert_fails(body_measure(BODY_LEAN_JAMES, 70.0, 175.0, "X", &measure, &err), MOLY_ERR_DATA,
                 "Patient Sex (0010,0040) is X", err);
    /* James turns down for the very heavy: 300 kg at 150 cm */
    assert_fails(body_measure(BODY_LEAN_JAMES, 300.0, 150.0, "F", &measure, &err), MOLY_ERR_DATA,
                 "not for this body", err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_formula_gives_what_is_worked_out_by_hand),
        cmocka_unit_test(what_a_formula_lacks_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
