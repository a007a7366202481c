/* SPDX-License-Identifier: Apache-2.0 */
/* SPECT photon by photon. A history belongs to a view; from where it begins and from each place of
 * scattering a photon is sent through the holes, weighted by the chance that it goes there and gets
 * out. The history itself goes on as it may. */
#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/base/parallel.h"
#include "source.h"
#include "spect_inside.h"

enum { VIEWS_A_STEP = 16 };
static const double pi = 3.14159265358979323846;
static const double negligible_sigmas = 4.0, fwhm_to_sigma = 0.42466090014400953;

typedef struct job {
    const moly_spect_scan *scan;
    moly_projections *counts;
    head head;
    spect_lines lines;
    transport *phantom;
    double *until;
    moly_chord *chords; /* [threads][n_chords] */
    size_t n_chords;
    moly_spect_figures *figures; /* [views] */
    int64_t n_histories, first_view;
    double least_kev, photons_per_decay, activity_bq;
    bool has_scatter;
} job;

typedef struct history {
    const job *j;
    head_pose pose;
    int64_t view;
    double weight; /* counts that a photon stands for */
    moly_chord *chords;
    moly_random random;
    moly_spect_figures *figures;
} history;

/* What gets from a point to the collimator without interacting. */
static double transmission(const history *h, const double from[3], const double direction[3],
                           double length_mm, double energy_kev)
{
    double to[3], sum = 0.0;
    for (int i = 0; i < 3; i++) {
        to[i] = from[i] + length_mm * direction[i];
    }
    const size_t n = moly_solids_chords(h->j->scan->solids, from, to, h->chords);
    for (size_t i = 0; i < n; i++) {
        sum += (h->chords[i].to_mm - h->chords[i].from_mm) *
               transport_mu_per_mm(h->j->phantom, h->chords[i].solid, energy_kev);
    }
    return exp(-sum);
}

static void keep(history *h, const flash *seen, double weight, bool is_primary)
{
    const moly_projections *p = h->j->counts;
    const double bin = floor(seen->u_mm / p->bin_mm + 0.5 * (double)p->n_bins);
    const double row = floor(seen->z_mm / p->axial_mm + 0.5 * (double)p->n_axial);
    if (bin < 0.0 || row < 0.0 || bin >= (double)p->n_bins || row >= (double)p->n_axial) {
        return;
    }
    for (int64_t w = 0; w < p->n_windows; w++) {
        if (seen->energy_kev >= p->windows[w].low_kev &&
            seen->energy_kev < p->windows[w].high_kev) {
            moly_projections_view(p, w, 0, h->view)[(int64_t)row * p->n_bins + (int64_t)bin] +=
                (float)weight;
            *(is_primary ? &h->figures->primaries : &h->figures->scatters) += w == 0 ? weight : 0.0;
        }
    }
}

/* @param scattered  the photon that interacts here, with its way in; NULL: an emission */
static void send_to_head(history *h, const double from[3], double energy_kev,
                         const photon *scattered)
{
    const job *j = h->j;
    double s[2], direction[3], weight = h->weight, energy = energy_kev;
    head_draw_slopes(&j->head, energy, &h->random, s);
    const double cosine = 1.0 / sqrt(1.0 + s[0] * s[0] + s[1] * s[1]);
    for (int i = 0; i < 3; i++) {
        direction[i] =
            cosine * (s[0] * h->pose.along_u[i] + (i == 2 ? s[1] : 0.0) + h->pose.outward[i]);
    }
    if (scattered) {
        double turn = 0.0;
        for (int i = 0; i < 3; i++) {
            turn += direction[i] * scattered->direction[i];
        }
        weight *= 4.0 * pi * klein_nishina_per_sr(energy, turn);
        energy /= 1.0 + energy / ANNIHILATION_KEV * (1.0 - turn);
        if (energy < j->least_kev) {
            return;
        }
    }
    double out = 0.0, u = 0.0;
    for (int i = 0; i < 3; i++) {
        out += from[i] * h->pose.outward[i];
        u += from[i] * h->pose.along_u[i];
    }
    const double distance = h->pose.radius_mm - out;
    if (!(distance > 0.0)) {
        return;
    }
    weight *= j->head.geometric[photon_row(energy)] * cosine * cosine * cosine *
              transmission(h, from, direction, distance / cosine, energy);
    const double way = distance + head_depth_mm(&j->head);
    flash seen;
    if (head_detect(&j->head, u + s[0] * way, from[2] + s[1] * way, s, energy, &h->random, &seen)) {
        keep(h, &seen, weight, !scattered);
    }
}

static double line_energy(const job *j, moly_random *random)
{
    double u = draw(random) * j->photons_per_decay;
    int i = 0;
    while (i < j->lines.n - 1 && u >= j->lines.per_decay[i]) {
        u -= j->lines.per_decay[i++];
    }
    return j->lines.kev[i];
}

