/* SPDX-License-Identifier: Apache-2.0 */
#include "shield_result.h"

#include <jansson.h>
#include <math.h>

#include "moly/matter/photon.h"

static json_t *rounded(double value)
{
    return moly_json_rounded(value, 7);
}

static json_t *rates_of(const moly_dose_rate *rate)
{
    json_t *row = json_object();
    int failed = json_object_set_new(row, "air_kerma_gy_per_h", rounded(rate->air_kerma_gy_per_h));
    failed |= json_object_set_new(row, "ambient_sv_per_h", rounded(rate->ambient_sv_per_h));
    failed |=
        json_object_set_new(row, "tissue_kerma_gy_per_h", rounded(rate->tissue_kerma_gy_per_h));
    if (failed != 0) {
        json_decref(row);
        return NULL;
    }
    return row;
}

int shield_add_rates(const shield_case *c, json_t *whole)
{
    int failed = json_object_set_new(whole, "unshielded", rates_of(&c->bare_total));
    failed |= json_object_set_new(whole, "shielded", rates_of(&c->total));
    double share = c->total.ambient_sv_per_h / c->bare_total.ambient_sv_per_h;
    return failed | json_object_set_new(whole, "transmission", rounded(share));
}

int shield_add_layers(const shield_case *c, json_t *whole)
{
    json_t *rows = json_array();
    int failed = rows == NULL ? -1 : 0;
    for (size_t i = 0; i < c->shielded.n_layers && failed == 0; i++) {
        const moly_layer *layer = &c->shielded.layers[i];
        json_t *row = json_object();
        failed |= json_object_set_new(row, "material", json_string(layer->material->text));
        failed |= json_object_set_new(row, "thickness_mm", rounded(layer->thickness_cm * 10.0));
        failed |=
            json_object_set_new(row, "density_g_per_cm3", rounded(layer->material->density_g_cm3));
        failed |= json_object_set_new(row, "buildup_of",
                                      json_string(c->shielded.is_narrow_beam
                                                      ? "none"
                                                      : moly_buildup_medium(layer->material)));
        failed |= json_array_append_new(rows, row);
    }
    return failed | json_object_set_new(whole, "layers", rows);
}

static double mfp_of(const moly_shield *shield, double energy_kev)
{
    double sum = 0.0;
    for (size_t i = 0; i < shield->n_layers; i++) {
        sum += moly_photon_attenuation_cm2_g(shield->layers[i].material, energy_kev) *
               shield->layers[i].material->density_g_cm3 * shield->layers[i].thickness_cm;
    }
    return sum;
}

static json_t *line_row(const shield_case *c, const char *nuclide, bool is_bremsstrahlung,
                        double energy_kev, double per_decay, double bare, double behind)
{
    json_t *row = json_object();
    double mfp = mfp_of(&c->shielded, energy_kev), share = bare > 0.0 ? behind / bare : 0.0;
    int failed = json_object_set_new(row, "nuclide", json_string(nuclide));
    failed |= json_object_set_new(row, "kind",
                                  json_string(is_bremsstrahlung ? "bremsstrahlung" : "line"));
    failed |= json_object_set_new(row, "energy_kev", rounded(energy_kev));
    failed |= json_object_set_new(row, "per_decay", rounded(per_decay));
    failed |= json_object_set_new(row, "unshielded_sv_per_h", rounded(bare));
    failed |= json_object_set_new(row, "shielded_sv_per_h", rounded(behind));
    failed |= json_object_set_new(row, "transmission", rounded(share));
    failed |= json_object_set_new(row, "mfp", is_bremsstrahlung ? json_null() : rounded(mfp));
    failed |= json_object_set_new(row, "buildup",
                                  is_bremsstrahlung ? json_null() : rounded(share * exp(mfp)));
    if (failed != 0) {
        json_decref(row);
        return NULL;
    }
    return row;
}

