/* SPDX-License-Identifier: Apache-2.0 */
/* Raw data and reconstructions over HTTP: seen by everybody of the centre, asked for by those who
 * scan, in a process of its own; nothing of the machine but what lies in the folder. */
#include "serving.h"

#include <math.h>
#include <sys/stat.h>

enum { PATIENCE_S = 120, MOST_WAITING = 8 };

static served s;
static char raw[100];
static signed_in physicist, inspector;

/* ---- a folder of raw data ---- */

static void run(const char *format, ...) MOLY_PRINTF(1, 2);
static void run(const char *format, ...)
{
    char line[4000];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (system(line) != 0) {
        fail_msg("%s", line);
    }
}

static void put(const char *name, const char *text)
{
    char path[300];
    moly_error err = {0};
    (void)snprintf(path, sizeof path, "%s/%s", raw, name);
    assert_ok(moly_file_write(path, text, strlen(text), &err), err);
}

static bool is_there(const char *name)
{
    char path[300];
    struct stat info;
    (void)snprintf(path, sizeof path, "%s/%s", raw, name);
    return lstat(path, &info) == 0;
}

static void make_raw(void)
{
    (void)snprintf(raw, sizeof raw, "%s/raw", s.c.folder);
    run("mkdir '%s' && cd '%s' && printf 'title = small\\nsource = made up\\nrings = 6\\n"
        "detectors = 96\\ninner radius = 150 mm\\ninteraction depth = 8 mm\\nring pitch = 8 mm\\n"
        "crystal depth = 20 mm\\nenergy resolution = 10 %%%%\\ntangential bins = 61\\n' "
        "> small.scanner && '%s' scan --scanner small.scanner --phantom uniform-cylinder "
        "--activity 20MBq --time 5min --voxel 6mm --max-ring-difference 2 -o cylinder >/dev/null",
        raw, raw, getenv("MOLY_COMMAND"));
}

static void serve_raw(void)
{
    moly_error err = {0};
    const moly_server_options options = {
        .url = s.c.url, .clock = &s.c.clock, .raw = raw, .program = getenv("MOLY_COMMAND")};
    assert_ok(moly_server_start(&options, &s.server, &err), err);
    (void)snprintf(s.base, sizeof s.base, "http://127.0.0.1:%u",
                   (unsigned)moly_server_port(s.server));
    physicist = sign_in_as(&s, "physicist");
    inspector = sign_in_as(&s, "inspector");
}

static int start(void **state)
{
    (void)state;
    memset(&s, 0, sizeof s);
    centre_open(&s.c, "KG");
    make_raw();
    serve_raw();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    serve_close(&s);
    return 0;
}

/* ---- asking ---- */

static answer see(const char *path)
{
    return ask(&s, "GET", path, (asking){.token = inspector.token});
}

static answer post(const char *path, const char *body)
{
    return ask(&s, "POST", path, (asking){.token = physicist.token, .body = body});
}

/* The id of one that was taken. */
static void begin(const char *body, char id[20])
{
    answer got = post("/api/reconstructions", body);
    assert_http(&got, 200);
    (void)snprintf(id, 20, "%s", text_in(got.json, "id"));
    answer_free(&got);
}

static answer look(const char *id)
{
    char path[80];
    (void)snprintf(path, sizeof path, "/api/reconstructions/%s", id);
    answer got = see(path);
    assert_http(&got, 200);
    return got;
}

static void cancel(const char *id)
{
    char path[80];
    (void)snprintf(path, sizeof path, "/api/reconstructions/%s/cancel", id);
    answer got = post(path, "{}");
    assert_http(&got, 200);
    answer_free(&got);
}

/* Until it is in one of two states. */
static answer wait_for(const char *id, const char *state, const char *other)
{
    for (int i = 0; i < PATIENCE_S * 10; i++) {
        answer got = look(id);
        const char *now = text_in(got.json, "state");
        if (strcmp(now, state) == 0 || strcmp(now, other) == 0) {
            return got;
        }
        answer_free(&got);
        (void)usleep(100000);
    }
    fail_msg("%s is not %s after %d s", id, state, PATIENCE_S);
    return (answer){0};
}

