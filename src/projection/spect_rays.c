/* SPDX-License-Identifier: Apache-2.0 */
/* SPECT by rays: bundles of lines from the bins through the holes, exact lengths in voxels. */
#include "moly/projection/spect_rays.h"

#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/parallel.h"

enum { MOST_TAPS = 63, HALF_TAPS = MOST_TAPS / 2 };
static const double sigma_per_fwhm = 0.42466090014400953;
static const double default_energy_kev = 140.5, mu_most_per_mm = 0.1;

struct moly_spect_rays {
    moly_grid grid;
    moly_camera_view *views;
    int64_t n_views;
    size_t n_u, n_z;
    double bin_mm, axial_mm;
    moly_collimator collimator;
    moly_collimator_kind kind;
    double length_mm; /* effective, of the holes */
    double tail_share, tail_hole_mm;
    size_t n_pinholes;
    double *pinholes_mm;
    int n_rays, n_threads;
    double nodes[MOLY_MOST_BUNDLE]; /* of a normal distribution, equally probable */
    int half_u, half_z;             /* of the crystal's blur */
    float taps_u[MOST_TAPS], taps_z[MOST_TAPS];
    float *mu; /* columns, or NULL */
};

typedef struct ray {
    double from[3], direction[3]; /* from the face into the object; a unit vector */
    double weight;
} ray;

typedef struct job {
    const moly_spect_rays *p;
    int64_t view;
    const float *image;
    float *bins;
} job;

/* ---- a ray's way ---- */

/* Where the ray is within the image. */
static bool clip(const moly_grid *g, const ray *r, double *t0, double *t1)
{
    *t0 = 0.0;
    *t1 = INFINITY;
    for (int i = 0; i < 3; i++) {
        const double low = g->origin_mm[i] - 0.5 * g->spacing_mm[i];
        const double high = low + g->spacing_mm[i] * (double)g->n[i];
        if (fabs(r->direction[i]) < 1e-12) {
            if (r->from[i] < low || r->from[i] >= high) {
                return false;
            }
            continue;
        }
        const double a = (low - r->from[i]) / r->direction[i];
        const double b = (high - r->from[i]) / r->direction[i];
        *t0 = fmax(*t0, fmin(a, b));
        *t1 = fmin(*t1, fmax(a, b));
    }
    return *t1 > *t0;
}

/* Away from the head, voxel by voxel; what is nearer weakens what is farther.
 * Source: Amanatides, Woo, Eurographics (1987) 3 for the steps; Siddon, Med Phys 12 (1985) 252 */
static double walk(const moly_spect_rays *p, const ray *r, const float *image, float *out,
                   double value)
{
    const moly_grid *g = &p->grid;
    double t, end, next[3], step[3], path = 0.0, sum = 0.0;
    int64_t at[3], turn[3];
    if (!clip(g, r, &t, &end)) {
        return 0.0;
    }
    for (int i = 0; i < 3; i++) {
        const double low = g->origin_mm[i] - 0.5 * g->spacing_mm[i];
        const double place = (r->from[i] + t * r->direction[i] - low) / g->spacing_mm[i];
        const double whole = fmin(fmax(floor(place), 0.0), (double)g->n[i] - 1.0);
        at[i] = (int64_t)whole;
        turn[i] = r->direction[i] > 0.0 ? 1 : -1;
        const bool is_along = fabs(r->direction[i]) >= 1e-12;
        step[i] = is_along ? g->spacing_mm[i] / fabs(r->direction[i]) : INFINITY;
        const double border = low + g->spacing_mm[i] * (whole + (turn[i] > 0 ? 1.0 : 0.0));
        next[i] = is_along ? (border - r->from[i]) / r->direction[i] : INFINITY;
    }
    while (t < end) {
        const int axis =
            next[0] < next[1] ? (next[0] < next[2] ? 0 : 2) : (next[1] < next[2] ? 1 : 2);
        const double to = fmin(next[axis], end), length = fmax(0.0, to - t);
        const size_t voxel = (size_t)((at[1] * g->n[0] + at[0]) * g->n[2] + at[2]);
        const double m = p->mu ? (double)p->mu[voxel] * length : 0.0;
        const double share = m > 1e-6 ? -expm1(-m) / m : 1.0 - 0.5 * m;
        const double weight = exp(-path) * share * length;
        if (!image) {
            out[voxel] += (float)(weight * value);
        } else {
            sum += weight * (double)image[voxel];
        }
        path += m;
        t = to;
        next[axis] += step[axis];
        at[axis] += turn[axis];
        if (at[axis] < 0 || at[axis] >= g->n[axis]) {
            break;
        }
    }
    return sum;
}

/* ---- bundles ---- */

