/* SPDX-License-Identifier: Apache-2.0 */
/* The matrix of roles: every act as every role, by HTTP and through the library, as its declaration
 * says and as rules of the house bound it; every path of the API as nobody and as every role. What
 * is added later is found by itself: acts in moly_acts(), paths in /api/openapi.json. */
#include "serving.h"

static served s;
static signed_in persons[N_CENTRE_USERS];

static const struct {
    const char *word;
    unsigned bit;
} roles[] = {
#define ROLE_ROW(name, bit, word) {word, bit},
    MOLY_ROLE_LIST(ROLE_ROW)
#undef ROLE_ROW
};

static unsigned role_of(const char *word)
{
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (strcmp(roles[i].word, word) == 0) {
            return roles[i].bit;
        }
    }
    fail_msg("no role %s", word);
    return 0;
}

static int start(void **state)
{
    (void)state;
    serve_open(&s);
    for (size_t i = 0; i < N_CENTRE_USERS; i++) {
        persons[i] = sign_in_as(&s, centre_users[i]);
    }
    return 0;
}

static int stop(void **state)
{
    (void)state;
    serve_close(&s);
    return 0;
}

static bool is_refused_for_role(long http, const char *rule)
{
    return http == 403 && strcmp(rule, "R-08") == 0;
}

/* ---- acts -------------------------------------------------------------------------------------
 */

/* EVIDENCE: R-08 Every act is refused to every role that its declaration does not name, by HTTP as
 * by the library, and to nobody else for its role. */
static void every_act_is_for_the_roles_of_its_declaration_by_http(void **state)
{
    (void)state;
    static const char *const ends[] = {"", "/preview"};
    size_t n = 0, n_tried = 0, n_refused = 0;
    const moly_act *const *acts = moly_acts(&n);
    for (size_t i = 0; i < n; i++) {
        for (size_t u = 0; u < 2 * N_CENTRE_USERS; u++) {
            const char *user = centre_users[u / 2];
            char path[160];
            (void)snprintf(path, sizeof path, "/api/acts/%s%s", acts[i]->declaration.name,
                           ends[u % 2]);
            answer got =
                ask(&s, "POST", path, (asking){.token = persons[u / 2].token, .body = "{}"});
            const bool may = (acts[i]->roles & role_of(user)) != 0;
            const json_t *of_rule = json_object_get(json_object_get(got.json, "error"), "rule");
            const char *rule = json_is_string(of_rule) ? json_string_value(of_rule) : "";
            if (is_refused_for_role(got.http, rule) == may) {
                fail_msg("%s as %s: HTTP %ld %s, and the role %s", path, user, got.http, rule,
                         may ? "may" : "may not");
            }
            n_tried++;
            n_refused += !may;
            answer_free(&got);
        }
    }
    print_message("  %zu tries of %zu acts, %zu refused for the role\n", n_tried, n, n_refused);
}

static void every_act_is_for_the_roles_of_its_declaration_by_the_library(void **state)
{
    (void)state;
    size_t n = 0;
    const moly_act *const *acts = moly_acts(&n);
    for (size_t i = 0; i < n; i++) {
        for (size_t u = 0; u < N_CENTRE_USERS; u++) {
            json_t *event = NULL;
            moly_error err = {0};
            moly_status status =
                try_act(&s.c, centre_users[u], NULL, acts[i]->declaration.name, "{}", &event, &err);
            const bool may = (acts[i]->roles & role_of(centre_users[u])) != 0;
            const bool is_refused = status == MOLY_ERR_FORBIDDEN && strcmp(err.rule, "R-08") == 0;
            if (is_refused == may) {
                fail_msg("%s as %s: %s %s", acts[i]->declaration.name, centre_users[u],
                         moly_status_name(status), err.message);
            }
            json_decref(event);
        }
    }
}

