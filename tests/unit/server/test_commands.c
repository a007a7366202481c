/* SPDX-License-Identifier: Apache-2.0 */
/* Calculations by HTTP. */
#include "serving.h"

#include <sodium.h>

static served s;

static int start(void **state)
{
    (void)state;
    serve_open(&s);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    serve_close(&s);
    return 0;
}

static void decay_is_what_the_command_line_prints(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "physicist");
    answer got =
        ask(&s, "POST", "/api/commands/decay",
            (asking){.token = who.token,
                     .body = "{\"inventory\":\"1 GBq F-18\",\"after\":[\"109.734 min\"]}"});
    assert_http(&got, 200);
    const json_t *first = json_array_get(json_object_get(got.json, "results"), 0);
    const json_t *f18 = json_array_get(json_object_get(first, "nuclides"), 0);
    assert_string_equal(text_in(f18, "nuclide"), "F-18");
    assert_relative(number_in(f18, "activity_bq"), 0.5e9, 1e-3);
    answer_free(&got);
}

static void a_target_is_irradiated(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "physicist");
    answer got = ask(&s, "POST", "/api/commands/irradiate",
                     (asking){.token = who.token,
                              .body = "{\"beam\":\"p\",\"energy\":\"16 MeV\",\"current\":\"40 uA\","
                                      "\"time\":\"2 h\",\"target\":\"H2O{18O:0.98,16O:0.02}\"}"});
    assert_http(&got, 200);
    const json_t *f18 = json_array_get(json_object_get(got.json, "nuclides"), 0);
    assert_string_equal(text_in(f18, "nuclide"), "F-18");
    assert_relative(number_in(got.json, "heat_w"), 640.0, 1e-3); /* 16 MeV times 40 uA */
    answer_free(&got);
}

static void what_would_read_the_machine_is_refused(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "physicist");
    answer got = ask(&s, "POST", "/api/commands/decay",
                     (asking){.token = who.token,
                              .body = "{\"inventory\":\"1 GBq F-18\",\"after\":[\"1 h\"],"
                                      "\"data\":\"icrp07:/etc\"}"});
    assert_http(&got, 400);
    assert_non_null(strstr(error_in(&got, "message"), "files of the server"));
    answer_free(&got);
    static const char *const absent[] = {"identify", "bench.plan", "bench.decay", "nothing"};
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++) {
        char path[80];
        (void)snprintf(path, sizeof path, "/api/commands/%s", absent[i]);
        expect(&s, 404, "POST", path, (asking){.token = who.token, .body = "{}"});
    }
    expect(&s, 401, "POST", "/api/commands/decay", (asking){.body = "{}"});
    got = ask(&s, "GET", "/api/commands", (asking){.token = who.token});
    assert_http(&got, 200);
    assert_null(strstr(moly_text_get(&got.body), "FORMAT:DIR"));
    assert_non_null(strstr(moly_text_get(&got.body), "\"nuclide.show\""));
    answer_free(&got);
}

/* The day of the documentation, with what cannot be read in it. */
static void a_day_is_planned_from_the_document_in_the_request(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "physicist");
    char path[512], *day = NULL;
    size_t length = 0;
    moly_error err = {0};
    const char *source = getenv("MOLY_SOURCE");
    (void)snprintf(path, sizeof path, "%s/docs/plan-example.json", source ? source : "..");
    assert_ok(moly_file_read(path, 1u << 20, &day, &length, &err), err);
    moly_text body = {0};
    moly_text_printf(&body, "{\"day\":%.*s}", (int)length, day);
    answer got = ask(&s, "POST", "/api/commands/plan",
                     (asking){.token = who.token, .body = moly_text_get(&body)});
    assert_http(&got, 200);
    assert_true(json_is_true(json_object_get(got.json, "feasible")));
    const json_t *first = json_array_get(json_object_get(got.json, "batches"), 0);
    assert_string_equal(text_in(first, "cyclotron"), "C18");
    assert_true(number_in(first, "eob_bq") > 1e9);
    answer_free(&got);
    moly_text_free(&body);
    moly_free(day);
    got = ask(&s, "POST", "/api/commands/plan",
              (asking){.token = who.token, .body = "{\"day\":{\"doses\":[{\"clinic\":\"A\"}]}}"});
    assert_http(&got, 400);
    assert_non_null(strstr(error_in(&got, "message"), "doses 1"));
    answer_free(&got);
    /* the name of a file is no document: nothing is opened */
    got = ask(&s, "POST", "/api/commands/plan",
              (asking){.token = who.token, .body = "{\"day\":\"/etc/passwd\"}"});
    assert_true(got.http >= 400);
    assert_non_null(strstr(error_in(&got, "message"), "a plan is a JSON object"));
    answer_free(&got);
}

static void a_wrong_unit_is_said_in_the_readers_language(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "physicist");
    answer got = ask(&s, "POST", "/api/commands/irradiate?lang=ru",
                     (asking){.token = who.token,
                              .body = "{\"beam\":\"p\",\"energy\":\"16 MBq\",\"target\":\"Mo\"}"});
    assert_http(&got, 400);
    assert_non_null(strstr(error_in(&got, "message"), "энерги"));
    answer_free(&got);
}