/* From a place on the crystal in a direction given by slopes against the normal. */
static ray aim(const moly_spect_rays *p, int64_t view, double u, double z, double slope_u,
               double slope_z, double behind_mm, double weight)
{
    const moly_camera_view *v = &p->views[view];
    const double c = cos(v->angle_rad), s = sin(v->angle_rad);
    const double norm = 1.0 / sqrt(1.0 + slope_u * slope_u + slope_z * slope_z);
    const double face_u = u + slope_u * behind_mm, face_z = z + slope_z * behind_mm;
    return (ray){{face_u * c + v->radius_mm * s, face_u * s - v->radius_mm * c, face_z},
                 {(slope_u * c - s) * norm, (slope_u * s + c) * norm, slope_z * norm},
                 weight};
}

/* Ray `i` of the bundle of a bin; false: it does not exist. */
static bool bundle_ray(const moly_spect_rays *p, int64_t view, size_t bin, size_t row, int i,
                       ray *r)
{
    const moly_collimator *c = &p->collimator;
    const int n = p->n_rays, n_all = n * n, part = i / n_all;
    const double a = p->nodes[i % n], b = p->nodes[i / n % n];
    const double u = ((double)bin - 0.5 * (double)(p->n_u - 1)) * p->bin_mm;
    const double z = ((double)row - 0.5 * (double)(p->n_z - 1)) * p->axial_mm;
    if (p->kind == MOLY_COLLIMATOR_PINHOLE) {
        /* places of equal area in the disc: radius by a, angle by the golden section */
        const double k = (double)(i % n_all) + 0.5, turn = 2.399963229728653 * k;
        const double far = 0.5 * p->tail_hole_mm * sqrt(k / (double)n_all);
        const double hole_u = p->pinholes_mm[2 * (size_t)part] + far * cos(turn);
        const double hole_z = p->pinholes_mm[2 * (size_t)part + 1] + far * sin(turn);
        const double su = (hole_u - u) / c->length_mm, sz = (hole_z - z) / c->length_mm;
        const double cos2 = 1.0 / (1.0 + su * su + sz * sz);
        const double least = cos(0.5 * c->opening_deg * acos(-1.0) / 180.0);
        if (c->opening_deg > 0.0 && sqrt(cos2) < least) {
            return false;
        }
        *r = aim(p, view, u, z, su, sz, c->length_mm, cos2 * cos2 / n_all);
        return true;
    }
    const double behind = p->length_mm + c->gap_mm;
    const double hole = part == 0 ? c->hole_mm : p->tail_hole_mm;
    const double spread = sigma_per_fwhm * hole / p->length_mm;
    const double middle = p->kind == MOLY_COLLIMATOR_FAN ? -u / (c->focal_mm + behind) : 0.0;
    *r = aim(p, view, u, z, middle + spread * a, spread * b, behind,
             (part == 0 ? 1.0 : p->tail_share) / n_all);
    return true;
}

static int bundle_size(const moly_spect_rays *p)
{
    const int parts = p->kind == MOLY_COLLIMATOR_PINHOLE ? (int)p->n_pinholes
                      : p->tail_share > 0.0              ? 2
                                                         : 1;
    return parts * p->n_rays * p->n_rays;
}

/* ---- the crystal's blur ---- */

static int fill_taps(double sigma_bins, float taps[MOST_TAPS])
{
    int half = (int)ceil(4.0 * sigma_bins);
    half = half > HALF_TAPS ? HALF_TAPS : half;
    double sum = 0.0;
    for (int j = -half; j <= half; j++) {
        sum += half == 0 ? 1.0 : exp(-0.5 * j * j / (sigma_bins * sigma_bins));
    }
    for (int j = -half; j <= half; j++) {
        taps[half + j] =
            (float)((half == 0 ? 1.0 : exp(-0.5 * j * j / (sigma_bins * sigma_bins))) / sum);
    }
    return half;
}

/* Symmetric, nothing from outside: its own transpose. */
static void blur_bins(const moly_spect_rays *p, const float *in, float *between, float *out)
{
    const int64_t n_u = (int64_t)p->n_u, n_z = (int64_t)p->n_z;
    for (int64_t i = 0; i < n_u * n_z; i++) {
        double sum = 0.0;
        for (int j = -p->half_z; j <= p->half_z; j++) {
            const int64_t z = i % n_z + j;
            sum += z >= 0 && z < n_z ? (double)(p->taps_z[p->half_z + j] * in[i + j]) : 0.0;
        }
        between[i] = (float)sum;
    }
    for (int64_t i = 0; i < n_u * n_z; i++) {
        double sum = 0.0;
        for (int j = -p->half_u; j <= p->half_u; j++) {
            const int64_t u = i / n_z + j;
            sum +=
                u >= 0 && u < n_u ? (double)(p->taps_u[p->half_u + j] * between[i + j * n_z]) : 0.0;
        }
        out[i] = (float)sum;
    }
}

