/* SPDX-License-Identifier: Apache-2.0 */
/* Drivers from texts. */
#include "testing.h"

#include <stdlib.h>

#include "inside.h"
#include "moly/base/text.h"

static void a_balance_is_described_by_a_file(void **state)
{
    (void)state;
    char path[4096], *text = NULL;
    size_t length = 0;
    moly_error err = {0};
    const char *source = getenv("MOLY_SOURCE");
    (void)snprintf(path, sizeof path, "%s/data/devices/mettler-sics.driver", source ? source : ".");
    assert_ok(moly_file_read(path, 65536, &text, &length, &err), err);
    moly_arena *arena = moly_arena_new();
    const moly_device_driver *driver = NULL;
    assert_ok(moly_device_driver_parse(text, length, arena, &driver, &err), err);
    moly_device_frame request;
    moly_device_request(driver, &request);
    assert_int_equal(request.length, 4);
    assert_memory_equal(request.bytes, "SI\r\n", 4);
    /* MT-SICS reference manual: stable, dynamic, and the error that is no weight */
    static const struct {
        const char *line;
        moly_status status;
        double g;
        bool is_stable;
    } cases[] = {{"S S     100.00 g\r\n", MOLY_OK, 100.0, true},
                 {"S D    -  1.250 kg\r\n", MOLY_OK, -1250.0, false},
                 {"S I\r\n", MOLY_ERR_DATA, 0.0, false},
                 {"S S     100.00 lb\r\n", MOLY_ERR_UNKNOWN, 0.0, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        moly_device_reading reading;
        moly_error bad = {0};
        assert_int_equal(moly_device_parse(driver, (const unsigned char *)cases[i].line,
                                           strlen(cases[i].line), &reading, &bad),
                         cases[i].status);
        assert_true(reading.value == cases[i].g);
        assert_true(reading.is_flagged_stable == cases[i].is_stable);
    }
    moly_arena_free(arena);
    moly_free(text);
}

static void refused(const char *text, const char *piece)
{
    moly_arena *arena = moly_arena_new();
    const moly_device_driver *driver = NULL;
    moly_error err = {0};
    moly_status status = moly_device_driver_parse(text, strlen(text), arena, &driver, &err);
    if (status != MOLY_ERR_DATA || !strstr(err.message, piece) || driver) {
        fail_msg("wanted '%s', got %s: %s", piece, moly_status_name(status), err.message);
    }
    moly_arena_free(arena);
}

static void what_is_wrong_in_a_file_is_named_with_its_line(void **state)
{
    (void)state;
    refused("name = x\nbaud = many\n", "line 2: ");
    refused("baud = 10\n", "not within 50 to 4000000");
    refused("colour = red\n", "'colour' is none of name");
    refused("name\n", "not key = value");
    refused("name =\n", "has no value");
    refused("unit = g\n", "a unit is its word, its factor");
    refused("unit = g 1 lb\n", "none of bq");
    refused("unit = g 1 g\nunit = g 1000 g\n", "there twice");
    refused("unit = g 0 g\n", "not within");
    refused("nuclide = X Zz-99\n", "none that devices");
    refused("name = x\nkind = y\n", "are needed");
    refused("name = x\nkind = y\nunit = g 1 g\npattern = {weight} {unit}\n", "not a field");
    refused("name = x\nkind = y\nunit = g 1 g\npattern = {value}\n", "1 {value} and 0 {unit}");
    refused("name = x\nkind = y\nunit = g 1 g\nunit = cps 1 per_s\npattern = {value} {unit}\n",
            "one quantity");
    refused("request = \\xzz\n", "not hexadecimal");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_balance_is_described_by_a_file),
        cmocka_unit_test(what_is_wrong_in_a_file_is_named_with_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
