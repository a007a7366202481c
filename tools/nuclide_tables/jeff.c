/* SPDX-License-Identifier: Apache-2.0 */
/* JEFF-3.1.1 decay sub-library into the tables. */
#include <math.h>

#include "endf_tape.h"
#include "moly/base/text.h"
#include "moly/nuclide/beta.h"
#include "tables.h"

#define FILE_LIMIT (64u << 20)

/* What one digit of RTYP does to Z and A. 3 (IT) and 6 (fission) change neither here. */
static bool step_of(int digit, int *dz, int *da)
{
    static const struct {
        int dz, da;
    } steps[] = {{0, 0}, {1, 0}, {-1, 0}, {0, 0}, {-2, -4}, {0, -1}, {0, 0}, {-1, -1}};
    if (digit < 1 || digit > 7) {
        return false;
    }
    *dz += steps[digit].dz;
    *da += steps[digit].da;
    return true;
}

static bool branch_of(const moly_endf_mode *mode, moly_state parent, table_branch *branch)
{
    static const moly_decay_mode simple[] = {
        MOLY_DECAY_OTHER, MOLY_DECAY_BETA_MINUS, MOLY_DECAY_BETA_PLUS_EC, MOLY_DECAY_ISOMERIC,
        MOLY_DECAY_ALPHA, MOLY_DECAY_NEUTRON,    MOLY_DECAY_FISSION,      MOLY_DECAY_PROTON};
    char digits[16] = "";
    snprintf(digits, sizeof digits, "%.6g", mode->rtyp);
    int dz = 0, da = 0, n = 0;
    bool is_fission = false;
    for (const char *c = digits; *c; c++) {
        if (*c == '.') {
            continue;
        }
        if (!step_of(*c - '0', &dz, &da)) {
            return false;
        }
        is_fission = is_fission || *c == '6';
        n++;
    }
    const int first = n == 1 ? digits[0] - '0' : 0;
    branch->mode = first >= 1 && first <= 7 ? simple[first] : MOLY_DECAY_OTHER;
    if (is_fission) {
        branch->mode = MOLY_DECAY_FISSION;
    }
    branch->daughter = (moly_state){parent.z + dz, parent.a + da, mode->rfs};
    branch->fraction = mode->fraction;
    branch->fraction_sd = mode->fraction_sd;
    branch->q_kev = mode->q_ev > 0.0 ? mode->q_ev / 1000.0 : NAN;
    branch->source = SOURCE_JEFF;
    return true;
}

static moly_beta_shape shape_of(double type)
{
    if (type >= 3.5) {
        return MOLY_BETA_THIRD_OR_HIGHER;
    }
    return type >= 2.5   ? MOLY_BETA_SECOND_UNIQUE
           : type >= 1.5 ? MOLY_BETA_FIRST_UNIQUE
                         : MOLY_BETA_ALLOWED;
}

/* Hydrogen-like estimate of the K edge, keV: 3 % high at most, which is enough to sort electrons.
 */
double k_edge_kev(int z)
{
    const double s = (z - 1) / 137.036;
    return 0.0136057 * (z - 1.0) * (z - 1.0) * (1.0 + 0.3 * s * s);
}

static bool fits_a_shell(const moly_endf_decay *decay, double energy_kev, double k_kev)
{
    for (size_t s = 0; s < decay->n_spectra; s++) {
        const moly_endf_spectrum *spectrum = &decay->spectra[s];
        for (size_t i = 0; spectrum->styp == MOLY_ENDF_GAMMA && i < spectrum->n_lines; i++) {
            const double r = (spectrum->lines[i].energy_ev / 1000.0 - energy_kev) / k_kev;
            if ((r > 0.88 && r < 1.04) || (r > 0.12 && r < 0.185) || (r > 0.024 && r < 0.047) ||
                (r > 0.0 && r < 0.011)) {
                return true;
            }
        }
    }
    return false;
}

/* ENDF-6 puts conversion and Auger electrons into one list. JEFF gives Auger groups no energy
 * uncertainty; the evaluations of A.L. Nichols give 5 % to everything, and there a line that is no
 * shell away from any gamma is an Auger group. */
static bool is_auger(const moly_endf_decay *decay, const moly_endf_line *line, int z_daughter)
{
    const double k_kev = k_edge_kev(z_daughter), energy_kev = line->energy_ev / 1000.0;
    if (energy_kev >= k_kev) {
        return false;
    }
    if (line->energy_sd_ev <= 0.0) {
        return true;
    }
    const double relative = line->energy_sd_ev / line->energy_ev;
    return relative > 0.049 && relative < 0.051 && !fits_a_shell(decay, energy_kev, k_kev);
}

