/* SPDX-License-Identifier: Apache-2.0 */
/* buildup_tables [MATERIAL [KEV]] > data/materials/buildup.csv
 *
 * Build-up factors of air kerma for a point isotropic source in an infinite medium, 0.5 .. 20 mean
 * free paths of the total attenuation (coherent scattering included). Photons are followed by Monte
 * Carlo without approximation of the geometry: a photon is its radius, the cosine of its direction
 * to the radius, energy and weight. Spheres every half mean free path keep the number of photons
 * constant by splitting and roulette, with targets that three pilot runs find; absorption is a
 * factor of the weight. The estimator is the fluence through each sphere, w / |cosine|, with
 * cosines below 0.1 counted as 0.05; K lines count as they leave a sphere. Not followed:
 * bremsstrahlung, L lines, photons below 10 keV.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "medium.h"
#include "moly/base/random.h"

enum {
    N_SPHERES = 44,
    MOST_STACK = 4096,
    N_SCORED = 12,
    LEAST_BATCHES = 12,
    MOST_BATCHES = 500,
    HISTORIES = 400,
    N_PILOTS = 4
};
static const double step_mfp = 0.5, wanted_rel_sd = 0.027;
static const double scored_mfp[N_SCORED] = {0.5, 1, 2, 3, 4, 5, 6, 7, 8, 10, 15, 20};
static const double electron_kev = 510.99895;
static const double density_of_photons = 0.35; /* target weight in terms of what crosses */

typedef struct photon {
    double radius, cosine, energy_kev, weight; /* radius in g/cm2 */
    int shell;                                 /* between spheres shell and shell + 1 */
    int left;                                  /* outermost sphere it has come out of */
    bool is_scattered, is_fluorescent;
} photon;

typedef struct run {
    const medium *m;
    double source_kev, mfp_g_cm2;
    double target[N_SPHERES + 1]; /* weight wanted in each shell */
    double crossed[N_SPHERES + 1], scored[N_SPHERES + 1];
    moly_random random;
    photon stack[MOST_STACK];
    size_t n_stack;
} run;

static double uniform(run *r)
{
    return moly_random_uniform(&r->random);
}

/* One photon becomes as many as its weight asks for; all but one wait on the stack. */
static bool keep_in_window(run *r, photon *p)
{
    /* soft and backward photons come to the outer spheres less often: fewer of them will do */
    double softness = medium_at(r->m, p->energy_kev)->mu_cm2_g * r->mfp_g_cm2;
    double wanted = r->target[p->shell] * density_of_photons * pow(fmax(softness, 1.0), 1.5) *
                    (1.6 - 0.6 * p->cosine);
    double share = p->weight / wanted;
    if (share < 0.5) {
        p->weight = wanted;
        return uniform(r) < share;
    }
    if (share > 2.0) {
        size_t n = (size_t)fmin(share, 64.0);
        n = n > MOST_STACK - r->n_stack ? MOST_STACK - r->n_stack : n;
        if (n > 1) {
            p->weight /= (double)n;
            for (size_t i = 1; i < n; i++) {
                r->stack[r->n_stack++] = *p;
            }
        }
    }
    return true;
}

static void turn(run *r, photon *p, double cosine)
{
    double sine = sqrt(fmax(1.0 - cosine * cosine, 0.0) * fmax(1.0 - p->cosine * p->cosine, 0.0));
    double turned = p->cosine * cosine + sine * cos(2.0 * M_PI * uniform(r));
    p->cosine = turned > 1.0 ? 1.0 : turned < -1.0 ? -1.0 : turned;
}

/* H. Kahn, Applications of Monte Carlo, RAND AECU-3259 (1954). */
static void scatter_compton(run *r, photon *p)
{
    double a = p->energy_kev / electron_kev, x = 1.0;
    bool is_taken = false;
    while (!is_taken) {
        double branch = uniform(r), u = uniform(r), v = uniform(r);
        if (branch * (9.0 + 2.0 * a) <= 1.0 + 2.0 * a) {
            x = 1.0 + 2.0 * a * u;
            is_taken = v <= 4.0 * (1.0 / x - 1.0 / (x * x));
        } else {
            x = (1.0 + 2.0 * a) / (1.0 + 2.0 * a * u);
            double cosine = 1.0 - (x - 1.0) / a;
            is_taken = v <= 0.5 * (cosine * cosine + 1.0 / x);
        }
    }
    turn(r, p, 1.0 - (x - 1.0) / a);
    p->energy_kev /= x;
}

static void scatter_coherent(run *r, photon *p)
{
    double q2_max = medium_q2_max(p->energy_kev), cosine = 1.0;
    do {
        cosine = 1.0 - 2.0 * medium_sample_q2(r->m, q2_max, uniform(r)) / q2_max;
    } while (2.0 * uniform(r) > 1.0 + cosine * cosine);
    turn(r, p, cosine);
}

