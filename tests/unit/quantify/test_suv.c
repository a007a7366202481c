/* SPDX-License-Identifier: Apache-2.0 */
/* The SUV rules, one header each. Measured values in the comments stand in REQUIREMENTS.md. */
#include "pet_study.h"

#include "moly/quantify/suv.h"

/* A header to be changed, with one slice of 300 s at the time of the scan. */
typedef struct rule_case {
    moly_dicom_image image;
    moly_dicom_slice slices[2];
    moly_suv_options options;
    moly_arena *arena;
    moly_suv suv;
    moly_error err;
} rule_case;

static rule_case *begin(void)
{
    rule_case *c = calloc(1, sizeof *c);
    c->image.header = study_header();
    c->image.slices = c->slices;
    c->image.n_slices = 2;
    for (int i = 0; i < 2; i++) {
        c->slices[i] = (moly_dicom_slice){.path = "file",
                                          .instance_number = i + 1,
                                          .acquisition = {20000, 39600.0 + 300.0 * i},
                                          .frame_duration_s = 300.0,
                                          .frame_reference_time_s = 150.0};
    }
    c->options = moly_suv_options_default();
    c->arena = moly_arena_new();
    return c;
}

static moly_status find(rule_case *c)
{
    return moly_suv_find(&c->image, &c->options, c->arena, &c->suv, &c->err);
}

static void end(rule_case *c)
{
    moly_arena_free(c->arena);
    free(c);
}

static bool warns(const rule_case *c, const char *piece)
{
    for (size_t i = 0; i < c->suv.n_warnings; i++) {
        if (strstr(c->suv.warnings[i], piece)) {
            return true;
        }
    }
    return false;
}

/* The factor, and that exactly the warnings named were given. */
static void expect(rule_case *c, double factor, const char *warning)
{
    assert_ok(find(c), c->err);
    assert_relative(c->suv.factor, factor, 2e-8); /* eight digits in REQUIREMENTS.md */
    if (warning ? !warns(c, warning) || c->suv.n_warnings != 1 : c->suv.n_warnings != 0) {
        fail_msg("wanted the warning '%s', got %zu: %s", warning ? warning : "none",
                 c->suv.n_warnings, c->suv.n_warnings ? c->suv.warnings[0] : "");
    }
    end(c);
}

static const double START = 2.7633668e-4, ADMIN = 1.8918919e-4;

static void start_decays_from_injection_to_series(void **state)
{
    (void)state;
    expect(begin(), START, NULL);
}

static void admin_does_not_decay(void **state)
{
    (void)state;
    rule_case *c = begin();
    c->image.header.decay_correction = "ADMIN";
    expect(c, ADMIN, NULL);
}

static void none_corrects_each_slice_from_its_own_acquisition(void **state)
{
    (void)state;
    rule_case *c = begin();
    double lambda = log(2.0) / 6586.2, x = lambda * 300.0;
    c->image.header.decay_correction = "NONE";
    c->image.header.corrected_image = "ATTN";
    assert_ok(find(c), c->err);
    assert_relative(c->suv.slice_factors[0],
                    70000.0 / 370e6 * x / (1.0 - exp(-x)) * exp(lambda * 3600.0), 1e-12);
    assert_relative(c->suv.slice_factors[1],
                    70000.0 / 370e6 * x / (1.0 - exp(-x)) * exp(lambda * 3900.0), 1e-12);
    assert_int_equal(c->suv.n_warnings, 0);
    end(c);
}

static void none_without_duration_or_acquisition_is_refused_by_slice(void **state)
{
    (void)state;
    rule_case *c = begin();
    c->image.header.decay_correction = "NONE";
    c->slices[1].frame_duration_s = NAN;
    assert_fails(find(c), MOLY_ERR_DATA, "slice 2 (file) lacks Actual Frame Duration", c->err);
    c->slices[1].frame_duration_s = 300.0;
    c->slices[1].acquisition = MOLY_DICOM_TIME_NONE;
    assert_fails(find(c), MOLY_ERR_DATA, "slice 2 (file) lacks Acquisition Time", c->err);
    end(c);
}

/* Midnight between injection (23:30) and scan (00:30). */
static rule_case *across_midnight(void)
{
    rule_case *c = begin();
    moly_dicom_header *h = &c->image.header;
    h->series_time = h->earliest_acquisition = (moly_dicom_time){20001, 1800.0};
    h->injection_time.second = 84600.0;
    h->injection_datetime = (moly_dicom_time){20000, 84600.0};
    return c;
}

