/* SPDX-License-Identifier: Apache-2.0 */
/* What blocks whom: for each state that waits for somebody, why and what to do. What stands in the
 * way of an order is found in ahead.c. */
#include "screens.h"

#include <stdarg.h>

#include "moly/base/catalogue.h"

static const struct {
    const char *kind, *state;
    const char *why, *rule, *remedy;
} waiting[] = {
    {"generator", "quarantine", MOLY_N("it has not been accepted"), "R-20",
     MOLY_N("check the certificate and accept it (pharmacy.accept_lot)")},
    {"eluate", "untested", MOLY_N("Mo-99 has not been tested"), "R-22",
     MOLY_N("test it (pharmacy.test_breakthrough)")},
    {"eluate", "out of specification", MOLY_N("a test failed"), "R-22",
     MOLY_N("reject it (pharmacy.reject) and elute again")},
    {"kit", "labelled", MOLY_N("its radiochemical purity has not been tested"), "R-13",
     MOLY_N("test it (pharmacy.test_rcp)")},
    {"kit", "tested", MOLY_N("it has not been released"), "R-09",
     MOLY_N("somebody who neither made nor tested it releases it (pharmacy.release)")},
    {"kit", "out of specification", MOLY_N("its radiochemical purity is too low"), "R-24",
     MOLY_N("reject it (pharmacy.reject) and label another")},
    {"vial", "untested", MOLY_N("its radiochemical purity has not been tested"), "R-13",
     MOLY_N("test it (pharmacy.test_rcp)")},
    {"vial", "tested", MOLY_N("it has not been released"), "R-09",
     MOLY_N("somebody who neither made nor tested it releases it (pharmacy.release)")},
    {"vial", "out of specification", MOLY_N("a test failed"), "R-24",
     MOLY_N("reject it (pharmacy.reject) and make or order another")},
    {"dose", "given", MOLY_N("what stayed in the syringe has not been measured"), "R-34",
     MOLY_N("measure the residual (clinic.measure_residual)")},
};

moly_status screen_append(json_t *list, json_t *item, moly_error *err)
{
    return item && json_array_append_new(list, item) == 0 ? MOLY_OK : MOLY_NO_MEMORY(err);
}

moly_status screen_add_block(json_t *blocks, const char *kind, const char *id, const char *whose,
                             json_t *reason, const char *rule, const char *remedy, moly_error *err)
{
    char what[400];
    (void)snprintf(what, sizeof what, "%s %s", whose ? id : kind, whose ? whose : id);
    json_t *block = json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", kind, "id", id, "what", what,
                              "rule", rule, "remedy", remedy);
    bool is_whole = json_object_set(block, "why", json_object_get(reason, "message")) == 0 &&
                    json_object_del(reason, "message") == 0 &&
                    json_object_update(block, reason) == 0;
    json_decref(reason);
    if (!is_whole) {
        json_decref(block);
        return MOLY_NO_MEMORY(err);
    }
    return screen_append(blocks, block, err);
}

moly_status screen_add_refusal(json_t *blocks, const char *kind, const char *id, const char *whose,
                               const moly_error *refusal, const char *remedy, json_t *fields,
                               moly_error *err)
{
    moly_status status =
        screen_add_block(blocks, kind, id, whose, json_pack("{s:s}", "message", refusal->message),
                         refusal->rule, remedy, err);
    json_t *block = json_array_get(blocks, json_array_size(blocks) - 1);
    if (!status && fields && json_object_set_new(block, "fields", fields) != 0) {
        return MOLY_NO_MEMORY(err);
    }
    if (status) {
        json_decref(fields);
    }
    return status;
}

json_t *because(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    json_t *reason = moly_message_new(NULL, format, args);
    va_end(args);
    return reason;
}

json_t *whole_sentence(const char *sentence, ...)
{
    va_list args;
    va_start(args, sentence);
    json_t *reason = moly_message_new(NULL, sentence, args);
    va_end(args);
    return reason;
}

static bool is_usable_state(const char *state)
{
    return strcmp(state, "tested") == 0 || strcmp(state, "released") == 0 ||
           strcmp(state, "drawn") == 0 || strcmp(state, "labelled") == 0;
}

moly_status screen_block(const screen *s, const char *kind, const json_t *record, json_t *blocks,
                         moly_error *err)
{
    const char *state = record_text(record, "state");
    moly_instant ends = record_instant(record, "expiry");
    const char *id = record_text(record, "id");
    if (!moly_instant_is_none(ends) && s->now.us > ends.us && is_usable_state(state)) {
        return screen_add_block(blocks, kind, id, NULL, because("it has expired"), "R-24",
                                MOLY_N("discard it (safety.discard)"), err);
    }
    if (strcmp(kind, "vial") == 0 && record_text(record, "batch")[0]) {
        return MOLY_OK; /* its batch says what it waits for */
    }
    for (size_t i = 0; i < sizeof waiting / sizeof waiting[0]; i++) {
        if (strcmp(waiting[i].kind, kind) == 0 && strcmp(waiting[i].state, state) == 0) {
            return screen_add_block(blocks, kind, id, NULL, whole_sentence(waiting[i].why),
                                    waiting[i].rule, waiting[i].remedy, err);
        }
    }
    return MOLY_OK;
}
