/* SPDX-License-Identifier: Apache-2.0 */
/* DICOM NM of Mediso and GE cameras and of a heart. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"

#include "moly/formats/dicom_nm.h"

/* Expected: data/clinical/reference.json of the reference data (pydicom, NumPy). */
static const struct {
    const char *name;
    int64_t n_frames, n_rows, n_columns;
    double total, pixel_mm; /* 0: not compared */
} cases[] = {
    {"mediso_qc/FourBar.dcm", 1, 512, 512, 533338.0, 1.032499908},
    {"mediso_qc/Jaszack.dcm", 45, 128, 128, 124591663.0, 4.12999964},
    {"mediso_qc/Lin_X", 1, 1024, 1024, 15991433.0, 0.5899999738},
    {"mediso_qc/Spatial_Resol_X.dcm", 1, 512, 512, 1497463.0, 1.032499908},
    {"mediso_qc/UNIFORMIDAD_1.dcm", 1, 256, 256, 16000045.0, 2.064999816},
    {"ge_wholebody/NM1_UNC", 1, 1024, 256, 3596452.0, 0.0},
    {"ge_wholebody/NM1_RLE", 1, 1024, 256, 3596452.0, 0.0},
    {"recon_heart/NM-MONO2-16-13x-heart", 13, 64, 64, 533149.0, 0.0},
};

static void frames_and_counts_are_those_of_the_reference(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        moly_error err = {0};
        moly_dicom_nm *nm = NULL;
        char relative[256], path[4096];
        (void)snprintf(relative, sizeof relative, "data/clinical/dicom_nm/%s", cases[i].name);
        need_shared(relative, path, sizeof path);
        assert_ok(moly_dicom_read_nm(path, &nm, &err), err);
        const moly_projections *p = nm->projections;
        print_message("%s: %s, %lld windows, %lld gates, %lld views\n", cases[i].name, nm->kind,
                      (long long)p->n_windows, (long long)p->n_gates, (long long)p->n_views);
        assert_int_equal(p->n_windows * p->n_gates * p->n_views, cases[i].n_frames);
        assert_int_equal(p->n_axial, cases[i].n_rows);
        assert_int_equal(p->n_bins, cases[i].n_columns);
        assert_relative(moly_projections_total(p), cases[i].total, 1e-9);
        if (nm->counts_accumulated > 0.0) { /* the heart says 0, which it had not */
            assert_relative(nm->counts_accumulated, cases[i].total, 1e-9);
        }
        if (cases[i].pixel_mm > 0.0) {
            assert_relative(p->bin_mm, cases[i].pixel_mm, 1e-9);
        }
        moly_dicom_nm_free(nm);
    }
}

static void what_is_no_nm_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_dicom_nm *nm = NULL;
    assert_int_equal(moly_dicom_read_nm("no such file", &nm, &err), MOLY_ERR_NOT_FOUND);
    assert_null(nm);
    char path[4096];
    need_shared("data/clinical/reference.json", path, sizeof path);
    err = (moly_error){0};
    assert_int_equal(moly_dicom_read_nm(path, &nm, &err), MOLY_ERR_DATA);
    assert_null(nm);
}

/* Two heads, two windows, a radius of its own for each view. */
static moly_projections *two_heads(void)
{
    moly_error err = {0};
    moly_projections *p = NULL;
    assert_ok(moly_projections_new(2, 1, 12, 5, 7, 4.0, 4.5, &p, &err), err);
    moly_projections_orbit(p, 0.3, -2.0 * acos(-1.0), 200.0, 12.5);
    moly_projections_time(p, 2);
    for (int v = 0; v < 12; v++) {
        p->views[v].radius_mm += v;
    }
    p->windows[0] = (moly_energy_window){126.5, 154.6};
    p->windows[1] = (moly_energy_window){120.0, 126.5};
    for (int i = 0; i < 2 * 12 * 35; i++) {
        p->counts[i] = (float)(i * 7 % 65536);
    }
    return p;
}

static moly_dicom_header someone(void)
{
    moly_dicom_header h = moly_dicom_header_none();
    h.patient_id = "1";
    h.patient_name = "A^B";
    h.series_time = h.study_time = (moly_dicom_time){20000, 3600.0};
    return h;
}