/* Neither a stranger, nor nobody, nor one who has left. */
static void no_act_is_done_for_who_is_no_person_of_the_centre(void **state)
{
    (void)state;
    static const char *const strangers[] = {"mallory", "", "moly", "../admin", NULL};
    size_t n = 0;
    const moly_act *const *acts = moly_acts(&n);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < sizeof strangers / sizeof strangers[0]; k++) {
            const moly_performer who = {.user = strangers[k], .authentication = "password"};
            json_t *event = NULL, *fields = json_object();
            moly_error err = {0};
            moly_status status = moly_centre_perform(s.c.ledger, acts[i]->declaration.name, fields,
                                                     &who, &event, &err);
            json_decref(fields);
            if (status != MOLY_ERR_SIGN_IN && status != MOLY_ERR_FORBIDDEN) {
                fail_msg("%s as '%s': %s", acts[i]->declaration.name,
                         strangers[k] ? strangers[k] : "(nobody)", moly_status_name(status));
            }
        }
        char path[160];
        (void)snprintf(path, sizeof path, "/api/acts/%s", acts[i]->declaration.name);
        expect(&s, 401, "POST", path, (asking){.body = "{}"});
        expect(&s, 401, "POST", path, (asking){.token = "00ff", .body = "{}"});
    }
}

/* What everybody does for the own account. */
static bool is_of_own_account(const char *act)
{
    static const char *const acts[] = {"centre.set_password", "centre.enrol_second_factor"};
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        if (strcmp(acts[i], act) == 0) {
            return true;
        }
    }
    return false;
}

/* What the declarations together may not say, whatever each says alone. */
/* EVIDENCE: R-09 No declaration gives an administrator, an inspector or a program an act that makes
 * or releases what goes to a patient. */
static void declarations_keep_duties_apart(void **state)
{
    (void)state;
    size_t n = 0;
    const moly_act *const *acts = moly_acts(&n);
    for (size_t i = 0; i < n; i++) {
        const char *name = acts[i]->declaration.name;
        const bool is_of_centre = strncmp(name, "centre.", 7) == 0;
        if (acts[i]->roles == 0) {
            fail_msg("%s is for nobody", name);
        }
        if ((acts[i]->roles & MOLY_ROLE_INSPECTOR) && !is_of_own_account(name)) {
            fail_msg("%s: an inspector reads", name);
        }
        if ((acts[i]->roles & MOLY_ROLE_ADMIN) && !is_of_centre) {
            fail_msg("%s: an administrator makes accounts, not records", name);
        }
        if ((acts[i]->roles & MOLY_ROLE_SERVICE) && acts[i]->signature != MOLY_SIGNATURE_NONE) {
            fail_msg("%s: a program does not sign", name);
        }
        if ((acts[i]->signature != MOLY_SIGNATURE_NONE) != (acts[i]->meaning != NULL)) {
            fail_msg("%s: a signature has a meaning", name);
        }
        if (acts[i]->meaning && strstr(acts[i]->meaning, "released") &&
            (acts[i]->roles & MOLY_ROLE_TECHNOLOGIST)) {
            fail_msg("%s: who makes does not release", name);
        }
    }
}

/* ---- paths ------------------------------------------------------------------------------------
 */

/* Each path that reads, as it is asked for here. What a path shows is for every person of the
 * centre; only what is open shows nothing of it. */
