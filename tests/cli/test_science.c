/* SPDX-License-Identifier: Apache-2.0 */
/* The science commands as people and programs run them. */
#include "running.h"

#include <jansson.h>

static ran result;

static json_t *run_json(const char *line)
{
    json_error_t error;
    run_line(line, &result);
    if (result.exit_code != 0) {
        fail_msg("%s: exit %d: %s", line, result.exit_code, result.err);
    }
    json_t *json = json_loads(result.out, 0, &error);
    if (json == NULL) {
        fail_msg("%s: %s", line, error.text);
    }
    return json;
}

static double real_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

static void decay_prints_every_member_at_every_time(void **state)
{
    (void)state;
    json_t *json = run_json("moly decay '1 MBq Mo-99 + 1 MBq Mo-99' --after 1h,66h --format json");
    assert_true(json_is_string(json_object_get(json, "data_set")));
    const json_t *results = json_object_get(json, "results");
    assert_int_equal(json_array_size(results), 2);
    assert_true(real_of(json_array_get(results, 1), "after_s") == 66.0 * 3600.0);
    const json_t *nuclides = json_object_get(json_array_get(results, 0), "nuclides");
    static const char *const chain[] = {"Mo-99", "Tc-99m", "Tc-99", "Ru-99"};
    assert_int_equal(json_array_size(nuclides), 4);
    double atoms = 0.0;
    for (size_t i = 0; i < 4; i++) {
        const json_t *row = json_array_get(nuclides, i);
        assert_int_equal(json_object_size(row), 4);
        assert_string_equal(json_string_value(json_object_get(row, "nuclide")), chain[i]);
        assert_true(real_of(row, "activity_bq") >= 0.0 && real_of(row, "decays") >= 0.0);
        atoms += real_of(row, "atoms");
    }
    const json_t *mo99 = json_array_get(nuclides, 0);
    /* two terms add up, and nothing is lost: what was there is there or has decayed */
    assert_relative(real_of(mo99, "atoms") + real_of(mo99, "decays"), atoms, 1e-12);
    assert_true(real_of(mo99, "activity_bq") > 1.9e6 && real_of(mo99, "activity_bq") < 2e6);
    json_decref(json);
}

static void decay_goes_from_the_calibration_to_instants(void **state)
{
    (void)state;
    json_t *json = run_json("moly decay '1 GBq Tc-99m' --calibrated 2026-11-20T06:00Z "
                            "--at '2026-11-20T12:00Z, 2026-11-21T12:00+06:00' --format json");
    const json_t *results = json_object_get(json, "results");
    assert_true(real_of(json_array_get(results, 0), "after_s") == 6.0 * 3600.0);
    assert_true(real_of(json_array_get(results, 1), "after_s") == 24.0 * 3600.0);
    assert_string_equal(json_string_value(json_object_get(json_array_get(results, 1), "at")),
                        "2026-11-21T06:00:00Z");
    json_t *after = run_json("moly decay '1 GBq Tc-99m' --after 6h,24h --format json");
    const json_t *first = json_array_get(json_object_get(after, "results"), 0);
    assert_int_equal(json_object_size(first), 2); /* no instant where none was given */
    assert_true(json_equal(json_object_get(first, "nuclides"),
                           json_object_get(json_array_get(results, 0), "nuclides")));
    json_decref(after);
    json_decref(json);
    /* beyond the calendar an instant is not known */
    json = run_json("moly decay '1 GBq Tc-99m' --calibrated 2026-11-20T06:00Z --after 9000y "
                    "--format json");
    results = json_object_get(json, "results");
    assert_true(json_is_null(json_object_get(json_array_get(results, 0), "at")));
    json_decref(json);
}

static void times_that_do_not_belong_together_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *times, *message;
    } refused[] = {
        {"", "give --after, or --calibrated and --at"},
        {"--at 2026-11-20T12:00Z", "needs --calibrated"},
        {"--after 1h --calibrated now --at now", "exclude each other"},
        {"--calibrated 2026-11-20T12:00Z --at 2026-11-20T11:00Z", "before the calibration"},
        {"--calibrated 2026-11-20T12:00Z --at 2026-11-20T13:00Z,", "is no instant"},
        {"--calibrated 2026-11-20T12:00Z --at 13:00", "is no instant"},
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char line[200];
        (void)snprintf(line, sizeof line, "moly decay '1 GBq Tc-99m' %s", refused[i].times);
        run_line(line, &result);
        assert_int_equal(result.exit_code, 2);
        assert_contains(result.err, refused[i].message);
    }
}

static void names_are_read_in_every_usual_spelling(void **state)
{
    (void)state;
    static const char *const spellings[] = {"Tc-99m", "Tc99m", "99mTc", "99mtc"};
    for (size_t i = 0; i < 4; i++) {
        char line[128];
        (void)snprintf(line, sizeof line, "moly decay '1 MBq %s' --after 6h --format json",
                       spellings[i]);
        json_t *json = run_json(line);
        assert_contains(result.out, "\"nuclide\": \"Tc-99m\"");
        json_decref(json);
    }
}

