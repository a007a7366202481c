/* SPDX-License-Identifier: Apache-2.0 */
/* moly nema as people run it: a phantom that is known exactly, a real flood and line, limits. The
 * figures of docs/validation/imaging.md are those that are held here. */
#include "running.h"

#include <jansson.h>

#include "moly/base/json.h"

static ran result;

static json_t *run_json(const char *line)
{
    moly_error err = {0};
    json_t *json = NULL;
    run_line(line, &result);
    if (result.exit_code != 0) {
        fail_msg("%s: %s", line, result.err);
    }
    assert_ok(moly_json_parse(result.out, strlen(result.out), &json, &err), err);
    return json;
}

static const json_t *row_of(const json_t *whole, const char *key)
{
    size_t i;
    const json_t *row;
    json_array_foreach(json_object_get(whole, "values"), i, row)
    {
        if (strcmp(json_string_value(json_object_get(row, "key")), key) == 0) {
            return row;
        }
    }
    fail_msg("no figure %s", key);
    return NULL;
}

static double value_of(const json_t *whole, const char *key)
{
    return json_number_value(json_object_get(row_of(whole, key), "value"));
}

/* The phantom's own truth image: what is lost is what pixels of 2 mm lose at a wall of 1 mm that
 * holds nothing: the more, the smaller the sphere. */
static void the_truth_of_a_simulated_phantom_is_recovered(void **state)
{
    (void)state;
    run_line("printf 'title = small\\nsource = made up\\nrings = 12\\ndetectors = 160\\n"
             "inner radius = 400 mm\\ninteraction depth = 8 mm\\nring pitch = 6 mm\\n"
             "crystal depth = 20 mm\\nenergy resolution = 10 %%\\ntangential bins = 101\\n"
             "' > small.scanner && moly scan --scanner small.scanner --phantom nema-iq "
             "--activity 50MBq --time 1s --no-noise --no-normalisation --voxel 2mm "
             "--max-ring-difference 0 --view-mashing 16 -o raw",
             &result);
    if (result.exit_code != 0) {
        fail_msg("%s", result.err);
    }
    json_t *iq = run_json("moly nema raw/truth.hv --test iq --core 3mm --format json");
    static const char *const sizes[] = {"10", "13", "17", "22", "28", "37"};
    for (size_t i = 0; i < 6; i++) {
        char key[40];
        (void)snprintf(key, sizeof key, "recovery_%smm", sizes[i]);
        print_message("%s %.4f\n", key, value_of(iq, key));
        assert_true(value_of(iq, key) > 0.8 && value_of(iq, key) < 1.0001);
        (void)snprintf(key, sizeof key, "variability_%smm", sizes[i]);
        assert_true(value_of(iq, key) < 1e-6);
    }
    assert_true(value_of(iq, "recovery_37mm") > 0.95);
    assert_true(value_of(iq, "lung_worst") < 1e-6);
    const json_t *largest = json_array_get(json_object_get(iq, "spheres"), 5);
    assert_relative(json_number_value(json_object_get(largest, "core")), 1.0, 1e-5);
    const json_t *place = json_object_get(iq, "placement");
    assert_relative(json_number_value(json_object_get(place, "clearance_mm")), 15.0, 1e-9);
    assert_relative(json_number_value(json_object_get(place, "angle_deg")), 30.0, 1e-3);
    assert_string_equal(json_string_value(json_object_get(iq, "result")), "not judged");
    json_decref(iq);
}

static bool has_shared(const char *relative, char *path, size_t size)
{
    const char *shared = getenv("MOLY_SHARED");
    (void)snprintf(path, size, "%s/%s", shared ? shared : "../shared", relative);
    return access(path, R_OK) == 0;
}

/* EVIDENCE: R-32 a flood is judged by the pack's limits or the maker's, and says which */
static void a_flood_passes_or_fails_by_its_limits(void **state)
{
    (void)state;
    char path[4096], line[5000];
    if (!has_shared("data/clinical/dicom_nm/mediso_qc/UNIFORMIDAD_1.dcm", path, sizeof path)) {
        skip();
    }
    (void)snprintf(line, sizeof line, "moly nema %s --test uniformity --format json", path);
    json_t *flood = run_json(line);
    assert_string_equal(json_string_value(json_object_get(flood, "result")), "passed");
    assert_relative(value_of(flood, "integral_ufov"), 0.03381, 1e-3);
    assert_string_equal(
        json_string_value(json_object_get(row_of(flood, "integral_ufov"), "limit_status")),
        "check");
    json_decref(flood);
    (void)snprintf(line, sizeof line,
                   "moly nema %s --test uniformity --limit integral_ufov=0.03 --format json", path);
    flood = run_json(line);
    assert_string_equal(json_string_value(json_object_get(flood, "result")), "failed");
    json_decref(flood);
    (void)snprintf(line, sizeof line, "moly nema %s --test uniformity --limit integral=0.03", path);
    run_line(line, &result);
    assert_int_not_equal(result.exit_code, 0);
    assert_contains(result.err, "no such figure");
}

static void what_is_not_what_the_test_reads_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "moly nema missing.nii --test iq",      "moly nema . --test scatter",
        "moly nema nothing --test uniformity",  "moly nema text.dcm --test rotation",
        "moly nema text.nii --test resolution", "moly nema text.hs --test scatter",
        "moly nema a.nii b.nii --test iq"};
    run_line("echo no image > text.dcm; cp text.dcm text.nii; cp text.dcm text.hs", &result);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        run_line(bad[i], &result);
        if (result.exit_code == 0 || result.exit_code > 100 || strlen(result.err) < 10) {
            fail_msg("%s: %d %s", bad[i], result.exit_code, result.err);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_truth_of_a_simulated_phantom_is_recovered),
        cmocka_unit_test(a_flood_passes_or_fails_by_its_limits),
        cmocka_unit_test(what_is_not_what_the_test_reads_is_refused),
    };
    return cmocka_run_group_tests(tests, run_in_fresh_folder, leave_fresh_folder);
}