static void midnight_with_a_date_time_is_nothing_special(void **state)
{
    (void)state;
    expect(across_midnight(), START, NULL);
}

static void midnight_with_only_a_time_is_inferred_and_told(void **state)
{
    (void)state;
    rule_case *c = across_midnight();
    c->image.header.injection_datetime = MOLY_DICOM_TIME_NONE;
    expect(c, START, "before midnight");
}

static void only_a_time_is_taken_on_the_day_of_the_series(void **state)
{
    (void)state;
    rule_case *c = begin();
    c->image.header.injection_datetime = MOLY_DICOM_TIME_NONE;
    expect(c, START, NULL);
}

static void only_a_date_time_is_enough(void **state)
{
    (void)state;
    rule_case *c = begin();
    c->image.header.injection_time = MOLY_DICOM_TIME_NONE;
    expect(c, START, NULL);
}

static void no_dates_at_all_still_have_times(void **state)
{
    (void)state;
    rule_case *c = begin();
    moly_dicom_header *h = &c->image.header;
    h->injection_datetime = MOLY_DICOM_TIME_NONE;
    h->series_time.day = h->earliest_acquisition.day = MOLY_DICOM_NO_DAY;
    expect(c, START, NULL);
}

static void a_time_that_differs_from_the_date_time_is_told(void **state)
{
    (void)state;
    rule_case *c = begin();
    c->image.header.injection_time.second = 32400.0;
    expect(c, START, "Start Time is -3600 s from the Start DateTime");
}

static void no_time_of_injection_is_refused(void **state)
{
    (void)state;
    rule_case *c = begin();
    c->image.header.injection_time = c->image.header.injection_datetime = MOLY_DICOM_TIME_NONE;
    assert_fails(find(c), MOLY_ERR_DATA, "time of injection is not known", c->err);
    end(c);
}

static void dates_that_cannot_be_are_refused(void **state)
{
    (void)state;
    rule_case *c = begin();
    c->image.header.injection_datetime.day++;
    assert_fails(find(c), MOLY_ERR_DATA, "one of the dates is wrong", c->err);
    c->image.header.injection_datetime.day -= 32;
    assert_fails(find(c), MOLY_ERR_DATA, "half-lives", c->err);
    /* only a time, and an hour after the scan: neither today nor yesterday makes sense */
    c->image.header.injection_datetime = MOLY_DICOM_TIME_NONE;
    c->image.header.injection_time.second = 43200.0;
    assert_fails(find(c), MOLY_ERR_DATA, "one of the dates is wrong", c->err);
    end(c);
}

static void a_dynamic_start_just_before_the_injection_is_told(void **state)
{
    (void)state;
    rule_case *c = begin();
    c->image.header.injection_datetime.second = 39630.0;
    c->image.header.injection_time.second = 39630.0;
    expect(c, ADMIN * exp2(-30.0 / 6586.2), "30 s before the injection");
}

/* The series was made an hour after the scan. */
static rule_case *remade(void)
{
    rule_case *c = begin();
    c->image.header.series_time.second += 3600.0;
    return c;
}

static void a_series_made_later_counts_to_the_earliest_acquisition(void **state)
{
    (void)state;
    expect(remade(), START, "earliest Acquisition Time");
}

static void ge_tells_the_scan_time_of_a_series_made_later(void **state)
{
    (void)state;
    rule_case *c = remade();
    c->image.header.earliest_acquisition.second = 39900.0; /* cropped: the first bed is gone */
    c->image.header.ge_scan_time = (moly_dicom_time){20000, 39600.0};
    expect(c, START, "GE's scan time");
}

static void siemens_tells_the_decay_time_of_a_series_made_later(void **state)
{
    (void)state;
    rule_case *c = remade();
    c->image.header.earliest_acquisition.second = 39900.0;
    c->image.header.siemens_decay_time = (moly_dicom_time){20000, 39600.0};
    expect(c, START, "Siemens' decay correction time");
}

static void a_private_time_that_disagrees_is_told(void **state)
{
    (void)state;
    rule_case *c = begin();
    c->image.header.siemens_decay_time = (moly_dicom_time){20000, 39700.0};
    expect(c, START, "Siemens' decay correction time (0071,1022) is 100 s from the Series Time");
}

static void a_dose_in_mbq_is_recognised_and_told(void **state)
{
    (void)state;
    rule_case *c = begin();
    c->image.header.total_dose = 370.0;
    expect(c, START, "taken as MBq");
}

