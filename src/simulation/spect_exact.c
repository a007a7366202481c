/* SPDX-License-Identifier: Apache-2.0 */
/* Primary photons of SPECT by exact integrals: a pixel's lines end on it, blurred by the crystal,
 * and run in directions that the holes accept. */
#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/parallel.h"
#include "spect_inside.h"

enum { MOST_RAYS = 1024 };
static const double ml_per_mm3 = 1e-3;

/* A line of the nuclide that counts in a window. */
typedef struct job {
    const moly_spect_scan *scan;
    moly_projections *counts;
    head head;
    spect_lines lines;
    int n_rays;
    double reach_mm;    /* of the phantom from the axis' middle */
    double *shares;     /* [n_windows][lines] */
    double *mu_per_mm;  /* [lines][n solids] */
    moly_chord *chords; /* [threads][n_chords] */
    size_t n_chords;
} job;

/* Integral of activity times what gets out, Bq/mL mm, along chords in order from the far end. */
static double attenuated(const job *j, int line, const moly_chord *chords, size_t n)
{
    const moly_solid *solids = j->scan->solids->solids;
    const double *mu = j->mu_per_mm + (size_t)line * j->scan->solids->n;
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double length = chords[i].to_mm - chords[i].from_mm, m = mu[chords[i].solid];
        const double out = exp(-m * length);
        const double own = m * length > 1e-9 ? (1.0 - out) / m : length;
        sum = sum * out + solids[chords[i].solid].bq_per_ml * own;
    }
    return sum;
}

static void add_ray(const job *j, const head_pose *pose, double u_mm, double z_mm, int line,
                    moly_random *random, int thread, double *sums)
{
    const head *h = &j->head;
    double s[2], far[3], near[3];
    head_draw_slopes(h, j->lines.kev[line], random, s);
    const double sigma = head_sigma_mm(h, j->lines.kev[line]);
    const double u = u_mm + sigma * moly_random_normal(random);
    const double z = z_mm + sigma * moly_random_normal(random);
    const double behind = h->collimator->length_mm + h->collimator->gap_mm;
    for (int i = 0; i < 3; i++) { /* from behind the phantom to the collimator's face */
        const double axis = i == 2 ? 1.0 : 0.0;
        const double to = behind, from = behind + pose->radius_mm + j->reach_mm;
        near[i] = (u - s[0] * to) * pose->along_u[i] + (z - s[1] * to) * axis +
                  pose->radius_mm * pose->outward[i];
        far[i] = (u - s[0] * from) * pose->along_u[i] + (z - s[1] * from) * axis -
                 j->reach_mm * pose->outward[i];
    }
    moly_chord *chords = j->chords + (size_t)thread * j->n_chords;
    const size_t n = moly_solids_chords(j->scan->solids, far, near, chords);
    if (n == 0) {
        return;
    }
    const double cos2 = 1.0 / (1.0 + s[0] * s[0] + s[1] * s[1]);
    const double rate = attenuated(j, line, chords, n) * cos2 * cos2 * ml_per_mm3 *
                        h->geometric[photon_row(j->lines.kev[line])] * j->lines.per_decay[line];
    for (int64_t w = 0; w < j->counts->n_windows; w++) {
        sums[w] += rate * j->shares[w * j->lines.n + line];
    }
}

static bool line_counts(const job *j, int line)
{
    double share = 0.0;
    for (int64_t w = 0; w < j->counts->n_windows; w++) {
        share += j->shares[w * j->lines.n + line];
    }
    return share * j->lines.per_decay[line] > 1e-5;
}