static void what_is_unknown_exits_2_and_suggests_the_nearest(void **state)
{
    (void)state;
    run_line("moly decay '1 MBq Lu-1777' --after 1h", &result);
    assert_int_equal(result.exit_code, 2);
    assert_contains(result.err, "Lu-177");
    run_line("moly decay '1 MBz Lu-177' --after 1h", &result);
    assert_int_equal(result.exit_code, 2);
    assert_contains(result.err, "MBq");
    run_line("moly nuclide show Tc-999 --format json", &result);
    assert_int_equal(result.exit_code, 2);
    assert_contains(result.err, "\"error\"");
    run_line("moly decay '1 MBq F-18' --after -1h", &result);
    assert_int_equal(result.exit_code, 2);
    run_line("moly decay '1 MBq F-18' --after 1h --data icrp07:nowhere", &result);
    assert_int_equal(result.exit_code, 66);
}

static void a_nuclide_is_shown_with_every_line_in_json_and_the_strong_ones_in_a_table(void **state)
{
    (void)state;
    json_t *json = run_json("moly nuclide show Lu-177 --format json");
    assert_relative(real_of(json, "half_life_s"), 6.65 * 86400.0, 2e-3); /* 6.6443(9) d, NIST */
    size_t n_lines = json_array_size(json_object_get(json, "lines"));
    assert_true(n_lines > 20);
    assert_null(json_object_get(json, "not_shown"));
    for (size_t i = 0; i < n_lines; i++) {
        const json_t *line = json_array_get(json_object_get(json, "lines"), i);
        assert_true(json_is_string(json_object_get(line, "source")));
    }
    json_decref(json);
    run_line("moly nuclide show Lu-177", &result);
    assert_int_equal(result.exit_code, 0);
    assert_contains(result.out, "Fainter lines");
    assert_contains(result.out, "208.36");
    run_line("moly nuclide show Lu-177 --all", &result);
    assert_null(strstr(result.out, "Fainter lines"));
}

static void what_has_no_lines_warns_and_csv_has_every_table(void **state)
{
    (void)state;
    json_t *json = run_json("moly nuclide show Rb-81 --format json");
    assert_string_equal(json_string_value(json_object_get(json, "lines_status")),
                        "not_in_evaluation");
    assert_int_equal(json_array_size(json_object_get(json, "warnings")), 1);
    json_decref(json);
    run_line("moly nuclide show Rb-81", &result);
    assert_contains(result.out, "compute no dose");
    json = run_json("moly nuclide show Tc-99m --format json");
    assert_string_equal(json_string_value(json_object_get(json, "lines_status")), "listed");
    assert_int_equal(json_array_size(json_object_get(json, "warnings")), 0);
    json_decref(json);
    run_line("moly nuclide show Tc-99m --format csv", &result);
    assert_true(strncmp(result.out, "section,nuclide,half_life_s,", 28) == 0);
    assert_contains(result.out, "\nresult,Tc-99m,");
    assert_contains(result.out, "\nbranches,Tc-99m,");
    assert_contains(result.out, "\nlines,Tc-99m,");
    run_line("LC_ALL=ru_RU.UTF-8 moly nuclide show Tc-99m", &result);
    assert_contains(result.out, "Период полураспада");
}

static void the_bench_says_how_fast_and_how_exact(void **state)
{
    (void)state;
    json_t *json = run_json("moly bench decay --threads 2 --format json");
    assert_true(real_of(json, "full_inventory_1000_times_s") > 0.0);
    assert_true(real_of(json, "ac225_chain_1000_times_s") > 0.0);
    assert_true(real_of(json, "n_checked") > 500.0);
    assert_true(real_of(json, "largest_relative_error") < 1e-12);
    json_decref(json);
}

/* The contract of `moly irradiate --flux`: Lu-176 at 82 %, 14 d at 1e14: some 570 GBq a milligram.
 */
static void irradiate_in_a_reactor_gives_activities_routes_and_what_is_open(void **state)
{
    (void)state;
    json_t *json =
        run_json("moly irradiate --flux 1e14/cm2/s --epithermal-ratio 0.02 --temperature 20C "
                 "--time 14d --target 'Lu{176:0.82,175:0.18}' --mass 1mg "
                 "--product Lu-177 --format json");
    const json_t *first = json_array_get(json_object_get(json, "nuclides"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "nuclide")), "Lu-177");
    assert_true(real_of(first, "activity_eob_bq") > 4e11 &&
                real_of(first, "activity_eob_bq") < 7e11);
    assert_true(real_of(first, "u_rel") > 0.0 && real_of(first, "u_rel") < 0.2);
    assert_true(json_array_size(json_object_get(json, "not_evaluated")) > 0);
    const json_t *best = json_object_get(json, "best_time");
    assert_true(real_of(best, "most_activity_s") > real_of(best, "most_specific_activity_s") * 0.5);
    json_decref(json);
}