static void expect_state(const char *id, const char *state)
{
    answer got = wait_for(id, state, state);
    answer_free(&got);
}

/* ---- raw data ---- */

static void raw_data_are_listed_with_what_is_known_of_them(void **state)
{
    (void)state;
    put("broken.hs", "!INTERFILE :=\n");
    put("notes.txt", "no raw data");
    answer got = see("/api/raw");
    assert_http(&got, 200);
    const json_t *rows = json_object_get(got.json, "results");
    assert_int_equal(json_array_size(rows), 2);
    assert_non_null(strstr(text_in(json_array_get(rows, 0), "problem"), "broken.hs"));
    const json_t *row = json_array_get(rows, 1);
    assert_string_equal(text_in(row, "name"), "cylinder");
    assert_string_equal(text_in(row, "kind"), "PET sinograms");
    assert_string_equal(text_in(row, "nuclide"), "F-18");
    assert_int_equal(json_integer_value(json_object_get(row, "views")), 48);
    assert_true(json_number_value(json_object_get(row, "duration_s")) > 299.0);
    assert_true(json_number_value(json_object_get(row, "counts")) > 1000.0);
    assert_null(strstr(moly_text_get(&got.body), raw)); /* nor where this machine keeps them */
    answer_free(&got);
    run("rm '%s/broken.hs' '%s/notes.txt'", raw, raw);
}

static void a_plane_or_a_view_of_the_bins_is_a_picture(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        int columns, rows;
    } pictures[] = {{"/api/raw/cylinder/sinogram?plane=2&segment=2", 61, 48},
                    {"/api/raw/cylinder/sinogram?view=7&segment=2", 61, 6},
                    {"/api/raw/cylinder/sinogram?view=7", 61, 4}};
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) {
        answer got = see(pictures[i].path);
        assert_http(&got, 200);
        assert_int_equal(json_integer_value(json_object_get(got.json, "columns")),
                         pictures[i].columns);
        assert_int_equal(json_integer_value(json_object_get(got.json, "rows")), pictures[i].rows);
        assert_true(json_number_value(json_object_get(got.json, "maximum")) > 0.0);
        assert_int_equal(strlen(text_in(got.json, "values")),
                         (2 * pictures[i].columns * pictures[i].rows + 2) / 3 * 4);
        answer_free(&got);
    }
    static const char *const wrong[] = {"plane=99",
                                        "view=48",
                                        "segment=5",
                                        "tof=1",
                                        "plane=-1",
                                        "plane=x",
                                        "view=9999999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char path[100];
        (void)snprintf(path, sizeof path, "/api/raw/cylinder/sinogram?%s", wrong[i]);
        answer got = see(path);
        if (got.http != 422 && got.http != 400) {
            fail_msg("%s: HTTP %ld", path, got.http);
        }
        answer_free(&got);
    }
}

/* Whatever a name or a header says, nothing but the folder is read. */
static void nothing_outside_of_the_folder_is_read(void **state)
{
    (void)state;
    static const char *const names[] = {"..",
                                        "%2e%2e",
                                        ".",
                                        "..%2fcentre",
                                        "%2fetc%2fpasswd",
                                        "cylinder%2f..%2f..%2fcentre",
                                        "cylinder%2fprompts.hs",
                                        "..%5ccentre",
                                        "cylinder%00.hs",
                                        "linked",
                                        "linked.hs",
                                        "abroad",
                                        "abroad.hs",
                                        "absolute.hs",
                                        "folded",
                                        ".hidden"};
    run("cd '%s' && ln -s cylinder linked && ln -s cylinder/prompts.hs linked.hs && "
        "cp -r cylinder .hidden && cp -r cylinder ../outside && cp -r cylinder abroad && "
        "sed -i 's,prompts.s,../../outside/prompts.s,' abroad/prompts.hs && "
        "sed 's,prompts.s,../outside/prompts.s,' cylinder/prompts.hs > abroad.hs && "
        "sed 's,prompts.s,/etc/passwd,' cylinder/prompts.hs > absolute.hs && "
        "cp -r cylinder folded && rm folded/prompts.s && ln -s ../../outside/prompts.s "
        "folded/prompts.s",
        raw);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        static const char *const ends[] = {"", "/sinogram?plane=0"};
        for (size_t k = 0; k < 2; k++) {
            char path[120];
            (void)snprintf(path, sizeof path, "/api/raw/%s%s", names[i], ends[k]);
            answer got = see(path);
            if (got.http < 400 || got.http >= 500 || strstr(moly_text_get(&got.body), raw)) {
                fail_msg("%s: HTTP %ld %s", path, got.http, moly_text_get(&got.body));
            }
            answer_free(&got);
        }
        char body[160];
        (void)snprintf(body, sizeof body, "{\"raw\":\"%s\"}", names[i]);
        answer got = post("/api/reconstructions", body);
        if (got.http < 400 || got.http >= 500) {
            fail_msg("%s is reconstructed", names[i]);
        }
        answer_free(&got);
    }
    answer got = post("/api/reconstructions", "{\"raw\":\"../outside\"}");
    assert_http(&got, 404);
    answer_free(&got);
    run("cd '%s' && rm -rf linked linked.hs abroad abroad.hs absolute.hs folded .hidden", raw);
}