static void calculations_stand_in_the_description(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "physicist");
    answer got = ask(&s, "GET", "/api/openapi.json", (asking){.token = who.token});
    assert_http(&got, 200);
    const json_t *paths = json_object_get(got.json, "paths");
    const json_t *post = json_object_get(json_object_get(paths, "/api/commands/irradiate"), "post");
    assert_string_equal(text_in(post, "operationId"), "command.irradiate");
    assert_null(json_object_get(paths, "/api/commands/identify"));
    const json_t *plan = json_object_get(json_object_get(paths, "/api/commands/plan"), "post");
    static const char *const inside[] = {"requestBody", "content",    "application/json", "schema",
                                         "properties",  "day",        "properties",       "doses",
                                         "items",       "properties", "activity"};
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
        plan = json_object_get(plan, inside[i]);
    }
    assert_string_equal(text_in(plan, "x-moly-dimension"), "activity");
    answer_free(&got);
}

/* A spectrum goes in as base64 and is kept; the path of a file of the machine is none. */
static void a_file_of_an_act_comes_as_its_bytes(void **state)
{
    (void)state;
    signed_in who = sign_in_as(&s, "physicist");
    answer got = ask(&s, "POST", "/api/acts/pharmacy.test_purity/preview",
                     (asking){.token = who.token,
                              .body = "{\"eluate\":\"ELU-000001\",\"spectrum\":\"/etc/passwd\","
                                      "\"efficiency\":\"e30=\"}"});
    assert_true(got.http >= 400);
    assert_null(strstr(moly_text_get(&got.body), "root:"));
    answer_free(&got);
    got = ask(&s, "POST", "/api/acts/pharmacy.test_purity",
              (asking){.token = who.token,
                       .body = "{\"eluate\":\"ELU-000001\",\"spectrum\":\"?\","
                               "\"efficiency\":\"e30=\"}"});
    assert_http(&got, 400);
    assert_non_null(strstr(error_in(&got, "message"), "base64"));
    answer_free(&got);
}

/* The whole way by HTTP: both files in base64, the verdict in the event and in the record. */
static void a_spectrum_in_base64_gives_its_verdict_in_the_record(void **state)
{
    (void)state;
    static const char efficiency[] =
        "{\"terms\":[-6,-0.8],\"min_kev\":50,\"max_kev\":2000,\"relative_sd\":0.03}";
    static char curve[256], spectrum[65536], body[70000];
    moly_text csv = {0};
    moly_text_printf(&csv, "# live_time_s: 600\n");
    for (int c = 0; c < 2048; c++) { /* 140.511 keV, sigma 0.65 keV */
        double x = (0.5 * c - 140.511) / 0.65;
        moly_text_printf(&csv, "%.1f,%.0f\n", 0.5 * c, 20.0 + 1e6 * exp(-0.5 * x * x));
    }
    const char *text = moly_text_get(&csv);
    sodium_bin2base64(curve, sizeof curve, (const unsigned char *)efficiency, strlen(efficiency),
                      sodium_base64_VARIANT_ORIGINAL);
    sodium_bin2base64(spectrum, sizeof spectrum, (const unsigned char *)text, strlen(text),
                      sodium_base64_VARIANT_ORIGINAL);
    (void)snprintf(body, sizeof body,
                   "{\"eluate\":\"ELU-000001\",\"limits\":\"tc99m\",\"spectrum\":\"%s\","
                   "\"efficiency\":\"%s\"}",
                   spectrum, curve);
    moly_text_free(&csv);
    at(&s.c, "2026-11-23T06:00Z");
    stock(&s.c);
    eluted(&s.c, 1.0);
    at(&s.c, "2026-11-23T07:30Z");
    signed_in who = sign_in_as(&s, "technologist");
    answer got = ask(&s, "POST", "/api/acts/pharmacy.test_purity",
                     (asking){.token = who.token, .body = body});
    assert_http(&got, 200);
    const json_t *event = json_object_get(got.json, "body");
    assert_string_equal(text_in(json_object_get(event, "identification"), "verdict"), "met");
    assert_int_equal(strlen(text_in(event, "spectrum")), 64);
    answer_free(&got);
    got = ask(&s, "GET", "/api/records/eluate/ELU-000001", (asking){.token = who.token});
    assert_http(&got, 200);
    assert_string_equal(text_in(got.json, "radionuclidic_purity"), "met");
    answer_free(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decay_is_what_the_command_line_prints),
        cmocka_unit_test(a_target_is_irradiated),
        cmocka_unit_test(what_would_read_the_machine_is_refused),
        cmocka_unit_test(a_day_is_planned_from_the_document_in_the_request),
        cmocka_unit_test(a_wrong_unit_is_said_in_the_readers_language),
        cmocka_unit_test(calculations_stand_in_the_description),
        cmocka_unit_test(a_file_of_an_act_comes_as_its_bytes),
        cmocka_unit_test(a_spectrum_in_base64_gives_its_verdict_in_the_record),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
