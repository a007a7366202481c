/* SPDX-License-Identifier: Apache-2.0 */
/* Points that scatter, and the straight ways from them to the detectors. */
#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/parallel.h"
#include "scatter_inside.h"

static const double pi = 3.14159265358979323846;
static const double map_mm = 8.0;          /* lattice that legs are sampled on */
static const double least_per_mm = 0.0005; /* a twentieth of water: thinner does not scatter */
static const double coarser = 1.2;
enum { MOST_POINTS = 6000, MOST_CELLS = 1 << 24 };

/* ---- maps ---- */

static moly_status check(const moly_volume *v, const char *what, moly_error *err)
{
    const int64_t n = moly_grid_n_voxels(&v->grid);
    static const double straight[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    for (int i = 0; i < 9; i++) {
        if (fabs(v->grid.direction[i] - straight[i]) > 1e-6) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "the %s of a scatter estimate is turned against the scanner", what);
        }
    }
    for (int64_t i = 0; i < n; i++) {
        if (!(v->data[i] >= 0.0F) || isinf(v->data[i])) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "voxel %lld of the %s is %g; it is finite and not negative",
                             (long long)i, what, (double)v->data[i]);
        }
    }
    return MOLY_OK;
}

static double lowest(const moly_grid *g, int axis)
{
    return g->origin_mm[axis] - 0.5 * g->spacing_mm[axis];
}

/* Each voxel is shared out among the eight nodes around it: nothing is lost between them. */
static void splat(const moly_volume *v, int component, scatter_map *map)
{
    const moly_grid *g = &v->grid;
    const double share =
        g->spacing_mm[0] * g->spacing_mm[1] * g->spacing_mm[2] / pow(map->spacing_mm, 3.0);
    const float *in = v->data;
    for (int64_t k = 0; k < g->n[2]; k++) {
        for (int64_t j = 0; j < g->n[1]; j++) {
            for (int64_t i = 0; i < g->n[0]; i++, in++) {
                const int64_t index[3] = {i, j, k};
                int64_t node[3];
                double part[3];
                bool is_in = *in > 0.0F;
                for (int a = 0; a < 3 && is_in; a++) {
                    const double at = (g->origin_mm[a] + g->spacing_mm[a] * (double)index[a] -
                                       map->origin_mm[a]) /
                                      map->spacing_mm;
                    node[a] = (int64_t)floor(at);
                    part[a] = at - (double)node[a];
                    is_in = node[a] >= 0 && node[a] + 1 < map->n[a];
                }
                for (int corner = 0; corner < 8 && is_in; corner++) {
                    double weight = share * (double)*in;
                    int64_t at[3];
                    for (int a = 0; a < 3; a++) {
                        const int up = corner >> a & 1;
                        weight *= up ? part[a] : 1.0 - part[a];
                        at[a] = node[a] + up;
                    }
                    map->values[2 * ((at[2] * map->n[1] + at[1]) * map->n[0] + at[0]) +
                                component] += (float)weight;
                }
            }
        }
    }
}

moly_status scatter_map_make(const moly_volume *activity, const moly_volume *mu, scatter_map *map,
                             moly_error *err)
{
    moly_status status = check(mu, "attenuation map", err);
    status = status ? status : check(activity, "image", err);
    if (status) {
        return status;
    }
    double cells = 1.0;
    map->spacing_mm = map_mm;
    for (int a = 0; a < 3; a++) {
        map->spacing_mm = fmax(map->spacing_mm, mu->grid.spacing_mm[a]);
        map->spacing_mm = fmax(map->spacing_mm, activity->grid.spacing_mm[a]);
    }
    for (int a = 0; a < 3; a++) { /* around the map: what lies outside of it is air */
        const double low = lowest(&mu->grid, a);
        const double extent = mu->grid.spacing_mm[a] * (double)mu->grid.n[a];
        map->n[a] = (int64_t)ceil(extent / map->spacing_mm) + 3;
        map->origin_mm[a] = low + 0.5 * extent - 0.5 * map->spacing_mm * (double)(map->n[a] - 1);
        cells *= (double)map->n[a];
    }
    if (!(cells < (double)MOST_CELLS)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "an attenuation map of %.3g cells of %.3g mm; a scatter estimate takes %d",
                         cells, map->spacing_mm, MOST_CELLS);
    }
    map->values = moly_alloc(2 * (size_t)cells, sizeof *map->values);
    if (!map->values) {
        return MOLY_NO_MEMORY(err);
    }
    splat(mu, 0, map);
    splat(activity, 1, map);
    return MOLY_OK;
}