/* ---- who may, and what ---- */

/* EVIDENCE: R-08 Everybody of the centre sees a reconstruction; only technologists, physicists and
 * physicians start or stop one. */
static void those_who_scan_start_and_stop_one(void **state)
{
    (void)state;
    static const char *const may[] = {"technologist", "physicist", "physician"};
    for (size_t u = 0; u < N_CENTRE_USERS; u++) {
        const signed_in who = sign_in_as(&s, centre_users[u]);
        bool is_among = false;
        for (size_t i = 0; i < sizeof may / sizeof *may; i++) {
            is_among = is_among || strcmp(may[i], centre_users[u]) == 0;
        }
        expect(&s, is_among ? 404 : 403, "POST", "/api/reconstructions",
               (asking){.token = who.token, .body = "{\"raw\":\"nothing\"}"});
        expect(&s, is_among ? 404 : 403, "POST", "/api/reconstructions/REC-999999/cancel",
               (asking){.token = who.token, .body = "{}"});
        expect(&s, 200, "GET", "/api/reconstructions", (asking){.token = who.token});
    }
}

static void a_wish_is_refused_as_at_the_command_line(void **state)
{
    (void)state;
    static const struct {
        const char *body, *words;
    } wrong[] = {
        {"{}", "raw"},
        {"{\"raw\":\"cylinder\",\"iterations\":0}", "iterations"},
        {"{\"raw\":\"cylinder\",\"iterations\":1000000}", "iterations"},
        {"{\"raw\":\"cylinder\",\"iteration\":1}", "iteration"},
        {"{\"raw\":\"cylinder\",\"psf\":4.5}", "psf"},
        {"{\"raw\":\"cylinder\",\"voxel\":\"0.001 mm\"}", "voxel"},
        {"{\"raw\":\"cylinder\",\"algorithm\":\"magic\"}", "magic"},
        {"{\"raw\":\"cylinder\",\"threads\":200}", "threads"},
        {"{\"raw\":\"cylinder\",\"threads\":\"200\"}", "threads"},
        {"{\"raw\":\"cylinder\",\"output\":\"/tmp/x.nii\"}", "output"},
        {"{\"raw\":\"cylinder\",\"watch\":\"/tmp/x\"}", "watch"},
        {"{\"raw\":\"cylinder\",\"attenuation\":\"/etc/passwd\"}", "attenuation"},
        {"{\"raw\":\"cylinder\",\"like\":\"/etc/passwd\"}", "like"},
        {"{\"raw\":[\"cylinder\"]}", "raw"},
        {"[]", "object"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        answer got = post("/api/reconstructions", wrong[i].body);
        if (got.http < 400 || got.http >= 500 ||
            !strstr(error_in(&got, "message"), wrong[i].words)) {
            fail_msg("%s: HTTP %ld %s", wrong[i].body, got.http, moly_text_get(&got.body));
        }
        answer_free(&got);
    }
    char *large = moly_alloc(1100000, 1);
    memset(large, ' ', 1099999);
    expect(&s, 413, "POST", "/api/reconstructions",
           (asking){.token = physicist.token, .body = large});
    moly_free(large);
    expect(&s, 404, "GET", "/api/reconstructions/REC-000777", (asking){.token = inspector.token});
    expect(&s, 404, "GET", "/api/reconstructions/..%2fcylinder/volume",
           (asking){.token = inspector.token});
}

/* ---- one that runs ---- */

static void it_is_followed_and_its_image_looked_at(void **state)
{
    (void)state;
    char id[20], path[120];
    begin("{\"raw\":\"cylinder\",\"iterations\":4,\"subsets\":4,\"voxel\":\"6 mm\","
          "\"psf\":\"4 mm\",\"randoms\":\"none\"}",
          id);
    answer got = wait_for(id, "done", "failed");
    assert_string_equal(text_in(got.json, "state"), "done");
    const json_t *progress = json_object_get(got.json, "progress");
    assert_int_equal(json_integer_value(json_object_get(progress, "iterations")), 4);
    assert_int_equal(json_integer_value(json_object_get(progress, "subsets")), 4);
    assert_int_equal(json_array_size(json_object_get(progress, "log_likelihood")), 16);
    const json_t *result = json_object_get(got.json, "result");
    assert_string_equal(text_in(result, "unit"), "Bq/mL");
    /* what was put in, of which the scanner sees a part: a tenth at least, and no more */
    const double seen_bq = json_number_value(json_object_get(result, "activity_bq"));
    assert_true(seen_bq > 2e6 && seen_bq < 21e6);
    assert_string_equal(text_in(json_object_get(result, "parameters"), "algorithm"), "osem");
    assert_null(strstr(moly_text_get(&got.body), raw));
    answer_free(&got);
    static const char *const planes[] = {"axial", "coronal", "sagittal"};
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(path, sizeof path, "/api/reconstructions/%s/image?plane=%s", id, planes[i]);
        got = see(path);
        assert_http(&got, 200);
        assert_true(json_number_value(json_object_get(got.json, "maximum")) > 0.0);
        assert_true(json_integer_value(json_object_get(got.json, "planes")) > 1);
        answer_free(&got);
    }
    (void)snprintf(path, sizeof path, "/api/reconstructions/%s/image?plane=axial&index=5000", id);
    expect(&s, 422, "GET", path, (asking){.token = inspector.token});
    (void)snprintf(path, sizeof path, "/api/reconstructions/%s/image?plane=oblique", id);
    expect(&s, 400, "GET", path, (asking){.token = inspector.token});
    (void)snprintf(path, sizeof path, "/api/reconstructions/%s/volume", id);
    expect(&s, 200, "GET", path, (asking){.token = inspector.token});
    (void)snprintf(path, sizeof path, "/api/reconstructions/%s/attenuation", id);
    expect(&s, 200, "GET", path, (asking){.token = inspector.token});
}