static const struct {
    const char *pattern, *path;
    bool is_open;
} readings[] = {
    {"/api/session", NULL, false},
    {"/api/acts", NULL, false},
    {"/api/acts/{name}/requests/{key}", "/api/acts/pharmacy.elute/requests/key-00000001", false},
    {"/api/commands", NULL, false},
    {"/api/today", NULL, false},
    {"/api/dispensing", NULL, false},
    {"/api/safety/doses", NULL, false},
    {"/api/safety/incidents", NULL, false},
    {"/api/safety/map", NULL, false},
    {"/api/safety/spill", "/api/safety/spill?nuclide=Tc-99m&activity=1%20GBq", false},
    {"/api/safety/waste", NULL, false},
    {"/api/doses/statistics", NULL, false},
    {"/api/work", NULL, false},
    {"/api/find", "/api/find?code=nothing", false},
    {"/api/stock/limits", NULL, false},
    {"/api/instruments/{id}", "/api/instruments/INS-000001", false},
    {"/api/batches", NULL, false},
    {"/api/batches/{id}", "/api/batches/BAT-000001", false},
    {"/api/cases", NULL, false},
    {"/api/chromatograms/{id}", "/api/chromatograms/TST-000001", false},
    {"/api/recall/{kind}/{id}", "/api/recall/person/admin", false},
    {"/api/patients", NULL, false},
    {"/api/patients/{id}", "/api/patients/PAT-000001", false},
    {"/api/records/{kind}", "/api/records/person", false},
    {"/api/records/{kind}/{id}", "/api/records/person/admin", false},
    {"/api/records/{kind}/{id}/report.pdf", "/api/records/person/admin/report.pdf", false},
    {"/api/trace/{kind}/{id}", "/api/trace/person/admin", false},
    {"/api/balance", NULL, false},
    {"/api/events", NULL, false},
    {"/api/studies/{id}", "/api/studies/STU-000001", false},
    {"/api/studies/{id}/volume", "/api/studies/STU-000001/volume", false},
    {"/api/studies/{id}/regions", "/api/studies/STU-000001/regions", false},
    {"/api/studies/{id}/report.pdf", "/api/studies/STU-000001/report.pdf", false},
    {"/api/papers/{name}", "/api/papers/day", false},
    {"/api/raw", NULL, false},
    {"/api/raw/{name}", "/api/raw/phantom", false},
    {"/api/raw/{name}/sinogram", "/api/raw/phantom/sinogram", false},
    {"/api/reconstructions", NULL, false},
    {"/api/reconstructions/parameters", NULL, false},
    {"/api/reconstructions/{id}", "/api/reconstructions/REC-000001", false},
    {"/api/reconstructions/{id}/image", "/api/reconstructions/REC-000001/image", false},
    {"/api/reconstructions/{id}/volume", "/api/reconstructions/REC-000001/volume", false},
    {"/api/reconstructions/{id}/attenuation", "/api/reconstructions/REC-000001/attenuation", false},
    {"/api/stream", NULL, false},
    {"/api/site", NULL, false},
    {"/api/languages", NULL, true},
    {"/api/catalogue/{language}", "/api/catalogue/ru", true},
    {"/api/openapi.json", NULL, false},
    {"/api/health", NULL, true},
};
enum { N_READINGS = sizeof readings / sizeof readings[0] };

static const char *path_of(size_t i)
{
    return readings[i].path ? readings[i].path : readings[i].pattern;
}

static json_t *described_paths(void)
{
    answer got = ask(&s, "GET", "/api/openapi.json", (asking){.token = persons[0].token});
    assert_http(&got, 200);
    json_t *paths = json_incref(json_object_get(got.json, "paths"));
    answer_free(&got);
    return paths;
}

/* A path that somebody adds must be thought about here. */
static void every_path_that_reads_is_tried_here(void **state)
{
    (void)state;
    json_t *paths = described_paths(), *item;
    const char *pattern;
    json_object_foreach(paths, pattern, item)
    {
        const json_t *get = json_object_get(item, "get");
        size_t i = 0;
        while (get && i < N_READINGS && strcmp(readings[i].pattern, pattern) != 0) {
            i++;
        }
        if (get && i == N_READINGS) {
            fail_msg("%s is in /api/openapi.json and not in the table of this test", pattern);
        }
        if (get && readings[i].is_open != (json_object_get(get, "security") != NULL)) {
            fail_msg("%s: open, or not?", pattern);
        }
    }
    for (size_t i = 0; i < N_READINGS; i++) {
        if (!json_object_get(json_object_get(paths, readings[i].pattern), "get")) {
            fail_msg("%s is no path any more", readings[i].pattern);
        }
    }
    json_decref(paths);
}

