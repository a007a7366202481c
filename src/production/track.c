/* SPDX-License-Identifier: Apache-2.0 */
#include "track.h"

#include <math.h>

#define SPREAD_SIGMAS 5.0
#define LEAST_LOSS 1e-6 /* of the energy: a thinner layer is integrated over this much */

typedef struct integrals {
    double k, m;
} integrals;

void track_fill(track *t, double low_mev, double high_mev, size_t n, track_phi phi,
                const void *context)
{
    MOLY_ASSERT(n > 0 && n < TRACK_MOST && high_mev >= low_mev);
    t->low_mev = low_mev;
    t->high_mev = high_mev;
    t->step_mev = (high_mev - low_mev) / (double)n;
    t->n = n;
    t->k[0] = t->m[0] = 0.0;
    t->phi[0] = phi(context, low_mev);
    for (size_t i = 0; i < n; i++) {
        const double e0 = low_mev + (double)i * t->step_mev, e1 = e0 + t->step_mev;
        const double middle = 0.5 * (e0 + e1), p0 = t->phi[i], pm = phi(context, middle);
        const double p1 = phi(context, e1), sixth = t->step_mev / 6.0;
        t->phi[i + 1] = p1;
        t->k[i + 1] = t->k[i] + sixth * (p0 + 4.0 * pm + p1);
        t->m[i + 1] = t->m[i] + sixth * (e0 * p0 + 4.0 * middle * pm + e1 * p1);
    }
}

void track_scale(track *t, double length_g_cm2)
{
    const double factor = length_g_cm2 / t->k[t->n];
    for (size_t i = 0; i <= t->n; i++) {
        t->k[i] *= factor;
        t->m[i] *= factor;
        t->phi[i] *= factor;
    }
}

static double one_over_s(const void *stopping, double energy_mev)
{
    return 1.0 / moly_stopping_power_mev_cm2_g(stopping, energy_mev);
}

void track_slowing(track *t, const moly_stopping *stopping, double low_mev, double high_mev)
{
    const double least = moly_stopping_min_mev(stopping);
    low_mev = fmin(fmax(low_mev, least), (1.0 - LEAST_LOSS) * high_mev);
    track_fill(t, low_mev, high_mev, TRACK_N, one_over_s, stopping);
}

/* A slice of the track whose energies spread around `at`: integrals on the grid within
 * SPREAD_SIGMAS; what lies above is complete and added by the caller from `past`. */
static void add_gaussian(track *t, double length, double at, double sd, integrals past[TRACK_MOST])
{
    const double first = ceil((at - SPREAD_SIGMAS * sd - t->low_mev) / t->step_mev);
    size_t j = first > 0.0 ? (size_t)first : 0;
    for (; j <= t->n; j++) {
        const double u = (t->low_mev + (double)j * t->step_mev - at) / sd;
        if (u > SPREAD_SIGMAS) {
            past[j].k += length;
            past[j].m += length * at;
            return;
        }
        const double below = 0.5 * erfc(-u * M_SQRT1_2);
        const double g = exp(-0.5 * u * u) * 0.5 * M_2_SQRTPI * M_SQRT1_2;
        t->k[j] += length * below;
        t->m[j] += length * (at * below - sd * g);
        t->phi[j] += length * g / sd;
    }
}

void track_spread(track *t, const moly_stopping *stopping, double low_mev, double high_mev,
                  double sd_in_mev, bool has_straggling)
{
    track mean;
    integrals past[TRACK_MOST] = {{0.0, 0.0}};
    double sd[TRACK_N], at[TRACK_N], widest = sd_in_mev;
    track_slowing(&mean, stopping, low_mev, high_mev);
    for (size_t i = 0; i < TRACK_N; i++) {
        at[i] = mean.low_mev + ((double)i + 0.5) * mean.step_mev;
        const double depth = moly_stopping_range_g_cm2(stopping, high_mev) -
                             moly_stopping_range_g_cm2(stopping, at[i]);
        sd[i] = has_straggling
                    ? moly_stopping_straggling_mev(stopping, high_mev, fmax(depth, 0.0), sd_in_mev)
                    : sd_in_mev;
        /* A slice is no point: its own width keeps the sum of Gaussians smooth. */
        sd[i] = hypot(fmin(sd[i], 0.5 * at[i]), 0.6 * mean.step_mev);
        widest = fmax(widest, sd[i]);
    }
    const double low = fmax(mean.low_mev - SPREAD_SIGMAS * sd[0], 0.0);
    const double high = high_mev + SPREAD_SIGMAS * sd[TRACK_N - 1];
    t->n = TRACK_N_SPREAD;
    t->low_mev = low;
    t->high_mev = high;
    t->step_mev = (high - low) / (double)t->n;
    for (size_t j = 0; j <= t->n; j++) {
        t->k[j] = t->m[j] = t->phi[j] = 0.0;
    }
    for (size_t i = 0; i < TRACK_N; i++) {
        add_gaussian(t, mean.k[i + 1] - mean.k[i], at[i], sd[i], past);
    }
    integrals whole = {0.0, 0.0};
    for (size_t j = 0; j <= t->n; j++) {
        whole.k += past[j].k;
        whole.m += past[j].m;
        t->k[j] += whole.k;
        t->m[j] += whole.m;
    }
}

static integrals at_energy(const track *t, double e)
{
    if (e <= t->low_mev) {
        return (integrals){0.0, 0.0};
    }
    if (e >= t->high_mev) {
        return (integrals){t->k[t->n], t->m[t->n]};
    }
    const double h = t->step_mev, x = (e - t->low_mev) / h;
    size_t i = (size_t)x;
    i = i < t->n ? i : t->n - 1;
    const double u = x - (double)i, v = 1.0 - u, e0 = t->low_mev + (double)i * h;
    const double h00 = (1.0 + 2.0 * u) * v * v, h01 = u * u * (3.0 - 2.0 * u);
    const double s0 = h * u * v * v * t->phi[i], s1 = -h * u * u * v * t->phi[i + 1];
    return (integrals){h00 * t->k[i] + h01 * t->k[i + 1] + s0 + s1,
                       h00 * t->m[i] + h01 * t->m[i + 1] + s0 * e0 + s1 * (e0 + h)};
}

double track_integral(const track *t, const moly_reaction *r)
{
    const size_t last = r->n - 1;
    double sum = 0.0;
    size_t i = 0;
    while (i < last && (double)r->energy_mev[i + 1] <= t->low_mev) {
        i++;
    }
    integrals before = at_energy(t, (double)r->energy_mev[i]);
    for (; i < last && (double)r->energy_mev[i] < t->high_mev; i++) {
        const double e0 = (double)r->energy_mev[i], e1 = (double)r->energy_mev[i + 1];
        const double x0 = (double)r->xs_mb[i], slope = ((double)r->xs_mb[i + 1] - x0) / (e1 - e0);
        const integrals after = at_energy(t, e1);
        sum += (x0 - slope * e0) * (after.k - before.k) + slope * (after.m - before.m);
        before = after;
    }
    if (i == last) {
        sum += (double)r->xs_mb[last] * (t->k[t->n] - before.k);
    }
    return fmax(sum, 0.0);
}
