/* SPDX-License-Identifier: Apache-2.0 */
/* DICOM NM of Mediso and GE cameras and of a heart. */
#include <math.h>
#include <stdio.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_and_counts_are_those_of_the_reference),
        cmocka_unit_test(what_is_no_nm_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