static void an_enhanced_image_has_its_dose_in_mbq(void **state)
{
    (void)state;
    rule_case *c = begin();
    c->image.header.total_dose = 370.0;
    c->image.header.sop_class_uid = "1.2.840.10008.5.1.4.1.1.130";
    expect(c, START, NULL);
}

static void a_dose_that_could_be_either_is_refused(void **state)
{
    (void)state;
    static const double doses[] = {0.0, -370e6, 370e3, 1e12, 0.1};
    for (size_t i = 0; i < sizeof doses / sizeof *doses; i++) {
        rule_case *c = begin();
        c->image.header.total_dose = doses[i];
        assert_fails(find(c), MOLY_ERR_DATA, "its unit cannot be told", c->err);
        end(c);
    }
    rule_case *c = begin();
    c->image.header.total_dose = NAN;
    assert_fails(find(c), MOLY_ERR_DATA, "Radionuclide Total Dose (0018,1074) is missing", c->err);
    end(c);
}

static void a_weight_in_grams_is_recognised_and_told(void **state)
{
    (void)state;
    rule_case *c = begin();
    c->image.header.patient_weight_kg = 70000.0;
    expect(c, START, "taken as g");
}

static void no_weight_is_refused_by_name(void **state)
{
    (void)state;
    static const double weights[] = {NAN, 0.0, -70.0};
    for (size_t i = 0; i < 3; i++) {
        rule_case *c = begin();
        c->image.header.patient_weight_kg = weights[i];
        assert_fails(find(c), MOLY_ERR_DATA, "Patient Weight (0010,1030)", c->err);
        end(c);
    }
}

static void half_lives_are_compared_with_the_table(void **state)
{
    (void)state;
    rule_case *c = begin();
    c->image.header.half_life_s = 6700.0;
    expect(c, ADMIN * exp2(3600.0 / 6700.0), "of F-18 in Moly's table; the header's was used");
    c = begin();
    c->image.header.half_life_s = NAN;
    /* 1.8289 h of DDEP */
    expect(c, ADMIN * exp2(3600.0 / (1.8289 * 3600.0)), "from Moly's table");
    c = begin();
    c->image.header.half_life_s = 4062.6; /* Ga-68 under the name of F-18 */
    assert_fails(find(c), MOLY_ERR_DATA, "the header names F-18", c->err);
    end(c);
    c = begin();
    c->image.header.half_life_s = NAN;
    c->image.header.radionuclide_code = c->image.header.radionuclide_meaning = NULL;
    assert_fails(find(c), MOLY_ERR_DATA, "Radionuclide Half Life (0018,1075) is missing", c->err);
    end(c);
}