static void what_the_command_refuses_is_said(void **state)
{
    (void)state;
    char id[20];
    begin("{\"raw\":\"cylinder\",\"tof\":true}", id);
    answer got = wait_for(id, "failed", "done");
    assert_non_null(
        strstr(text_in(json_object_get(got.json, "error"), "message"), "time of flight"));
    assert_null(strstr(moly_text_get(&got.body), raw));
    answer_free(&got);
}

/* ---- uptake ---- */

/* 296 MBq of F-18 are given at 08:00 to a patient of 74 kg. */
static void give_a_dose(void)
{
    centre *c = &s.c;
    c->now = instant_of("2026-11-23T07:00Z");
    do_act(c, "technologist", "clinic.register_patient",
           "{'name':'Бакыт Эсенов','birth_date':'1951-11-02','sex':'male','number':'R-1',"
           "'weight':'74 kg'}");
    do_act(c, "technologist", "clinic.refer",
           "{'patient':'PAT-000001','examination':'FDG PET','question':'staging',"
           "'referrer':'Dr Osmonov'}");
    do_act(c, "physician", "clinic.justify",
           "{'referral':'REF-000001','justification':'staging','pregnancy':'excluded',"
           "'breast_feeding':'no'}");
    do_act(c, "physician", "clinic.order",
           "{'referral':'REF-000001','product':'fludeoxyglucose','activity':'296 MBq',"
           "'planned':'2026-11-23T08:00Z'}");
    do_act(c, "technologist", "pharmacy.receive_vial",
           "{'product':'fludeoxyglucose','supplier':'Cyclo','lot':'L1','certificate':'C1',"
           "'labelled':'4 GBq','calibrated':'2026-11-23T05:30Z','activity':'2.27 GBq',"
           "'volume':'8 mL','expiry':'2026-11-23T15:00Z'}");
    do_act(c, "radiopharmacist", "pharmacy.release", "{'vial':'VIA-000001'}");
    c->now = instant_of("2026-11-23T08:00Z");
    do_act(c, "technologist", "clinic.draw_dose",
           "{'order':'ORD-000001','vial':'VIA-000001','activity':'296 MBq'}");
    do_act(c, "technologist", "clinic.administer",
           "{'dose':'DOS-000001','patient':'PAT-000001','birth_date':'1951-11-02'}");
}

