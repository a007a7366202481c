/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <unistd.h>

#include "moly/base/memory.h"
#include "moly/base/text.h"

static void a_file_is_replaced_whole(void **state)
{
    (void)state;
    char folder[] = "/tmp/moly-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char path[64];
    (void)snprintf(path, sizeof path, "%s/a.txt", folder);
    moly_error err = {0};
    assert_ok(moly_file_write(path, "first", 5, &err), err);
    assert_ok(moly_file_write(path, "second", 6, &err), err);
    char *data = NULL;
    size_t length = 0;
    assert_ok(moly_file_read(path, 100, &data, &length, &err), err);
    assert_int_equal(length, 6);
    assert_string_equal(data, "second");
    moly_free(data);
    assert_fails(moly_file_read(path, 5, &data, &length, &err), MOLY_ERR_RANGE, "5 bytes", err);
    assert_int_equal(unlink(path), 0);
    assert_fails(moly_file_read(path, 100, &data, &length, &err), MOLY_ERR_NOT_FOUND, path, err);
    assert_int_equal(rmdir(folder), 0);
}

static void a_folder_that_is_missing_is_named(void **state)
{
    (void)state;
    moly_error err = {0};
    assert_fails(moly_file_write("/no/such/folder/x", "a", 1, &err), MOLY_ERR_NOT_FOUND,
                 "/no/such/folder/x", err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_replaced_whole),
        cmocka_unit_test(a_folder_that_is_missing_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
