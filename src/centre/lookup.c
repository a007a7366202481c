/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the ledger from inside an act. What is read lives as long as the act. */
#include "act.h"

static void release(void *json)
{
    json_decref(json);
}

static moly_status keep(const moly_act_context *context, json_t *read, const json_t **kept,
                        moly_error *err)
{
    if (!moly_arena_defer(context->arena, release, read)) {
        json_decref(read);
        return MOLY_NO_MEMORY(err);
    }
    *kept = read;
    return MOLY_OK;
}

moly_status act_record(const moly_act_context *context, const char *kind, const char *id,
                       const json_t **record, moly_error *err)
{
    json_t *read = NULL;
    moly_status status = moly_ledger_record(context->reader, kind, id, &read, err);
    return status ? status : keep(context, read, record, err);
}

moly_status act_records(const moly_act_context *context, const moly_record_query *query,
                        const json_t **records, moly_error *err)
{
    json_t *read = NULL;
    moly_status status = moly_ledger_records(context->reader, query, &read, err);
    return status ? status : keep(context, read, records, err);
}

/* Identifiers are scanned, typed and printed on labels: letters of the label's code set only. */
static bool is_plain(const char *id)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return id[0] && strspn(id, allowed) == strlen(id);
}

moly_status act_new_id(const moly_act_context *context, const char *kind, const char *prefix,
                       const char *given, const char **id, moly_error *err)
{
    if (!given) {
        char next[32];
        moly_status status =
            moly_transaction_next_id(context->transaction, kind, prefix, next, err);
        if (!status) {
            *id = moly_arena_strdup(context->arena, next);
            status = *id ? MOLY_OK : MOLY_NO_MEMORY(err);
        }
        return status;
    }
    if (!is_plain(given)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "id '%.60s': letters a-z, digits, '.', '_' and '-' only", given);
    }
    json_t *there = NULL;
    moly_error absent = {0};
    moly_status status = moly_ledger_record(context->reader, kind, given, &there, &absent);
    json_decref(there);
    if (!status) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "there is a %s %s already; leave the id out", kind,
                         given);
    }
    if (status != MOLY_ERR_NOT_FOUND) {
        return moly_fail(err, status, absent.rule, absent.file, absent.line, "%s", absent.message);
    }
    *id = given;
    return MOLY_OK;
}

moly_status act_activity(const moly_act_context *context, const char *account, const char *nuclide,
                         moly_instant at, double *activity_bq, double *sd_bq, moly_error *err)
{
    if (!account) {
        return MOLY_NO_MEMORY(err);
    }
    return moly_ledger_activity(context->reader, account, nuclide, at, activity_bq, sd_bq, err);
}

const char *record_text(const json_t *record, const char *key)
{
    const char *text = json_string_value(json_object_get(record, key));
    return text ? text : "";
}

double record_number(const json_t *record, const char *key)
{
    const json_t *value = json_object_get(record, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

moly_instant record_instant(const json_t *record, const char *key)
{
    moly_instant t = MOLY_INSTANT_NONE;
    const char *text = json_string_value(json_object_get(record, key));
    if (text && moly_instant_parse(text, &t, NULL) != MOLY_OK) {
        t = MOLY_INSTANT_NONE;
    }
    return t;
}

bool record_is(const json_t *record, const char *key, const char *value)
{
    return strcmp(record_text(record, key), value) == 0;
}

const char *act_node(const moly_act_context *context, const char *kind, const char *id)
{
    return moly_arena_printf(context->arena, "%s/%s", kind, id);
}
