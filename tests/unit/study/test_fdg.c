/* SPDX-License-Identifier: Apache-2.0 */
/* A day of F-18: a vial is bought, a dose drawn, given and its residual measured, the patient
 * imaged; the image's header tells another activity than the books. */
#include <math.h>
#include <sys/stat.h>

#include "centre_testing.h"
#include "moly/quantify/pet.h"
#include "moly/study/study.h"
#include "moly/volume/phantom.h"

static const double weight_kg = 70.0, concentration_bq_per_ml = 3000.0;
/* DDEP (Monographie BIPM-5), 1.8288 h */
static const double half_life_s = 1.8288 * 3600.0;

typedef struct day {
    centre centre;
    char images[96];
} day;

/* 23 November, wall clock of the site (UTC+6). */
static moly_dicom_time wall(double utc_hours)
{
    const int64_t date = instant_of("2026-11-23T00:00Z").us / (INT64_C(86400) * 1000000);
    return (moly_dicom_time){date, (utc_hours + 6.0) * 3600.0};
}

/* Uniform image of 1 h after the injection, as the scanner sends it; its operator typed
 * `header_bq`. */
static void scan(const day *d, const char *number, const char *series_uid, double header_bq)
{
    moly_error err = {0};
    moly_volume *volume = NULL;
    moly_phantom phantom = moly_phantom_iec();
    phantom.grid.n[0] = phantom.grid.n[1] = 12;
    phantom.grid.n[2] = 4;
    phantom.noise = 0.0;
    assert_ok(moly_phantom_make(&phantom, &volume, &err), err);
    for (int64_t i = 0; i < moly_grid_n_voxels(&volume->grid); i++) {
        volume->data[i] = (float)concentration_bq_per_ml;
    }
    const moly_dicom_header header = {.modality = "PT",
                                      .series_uid = series_uid,
                                      .study_uid = "2.25.7",
                                      .frame_of_reference_uid = "2.25.8",
                                      .study_description = "FDG PET",
                                      .patient_name = "Test^Aigul",
                                      .patient_id = number,
                                      .patient_sex = "F",
                                      .patient_birth = {MOLY_DICOM_NO_DAY, NAN},
                                      .patient_weight_kg = weight_kg,
                                      .patient_size_m = 1.68,
                                      .series_number = 1,
                                      .n_slices_declared = INT64_MIN,
                                      .units = "BQML",
                                      .decay_correction = "START",
                                      .corrected_image = "NORM\\DTIM\\ATTN\\SCAT\\DECY\\RAN",
                                      .counts_source = "EMISSION",
                                      .series_type = "STATIC\\IMAGE",
                                      .has_utc_offset = true,
                                      .utc_offset_minutes = 360,
                                      .study_time = wall(9.0),
                                      .series_time = wall(9.0),
                                      .earliest_acquisition = wall(9.0),
                                      .decay_reference = MOLY_DICOM_TIME_NONE,
                                      .ge_scan_time = MOLY_DICOM_TIME_NONE,
                                      .siemens_decay_time = MOLY_DICOM_TIME_NONE,
                                      .philips_suv_factor = NAN,
                                      .philips_bq_ml_factor = NAN,
                                      .has_radiopharmaceutical = true,
                                      .n_radiopharmaceuticals = 1,
                                      .radiopharmaceutical = "Fluorodeoxyglucose",
                                      .radionuclide_code = "77004003",
                                      .radionuclide_scheme = "SCT",
                                      .radionuclide_meaning = "^18^Fluorine",
                                      .injection_time = {MOLY_DICOM_NO_DAY, wall(8.0).second},
                                      .injection_datetime = wall(8.0),
                                      .total_dose = header_bq,
                                      .half_life_s = half_life_s};
    assert_ok(moly_dicom_write_pet(d->images, &header, volume, 600.0, &err), err);
    moly_volume_free(volume);
}

static int set_up(void **state)
{
    day *d = calloc(1, sizeof *d);
    centre *c = &d->centre;
    centre_open(c, "KG");
    (void)snprintf(d->images, sizeof d->images, "%s/images", c->folder);
    assert_int_equal(mkdir(d->images, 0700), 0);
    at(c, "2026-11-23T06:00Z");
    do_act(c, "technologist", "clinic.register_patient",
           "{'name':'Айгул Тест','birth_date':'1970-01-02','sex':'female','weight':'70 kg',"
           "'number':'FDG-1'}");
    do_act(c, "technologist", "clinic.register_patient",
           "{'name':'Бакыт Эсенов','birth_date':'1951-11-02','sex':'male','number':'FDG-2'}");
    do_act(c, "technologist", "clinic.refer",
           "{'patient':'PAT-000001','examination':'FDG PET','question':'staging',"
           "'referrer':'Dr Osmonov'}");
    do_act(c, "physician", "clinic.justify",
           "{'referral':'REF-000001','justification':'staging','pregnancy':'excluded',"
           "'breast_feeding':'no'}");
    do_act(c, "physician", "clinic.order",
           "{'referral':'REF-000001','product':'fludeoxyglucose','activity':'300 MBq',"
           "'planned':'2026-11-23T08:00Z'}");
    at(c, "2026-11-23T07:00Z");
    do_act(c, "technologist", "pharmacy.receive_vial",
           "{'product':'fludeoxyglucose','supplier':'Cyclo','lot':'L1','certificate':'C1',"
           "'labelled':'4 GBq','calibrated':'2026-11-23T05:30Z','activity':'2.27 GBq',"
           "'volume':'8 mL','expiry':'2026-11-23T15:00Z'}");
    *state = d;
    return 0;
}

