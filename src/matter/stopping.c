/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/matter/stopping.h"

#include <math.h>

#include "inside.h"

/* Nodes at equal steps of ln E. Between NIST's points ln S(ln E) is a monotone cubic (Fritsch and
 * Carlson 1980); between the nodes S and the range are cubics through value and slope. */
enum { NODES = 640 };

static const struct {
    const char *symbol;
    int charge;
    double rest_mev; /* CODATA 2018 */
} particles[] = {{"p", 1, 938.27208816}, {"d", 1, 1875.61294257}, {"h", 2, 2808.39160743},
                 {"a", 2, 3727.3794066}, {"e", 1, 0.51099895},    {"g", 0, 0.0}};

struct moly_stopping {
    int charge;
    double rest_mev, rel_sd, z_over_a; /* of the material */
    double min_mev, max_mev, log_min, step;
    /* by ln E: ln S with slope; ln range (its slope is E / (S R)) */
    double log_s[NODES], slope_s[NODES], log_r[NODES], slope_r[NODES];
};

const char *moly_particle_symbol(moly_particle particle)
{
    return particles[particle].symbol;
}

int moly_particle_charge(moly_particle particle)
{
    return particles[particle].charge;
}

double moly_particle_rest_mev(moly_particle particle)
{
    return particles[particle].rest_mev;
}

/* ---- from NIST's points to the nodes ------------------------------------------------------ */

static void monotone_slopes(const stopping_grid *grid, const double *x, const double *y, double *m)
{
    size_t n = grid->n;
    double before = 0.0;
    for (size_t i = 0; i < n; i++) {
        double next = i + 1 < n ? (y[i + 1] - y[i]) / (x[i + 1] - x[i]) : before;
        if (i == 0 || i + 1 == n) {
            m[i] = i == 0 ? next : before;
        } else if (before * next <= 0.0) {
            m[i] = 0.0;
        } else {
            double h0 = x[i] - x[i - 1], h1 = x[i + 1] - x[i];
            double w0 = 2.0 * h1 + h0, w1 = h1 + 2.0 * h0;
            m[i] = (w0 + w1) / (w0 / before + w1 / next);
        }
        before = next;
    }
}

static double cubic(double t, double h, double y0, double y1, double m0, double m1)
{
    double t2 = t * t, t3 = t2 * t;
    return (2 * t3 - 3 * t2 + 1) * y0 + (t3 - 2 * t2 + t) * h * m0 + (3 * t2 - 2 * t3) * y1 +
           (t3 - t2) * h * m1;
}

static double cubic_slope(double t, double h, double y0, double y1, double m0, double m1)
{
    double t2 = t * t;
    return (6 * t2 - 6 * t) / h * (y0 - y1) + (3 * t2 - 4 * t + 1) * m0 + (3 * t2 - 2 * t) * m1;
}

static void fill_nodes(moly_stopping *s, const stopping_grid *grid, double energy_factor)
{
    double x[160] = {0.0}, y[160] = {0.0}, m[160] = {0.0};
    for (size_t i = 0; i < grid->n; i++) {
        x[i] = log(grid->energy_mev[i] * energy_factor);
        y[i] = log(grid->stopping_mev_cm2_g[i]);
    }
    monotone_slopes(grid, x, y, m);
    s->log_min = x[0];
    s->step = (x[grid->n - 1] - x[0]) / (NODES - 1);
    s->min_mev = grid->energy_mev[0] * energy_factor;
    s->max_mev = grid->energy_mev[grid->n - 1] * energy_factor;
    size_t k = 0;
    for (size_t i = 0; i < NODES; i++) {
        double at = s->log_min + (double)i * s->step;
        while (k + 2 < grid->n && x[k + 1] <= at) {
            k++;
        }
        double h = x[k + 1] - x[k], t = fmin((at - x[k]) / h, 1.0);
        s->log_s[i] = cubic(t, h, y[k], y[k + 1], m[k], m[k + 1]);
        s->slope_s[i] = cubic_slope(t, h, y[k], y[k + 1], m[k], m[k + 1]);
    }
}

