/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/base/text.h"

static const char *const names[] = {"Tc-99m", "Tc-99", "Lu-177", "Ac-225", "decay"};
enum { N_NAMES = sizeof names / sizeof names[0] };

static void the_nearest_name_is_suggested(void **state)
{
    (void)state;
    assert_string_equal(moly_nearest("Lu-117", names, N_NAMES), "Lu-177");
    assert_string_equal(moly_nearest("ac-252", names, N_NAMES), "Ac-225");
    assert_string_equal(moly_nearest("dacey", names, N_NAMES), "decay");
}

static void what_is_far_from_all_is_not_suggested(void **state)
{
    (void)state;
    assert_null(moly_nearest("x", names, N_NAMES));
    assert_null(moly_nearest("", names, N_NAMES));
    assert_null(moly_nearest("reconstruction", names, N_NAMES));
    char longer[200];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_null(moly_nearest(longer, names, N_NAMES));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_name_is_suggested),
        cmocka_unit_test(what_is_far_from_all_is_not_suggested),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
