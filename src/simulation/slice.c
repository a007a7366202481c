/* SPDX-License-Identifier: Apache-2.0 */
/* A slice of time: decays become singles, singles become coincidences. */
#include "slice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "moly/base/memory.h"
#include "source.h"

enum { MOST_LABELLED = 127 };
static const double ps_per_s = 1e12, ps_per_mm = 1.0 / 0.299792458;
static const double least_density = 0.01; /* thinner: a source in a capsule that stops positrons */
static const double delay_ps = 5e5;       /* of the delayed window: beyond all that is true */

void slice_free(slice *s)
{
    moly_free(s->singles);
    moly_free(s->events);
    moly_free(s->busy_until_ps);
}

static bool grow(void **items, size_t size, size_t n, size_t *capacity)
{
    if (n < *capacity) {
        return true;
    }
    const size_t wanted = 2 * *capacity + 1024;
    void *grown = moly_realloc(*items, wanted, size);
    if (grown) {
        *items = grown;
        *capacity = wanted;
    }
    return grown != NULL;
}

/* ---- decays ---- */

static void keep_single(const world *w, const hit *seen, double time_ps, uint32_t decay,
                        int n_scatters, moly_random *random, slice *s)
{
    const moly_pet_scanner *scanner = w->scanner;
    if (!grow((void **)&s->singles, sizeof *s->singles, s->n_singles, &s->singles_capacity)) {
        s->is_out_of_memory = true;
        return;
    }
    const double energy = seen->energy_kev + detector_energy_sigma(scanner, seen->energy_kev) *
                                                 moly_random_normal(random);
    const double time =
        time_ps + seen->way_mm * ps_per_mm + w->sigma_ps * moly_random_normal(random);
    const bool is_accepted = energy >= scanner->window_low_kev &&
                             energy <= scanner->window_high_kev &&
                             draw(random) < (double)w->efficiencies[seen->crystal];
    s->singles[s->n_singles++] =
        (single){time, (uint32_t)seen->crystal, decay,
                 (uint8_t)(n_scatters < MOST_LABELLED ? n_scatters : MOST_LABELLED), is_accepted};
}

static void one_decay(const world *w, double time_ps, uint32_t decay, moly_random *random, slice *s)
{
    photon p = {.energy_kev = ANNIHILATION_KEV};
    const int solid = source_draw(w->setup->solids, w->until, w->phantom, random, p.position);
    const double density = w->density_g_cm3[w->setup->solids->solids[solid].material];
    if (w->options->has_range && density > least_density) {
        double shift[3];
        positron_displace(&w->range, density, random, shift);
        for (int i = 0; i < 3; i++) {
            p.position[i] += shift[i];
        }
    }
    isotropic_direction(p.direction, random);
    photon other = p;
    for (int i = 0; i < 3; i++) {
        other.direction[i] = -p.direction[i];
    }
    if (w->options->has_acollinearity) {
        const double x = w->acollinearity_rad * moly_random_normal(random);
        const double y = w->acollinearity_rad * moly_random_normal(random);
        turn_direction(other.direction, cos(sqrt(x * x + y * y)), random);
    }
    for (int i = 0; i < 2; i++) {
        photon *q = i == 0 ? &p : &other;
        hit seen;
        const fate end =
            transport_follow(w->phantom, q, w->options->has_scatter, w->least_kev, random);
        if (end != FATE_GONE && detector_follow(&w->crystals, q, random, &seen)) {
            keep_single(w, &seen, time_ps, decay, q->n_scatters, random, s);
        }
    }
}

/* ---- singles ---- */

static int by_time(const void *a, const void *b)
{
    const single *x = a, *y = b;
    return (x->time_ps > y->time_ps) - (x->time_ps < y->time_ps);
}

/* A block that sees a photon, accepted or not, is blind to the next ones for a while. */
static void sort_singles(const world *w, slice *s)
{
    const double dead_ps = w->scanner->dead_time_s * ps_per_s;
    const int64_t n_blocks = detector_n_blocks(w->scanner);
    size_t n = 0;
    qsort(s->singles, s->n_singles, sizeof *s->singles, by_time);
    for (int64_t i = 0; i < n_blocks; i++) {
        s->busy_until_ps[i] = -INFINITY;
    }
    for (size_t i = 0; i < s->n_singles; i++) {
        const single one = s->singles[i];
        double *busy = &s->busy_until_ps[detector_block(w->scanner, one.crystal)];
        if (one.time_ps < *busy) {
            s->figures.lost_singles += one.is_accepted;
            continue;
        }
        *busy = one.time_ps + dead_ps;
        if (one.is_accepted) {
            s->singles[n++] = one;
        }
    }
    s->n_singles = n;
    s->figures.singles += (double)n;
}

/* ---- coincidences ---- */