static void projections_come_back_as_they_were_written(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_dicom_nm *nm = NULL;
    moly_projections *p = two_heads();
    const moly_dicom_header h = someone();
    assert_ok(moly_dicom_write_nm("nm-test.dcm", &h, p, 2, NULL, &err), err);
    assert_ok(moly_dicom_read_nm("nm-test.dcm", &nm, &err), err);
    const moly_projections *q = nm->projections;
    assert_string_equal(nm->kind, "TOMO");
    assert_int_equal(nm->n_heads, 2);
    assert_int_equal(q->n_windows * q->n_views * q->n_axial * q->n_bins, 2 * 12 * 35);
    assert_memory_equal(q->counts, p->counts, 2 * 12 * 35 * sizeof(float));
    assert_relative(nm->first_row_mm, 2.0 * 4.5, 1e-9);
    for (int v = 0; v < 12; v++) {
        const double apart = q->views[v].angle_rad - p->views[v].angle_rad;
        assert_true(fabs(remainder(apart, 2.0 * acos(-1.0))) < 1e-6);
        assert_relative(q->views[v].radius_mm, p->views[v].radius_mm, 1e-9);
        assert_relative(q->views[v].duration_s, 12.5, 1e-9);
        assert_true(fabs(q->views[v].start_s - p->views[v].start_s) < 1e-9);
    }
    assert_relative(q->windows[1].low_kev, 120.0, 1e-9);
    moly_dicom_nm_free(nm);
    if (system("command -v dciodvfy >/dev/null 2>&1") == 0) {
        assert_int_not_equal(system("dciodvfy nm-test.dcm 2>&1 | grep -q '^Error'"), 0);
    }
    (void)remove("nm-test.dcm");
    moly_projections_free(p);
}

static void what_nm_cannot_say_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_projections *p = two_heads();
    moly_dicom_header h = someone();
    assert_int_equal(moly_dicom_write_nm("no.dcm", &h, p, 5, NULL, &err), MOLY_ERR_USAGE);
    p->counts[3] = 70000.0F;
    assert_int_equal(moly_dicom_write_nm("no.dcm", &h, p, 2, NULL, &err), MOLY_ERR_RANGE);
    p->counts[3] = 7.0F;
    p->views[4].angle_rad += 0.01;
    assert_int_equal(moly_dicom_write_nm("no.dcm", &h, p, 2, NULL, &err), MOLY_ERR_USAGE);
    h.patient_id = NULL;
    assert_int_equal(moly_dicom_write_nm("no.dcm", &h, p, 2, NULL, &err), MOLY_ERR_USAGE);
    moly_projections_free(p);
}

/* What dcmdump says of an attribute is `wanted`. */
static void assert_dumped(const char *path, const char *keyword, const char *wanted)
{
    char line[512], text[1024];
    (void)snprintf(line, sizeof line, "dcmdump +P %s %s | head -1", keyword, path);
    FILE *pipe = popen(line, "r");
    assert_non_null(pipe);
    text[fread(text, 1, sizeof text - 1, pipe)] = '\0';
    assert_int_equal(pclose(pipe), 0);
    if (!strstr(text, wanted)) {
        fail_msg("%s: '%s' is not in '%s'", keyword, wanted, text);
    }
}

