/* SPDX-License-Identifier: Apache-2.0 */
/* Areas of crystals by direction. Lines fill the bore evenly: distance from the axis, angle and
 * place along the axis uniform, slope uniform within what the scanner sees. Each accepted photon
 * counts for its crystal's place across its side and angle there, and for its ring and slope, over
 * what a slab without edges would stop in that direction; the area is that slab's times the product
 * of the two, which are even enough to be interpolated. Mirror images count together. */
#include "response.h"

#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/parallel.h"

enum { ANGLES = 37, SLOPES = 9, PARTS = 64, LINES_IN_A_PART = 131072 };
static const double pi = 3.14159265358979323846;
static const double most_angle = 1.3; /* rad to the normal of a side: 74 degrees */
static const uint64_t response_key = 0x726573706f6e7365; /* "response" */

struct response {
    const moly_pet_scanner *scanner;
    int64_t n_columns;
    double most_slope, thickness; /* of the crystals, mean free paths of 511 keV */
    double *across;               /* [n_columns][ANGLES], mm2 over the slab's */
    double *along;                /* [n_rings][SLOPES], mean 1 */
    double *depths;               /* [ANGLES], mm */
    double *photons;              /* [ANGLES], of these depths */
};

typedef struct job {
    const response *r;
    const detector *crystals;
    double *parts; /* [PARTS][n_columns * ANGLES + n_rings * SLOPES + 2 * ANGLES] */
    size_t part_size;
} job;

static int64_t columns_of(const moly_pet_scanner *s)
{
    return s->n_sides > 0 ? s->n_detectors / s->n_sides : 1;
}

/* Bins around evenly spaced nodes, the first and last one at the ends of the range. */
static int nearest_node(double value, double most, int n)
{
    const double at = (value / most + 1.0) * 0.5 * (n - 1);
    return at < -0.5 || at >= n - 0.5 ? -1 : (int)floor(at + 0.5);
}

static double angle_to_normal(const moly_pet_scanner *s, int64_t crystal, const double d[3])
{
    const double normal = detector_angle(s, crystal);
    return atan2(d[0] * cos(normal) + d[1] * sin(normal), d[0] * sin(normal) - d[1] * cos(normal));
}

/* What a slab of crystal takes of photons in that direction, per area of its face. */
static double slab(const response *r, double angle, double slope)
{
    const double cosine = cos(fmax(-most_angle, fmin(most_angle, angle))) * cos(slope);
    return cosine * -expm1(-r->thickness / cosine);
}

static void one_line(const job *j, moly_random *random, double *counts)
{
    const response *r = j->r;
    const moly_pet_scanner *s = r->scanner;
    const double off = (2.0 * draw(random) - 1.0) * s->inner_radius_mm;
    const double turn = 2.0 * pi * draw(random);
    const double slope = (2.0 * draw(random) - 1.0) * r->most_slope * SLOPES / (SLOPES - 1);
    const double z = (2.0 * draw(random) - 1.0) * j->crystals->half_length_mm;
    photon p = {.energy_kev = ANNIHILATION_KEV,
                .direction = {cos(slope) * cos(turn), cos(slope) * sin(turn), sin(slope)}};
    /* from the foot on the axis' side; z holds where it meets the ring */
    const double way = sqrt(fmax(0.0, s->inner_radius_mm * s->inner_radius_mm - off * off));
    p.position[0] = -off * sin(turn);
    p.position[1] = off * cos(turn);
    p.position[2] = z - way * tan(slope);
    const double direction[3] = {p.direction[0], p.direction[1], p.direction[2]};
    hit seen;
    if (!detector_follow(j->crystals, &p, random, &seen)) {
        return;
    }
    const double energy =
        seen.energy_kev + detector_energy_sigma(s, seen.energy_kev) * moly_random_normal(random);
    if (energy < s->window_low_kev || energy > s->window_high_kev) {
        return;
    }
    const int64_t crystal = seen.crystal % s->n_detectors, ring = seen.crystal / s->n_detectors;
    const double normal = detector_angle(s, crystal);
    const double to_normal = angle_to_normal(s, crystal, direction);
    const int angle = nearest_node(to_normal, most_angle, ANGLES);
    const int node = nearest_node(slope, r->most_slope, SLOPES);
    if (angle >= 0 && node >= 0) {
        const double share = cos(slope) / slab(r, to_normal, slope);
        double *depths = counts + j->part_size - 2 * ANGLES;
        depths[angle] +=
            seen.middle_mm[0] * sin(normal) - seen.middle_mm[1] * cos(normal) - s->inner_radius_mm;
        depths[ANGLES + angle] += 1.0;
        counts[crystal % r->n_columns * ANGLES + angle] += share;
        counts[r->n_columns * ANGLES + ring * SLOPES + node] += share;
    }
}

