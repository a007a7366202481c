/* SPDX-License-Identifier: Apache-2.0 */
/* moly qualify, as it is run after an installation. */
#include "running.h"

static void found_centre(void)
{
    static ran result;
    run_line("moly init --db sqlite:moly.db --example --training --clock 2026-11-23T06:00Z"
             " && echo physicist-moly > password",
             &result);
    assert_int_equal(result.exit_code, 0);
}

#define QUALIFY                                                                                    \
    "moly qualify --db sqlite:moly.db --clock 2026-11-23T06:30Z --as physicist"                    \
    " --password-file password -o qualification.pdf --format json"

/* EVIDENCE: R-16 an installation and operational qualification report is made by one command,
 * signed */
static void an_installation_qualifies_itself_and_the_report_is_signed(void **state)
{
    (void)state;
    static ran result;
    found_centre();
    run_line(QUALIFY, &result);
    assert_int_equal(result.exit_code, 0);
    assert_contains(result.out, "\"n_failed\": 0");
    assert_contains(result.out, "\"QUA-000001\"");
    assert_contains(result.out, "\"OQ-12\"");
    run_line("head -c 5 qualification.pdf && moly record show qualification QUA-000001"
             " --db sqlite:moly.db --format json",
             &result);
    assert_contains(result.out, "%PDF-");
    assert_contains(result.out, "\"passed\"");
    assert_contains(result.out, "\"physicist\"");
}

static void an_altered_record_fails_the_qualification(void **state)
{
    (void)state;
    static ran result;
    found_centre();
    run_line("perl -0777 -pi -e 's/\"technologist\"/\"uechnologist\"/' moly.db", &result);
    assert_int_equal(result.exit_code, 0);
    run_line(QUALIFY, &result);
    assert_int_equal(result.exit_code, 0);
    assert_null(strstr(result.out, "\"n_failed\": 0"));
    assert_contains(result.out, "was altered");
    run_line("moly record show qualification QUA-000001 --db sqlite:moly.db --format json",
             &result);
    assert_contains(result.out, "\"failed\"");
}

static void nobody_qualifies_without_a_password(void **state)
{
    (void)state;
    static ran result;
    found_centre();
    run_line("echo wrong > password; " QUALIFY, &result);
    assert_int_not_equal(result.exit_code, 0);
    run_line("ls qualification.pdf", &result);
    assert_int_not_equal(result.exit_code, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_installation_qualifies_itself_and_the_report_is_signed,
                                        run_in_fresh_folder, leave_fresh_folder),
        cmocka_unit_test_setup_teardown(an_altered_record_fails_the_qualification,
                                        run_in_fresh_folder, leave_fresh_folder),
        cmocka_unit_test_setup_teardown(nobody_qualifies_without_a_password, run_in_fresh_folder,
                                        leave_fresh_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