/* A left shoulder: a voxel at the patient's left, back, and towards the head. */
static void a_reconstructed_image_lies_as_the_patient_does(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_projections *p = two_heads();
    moly_dicom_header h = someone();
    h.corrected_image = "DECY\\ATTN";
    h.total_dose = 740.0; /* MBq */
    moly_collimator fan = {.name = "F", .shape = "fan", .focal_mm = 400.0, .n_pinholes = 1};
    const moly_nm_source source = {p, 0, 2, &fan};
    for (int is_against = 0; is_against < 2; is_against++) {
        const double up = is_against ? -1.0 : 1.0;
        const moly_grid grid = {
            {6, 5, 4}, {4.0, 4.5, 5.0}, {-10.0, -9.0, up * -7.5}, {1, 0, 0, 0, 1, 0, 0, 0, up}};
        moly_volume *v = NULL;
        moly_dicom_image *image = NULL;
        moly_volume_summary summary;
        assert_ok(moly_volume_new(&grid, 1, MOLY_QUANTITY_BQ_PER_ML, &v, &err), err);
        const int64_t head = is_against ? 0 : 3;
        v->data[(head * 5 + 4) * 6 + 5] = 1234567.0F; /* x = 10, y = 9, z = 7.5 */
        v->data[(head * 5 + 1) * 6 + 2] = 321.0F;
        assert_ok(moly_dicom_write_recon("recon-test.dcm", &h, v, &source, &err), err);
        assert_ok(moly_dicom_load_path("recon-test.dcm", NULL, &image, &err), err);
        assert_int_equal(image->volume->quantity, MOLY_QUANTITY_BQ_PER_ML);
        assert_int_equal(image->n_warnings, 0);
        assert_ok(moly_volume_summarise(image->volume, &summary, &err), err);
        assert_relative(summary.max_lps_mm[0], 10.0, 1e-6); /* left */
        assert_relative(summary.max_lps_mm[1], 9.0, 1e-6);  /* back */
        assert_relative(summary.max_lps_mm[2], 7.5, 1e-6);  /* to the head */
        const double slope = image->slices[0].slope;
        assert_true(fabs(summary.max - 1234567.0) <= 0.5 * slope && slope < 20.0);
        assert_true(fabs((double)image->volume->data[(3 * 5 + 1) * 6 + 2] - 321.0) <= 0.5 * slope);
        assert_relative(image->header.total_dose, 740.0, 1e-12);
        assert_string_equal(image->header.units, "BQML");
        moly_dicom_image_free(image);
        moly_volume_free(v);
    }
    moly_dicom_nm *nm = NULL;
    assert_ok(moly_dicom_read_nm("recon-test.dcm", &nm, &err), err);
    assert_string_equal(nm->kind, "RECON TOMO");
    moly_dicom_nm_free(nm);
    if (system("command -v dciodvfy >/dev/null 2>&1") == 0) {
        assert_int_not_equal(system("dciodvfy recon-test.dcm 2>&1 | grep '^Error'"), 0);
    }
    if (system("command -v dcmdump >/dev/null 2>&1") == 0) {
        const char *path = "recon-test.dcm";
        assert_dumped(path, "0020,0032", "[-10\\-9\\-7.5]"); /* the first frame is at the feet */
        assert_dumped(path, "0018,0088", "[5]");
        assert_dumped(path, "0028,0009", "(0054,0080)");
        assert_dumped(path, "0054,0080", "1\\2\\3\\4");
        assert_dumped(path, "0040,9225", "18.99");
        assert_dumped(path, "0018,1181", "[FANB]");
    }
    (void)remove("recon-test.dcm");
    moly_projections_free(p);
}

static void a_reconstructed_image_without_a_patient_or_below_0_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_projections *p = two_heads();
    moly_dicom_header h = someone();
    const moly_nm_source source = {p, 0, 2, NULL};
    const moly_grid grid = {{2, 2, 2}, {1, 1, 1}, {0, 0, 0}, {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    moly_volume *v = NULL;
    assert_ok(moly_volume_new(&grid, 1, MOLY_QUANTITY_BQ_PER_ML, &v, &err), err);
    v->data[5] = -1.0F;
    assert_int_equal(moly_dicom_write_recon("no.dcm", &h, v, &source, &err), MOLY_ERR_RANGE);
    v->data[5] = 1.0F;
    h.patient_id = NULL;
    assert_int_equal(moly_dicom_write_recon("no.dcm", &h, v, &source, &err), MOLY_ERR_USAGE);
    moly_volume_free(v);
    moly_projections_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(projections_come_back_as_they_were_written),
        cmocka_unit_test(what_nm_cannot_say_is_refused),
        cmocka_unit_test(a_reconstructed_image_lies_as_the_patient_does),
        cmocka_unit_test(a_reconstructed_image_without_a_patient_or_below_0_is_refused),
        cmocka_unit_test(frames_and_counts_are_those_of_the_reference),
        cmocka_unit_test(what_is_no_nm_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