/* @return false: in no bin of the layout */
static bool place(const world *w, const single *a, const single *b, double dt_ps, moly_event *event)
{
    const moly_layout *l = w->setup->layout;
    const int64_t n = w->scanner->n_detectors, n_bins = w->scanner->n_tof_bins;
    int64_t view, tangential;
    bool is_swapped;
    if (!moly_layout_find_line(l, a->crystal % n, b->crystal % n, &view, &tangential,
                               &is_swapped)) {
        return false;
    }
    const single *one = is_swapped ? b : a, *two = is_swapped ? a : b;
    if (moly_layout_find_plane(l, one->crystal / n, two->crystal / n) < 0) {
        return false;
    }
    double bin = 0.0;
    if (n_bins > 1) { /* the nearer crystal sees its photon first */
        bin = floor((is_swapped ? -dt_ps : dt_ps) / w->scanner->tof_bin_ps + 0.5);
        const double most = 0.5 * (double)(l->tof_mashing > 0 ? l->n_tof * l->tof_mashing : n_bins);
        if (l->tof_mashing > 0 && fabs(bin) > most) {
            return false;
        }
        bin = fmax(-0.5 * (double)(n_bins - 1), fmin(0.5 * (double)(n_bins - 1), bin));
    }
    event->crystal_1 = one->crystal;
    event->crystal_2 = two->crystal;
    event->tof_bin = (int16_t)bin;
    return true;
}

/* dt_ps: how much later b came than a, but for the delay. */
static void keep_pair(const world *w, const single *a, const single *b, double dt_ps,
                      bool is_delayed, double begin_s, slice *s)
{
    const bool is_random = a->decay != b->decay;
    moly_event event = {.is_delayed = is_delayed};
    event.gate = is_random || is_delayed ? 0 : (uint8_t)(a->n_scatters + b->n_scatters);
    if (is_random && !is_delayed && !w->options->has_randoms) {
        return;
    }
    if (!place(w, a, b, dt_ps, &event)) {
        s->figures.outside += !is_delayed;
        return;
    }
    if (!grow((void **)&s->events, sizeof *s->events, s->n_events, &s->events_capacity)) {
        s->is_out_of_memory = true;
        return;
    }
    const double inside_ps = fmax(0.0, fmin(a->time_ps, w->slice_s * ps_per_s)); /* in order */
    event.time_ms = (uint32_t)(1e3 * (begin_s + inside_ps / ps_per_s));
    s->events[s->n_events++] = event;
    if (is_delayed) {
        s->figures.delayeds += 1.0;
    } else if (is_random) {
        s->figures.randoms += 1.0;
    } else if (event.gate > 0) {
        s->figures.scatters += 1.0;
    } else {
        s->figures.trues += 1.0;
    }
}

static void find_pairs(const world *w, double begin_s, slice *s)
{
    const double half_ps = 0.5 * w->scanner->coincidence_window_ps;
    size_t late = 0; /* first single that a delayed window of this one can hold */
    for (size_t i = 0; i < s->n_singles; i++) {
        const single *a = &s->singles[i];
        for (size_t k = i + 1; k < s->n_singles; k++) {
            const single *b = &s->singles[k];
            if (b->time_ps - a->time_ps >= half_ps) {
                break;
            }
            keep_pair(w, a, b, b->time_ps - a->time_ps, false, begin_s, s);
        }
        while (late < s->n_singles && s->singles[late].time_ps < a->time_ps + delay_ps - half_ps) {
            late++;
        }
        for (size_t k = late; w->options->has_delayeds && k < s->n_singles; k++) {
            const single *b = &s->singles[k];
            const double dt_ps = b->time_ps - a->time_ps - delay_ps;
            if (dt_ps >= half_ps) {
                break;
            }
            if (a->crystal < b->crystal) { /* of two crystals one is delayed, not each in turn */
                keep_pair(w, a, b, dt_ps, true, begin_s, s);
            }
        }
    }
}

void slice_run(const world *w, int64_t index, slice *s)
{
    const double begin_s = w->slice_s * (double)index, lambda = w->setup->nuclide->lambda_per_s;
    const double mean = w->annihilations_per_s * exp(-lambda * begin_s) *
                        moly_scan_effective_s(w->setup->nuclide, w->slice_s);
    moly_random random = moly_random_stream(w->setup->seed, (uint64_t)index);
    const uint64_t n = moly_random_poisson(&random, mean);
    const double slice_ps = w->slice_s * ps_per_s;
    s->n_singles = s->n_events = 0;
    s->figures = (moly_event_figures){.annihilations = (double)n};
    for (uint64_t i = 0; i < n; i++) {
        one_decay(w, slice_ps * moly_random_uniform(&random), (uint32_t)i, &random, s);
    }
    sort_singles(w, s);
    find_pairs(w, begin_s, s);
}
