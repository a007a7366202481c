/* SPDX-License-Identifier: Apache-2.0 */
/* A message of an instrument, entered as it came. The centre reads the bytes itself, so what an act
 * uses is what the instrument said and not what a client made of it. A message that cannot be read
 * is kept too, as refused. */
#include "act.h"
#include "acts.h"
#include "instruments/check.h"
#include "instruments/measured.h"
#include "moly/device/device.h"

struct reading_args {
    const char *instrument, *raw, *nuclide, *note;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "instrument",
     MOLY_TEXT(struct reading_args, instrument),
     .record = "instrument",
     .is_required = true,
     .help = "instrument that was read"},
    {.name = "raw",
     MOLY_TEXT(struct reading_args, raw),
     .is_required = true,
     .max = 2.0 * MOLY_DEVICE_FRAME_MAX,
     .pattern_hint = "HEX",
     .help = "bytes of its message, in hexadecimal: \"raw\" of moly device read"},
    {.name = "nuclide",
     MOLY_TEXT(struct reading_args, nuclide),
     .max = 12.0,
     .help = "what is measured; a reading with another setting is refused"},
    ACT_AT(struct reading_args),
    ACT_NOTE(struct reading_args),
};

static moly_status driver_of(const moly_act_context *context, const json_t *instrument,
                             const moly_device_driver **driver, moly_error *err)
{
    const char *name = record_text(instrument, "driver");
    const char *file = record_text(instrument, "driver_file");
    char *text = NULL;
    size_t length = 0;
    if (name[0]) {
        return moly_device_driver_find(name, driver, err);
    }
    if (!file[0]) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "%s is registered without a driver: its activities are typed",
                         record_text(instrument, "id"));
    }
    moly_status status = moly_ledger_blob(context->reader, file, &text, &length, err);
    if (!status) {
        status = moly_device_driver_parse(text, length, context->arena, driver, err);
    }
    moly_free(text);
    return status;
}

static const char *member_of(const moly_act_context *context, moly_device_quantity quantity)
{
    char *key = moly_arena_printf(context->arena, "%s_%s", moly_device_quantity_word(quantity),
                                  moly_device_quantity_unit(quantity));
    for (char *c = key; c && *c; c++) {
        if (*c == ' ') {
            *c = '_';
        }
    }
    return key ? key : "";
}

/* Why the message counts for nothing; NULL: it is good. In English: it is kept. */
static const char *judge(const moly_act_context *context, const struct reading_args *a,
                         const moly_device_frame *frame, const moly_device_driver *driver,
                         moly_device_reading *reading, moly_error *err)
{
    moly_error why = {0};
    const moly_nuclide *wanted = NULL;
    if (moly_device_parse(driver, frame->bytes, frame->length, reading, &why)) {
        return moly_arena_strdup(context->arena, why.message);
    }
    if (a->nuclide && physics_nuclide(a->nuclide, &wanted, err) == MOLY_OK &&
        strcmp(wanted->name, reading->nuclide) != 0) {
        return moly_arena_printf(context->arena, "the instrument is set to %s, %s is measured",
                                 reading->nuclide[0] ? reading->nuclide : "no nuclide",
                                 wanted->name);
    }
    return NULL;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct reading_args *a = args;
    const json_t *instrument = NULL;
    const moly_device_driver *driver = NULL;
    moly_device_reading reading = {0};
    moly_device_frame frame;
    const moly_nuclide *wanted = NULL;
    const char *id = NULL;
    moly_status status = act_record(context, "instrument", a->instrument, &instrument, err);
    if (!status) {
        status = driver_of(context, instrument, &driver, err);
    }
    if (!status) {
        status = moly_device_unhex(a->raw, &frame, err);
    }
    if (!status && a->nuclide) {
        status = physics_nuclide(a->nuclide, &wanted, err);
    }
    if (!status) {
        status = act_new_id(context, "reading", "RDG", NULL, &id, err);
    }
    if (status) {
        return status;
    }
    const char *why = judge(context, a, &frame, driver, &reading, err);
    decision_subject(decision, "reading", id);
    decision_record(decision, "reading", id);
    decision_text(decision, "state", why ? "refused" : "taken");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "owner", a->instrument);
    decision_text(decision, "instrument", a->instrument);
    decision_text(decision, "driver", driver->name);
    decision_text(decision, "raw", a->raw);
    decision_text(decision, "made_by", context->performer->user);
    decision_text(decision, "why", why);
    if (why) {
        decision_warn(decision, "R-31", "the message is kept, but counts for nothing: %.300s", why);
    } else {
        decision_text(decision, "quantity", moly_device_quantity_word(reading.quantity));
        decision_number(decision, member_of(context, reading.quantity), reading.value);
        decision_text(decision, "nuclide", reading.nuclide);
        decision_text(decision, "shown", reading.shown);
    }
    decision_link(decision, act_node(context, "reading", id),
                  act_node(context, "instrument", a->instrument), "reading of");
    return MOLY_OK;
}

const moly_act instrument_take_reading = {
    .declaration =
        {.name = "instrument.take_reading",
         .summary = "Enter an instrument's message as it came",
         .description =
             "The bytes are read here, by the instrument's driver. What is short, padded "
             "otherwise, in an unknown unit or of another nuclide is kept as refused, "
             "and no act can use it.",
         .example = "moly act instrument.take_reading"
                    " --db sqlite:moly.db"
                    " --as technologist"
                    " --instrument INS-000001"
                    " --raw 02534452312c546339396d202c203337302e30349703"
                    " --nuclide Tc-99m",
         ACT_PARAMS(params),
         .args_size = sizeof(struct reading_args)},
    .roles = HOT_LAB | MOLY_ROLE_PHYSICIST,
    .rules = "R-31",
    .subject_kind = "reading",
    .decide = decide,
};
