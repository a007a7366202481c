/* SPDX-License-Identifier: Apache-2.0 */
/* DICOM NM of Mediso and GE cameras and of a heart. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

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
    assert_ok(moly_dicom_write_nm("nm-test.dcm", &h, p, 2, "LEHR", &err), err);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(projections_come_back_as_they_were_written),
        cmocka_unit_test(what_nm_cannot_say_is_refused),
        cmocka_unit_test(frames_and_counts_are_those_of_the_reference),
        cmocka_unit_test(what_is_no_nm_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
