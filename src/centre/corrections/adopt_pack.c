/* SPDX-License-Identifier: Apache-2.0 */
#include "act.h"
#include "acts.h"
#include "pack_file.h"

struct adopt_args {
    json_t *pack;
    const char *key, *hash, *reason, *note;
};

static const moly_param params[] = {
    {.name = "pack",
     MOLY_JSON(struct adopt_args, pack),
     .is_required = true,
     .help = "the pack: a file of moly pack sign, or one that this site made"},
    {.name = "key",
     MOLY_TEXT(struct adopt_args, key),
     .min = 64.0,
     .max = 64.0,
     .help = "public key of its publisher, as the publisher gave it to you by another way"},
    {.name = "hash",
     MOLY_TEXT(struct adopt_args, hash),
     .min = 64.0,
     .max = 64.0,
     .help = "of a pack that nobody signed: the hash that both of you read (moly pack verify)"},
    {.name = "reason",
     MOLY_TEXT(struct adopt_args, reason),
     .is_required = true,
     .max = 2000.0,
     .help = "why the limits change"},
    ACT_NOTE(struct adopt_args),
};

static const site_pack *in_force(const moly_act_context *context, const char *code)
{
    for (size_t i = 0; i < SITE_PACK_DEPTH && context->limits->chain[i]; i++) {
        if (strcmp(context->limits->chain[i]->code, code) == 0) {
            return context->limits->chain[i];
        }
    }
    return site_pack_find(code);
}

/* The publisher of the pack that was adopted before, whose next pack needs no key. */
static moly_status known_key(const moly_act_context *context, const char *code, const char **key,
                             moly_error *err)
{
    const moly_record_query query = {.kind = "pack"};
    const json_t *records = NULL;
    size_t i;
    json_t *record;
    *key = NULL;
    moly_status status = act_records(context, &query, &records, err);
    json_array_foreach(records, i, record)
    {
        if (record_is(record, "id", code)) {
            *key = json_string_value(json_object_get(record, "public_key"));
        }
    }
    return status;
}

/* A signed pack is known by its publisher's key, another one by the hash that two persons read. */
static moly_status check_origin(const moly_act_context *context, const struct adopt_args *a,
                                const pack_file *read, moly_error *err)
{
    const char *known = NULL;
    moly_status status = known_key(context, read->pack.code, &known, err);
    if (status) {
        return status;
    }
    const char *wanted = a->key ? a->key : known;
    if (!read->public_key && wanted) {
        return MOLY_REFUSE(err, "R-68",
                           "pack %s %s is not signed, but %.16s… should have signed it: get it "
                           "anew from its publisher",
                           read->pack.code, read->pack.version, wanted);
    }
    if (!read->public_key && (!a->hash || strcmp(a->hash, read->pack.hash) != 0)) {
        return MOLY_REFUSE(err, "R-68",
                           "pack %s %s is not signed by a publisher; both persons compare its "
                           "hash with the paper and give it: %s",
                           read->pack.code, read->pack.version,
                           a->hash ? say(context, "the one given is another's")
                                   : say(context, "the field 'hash' is missing"));
    }
    if (read->public_key && (!wanted || strcmp(wanted, read->public_key) != 0)) {
        return MOLY_REFUSE(err, "R-68",
                           "pack %s %s is signed by %.16s…, %s; give the publisher's key in the "
                           "field 'key' when you have it from the publisher",
                           read->pack.code, read->pack.version, read->public_key,
                           wanted ? say(context, "not by the key that is trusted")
                                  : say(context, "which this site does not know yet"));
    }
    return MOLY_OK;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct adopt_args *a = args;
    pack_file read;
    moly_status status = rule_reason(a->reason, "R-68", "a change of limits", err);
    moly_error why = {.language = err ? err->language : NULL};
    if (!status && pack_file_read(a->pack, context->arena, &read, &why) != MOLY_OK) {
        return MOLY_REFUSE(err, "R-68", "this pack cannot be adopted: %s", why.message);
    }
    if (!status) {
        status = check_origin(context, a, &read, err);
    }
    if (status) {
        return status;
    }
    const site_pack *before = in_force(context, read.pack.code);
    if (before && !pack_is_newer(read.pack.version, before->version)) {
        return MOLY_REFUSE(err, "R-68",
                           "pack %s %s is not newer than %s, which is in force; give the pack a "
                           "higher version",
                           read.pack.code, read.pack.version, before->version);
    }
    decision_subject(decision, "pack", read.pack.code);
    decision_record(decision, "pack", read.pack.code);
    decision_text(decision, "state", "adopted");
    decision_text(decision, "version", read.pack.version);
    decision_text(decision, "name", read.pack.name);
    decision_text(decision, "hash", read.pack.hash);
    decision_text(decision, "public_key", read.public_key);
    decision_instant(decision, "at", context->at);
    decision_text(decision, "replaces", before ? before->version : NULL);
    decision_json(decision, "file", json_deep_copy(a->pack));
    return MOLY_OK;
}

const moly_act centre_adopt_pack = {
    .declaration =
        {.name = "centre.adopt_pack",
         .summary = "Adopt a newer pack of a country's limits, as two persons",
         .description =
             "Later acts judge by it; what was recorded keeps the version and hash it was decided "
             "by. A pack is known by its publisher's signature, or, where nobody signed it, by the "
             "hash that both persons compared.",
         .example = "moly act centre.adopt_pack"
                    " --db sqlite:moly.db"
                    " --as physicist"
                    " --password-file physicist.password"
                    " --second qualified-person"
                    " --second-password-file qualified-person.password"
                    " --pack \"$(cat kg.signed.json)\""
                    " --key \"$(cat publisher.key)\""
                    " --reason 'new hygienic norms of 2026'",
         ACT_PARAMS(params),
         .args_size = sizeof(struct adopt_args)},
    .roles = MOLY_ROLE_PHYSICIST | MOLY_ROLE_QUALIFIED_PERSON,
    .signature = MOLY_SIGNATURE_TWO,
    .meaning = "limits changed",
    .rules = "R-09 R-10 R-15 R-68",
    .subject_kind = "pack",
    .decide = decide,
};
