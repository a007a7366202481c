/* SPDX-License-Identifier: Apache-2.0 */
/* From a list of crystals, as PETSIRD has it, to rings of detectors, as Moly has them. */
#include "petsird_inside.h"

#include <math.h>
#include <stdlib.h>

#include "moly/base/memory.h"

static const double pi = 3.14159265358979323846;
static const double TOLERANCE_MM = 0.02;   /* float32 at 1 m, and rotations of 24 bits */
static const double MU_LSO_PER_MM = 0.087; /* 511 keV: NIST XCOM, LSO of 7.4 g/cm3 */

typedef struct crystal {
    double x, y, z, angle; /* from (0, -1) towards (1, 0), 0..2 pi */
    size_t index;          /* in the file */
} crystal;

static double angle_of(double x, double y)
{
    const double a = atan2(x, -y);
    return a < 0.0 ? a + 2.0 * pi : a;
}

static int by_z(const void *a, const void *b)
{
    const crystal *p = a, *q = b;
    return (p->z > q->z) - (p->z < q->z);
}

static int by_angle(const void *a, const void *b)
{
    const crystal *p = a, *q = b;
    return (p->angle > q->angle) - (p->angle < q->angle);
}

/* Rings along z, each sorted round. */
static moly_status sort_rings(crystal *all, size_t n, moly_pet_scanner *s, moly_error *err)
{
    size_t per_ring = 1;
    qsort(all, n, sizeof *all, by_z);
    while (per_ring < n && all[per_ring].z - all[0].z < TOLERANCE_MM) {
        per_ring++;
    }
    bool is_even = per_ring >= 4 && n % per_ring == 0;
    for (size_t i = 0; i < n && is_even; i += per_ring) {
        const size_t last = i + per_ring - 1;
        is_even = all[last].z - all[i].z < TOLERANCE_MM &&
                  (last + 1 == n || all[last + 1].z - all[i].z > TOLERANCE_MM);
        if (is_even) {
            qsort(all + i, per_ring, sizeof *all, by_angle);
        }
    }
    if (!is_even) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%zu crystals that lie in no rings of equal number (the first has %zu)", n,
                         per_ring);
    }
    s->n_detectors = (int64_t)per_ring;
    s->n_rings = (int64_t)(n / per_ring);
    return MOLY_OK;
}

/* One pitch, and one gap more between blocks. */
static moly_status find_rings(const crystal *all, moly_pet_scanner *s, moly_error *err)
{
    const size_t step = (size_t)s->n_detectors, n = (size_t)s->n_rings;
    const double first = all[0].z, middle = 0.5 * (first + all[(n - 1) * step].z);
    s->ring_pitch_mm = 1.0;
    s->block_rings = s->n_rings;
    s->block_gap_mm = 0.0;
    for (size_t i = 1; i < n; i++) {
        const double d = all[i * step].z - all[(i - 1) * step].z;
        s->ring_pitch_mm = i == 1 || d < s->ring_pitch_mm ? d : s->ring_pitch_mm;
    }
    for (size_t i = 1; i < n && s->block_gap_mm <= 0.0; i++) {
        const double more = all[i * step].z - all[(i - 1) * step].z - s->ring_pitch_mm;
        if (more > TOLERANCE_MM) {
            s->block_gap_mm = more;
            s->block_rings = (int64_t)i;
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (s->n_rings % s->block_rings != 0 ||
            fabs(all[i * step].z - middle - moly_pet_ring_z(s, (int64_t)i)) > TOLERANCE_MM) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "ring %zu lies at %.10g mm: the rings have no common pitch and gap", i,
                             all[i * step].z);
        }
    }
    return MOLY_OK;
}

/* Does the scanner put each crystal of the ring where it is? `start` is detector 0. */
static bool fits(const moly_pet_scanner *s, const crystal *ring, size_t start)
{
    const size_t n = (size_t)s->n_detectors;
    for (size_t i = 0; i < n; i++) {
        const crystal *c = &ring[(start + i) % n];
        double p[3];
        moly_pet_crystal(s, 0, (int64_t)i, p);
        if (fabs(p[0] - c->x) > TOLERANCE_MM || fabs(p[1] - c->y) > TOLERANCE_MM) {
            return false;
        }
    }
    return true;
}

static bool fits_circle(moly_pet_scanner *s, const crystal *ring, size_t start)
{
    s->n_sides = 0;
    s->block_columns = 1;
    s->inner_radius_mm = hypot(ring[0].x, ring[0].y);
    s->view_offset_rad = ring[start].angle > pi ? ring[start].angle - 2.0 * pi : ring[start].angle;
    return fits(s, ring, start);
}

static bool fits_sides(moly_pet_scanner *s, const crystal *ring, size_t start, size_t per_side)
{
    const size_t n = (size_t)s->n_detectors;
    double x = 0.0, y = 0.0;
    for (size_t i = 0; i < per_side; i++) {
        x += ring[(start + i) % n].x / (double)per_side;
        y += ring[(start + i) % n].y / (double)per_side;
    }
    const crystal *a = &ring[start % n], *b = &ring[(start + per_side - 1) % n];
    const double angle = angle_of(x, y);
    s->n_sides = (int64_t)(n / per_side);
    s->block_columns = (int64_t)per_side;
    s->inner_radius_mm = hypot(x, y);
    s->crystal_pitch_mm = hypot(b->x - a->x, b->y - a->y) / (double)(per_side - 1);
    s->view_offset_rad = angle > pi ? angle - 2.0 * pi : angle;
    return fits(s, ring, start);
}