/* ---- views ---- */

static void project_bins(void *context, int64_t bin, int thread)
{
    const job *j = context;
    const int n = bundle_size(j->p);
    (void)thread;
    for (size_t row = 0; row < j->p->n_z; row++) {
        double sum = 0.0;
        for (int i = 0; i < n; i++) {
            ray r;
            if (bundle_ray(j->p, j->view, (size_t)bin, row, i, &r)) {
                sum += r.weight * walk(j->p, &r, j->image, NULL, 0.0);
            }
        }
        j->bins[(size_t)bin * j->p->n_z + row] = (float)sum;
    }
}

static moly_status check_view(const moly_spect_rays *p, int64_t view, moly_error *err)
{
    return view >= 0 && view < p->n_views ? MOLY_OK
                                          : MOLY_FAIL(err, MOLY_ERR_RANGE, "view %lld of %lld",
                                                      (long long)view, (long long)p->n_views);
}

moly_status moly_spect_rays_project_view(const moly_spect_rays *rays, const float *columns,
                                         int64_t view, float *bins, moly_error *err)
{
    const size_t n = rays->n_u * rays->n_z;
    moly_status status = check_view(rays, view, err);
    float *sharp = status ? NULL : moly_alloc(2 * n, sizeof *sharp);
    if (status || !sharp) {
        return status ? status : MOLY_NO_MEMORY(err);
    }
    job j = {rays, view, columns, sharp};
    moly_parallel(rays->n_threads, (int64_t)rays->n_u, project_bins, &j);
    blur_bins(rays, sharp, sharp + n, bins);
    moly_free(sharp);
    return MOLY_OK;
}

moly_status moly_spect_rays_back_project_view(const moly_spect_rays *rays, const float *bins,
                                              int64_t view, float *columns, moly_error *err)
{
    const size_t n = rays->n_u * rays->n_z;
    const int n_bundle = bundle_size(rays);
    moly_status status = check_view(rays, view, err);
    float *blurred = status ? NULL : moly_alloc(2 * n, sizeof *blurred);
    if (status || !blurred) {
        return status ? status : MOLY_NO_MEMORY(err);
    }
    blur_bins(rays, bins, blurred + n, blurred);
    for (size_t i = 0; i < n; i++) {
        for (int k = 0; k < n_bundle; k++) {
            ray r;
            if (bundle_ray(rays, view, i / rays->n_z, i % rays->n_z, k, &r)) {
                (void)walk(rays, &r, NULL, columns, r.weight * (double)blurred[i]);
            }
        }
    }
    moly_free(blurred);
    return MOLY_OK;
}

/* ---- making ---- */

/* Middles of equally probable parts of a normal distribution, scaled to its variance. */
static void make_nodes(int n, double nodes[MOLY_MOST_BUNDLE])
{
    double square = 0.0;
    for (int i = 0; i < n; i++) {
        const double wanted = (i + 0.5) / n;
        double low = -6.0, high = 6.0;
        for (int k = 0; k < 60; k++) {
            const double middle = 0.5 * (low + high);
            if (0.5 * erfc(-middle * sqrt(0.5)) < wanted) {
                low = middle;
            } else {
                high = middle;
            }
        }
        nodes[i] = 0.5 * (low + high);
        square += nodes[i] * nodes[i] / n;
    }
    for (int i = 0; i < n && n > 1; i++) {
        nodes[i] /= sqrt(square);
    }
    if (n == 1) {
        nodes[0] = 0.0;
    }
}

