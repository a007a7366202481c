/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of ENDF-6 decay files (JEFF, ENDF/B, JENDL) as a nuclide set. */
#include <dirent.h>
#include <math.h>
#include <sys/stat.h>

#include "endf_tape.h"
#include "moly/base/text.h"
#include "set.h"

#define FILE_LIMIT (256u << 20)
#define MAX_FILES 20000
#define MAX_DEPTH 4
#define ELECTRON_KEV 510.99895  /* CODATA 2018 */
#define NEUTRON_U 1.00866491595 /* CODATA 2018; ENDF gives masses in units of it */

typedef struct reader {
    moly_draft *draft;
    size_t n_files;
} reader;

/* RTYP 1 beta-, 2 EC, 3 IT, 4 alpha, 5 neutron, 6 fission, 7 proton; "1.5" is one after the other.
 */
static bool branch_of(const moly_endf_mode *mode, moly_state parent, moly_draft_branch *branch)
{
    static const struct {
        moly_decay_mode mode;
        int dz, da;
    } steps[] = {{MOLY_DECAY_OTHER, 0, 0},         {MOLY_DECAY_BETA_MINUS, 1, 0},
                 {MOLY_DECAY_BETA_PLUS_EC, -1, 0}, {MOLY_DECAY_ISOMERIC, 0, 0},
                 {MOLY_DECAY_ALPHA, -2, -4},       {MOLY_DECAY_NEUTRON, 0, -1},
                 {MOLY_DECAY_FISSION, 0, 0},       {MOLY_DECAY_PROTON, -1, -1}};
    char digits[16];
    snprintf(digits, sizeof digits, "%.6g", mode->rtyp);
    *branch = (moly_draft_branch){.mode = MOLY_DECAY_OTHER,
                                  .daughter = parent,
                                  .fraction = mode->fraction,
                                  .fraction_sd = mode->fraction_sd > 0.0 ? mode->fraction_sd : NAN,
                                  .q_kev = mode->q_ev > 0.0 ? mode->q_ev / 1000.0 : NAN};
    branch->daughter.isomer = mode->rfs;
    int n = 0;
    bool is_fission = false;
    for (const char *c = digits; *c; c++) {
        if (*c == '.') {
            continue;
        }
        if (*c < '1' || *c > '7') {
            return false;
        }
        const int step = *c - '0';
        branch->mode = n++ == 0 ? steps[step].mode : MOLY_DECAY_OTHER;
        branch->daughter.z += steps[step].dz;
        branch->daughter.a += steps[step].da;
        is_fission = is_fission || step == 6;
    }
    if (is_fission) {
        branch->mode = MOLY_DECAY_FISSION;
    }
    return n > 0;
}

static moly_beta_shape shape_of(double type)
{
    return type >= 3.5   ? MOLY_BETA_THIRD_OR_HIGHER
           : type >= 2.5 ? MOLY_BETA_SECOND_UNIQUE
           : type >= 1.5 ? MOLY_BETA_FIRST_UNIQUE
                         : MOLY_BETA_ALLOWED;
}

static float known(double sd)
{
    return sd > 0.0 ? (float)sd : NAN;
}

/* false: nothing of Moly's. ENDF-6 keeps conversion and Auger electrons in one list; those without
 * an uncertainty of energy are Auger groups in JEFF, and other libraries are read alike. A mean of
 * a beta is not in the format: a third of the end point stands for it. */
static bool line_of(const moly_endf_spectrum *spectrum, const moly_endf_line *from, moly_line *to)
{
    double intensity = from->intensity, sd = from->intensity_sd;
    *to = (moly_line){.energy_kev = from->energy_ev / 1000.0,
                      .energy_sd_kev = known(from->energy_sd_ev / 1000.0)};
    switch (spectrum->styp) {
    case MOLY_ENDF_GAMMA:
        to->radiation = MOLY_RADIATION_GAMMA;
        break;
    case MOLY_ENDF_BETA_MINUS:
        to->radiation = MOLY_RADIATION_BETA_MINUS;
        to->beta_shape = (uint8_t)shape_of(from->type);
        break;
    case MOLY_ENDF_EC_BETA_PLUS:
        to->radiation = MOLY_RADIATION_BETA_PLUS;
        to->beta_shape = (uint8_t)shape_of(from->type);
        to->energy_kev -= 2.0 * ELECTRON_KEV; /* the format gives the energy of the capture */
        intensity = from->positrons;
        sd = from->positrons_sd;
        break;
    case MOLY_ENDF_ALPHA:
        to->radiation = MOLY_RADIATION_ALPHA;
        break;
    case MOLY_ENDF_ELECTRONS:
        to->radiation = from->energy_sd_ev > 0.0 ? MOLY_RADIATION_CONVERSION : MOLY_RADIATION_AUGER;
        break;
    case MOLY_ENDF_X:
        to->radiation = fabs(to->energy_kev - ELECTRON_KEV) < 0.01 ? MOLY_RADIATION_ANNIHILATION
                                                                   : MOLY_RADIATION_X;
        break;
    default:
        return false;
    }
    to->intensity = intensity * spectrum->fd;
    to->intensity_sd = known(sd * spectrum->fd);
    const bool is_beta = to->beta_shape != MOLY_BETA_NOT_A_BETA;
    to->mean_kev = (float)(is_beta ? to->energy_kev / 3.0 : to->energy_kev);
    return to->intensity > 0.0 && to->energy_kev > 0.0;
}

