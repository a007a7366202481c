/* SPDX-License-Identifier: Apache-2.0 */
#include "safety/waste.h"

#include <stdio.h>

/* Less than this is not there. */
static const double nothing_bq = 1.0;
static const double hour_s = 3600.0;
enum { LONGEST_H = 100 * 8766 };

/* Of a nuclide without a level of its own, the strictest of the table counts. */
static const site_limit *level_of(const site_data *limits, const char *nuclide)
{
    char key[64];
    (void)snprintf(key, sizeof key, "clearance_%s_bq_per_g", nuclide);
    const site_limit *level = site_limit_find(limits, key);
    return level ? level : site_limit_of(limits, "clearance_Co-60_bq_per_g");
}

moly_status waste_content_at(const moly_ledger_reader *reader, const site_data *limits,
                             const char *node, double mass_g, moly_instant at,
                             waste_content *content, moly_error *err)
{
    double largest = 0.0;
    *content = (waste_content){.worst_level = level_of(limits, physics_handled[0])};
    moly_status status =
        moly_ledger_activities(reader, node, physics_handled, at, content->activity_bq, NULL, err);
    for (size_t i = 0; i < PHYSICS_N_HANDLED && !status && isfinite(mass_g); i++) {
        const site_limit *level = level_of(limits, physics_handled[i]);
        double bq = content->activity_bq[i];
        double part = bq > nothing_bq ? bq / mass_g / level->value : 0.0;
        content->fraction += part;
        if (part > largest) {
            largest = part;
            content->worst = i;
            content->worst_bq_per_g = bq / mass_g;
            content->worst_level = level;
        }
    }
    return status;
}

static moly_status may_leave(const moly_ledger_reader *reader, const site_data *limits,
                             const char *node, double mass_g, moly_instant at, bool *may,
                             moly_error *err)
{
    waste_content content;
    moly_status status = waste_content_at(reader, limits, node, mass_g, at, &content, err);
    *may = !status && content.fraction <= 1.0;
    return status;
}

moly_status waste_clear_after(const moly_ledger_reader *reader, const site_data *limits,
                              const char *node, double mass_g, moly_instant from,
                              moly_instant *clear_after, moly_error *err)
{
    bool may = false;
    int64_t low_h = -1, high_h = 0;
    moly_status status = may_leave(reader, limits, node, mass_g, from, &may, err);
    while (!status && !may && high_h < LONGEST_H) {
        low_h = high_h;
        high_h = high_h ? 2 * high_h : 1;
        status = may_leave(reader, limits, node, mass_g,
                           moly_instant_add_s(from, hour_s * (double)high_h), &may, err);
    }
    bool is_found = may;
    while (!status && is_found && high_h - low_h > 1) {
        int64_t middle_h = low_h + (high_h - low_h) / 2;
        status = may_leave(reader, limits, node, mass_g,
                           moly_instant_add_s(from, hour_s * (double)middle_h), &may, err);
        if (may) {
            high_h = middle_h;
        } else {
            low_h = middle_h;
        }
    }
    *clear_after = is_found ? moly_instant_add_s(from, hour_s * (double)high_h) : MOLY_INSTANT_NONE;
    return status;
}

json_t *waste_nuclides(const waste_content *content)
{
    json_t *nuclides = json_object();
    for (size_t i = 0; i < PHYSICS_N_HANDLED && nuclides; i++) {
        if (content->activity_bq[i] > nothing_bq) {
            (void)json_object_set_new(nuclides, physics_handled[i],
                                      moly_json_real(content->activity_bq[i]));
        }
    }
    return nuclides;
}