static void add_beta(table_nuclide *n, const moly_endf_line *l, double per_cent, bool is_plus)
{
    table_line line = {.radiation = is_plus ? MOLY_RADIATION_BETA_PLUS : MOLY_RADIATION_BETA_MINUS,
                       .energy_kev = l->energy_ev / 1000.0,
                       .energy_sd_kev = l->energy_sd_ev / 1000.0,
                       .intensity_pct = l->intensity * per_cent,
                       .intensity_sd_pct = l->intensity_sd * per_cent,
                       .shape = shape_of(l->type),
                       .source = SOURCE_JEFF};
    int z_daughter = n->state.z + 1;
    if (is_plus) {
        line.energy_kev -= 2 * ELECTRON_KEV; /* STYP 2 gives the energy of the capture */
        line.intensity_pct = l->positrons * per_cent;
        line.intensity_sd_pct = l->positrons_sd * per_cent;
        z_daughter = -(n->state.z - 1);
    }
    if (line.intensity_pct > 0.0 && line.energy_kev > 0.0) {
        line.mean_kev = moly_beta_mean_kev(line.energy_kev, z_daughter, n->state.a, line.shape);
        tables_add_line(n, line);
    }
}

static void add_lines(table_nuclide *n, const moly_endf_decay *decay,
                      const moly_endf_spectrum *spectrum)
{
    const double per_cent = 100.0 * spectrum->fd;
    int z_daughter = n->state.z;
    for (size_t i = 0; i < n->n_branches; i++) {
        if (n->branches[i].mode != MOLY_DECAY_FISSION && n->branches[i].daughter.z > z_daughter) {
            z_daughter = n->branches[i].daughter.z;
        }
    }
    for (size_t i = 0; i < spectrum->n_lines; i++) {
        const moly_endf_line *l = &spectrum->lines[i];
        table_line line = {.energy_kev = l->energy_ev / 1000.0,
                           .energy_sd_kev = l->energy_sd_ev / 1000.0,
                           .intensity_pct = l->intensity * per_cent,
                           .intensity_sd_pct = l->intensity_sd * per_cent,
                           .source = SOURCE_JEFF};
        switch (spectrum->styp) {
        case MOLY_ENDF_BETA_MINUS:
        case MOLY_ENDF_EC_BETA_PLUS:
            add_beta(n, l, per_cent, spectrum->styp == MOLY_ENDF_EC_BETA_PLUS);
            continue;
        case MOLY_ENDF_GAMMA:
            line.radiation = MOLY_RADIATION_GAMMA;
            break;
        case MOLY_ENDF_ALPHA:
            line.radiation = MOLY_RADIATION_ALPHA;
            break;
        case MOLY_ENDF_ELECTRONS:
            line.radiation =
                is_auger(decay, l, z_daughter) ? MOLY_RADIATION_AUGER : MOLY_RADIATION_CONVERSION;
            break;
        case MOLY_ENDF_X:
            line.radiation = fabs(line.energy_kev - 510.999) < 0.01 ? MOLY_RADIATION_ANNIHILATION
                                                                    : MOLY_RADIATION_X;
            break;
        default:
            continue; /* neutrons, fission fragments: no line of Moly's */
        }
        if (line.intensity_pct > 0.0 && line.energy_kev > 0.0) {
            tables_add_line(n, line);
        }
    }
}

static moly_status take(void *user, const moly_endf_decay *decay, moly_error *err)
{
    (void)err;
    tables *t = user;
    if (decay->state.z < 1) {
        return MOLY_OK; /* the free neutron is no nuclide of a vial */
    }
    table_nuclide *n = tables_get(t, decay->state);
    n->is_stable = decay->is_stable;
    n->half_life = n->half_life_s = decay->half_life_s;
    n->half_life_sd = decay->half_life_sd_s;
    n->half_life_source = SOURCE_JEFF;
    n->excitation_kev = decay->excitation_ev / 1000.0;
    if (decay->is_stable) {
        return MOLY_OK;
    }
    for (size_t i = 0; i < decay->n_modes; i++) {
        table_branch branch = {0};
        if (!branch_of(&decay->modes[i], n->state, &branch)) {
            char name[MOLY_NUCLIDE_NAME_SIZE];
            fprintf(stderr, "JEFF %s: decay mode %g is not known and left out\n",
                    moly_state_name(n->state, name), decay->modes[i].rtyp);
        } else if (branch.fraction > 0.0) {
            tables_add_branch(n, branch);
        }
    }
    for (size_t i = 0; i < decay->n_spectra; i++) {
        add_lines(n, decay, &decay->spectra[i]);
    }
    n->mean_electron_kev = decay->mean_electron_ev / 1000.0;
    n->mean_photon_kev = decay->mean_photon_ev / 1000.0;
    n->mean_alpha_kev = decay->mean_heavy_ev / 1000.0;
    return MOLY_OK;
}

moly_status jeff_read(tables *t, const char *folder, moly_error *err)
{
    int n_files = 0;
    for (int z = 0; z <= 111; z++) {
        char path[4096];
        char *data;
        size_t length;
        snprintf(path, sizeof path, "%s/z%03d", folder, z);
        moly_status status = moly_file_read(path, FILE_LIMIT, &data, &length, err);
        if (status == MOLY_OK) {
            status = moly_endf_parse(path, data, length, take, t, err);
            moly_free(data);
        }
        if (status != MOLY_OK) {
            return status;
        }
        n_files++;
    }
    return n_files ? MOLY_OK : MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "no JEFF files in %s", folder);
}
