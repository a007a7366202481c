/* SPDX-License-Identifier: Apache-2.0 */
/* The nuclides that identification considers, and the lines of each with its daughters. */
#include "candidates.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_KEV 10.0
#define LEAST_PER_DECAY 1e-6
#define MAX_MEMBERS 40
/* A daughter shorter-lived than this part of the head, and than two months, is in equilibrium when
 * the measurement begins; the others are candidates of their own. */
#define EQUILIBRIUM_PART 0.15
#define EQUILIBRIUM_MOST_S (60.0 * 86400.0)

/* Of natural series the heads that a spectrum can tell: radium-226 (with Pb-214, Bi-214), Ac-228,
 * Pb-212 (with Bi-212, Tl-208), uranium. */
static const char *const everywhere[] = {
    "K-40",  "Ra-226", "Ac-228", "Pb-212", "Cs-137", "Co-60", "Ba-133", "Eu-152", "Am-241", "Na-22",
    "Co-57", "Mn-54",  "Cd-109", "Y-88",   "U-235",  "U-238", "Eu-154", "Be-7",   "Pb-210",
};
static const char *const medical[] = {
    "Tc-99m", "Mo-99",  "I-131",  "I-123",  "I-124",   "I-125",  "In-111", "Ga-67",  "Ga-68",
    "Cu-64",  "Cu-67",  "Zr-89",  "Lu-177", "Lu-177m", "Tb-161", "Sm-153", "Ho-166", "Re-186",
    "Re-188", "Tl-201", "Xe-133", "Rb-82",  "Sr-82",   "Sr-85",  "Sc-44",  "Sc-47",  "Cr-51",
    "Fe-59",  "Se-75",  "Ac-225", "Ac-227", "Ra-223",  "Th-227", "Ir-192", "Ru-103", "Ce-139",
    "Sn-113", "Hg-203", "Co-58",  "Co-56",  "Zn-65",   "Cs-134", "Te-132", "Yb-175", "Ge-68",
    "V-48",   "Kr-81m", "Tl-202", "Tl-200", "Pb-203",  "Ag-111", "Na-24",  "W-188",  "Eu-155",
    "At-211", "Bi-213", "Gd-153", "Ru-106", "Ce-144",  "I-133",  "Xe-127",
};
static const char *const seldom[] = {
    "Sc-44m",  "Sc-46",   "Sc-48",   "Ca-47",   "Mn-52",  "Mn-56",   "Co-55",  "Ni-57",   "Ga-66",
    "Ga-72",   "As-74",   "As-76",   "Br-76",   "Br-77",  "Br-82",   "Rb-83",  "Rb-84",   "Rb-86",
    "Sr-83",   "Y-86",    "Y-87",    "Y-91m",   "Zr-88",  "Zr-95",   "Zr-97",  "Nb-92m",  "Nb-95",
    "Nb-96",   "Tc-94m",  "Tc-95",   "Tc-95m",  "Tc-96",  "Rh-101",  "Rh-105", "Ag-108m", "Ag-110m",
    "Ag-106m", "Cd-115",  "In-114m", "In-110",  "Sb-122", "Sb-124",  "Sb-125", "Te-121",  "Te-121m",
    "Te-123m", "Te-129m", "I-126",   "I-130",   "I-132",  "I-135",   "Xe-135", "Cs-136",  "Ba-131",
    "Ba-140",  "La-140",  "Ce-141",  "Ce-143",  "Nd-147", "Pm-148m", "Pm-149", "Eu-156",  "Gd-159",
    "Tb-155",  "Tb-160",  "Dy-165",  "Ho-166m", "Tm-170", "Yb-169",  "Hf-175", "Hf-181",  "Ta-182",
    "W-187",   "Re-184",  "Os-191",  "Ir-194",  "Au-195", "Au-198",  "Au-199", "Hg-197",  "Hg-197m",
    "Pb-201",  "Bi-205",  "Bi-206",  "Bi-207",  "Ac-226", "Ac-224",  "Th-229", "Pa-233",  "Np-237",
    "Np-239",  "U-237",   "Am-243",  "Tm-167",  "Ta-183", "Lu-172",  "Lu-173", "K-42",    "K-43",
    "Cl-38",   "Al-26",   "Ti-44",   "Kr-85",   "Pm-144", "Tb-158",  "Gd-149", "Eu-148",
};

