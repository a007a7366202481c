/* SPDX-License-Identifier: Apache-2.0 */
/* Where the image-quality phantom lies: its body by a threshold, its spheres by what they add to
 * the background. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "moly/base/memory.h"
#include "nema_inside.h"

enum { MOST_SAMPLES = 400000, N_ANGLES = 72, N_STEPS = 30 };
static const double pi = 3.14159265358979323846;
static const double width_mm = 294.0, height_mm = 224.0, size_slack_mm = 40.0;
static const double reach_mm = 5.0; /* beyond a sphere's wall, for its centre of gravity */

static double extent(const moly_grid *g, int axis)
{
    return g->spacing_mm[axis] * (double)(g->n[axis] - 1);
}

/* ---- level of the background ---- */

static int compare(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Median of the body: the values above the threshold that lies midway between the means on either
 * side of it. Spheres and noise at the ends are too few to matter once the top is cut. */
static moly_status find_level(const moly_volume *image, double *level, moly_error *err)
{
    const int64_t n = moly_grid_n_voxels(&image->grid);
    const int64_t step = n / MOST_SAMPLES + 1;
    const size_t n_samples = (size_t)((n + step - 1) / step);
    float *samples = moly_alloc(n_samples, sizeof *samples);
    if (!samples) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < n_samples; i++) {
        samples[i] = image->data[(int64_t)i * step];
    }
    qsort(samples, n_samples, sizeof *samples, compare);
    const double top = (double)samples[(size_t)(0.995 * (double)(n_samples - 1))];
    double threshold = 0.0; /* first the mean: midway would part hot spheres from the rest */
    for (size_t i = 0; i < n_samples; i++) {
        threshold += fmin(top, (double)samples[i]) / (double)n_samples;
    }
    size_t above = n_samples;
    for (int pass = 0; pass < 50; pass++) {
        double sums[2] = {0.0, 0.0}, counts[2] = {0.0, 0.0};
        for (size_t i = 0; i < n_samples; i++) {
            const int is_above = (double)samples[i] > threshold;
            sums[is_above] += fmin(top, (double)samples[i]);
            counts[is_above] += 1.0;
        }
        above = (size_t)counts[0];
        if (!(counts[0] > 0.0 && counts[1] > 0.0)) {
            break;
        }
        threshold = 0.5 * (sums[0] / counts[0] + sums[1] / counts[1]);
    }
    *level = above < n_samples ? (double)samples[above + (n_samples - above) / 2] : 0.0;
    moly_free(samples);
    return *level > 0.0 && isfinite(*level)
               ? MOLY_OK
               : MOLY_FAIL(err, MOLY_ERR_DATA, "the image has no body of activity");
}

/* ---- body ---- */

/* First and last index along an axis where more than a tenth of the most is above half the level.
 */
static moly_status find_edges(const moly_volume *image, double level, int axis, double edge_mm[2],
                              moly_error *err)
{
    const moly_grid *g = &image->grid;
    const int64_t n = moly_grid_n_voxels(g);
    const int64_t step = axis == 0 ? 1 : g->n[0];
    int64_t *counts = moly_alloc((size_t)g->n[axis], sizeof *counts), most = 0;
    if (!counts) {
        return MOLY_NO_MEMORY(err);
    }
    for (int64_t i = 0; i < n; i++) {
        counts[i / step % g->n[axis]] += (double)image->data[i] > 0.5 * level;
    }
    for (int64_t i = 0; i < g->n[axis]; i++) {
        most = counts[i] > most ? counts[i] : most;
    }
    bool is_first = true;
    for (int64_t i = 0; i < g->n[axis]; i++) {
        if (10 * counts[i] > most) {
            edge_mm[0] = is_first ? ((double)i - 0.5) * g->spacing_mm[axis] : edge_mm[0];
            edge_mm[1] = ((double)i + 0.5) * g->spacing_mm[axis];
            is_first = false;
        }
    }
    moly_free(counts);
    return is_first ? MOLY_FAIL(err, MOLY_ERR_DATA, "the image has no body of activity") : MOLY_OK;
}

