/* SPDX-License-Identifier: Apache-2.0 */
/* may a patient be injected for an image? */
#include "instruments/camera.h"

#include "instruments/check.h"
#include "instruments/measured.h"
#include "moly/nuclide/nuclide.h"
#include "physics.h"

/* A PET scanner sees positrons, a gamma camera the rest. */
static moly_status camera_for(const char *nuclide, const char **kind, moly_error *err)
{
    const moly_nuclide *n = NULL;
    moly_status status = physics_nuclide(nuclide, &n, err);
    double positrons = 0.0;
    for (size_t i = 0; !status && i < n->n_lines; i++) {
        positrons +=
            n->lines[i].radiation == MOLY_RADIATION_BETA_PLUS ? n->lines[i].intensity : 0.0;
    }
    *kind = positrons > 0.01 ? INSTRUMENT_PET : INSTRUMENT_GAMMA_CAMERA;
    return status;
}

/* One camera that may be used will do; where none may, the first says why. */
static moly_status any_camera(const moly_act_context *context, const char *kind, moly_error *err)
{
    const moly_record_query query = {.kind = "instrument", .state = "in use"};
    const json_t *all = NULL, *one;
    moly_status status = act_records(context, &query, &all, err);
    moly_status first = MOLY_OK;
    moly_error why = {0};
    size_t i;
    json_array_foreach(all, i, one)
    {
        moly_error now = {0};
        if (status || !record_is(one, "type", kind)) {
            continue;
        }
        const moly_status usable = rule_instrument(context, one, &now);
        if (!usable) {
            return MOLY_OK;
        }
        if (!first) {
            first = usable;
            why = now;
        }
    }
    if (!status && first && err && !err->status) {
        *err = why;
    }
    return status ? status : first;
}

moly_status rule_camera(const moly_act_context *context, const char *camera, const char *nuclide,
                        moly_error *err)
{
    const json_t *instrument = NULL;
    const char *kind = NULL;
    moly_status status = camera_for(nuclide, &kind, err);
    if (status || !camera) {
        return status ? status : any_camera(context, kind, err);
    }
    status = act_record(context, "instrument", camera, &instrument, err);
    if (!status && !record_is(instrument, "type", kind)) {
        status =
            MOLY_REFUSE(err, "R-32", "%s is a %s; %s is imaged with a %s", camera,
                        say(context, record_text(instrument, "type")), nuclide, say(context, kind));
    }
    return status ? status : rule_instrument(context, instrument, err);
}