double candidate_ratio(const candidate *of, size_t nuclide)
{
    for (size_t i = 0; i < of->n_members; i++) {
        if (of->members[i].nuclide == nuclide) {
            return of->members[i].ratio;
        }
    }
    return 0.0;
}

/* The head and the daughters that live short enough, in the order of the set (parents first). */
static size_t collect_members(const moly_nuclide_set *set, size_t head, uint32_t *members)
{
    const moly_nuclide *first = moly_nuclide_at(set, head);
    double most_s = fmin(EQUILIBRIUM_PART * first->half_life_s, EQUILIBRIUM_MOST_S);
    size_t n = 0;
    members[n++] = (uint32_t)head;
    for (size_t i = 0; i < n; i++) {
        const moly_nuclide *parent = moly_nuclide_at(set, members[i]);
        for (size_t b = 0; b < parent->n_branches; b++) {
            int daughter = parent->branches[b].daughter;
            if (daughter < 0) {
                continue;
            }
            const moly_nuclide *next = moly_nuclide_at(set, (size_t)daughter);
            bool is_known = next->is_stable || next->half_life_s > most_s || n == MAX_MEMBERS;
            for (size_t k = 0; k < n && !is_known; k++) {
                is_known = members[k] == (uint32_t)daughter;
            }
            if (!is_known) {
                members[n++] = (uint32_t)daughter;
            }
        }
    }
    return n;
}

static moly_status find_ratios(const candidates *made, candidate *one, moly_error *err)
{
    size_t size = moly_decay_engine_size(made->engine);
    double longest_s = 0.0;
    for (size_t i = 1; i < one->n_members; i++) {
        longest_s =
            fmax(longest_s, moly_nuclide_at(made->set, one->members[i].nuclide)->half_life_s);
    }
    one->members[0].ratio = 1.0;
    if (one->n_members == 1) {
        return MOLY_OK;
    }
    double *atoms = moly_alloc(2 * size, sizeof *atoms);
    if (!atoms) {
        return MOLY_NO_MEMORY(err);
    }
    double *later = atoms + size;
    double time_s = 14.0 * longest_s;
    atoms[one->nuclide] = 1.0;
    moly_status status = moly_decay_atoms(made->engine, atoms, &time_s, 1, later, NULL, err);
    if (status == MOLY_OK) {
        double head = later[one->nuclide] * moly_nuclide_at(made->set, one->nuclide)->lambda_per_s;
        for (size_t i = 1; i < one->n_members; i++) {
            uint32_t at = one->members[i].nuclide;
            one->members[i].ratio = later[at] * moly_nuclide_at(made->set, at)->lambda_per_s / head;
        }
    }
    moly_free(atoms);
    return status;
}

static int by_energy(const void *a, const void *b)
{
    double x = ((const candidate_line *)a)->energy_kev;
    double y = ((const candidate_line *)b)->energy_kev;
    return x < y ? -1 : x > y ? 1 : 0;
}

static bool is_photon(const moly_line *line)
{
    return (line->radiation == MOLY_RADIATION_GAMMA || line->radiation == MOLY_RADIATION_X) &&
           line->energy_kev > LEAST_KEV && fabs(line->energy_kev - 510.999) > 0.05;
}

