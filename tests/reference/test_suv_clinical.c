/* SPDX-License-Identifier: Apache-2.0 */
/* moly suv on studies of others, against figures computed once with pydicom and NumPy
 * (reference.json beside the data) and against the printed values of the digital reference objects.
 */
#include <jansson.h>

#include "../cli/running.h"

#include "moly/base/json.h"

/* Published to the figures' own digits; float32 voxels keep seven. */
static const double TOLERANCE = 1e-4;

/* Run `moly suv` on paths of the shared data; `regions` may be NULL. */
static json_t *run_suv(const char *image, const char *regions, int wanted_exit)
{
    static ran result;
    moly_error err = {0};
    char of_image[600], of_regions[600] = "", line[2000];
    json_t *json = NULL;
    need_shared(image, of_image, sizeof of_image);
    if (regions) {
        need_shared(regions, of_regions, sizeof of_regions);
    }
    (void)snprintf(line, sizeof line, "moly suv '%s' %s '%s' --format json", of_image,
                   regions ? "--regions" : "", regions ? of_regions : "");
    if (!regions) {
        (void)snprintf(line, sizeof line, "moly suv '%s' --format json", of_image);
    }
    run_line(line, &result);
    if (result.exit_code != wanted_exit) {
        fail_msg("%s exits %d: %s", line, result.exit_code, result.err);
    }
    const char *text = wanted_exit == 0 ? result.out : result.err;
    assert_ok(moly_json_parse(text, strlen(text), &json, &err), err);
    return json;
}

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_number(value)) {
        fail_msg("no number '%s' in the result", key);
    }
    return json_number_value(value);
}

static const json_t *region(const json_t *result, size_t i, const char *label)
{
    const json_t *row = json_array_get(json_object_get(result, "regions"), i);
    assert_non_null(row);
    assert_string_equal(json_string_value(json_object_get(row, "label")), label);
    return row;
}

static void four_digital_reference_objects_have_their_printed_values(void **state)
{
    (void)state;
    static const char *const names[] = {"DRO_0_0", "DRO_2_0", "DRO_2_4", "DRO_3_1"};
    for (size_t i = 0; i < 4; i++) {
        char image[200], mask[200];
        (void)snprintf(image, sizeof image, "data/clinical/dicom_pet/suv_dro/%s/PT", names[i]);
        (void)snprintf(mask, sizeof mask, "data/clinical/dicom_pet/suv_dro/%s/mask/DRO_mask.nii.gz",
                       names[i]);
        json_t *result = run_suv(image, mask, 0);
        const json_t *row = region(result, 0, "DRO_mask");
        /* printed with two decimals: 0.20, 1.00, 4.00 */
        assert_true(fabs(number(row, "min") - 0.20) < 0.005);
        assert_true(fabs(number(row, "median") - 1.00) < 0.005);
        assert_true(fabs(number(row, "max") - 4.00) < 0.005);
        json_decref(result);
    }
}

static void a_head_and_neck_study_has_the_reference_figures(void **state)
{
    (void)state;
    json_t *result = run_suv("data/clinical/dicom_pet/qin_hn_0024_cps1023/PET",
                             "data/clinical/dicom_pet/qin_hn_0024_cps1023/SEG", 0);
    const json_t *at = json_object_get(result, "max_lps_mm");
    assert_relative(number(result, "factor"), 2.944804047131298e-4, 1e-9);
    assert_relative(number(result, "max"), 19.512495925667803, 1e-6);
    static const double lps_mm[3] = {-35.09, -231.304, -1019.834};
    for (size_t i = 0; i < 3; i++) {
        assert_true(fabs(json_number_value(json_array_get(at, i)) - lps_mm[i]) < 1e-3);
    }
    const json_t *primary = region(result, 0, "Neoplasm, Primary");
    assert_relative(number(primary, "volume_ml"), 2.281069725561788, TOLERANCE);
    assert_relative(number(primary, "mean"), 3.516114350103326, TOLERANCE);
    assert_relative(number(primary, "max"), 4.42642929303207, TOLERANCE);
    assert_relative(number(primary, "min"), 2.5678411289592744, TOLERANCE);
    const json_t *secondary = region(result, 1, "Neoplasm, Secondary");
    assert_relative(number(secondary, "volume_ml"), 8.955310774427762, TOLERANCE);
    assert_relative(number(secondary, "mean"), 3.713847649362143, TOLERANCE);
    assert_relative(number(secondary, "max"), 7.2080586792493175, TOLERANCE);
    assert_relative(number(secondary, "min"), 1.679339513837002, TOLERANCE);
    assert_relative(number(secondary, "tlg_g"), 3.713847649362143 * 8.955310774427762, TOLERANCE);
    json_decref(result);
}