static moly_status take(void *user, const moly_endf_decay *decay, moly_error *err)
{
    reader *r = user;
    moly_draft_nuclide *nuclide;
    if (decay->state.z == 0) {
        return MOLY_OK; /* the free neutron */
    }
    moly_status status = moly_draft_add(r->draft, decay->state, &nuclide, err);
    if (status != MOLY_OK) {
        return status;
    }
    nuclide->body.is_stable = decay->is_stable;
    nuclide->body.half_life_s = decay->half_life_s;
    nuclide->body.half_life_sd_s = decay->half_life_sd_s > 0.0 ? decay->half_life_sd_s : NAN;
    /* AWR is the nucleus with its electrons over the neutron, as the manual has it. */
    nuclide->body.atomic_mass_u = decay->atomic_weight_ratio * NEUTRON_U;
    nuclide->body.mean_electron_kev = decay->mean_electron_ev / 1000.0;
    nuclide->body.mean_photon_kev = decay->mean_photon_ev / 1000.0;
    for (size_t i = 0; i < decay->n_modes && !decay->is_stable; i++) {
        moly_draft_branch branch;
        if (decay->modes[i].fraction > 0.0 && branch_of(&decay->modes[i], decay->state, &branch)) {
            status = moly_draft_add_branch(r->draft, nuclide, branch, err);
            if (status != MOLY_OK) {
                return status;
            }
        }
    }
    for (size_t s = 0; s < decay->n_spectra && !decay->is_stable; s++) {
        for (size_t i = 0; i < decay->spectra[s].n_lines; i++) {
            moly_line line;
            if (!line_of(&decay->spectra[s], &decay->spectra[s].lines[i], &line)) {
                continue;
            }
            if (line.radiation == MOLY_RADIATION_ALPHA) {
                nuclide->body.mean_alpha_kev += line.intensity * line.energy_kev;
            }
            status = moly_draft_add_line(r->draft, nuclide, line, err);
            if (status != MOLY_OK) {
                return status;
            }
        }
    }
    return MOLY_OK;
}

moly_status moly_endf_read(const char *file, const char *data, size_t length, moly_draft *draft,
                           moly_error *err)
{
    reader r = {.draft = draft};
    return moly_endf_parse(file, data, length, take, &r, err);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A tape has its MAT, MF and MT in columns 67-75 of the first full line. */
static bool looks_like_endf(const char *data, size_t length)
{
    const char *end = memchr(data, '\n', length);
    size_t n = end ? (size_t)(end - data) : length;
    if (n < 75) {
        return false;
    }
    for (size_t i = 66; i < 75; i++) {
        if (!strchr(" -0123456789", data[i]) || data[i] == '\0') {
            return false;
        }
    }
    return true;
}

static moly_status read_path(reader *r, const char *path, int depth, moly_error *err);

static moly_status read_folder(reader *r, const char *path, int depth, moly_error *err)
{
    moly_arena *arena = moly_arena_new();
    char **names = moly_alloc(MAX_FILES, sizeof *names);
    DIR *folder = opendir(path);
    size_t n = 0;
    moly_status status = MOLY_OK;
    if (!arena || !names) {
        status = MOLY_NO_MEMORY(err);
    } else if (!folder) {
        status = MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "cannot open the folder %s", path);
    }
    for (struct dirent *entry; status == MOLY_OK && folder && (entry = readdir(folder));) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        if (n == MAX_FILES) {
            status = MOLY_FAIL(err, MOLY_ERR_DATA, "%s: more than %d files", path, MAX_FILES);
            break;
        }
        names[n] = moly_arena_printf(arena, "%s/%s", path, entry->d_name);
        if (!names[n++]) {
            status = MOLY_NO_MEMORY(err);
        }
    }
    if (folder) {
        closedir(folder);
    }
    if (status == MOLY_OK) {
        qsort(names, n, sizeof *names, compare_names);
    }
    for (size_t i = 0; i < n && status == MOLY_OK; i++) {
        status = read_path(r, names[i], depth + 1, err);
    }
    moly_free(names);
    moly_arena_free(arena);
    return status;
}

static moly_status read_path(reader *r, const char *path, int depth, moly_error *err)
{
    struct stat about;
    if (stat(path, &about) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "no such folder or file: %s", path);
    }
    if (S_ISDIR(about.st_mode)) {
        return depth < MAX_DEPTH ? read_folder(r, path, depth, err) : MOLY_OK;
    }
    if (!S_ISREG(about.st_mode)) {
        return MOLY_OK;
    }
    char *data;
    size_t length;
    moly_status status = moly_file_read(path, FILE_LIMIT, &data, &length, err);
    if (status == MOLY_OK && looks_like_endf(data, length)) {
        r->n_files++;
        status = moly_endf_read(path, data, length, r->draft, err);
    }
    moly_free(data);
    return status;
}

moly_status moly_endf_load(const char *folder, moly_nuclide_set **set, moly_error *err)
{
    *set = NULL;
    reader r = {.draft = moly_draft_new("ENDF-6")};
    if (!r.draft) {
        return MOLY_NO_MEMORY(err);
    }
    moly_status status = read_path(&r, folder, 0, err);
    if (status == MOLY_OK && r.n_files == 0) {
        status = MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "no ENDF-6 file in %s", folder);
    }
    if (status != MOLY_OK) {
        moly_draft_free(r.draft);
        return status;
    }
    return moly_draft_finish(r.draft, "ENDF-6", set, err);
}