/* ---- points ---- */

void scatter_points_release(scatter_points *points)
{
    moly_free(points->x);
}

/* A point for each cell of the map: its mass, where the middle of it lies. */
static void gather(const moly_volume *mu, const int64_t n[3], double step, double *cells)
{
    const moly_grid *g = &mu->grid;
    const double volume = g->spacing_mm[0] * g->spacing_mm[1] * g->spacing_mm[2];
    const float *in = mu->data;
    for (int64_t k = 0; k < g->n[2]; k++) {
        for (int64_t j = 0; j < g->n[1]; j++) {
            for (int64_t i = 0; i < g->n[0]; i++, in++) {
                const double at[3] = {g->spacing_mm[0] * ((double)i + 0.5),
                                      g->spacing_mm[1] * ((double)j + 0.5),
                                      g->spacing_mm[2] * ((double)k + 0.5)};
                const int64_t c =
                    ((int64_t)(at[2] / step) * n[1] + (int64_t)(at[1] / step)) * n[0] +
                    (int64_t)(at[0] / step);
                const double weight = volume * (double)*in;
                cells[4 * c] += weight;
                for (int a = 0; a < 3; a++) {
                    cells[4 * c + 1 + a] += weight * (at[a] + lowest(g, a));
                }
            }
        }
    }
}

moly_status scatter_points_make(const moly_volume *mu, double point_mm, scatter_points *points,
                                moly_error *err)
{
    moly_status status = check(mu, "attenuation map", err);
    double step = point_mm / coarser;
    while (!status) { /* until they are few enough */
        int64_t n[3];
        step *= coarser;
        for (int a = 0; a < 3; a++) {
            n[a] = (int64_t)(mu->grid.spacing_mm[a] * (double)mu->grid.n[a] / step) + 1;
        }
        const size_t n_cells = (size_t)(n[0] * n[1] * n[2]);
        const double least = least_per_mm * step * step * step;
        size_t found = 0;
        if (n_cells > MOST_CELLS) {
            continue;
        }
        double *cells = moly_alloc(n_cells, 4 * sizeof *cells);
        if (!cells) {
            return MOLY_NO_MEMORY(err);
        }
        gather(mu, n, step, cells);
        for (size_t i = 0; i < n_cells; i++) {
            found += cells[4 * i] > least;
        }
        if (found > MOST_POINTS) {
            moly_free(cells);
            continue;
        }
        points->n = 0;
        points->x = found > 0 ? moly_alloc(found, 4 * sizeof *points->x) : NULL;
        if (!points->x) {
            moly_free(cells);
            return found > 0 ? MOLY_NO_MEMORY(err)
                             : MOLY_FAIL(err, MOLY_ERR_DATA,
                                         "the attenuation map holds nothing that scatters: none of "
                                         "it is above %g/mm",
                                         least_per_mm);
        }
        points->y = points->x + found;
        points->z = points->y + found;
        points->weight = points->z + found;
        for (size_t i = 0; i < n_cells; i++) {
            const double *c = &cells[4 * i];
            if (c[0] > least) {
                const size_t p = points->n++;
                points->weight[p] = c[0];
                points->x[p] = c[1] / c[0];
                points->y[p] = c[2] / c[0];
                points->z[p] = c[3] / c[0];
            }
        }
        moly_free(cells);
        return MOLY_OK;
    }
    return status;
}

/* ---- legs ---- */

void scatter_detector_at(const scatter_detectors *d, int64_t angle, int64_t ring, double at[3])
{
    const double turn = 2.0 * pi * (double)angle / (double)d->n_angles;
    at[0] = d->radius_mm * sin(turn);
    at[1] = -d->radius_mm * cos(turn);
    at[2] = d->first_z_mm + d->step_z_mm * (double)ring;
}

typedef struct legs_work {
    const scatter_detectors *detectors;
    const scatter_points *points;
    const scatter_map *map;
    double again;
    size_t n_steps;
    scatter_legs *legs;
} legs_work;