static moly_status collect_lines(const candidates *made, candidate *one, moly_error *err)
{
    size_t most = 0;
    for (size_t i = 0; i < one->n_members; i++) {
        most += moly_nuclide_at(made->set, one->members[i].nuclide)->n_lines;
    }
    one->lines = moly_arena_alloc(made->arena, most ? most : 1, sizeof *one->lines);
    if (!one->lines) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < one->n_members; i++) {
        const moly_nuclide *emitter = moly_nuclide_at(made->set, one->members[i].nuclide);
        for (size_t k = 0; k < emitter->n_lines; k++) {
            const moly_line *line = &emitter->lines[k];
            double per_decay = line->intensity * one->members[i].ratio;
            if (line->radiation == MOLY_RADIATION_ANNIHILATION) {
                one->annihilation_per_decay += per_decay;
            }
            if (!is_photon(line) || !(per_decay > LEAST_PER_DECAY)) {
                continue;
            }
            double sd = (double)line->intensity_sd * one->members[i].ratio;
            one->lines[one->n_lines++] =
                (candidate_line){.energy_kev = line->energy_kev,
                                 .per_decay = per_decay,
                                 .per_decay_sd = isfinite(sd) ? sd : 0.05 * per_decay,
                                 .emitter = one->members[i].nuclide,
                                 .is_x = line->radiation == MOLY_RADIATION_X};
        }
    }
    qsort(one->lines, one->n_lines, sizeof *one->lines, by_energy);
    return MOLY_OK;
}

moly_status candidates_add(candidates *made, size_t nuclide, int rank, size_t *index,
                           moly_error *err)
{
    uint32_t members[MAX_MEMBERS];
    for (size_t i = 0; i < made->n; i++) {
        if (made->list[i].nuclide == nuclide) {
            *index = i;
            return MOLY_OK;
        }
    }
    if (made->n == made->capacity) {
        size_t capacity = made->capacity + 256;
        candidate *grown = moly_realloc(made->list, capacity, sizeof *grown);
        if (!grown) {
            return MOLY_NO_MEMORY(err);
        }
        made->list = grown;
        made->capacity = capacity;
    }
    candidate one = {.nuclide = (uint32_t)nuclide, .rank = rank};
    one.n_members = collect_members(made->set, nuclide, members);
    one.members = moly_arena_alloc(made->arena, one.n_members, sizeof *one.members);
    if (!one.members) {
        return MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < one.n_members; i++) {
        one.members[i].nuclide = members[i];
    }
    moly_status status = find_ratios(made, &one, err);
    if (status == MOLY_OK) {
        status = collect_lines(made, &one, err);
    }
    if (status == MOLY_OK) {
        *index = made->n;
        made->list[made->n++] = one;
    }
    return status;
}

static moly_status add_names(candidates *made, const char *const *names, size_t n, int rank,
                             moly_error *err)
{
    moly_status status = MOLY_OK;
    for (size_t i = 0; status == MOLY_OK && i < n; i++) {
        size_t nuclide = 0;
        size_t index = 0;
        /* another set of nuclides may lack one: then it is no candidate */
        if (moly_nuclide_find(made->set, names[i], &nuclide, NULL) == MOLY_OK) {
            status = candidates_add(made, nuclide, rank, &index, err);
        }
    }
    return status;
}

moly_status candidates_open(const moly_nuclide_set *set, candidates *made, moly_error *err)
{
    *made = (candidates){.set = set, .arena = moly_arena_new()};
    moly_status status =
        made->arena ? moly_decay_engine_for_set(set, &made->engine, err) : MOLY_NO_MEMORY(err);
    if (status == MOLY_OK) {
        status = add_names(made, everywhere, sizeof everywhere / sizeof *everywhere, 0, err);
    }
    if (status == MOLY_OK) {
        status = add_names(made, medical, sizeof medical / sizeof *medical, 1, err);
    }
    if (status == MOLY_OK) {
        status = add_names(made, seldom, sizeof seldom / sizeof *seldom, 2, err);
    }
    if (status != MOLY_OK) {
        candidates_close(made);
    }
    return status;
}

void candidates_close(candidates *made)
{
    moly_free(made->list);
    moly_decay_engine_free(made->engine);
    moly_arena_free(made->arena);
    *made = (candidates){0};
}
