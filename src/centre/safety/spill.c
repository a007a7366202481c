/* SPDX-License-Identifier: Apache-2.0 */
/* The spill guide: how bad is it, what is done in which order, and when is the place free again. */
#include "safety/spill.h"

#include "moly/base/catalogue.h"
#include "moly/centre/protection.h"
#include "moly/matter/photon.h"
#include "physics.h"
#include "screens.h"
#include "site_now.h"

static const double lowest_line_kev = 20.0; /* softer ones stay in a syringe or a glove */

static const spill_threshold *threshold_of(const char *nuclide)
{
    for (size_t i = 0; i < spill_threshold_rows_n; i++) {
        if (strcmp(spill_threshold_rows[i].nuclide, nuclide) == 0) {
            return &spill_threshold_rows[i];
        }
    }
    return NULL;
}

static double smallest_bq(void)
{
    double least = spill_threshold_rows[0].activity_bq;
    for (size_t i = 1; i < spill_threshold_rows_n; i++) {
        least = fmin(least, spill_threshold_rows[i].activity_bq);
    }
    return least;
}

static moly_status put_limit(const site_data *limits, const char *place, const char *key,
                             json_t *rows, moly_error *err)
{
    const site_limit *one = site_limit_of(limits, key);
    return screen_append(rows,
                         json_pack("{s:s, s:o, s:s, s:s}", "place", place, "limit_bq_per_cm2",
                                   moly_json_real(one->value), "source", one->source, "status",
                                   one->status),
                         err);
}

static moly_status put_limits(const site_data *limits, json_t *rows, moly_error *err)
{
    static const char *const places[][2] = {
        {MOLY_N("controlled area"), "surface_controlled_bq_per_cm2"},
        {MOLY_N("supervised area"), "surface_supervised_bq_per_cm2"},
        {MOLY_N("public area"), "surface_public_bq_per_cm2"},
        {MOLY_N("alpha emitters, any place"), "surface_alpha_bq_per_cm2"},
        {MOLY_N("skin"), "skin_bq_per_cm2"}};
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < sizeof places / sizeof places[0] && !status; i++) {
        status = put_limit(limits, places[i][0], places[i][1], rows, err);
    }
    return status;
}

static moly_status put_steps(bool is_major, const char *nuclide, const char *language, json_t *rows,
                             moly_error *err)
{
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < spill_step_rows_n && !status; i++) {
        const spill_step *one = &spill_step_rows[i];
        bool is_of_other = strcmp(one->severity, is_major ? "minor" : "major") == 0;
        bool is_meant =
            !one->nuclides || strncmp(nuclide, one->nuclides, strlen(one->nuclides)) == 0;
        if (!is_of_other && is_meant) {
            status = screen_append(rows,
                                   json_pack("{s:i, s:s}", "number", (int)json_array_size(rows) + 1,
                                             "step", moly_translate(language, one->step)),
                                   err);
        }
    }
    return status;
}

moly_status moly_centre_spill(const moly_site *site, const moly_ledger_reader *reader,
                              const char *name, double activity_bq, json_t **result,
                              moly_error *err)
{
    const char *language = err ? err->language : NULL;
    const moly_nuclide *nuclide = NULL;
    const site_data *limits = NULL;
    moly_arena *arena = moly_arena_new();
    json_t *steps = json_array(), *places = json_array();
    *result = NULL;
    moly_status status = arena ? MOLY_OK : MOLY_NO_MEMORY(err);
    status = status ? status : physics_nuclide(name, &nuclide, err);
    status = status ? status : site_data_now(reader, site->country, arena, &limits, err);
    status = status ? status : put_limits(limits, places, err);
    if (!status) {
        const spill_threshold *row = threshold_of(nuclide->name);
        double threshold_bq = row ? row->activity_bq : smallest_bq();
        bool is_major = activity_bq >= threshold_bq;
        double kerma_ugy = moly_air_kerma_ugy_m2_per_mbq_h(nuclide, lowest_line_kev);
        status = put_steps(is_major, nuclide->name, language, steps, err);
        *result =
            json_pack("{s:[{s:s, s:o, s:s, s:o, s:s, s:s, s:o, s:o}], s:O, s:O}", "results",
                      "nuclide", nuclide->name, "activity_bq", moly_json_real(activity_bq),
                      "severity", is_major ? "major" : "minor", "threshold_bq",
                      moly_json_real(threshold_bq), "threshold_source",
                      row ? row->source
                          : "no row of this nuclide: the smallest threshold of the table is taken",
                      "threshold_status", row ? row->status : "check", "half_life_s",
                      moly_json_real(nuclide->half_life_s), "air_kerma_1m_gy_per_h",
                      moly_json_real(1e-6 * kerma_ugy * 1e-6 * activity_bq), "steps", steps,
                      "limits", places);
        status = *result || status ? status : MOLY_NO_MEMORY(err);
    }
    if (status) {
        json_decref(*result);
        *result = NULL;
    }
    json_decref(steps);
    json_decref(places);
    moly_arena_free(arena);
    return status;
}