int shield_add_lines(const shield_case *c, double least_share, json_t *whole)
{
    json_t *rows = json_array();
    int failed = rows == NULL ? -1 : 0;
    double least = least_share * c->total.ambient_sv_per_h;
    double energy_kev = 0.0, per_decay = 0.0, bare = 0.0, behind = 0.0;
    for (size_t i = 0; i < c->n_photons && failed == 0; i++) {
        const moly_photon *p = &c->photons[i];
        if (p->is_bremsstrahlung) {
            energy_kev += p->energy_kev * p->per_decay;
            per_decay += p->per_decay;
            bare += c->bare_each[i].ambient_sv_per_h;
            behind += c->each[i].ambient_sv_per_h;
        } else if (c->each[i].ambient_sv_per_h >= least) {
            failed |= json_array_append_new(
                rows, line_row(c, moly_nuclide_at(c->set, p->nuclide)->name, false, p->energy_kev,
                               p->per_decay, c->bare_each[i].ambient_sv_per_h,
                               c->each[i].ambient_sv_per_h));
        }
    }
    if (per_decay > 0.0 && behind >= least && failed == 0) {
        failed |=
            json_array_append_new(rows, line_row(c, moly_nuclide_at(c->set, c->nuclide)->name, true,
                                                 energy_kev / per_decay, per_decay, bare, behind));
    }
    return failed | json_object_set_new(whole, "lines", rows);
}

int shield_add_daughters(const shield_case *c, json_t *whole)
{
    json_t *rows = json_array();
    int failed = rows == NULL ? -1 : 0;
    for (size_t i = c->nuclide + 1; i < moly_nuclide_set_size(c->set) && failed == 0; i++) {
        if (c->activities[i] > 0.0) {
            json_t *row = json_object();
            failed |=
                json_object_set_new(row, "nuclide", json_string(moly_nuclide_at(c->set, i)->name));
            failed |=
                json_object_set_new(row, "activity_bq", rounded(c->activities[i] * c->activity_bq));
            failed |= json_array_append_new(rows, row);
        }
    }
    return failed | json_object_set_new(whole, "daughters", rows);
}

static int note(json_t *notes, const char *text)
{
    return json_array_append_new(notes, json_pack("{s:s}", "note", text));
}

static bool is_any_extrapolated(const shield_case *c)
{
    bool is_any = false;
    for (size_t i = 0; i < c->n_photons && !is_any; i++) {
        double depth = mfp_of(&c->shielded, c->photons[i].energy_kev);
        bool counts = c->each[i].ambient_sv_per_h > 0.01 * c->total.ambient_sv_per_h;
        bool is_beyond = false;
        for (size_t l = 0; l < c->shielded.n_layers && counts; l++) {
            (void)moly_buildup(c->shielded.layers[l].material, c->photons[i].energy_kev, depth,
                               &is_beyond);
            is_any = is_any || is_beyond;
        }
    }
    return is_any;
}

/* Daughters that would be there within days, but were not asked for. */
static bool has_short_lived_daughter(const shield_case *c)
{
    const moly_nuclide *nuclide = moly_nuclide_at(c->set, c->nuclide);
    for (size_t b = 0; b < nuclide->n_branches; b++) {
        int daughter = nuclide->branches[b].daughter;
        if (daughter != MOLY_NO_DAUGHTER) {
            const moly_nuclide *d = moly_nuclide_at(c->set, (size_t)daughter);
            if (!d->is_stable && d->half_life_s < nuclide->half_life_s) {
                return true;
            }
        }
    }
    return false;
}

int shield_add_notes(const shield_case *c, json_t *whole)
{
    json_t *notes = json_array();
    int failed = notes == NULL ? -1 : 0;
    if (c->shielded.n_layers > 0) {
        failed |= note(notes, c->shielded.is_narrow_beam
                                  ? "no build-up: what scatters in the layers is lost"
                                  : "build-up of an infinite medium (Monte Carlo, statistical "
                                    "uncertainty 3 %); layers joined by Broder's formula; a finite "
                                    "layer has less");
        if (!c->shielded.is_narrow_beam && is_any_extrapolated(c)) {
            failed |= note(notes, "beyond 20 mean free paths or outside 15 keV .. 3 MeV the "
                                  "build-up table is carried on: take it as an estimate");
        }
    }
    if (c->with_daughters) {
        failed |=
            note(notes, "daughters in transient equilibrium are counted; a chain ends where a "
                        "daughter outlives the nuclide");
    } else if (has_short_lived_daughter(c)) {
        failed |= note(notes, "the nuclide alone: its short-lived daughter is not counted "
                              "(--with-daughters does)");
    }
    failed |= note(notes, c->has_bremsstrahlung
                              ? "bremsstrahlung of betas that stop in the material named: good to "
                                "20 %; betas themselves are not counted"
                              : "neither betas nor their bremsstrahlung are counted");
    if (c->shielded.shape != MOLY_SOURCE_POINT) {
        failed |= note(notes, "self-absorption: a slab of water as thick as the source is wide, "
                              "exp(-mu_en d) averaged over it");
    }
    return failed | json_object_set_new(whole, "notes", notes);
}
