/* SPDX-License-Identifier: Apache-2.0 */
/* moly irradiate --beam as people and programs run it. */
#include "running.h"

#include <jansson.h>

static ran result;

static json_t *run_json(const char *line)
{
    json_error_t error;
    char whole[1024];
    (void)snprintf(whole, sizeof whole, "moly irradiate %s --format json", line);
    run_line(whole, &result);
    if (result.exit_code != 0) {
        fail_msg("%s: exit %d: %s", whole, result.exit_code, result.err);
    }
    json_t *json = json_loads(result.out, 0, &error);
    if (json == NULL) {
        fail_msg("%s: %s", whole, error.text);
    }
    return json;
}

static double real_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_number(value)) {
        fail_msg("'%s' is no number", key);
    }
    return json_number_value(value);
}

#define WATER "--beam p --energy 16MeV --current 40uA --target 'H2O{18O:0.98,16O:0.02}' "

/* 200 GBq after two hours at 40 uA: what cyclotrons of this energy deliver from a thick target of
 * pure water (saturation near 9.4 GBq/uA; TECDOC-1211: 12.8 GBq/uA in pure 18O2). */
static void fluorine_from_water(void **state)
{
    (void)state;
    json_t *json = run_json(WATER "--time 2h --cool 30min --product F-18");
    const json_t *rows = json_object_get(json, "nuclides");
    const json_t *f18 = json_array_get(rows, 0);
    assert_string_equal(json_string_value(json_object_get(f18, "nuclide")), "F-18");
    assert_relative(real_of(f18, "activity_eob_bq"), 200e9, 0.03);
    assert_relative(real_of(f18, "activity_end_bq") / real_of(f18, "activity_eob_bq"),
                    exp2(-1800.0 / 6586.2), 1e-3);
    assert_relative(real_of(f18, "physical_yield_bq_per_c") /
                        real_of(f18, "saturation_yield_bq_per_a"),
                    0.69314718 / 6586.2, 1e-3);
    assert_non_null(strstr(json_string_value(json_object_get(f18, "source")), "D4111006"));
    assert_true(real_of(f18, "u_rel") > 0.03);
    assert_relative(real_of(json, "heat_w"), 640.0, 1e-9);
    assert_true(json_array_size(rows) > 3); /* N-13 and what else the oxygen gives */
    const json_t *open = json_object_get(json, "not_evaluated");
    assert_true(json_is_array(open) && json_is_string(json_array_get(open, 0)));
    json_decref(json);
}

static void a_history_with_an_interruption(void **state)
{
    (void)state;
    json_t *whole = run_json(WATER "--time 1h"),
           *parts = run_json("--beam p --energy 16MeV --history '40uA 30min, 40uA 0.5h' --target "
                             "'H2O{18O:0.98,16O:0.02}'");
    assert_relative(
        real_of(json_array_get(json_object_get(parts, "nuclides"), 0), "activity_eob_bq"),
        real_of(json_array_get(json_object_get(whole, "nuclides"), 0), "activity_eob_bq"), 1e-12);
    json_decref(whole);
    json_decref(parts);
}

static void a_stack_shares_the_heat(void **state)
{
    (void)state;
    json_t *json = run_json(WATER "--time 1h --layers 'Al 0.4 mm, target, Cu 1mm'");
    const json_t *layers = json_object_get(json, "layers");
    assert_int_equal(json_array_size(layers), 3);
    double heat = 0.0;
    for (size_t i = 0; i < 3; i++) {
        heat += real_of(json_array_get(layers, i), "heat_w");
    }
    assert_relative(heat, 640.0, 1e-9);
    assert_true(real_of(json, "heat_w") < 600.0);
    assert_true(real_of(json_array_get(layers, 1), "energy_in_mev") < 14.0);
    json_decref(json);
}

/* What is wrong, and a piece of the sentence that says so. */
static void bad_input_is_refused_with_a_sentence(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"--energy 16MeV --current 1uA --time 1h --target Mo", "--beam"},
        {"--beam p --current 1uA --time 1h --target Mo", "--energy"},
        {"--beam p --energy 16MeV --time 1h --target Mo", "--current"},
        {"--beam p --energy 16MeV --current 1uA --time 1h", "target"},
        {"--beam p --energy 16MeV --current 1uA --time 1h --target C --product N-13", "N-13"},
        {"--beam p --energy 40MeV --current 1uA --time 1h --target 18O --product F-18", "29.8 MeV"},
        {"--beam p --energy 500MeV --current 1uA --time 1h --target Mo", "500 MeV"},
        {"--beam p --energy 16MeV --current 1uA --time 1h --target 'Mo{100:0.9,98:0.05}'", "0.95"},
        {"--beam p --energy 16MeV --current 1uA --time 1h --target Mo --layers 'Cu'", "how thick"},
        {"--beam p --energy 16MeV --current 1uA --time 1h --target Mo --layers 'Cu -1mm'", "Cu"},
        {"--beam p --energy 16MeV --current 1uA --time 1h --target Mo --layers 'target, target'",
         "twice"},
        {"--beam p --energy 16MeV --current 1uA --time 1h --target Mo --exit-energy 17MeV",
         "exit energy"},
        {"--beam p --energy 16MeV --current 1uA --time 1h --target Mo --layers 'Cu 5mm'",
         "stops before"},
        {"--beam g --energy 16MeV --current 1uA --time 1h --target Mo", "converter"},
        {"--beam g --energy 16MeV --current 1uA --time 1h --target Mo --converter 'W 1mm'",
         "how thick"},
        {"--beam p --energy 16MeV --history '1uA 1h 2uA' --target Mo", "comma"},
        {"--beam p --energy 16MeV --history '1uA' --target Mo", "step 1"},
        {"--beam p --energy 16MeV --history '1uA 1h, 40A 1h' --target Mo", "at most 1 A"},
        {"--flux 1e14/cm2/s --history '1e142/cm2/s 4d' --target 98Mo --mass 1g", "at most 1e+17"},
        {"--beam p --energy 16MeV --current 1uA --time 1h --target Mo --product Xx-99", "Xx-99"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char line[1024];
        (void)snprintf(line, sizeof line, "moly irradiate %s", wrong[i][0]);
        run_line(line, &result);
        if (result.exit_code != 2) {
            fail_msg("%s: exit %d, not 2: %s", line, result.exit_code, result.err);
        }
        assert_contains(result.err, wrong[i][1]);
        assert_int_equal(strlen(result.out), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fluorine_from_water),
        cmocka_unit_test(a_history_with_an_interruption),
        cmocka_unit_test(a_stack_shares_the_heat),
        cmocka_unit_test(bad_input_is_refused_with_a_sentence),
    };
    return cmocka_run_group_tests(tests, run_in_fresh_folder, leave_fresh_folder);
}