/* Raw data of that dose, or of another; the answer when it is done. */
static answer reconstructed(const char *name, const char *dose, const char *start)
{
    char id[20], body[160];
    run("cd '%s' && cp -r cylinder %s && sed -i 's/\"start\": [^,]*/\"start\": \"%s\", \"dose\": "
        "\"%s\"/' %s/scan.json",
        raw, name, start, dose, name);
    (void)snprintf(body, sizeof body, "{\"raw\":\"%s\",\"iterations\":1,\"voxel\":\"8 mm\"}", name);
    begin(body, id);
    return wait_for(id, "done", "failed");
}

/* The factor from the definition: weight over the activity left after 110 minutes, by the half-life
 * of F-18 of DDEP, 1.8288 h. */
static void uptake_is_by_the_dose_that_the_raw_data_name(void **state)
{
    (void)state;
    give_a_dose();
    answer got = reconstructed("patient", "DOS-000001", "2026-11-23T09:50:00Z");
    const json_t *suv = json_object_get(got.json, "suv");
    const double left_bq = 296e6 * exp2(-(110.0 / 60.0) / 1.8288);
    assert_relative(json_number_value(json_object_get(suv, "factor")), 74000.0 / left_bq, 1e-4);
    assert_string_equal(text_in(suv, "units"), "SUVbw");
    assert_string_equal(text_in(suv, "dose"), "DOS-000001");
    answer_free(&got);
    got = reconstructed("early", "DOS-000001", "2026-11-23T07:50:00Z");
    assert_non_null(strstr(text_in(got.json, "suv_problem"), "did not begin after"));
    answer_free(&got);
    got = reconstructed("unknown", "DOS-000077", "2026-11-23T09:50:00Z");
    assert_non_null(strstr(text_in(got.json, "suv_problem"), "DOS-000077"));
    assert_null(json_object_get(got.json, "suv"));
    answer_free(&got);
    run("cd '%s' && rm -rf patient early unknown", raw);
}

/* ---- many, and the end ---- */

static const char endless[] = "{\"raw\":\"cylinder\",\"iterations\":10000,\"voxel\":\"6 mm\"}";

static void one_runs_few_wait_and_each_can_be_cancelled(void **state)
{
    (void)state;
    char ids[1 + MOST_WAITING][20], path[80];
    begin(endless, ids[0]);
    expect_state(ids[0], "running");
    for (size_t i = 1; i <= MOST_WAITING; i++) {
        begin(endless, ids[i]);
        expect_state(ids[i], "waiting");
    }
    answer got = post("/api/reconstructions", endless);
    assert_http(&got, 409);
    answer_free(&got);
    /* the centre goes on: an act is done while it works */
    got = post("/api/acts/centre.review_access",
               "{\"outcome\":\"as it should be\",\"password\":\"physicist-moly\"}");
    assert_http(&got, 200);
    answer_free(&got);
    for (size_t i = 1; i <= MOST_WAITING; i++) {
        cancel(ids[i]);
        expect_state(ids[i], "cancelled");
    }
    cancel(ids[0]);
    got = wait_for(ids[0], "cancelled", "done");
    assert_string_equal(text_in(got.json, "state"), "cancelled");
    assert_string_equal(text_in(got.json, "cancelled_by"), "physicist");
    answer_free(&got);
    (void)snprintf(path, sizeof path, "reconstructed/%s/job.json", ids[0]);
    assert_true(is_there(path));
    (void)snprintf(path, sizeof path, "reconstructed/%s/watch", ids[0]);
    assert_false(is_there(path));
    (void)snprintf(path, sizeof path, "reconstructed/%s/image.nii.gz", ids[0]);
    assert_false(is_there(path));
    cancel(ids[0]); /* once more changes nothing */
    expect_state(ids[0], "cancelled");
}

