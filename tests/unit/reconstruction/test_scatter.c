/* SPDX-License-Identifier: Apache-2.0 */
/* Single scatter against photons that were followed one by one, and against an integral by hand. */
#include "moly/reconstruction/scatter.h"

#include "moly/reconstruction/factors.h"
#include "moly/simulation/scan.h"
#include "testing.h"

static const char scanner_text[] =
    "title = coarse\nrings = 12\ndetectors = 96\ninner radius = 250 mm\n"
    "interaction depth = 8 mm\nring pitch = 20 mm\nblock rings = 12\nblock columns = 8\n"
    "crystal depth = 20 mm\nenergy resolution = 12 %\nenergy window low = 435 keV\n"
    "energy window high = 650 keV\ncoincidence window = 4 ns\ntiming resolution = 400 ps\n"
    "tof bin = 200 ps\ntof bins = 19\ntangential bins = 65\nmax ring difference = 11\n";

typedef struct world {
    moly_solids *solids;
    moly_layout *layout, *tof;
    moly_volume *activity, *mu;
    moly_scan_setup setup;
} world;

static void make_world(world *w)
{
    moly_error err = {0};
    moly_pet_scanner scanner;
    const moly_layout_options plain = {.max_difference = -1};
    const moly_layout_options tof = {.max_difference = -1, .tof_mashing = 1};
    /* off the axis, so that left and right, top and bottom differ */
    const char *text = "title = a cylinder off the axis\n"
                       "cylinder water; material water; activity 1; at 30 -20 10; half 90 90 80\n";
    const moly_grid grid = {
        {51, 51, 51}, {5, 5, 5}, {-95, -145, -115}, {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    size_t f18 = 0;
    assert_ok(moly_pet_scanner_parse(scanner_text, "coarse", &scanner, &err), err);
    assert_ok(moly_layout_new(&scanner, &plain, &w->layout, &err), err);
    assert_ok(moly_layout_new(&scanner, &tof, &w->tof, &err), err);
    assert_ok(moly_solids_parse(text, "test", &w->solids, &err), err);
    assert_ok(moly_solids_set_activity(w->solids, 1e6, &err), err);
    assert_ok(moly_nuclide_find(moly_nuclide_set_builtin(), "F-18", &f18, &err), err);
    w->setup = (moly_scan_setup){.solids = w->solids,
                                 .layout = w->tof,
                                 .nuclide = moly_nuclide_at(moly_nuclide_set_builtin(), f18),
                                 .duration_s = 1.5,
                                 .seed = 1,
                                 .n_threads = 2};
    assert_ok(moly_phantom_voxelise(w->solids, &grid, 3, 2, &w->activity, &w->mu, &err), err);
}

static void free_world(world *w)
{
    moly_solids_free(w->solids);
    moly_layout_free(w->layout);
    moly_layout_free(w->tof);
    moly_volume_free(w->activity);
    moly_volume_free(w->mu);
}

enum { N_TANGENTIAL = 65, N_TOF = 19, N_SEGMENTS = 23, IN_A_GROUP = 5 };

/* Sums by tangential bin, by TOF bin, by plane's ring difference. */
typedef struct sums {
    double all, tangential[N_TANGENTIAL], tof[N_TOF], segment[N_SEGMENTS];
} sums;

static sums sum_up(const moly_sinogram *sinogram)
{
    const moly_layout *l = moly_sinogram_layout(sinogram);
    float *bins = calloc((size_t)moly_layout_view_bins(l), sizeof *bins);
    sums s = {0};
    assert_non_null(bins);
    for (int64_t v = 0; v < l->n_views; v++) {
        moly_error err = {0};
        const float *in = bins;
        assert_ok(moly_sinogram_read_view(sinogram, v, bins, &err), err);
        for (int64_t t = 0; t < l->n_tangential; t++) {
            for (int64_t k = 0; k < l->n_tof; k++) {
                for (int64_t p = 0; p < l->n_planes; p++, in++) {
                    int64_t segment, axial;
                    moly_layout_plane(l, p, &segment, &axial);
                    s.all += (double)*in;
                    s.tangential[t] += (double)*in;
                    s.tof[k] += (double)*in;
                    s.segment[segment] += (double)*in;
                }
            }
        }
    }
    free(bins);
    return s;
}

/* Groups of bins with a twentieth of all counts or more: within 5 % and 4 standard errors. */
static void assert_profile(const char *what, const double *model, const double *real, int n,
                           double scale)
{
    double all = 0.0;
    for (int i = 0; i < n; i++) {
        all += real[i];
    }
    for (int first = 0; first + IN_A_GROUP <= n; first += IN_A_GROUP) {
        double counted = 0.0, expected = 0.0;
        for (int i = first; i < first + IN_A_GROUP; i++) {
            counted += real[i];
            expected += scale * model[i];
        }
        if (counted > 0.05 * all &&
            fabs(expected - counted) > 0.05 * counted + 4.0 * sqrt(counted)) {
            fail_msg("%s from %d on: %.1f expected, %.0f counted", what, first, expected, counted);
        }
    }
}

/* Expected trues and single scatter for the same sensitivity, and what was counted of both. */
static void single_scatter_is_that_of_photons_followed_one_by_one(void **state)
{
    (void)state;
    moly_error err = {0};
    world w = {0};
    moly_event_list list = {0}, scattered = {0}, once = {0};
    moly_event_figures figures;
    moly_sinogram *sensitivity = NULL, *trues = NULL, *counts = NULL, *single = NULL;
    moly_scatter *scatter = NULL;
    double expected_trues = 0.0;
    make_world(&w);
    const moly_event_options events = {.has_scatter = true, .scatters = &scattered};
    assert_ok(moly_scan_events(&w.setup, &events, &list, &figures, &err), err);
    once.scanner = list.scanner;
    for (size_t i = 0; i < scattered.n; i++) {
        if (scattered.events[i].gate == 1) {
            scattered.events[i].gate = 0;
            assert_ok(moly_event_list_add(&once, &scattered.events[i], &err), err);
        }
    }
    assert_ok(moly_events_to_sinogram(&once, w.tof, false, &counts, &err), err);

    w.setup.layout = w.layout;
    assert_ok(moly_sinogram_new(w.layout, &sensitivity, &err), err);
    assert_ok(moly_sinogram_new(w.layout, &trues, &err), err);
    assert_ok(moly_scan_sensitivity(&w.setup, 1, false, 1.0, sensitivity, &err), err);
    const moly_exact_options exact = {.n_rays = 1};
    assert_ok(moly_scan_exact(&w.setup, &exact, trues, &expected_trues, &err), err);
    const moly_scatter_options options = {.n_threads = 2, .is_single = true};
    assert_ok(moly_scatter_simulate(w.tof, w.activity, w.mu, &options, &scatter, &err), err);
    assert_ok(moly_scatter_sinogram(scatter, w.tof, sensitivity, &single, &err), err);

    const sums real = sum_up(counts), model = sum_up(single);
    const double seconds = moly_scan_effective_s(w.setup.nuclide, w.setup.duration_s) *
                           moly_positrons_per_decay(w.setup.nuclide);
    const double scale = seconds * figures.trues / expected_trues;
    /* Absolute, relative to the trues: 3 %, and 4 standard errors of what was counted. */
    const double error = sqrt(1.0 / real.all + 1.0 / figures.trues);
    assert_relative(scale * model.all, real.all, 0.03 + 4.0 * error);
    assert_profile("tangential bins", model.tangential, real.tangential, N_TANGENTIAL, scale);
    assert_profile("TOF bins", model.tof, real.tof, N_TOF, scale);
    assert_profile("ring differences", model.segment, real.segment, N_SEGMENTS, scale);
    moly_event_list_free(&list);
    moly_event_list_free(&scattered);
    moly_event_list_free(&once);
    moly_sinogram_free(sensitivity);
    moly_sinogram_free(trues);
    moly_sinogram_free(counts);
    moly_sinogram_free(single);
    moly_scatter_free(scatter);
    free_world(&w);
}

/* Bin by bin: the TOF bins of a line together are the line without TOF, up to what the outermost
 * bins leave out; threads change nothing; twice the activity scatters twice as much. */
static void tof_bins_sum_to_the_line_and_threads_change_nothing(void **state)
{
    (void)state;
    moly_error err = {0};
    world w = {0};
    moly_scatter *plain = NULL, *tof = NULL, *again = NULL;
    moly_sinogram *one = NULL, *two = NULL, *three = NULL;
    const moly_scatter_options options = {
        .n_threads = 1, .n_angles = 32, .n_rings = 4, .point_mm = 30.0};
    moly_scatter_options threads = options;
    make_world(&w);
    const size_t n = (size_t)moly_layout_view_bins(w.layout);
    float *a = calloc(n, sizeof *a), *b = calloc(n, sizeof *b), *c = calloc(n, sizeof *c);
    assert_true(a && b && c);
    assert_ok(moly_scatter_simulate(w.layout, w.activity, w.mu, &options, &plain, &err), err);
    assert_ok(moly_scatter_simulate(w.tof, w.activity, w.mu, &options, &tof, &err), err);
    for (int64_t i = 0; i < moly_grid_n_voxels(&w.activity->grid); i++) {
        w.activity->data[i] *= 2.0F;
    }
    threads.n_threads = 3;
    assert_ok(moly_scatter_simulate(w.layout, w.activity, w.mu, &threads, &again, &err), err);
    assert_ok(moly_scatter_sinogram(plain, w.layout, NULL, &one, &err), err);
    assert_ok(moly_scatter_sinogram(tof, w.layout, NULL, &two, &err), err);
    assert_ok(moly_scatter_sinogram(again, w.layout, NULL, &three, &err), err);
    for (int64_t v = 0; v < w.layout->n_views; v += 7) {
        assert_ok(moly_sinogram_read_view(one, v, a, &err), err);
        assert_ok(moly_sinogram_read_view(two, v, b, &err), err);
        assert_ok(moly_sinogram_read_view(three, v, c, &err), err);
        float largest = 0.0F;
        for (size_t i = 0; i < n; i++) {
            largest = fmaxf(largest, a[i]);
        }
        for (size_t i = 0; i < n; i++) {
            assert_true(c[i] == 2.0F * a[i]);
            assert_true(fabsf(a[i] - b[i]) <= 0.01F * largest);
        }
    }
    free(a);
    free(b);
    free(c);
    moly_sinogram_free(one);
    moly_sinogram_free(two);
    moly_sinogram_free(three);
    moly_scatter_free(plain);
    moly_scatter_free(tof);
    moly_scatter_free(again);
    free_world(&w);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    world w = {0};
    moly_scatter *s = NULL;
    moly_sinogram *counts = NULL;
    moly_scatter_options options = {.n_threads = 1, .n_angles = 17};
    make_world(&w);
    assert_fails(moly_scatter_simulate(w.layout, w.activity, w.mu, &options, &s, &err),
                 MOLY_ERR_RANGE, "17 angles are odd", err);
    options.n_angles = 2;
    assert_fails(moly_scatter_simulate(w.layout, w.activity, w.mu, &options, &s, &err),
                 MOLY_ERR_RANGE, "not within 16 to 256", err);
    options =
        (moly_scatter_options){.n_threads = 1, .n_angles = 16, .n_rings = 2, .point_mm = 40.0};
    w.activity->data[7] = -1.0F;
    assert_fails(moly_scatter_simulate(w.layout, w.activity, w.mu, &options, &s, &err),
                 MOLY_ERR_DATA, "voxel 7 of the image is -1", err);
    w.activity->data[7] = 0.0F;
    assert_ok(moly_scatter_simulate(w.layout, w.activity, w.mu, &options, &s, &err), err);
    assert_fails(moly_scatter_sinogram(s, w.tof, NULL, &counts, &err), MOLY_ERR_RANGE,
                 "not simulated for such TOF bins", err);
    moly_scatter_free(s);
    memset(w.mu->data, 0, (size_t)moly_grid_n_voxels(&w.mu->grid) * sizeof *w.mu->data);
    assert_fails(moly_scatter_simulate(w.layout, w.activity, w.mu, &options, &s, &err),
                 MOLY_ERR_DATA, "nothing that scatters", err);
    free_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_scatter_is_that_of_photons_followed_one_by_one),
        cmocka_unit_test(tof_bins_sum_to_the_line_and_threads_change_nothing),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
