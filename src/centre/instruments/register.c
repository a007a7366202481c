/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"
#include "instruments/check.h"
#include "moly/device/device.h"

struct register_args {
    const char *model, *serial, *maker, *place, *driver, *driver_file, *id, *note;
    int kind;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "kind",
     MOLY_CHOICE(struct register_args, kind),
     .choices = instrument_kinds,
     .is_required = true,
     .help = "what it is"},
    {.name = "model",
     MOLY_TEXT(struct register_args, model),
     .is_required = true,
     .max = 100.0,
     .help = "model, as on its plate"},
    {.name = "serial",
     MOLY_TEXT(struct register_args, serial),
     .is_required = true,
     .max = 100.0,
     .help = "serial number"},
    {.name = "maker", MOLY_TEXT(struct register_args, maker), .max = 100.0, .help = "who made it"},
    {.name = "place",
     MOLY_TEXT(struct register_args, place),
     .record = "room",
     .max = 100.0,
     .help = "where it stands"},
    {.name = "driver",
     MOLY_TEXT(struct register_args, driver),
     .max = 60.0,
     .help = "how it is read (moly device list); without it, its readings are typed"},
    {.name = "driver-file",
     MOLY_TEXT(struct register_args, driver_file),
     .pattern_hint = "FILE",
     .help = "or a file that describes what it sends"},
    ACT_ID(struct register_args, "instrument"),
    ACT_AT(struct register_args),
    ACT_NOTE(struct register_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct register_args *a = args;
    const moly_device_driver *driver = NULL;
    const char *id = NULL;
    moly_status status = MOLY_OK;
    if (a->driver && a->driver_file) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "give driver or driver-file, not both");
    }
    if (a->driver) {
        status = moly_device_driver_find(a->driver, &driver, err);
    }
    if (!status) {
        status = act_new_id(context, "instrument", "INS", a->id, &id, err);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "instrument", id);
    decision_record(decision, "instrument", id);
    decision_text(decision, "state", "in use");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "type", instrument_kinds[a->kind]);
    decision_text(decision, "model", a->model);
    decision_text(decision, "serial", a->serial);
    decision_text(decision, "maker", a->maker);
    decision_text(decision, "place", a->place);
    decision_text(decision, "driver", a->driver);
    decision_text(decision, "driver_file", a->driver_file);
    decision_text(decision, "registered_by", context->performer->user);
    return MOLY_OK;
}

const moly_act instrument_register = {
    .declaration = {.name = "instrument.register",
                    .summary = "Register an instrument",
                    .description =
                        "From then on a dose calibrator's checks gate its use: every act that "
                        "measures an activity asks that they passed and are not overdue.",
                    .example = "moly act instrument.register"
                               " --db sqlite:moly.db"
                               " --as physicist"
                               " --kind 'survey meter'"
                               " --model 'RadEye B20'"
                               " --serial 31277",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct register_args)},
    .roles = PROTECTION,
    .rules = "R-28 R-29",
    .subject_kind = "instrument",
    .decide = decide,
};
