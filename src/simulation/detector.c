/* SPDX-License-Identifier: Apache-2.0 */
/* The crystals of a PET scanner as matter. */
#include "detector.h"

#include <math.h>

#include "moly/base/memory.h"
#include "moly/simulation/scan.h"

static const double pi = 3.14159265358979323846;
static const double fwhm_to_sigma = 0.42466090014400953; /* 1 / (2 sqrt(2 ln 2)) */
static const double default_depth_mm = 20.0;
static const double least_kev = 15.0; /* below, what is left stays where it is */
static const char lso[] = "Lu2SiO5 @ 7.4 g/cm3";

moly_status detector_make(const moly_pet_scanner *s, detector *made, moly_error *err)
{
    const moly_material *material = NULL;
    moly_arena *arena = moly_arena_new();
    moly_status status = arena ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status) {
        status = moly_material_parse(s->crystal_material[0] ? s->crystal_material : lso, arena,
                                     &material, err);
    }
    if (!status && !(material->density_g_cm3 > 0.0)) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "scanner %s: crystal material '%s' has no density",
                           s->name, material->text);
    }
    if (!status) {
        made->scanner = s;
        made->depth_mm = s->crystal_depth_mm > 0.0 ? s->crystal_depth_mm : default_depth_mm;
        made->half_length_mm = 0.5 * (moly_pet_length(s) + s->ring_pitch_mm);
        const double radius = s->inner_radius_mm + made->depth_mm;
        const double half = s->n_sides > 0
                                ? 0.5 * s->crystal_pitch_mm * (double)(s->n_detectors / s->n_sides)
                                : 0.0;
        made->outer_mm = sqrt(radius * radius + half * half);
        photon_table_make(material, &made->crystal);
    }
    moly_arena_free(arena);
    return status;
}

double detector_pitch_mm(const moly_pet_scanner *s)
{
    return s->n_sides > 0 ? s->crystal_pitch_mm
                          : 2.0 * pi * moly_pet_radius(s) / (double)s->n_detectors;
}

double detector_angle(const moly_pet_scanner *s, int64_t crystal_of_ring)
{
    const int64_t n = s->n_sides > 0 ? s->n_sides : s->n_detectors;
    const int64_t flat = crystal_of_ring / (s->n_detectors / n);
    return 2.0 * pi * (double)flat / (double)n + s->view_offset_rad;
}

static int64_t ring_at(const moly_pet_scanner *s, double z)
{
    const double block = s->ring_pitch_mm * (double)s->block_rings + s->block_gap_mm;
    const double place = z + 0.5 * (moly_pet_length(s) + s->ring_pitch_mm);
    const double which = floor(place / block);
    const double ring = floor((place - which * block) / s->ring_pitch_mm);
    if (which < 0.0 || ring < 0.0 || ring >= (double)s->block_rings) {
        return -1;
    }
    const int64_t found = (int64_t)which * s->block_rings + (int64_t)ring;
    return found < s->n_rings ? found : -1;
}

int64_t detector_crystal_at(const detector *d, const double p[3])
{
    const moly_pet_scanner *s = d->scanner;
    const int64_t n = s->n_sides > 0 ? s->n_sides : s->n_detectors;
    const double step = 2.0 * pi / (double)n;
    const double angle = atan2(p[0], -p[1]) - s->view_offset_rad;
    int64_t flat = (int64_t)lround(angle / step) % n;
    flat += flat < 0 ? n : 0;
    int64_t crystal = flat;
    double depth = sqrt(p[0] * p[0] + p[1] * p[1]) - s->inner_radius_mm;
    if (s->n_sides > 0) {
        const double normal = step * (double)flat + s->view_offset_rad;
        const double sine = sin(normal), cosine = cos(normal);
        const int64_t per_side = s->n_detectors / n;
        depth = p[0] * sine - p[1] * cosine - s->inner_radius_mm;
        const double across = p[0] * cosine + p[1] * sine;
        const double column = floor(across / s->crystal_pitch_mm + 0.5 * (double)per_side);
        if (column < 0.0 || column >= (double)per_side) {
            return -1;
        }
        crystal = flat * per_side + (int64_t)column;
    }
    if (depth < 0.0 || depth > d->depth_mm) {
        return -1;
    }
    const int64_t ring = ring_at(s, p[2]);
    return ring < 0 ? -1 : ring * s->n_detectors + crystal;
}

int64_t detector_block(const moly_pet_scanner *s, int64_t crystal)
{
    const int64_t ring = crystal / s->n_detectors, column = crystal % s->n_detectors;
    return ring / s->block_rings * (s->n_detectors / s->block_columns) + column / s->block_columns;
}

int64_t detector_n_blocks(const moly_pet_scanner *s)
{
    return s->n_rings / s->block_rings * (s->n_detectors / s->block_columns);
}