/* Voxels of the body between 96 and 108 mm from its middle, on the side of `sign`. */
static int64_t count_side(const moly_volume *image, const iq_place *place, double sign)
{
    const moly_grid *g = &image->grid;
    int64_t count = 0;
    for (int64_t i = 0; i < moly_grid_n_voxels(g); i++) {
        const double v = (double)(i / g->n[0] % g->n[1]) * g->spacing_mm[1];
        const double out = sign * (v - place->body[1]);
        count += out > 96.0 && out < 108.0 && (double)image->data[i] > 0.5 * place->level;
    }
    return count;
}

static moly_status find_body(const moly_volume *image, iq_place *place, moly_error *err)
{
    static const double wanted[2] = {width_mm, height_mm};
    moly_status status = find_level(image, &place->level, err);
    for (int axis = 0; axis < 2 && !status; axis++) {
        double edge_mm[2] = {0.0, 0.0};
        status = find_edges(image, place->level, axis, edge_mm, err);
        place->body[axis] = 0.5 * (edge_mm[0] + edge_mm[1]);
        place->size[axis] = edge_mm[1] - edge_mm[0];
        if (!status && !(fabs(place->size[axis] - wanted[axis]) < size_slack_mm)) {
            status = MOLY_FAIL(err, MOLY_ERR_DATA,
                               "the body is %.0f mm along the image's %s axis, not %.0f mm as that "
                               "of the image-quality phantom",
                               place->size[axis], axis ? "second" : "first", wanted[axis]);
        }
    }
    if (!status) {
        place->flat = count_side(image, place, 1.0) >= count_side(image, place, -1.0) ? 1.0 : -1.0;
    }
    return status;
}

/* ---- spheres ---- */

static double nearest(const moly_volume *image, const double at[3])
{
    const moly_grid *g = &image->grid;
    int64_t i[3];
    for (int axis = 0; axis < 3; axis++) {
        const double index = floor(at[axis] / g->spacing_mm[axis] + 0.5);
        if (!(index >= 0.0 && index < (double)g->n[axis])) {
            return 0.0;
        }
        i[axis] = (int64_t)index;
    }
    return (double)image->data[(i[2] * g->n[1] + i[1]) * g->n[0] + i[0]];
}

/* What the spheres at this place differ from the background in the way that they should, by 13
 * points of each in their plane. */
static double score(const moly_volume *image, const moly_nema_iq_options *options,
                    const iq_place *place)
{
    double sum = 0.0;
    for (int s = 0; s < MOLY_NEMA_N_SPHERES; s++) {
        const double d = options->diameter_mm[s];
        const bool is_cold = s >= MOLY_NEMA_N_SPHERES - options->n_cold;
        double at[3], mean = 0.0;
        iq_sphere(place, s, at);
        for (int k = 0; k < 13; k++) {
            const double r = k == 0 ? 0.0 : k < 7 ? 0.22 * d : 0.42 * d;
            const double a = (double)k * pi / 3.0 + (k < 7 ? 0.0 : pi / 6.0);
            mean += nearest(image, (double[3]){at[0] + r * cos(a), at[1] + r * sin(a), at[2]});
        }
        sum += d * d * (is_cold ? -1.0 : 1.0) * (mean / 13.0 - place->level);
    }
    return sum;
}

static moly_status search(const moly_volume *image, const moly_nema_iq_options *options,
                          iq_place *place, moly_error *err)
{
    const moly_grid *g = &image->grid;
    iq_place best = *place;
    double most = 0.0;
    for (int64_t k = 0; k < g->n[2]; k++) {
        const double w = (double)k * g->spacing_mm[2];
        if (w < 20.0 || w > extent(g, 2) - 20.0) { /* background circles lie so far from it */
            continue;
        }
        for (int i = 0; i < 2 * N_ANGLES; i++) {
            iq_place trial = *place;
            trial.centre[0] = place->body[0];
            trial.centre[1] = place->body[1];
            trial.centre[2] = w;
            const int angle = i / 2; /* each in both senses */
            trial.angle_rad = 2.0 * pi * angle / N_ANGLES;
            trial.turn = i % 2 ? -1.0 : 1.0;
            const double s = score(image, options, &trial);
            if (s > most) {
                most = s;
                best = trial;
            }
        }
    }
    *place = best;
    return most > 0.0 ? MOLY_OK
                      : MOLY_FAIL(err, MOLY_ERR_DATA,
                                  "no spheres on a circle of 57.2 mm, 20 mm from the image's ends");
}