static bool collide(run *r, photon *p)
{
    const medium_point *at = medium_at(r->m, p->energy_kev);
    double quanta = at->compton + at->coherent + 2.0 * at->pair + at->fluorescence;
    double u = uniform(r) * quanta;
    p->weight *= quanta;
    p->is_scattered = true;
    if (u < at->compton) {
        scatter_compton(r, p);
    } else if (u < at->compton + at->coherent) {
        scatter_coherent(r, p);
    } else if (u < at->compton + at->coherent + 2.0 * at->pair) {
        p->energy_kev = electron_kev;
        p->cosine = 2.0 * uniform(r) - 1.0;
    } else {
        double v = uniform(r);
        int line = 0;
        while (line < 3 && v > r->m->k_shares[line]) {
            line++;
        }
        p->energy_kev = r->m->k_lines_kev[line];
        p->is_fluorescent = true;
        p->cosine = 2.0 * uniform(r) - 1.0;
    }
    return p->energy_kev > MEDIUM_LEAST_KEV && keep_in_window(r, p);
}

/* K lines are isotropic: in an infinite medium half of them come back from beyond the sphere, where
 * a layer has air. They count once, by their number, where they first come out; by their fluence
 * in the medium they would make lead's half-value layer at 140 keV 0.43 mm instead of 0.375. */
static void count(run *r, photon *p, int sphere)
{
    bool comes_out = p->cosine > 0.0 && sphere > p->left;
    double slope = fabs(p->cosine) < 0.1 ? 0.05 : fabs(p->cosine);
    double fluence = !p->is_fluorescent ? 1.0 / slope : comes_out ? 1.0 : 0.0;
    r->crossed[sphere] += p->weight;
    if (p->is_scattered) {
        r->scored[sphere] += p->weight * fluence * medium_at(r->m, p->energy_kev)->air_response;
    }
    p->left = comes_out ? sphere : p->left;
}

/* Distance to the sphere that the photon comes to first, and which. */
static double to_sphere(const run *r, const photon *p, int *sphere)
{
    double spacing = step_mfp * r->mfp_g_cm2,
           nearest2 = p->radius * p->radius * (1.0 - p->cosine * p->cosine),
           along = p->radius * p->cosine;
    double inner = p->shell * spacing;
    if (p->cosine < 0.0 && inner * inner > nearest2 && p->shell > 0) {
        *sphere = p->shell;
        return fmax(-along - sqrt(inner * inner - nearest2), 0.0);
    }
    double outer = (p->shell + 1) * spacing;
    *sphere = p->shell + 1;
    return fmax(-along + sqrt(fmax(outer * outer - nearest2, 0.0)), 0.0);
}

static void move(photon *p, double distance)
{
    double along = p->radius * p->cosine + distance;
    double radius =
        sqrt(fmax(p->radius * p->radius * (1.0 - p->cosine * p->cosine), 0.0) + along * along);
    p->cosine = radius > 0.0 ? along / radius : 1.0;
    p->radius = radius;
}

static void follow(run *r, photon p)
{
    for (;;) {
        int sphere = 0;
        double path = -log(uniform(r)) / medium_at(r->m, p.energy_kev)->mu_cm2_g;
        double distance = to_sphere(r, &p, &sphere);
        if (path < distance) {
            move(&p, path);
            if (!collide(r, &p)) {
                return;
            }
            continue;
        }
        move(&p, distance);
        count(r, &p, sphere);
        p.shell = p.cosine >= 0.0 ? sphere : sphere - 1;
        if (p.shell >= N_SPHERES || !keep_in_window(r, &p)) {
            return;
        }
    }
}

static void histories(run *r, uint64_t first, int n)
{
    for (int i = 0; i < n; i++) {
        r->random = moly_random_stream(20261123, first + (uint64_t)i);
        r->stack[0] = (photon){.cosine = 1.0, .energy_kev = r->source_kev, .weight = 1.0};
        r->n_stack = 1;
        while (r->n_stack > 0) {
            follow(r, r->stack[--r->n_stack]);
        }
    }
}

/* The weight that lets as many photons come through every sphere as the source emits. */
static void find_targets(run *r)
{
    for (int j = 0; j <= N_SPHERES; j++) {
        r->target[j] = exp(-0.8 * step_mfp * j);
    }
    for (int pilot = 0; pilot < N_PILOTS; pilot++) {
        memset(r->crossed, 0, sizeof r->crossed);
        histories(r, 1000000u * (unsigned)(pilot + 1), HISTORIES);
        for (int j = 1; j <= N_SPHERES; j++) {
            double here = r->crossed[j] / HISTORIES;
            r->target[j] =
                here > 0.0 ? fmin(here, r->target[j - 1]) : r->target[j - 1] * exp(-step_mfp);
        }
    }
}