static int tear_down(void **state)
{
    day *d = *state;
    centre_close(&d->centre);
    free(d);
    return 0;
}

static void released(centre *c)
{
    at(c, "2026-11-23T07:20Z");
    do_act(c, "radiopharmacist", "pharmacy.release", "{'vial':'VIA-000001'}");
}

/* Somewhat more than ordered: 386 MBq at 07:20 are 300 MBq at 08:00. */
static void drawn(centre *c)
{
    released(c);
    do_act(c, "technologist", "clinic.draw_dose",
           "{'order':'ORD-000001','vial':'VIA-000001','activity':'386 MBq'}");
}

static void given(centre *c)
{
    drawn(c);
    at(c, "2026-11-23T08:00Z");
    do_act(c, "technologist", "clinic.administer",
           "{'dose':'DOS-000001','patient':'PAT-000001','birth_date':'1970-01-02'}");
    at(c, "2026-11-23T08:05Z");
    do_act(c, "technologist", "clinic.measure_residual",
           "{'dose':'DOS-000001','activity':'6 MBq'}");
}

/* What was in the syringe at 08:00 less what was left in it, by the definition of half-life. */
static double net_bq(void)
{
    return 386e6 * exp2(-2400.0 / half_life_s) - 6e6 * exp2(300.0 / half_life_s);
}

static moly_status measured(day *d, const char *patient, const char *dose, json_t **suv,
                            moly_error *err)
{
    const moly_study_source source = {.path = d->images, .patient = patient, .dose = dose};
    return moly_study_suv(d->centre.ledger, &source, MOLY_SUV_BW, NULL, suv, err);
}

static moly_status imported(day *d, const char *patient, const char *dose, json_t **event,
                            moly_error *err)
{
    const moly_performer performer = {.user = "import", .authentication = "program"};
    const moly_study_source source = {.path = d->images, .patient = patient, .dose = dose};
    return moly_study_import(d->centre.ledger, &source, &performer, NULL, event, err);
}

static void assert_near(double value, double expected, double relative)
{
    if (!(fabs(value - expected) <= relative * fabs(expected))) {
        fail_msg("%.9g, expected %.9g within %g", value, expected, relative);
    }
}

static void a_vial_is_used_after_its_release_only(void **state)
{
    centre *c = &((day *)*state)->centre;
    refused(c, "technologist", "clinic.draw_dose",
            "{'order':'ORD-000001','vial':'VIA-000001','activity':'386 MBq'}", "R-13",
            "VIA-000001");
    refused(c, "technologist", "pharmacy.release", "{'vial':'VIA-000001'}", "R-08", "");
    released(c);
    at(c, "2026-11-23T15:00:01Z");
    refused(c, "technologist", "clinic.draw_dose",
            "{'order':'ORD-000001','vial':'VIA-000001','activity':'386 MBq'}", "R-24", "expire");
}

static void the_books_of_fluorine_balance_to_the_waste(void **state)
{
    day *d = *state;
    centre *c = &d->centre;
    given(c);
    assert_near(record_value(c, "dose", "DOS-000001", "net_bq"), net_bq(), 1e-4);
    assert_near(book_of(c, "patient/PAT-000001", "F-18"), net_bq() * exp2(-300.0 / half_life_s),
                1e-3);
    do_act(c, "technologist", "safety.discard", "{'vial':'VIA-000001'}");
    do_act(c, "technologist", "safety.discard", "{'dose':'DOS-000001'}");
    json_t *balance = balance_of(c);
    assert_int_equal(json_array_size(json_object_get(balance, "discrepancies")), 0);
    json_decref(balance);
}