static void one_pixel(const job *j, const head_pose *pose, int64_t view, int64_t pixel, int thread)
{
    enum { MOST_WINDOWS = 16 };
    const moly_projections *p = j->counts;
    const double u = ((double)(pixel % p->n_bins) - 0.5 * (double)(p->n_bins - 1)) * p->bin_mm;
    const int64_t row = pixel / p->n_bins;
    const double z = ((double)row - 0.5 * (double)(p->n_axial - 1)) * p->axial_mm;
    const double scale = p->bin_mm * p->axial_mm *
                         spect_view_decays(j->scan->nuclide, &p->views[view]) / (double)j->n_rays;
    double sums[MOST_WINDOWS] = {0.0};
    moly_random random = moly_random_stream(
        j->scan->seed, (uint64_t)view * (uint64_t)moly_projections_view_size(p) + (uint64_t)pixel);
    for (int r = 0; r < j->n_rays; r++) {
        const double du = (draw(&random) - 0.5) * p->bin_mm;
        const double dz = (draw(&random) - 0.5) * p->axial_mm;
        for (int l = 0; l < j->lines.n; l++) {
            if (line_counts(j, l)) {
                add_ray(j, pose, u + du, z + dz, l, &random, thread, sums);
            }
        }
    }
    for (int64_t w = 0; w < p->n_windows; w++) {
        moly_projections_view(p, w, 0, view)[pixel] = (float)(sums[w] * scale);
    }
}

static void one_view(void *context, int64_t view, int thread)
{
    const job *j = context;
    const head_pose pose = head_pose_of(&j->counts->views[view]);
    const int64_t n = (int64_t)moly_projections_view_size(j->counts);
    for (int64_t i = 0; i < n; i++) {
        one_pixel(j, &pose, view, i, thread);
    }
    for (int64_t w = 0; w < j->counts->n_windows && j->scan->has_noise; w++) {
        spect_add_noise(j->scan, j->counts, w, view);
    }
}

static moly_status prepare(job *j, moly_error *err)
{
    const moly_solids *solids = j->scan->solids;
    const size_t n_lines = (size_t)j->lines.n, n_threads = (size_t)j->scan->n_threads;
    double low[3], high[3];
    j->shares = moly_alloc((size_t)j->counts->n_windows * n_lines, sizeof *j->shares);
    j->mu_per_mm = moly_alloc(n_lines * solids->n, sizeof *j->mu_per_mm);
    j->n_chords = 2 * solids->n + 1;
    j->chords = moly_alloc(n_threads, j->n_chords * sizeof *j->chords);
    if (!j->shares || !j->mu_per_mm || !j->chords) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t l = 0; l < n_lines; l++) {
        for (size_t i = 0; i < solids->n; i++) {
            j->mu_per_mm[l * solids->n + i] =
                moly_solids_mu_at_per_mm(solids, solids->solids[i].material, j->lines.kev[l]);
        }
        for (int64_t w = 0; w < j->counts->n_windows; w++) {
            j->shares[(size_t)w * n_lines + l] =
                head_share(&j->head, j->lines.kev[l], &j->counts->windows[w]);
        }
    }
    moly_solids_bounds(solids, low, high);
    for (int i = 0; i < 3; i++) {
        const double far = fmax(fabs(low[i]), fabs(high[i]));
        j->reach_mm += far * far;
    }
    j->reach_mm = sqrt(j->reach_mm);
    return MOLY_OK;
}

static void release(job *j)
{
    moly_free(j->chords);
    moly_free(j->shares);
    moly_free(j->mu_per_mm);
}

moly_status moly_spect_scan_exact(const moly_spect_scan *scan, int n_rays, moly_projections *counts,
                                  moly_error *err)
{
    job j = {.scan = scan, .counts = counts, .n_rays = n_rays};
    moly_status status = spect_check(scan, counts, err);
    if (!status && (n_rays < 1 || n_rays > MOST_RAYS || counts->n_windows > 16)) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE,
                           "%d lines a pixel, %lld energy windows; 1 to %d, at most 16", n_rays,
                           (long long)counts->n_windows, (int)MOST_RAYS);
    }
    status = status ? status : head_make(scan->camera, scan->collimator, &j.head, err);
    if (!status) {
        spect_lines_of(scan->nuclide, &j.lines);
        status = prepare(&j, err);
    }
    status = status ? status : moly_progress_step(scan->progress, 0.0, "views", err);
    if (!status) {
        moly_parallel(scan->n_threads, counts->n_views, one_view, &j);
    }
    release(&j);
    return status;
}