static double run_one(run *r, double buildup[N_SCORED], double rel_sd[N_SCORED])
{
    double sum[N_SCORED] = {0}, squares[N_SCORED] = {0}, worst = 1.0;
    double response = medium_at(r->m, r->source_kev)->air_response;
    r->mfp_g_cm2 = 1.0 / medium_at(r->m, r->source_kev)->mu_cm2_g;
    find_targets(r);
    for (int batch = 1; batch <= MOST_BATCHES; batch++) {
        memset(r->scored, 0, sizeof r->scored);
        histories(r, (uint64_t)batch << 32, HISTORIES);
        worst = 0.0;
        for (int k = 0; k < N_SCORED; k++) {
            double value = r->scored[(int)lround(scored_mfp[k] / step_mfp)] / HISTORIES / response *
                           exp(scored_mfp[k]);
            sum[k] += value;
            squares[k] += value * value;
            double mean = sum[k] / batch, variance = squares[k] / batch - mean * mean;
            buildup[k] = 1.0 + mean;
            rel_sd[k] = sqrt(fmax(variance, 0.0) / fmax(batch - 1, 1)) / buildup[k];
            worst = fmax(worst, rel_sd[k]);
        }
        if (batch >= LEAST_BATCHES && worst < wanted_rel_sd) {
            break;
        }
    }
    return worst;
}

static int tabulate(const char *name, int z, const double *extra_kev, double only_kev)
{
    static const double energies_kev[] = {15,  20,  30,  40,  50,  60,   80,   100,  150, 200,
                                          300, 400, 500, 600, 800, 1000, 1500, 2000, 3000};
    enum { N = sizeof energies_kev / sizeof *energies_kev };
    moly_error err = {0};
    moly_arena *arena = moly_arena_new();
    medium *m = moly_alloc(1, sizeof *m);
    run *r = moly_alloc(1, sizeof *r);
    moly_status status = arena && m && r ? medium_make(name, arena, m, &err) : MOLY_NO_MEMORY(&err);
    for (size_t e = 0, x = 0; e < N && status == MOLY_OK;) {
        bool is_extra = x < 2 && extra_kev[x] > 0.0 && extra_kev[x] < energies_kev[e];
        double kev = is_extra ? extra_kev[x++] : energies_kev[e++];
        if (only_kev > 0.0 && kev != only_kev) {
            continue;
        }
        double buildup[N_SCORED], rel_sd[N_SCORED];
        *r = (run){.m = m, .source_kev = kev};
        double worst = run_one(r, buildup, rel_sd);
        (void)fprintf(stderr, "%s %g keV: %.2g\n", name, kev, worst);
        for (int k = 0; k < N_SCORED; k++) {
            (void)printf("%d,%g,%g,%.4g,%.2g\n", z, kev, scored_mfp[k], buildup[k],
                         fmax(rel_sd[k], 1e-4));
        }
    }
    if (status != MOLY_OK) {
        (void)fprintf(stderr, "buildup_tables: %s: %s\n", name, err.message);
    }
    moly_free(r);
    moly_free(m);
    moly_arena_free(arena);
    return status == MOLY_OK ? 0 : 1;
}

int main(int argc, char **argv)
{
    /* z: mean over the electrons, by which other materials find their nearest; rows ascend by it */
    static const struct {
        const char *name;
        int z;
        double extra_kev[2]; /* around the K edge */
    } media[] = {{"water", 7, {0}},
                 {"concrete", 12, {0}},
                 {"iron", 26, {0}},
                 {"tungsten", 74, {69.4, 69.7}},
                 {"lead", 82, {87.8, 88.3}}};
    int failed = 0;
    (void)printf("# Build-up factors of air kerma, point isotropic source, infinite medium; by "
                 "tools/buildup_tables (Monte Carlo; K lines as they leave a layer), rel_sd "
                 "statistical. z 7 water, 12 concrete, 26 iron, 74 tungsten, 82 lead; mfp of the "
                 "total attenuation.\n"
                 "# z,energy_kev,mfp,buildup,rel_sd\n");
    for (size_t i = 0; i < sizeof media / sizeof *media; i++) {
        bool is_wanted = argc < 2 || strcmp(argv[1], media[i].name) == 0;
        double only_kev = argc > 2 ? strtod(argv[2], NULL) : 0.0;
        failed |= is_wanted ? tabulate(media[i].name, media[i].z, media[i].extra_kev, only_kev) : 0;
    }
    return failed;
}