static void one_history(history *h)
{
    const job *j = h->j;
    photon p = {.energy_kev = line_energy(j, &h->random)};
    (void)source_draw(j->scan->solids, j->until, j->phantom, &h->random, p.position);
    if (p.energy_kev < j->least_kev) {
        return;
    }
    send_to_head(h, p.position, p.energy_kev, NULL);
    isotropic_direction(p.direction, &h->random);
    while (j->has_scatter && transport_collide(j->phantom, &p, &h->random) >= 0 && p.is_compton) {
        double cosine;
        send_to_head(h, p.position, p.energy_kev, &p);
        p.energy_kev = compton_energy_kev(p.energy_kev, &h->random, &cosine);
        if (p.energy_kev < j->least_kev) {
            return;
        }
        turn_direction(p.direction, cosine, &h->random);
    }
}

static void one_view(void *context, int64_t item, int thread)
{
    const job *j = context;
    const int64_t view = j->first_view + item;
    const moly_projections *p = j->counts;
    for (int64_t w = 0; w < p->n_windows; w++) {
        memset(moly_projections_view(p, w, 0, view), 0,
               moly_projections_view_size(p) * sizeof(float));
    }
    const double decays = j->activity_bq * spect_view_decays(j->scan->nuclide, &p->views[view]);
    history h = {.j = j,
                 .pose = head_pose_of(&p->views[view]),
                 .view = view,
                 .weight = decays * j->photons_per_decay / (double)j->n_histories,
                 .chords = j->chords + (size_t)thread * j->n_chords,
                 .random = moly_random_stream(j->scan->seed, (uint64_t)view),
                 .figures = &j->figures[view]};
    for (int64_t i = 0; i < j->n_histories; i++) {
        one_history(&h);
    }
    for (int64_t w = 0; w < p->n_windows && j->scan->has_noise; w++) {
        spect_add_noise(j->scan, j->counts, w, view);
    }
}

static moly_status prepare(job *j, moly_error *err)
{
    const moly_solids *solids = j->scan->solids;
    const moly_projections *p = j->counts;
    double low = p->windows[0].low_kev;
    j->until = moly_alloc(solids->n, sizeof *j->until);
    j->figures = moly_alloc((size_t)p->n_views, sizeof *j->figures);
    j->n_chords = 2 * solids->n + 1;
    j->chords = moly_alloc((size_t)j->scan->n_threads, j->n_chords * sizeof *j->chords);
    if (!j->until || !j->figures || !j->chords) {
        return MOLY_NO_MEMORY(err);
    }
    for (int64_t w = 1; w < p->n_windows; w++) {
        low = fmin(low, p->windows[w].low_kev);
    }
    j->least_kev = fmax(20.0, low - negligible_sigmas * fwhm_to_sigma *
                                        j->scan->camera->energy_fwhm * sqrt(140.5 * low));
    for (int i = 0; i < j->lines.n; i++) {
        j->photons_per_decay += j->lines.per_decay[i];
    }
    j->activity_bq = moly_solids_activity(solids);
    moly_status status = source_until(solids, j->until, err);
    return status ? status : transport_new(solids, &j->phantom, err);
}

static void release(job *j)
{
    moly_free(j->chords);
    moly_free(j->until);
    moly_free(j->figures);
    transport_free(j->phantom);
}

moly_status moly_spect_scan_photons(const moly_spect_scan *scan, int64_t n_histories,
                                    bool has_scatter, moly_projections *counts,
                                    moly_spect_figures *figures, moly_error *err)
{
    job j = {
        .scan = scan, .counts = counts, .n_histories = n_histories, .has_scatter = has_scatter};
    moly_status status = spect_check(scan, counts, err);
    if (!status && (n_histories < 1 || n_histories > 1000000000)) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE, "%lld histories a view, not within 1 to 1e9",
                           (long long)n_histories);
    }
    status = status ? status : head_make(scan->camera, scan->collimator, &j.head, err);
    if (!status) {
        spect_lines_of(scan->nuclide, &j.lines);
        status = prepare(&j, err);
    }
    for (; j.first_view < counts->n_views && !status; j.first_view += VIEWS_A_STEP) {
        const int64_t left = counts->n_views - j.first_view;
        status = moly_progress_step(scan->progress, (double)j.first_view / (double)counts->n_views,
                                    "photons", err);
        if (!status) {
            moly_parallel(scan->n_threads, left < VIEWS_A_STEP ? left : VIEWS_A_STEP, one_view, &j);
        }
    }
    if (!status) {
        *figures = (moly_spect_figures){.histories = (double)(n_histories * counts->n_views)};
        for (int64_t v = 0; v < counts->n_views; v++) {
            figures->primaries += j.figures[v].primaries;
            figures->scatters += j.figures[v].scatters;
        }
    }
    release(&j);
    return status;
}