/* The server stops: what ran is interrupted, what waited goes on. After a power cut too, where
 * nobody could write that. */
static void what_a_stop_interrupted_is_said_and_what_waited_goes_on(void **state)
{
    (void)state;
    char first[20], second[20];
    begin(endless, first);
    expect_state(first, "running");
    begin("{\"raw\":\"cylinder\",\"iterations\":1,\"voxel\":\"8 mm\"}", second);
    moly_server_stop(s.server);
    run("mkdir -p '%s/reconstructed/REC-000500/watch' && cd '%s/reconstructed/REC-000500' && "
        "printf '{\"id\":\"REC-000500\",\"state\":\"running\",\"raw\":\"cylinder\"}' > job.json && "
        "touch image.nii.gz.Xy12 watch/picture.nii",
        raw, raw);
    run("mkdir '%s/reconstructed/REC-000501' '%s/reconstructed/other' && "
        "printf '{' > '%s/reconstructed/REC-000501/job.json'",
        raw, raw, raw);
    serve_raw();
    expect_state(first, "interrupted");
    expect_state("REC-000500", "interrupted");
    assert_false(is_there("reconstructed/REC-000500/image.nii.gz.Xy12"));
    assert_false(is_there("reconstructed/REC-000500/watch"));
    expect(&s, 404, "GET", "/api/reconstructions/REC-000501", (asking){.token = inspector.token});
    expect_state(second, "done");
    begin("{\"raw\":\"cylinder\",\"iterations\":1,\"voxel\":\"8 mm\"}", first);
    assert_string_equal(first, "REC-000502"); /* no number twice */
    expect_state(first, "done");
}

static void two_servers_do_not_share_a_folder_of_results(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_server *second = NULL;
    const moly_server_options options = {.url = s.c.url, .clock = &s.c.clock, .raw = raw};
    assert_fails(moly_server_start(&options, &second, &err), MOLY_ERR_IO, "another server uses it",
                 err);
}

static void a_server_without_raw_data_says_so(void **state)
{
    (void)state;
    served plain;
    serve_open(&plain);
    const signed_in who = sign_in_as(&plain, "physicist");
    answer got = ask(&plain, "GET", "/api/raw", (asking){.token = who.token});
    assert_http(&got, 200);
    assert_true(json_is_false(json_object_get(got.json, "is_offered")));
    answer_free(&got);
    got = ask(&plain, "POST", "/api/reconstructions",
              (asking){.token = who.token, .body = "{\"raw\":\"cylinder\"}"});
    assert_http(&got, 404);
    assert_non_null(strstr(error_in(&got, "message"), "--raw"));
    answer_free(&got);
    serve_close(&plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raw_data_are_listed_with_what_is_known_of_them),
        cmocka_unit_test(a_plane_or_a_view_of_the_bins_is_a_picture),
        cmocka_unit_test(nothing_outside_of_the_folder_is_read),
        cmocka_unit_test(those_who_scan_start_and_stop_one),
        cmocka_unit_test(a_wish_is_refused_as_at_the_command_line),
        cmocka_unit_test(it_is_followed_and_its_image_looked_at),
        cmocka_unit_test(what_the_command_refuses_is_said),
        cmocka_unit_test(uptake_is_by_the_dose_that_the_raw_data_name),
        cmocka_unit_test(one_runs_few_wait_and_each_can_be_cancelled),
        cmocka_unit_test(what_a_stop_interrupted_is_said_and_what_waited_goes_on),
        cmocka_unit_test(two_servers_do_not_share_a_folder_of_results),
        cmocka_unit_test(a_server_without_raw_data_says_so),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