static void one_part(void *context, int64_t item, int thread)
{
    const job *j = context;
    moly_random random = moly_random_stream(response_key, (uint64_t)item);
    (void)thread;
    for (int i = 0; i < LINES_IN_A_PART; i++) {
        one_line(j, &random, j->parts + (size_t)item * j->part_size);
    }
}

/* A column seen from the left is its mirror image seen from the right. */
static void mirror(double *table, int64_t n_rows, int n)
{
    for (int64_t row = 0; row < n_rows; row++) {
        for (int i = 0; i < n; i++) {
            double *one = &table[row * n + i], *other = &table[(n_rows - 1 - row) * n + n - 1 - i];
            *one = *other = 0.5 * (*one + *other);
        }
    }
}

static void finish(response *r, const detector *crystals)
{
    const moly_pet_scanner *s = r->scanner;
    const int64_t n_same = s->n_detectors / r->n_columns;
    const double lines = (double)PARTS * LINES_IN_A_PART;
    const double area = 2.0 * s->inner_radius_mm * 2.0 * crystals->half_length_mm;
    double mean = 0.0;
    mirror(r->across, r->n_columns, ANGLES);
    mirror(r->along, s->n_rings, SLOPES);
    mirror(r->depths, 1, ANGLES);
    mirror(r->photons, 1, ANGLES);
    for (int i = 0; i < ANGLES; i++) {
        r->depths[i] = r->photons[i] > 0.0 ? r->depths[i] / r->photons[i] : s->interaction_depth_mm;
    }
    for (int64_t i = 0; i < r->n_columns * ANGLES; i++) {
        const double step = 2.0 * most_angle / (ANGLES - 1);
        r->across[i] *= area * 2.0 * pi / lines / step / (double)(n_same * s->n_rings);
    }
    for (int64_t i = 0; i < s->n_rings * SLOPES; i++) {
        mean += r->along[i] / (double)(s->n_rings * SLOPES);
    }
    for (int64_t i = 0; i < s->n_rings * SLOPES; i++) {
        r->along[i] /= mean;
    }
}

moly_status response_new(const moly_pet_scanner *scanner, int n_threads, response **made,
                         moly_error *err)
{
    *made = NULL;
    detector *crystals = moly_alloc(1, sizeof *crystals);
    response *r = moly_alloc(1, sizeof *r);
    moly_status status =
        crystals && r ? detector_make(scanner, crystals, err) : MOLY_NO_MEMORY(err);
    job j = {.r = r, .crystals = crystals};
    if (!status) {
        r->scanner = scanner;
        r->n_columns = columns_of(scanner);
        r->thickness =
            (double)crystals->crystal.mu_per_mm[photon_row(ANNIHILATION_KEV)] * crystals->depth_mm;
        r->most_slope = atan2(2.0 * crystals->half_length_mm, scanner->inner_radius_mm);
        const size_t n_across = (size_t)(r->n_columns * ANGLES);
        const size_t n_along = (size_t)(scanner->n_rings * SLOPES);
        j.part_size = n_across + n_along + 2 * (size_t)ANGLES;
        j.parts = moly_alloc(PARTS * j.part_size, sizeof *j.parts);
        r->across = moly_alloc(j.part_size, sizeof *r->across);
        r->along = r->across ? r->across + n_across : NULL;
        r->depths = r->across ? r->along + n_along : NULL;
        r->photons = r->across ? r->depths + ANGLES : NULL;
        status = j.parts && r->across ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    if (!status) {
        moly_parallel(n_threads, PARTS, one_part, &j);
        for (size_t i = 0; i < PARTS * j.part_size; i++) {
            r->across[i % j.part_size] += j.parts[i];
        }
        finish(r, crystals);
        *made = r;
        r = NULL;
    }
    moly_free(j.parts);
    moly_free(crystals);
    response_free(r);
    return status;
}

void response_free(response *r)
{
    if (r) {
        moly_free(r->across);
        moly_free(r);
    }
}

static double between(const double *row, int n, double value, double most)
{
    const double at = fmin(fmax((value / most + 1.0) * 0.5 * (n - 1), 0.0), n - 1.0);
    const int i = at >= n - 1.0 ? n - 2 : (int)at;
    const double part = at - i;
    return (1.0 - part) * row[i] + part * row[i + 1];
}

double response_area_mm2(const response *r, int64_t ring, int64_t crystal_of_ring,
                         const double direction[3])
{
    const double angle = angle_to_normal(r->scanner, crystal_of_ring, direction);
    const double slope = asin(fmax(-1.0, fmin(1.0, direction[2])));
    return between(r->across + crystal_of_ring % r->n_columns * ANGLES, ANGLES, angle, most_angle) *
           between(r->along + ring * SLOPES, SLOPES, slope, r->most_slope) * slab(r, angle, slope);
}

double response_depth_mm(const response *r, int64_t crystal_of_ring, const double direction[3])
{
    return between(r->depths, ANGLES, angle_to_normal(r->scanner, crystal_of_ring, direction),
                   most_angle);
}
