/* SPDX-License-Identifier: Apache-2.0 */
/* Where the crystals of a PET scanner lie, and whether its figures hang together. */
#include "moly/scanner/pet.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

double moly_pet_radius(const moly_pet_scanner *scanner)
{
    return scanner->inner_radius_mm + scanner->interaction_depth_mm;
}

/* Ring 0's own coordinate is 0 here. */
static double ring_place(const moly_pet_scanner *s, int64_t ring)
{
    const int64_t gaps = ring / s->block_rings;
    return s->ring_pitch_mm * (double)ring + s->block_gap_mm * (double)gaps;
}

/* The middle is that of all rings, so that unequal gaps would still balance. */
double moly_pet_ring_z(const moly_pet_scanner *scanner, int64_t ring)
{
    return ring_place(scanner, ring) - 0.5 * moly_pet_length(scanner);
}

double moly_pet_length(const moly_pet_scanner *scanner)
{
    return ring_place(scanner, scanner->n_rings - 1);
}

void moly_pet_crystal(const moly_pet_scanner *scanner, int64_t ring, int64_t detector,
                      double position_mm[3])
{
    const double radius = moly_pet_radius(scanner);
    double angle, across = 0.0;
    if (scanner->n_sides > 0) {
        const int64_t per_side = scanner->n_detectors / scanner->n_sides;
        const int64_t side = detector / per_side;
        angle = 2.0 * pi * (double)side / (double)scanner->n_sides;
        across = scanner->crystal_pitch_mm *
                 ((double)(detector % per_side) - 0.5 * (double)(per_side - 1));
    } else {
        angle = 2.0 * pi * (double)detector / (double)scanner->n_detectors;
    }
    angle += scanner->view_offset_rad;
    position_mm[0] = radius * sin(angle) + across * cos(angle);
    position_mm[1] = -radius * cos(angle) + across * sin(angle);
    position_mm[2] = moly_pet_ring_z(scanner, ring);
}

/* ---- check ---- */

typedef struct limit {
    const char *what, *unit;
    double value, low, high;
} limit;

static moly_status check_limits(const limit *limits, size_t n, const char *name, moly_error *err)
{
    for (size_t i = 0; i < n; i++) {
        const limit *l = &limits[i];
        if (!(l->value >= l->low && l->value <= l->high)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "scanner %s: %s is %.10g%s, not within %g to %g",
                             name, l->what, l->value, l->unit, l->low, l->high);
        }
    }
    return MOLY_OK;
}

static moly_status check_counts(const moly_pet_scanner *s, moly_error *err)
{
    const int64_t views = s->n_detectors / 2;
    const double half = (double)views;
    const limit limits[] = {
        {"rings", "", (double)s->n_rings, 1, 2000},
        {"detectors", "", (double)s->n_detectors, 4, 4096},
        {"sides", "", (double)s->n_sides, 0, half},
        {"block rings", "", (double)s->block_rings, 1, (double)s->n_rings},
        {"block columns", "", (double)s->block_columns, 1, (double)s->n_detectors},
        {"tof bins", "", (double)s->n_tof_bins, 1, 10001},
        {"tangential bins", "", (double)s->n_tangential, 1, 2.0 * half - 1.0},
        {"span", "", (double)s->span, 1, 2.0 * (double)s->n_rings - 1.0},
        {"max ring difference", "", (double)s->max_ring_difference, 0, (double)s->n_rings - 1.0},
    };
    moly_status status = check_limits(limits, sizeof limits / sizeof *limits, s->name, err);
    if (status) {
        return status;
    }
    if (s->n_detectors % 2 != 0 || (s->n_sides > 0 && s->n_detectors % s->n_sides != 0)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "scanner %s: %lld detectors are not even, or not shared evenly by %lld "
                         "sides",
                         s->name, (long long)s->n_detectors, (long long)s->n_sides);
    }
    if (s->n_rings % s->block_rings != 0 || s->n_detectors % s->block_columns != 0) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "scanner %s: blocks of %lld x %lld crystals do not tile %lld rings of "
                         "%lld",
                         s->name, (long long)s->block_rings, (long long)s->block_columns,
                         (long long)s->n_rings, (long long)s->n_detectors);
    }
    if (s->span % 2 == 0 || s->n_tof_bins % 2 == 0) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "scanner %s: span %lld and tof bins %lld must be odd",
                         s->name, (long long)s->span, (long long)s->n_tof_bins);
    }
    return MOLY_OK;
}

moly_status moly_pet_scanner_check(const moly_pet_scanner *scanner, moly_error *err)
{
    const moly_pet_scanner *s = scanner;
    moly_status status = check_counts(s, err);
    if (status) {
        return status;
    }
    const limit limits[] = {
        {"inner radius", " mm", s->inner_radius_mm, 10, 2000},
        {"interaction depth", " mm", s->interaction_depth_mm, 0, 100},
        {"crystal pitch", " mm", s->crystal_pitch_mm, s->n_sides > 0 ? 0.1 : 0, 100},
        {"ring pitch", " mm", s->ring_pitch_mm, 0.1, 100},
        {"block gap", " mm", s->block_gap_mm, 0, 100},
        {"view offset", " rad", s->view_offset_rad, -7, 7},
        {"crystal depth", " mm", s->crystal_depth_mm, 0, 100},
        {"energy resolution", "", s->energy_fwhm, 0, 1},
        {"energy window low", " keV", s->window_low_kev, 0, 511},
        {"energy window high", " keV", s->window_high_kev, 511, 2000},
        {"coincidence window", " ps", s->coincidence_window_ps, 0, 1e6},
        {"timing resolution", " ps", s->tof_fwhm_ps, 0, 1e5},
        {"tof bin", " ps", s->tof_bin_ps, s->n_tof_bins > 1 ? 0.1 : 0, 1e5},
        {"dead time", " s", s->dead_time_s, 0, 1e-3},
        {"arc-corrected bin", " mm", s->arc_bin_mm, 0, 100},
    };
    return check_limits(limits, sizeof limits / sizeof *limits, s->name, err);
}