static double stopping_at(const moly_stopping *s, double log_e)
{
    double place = (log_e - s->log_min) / s->step;
    size_t i = place <= 0.0 ? 0 : place >= NODES - 1 ? NODES - 2 : (size_t)place;
    double t = fmin(fmax(place - (double)i, 0.0), 1.0);
    return exp(cubic(t, s->step, s->log_s[i], s->log_s[i + 1], s->slope_s[i], s->slope_s[i + 1]));
}

/* Range: the integral of dE/S = E/S dlnE, Gauss-Legendre of three points a cell. Below the table
 * the stopping power goes with the velocity, so that the rest of the path is 2 E/S. */
static void fill_range(moly_stopping *s)
{
    static const double at[3] = {0.1127016653792583, 0.5, 0.8872983346207417};
    static const double weight[3] = {5.0 / 18.0, 8.0 / 18.0, 5.0 / 18.0};
    double range = 2.0 * s->min_mev / exp(s->log_s[0]);
    for (size_t i = 0; i < NODES; i++) {
        double log_e = s->log_min + (double)i * s->step;
        s->log_r[i] = log(range);
        s->slope_r[i] = exp(log_e - s->log_s[i]) / range;
        for (int g = 0; g < 3 && i + 1 < NODES; g++) {
            double x = log_e + at[g] * s->step;
            range += weight[g] * s->step * exp(x) / stopping_at(s, x);
        }
    }
}

moly_status moly_stopping_new(const moly_material *material, moly_particle particle,
                              moly_stopping **stopping, moly_error *err)
{
    bool is_helium = particle == MOLY_PARTICLE_HELION || particle == MOLY_PARTICLE_ALPHA;
    moly_particle base = particle == MOLY_PARTICLE_ELECTRON ? MOLY_PARTICLE_ELECTRON
                         : is_helium                        ? MOLY_PARTICLE_ALPHA
                                                            : MOLY_PARTICLE_PROTON;
    stopping_grid grid;
    if (particle == MOLY_PARTICLE_PHOTON) {
        return MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "photons have no stopping power");
    }
    moly_status status = stopping_rows(material, base, &grid, err);
    if (status != MOLY_OK) {
        return status;
    }
    moly_stopping *s = moly_alloc(1, sizeof *s);
    if (!s) {
        return MOLY_NO_MEMORY(err);
    }
    s->charge = particles[particle].charge;
    s->rest_mev = particles[particle].rest_mev;
    s->rel_sd = grid.rel_sd;
    for (size_t e = 0; e < material->n_elements; e++) {
        s->z_over_a +=
            material->elements[e].atom_fraction * material->elements[e].z / material->mean_mass_u;
    }
    /* the same velocity has the same stopping power, whatever the mass */
    fill_nodes(s, &grid, s->rest_mev / particles[base].rest_mev);
    fill_range(s);
    *stopping = s;
    return MOLY_OK;
}

void moly_stopping_free(moly_stopping *stopping)
{
    moly_free(stopping);
}

double moly_stopping_min_mev(const moly_stopping *s)
{
    return s->min_mev;
}

double moly_stopping_max_mev(const moly_stopping *s)
{
    return s->max_mev;
}

double moly_stopping_rel_sd(const moly_stopping *s)
{
    return s->rel_sd;
}

double moly_stopping_power_mev_cm2_g(const moly_stopping *s, double energy_mev)
{
    return stopping_at(s, log(energy_mev));
}

