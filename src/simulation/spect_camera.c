/* SPDX-License-Identifier: Apache-2.0 */
/* A gamma camera's head: which photons its holes accept, what they leave in the crystal. */
#include <math.h>

#include "moly/base/memory.h"
#include "spect_inside.h"

static const double pi = 3.14159265358979323846;
static const double fwhm_to_sigma = 0.42466090014400953; /* 1 / (2 sqrt(2 ln 2)) */
static const double reference_kev = 140.5;               /* at which resolutions are given */
static const double least_kev = 10.0;                    /* below, what is left stays where it is */
static const char sodium_iodide[] = "NaI @ 3.67 g/cm3";

/* A hexagon `d` across its flats has sqrt(3)/2 d^2; holes of pitch d + t fill the face. A point
 * sees through the holes, wherever they lie, the share (overlap of the two openings as seen) /
 * (area a hole has of the face); integrated over slopes that is A^2 / (L^2 cell). */
moly_status head_make(const moly_gamma_camera *camera, const moly_collimator *collimator,
                      head *made, moly_error *err)
{
    const moly_material *material = NULL;
    const double half_root = 0.5 * sqrt(3.0), d = collimator->hole_mm;
    const double hole = half_root * d * d, pitch = d + collimator->septum_mm;
    moly_arena *arena = moly_arena_new();
    moly_status status = arena ? MOLY_OK : MOLY_NO_MEMORY(err);
    status = status ? status : moly_material_parse(sodium_iodide, arena, &material, err);
    if (!status) {
        *made = (head){.camera = camera, .collimator = collimator};
        photon_table_make(material, &made->crystal);
        for (int i = 0; i < PHOTON_ENERGIES; i++) {
            const double mu = moly_lead_mu_per_mm(i > 0 ? i : 1.0);
            const double length = moly_collimator_length(collimator, mu);
            made->length_mm[i] = (float)length;
            made->geometric[i] =
                hole * hole / (length * length * half_root * pitch * pitch) / (4.0 * pi);
        }
    }
    moly_arena_free(arena);
    return status;
}

head_pose head_pose_of(const moly_camera_view *view)
{
    const double c = cos(view->angle_rad), s = sin(view->angle_rad);
    return (head_pose){{c, s, 0.0}, {s, -c, 0.0}, view->radius_mm};
}

double head_depth_mm(const head *h)
{
    const moly_collimator *c = h->collimator;
    return c->length_mm + fmax(0.0, c->gap_mm - 0.5 * h->camera->crystal_mm);
}

double head_sigma_mm(const head *h, double energy_kev)
{
    return fwhm_to_sigma * h->camera->intrinsic_fwhm_mm * sqrt(reference_kev / energy_kev);
}

static double energy_sigma_kev(const head *h, double energy_kev)
{
    return fwhm_to_sigma * h->camera->energy_fwhm * sqrt(reference_kev * energy_kev);
}

static void point_in_hexagon(double across, moly_random *random, double p[2])
{
    const double root = sqrt(3.0);
    do {
        p[0] = (2.0 * draw(random) - 1.0) * across / root;
        p[1] = (2.0 * draw(random) - 1.0) * 0.5 * across;
    } while (root * fabs(p[0]) + fabs(p[1]) > across);
}

void head_draw_slopes(const head *h, double energy_kev, moly_random *random, double slopes[2])
{
    double a[2], b[2];
    const double length = (double)h->length_mm[photon_row(energy_kev)];
    point_in_hexagon(h->collimator->hole_mm, random, a);
    point_in_hexagon(h->collimator->hole_mm, random, b);
    for (int i = 0; i < 2; i++) {
        slopes[i] = (b[i] - a[i]) / length;
    }
}

/* A slab without borders across. */
bool head_detect(const head *h, double u_mm, double z_mm, const double slopes[2], double energy_kev,
                 moly_random *random, flash *seen)
{
    const double norm = 1.0 / sqrt(1.0 + slopes[0] * slopes[0] + slopes[1] * slopes[1]);
    double p[3] = {u_mm, z_mm, 0.0}, d[3] = {slopes[0] * norm, slopes[1] * norm, norm};
    double energy = energy_kev, sum = 0.0, middle[2] = {0.0};
    while (energy > 0.0) {
        const int row = photon_row(energy);
        const double step = -log(draw(random)) / (double)h->crystal.mu_per_mm[row];
        for (int i = 0; i < 3; i++) {
            p[i] += step * d[i];
        }
        if (p[2] < 0.0 || p[2] > h->camera->crystal_mm) {
            break;
        }
        double left = 0.0, cosine = 1.0;
        if (draw(random) < (double)h->crystal.compton[row]) {
            left = compton_energy_kev(energy, random, &cosine);
            left = left > least_kev ? left : 0.0;
        }
        sum += energy - left;
        middle[0] += (energy - left) * p[0];
        middle[1] += (energy - left) * p[1];
        energy = left;
        turn_direction(d, cosine, random);
    }
    if (!(sum > 0.0)) {
        return false;
    }
    const double sigma = head_sigma_mm(h, sum);
    seen->u_mm = middle[0] / sum + sigma * moly_random_normal(random);
    seen->z_mm = middle[1] / sum + sigma * moly_random_normal(random);
    seen->energy_kev = sum + energy_sigma_kev(h, sum) * moly_random_normal(random);
    return true;
}

double head_share(const head *h, double energy_kev, const moly_energy_window *window)
{
    enum { PHOTONS = 100000 };
    static const double straight[2] = {0.0};
    int n = 0;
    for (int i = 0; i < PHOTONS; i++) {
        moly_random random = moly_random_stream(140, (uint64_t)i);
        flash seen;
        n += head_detect(h, 0.0, 0.0, straight, energy_kev, &random, &seen) &&
             seen.energy_kev >= window->low_kev && seen.energy_kev < window->high_kev;
    }
    return (double)n / PHOTONS;
}