/* Both images at a point, linear between nodes. @return false: outside of the lattice */
static bool sample(const scatter_map *map, const double p[3], float out[2])
{
    int64_t node[3];
    float part[3];
    for (int a = 0; a < 3; a++) {
        const double at = (p[a] - map->origin_mm[a]) / map->spacing_mm;
        if (!(at >= 0.0 && at < (double)(map->n[a] - 1))) {
            return false;
        }
        node[a] = (int64_t)at;
        part[a] = (float)(at - (double)node[a]);
    }
    const float *v = map->values + 2 * ((node[2] * map->n[1] + node[1]) * map->n[0] + node[0]);
    const int64_t row = 2 * map->n[0], slice = row * map->n[1];
    for (int c = 0; c < 2; c++) {
        float plane[2];
        for (int k = 0; k < 2; k++) {
            const float *q = v + c + k * slice;
            const float front = q[0] + part[0] * (q[2] - q[0]);
            const float back = q[row] + part[0] * (q[row + 2] - q[row]);
            plane[k] = front + part[1] * (back - front);
        }
        out[c] = plane[0] + part[2] * (plane[1] - plane[0]);
    }
    return true;
}

static void one_leg(const legs_work *w, const double detector[3], size_t i, scatter_legs *leg)
{
    const double from[3] = {w->points->x[i], w->points->y[i], w->points->z[i]};
    const double to[3] = {detector[0] - from[0], detector[1] - from[1], detector[2] - from[2]};
    const double length = sqrt(to[0] * to[0] + to[1] * to[1] + to[2] * to[2]);
    const double u[3] = {to[0] / length, to[1] / length, to[2] / length};
    const double inwards = hypot(detector[0], detector[1]);
    const double cosine = (u[0] * detector[0] + u[1] * detector[1]) / inwards;
    const double step = SCATTER_STEP_MM;
    double path = 0.0, emission = 0.0;
    const size_t n = (size_t)(length / step);
    for (size_t k = 0; k < n; k++) {
        const double way = step * ((double)k + 0.5);
        const double p[3] = {from[0] + way * u[0], from[1] + way * u[1], from[2] + way * u[2]};
        float both[2];
        if (!sample(w->map, p, both)) {
            break;
        }
        path += step * (double)both[0];
        emission += step * (double)both[1];
        if (k < w->n_steps) {
            leg->profile[i * w->n_steps + k] = (float)step * both[1];
        }
    }
    leg->ux[i] = (float)u[0];
    leg->uy[i] = (float)u[1];
    leg->uz[i] = (float)u[2];
    leg->distance[i] = (float)length;
    leg->reach[i] = (float)(scatter_face(w->detectors, cosine) / (length * length));
    leg->path[i] = (float)path;
    leg->passed[i] = (float)exp(-path * (1.0 - w->again));
    leg->emission[i] = (float)emission;
}

static void legs_of_detector(void *context, int64_t item, int thread)
{
    const legs_work *w = context;
    double at[3];
    (void)thread;
    scatter_detector_at(w->detectors, item / w->detectors->n_rings, item % w->detectors->n_rings,
                        at);
    for (size_t i = 0; i < w->points->n; i++) {
        one_leg(w, at, i, &w->legs[item]);
    }
}

void scatter_legs_free(scatter_legs *legs)
{
    if (legs) {
        moly_free(legs[0].ux);
        moly_free(legs);
    }
}

moly_status scatter_legs_make(const scatter_detectors *detectors, const scatter_points *points,
                              const scatter_map *map, double again, size_t n_steps, int n_threads,
                              scatter_legs **legs, moly_error *err)
{
    const size_t n = (size_t)(detectors->n_angles * detectors->n_rings), m = points->n;
    scatter_legs *made = moly_alloc(n, sizeof *made);
    float *room = made ? moly_alloc(n * m, (8 + n_steps) * sizeof *room) : NULL;
    if (!room) {
        moly_free(made);
        return MOLY_NO_MEMORY(err);
    }
    for (size_t d = 0; d < n; d++, room += (8 + n_steps) * m) {
        made[d] =
            (scatter_legs){room,         room + m,     room + 2 * m, room + 3 * m, room + 4 * m,
                           room + 5 * m, room + 6 * m, room + 7 * m, room + 8 * m};
    }
    legs_work w = {detectors, points, map, again, n_steps, made};
    moly_parallel(n_threads, (int64_t)n, legs_of_detector, &w);
    *legs = made;
    return MOLY_OK;
}
