/* SPDX-License-Identifier: Apache-2.0 */
/* moly raw show and moly raw convert on the reference data. */
#include "running.h"

static ran result;

static void link_raw(const char *name)
{
    char relative[200], path[600];
    (void)snprintf(relative, sizeof relative, "data/clinical/raw_pet/%s", name);
    need_shared(relative, path, sizeof path);
    (void)unlink("raw");
    assert_int_equal(symlink(path, "raw"), 0);
}

static void run_ok(const char *line, const char *piece)
{
    run_line(line, &result);
    if (result.exit_code != 0 || !strstr(result.out, piece)) {
        fail_msg("%s: wanted '%s', exits %d: %s%s", line, piece, result.exit_code, result.out,
                 result.err);
    }
}

/* Expected sum: NumPy over the file. */
static void sinograms_keep_their_counts_in_another_file(void **state)
{
    (void)state;
    link_raw("recon_demo");
    run_ok("moly raw show raw/smalllong.hs --format json", "\"counts\": 102736.76085073");
    run_ok("moly raw convert raw/smalllong.hs a.hs --format json", "\"counts\": 102736.76085073");
    run_ok("moly raw show a.hs --format json", "\"counts\": 102736.76085073");
    run_ok("cmp a.s raw/smalllong.s && echo same", "same"); /* STIR's own order */
}

static void images_go_to_nifti_and_back(void **state)
{
    (void)state;
    link_raw("stir_recon");
    run_ok("moly raw convert raw/test_image_3.hv a.nii --format json", "\"sum\": 3415.965010393");
    run_ok("moly raw convert a.nii b.hv --format json", "\"sum\": 3415.965010393");
    run_ok("cmp b.v raw/test_image_3.v && echo same", "same");
}

static void list_mode_becomes_sinograms_and_petsird(void **state)
{
    (void)state;
    link_raw("stir_listmode");
    run_ok("moly raw show raw/PET_ACQ_small.l.hdr.STIR --format json", "\"prompts\": 218881");
    run_ok("moly raw convert raw/PET_ACQ_small.l.hdr.STIR a.hs --span 11 --view-mashing 4 --format "
           "json",
           "\"counts\": 218881");
    run_ok("moly raw convert raw/PET_ACQ_small.l.hdr.STIR a.petsird --format json",
           "\"counts\": 254201");
    run_ok("moly raw show a.petsird --format json", "\"delayeds\": 35320");
    run_ok("moly raw show a.petsird --format json", "\"duration_s\": 0.613");
    run_ok("moly raw convert a.petsird b.hs --span 11 --view-mashing 4 --max-ring-difference 60 "
           "--format json",
           "\"counts\": 218881");
}

static void what_is_no_raw_data_is_refused(void **state)
{
    (void)state;
    run_line("echo hello > x.hs; moly raw show x.hs", &result);
    assert_int_equal(result.exit_code, 65);
    assert_non_null(strstr(result.err, "not raw data that Moly knows"));
    run_line("moly raw show nowhere.hs", &result);
    assert_int_equal(result.exit_code, 66);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sinograms_keep_their_counts_in_another_file),
        cmocka_unit_test(images_go_to_nifti_and_back),
        cmocka_unit_test(list_mode_becomes_sinograms_and_petsird),
        cmocka_unit_test(what_is_no_raw_data_is_refused),
    };
    return cmocka_run_group_tests(tests, run_in_fresh_folder, leave_fresh_folder);
}