/* EVIDENCE: R-34 the net activity of the books, not the header's, is what the uptake is by */
static void the_uptake_is_by_what_the_books_say_was_given(void **state)
{
    day *d = *state;
    json_t *suv = NULL;
    moly_error err = {0};
    given(&d->centre);
    at(&d->centre, "2026-11-23T09:20Z");
    scan(d, "FDG-1", "2.25.71", 330e6);
    assert_ok(measured(d, NULL, NULL, &suv, &err), err);
    double at_scan_bq = net_bq() * exp2(-3600.0 / half_life_s);
    assert_near(number_in(suv, "factor"), weight_kg * 1000.0 / at_scan_bq, 1e-3);
    assert_near(number_in(suv, "mean"), concentration_bq_per_ml * weight_kg * 1000.0 / at_scan_bq,
                1e-3);
    assert_near(number_in(suv, "activity_bq"), at_scan_bq, 1e-3);
    assert_near(number_in(suv, "header_activity_bq"), 330e6 * exp2(-3600.0 / half_life_s), 1e-3);
    assert_near(number_in(suv, "net_difference"), net_bq() / 330e6 - 1.0, 1e-2);
    assert_string_equal(text_in(suv, "dose"), "DOS-000001");
    assert_string_equal(text_in(suv, "patient"), "PAT-000001");
    char *warnings = json_dumps(json_object_get(suv, "warnings"), 0);
    assert_non_null(strstr(warnings, "less activity than the image's header"));
    free(warnings);
    json_t *event = NULL;
    assert_ok(imported(d, NULL, NULL, &event, &err), err);
    const json_t *kept = json_object_get(json_object_get(event, "body"), "suv");
    assert_near(number_in(kept, "factor"), number_in(suv, "factor"), 1e-12);
    json_decref(event);
    json_decref(suv);
    assert_record(&d->centre, "study", "STU-000001", "dose", "DOS-000001");
    assert_record(&d->centre, "study", "STU-000001", "patient", "PAT-000001");
    moly_status again = imported(d, NULL, NULL, &event, &err);
    assert_int_equal(again, MOLY_ERR_DATA);
    assert_non_null(strstr(err.message, "imported already, as study STU-000001"));
}

static void what_the_books_do_not_know_is_said_and_the_header_used(void **state)
{
    day *d = *state;
    json_t *suv = NULL;
    moly_error err = {0};
    at(&d->centre, "2026-11-23T09:20Z");
    scan(d, "NOBODY", "2.25.72", 330e6);
    assert_ok(measured(d, NULL, NULL, &suv, &err), err);
    char *warnings = json_dumps(json_object_get(suv, "warnings"), JSON_ENCODE_ANY);
    assert_non_null(strstr(warnings, "no patient of the books has the number"));
    assert_null(json_object_get(suv, "dose"));
    assert_near(number_in(suv, "factor"),
                weight_kg * 1000.0 / (330e6 * exp2(-3600.0 / half_life_s)), 1e-3);
    free(warnings);
    json_decref(suv);
    assert_ok(measured(d, "PAT-000002", NULL, &suv, &err), err);
    warnings = json_dumps(json_object_get(suv, "warnings"), JSON_ENCODE_ANY);
    assert_non_null(strstr(warnings, "no dose of F-18 given to patient PAT-000002"));
    free(warnings);
    json_decref(suv);
}

static void somebody_elses_dose_and_one_not_given_are_refused(void **state)
{
    day *d = *state;
    centre *c = &d->centre;
    json_t *none = NULL;
    moly_error err = {0};
    drawn(c);
    at(c, "2026-11-23T09:20Z");
    scan(d, "FDG-1", "2.25.73", 330e6);
    assert_int_equal(imported(d, NULL, "DOS-000001", &none, &err), MOLY_ERR_RULE);
    assert_string_equal(err.rule, "R-13");
    assert_non_null(strstr(err.message, "not given"));
    err = (moly_error){0};
    assert_int_equal(imported(d, NULL, "DOS-000009", &none, &err), MOLY_ERR_NOT_FOUND);
    at(c, "2026-11-23T08:00Z");
    do_act(c, "technologist", "clinic.administer",
           "{'dose':'DOS-000001','patient':'PAT-000001','birth_date':'1970-01-02'}");
    at(c, "2026-11-23T09:20Z");
    err = (moly_error){0};
    assert_int_equal(imported(d, "PAT-000002", "DOS-000001", &none, &err), MOLY_ERR_RULE);
    assert_string_equal(err.rule, "R-37");
    err = (moly_error){0};
    assert_int_equal(measured(d, "PAT-000002", "DOS-000001", &none, &err), MOLY_ERR_DATA);
    assert_non_null(strstr(err.message, "was given to patient PAT-000001, not to PAT-000002"));
    assert_null(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_vial_is_used_after_its_release_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_books_of_fluorine_balance_to_the_waste, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_uptake_is_by_what_the_books_say_was_given, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_the_books_do_not_know_is_said_and_the_header_used,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(somebody_elses_dose_and_one_not_given_are_refused, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
