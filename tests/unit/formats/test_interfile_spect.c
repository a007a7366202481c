/* SPDX-License-Identifier: Apache-2.0 */
/* SPECT projections in Interfile, in and out. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "testing.h"

#include "moly/base/text.h"
#include "moly/formats/interfile.h"

static const double pi = 3.14159265358979323846;

/* Expected: the sum of the file's numbers by NumPy; sizes and orbit as its header says. */
static void projections_of_stir_are_read(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_projections *p = NULL;
    char path[4096];
    need_shared("data/clinical/raw_spect/stir_spectub/input.hs", path, sizeof path);
    assert_ok(moly_interfile_read_projections(path, &p, &err), err);
    assert_int_equal(p->n_views, 120);
    assert_int_equal(p->n_axial, 64);
    assert_int_equal(p->n_bins, 128);
    assert_relative(moly_projections_total(p), 25157264.0, 1e-6);
    assert_relative(p->bin_mm, 3.32, 1e-12);
    assert_relative(p->views[0].angle_rad, pi, 1e-12);
    assert_relative(p->views[1].angle_rad, pi - 2.0 * pi / 120.0, 1e-12);
    assert_relative(p->views[7].radius_mm, 150.0, 1e-12);
    moly_projections_free(p);
}

static void what_is_written_is_read_back_with_its_orbit(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_projections *p = NULL, *q = NULL;
    char folder[] = "/tmp/moly-spect-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/a.hs", folder);
    assert_ok(moly_projections_new(1, 1, 6, 4, 5, 4.5, 4.25, &p, &err), err);
    moly_projections_orbit(p, 0.5, pi, 200.0, 20.0);
    p->views[3].radius_mm = 180.25;
    p->windows[0] = (moly_energy_window){126.5, 154.6};
    for (int i = 0; i < 120; i++) {
        p->counts[i] = (float)i * 0.5F;
    }
    assert_ok(moly_interfile_write_projections(path, p, &err), err);
    assert_ok(moly_interfile_read_projections(path, &q, &err), err);
    assert_memory_equal(p->counts, q->counts, 120 * sizeof(float));
    for (int v = 0; v < 6; v++) {
        assert_relative(q->views[v].angle_rad, p->views[v].angle_rad, 1e-9);
        assert_relative(q->views[v].radius_mm, p->views[v].radius_mm, 1e-8);
        assert_relative(q->views[v].duration_s, 20.0, 1e-9);
    }
    assert_relative(q->windows[0].high_kev, 154.6, 1e-12);
    moly_projections_free(q);
    p->views[2].angle_rad += 0.1;
    assert_int_equal(moly_interfile_write_projections(path, p, &err), MOLY_ERR_USAGE);
    moly_projections_free(p);
    (void)unlink(path);
    (void)snprintf(path, sizeof path, "%s/a.s", folder);
    (void)unlink(path);
    (void)rmdir(folder);
}

static void headers_with_faults_are_refused_with_key_and_line(void **state)
{
    (void)state;
    static const char start[] = "!INTERFILE :=\n!imaging modality := nucmed\nname of data file := "
                                "no.s\n!number format := float\n!number of bytes per pixel := 4\n"
                                "!matrix size [1] := 8\n!matrix size [2] := 4\n"
                                "!scaling factor (mm/pixel) [1] := 4\n"
                                "!scaling factor (mm/pixel) [2] := 4\n"
                                "!number of projections := 3\n";
    static const struct {
        const char *rest, *says;
    } cases[] = {
        {"", "extent of rotation"},
        {"!extent of rotation := 360\n", "radius"},
        {"!extent of rotation := 360\nradius := 100\ndirection of rotation := up\n", "CCW"},
        {"!extent of rotation := 360\norbit := non-circular\nradii := {1, 2}\n", "must be 3"},
        {"!extent of rotation := 360\nradius := 100\nnumber of energy windows := 2\n", "line 13"},
        {"!extent of rotation := 360\nradius := 100\n", "cannot open its data file"},
    };
    char path[] = "/tmp/moly-spect-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    (void)close(fd);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        moly_error err = {0};
        moly_text text = {0};
        moly_projections *p = NULL;
        moly_text_printf(&text, "%s%s!END OF INTERFILE :=\n", start, cases[i].rest);
        assert_ok(moly_file_write(path, text.data, text.length, &err), err);
        assert_int_not_equal(moly_interfile_read_projections(path, &p, &err), MOLY_OK);
        assert_null(p);
        if (!strstr(err.message, cases[i].says)) {
            fail_msg("'%s' lacks '%s'", err.message, cases[i].says);
        }
        moly_text_free(&text);
    }
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(projections_of_stir_are_read),
        cmocka_unit_test(what_is_written_is_read_back_with_its_orbit),
        cmocka_unit_test(headers_with_faults_are_refused_with_key_and_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