static moly_status check(const moly_projections *views, const moly_grid *g,
                         const moly_spect_ray_options *o, moly_error *err)
{
    moly_status status = moly_grid_check(g, err);
    for (int i = 0; i < 9 && !status; i++) {
        if (fabs(g->direction[i] - (i % 4 == 0 ? 1.0 : 0.0)) > 1e-4) {
            status = MOLY_FAIL(err, MOLY_ERR_RANGE,
                               "a projector's image lies along the scanner's axes; this one is "
                               "turned");
        }
    }
    if (!status && (o->n_rays < 1 || o->n_rays > MOLY_MOST_BUNDLE || o->n_threads < 0 ||
                    o->n_threads > MOLY_MOST_THREADS ||
                    !(o->intrinsic_fwhm_mm >= 0.0 && o->intrinsic_fwhm_mm < 50.0))) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE,
                           "%d rays (1 to %d), %d threads (0 to %d), a crystal of %g mm (0 to 50)",
                           o->n_rays, (int)MOLY_MOST_BUNDLE, o->n_threads, MOLY_MOST_THREADS,
                           o->intrinsic_fwhm_mm);
    }
    for (int64_t v = 0; v < views->n_views && !status; v++) {
        if (!(views->views[v].radius_mm > 0.0)) {
            status = MOLY_FAIL(err, MOLY_ERR_RANGE, "view %lld has no radius", (long long)v);
        }
    }
    if (!status && o->mu_per_mm && !moly_grid_equal(&o->mu_per_mm->grid, g, 1e-3)) {
        status =
            MOLY_FAIL(err, MOLY_ERR_RANGE, "the attenuation map has another grid than the image");
    }
    for (int64_t i = 0; !status && o->mu_per_mm && i < moly_grid_n_voxels(g); i++) {
        const double mu = (double)o->mu_per_mm->data[i];
        if (!(mu >= 0.0 && mu <= mu_most_per_mm)) {
            status = MOLY_FAIL(err, MOLY_ERR_RANGE, "attenuation of %g / mm in voxel %lld; 0 to %g",
                               mu, (long long)i, mu_most_per_mm);
        }
    }
    return status ? status : moly_collimator_check(o->collimator, err);
}

static moly_status fill(moly_spect_rays *p, const moly_projections *views,
                        const moly_spect_ray_options *o, moly_error *err)
{
    const double energy = o->energy_kev > 0.0 ? o->energy_kev : default_energy_kev;
    const double lead = moly_lead_mu_per_mm(energy);
    p->kind = moly_collimator_kind_of(&p->collimator);
    p->length_mm = moly_collimator_length(&p->collimator, lead);
    p->n_pinholes = p->collimator.n_pinholes > 0 ? (size_t)p->collimator.n_pinholes : 1;
    if (p->kind == MOLY_COLLIMATOR_PINHOLE) {
        p->tail_hole_mm = moly_collimator_fwhm_mm(&p->collimator, 0.0, lead); /* effective width */
    } else if (o->has_penetration) {
        p->tail_share = moly_collimator_penetration(&p->collimator, lead, &p->tail_hole_mm);
    }
    make_nodes(p->n_rays, p->nodes);
    p->half_u = fill_taps(sigma_per_fwhm * o->intrinsic_fwhm_mm / p->bin_mm, p->taps_u);
    p->half_z = fill_taps(sigma_per_fwhm * o->intrinsic_fwhm_mm / p->axial_mm, p->taps_z);
    p->views = moly_alloc((size_t)p->n_views, sizeof *p->views);
    p->pinholes_mm = moly_alloc(p->n_pinholes, 2 * sizeof *p->pinholes_mm);
    p->mu = o->mu_per_mm ? moly_alloc((size_t)moly_grid_n_voxels(&p->grid), sizeof *p->mu) : NULL;
    if (!p->views || !p->pinholes_mm || (o->mu_per_mm && !p->mu)) {
        return MOLY_NO_MEMORY(err);
    }
    memcpy(p->views, views->views, (size_t)p->n_views * sizeof *p->views);
    if (o->pinholes_mm) {
        memcpy(p->pinholes_mm, o->pinholes_mm, p->n_pinholes * 2 * sizeof *p->pinholes_mm);
    }
    if (p->mu) {
        moly_columns_from_volume(o->mu_per_mm, 0, p->mu);
    }
    return MOLY_OK;
}

moly_status moly_spect_rays_new(const moly_projections *views, const moly_grid *grid,
                                const moly_spect_ray_options *options, moly_spect_rays **rays,
                                moly_error *err)
{
    *rays = NULL;
    moly_status status = check(views, grid, options, err);
    moly_spect_rays *p = status ? NULL : moly_alloc(1, sizeof *p);
    if (status || !p) {
        return status ? status : MOLY_NO_MEMORY(err);
    }
    p->grid = *grid;
    p->collimator = *options->collimator;
    p->n_views = views->n_views;
    p->n_u = (size_t)views->n_bins;
    p->n_z = (size_t)views->n_axial;
    p->bin_mm = views->bin_mm;
    p->axial_mm = views->axial_mm;
    p->n_rays = options->n_rays;
    p->n_threads = options->n_threads ? options->n_threads : moly_n_processors();
    status = fill(p, views, options, err);
    if (status) {
        moly_spect_rays_free(p);
        return status;
    }
    *rays = p;
    return MOLY_OK;
}

void moly_spect_rays_free(moly_spect_rays *rays)
{
    if (rays) {
        moly_free(rays->views);
        moly_free(rays->pinholes_mm);
        moly_free(rays->mu);
        moly_free(rays);
    }
}