/* Detector 0 is the crystal of the file's first bin, or the first one of that crystal's side. */
static moly_status find_ring(moly_pet_scanner *s, const crystal *ring, size_t *start,
                             moly_error *err)
{
    const size_t n = (size_t)s->n_detectors, first = *start;
    if (fits_circle(s, ring, first)) {
        return MOLY_OK;
    }
    for (size_t per_side = 2; per_side <= n / 3; per_side++) {
        for (size_t back = 0; n % per_side == 0 && back < per_side; back++) {
            *start = (first + n - back) % n;
            if (fits_sides(s, ring, *start, per_side)) {
                return MOLY_OK;
            }
        }
    }
    return MOLY_FAIL(err, MOLY_ERR_DATA,
                     "the %zu crystals of a ring lie on no circle and no regular polygon", n);
}

/* Mean depth of a first interaction in a crystal of that thickness. */
static double mean_depth(double thickness_mm)
{
    const double through = exp(-MU_LSO_PER_MM * thickness_mm);
    return thickness_mm > 0.0 ? 1.0 / MU_LSO_PER_MM - thickness_mm * through / (1.0 - through)
                              : 0.0;
}

/* The library's own figures, where the file names such a scanner and the faces agree. */
static void take_library(moly_pet_scanner *s)
{
    moly_pet_scanner known, a = *s, b;
    const size_t n = (size_t)s->n_detectors;
    if (moly_pet_scanner_find(s->name, &known, NULL) != MOLY_OK || known.n_rings != s->n_rings ||
        known.n_detectors != s->n_detectors) {
        return;
    }
    b = known;
    a.interaction_depth_mm = b.interaction_depth_mm = 0.0;
    for (size_t i = 0; i < n * (size_t)s->n_rings; i++) {
        double p[3], q[3];
        moly_pet_crystal(&a, (int64_t)(i / n), (int64_t)(i % n), p);
        moly_pet_crystal(&b, (int64_t)(i / n), (int64_t)(i % n), q);
        if (fabs(p[0] - q[0]) + fabs(p[1] - q[1]) + fabs(p[2] - q[2]) > 0.1) {
            return;
        }
    }
    known.n_tof_bins = s->n_tof_bins;
    known.tof_bin_ps = s->tof_bin_ps;
    known.tof_fwhm_ps = s->tof_fwhm_ps;
    known.window_low_kev = s->window_low_kev;
    known.window_high_kev = s->window_high_kev;
    *s = known;
}

/* Each crystal to its ring and detector; rings must lie behind one another. */
static moly_status number_crystals(const moly_pet_scanner *s, const crystal *all, size_t start,
                                   uint32_t *crystals, moly_error *err)
{
    const size_t n = (size_t)s->n_detectors;
    for (size_t r = 0; r < (size_t)s->n_rings; r++) {
        /* sorting round may begin at another crystal where one lies just at the top */
        size_t shift = 0;
        const crystal *ring = all + r * n, *c = &all[start];
        while (shift < n && hypot(ring[(start + shift) % n].x - c->x,
                                  ring[(start + shift) % n].y - c->y) > TOLERANCE_MM) {
            shift++;
        }
        for (size_t i = 0; i < n; i++) {
            const crystal *a = &ring[(start + shift + i) % n], *b = &all[(start + i) % n];
            if (shift == n || hypot(a->x - b->x, a->y - b->y) > TOLERANCE_MM) {
                return MOLY_FAIL(err, MOLY_ERR_DATA, "ring %zu does not lie behind the first one",
                                 r);
            }
            crystals[a->index] = (uint32_t)(r * n + i);
        }
    }
    return MOLY_OK;
}

moly_status petsird_find_scanner(const double *centres_mm, size_t n, double thickness_mm,
                                 moly_pet_scanner *scanner, uint32_t *crystals, moly_error *err)
{
    moly_pet_scanner s = *scanner;
    size_t start = 0;
    crystal *all = moly_alloc(n, sizeof *all);
    if (!all) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < n; i++) {
        const double *p = &centres_mm[3 * i];
        all[i] = (crystal){p[0], p[1], p[2], angle_of(p[0], p[1]), i};
    }
    moly_status status = sort_rings(all, n, &s, err);
    if (!status) {
        status = find_rings(all, &s, err);
    }
    for (size_t i = 0; !status && i < (size_t)s.n_detectors; i++) {
        const double *p = centres_mm;
        start = hypot(all[i].x - p[0], all[i].y - p[1]) < TOLERANCE_MM ? i : start;
    }
    if (!status) {
        status = find_ring(&s, all, &start, err);
    }
    if (!status) {
        status = number_crystals(&s, all, start, crystals, err);
    }
    moly_free(all);
    if (status) {
        return status;
    }
    s.inner_radius_mm -= 0.5 * thickness_mm;
    s.interaction_depth_mm = mean_depth(thickness_mm);
    s.crystal_depth_mm = thickness_mm;
    s.n_tangential = s.n_detectors - 1;
    s.span = 1;
    s.max_ring_difference = s.n_rings - 1;
    take_library(&s);
    status = moly_pet_scanner_check(&s, err);
    if (status) {
        return MOLY_ERR_DATA;
    }
    *scanner = s;
    return MOLY_OK;
}
