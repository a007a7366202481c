/* SPDX-License-Identifier: Apache-2.0 */
/* Collimators by their formulas; projections in memory. */
#include "moly/scanner/gamma.h"

#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/matter/photon.h"

static const double most_counts = 1099511627776.0; /* 2^40 */

/* ---- collimators ---- */

moly_collimator_kind moly_collimator_kind_of(const moly_collimator *collimator)
{
    static const char *const names[MOLY_N_COLLIMATOR_KINDS] = {"parallel", "fan", "pinhole"};
    for (int i = 0; i < MOLY_N_COLLIMATOR_KINDS; i++) {
        if (strcmp(collimator->shape, names[i]) == 0) {
            return (moly_collimator_kind)i;
        }
    }
    return MOLY_N_COLLIMATOR_KINDS;
}

moly_status moly_collimator_check(const moly_collimator *c, moly_error *err)
{
    const moly_collimator_kind kind = moly_collimator_kind_of(c);
    const struct {
        const char *name;
        double value, least, most;
    } rows[] = {
        {"hole", c->hole_mm, 0.05, 20.0},
        {"septum", c->septum_mm, kind == MOLY_COLLIMATOR_PINHOLE ? 0.0 : 0.01, 20.0},
        {"length", c->length_mm, 1.0, 1000.0},
        {"gap", c->gap_mm, 0.0, 100.0},
        {"focal length", c->focal_mm, kind == MOLY_COLLIMATOR_FAN ? 50.0 : 0.0, 1e5},
        {"opening", c->opening_deg, 0.0, 170.0},
    };
    if (kind == MOLY_N_COLLIMATOR_KINDS) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "collimator %s: shape '%s'; there is 'parallel', 'fan', 'pinhole'",
                         c->name, c->shape);
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!(rows[i].value >= rows[i].least && rows[i].value <= rows[i].most)) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "collimator %s: %s of %g; from %g to %g", c->name,
                             rows[i].name, rows[i].value, rows[i].least, rows[i].most);
        }
    }
    if (c->n_pinholes < 0 || c->n_pinholes > 1000) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "collimator %s: %lld pinholes; at most 1000", c->name,
                         (long long)c->n_pinholes);
    }
    return MOLY_OK;
}

double moly_lead_mu_per_mm(double energy_kev)
{
    static const double density_g_per_cm3 = 11.35, per_cm = 0.1, least_kev = 1.0, most_kev = 2e4;
    const moly_constituent element = {
        .z = 82, .is_natural = true, .atom_fraction = 1.0, .mass_fraction = 1.0};
    const moly_material lead = {.text = "lead",
                                .n_elements = 1,
                                .elements = &element,
                                .mean_mass_u = 207.2,
                                .density_g_cm3 = density_g_per_cm3,
                                .table = -1};
    const double energy = fmin(fmax(energy_kev, least_kev), most_kev);
    return moly_photon_attenuation_cm2_g(&lead, energy) * density_g_per_cm3 * per_cm;
}

double moly_collimator_length(const moly_collimator *c, double mu_per_mm)
{
    const double length = mu_per_mm > 0.0 ? c->length_mm - 2.0 / mu_per_mm : c->length_mm;
    return fmax(length, 0.1 * c->length_mm);
}

double moly_collimator_penetration(const moly_collimator *c, double mu_per_mm, double *hole_mm)
{
    const double both = 2.0 * c->hole_mm + c->septum_mm, d = c->hole_mm;
    *hole_mm = both;
    return exp(-mu_per_mm * c->septum_mm * c->length_mm / both) * (both * both / (d * d) - 1.0);
}

/* A pinhole's rim lets photons through: it is wider than it looks. Source: Anger (1964) */
static double pinhole_mm(const moly_collimator *c, double mu_per_mm)
{
    const double half_rad = 0.5 * c->opening_deg * acos(-1.0) / 180.0;
    return mu_per_mm > 0.0 ? sqrt(c->hole_mm * (c->hole_mm + 2.0 / mu_per_mm * tan(half_rad)))
                           : c->hole_mm;
}

double moly_collimator_fwhm_mm(const moly_collimator *c, double distance_mm, double mu_per_mm)
{
    if (moly_collimator_kind_of(c) == MOLY_COLLIMATOR_PINHOLE) {
        return pinhole_mm(c, mu_per_mm) * (c->length_mm + distance_mm) / c->length_mm;
    }
    const double length = moly_collimator_length(c, mu_per_mm);
    return c->hole_mm * (length + distance_mm + c->gap_mm) / length;
}

double moly_collimator_sensitivity(const moly_collimator *c, double distance_mm, double mu_per_mm)
{
    static const double hexagonal = 0.26;
    const moly_collimator_kind kind = moly_collimator_kind_of(c);
    if (kind == MOLY_COLLIMATOR_PINHOLE) {
        const double d = pinhole_mm(c, mu_per_mm);
        return (double)(c->n_pinholes > 0 ? c->n_pinholes : 1) * d * d /
               (16.0 * distance_mm * distance_mm);
    }
    const double length = moly_collimator_length(c, mu_per_mm);
    const double root =
        hexagonal * c->hole_mm * c->hole_mm / (length * (c->hole_mm + c->septum_mm));
    const double gain = kind == MOLY_COLLIMATOR_FAN && distance_mm < c->focal_mm
                            ? c->focal_mm / (c->focal_mm - distance_mm)
                            : 1.0;
    return root * root * gain;
}