/* EVIDENCE: R-08 Without a session nothing of the centre is read or written: every path of the
 * description is tried. */
static void nothing_but_what_is_open_is_given_to_nobody(void **state)
{
    (void)state;
    json_t *paths = described_paths(), *item;
    const char *pattern;
    for (size_t i = 0; i < N_READINGS; i++) {
        expect(&s, readings[i].is_open ? 200 : 401, "GET", path_of(i), (asking){0});
        expect(&s, readings[i].is_open ? 200 : 401, "GET", path_of(i), (asking){.token = "00"});
    }
    json_object_foreach(paths, pattern, item)
    {
        if (json_object_get(item, "post") && strcmp(pattern, "/api/login") != 0) {
            expect(&s, 401, "POST", pattern, (asking){.body = "{}"});
        }
    }
    json_decref(paths);
}

/* A cookie, which a browser adds by itself, writes nothing without the token of its session. */
static void no_path_that_writes_takes_a_cookie_alone(void **state)
{
    (void)state;
    json_t *paths = described_paths(), *item;
    const char *pattern;
    json_object_foreach(paths, pattern, item)
    {
        if (json_object_get(item, "post") && strcmp(pattern, "/api/login") != 0) {
            expect(&s, 403, "POST", pattern, (asking){.cookie = persons[0].token, .body = "{}"});
            /* another person's token is none */
            expect(&s, 403, "POST", pattern,
                   (asking){.cookie = persons[0].token, .csrf = persons[1].csrf, .body = "{}"});
        }
    }
    json_decref(paths);
}

static void every_role_reads_and_no_path_fails(void **state)
{
    (void)state;
    for (size_t u = 0; u < N_CENTRE_USERS; u++) {
        for (size_t i = 0; i < N_READINGS; i++) {
            if (strcmp(readings[i].pattern, "/api/stream") == 0) {
                continue; /* which does not end: test_stream */
            }
            answer got = ask(&s, "GET", path_of(i), (asking){.token = persons[u].token});
            if (got.http != 200 && got.http != 404) {
                fail_msg("%s as %s: HTTP %ld: %s", path_of(i), centre_users[u], got.http,
                         moly_text_get(&got.body));
            }
            answer_free(&got);
        }
    }
}

/* What one person's session shows is that person's: a key of another's request finds nothing. */
static void a_request_of_another_person_is_not_found(void **state)
{
    (void)state;
    static const char path[] = "/api/acts/centre.review_access/requests/my-own-key-1";
    answer got = ask(&s, "POST", "/api/acts/centre.review_access",
                     (asking){.token = persons[3].token,
                              .body = "{\"outcome\":\"as it should be\","
                                      "\"password\":\"physicist-moly\"}",
                              .headers = {"Idempotency-Key: my-own-key-1"}});
    assert_http(&got, 200);
    answer_free(&got);
    expect(&s, 200, "GET", path, (asking){.token = persons[3].token});
    expect(&s, 404, "GET", path, (asking){.token = persons[2].token});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_act_is_for_the_roles_of_its_declaration_by_http),
        cmocka_unit_test(every_act_is_for_the_roles_of_its_declaration_by_the_library),
        cmocka_unit_test(no_act_is_done_for_who_is_no_person_of_the_centre),
        cmocka_unit_test(declarations_keep_duties_apart),
        cmocka_unit_test(every_path_that_reads_is_tried_here),
        cmocka_unit_test(nothing_but_what_is_open_is_given_to_nobody),
        cmocka_unit_test(no_path_that_writes_takes_a_cookie_alone),
        cmocka_unit_test(every_role_reads_and_no_path_fails),
        cmocka_unit_test(a_request_of_another_person_is_not_found),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
