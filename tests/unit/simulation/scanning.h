/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_TESTS_SCANNING_H
#define MOLY_TESTS_SCANNING_H

/* A small scanner, a phantom and F-18: what tests of scans begin with. */

#include "testing.h"

#include "moly/simulation/scan.h"

typedef struct bench {
    moly_solids *solids;
    moly_layout *layout;
    moly_scan_setup setup;
} bench;

static const char small_scanner[] = "title = small\nrings = 8\ndetectors = 160\n"
                                    "inner radius = 300 mm\ninteraction depth = 8 mm\n"
                                    "ring pitch = 6 mm\nblock rings = 8\nblock columns = 8\n"
                                    "crystal depth = 20 mm\nenergy resolution = 12 %\n"
                                    "energy window low = 435 keV\nenergy window high = 650 keV\n"
                                    "coincidence window = 4 ns\ntiming resolution = 400 ps\n"
                                    "tof bin = 100 ps\ntof bins = 41\ntangential bins = 81\n"
                                    "max ring difference = 7\n";

static inline bench bench_new(const char *phantom, double activity_bq, double duration_s,
                              const moly_layout_options *options)
{
    moly_error err = {0};
    bench b = {0};
    moly_pet_scanner scanner;
    size_t f18 = 0;
    assert_ok(moly_pet_scanner_parse(small_scanner, "small", &scanner, &err), err);
    assert_ok(moly_layout_new(&scanner, options, &b.layout, &err), err);
    assert_ok(moly_solids_parse(phantom, "test", &b.solids, &err), err);
    assert_ok(moly_solids_set_activity(b.solids, activity_bq, &err), err);
    assert_ok(moly_nuclide_find(moly_nuclide_set_builtin(), "F-18", &f18, &err), err);
    b.setup = (moly_scan_setup){.solids = b.solids,
                                .layout = b.layout,
                                .nuclide = moly_nuclide_at(moly_nuclide_set_builtin(), f18),
                                .duration_s = duration_s,
                                .seed = 1,
                                .n_threads = 1};
    return b;
}

static inline void bench_free(bench *b)
{
    moly_solids_free(b->solids);
    moly_layout_free(b->layout);
}

#endif