static void what_a_reactor_cannot_be_asked_exits_2(void **state)
{
    (void)state;
    static const char *const lines[][2] = {
        {"--target Lu --mass -1mg --time 1d", "-1 mg"},
        {"--target 'Lu{176:0.8,175:0.1}' --mass 1mg --time 1d", "0.9"},
        {"--target Xx --mass 1mg --time 1d", "Xx"},
        {"--target 131I --mass 1mg --time 1d", "no thermal cross section is known for I-131"},
        {"--target Lu --mass 1mg --time 1d --product F-18", "makes F-18"},
        {"--target Lu --mass 1mg --time 1d --temperature 900C", "from 0 to 600 C"},
        {"--target Lu --time 1d", "--mass"},
        {"--target Lu --mass 1mg", "--time"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char line[256];
        (void)snprintf(line, sizeof line, "moly irradiate --flux 1e14/cm2/s %s", lines[i][0]);
        run_line(line, &result);
        assert_int_equal(result.exit_code, 2);
        assert_contains(result.err, lines[i][1]);
    }
}

/* The contract of `moly generator`, and its bad input. */
static void generator_prints_one_row_an_elution(void **state)
{
    (void)state;
    json_t *json =
        run_json("moly generator Mo-99/Tc-99m --activity 37GBq --calibrated 2026-11-20T06:00Z "
                 "--elute 24h,48h,72h --efficiency 0.9 --breakthrough 1e-5 --format json");
    const json_t *elutions = json_object_get(json, "elutions");
    assert_int_equal(json_array_size(elutions), 3);
    const json_t *last = json_array_get(elutions, 2);
    assert_true(real_of(last, "after_s") == 259200.0);
    assert_string_equal(json_string_value(json_object_get(last, "at")), "2026-11-23T06:00:00Z");
    assert_relative(real_of(last, "breakthrough_bq"), 1e-5 * real_of(last, "parent_on_column_bq"),
                    1e-14);
    assert_true(real_of(last, "eluted_bq") > 13e9 && real_of(last, "eluted_bq") < 15e9);
    json_decref(json);
    run_line("moly generator Mo-99/Tc-99m --activity 37GBq --elute 48h,24h", &result);
    assert_int_equal(result.exit_code, 2);
    assert_contains(result.err, "before the last one");
    run_line("moly generator Mo-99 --activity 37GBq --elute 24h", &result);
    assert_int_equal(result.exit_code, 2);
    run_line("moly generator Mo-99/Ga-68 --activity 37GBq --elute 24h", &result);
    assert_int_equal(result.exit_code, 2);
    assert_contains(result.err, "does not decay to Ga-68");
    run_line(
        "moly generator Mo-99/Tc-99m --activity 37GBq --elute 24h,48h --efficiency 90%,80%,70%",
        &result);
    assert_int_equal(result.exit_code, 2);
    assert_contains(result.err, "3 efficiencies for 2 elutions");
}

/* The target: a day of 3 products, 8 clinics and 60 doses under 1 s. */
static void a_day_of_sixty_doses_is_planned_within_a_second(void **state)
{
    (void)state;
    json_t *json = run_json("moly bench plan --format json");
    const json_t *days = json_object_get(json, "days");
    assert_int_equal(json_array_size(days), 3);
    for (size_t i = 0; i < json_array_size(days); i++) {
        const json_t *day = json_array_get(days, i);
        assert_true(real_of(day, "plan_s") < 1.0);
        assert_true(real_of(day, "relative_error") < 1e-12); /* rounding of 60 exponentials */
    }
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decay_prints_every_member_at_every_time),
        cmocka_unit_test(decay_goes_from_the_calibration_to_instants),
        cmocka_unit_test(times_that_do_not_belong_together_are_refused),
        cmocka_unit_test(names_are_read_in_every_usual_spelling),
        cmocka_unit_test(what_is_unknown_exits_2_and_suggests_the_nearest),
        cmocka_unit_test(a_nuclide_is_shown_with_every_line_in_json_and_the_strong_ones_in_a_table),
        cmocka_unit_test(what_has_no_lines_warns_and_csv_has_every_table),
        cmocka_unit_test(the_bench_says_how_fast_and_how_exact),
        cmocka_unit_test(a_day_of_sixty_doses_is_planned_within_a_second),
        cmocka_unit_test(irradiate_in_a_reactor_gives_activities_routes_and_what_is_open),
        cmocka_unit_test(what_a_reactor_cannot_be_asked_exits_2),
        cmocka_unit_test(generator_prints_one_row_an_elution),
    };
    return cmocka_run_group_tests(tests, run_in_fresh_folder, leave_fresh_folder);
}