/* ---- projections ---- */

moly_status moly_projections_new(int64_t n_windows, int64_t n_gates, int64_t n_views,
                                 int64_t n_axial, int64_t n_bins, double bin_mm, double axial_mm,
                                 moly_projections **made, moly_error *err)
{
    *made = NULL;
    const int64_t sizes[] = {n_windows, n_gates, n_views, n_axial, n_bins};
    double n = 1.0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        n *= (double)sizes[i];
        if (sizes[i] < 1 || n > most_counts) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE,
                             "projections of %lld windows, %lld gates, %lld views, %lld x %lld "
                             "pixels: each at least 1, 2^40 in all",
                             (long long)n_windows, (long long)n_gates, (long long)n_views,
                             (long long)n_bins, (long long)n_axial);
        }
    }
    if (!(bin_mm > 0.0 && bin_mm < 1000.0) || !(axial_mm > 0.0 && axial_mm < 1000.0)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "pixels of %g x %g mm", bin_mm, axial_mm);
    }
    moly_projections *p = moly_alloc(1, sizeof *p);
    if (!p) {
        return MOLY_NO_MEMORY(err);
    }
    *p = (moly_projections){.n_windows = n_windows,
                            .n_gates = n_gates,
                            .n_views = n_views,
                            .n_axial = n_axial,
                            .n_bins = n_bins,
                            .bin_mm = bin_mm,
                            .axial_mm = axial_mm,
                            .windows = moly_alloc((size_t)n_windows, sizeof *p->windows),
                            .views = moly_alloc((size_t)n_views, sizeof *p->views),
                            .counts = moly_alloc((size_t)n, sizeof *p->counts)};
    if (!p->windows || !p->views || !p->counts) {
        moly_projections_free(p);
        return MOLY_NO_MEMORY(err);
    }
    *made = p;
    return MOLY_OK;
}

void moly_projections_free(moly_projections *projections)
{
    if (projections) {
        moly_free(projections->windows);
        moly_free(projections->views);
        moly_free(projections->counts);
        moly_free(projections);
    }
}

size_t moly_projections_view_size(const moly_projections *p)
{
    return (size_t)(p->n_axial * p->n_bins);
}

float *moly_projections_view(const moly_projections *p, int64_t window, int64_t gate, int64_t view)
{
    MOLY_ASSERT(window >= 0 && window < p->n_windows && gate >= 0 && gate < p->n_gates &&
                view >= 0 && view < p->n_views);
    return p->counts + (size_t)((window * p->n_gates + gate) * p->n_views + view) *
                           moly_projections_view_size(p);
}

void moly_projections_orbit(moly_projections *p, double start_rad, double extent_rad,
                            double radius_mm, double duration_s)
{
    for (int64_t v = 0; v < p->n_views; v++) {
        p->views[v] =
            (moly_camera_view){.angle_rad = start_rad + extent_rad * (double)v / (double)p->n_views,
                               .radius_mm = radius_mm,
                               .duration_s = duration_s};
    }
}

moly_status moly_projections_check(const moly_projections *p, moly_error *err)
{
    const int64_t n = p->n_windows * p->n_gates * p->n_views * p->n_axial * p->n_bins;
    for (int64_t w = 0; w < p->n_windows; w++) {
        const moly_energy_window *e = &p->windows[w];
        if (!(e->low_kev >= 0.0 && e->high_kev >= e->low_kev && e->high_kev < 1e5)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "energy window %lld is %g to %g keV", (long long)w,
                             e->low_kev, e->high_kev);
        }
    }
    for (int64_t v = 0; v < p->n_views; v++) {
        const moly_camera_view *c = &p->views[v];
        if (!isfinite(c->angle_rad) || !(c->radius_mm >= 0.0 && c->radius_mm < 1e4) ||
            !(c->duration_s >= 0.0 && c->duration_s < 1e7) ||
            !(c->start_s >= 0.0 && c->start_s < 1e8)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "view %lld: angle %g rad, radius %g mm, duration %g s, begun at %g s",
                             (long long)v, c->angle_rad, c->radius_mm, c->duration_s, c->start_s);
        }
    }
    for (int64_t i = 0; i < n; i++) {
        if (!(p->counts[i] >= 0.0F && isfinite(p->counts[i]))) {
            const int64_t size = (int64_t)moly_projections_view_size(p);
            return MOLY_FAIL(err, MOLY_ERR_DATA, "view %lld, pixel (%lld, %lld): %g counts",
                             (long long)(i / size % p->n_views), (long long)(i % p->n_bins),
                             (long long)(i % size / p->n_bins), (double)p->counts[i]);
        }
    }
    return MOLY_OK;
}

double moly_projections_total(const moly_projections *p)
{
    const int64_t n = p->n_windows * p->n_gates * p->n_views * p->n_axial * p->n_bins;
    double sum = 0.0;
    for (int64_t i = 0; i < n; i++) {
        sum += (double)p->counts[i];
    }
    return sum;
}

void moly_projections_time(moly_projections *p, int64_t n_heads)
{
    const int64_t n_steps =
        n_heads > 0 && p->n_views % n_heads == 0 ? p->n_views / n_heads : p->n_views;
    double at_s = 0.0;
    for (int64_t v = 0; v < p->n_views; v++) {
        at_s = v % n_steps == 0 ? 0.0 : at_s;
        p->views[v].start_s = at_s;
        at_s += p->views[v].duration_s;
    }
}