double moly_stopping_range_g_cm2(const moly_stopping *s, double energy_mev)
{
    if (energy_mev <= s->min_mev) {
        return energy_mev > 0.0 ? exp(s->log_r[0]) * sqrt(energy_mev / s->min_mev) : 0.0;
    }
    double place = (log(energy_mev) - s->log_min) / s->step;
    size_t i = place >= NODES - 1 ? NODES - 2 : (size_t)place;
    double t = fmin(place - (double)i, 1.0);
    return exp(cubic(t, s->step, s->log_r[i], s->log_r[i + 1], s->slope_r[i], s->slope_r[i + 1]));
}

double moly_stopping_energy_of_range_mev(const moly_stopping *s, double range_g_cm2)
{
    if (!(range_g_cm2 > 0.0)) {
        return 0.0;
    }
    double wanted = log(range_g_cm2);
    if (wanted <= s->log_r[0]) {
        double ratio = exp(wanted - s->log_r[0]);
        return s->min_mev * ratio * ratio;
    }
    if (wanted >= s->log_r[NODES - 1]) {
        return s->max_mev;
    }
    size_t low = 0, high = NODES - 1;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (s->log_r[middle] <= wanted) {
            low = middle;
        } else {
            high = middle;
        }
    }
    double y0 = s->log_r[low], y1 = s->log_r[low + 1];
    double t = (wanted - y0) / (y1 - y0);
    for (int k = 0; k < 4; k++) { /* Newton: nearly a straight line, so that few steps are enough */
        double off = cubic(t, s->step, y0, y1, s->slope_r[low], s->slope_r[low + 1]) - wanted;
        t -=
            off / (s->step * cubic_slope(t, s->step, y0, y1, s->slope_r[low], s->slope_r[low + 1]));
    }
    return exp(s->log_min + ((double)low + t) * s->step);
}

double moly_stopping_energy_behind_mev(const moly_stopping *s, double energy_mev,
                                       double thickness_g_cm2)
{
    double left = moly_stopping_range_g_cm2(s, energy_mev) - thickness_g_cm2;
    return left <= exp(s->log_r[0]) ? 0.0 : moly_stopping_energy_of_range_mev(s, left);
}

/* Bohr's variance per path, 4 pi r_e^2 (m_e c^2)^2 N_A z^2 Z/A, with its relativistic factor. */
static double bohr_mev2_cm2_g(const moly_stopping *s, double energy_mev)
{
    static const double constant = 0.156915;
    double gamma = 1.0 + energy_mev / s->rest_mev, beta2 = 1.0 - 1.0 / (gamma * gamma);
    return constant * s->charge * s->charge * s->z_over_a * (1.0 - 0.5 * beta2) / (1.0 - beta2);
}

/* d(var)/dx = Bohr - 2 (dS/dE) var has the solution var/S^2 = var_in/S_in^2 + integral Bohr/S^3 dE.
 */
double moly_stopping_straggling_mev(const moly_stopping *s, double energy_mev,
                                    double thickness_g_cm2, double incoming_sd_mev)
{
    static const double at[4] = {0.0694318442029737, 0.3300094782075719, 0.6699905217924281,
                                 0.9305681557970263};
    static const double weight[4] = {0.1739274225687269, 0.3260725774312731, 0.3260725774312731,
                                     0.1739274225687269};
    enum { PANELS = 8 };
    double out_mev = moly_stopping_energy_behind_mev(s, energy_mev, thickness_g_cm2);
    if (out_mev <= 0.0) {
        return 0.0;
    }
    double in_s = moly_stopping_power_mev_cm2_g(s, energy_mev);
    double out_s = moly_stopping_power_mev_cm2_g(s, out_mev);
    double sum = incoming_sd_mev * incoming_sd_mev / (in_s * in_s);
    double panel = (energy_mev - out_mev) / PANELS;
    for (int p = 0; p < PANELS; p++) {
        for (int g = 0; g < 4; g++) {
            double e = out_mev + (p + at[g]) * panel, se = moly_stopping_power_mev_cm2_g(s, e);
            sum += weight[g] * panel * bohr_mev2_cm2_g(s, e) / (se * se * se);
        }
    }
    return out_s * sqrt(sum);
}
