/* SPDX-License-Identifier: Apache-2.0 */
/* Which vial a dose is drawn from. */
#include <stdlib.h>

#include "clinic/allot.h"
#include "testing.h"

/* A small congruential generator; the same cases each time. */
static double chance(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (double)(*state >> 8) / 16777216.0;
}

enum { DOSES = 6, VIALS = 3 };

/* Every way to draw, tried. */
static int most_by_trial(const allot_dose *doses, const allot_vial *vials)
{
    int most = 0, ways = 1;
    for (int i = 0; i < DOSES; i++) {
        ways *= VIALS + 1;
    }
    for (int way = 0; way < ways; way++) {
        double left[VIALS];
        int n = 0, rest = way;
        bool is_possible = true;
        for (int v = 0; v < VIALS; v++) {
            left[v] = vials[v].capacity_bq;
        }
        for (int i = 0; i < DOSES; i++, rest /= VIALS + 1) {
            int v = rest % (VIALS + 1);
            if (v == VIALS) {
                continue;
            }
            left[v] -= doses[i].size_bq;
            n++;
            is_possible = is_possible && left[v] >= 0.0 && doses[i].group == vials[v].group &&
                          vials[v].expiry_us >= doses[i].injected_us;
        }
        most = is_possible && n > most ? n : most;
    }
    return most;
}

static void as_many_are_served_as_by_trying_every_way(void **state)
{
    (void)state;
    uint32_t seed = 7;
    for (int round = 0; round < 300; round++) {
        allot_dose doses[DOSES];
        allot_vial vials[VIALS];
        int vial_of[DOSES], served = 0;
        double used[VIALS] = {0};
        for (int i = 0; i < DOSES; i++) {
            doses[i] = (allot_dose){1.0 + 9.0 * chance(&seed), (int64_t)(100.0 * chance(&seed)),
                                    chance(&seed) < 0.3};
        }
        for (int v = 0; v < VIALS; v++) {
            vials[v] = (allot_vial){20.0 * chance(&seed), (int64_t)(130.0 * chance(&seed)),
                                    chance(&seed) < 0.3};
        }
        assert_true(allot_doses(doses, DOSES, vials, VIALS, vial_of));
        for (int i = 0; i < DOSES; i++) {
            int v = vial_of[i];
            if (v == ALLOT_NONE) {
                continue;
            }
            served++;
            used[v] += doses[i].size_bq;
            assert_int_equal(doses[i].group, vials[v].group);
            assert_true(vials[v].expiry_us >= doses[i].injected_us);
            assert_true(used[v] <= vials[v].capacity_bq * (1.0 + 1e-12));
        }
        assert_int_equal(served, most_by_trial(doses, vials));
    }
}

static void no_second_vial_is_opened_when_one_has_enough(void **state)
{
    (void)state;
    const allot_dose doses[] = {{3.0, 10, 0}, {2.0, 20, 0}, {4.0, 30, 0}};
    const allot_vial vials[] = {{5.0, 100, 0}, {9.5, 100, 0}};
    int vial_of[3];
    assert_true(allot_doses(doses, 3, vials, 2, vial_of));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(vial_of[i], 1);
    }
}

static void a_long_day_is_solved(void **state)
{
    (void)state;
    allot_dose doses[30];
    allot_vial vials[10];
    int vial_of[30], served = 0;
    uint32_t seed = 11;
    for (int i = 0; i < 30; i++) {
        doses[i] = (allot_dose){600e6 * (1.0 + 0.05 * i), i, 0};
    }
    for (int v = 0; v < 10; v++) {
        vials[v] = (allot_vial){2.4e9 + 1e9 * chance(&seed), 1000, 0};
    }
    (void)allot_doses(doses, 30, vials, 10, vial_of);
    for (int i = 0; i < 30; i++) {
        served += vial_of[i] != ALLOT_NONE;
    }
    assert_true(served >= 26);
}

static void nothing_is_drawn_from_nothing(void **state)
{
    (void)state;
    const allot_dose dose = {1.0, 0, 0};
    int vial_of[1] = {5};
    assert_true(allot_doses(&dose, 1, NULL, 0, vial_of));
    assert_int_equal(vial_of[0], ALLOT_NONE);
    assert_true(allot_doses(NULL, 0, NULL, 0, vial_of));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_many_are_served_as_by_trying_every_way),
        cmocka_unit_test(no_second_vial_is_opened_when_one_has_enough),
        cmocka_unit_test(a_long_day_is_solved),
        cmocka_unit_test(nothing_is_drawn_from_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