static void two_sarcomas_have_the_reference_figures_of_their_contours(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double whole_max, volume_ml, mean, max, min, sd, median;
    } cases[] = {
        {"STS_002", 21.6757469174659, 54.27713012695283, 7.369624252878745, 21.6757469174659,
         0.69465460977325, 5.687262100424919, 5.354791400999},
        {"STS_048", 20.11048316932739, 353.0657958984355, 1.7702314031403863, 6.02628135671723,
         0.43800986121072, 0.5569218798832819, 1.72622783543494},
    };
    for (size_t i = 0; i < 2; i++) {
        char image[200], mask[200];
        (void)snprintf(image, sizeof image, "data/clinical/dicom_pet/ibsi_validation/%s/PET/image",
                       cases[i].name);
        (void)snprintf(mask, sizeof mask, "data/clinical/dicom_pet/ibsi_validation/%s/PET/mask",
                       cases[i].name);
        json_t *result = run_suv(image, mask, 0);
        const json_t *row = region(result, 0, "GTV_Mass_PET");
        assert_relative(number(result, "max"), cases[i].whole_max, TOLERANCE);
        assert_relative(number(row, "volume_ml"), cases[i].volume_ml, TOLERANCE);
        assert_relative(number(row, "mean"), cases[i].mean, TOLERANCE);
        assert_relative(number(row, "max"), cases[i].max, TOLERANCE);
        assert_relative(number(row, "min"), cases[i].min, TOLERANCE);
        assert_relative(number(row, "sd"), cases[i].sd, TOLERANCE);
        assert_relative(number(row, "median"), cases[i].median, TOLERANCE);
        json_decref(result);
    }
}

static void an_image_without_radiopharmaceutical_is_refused_by_what_is_missing(void **state)
{
    (void)state;
    json_t *result = run_suv("data/clinical/dicom_pet/nema_iq/pet_recon_1", NULL, 65);
    const char *message =
        json_string_value(json_object_get(json_object_get(result, "error"), "message"));
    assert_non_null(strstr(message, "Radiopharmaceutical Information Sequence (0054,0016)"));
    json_decref(result);
}

static void several_series_are_listed(void **state)
{
    (void)state;
    json_t *result = run_suv("data/clinical/dicom_pet/acrin_flt_siemens1094", NULL, 2);
    const char *message =
        json_string_value(json_object_get(json_object_get(result, "error"), "message"));
    assert_non_null(strstr(message, "1.3.6.1.4.1.14519.5.2.1.7009.2401.156320467167446933671661"));
    assert_non_null(strstr(message, "1.3.6.1.4.1.14519.5.2.1.7009.2401.191964947775618932225259"));
    json_decref(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_digital_reference_objects_have_their_printed_values),
        cmocka_unit_test(a_head_and_neck_study_has_the_reference_figures),
        cmocka_unit_test(two_sarcomas_have_the_reference_figures_of_their_contours),
        cmocka_unit_test(an_image_without_radiopharmaceutical_is_refused_by_what_is_missing),
        cmocka_unit_test(several_series_are_listed),
    };
    return cmocka_run_group_tests(tests, run_in_fresh_folder, leave_fresh_folder);
}
