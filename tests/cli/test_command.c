/* SPDX-License-Identifier: Apache-2.0 */
#include "running.h"

#include "cli.h"

static ran result;

static void without_a_command_all_are_listed(void **state)
{
    (void)state;
    static const char *const lines[] = {"moly", "moly help", "moly --help", "moly -h"};
    for (size_t i = 0; i < 4; i++) {
        run_line(lines[i], &result);
        assert_int_equal(result.exit_code, 0);
        assert_contains(result.out, "Usage: moly COMMAND");
        assert_contains(result.out, "\n  completion ");
        assert_string_equal(result.err, "");
    }
}

static void the_version_and_the_data_set_are_told(void **state)
{
    (void)state;
    run_line("moly --version", &result);
    assert_int_equal(result.exit_code, 0);
    assert_int_equal(strncmp(result.out, "moly ", 5), 0);
    assert_contains(result.out, "\nnuclides: ");
}

static void an_unknown_command_exits_2_with_the_nearest(void **state)
{
    (void)state;
    run_line("moly complation", &result);
    assert_int_equal(result.exit_code, 2);
    assert_string_equal(result.out, "");
    assert_contains(result.err, "unknown command \"complation\"; did you mean \"completion\"?");
}

static void a_mistake_goes_to_standard_error_with_the_commands_name(void **state)
{
    (void)state;
    run_line("moly completion tcsh", &result);
    assert_int_equal(result.exit_code, 2);
    assert_string_equal(result.out, "");
    assert_int_equal(strncmp(result.err, "moly completion: ", 17), 0);
    assert_contains(result.err, "bash, zsh, fish");
    run_line("moly completion", &result);
    assert_int_equal(result.exit_code, 2);
    assert_contains(result.err, "shell is required");
    run_line("moly completion bash --fromat json", &result);
    assert_int_equal(result.exit_code, 2);
    assert_contains(result.err, "did you mean --format?");
    run_line("moly --format json help", &result);
    assert_int_equal(result.exit_code, 2);
    assert_contains(result.err, "options follow it");
}

static void with_format_json_a_mistake_is_an_object_on_standard_error(void **state)
{
    (void)state;
    run_line("moly completion tcsh --format json", &result);
    assert_int_equal(result.exit_code, 2);
    assert_string_equal(result.out, "");
    assert_contains(result.err, "\"error\": {");
    assert_contains(result.err, "\"status\": \"MOLY_ERR_UNKNOWN\"");
    assert_contains(result.err, "\"exit_code\": 2");
}

static void every_command_explains_itself_both_ways(void **state)
{
    (void)state;
    moly_arena *arena = moly_arena_new();
    cli_commands list;
    moly_error err = {0};
    assert_ok(cli_commands_list(arena, &list, &err), err);
    for (size_t i = 0; i < list.n; i++) {
        const char *name = list.commands[i]->declaration.name;
        char line[256];
        static ran other;
        (void)snprintf(line, sizeof line, "moly %s --help", name);
        run_line(line, &result);
        (void)snprintf(line, sizeof line, "moly help %s", name);
        run_line(line, &other);
        assert_int_equal(result.exit_code, 0);
        assert_string_equal(result.out, other.out);
        assert_contains(result.out, name);
        assert_contains(result.out, "\nExample:\n");
    }
    moly_arena_free(arena);
}

static void help_speaks_the_readers_language(void **state)
{
    (void)state;
    run_line("LC_ALL=ru_RU.UTF-8 moly help man", &result);
    assert_int_equal(result.exit_code, 0);
    assert_contains(result.out, "Вызов: moly man");
}

static void a_full_disk_exits_74(void **state)
{
    (void)state;
    run_line("moly help >/dev/full", &result);
    assert_int_equal(result.exit_code, 74);
    assert_contains(result.err, "cannot write");
}

static void a_reader_that_went_away_is_no_complaint(void **state)
{
    (void)state;
    run_line("(sleep 0.2; moly completion bash; echo $? >code) | true; sleep 0.4; cat code",
             &result);
    assert_string_equal(result.out, "74\n");
    assert_string_equal(result.err, "");
}

static void a_clock_that_is_no_instant_is_refused(void **state)
{
    (void)state;
    run_line("moly help --clock yesterday", &result);
    assert_int_equal(result.exit_code, 2);
    assert_contains(result.err, "--clock: ");
}

static void completion_is_valid_shell_and_completes(void **state)
{
    (void)state;
    run_line("moly completion bash >c && bash -n c && bash -c '. ./c; COMP_WORDS=(moly comp); "
             "COMP_CWORD=1; _moly; echo \"${COMPREPLY[@]}\"; "
             "COMP_WORDS=(moly completion z); COMP_CWORD=2; _moly; echo \"${COMPREPLY[@]}\"; "
             "COMP_WORDS=(moly man --format j); COMP_CWORD=3; _moly; echo \"${COMPREPLY[@]}\"; "
             "COMP_WORDS=(moly man --f); COMP_CWORD=2; _moly; echo \"${COMPREPLY[@]}\"'",
             &result);
    assert_string_equal(result.err, "");
    assert_string_equal(result.out, "completion\nzsh\njson\n--format\n");
    run_line("moly completion zsh && moly completion fish", &result);
    assert_int_equal(result.exit_code, 0);
    assert_contains(result.out, "#compdef moly");
    assert_contains(result.out, "complete -c moly");
}

static void manual_pages_are_without_fault(void **state)
{
    (void)state;
    run_line("mkdir pages && moly man pages && ls pages", &result);
    assert_int_equal(result.exit_code, 0);
    assert_contains(result.out, "moly.1\n");
    assert_contains(result.out, "moly-completion.1\n");
    run_line("command -v mandoc", &result);
    if (result.exit_code != 0) {
        print_message("mandoc is not here: the pages were not checked\n");
        return;
    }
    /* that other pages are not yet installed is no fault of theirs */
    run_line("mandoc -T lint pages/*.1 | grep -v 'referenced manual not found' || true", &result);
    assert_string_equal(result.out, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_command_all_are_listed),
        cmocka_unit_test(the_version_and_the_data_set_are_told),
        cmocka_unit_test(an_unknown_command_exits_2_with_the_nearest),
        cmocka_unit_test(a_mistake_goes_to_standard_error_with_the_commands_name),
        cmocka_unit_test(with_format_json_a_mistake_is_an_object_on_standard_error),
        cmocka_unit_test(every_command_explains_itself_both_ways),
        cmocka_unit_test(help_speaks_the_readers_language),
        cmocka_unit_test(a_full_disk_exits_74),
        cmocka_unit_test(a_reader_that_went_away_is_no_complaint),
        cmocka_unit_test(a_clock_that_is_no_instant_is_refused),
        cmocka_unit_test(completion_is_valid_shell_and_completes),
        cmocka_unit_test(manual_pages_are_without_fault),
    };
    return cmocka_run_group_tests(tests, run_in_fresh_folder, leave_fresh_folder);
}