static void a_nuclide_is_known_by_code_by_words_and_by_half_life(void **state)
{
    (void)state;
    static const struct {
        const char *code, *meaning, *nuclide;
        double half_life_s;
    } cases[] = {
        {"C-111A1", NULL, "F-18", 6586.2},   {"35337001", NULL, "Ga-68", 4062.6},
        {NULL, "18F", "F-18", 6588.0},       {NULL, "^68^Gallium", "Ga-68", 4057.7},
        {NULL, "Carbon-11", "C-11", 1223.0}, {NULL, "F-18", "F-18", 6586.2},
        {NULL, NULL, "Cu-64", 45725.0},      {"?", "unknown", NULL, 5000.0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rule_case *c = begin();
        c->image.header.radionuclide_code = cases[i].code;
        c->image.header.radionuclide_meaning = cases[i].meaning;
        c->image.header.half_life_s = cases[i].half_life_s;
        assert_ok(find(c), c->err);
        if (cases[i].nuclide) {
            assert_string_equal(c->suv.nuclide, cases[i].nuclide);
        } else {
            assert_null(c->suv.nuclide);
        }
        end(c);
    }
}

static rule_case *in_units(const char *units, const char *suv_type)
{
    rule_case *c = begin();
    c->image.header.units = units;
    c->image.header.suv_type = suv_type;
    return c;
}

static void gml_is_read_by_its_suv_type(void **state)
{
    (void)state;
    expect(in_units("GML", "BW"), 1.0, NULL);
    expect(in_units("GML", NULL), 1.0, "body weight is assumed");
    /* 70 kg, 175 cm, a man: see test_suv_body */
    expect(in_units("GML", "LBM"), 70.0 / 57.8, NULL);
    expect(in_units("GML", "LBMJAMES128"), 70.0 / 56.52, NULL);
    expect(in_units("GML", "LBMJANMA"), 70.0 / (648900.0 / (6680.0 + 216.0 * 160.0 / 7.0)), NULL);
    expect(in_units("GML", "IBW"), 70.0 / 72.38, NULL);
    rule_case *c = in_units("GML", "XYZ");
    assert_fails(find(c), MOLY_ERR_DATA, "SUV Type (0054,1006) is XYZ", c->err);
    end(c);
}

static void cm2ml_is_by_surface(void **state)
{
    (void)state;
    double bsa_cm2 = 71.84 * pow(175.0, 0.725) * pow(70.0, 0.425);
    expect(in_units("CM2ML", "BSA"), 70000.0 / bsa_cm2, NULL);
    expect(in_units("CM2ML", NULL), 70000.0 / bsa_cm2, "body surface is assumed");
    rule_case *c = in_units("CM2ML", "BW");
    assert_fails(find(c), MOLY_ERR_DATA, "not BSA", c->err);
    end(c);
}

static void a_stored_suv_needs_no_body_where_it_is_wanted_as_it_is(void **state)
{
    (void)state;
    rule_case *c = in_units("GML", "LBMJANMA");
    c->options.type = MOLY_SUV_LBM_JANMA;
    c->image.header.patient_size_m = NAN;
    expect(c, 1.0, NULL);
    c = in_units("GML", "BW");
    c->image.header.patient_weight_kg = NAN;
    c->image.header.has_radiopharmaceutical = false;
    expect(c, 1.0, NULL);
}

static void counts_need_one_of_philips_factors(void **state)
{
    (void)state;
    rule_case *c = in_units("CNTS", NULL);
    c->image.header.philips_suv_factor = 5e-4;
    c->image.header.philips_bq_ml_factor = 2.0;
    expect(c, 5e-4, NULL);
    c = in_units("CNTS", NULL);
    c->image.header.philips_suv_factor = 0.0; /* Philips' way to say that there is none */
    c->image.header.philips_bq_ml_factor = 2.0;
    expect(c, 2.0 * START, NULL);
    c = in_units("CNTS", NULL);
    assert_fails(find(c), MOLY_ERR_DATA, "(7053,1000)", c->err);
    end(c);
}

static void other_units_are_refused_by_name(void **state)
{
    (void)state;
    rule_case *c = in_units("PROPCPS", NULL);
    assert_fails(find(c), MOLY_ERR_DATA, "Units (0054,1001) is PROPCPS", c->err);
    c->image.header.units = NULL;
    c->image.header.has_radiopharmaceutical = false;
    assert_fails(find(c), MOLY_ERR_DATA, "Radiopharmaceutical Information Sequence", c->err);
    c->image.header.units = "BQML";
    assert_fails(find(c), MOLY_ERR_DATA, "(0054,0016) is missing", c->err);
    c->image.header.has_radiopharmaceutical = true;
    c->image.header.decay_correction = NULL;
    assert_fails(find(c), MOLY_ERR_DATA, "Decay Correction (0054,1102) is missing", c->err);
    end(c);
}

static void each_type_divides_by_its_measure(void **state)
{
    (void)state;
    for (int type = MOLY_SUV_BW; type <= MOLY_SUV_IBW; type++) {
        rule_case *c = begin();
        double measure = 0.0;
        assert_ok(moly_suv_body_measure((moly_suv_type)type, 70.0, 175.0, "M", &measure, &c->err),
                  c->err);
        c->options.type = (moly_suv_type)type;
        expect(c, START * measure / 70000.0, NULL);
    }
    rule_case *c = begin();
    c->options.type = MOLY_SUV_LBM_JAMES;
    c->image.header.patient_size_m = NAN;
    assert_fails(find(c), MOLY_ERR_DATA, "Patient Size (0010,1020)", c->err);
    c->image.header.patient_size_m = 1.75;
    c->image.header.patient_sex = NULL;
    assert_fails(find(c), MOLY_ERR_DATA, "Patient Sex (0010,0040)", c->err);
    end(c);
    c = begin();
    c->options.type = MOLY_SUV_IBW;
    c->image.header.patient_sex = "O";
    expect(c, START * (0.5 * (72.38 + 66.43)) / 70.0, "Patient Sex is O");
}

static void the_books_net_activity_is_used_and_compared(void **state)
{
    (void)state;
    rule_case *c = begin();
    /* 352 MBq net at the injection, 10:00 at UTC+6: 5 % less than the header */
    c->options.net_activity_bq = 351.5e6;
    c->options.net_activity_at = (moly_instant){(20000 * INT64_C(86400) + 14400) * 1000000};
    c->options.utc_offset_minutes = 360;
    assert_ok(find(c), c->err);
    assert_relative(c->suv.factor, START / 0.95, 2e-8);
    assert_relative(c->suv.net_difference, -0.05, 1e-12);
    assert_true(warns(c, "the books' net activity was used"));
    end(c);
    c = in_units("GML", "BW");
    c->options.net_activity_bq = 351.5e6;
    expect(c, 1.0, "the books' net activity was not used");
}

static void corrections_that_are_not_named_are_told(void **state)
{
    (void)state;
    rule_case *c = begin();
    c->image.header.corrected_image = "DECY\\RAN";
    expect(c, START, "attenuation");
    c = begin();
    c->image.header.corrected_image = "ATTN\\RAN";
    expect(c, START, "does not name decay");
}

static void applying_uses_each_slices_own_factor(void **state)
{
    (void)state;
    moly_error err = {0};
    const double factors[2] = {2.0, 3.0};
    moly_dicom_slice slices[2] = {{0}};
    const moly_grid grid = {
        .n = {2, 1, 2}, .spacing_mm = {1, 1, 1}, .direction = {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    moly_dicom_image image = {.slices = slices, .n_slices = 2};
    moly_suv suv = {.factor = 2.0, .slice_factors = factors};
    assert_ok(moly_volume_new(&grid, 1, MOLY_QUANTITY_BQ_PER_ML, &image.volume, &err), err);
    for (int i = 0; i < 4; i++) {
        image.volume->data[i] = 1.0f;
    }
    moly_suv_apply(&suv, &image);
    assert_true(image.volume->data[1] == 2.0f && image.volume->data[2] == 3.0f);
    assert_int_equal(image.volume->quantity, MOLY_QUANTITY_SUV);
    moly_volume_free(image.volume);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(start_decays_from_injection_to_series),
        cmocka_unit_test(admin_does_not_decay),
        cmocka_unit_test(none_corrects_each_slice_from_its_own_acquisition),
        cmocka_unit_test(none_without_duration_or_acquisition_is_refused_by_slice),
        cmocka_unit_test(midnight_with_a_date_time_is_nothing_special),
        cmocka_unit_test(midnight_with_only_a_time_is_inferred_and_told),
        cmocka_unit_test(only_a_time_is_taken_on_the_day_of_the_series),
        cmocka_unit_test(only_a_date_time_is_enough),
        cmocka_unit_test(no_dates_at_all_still_have_times),
        cmocka_unit_test(a_time_that_differs_from_the_date_time_is_told),
        cmocka_unit_test(no_time_of_injection_is_refused),
        cmocka_unit_test(dates_that_cannot_be_are_refused),
        cmocka_unit_test(a_dynamic_start_just_before_the_injection_is_told),
        cmocka_unit_test(a_series_made_later_counts_to_the_earliest_acquisition),
        cmocka_unit_test(ge_tells_the_scan_time_of_a_series_made_later),
        cmocka_unit_test(siemens_tells_the_decay_time_of_a_series_made_later),
        cmocka_unit_test(a_private_time_that_disagrees_is_told),
        cmocka_unit_test(a_dose_in_mbq_is_recognised_and_told),
        cmocka_unit_test(an_enhanced_image_has_its_dose_in_mbq),
        cmocka_unit_test(a_dose_that_could_be_either_is_refused),
        cmocka_unit_test(a_weight_in_grams_is_recognised_and_told),
        cmocka_unit_test(no_weight_is_refused_by_name),
        cmocka_unit_test(half_lives_are_compared_with_the_table),
        cmocka_unit_test(a_nuclide_is_known_by_code_by_words_and_by_half_life),
        cmocka_unit_test(gml_is_read_by_its_suv_type),
        cmocka_unit_test(cm2ml_is_by_surface),
        cmocka_unit_test(a_stored_suv_needs_no_body_where_it_is_wanted_as_it_is),
        cmocka_unit_test(counts_need_one_of_philips_factors),
        cmocka_unit_test(other_units_are_refused_by_name),
        cmocka_unit_test(each_type_divides_by_its_measure),
        cmocka_unit_test(the_books_net_activity_is_used_and_compared),
        cmocka_unit_test(corrections_that_are_not_named_are_told),
        cmocka_unit_test(applying_uses_each_slices_own_factor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
