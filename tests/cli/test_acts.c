/* SPDX-License-Identifier: Apache-2.0 */
/* Acts on the command line: the event, the refusal with its rule and exit code, and the words in
 * the reader's language. */
#include "running.h"

#include <jansson.h>

#define AT " --clock 2026-11-23T04:00Z"

static ran result;

static int make_centre(void **state)
{
    if (run_in_fresh_folder(state) != 0) {
        return -1;
    }
    run_line("moly init --db sqlite:moly.db --example --training --utc-offset 360"
             " --clock 2026-11-23T03:00Z && echo radiopharmacist-moly > password"
             " && echo wrong-password > wrong",
             &result);
    return result.exit_code;
}

static void an_act_prints_its_event(void **state)
{
    (void)state;
    run_line("moly act pharmacy.release --db sqlite:moly.db --as radiopharmacist"
             " --password-file password --kit KIT-000002 --format json" AT,
             &result);
    assert_int_equal(result.exit_code, 0);
    json_t *event = json_loads(result.out, 0, NULL);
    assert_non_null(event);
    assert_string_equal(json_string_value(json_object_get(event, "kind")), "pharmacy.release");
    assert_int_equal(strlen(json_string_value(json_object_get(event, "hash"))), 64);
    assert_true(json_is_integer(json_object_get(event, "seq")));
    assert_true(json_is_object(json_object_get(event, "body")));
    json_decref(event);
}

static void a_refusal_exits_3_and_names_its_rule(void **state)
{
    (void)state;
    run_line("moly act pharmacy.release --db sqlite:moly.db --as radiopharmacist"
             " --password-file password --kit KIT-000003 --format json" AT,
             &result);
    assert_int_equal(result.exit_code, 3);
    json_t *error = json_loads(result.err, 0, NULL);
    const json_t *inside = json_object_get(error, "error");
    assert_string_equal(json_string_value(json_object_get(inside, "rule")), "R-13");
    assert_string_equal(json_string_value(json_object_get(inside, "status")), "MOLY_ERR_RULE");
    assert_contains(json_string_value(json_object_get(inside, "message")),
                    "KIT-000003 is labelled");
    json_decref(error);
}

static void a_wrong_password_and_none_sign_nothing(void **state)
{
    (void)state;
    static const char *const passwords[] = {" --password-file wrong", ""};
    for (size_t i = 0; i < 2; i++) {
        char line[400];
        (void)snprintf(line, sizeof line,
                       "moly act pharmacy.reject --db sqlite:moly.db --as radiopharmacist%s"
                       " --kit KIT-000003 --reason test" AT,
                       passwords[i]);
        run_line(line, &result);
        assert_int_equal(result.exit_code, 3);
        assert_contains(result.err, "password");
    }
}

static void an_act_that_needs_no_signature_names_the_local_account(void **state)
{
    (void)state;
    run_line("moly act clinic.register_patient --db sqlite:moly.db --as technologist --name Test"
             " --birth-date 1980-01-01 --sex male --format json" AT,
             &result);
    assert_int_equal(result.exit_code, 0);
    assert_contains(result.out, "\"authentication\": \"local account ");
}

static void a_preview_shows_the_volume_and_writes_nothing(void **state)
{
    (void)state;
    run_line("moly act clinic.draw_dose --db sqlite:moly.db --as technologist --order ORD-000007"
             " --kit KIT-000001 --preview --format json" AT,
             &result);
    assert_int_equal(result.exit_code, 0);
    assert_contains(result.out, "\"volume_ml\"");
    run_line("moly record show order ORD-000007 --db sqlite:moly.db --format json" AT, &result);
    assert_contains(result.out, "\"state\": \"ordered\"");
}

static void an_unknown_act_is_named_with_the_nearest(void **state)
{
    (void)state;
    run_line("moly act pharmacy.elut --db sqlite:moly.db", &result);
    assert_int_equal(result.exit_code, 2);
    assert_contains(result.err, "pharmacy.elute");
}

static void a_simulated_clock_is_for_training_only(void **state)
{
    (void)state;
    run_line("echo three hens in a boat > first && moly init --db sqlite:real.db --admin admin "
             "--country KG"
             " --password-file first --password-cost minimal",
             &result);
    assert_int_equal(result.exit_code, 0);
    run_line("moly record list person --db sqlite:real.db" AT, &result);
    assert_int_equal(result.exit_code, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_act_prints_its_event),
        cmocka_unit_test(a_refusal_exits_3_and_names_its_rule),
        cmocka_unit_test(a_wrong_password_and_none_sign_nothing),
        cmocka_unit_test(an_act_that_needs_no_signature_names_the_local_account),
        cmocka_unit_test(a_preview_shows_the_volume_and_writes_nothing),
        cmocka_unit_test(an_unknown_act_is_named_with_the_nearest),
        cmocka_unit_test(a_simulated_clock_is_for_training_only),
    };
    return cmocka_run_group_tests(tests, make_centre, leave_fresh_folder);
}