double detector_energy_sigma(const moly_pet_scanner *s, double energy_kev)
{
    return s->energy_fwhm * fwhm_to_sigma * sqrt(ANNIHILATION_KEV * energy_kev);
}

/* ---- following a photon ---- */

static void advance(photon *p, double way)
{
    for (int i = 0; i < 3; i++) {
        p->position[i] += way * p->direction[i];
    }
    p->way_mm += way;
}

/* To the cylinder that touches the crystals' faces; what leaves at its ends is shielded. */
static bool reach_ring(const detector *d, photon *p)
{
    const double *x = p->position, *u = p->direction, r = d->scanner->inner_radius_mm;
    const double uu = u[0] * u[0] + u[1] * u[1], xu = x[0] * u[0] + x[1] * u[1];
    const double rest = r * r - x[0] * x[0] - x[1] * x[1];
    if (uu < 1e-12 || rest < 0.0) {
        return false;
    }
    const double way = (sqrt(xu * xu + uu * rest) - xu) / uu;
    if (fabs(x[2] + way * u[2]) > d->half_length_mm) {
        return false;
    }
    advance(p, way);
    return true;
}

/* To the next place where the photon interacts in a crystal, over gaps as if they were crystal
 * (Woodcock): a collision in a gap is none. */
static int64_t next_collision(const detector *d, photon *p, moly_random *random)
{
    const double mu = (double)d->crystal.mu_per_mm[photon_row(p->energy_kev)];
    const double least2 = d->scanner->inner_radius_mm * d->scanner->inner_radius_mm;
    for (;;) {
        advance(p, -log(draw(random)) / mu);
        const double r2 = p->position[0] * p->position[0] + p->position[1] * p->position[1];
        if (r2 > d->outer_mm * d->outer_mm || r2 < 0.999999 * least2 ||
            fabs(p->position[2]) > d->half_length_mm) {
            return -1;
        }
        const int64_t crystal = detector_crystal_at(d, p->position);
        if (crystal >= 0) {
            return crystal;
        }
    }
}

/* What a block adds up, and where the weight of its light lies. */
bool detector_follow(const detector *d, photon *p, moly_random *random, hit *seen)
{
    double sum = 0.0, middle[3] = {0.0};
    int64_t first = -1;
    if (!reach_ring(d, p)) {
        return false;
    }
    for (;;) {
        const int64_t crystal = next_collision(d, p, random);
        if (crystal < 0) {
            break;
        }
        if (first < 0) {
            first = crystal;
            seen->way_mm = p->way_mm;
        }
        double left = 0.0, cosine = 1.0;
        if (draw(random) < (double)d->crystal.compton[photon_row(p->energy_kev)]) {
            left = compton_energy_kev(p->energy_kev, random, &cosine);
            left = left > least_kev ? left : 0.0;
        }
        if (detector_block(d->scanner, crystal) == detector_block(d->scanner, first)) {
            const double given = p->energy_kev - left;
            sum += given;
            for (int i = 0; i < 3; i++) {
                middle[i] += given * p->position[i];
            }
        }
        if (left <= 0.0) {
            break;
        }
        p->energy_kev = left;
        turn_direction(p->direction, cosine, random);
    }
    if (first < 0) {
        return false;
    }
    for (int i = 0; i < 3; i++) {
        middle[i] /= sum;
        seen->middle_mm[i] = middle[i];
    }
    const int64_t at = detector_crystal_at(d, middle);
    seen->crystal = at >= 0 ? at : first;
    seen->energy_kev = sum;
    return true;
}

moly_status moly_window_share(const moly_pet_scanner *scanner, double *share, moly_error *err)
{
    enum { PHOTONS = 40000 };
    detector d;
    moly_status status = detector_make(scanner, &d, err);
    int n_hit = 0, n_accepted = 0;
    for (int i = 0; i < PHOTONS && !status; i++) {
        moly_random random = moly_random_stream(511, (uint64_t)i);
        photon p = {.energy_kev = ANNIHILATION_KEV};
        hit seen;
        do {
            isotropic_direction(p.direction, &random);
        } while (fabs(p.direction[2]) > 0.5);
        if (!detector_follow(&d, &p, &random, &seen)) {
            continue;
        }
        const double energy = seen.energy_kev + detector_energy_sigma(scanner, seen.energy_kev) *
                                                    moly_random_normal(&random);
        n_hit++;
        n_accepted += energy >= scanner->window_low_kev && energy <= scanner->window_high_kev;
    }
    if (!status && n_accepted == 0) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA,
                           "scanner %s: no photon of 511 keV ends in its window of %g to %g keV",
                           scanner->name, scanner->window_low_kev, scanner->window_high_kev);
    }
    if (!status) {
        *share = (double)n_accepted / n_hit;
    }
    return status;
}