/* Centre of gravity of what a sphere differs by. @return its weight; <= 0: it does not show */
static double find_gravity(const moly_volume *image, const double at[3], double radius_mm,
                           double sign, double level, double gravity[3])
{
    const moly_grid *g = &image->grid;
    int64_t from[3], to[3];
    double weight = 0.0, sums[3] = {0.0, 0.0, 0.0};
    for (int axis = 0; axis < 3; axis++) {
        from[axis] = (int64_t)fmax(0.0, ceil((at[axis] - radius_mm) / g->spacing_mm[axis]));
        to[axis] = (int64_t)fmin((double)g->n[axis] - 1.0,
                                 floor((at[axis] + radius_mm) / g->spacing_mm[axis]));
    }
    for (int64_t k = from[2]; k <= to[2]; k++) {
        for (int64_t j = from[1]; j <= to[1]; j++) {
            for (int64_t i = from[0]; i <= to[0]; i++) {
                const double d[3] = {(double)i * g->spacing_mm[0] - at[0],
                                     (double)j * g->spacing_mm[1] - at[1],
                                     (double)k * g->spacing_mm[2] - at[2]};
                if (d[0] * d[0] + d[1] * d[1] + d[2] * d[2] > radius_mm * radius_mm) {
                    continue;
                }
                const double v = (double)image->data[(k * g->n[1] + j) * g->n[0] + i];
                weight += sign * (v - level);
                for (int axis = 0; axis < 3; axis++) {
                    sums[axis] += sign * (v - level) * d[axis];
                }
            }
        }
    }
    for (int axis = 0; axis < 3 && weight > 0.0; axis++) {
        gravity[axis] = sums[axis] / weight;
    }
    return weight;
}

/* Move and turn all six together towards their centres of gravity. */
static void refine(const moly_volume *image, const moly_nema_iq_options *options, iq_place *place)
{
    for (int step = 0; step < N_STEPS; step++) {
        double shift[3] = {0.0, 0.0, 0.0}, turn = 0.0, weights = 0.0, arms = 0.0;
        for (int s = 0; s < MOLY_NEMA_N_SPHERES; s++) {
            const bool is_cold = s >= MOLY_NEMA_N_SPHERES - options->n_cold;
            double at[3], off[3] = {0.0, 0.0, 0.0};
            iq_sphere(place, s, at);
            const double weight = find_gravity(image, at, 0.5 * options->diameter_mm[s] + reach_mm,
                                               is_cold ? -1.0 : 1.0, place->level, off);
            if (!(weight > 0.0)) {
                continue;
            }
            const double arm[2] = {at[0] - place->centre[0], at[1] - place->centre[1]};
            weights += weight;
            for (int axis = 0; axis < 3; axis++) {
                shift[axis] += weight * off[axis];
            }
            turn += weight * (arm[0] * off[1] - arm[1] * off[0]);
            arms += weight * (arm[0] * arm[0] + arm[1] * arm[1]);
        }
        if (!(weights > 0.0)) {
            return;
        }
        for (int axis = 0; axis < 3; axis++) {
            const double most = extent(&image->grid, axis);
            place->centre[axis] =
                fmin(most, fmax(0.0, place->centre[axis] + shift[axis] / weights));
        }
        place->angle_rad += turn / arms;
    }
}

moly_status iq_find(const moly_volume *image, const moly_nema_iq_options *options, iq_place *place,
                    moly_error *err)
{
    moly_status status = find_body(image, place, err);
    if (status) {
        return status;
    }
    if (!options->has_centre) {
        status = search(image, options, place, err);
        if (!status) {
            refine(image, options, place);
        }
    }
    return status;
}
