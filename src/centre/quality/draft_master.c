/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "quality/master.h"
#include "quality/quality.h"

struct draft_args {
    const char *change, *id, *note;
    int product;
    json_t *content;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "product",
     MOLY_CHOICE(struct draft_args, product),
     .choices = product_codes,
     .is_required = true,
     .help = "radiopharmaceutical that it makes"},
    {.name = "content",
     MOLY_JSON(struct draft_args, content),
     .is_required = true,
     .help = "steps with their checks, materials and equipment; limits of yield and "
             "reconciliation; tests with limits"},
    {.name = "change",
     MOLY_TEXT(struct draft_args, change),
     .record = "case",
     .help = "approved change that asks for it, where a version is in force already"},
    ACT_ID(struct draft_args, "master record"),
    ACT_AT(struct draft_args),
    ACT_NOTE(struct draft_args),
};

/* The version in force, or NULL; and the highest version that there is. */
static moly_status in_force(const moly_act_context *context, const char *code,
                            const json_t **current, int *highest, moly_error *err)
{
    const json_t *masters = NULL, *one;
    size_t i;
    *current = NULL;
    *highest = 0;
    moly_status status = owned(context, "master", code, &masters, err);
    json_array_foreach(masters, i, one)
    {
        int version = (int)record_number(one, "version");
        *highest = version > *highest ? version : *highest;
        *current = record_is(one, "state", "approved") ? one : *current;
    }
    return status;
}

static moly_status check_change(const moly_act_context *context, const struct draft_args *a,
                                const product *p, const json_t *current, moly_error *err)
{
    const json_t *change = NULL;
    if (!current) {
        return MOLY_OK;
    }
    if (!a->change) {
        return MOLY_REFUSE(err, "R-43",
                           "%s has master record %s, version %d, in force: a new version needs an "
                           "approved change (quality.open_case, then quality.decide_case)",
                           p->code, record_text(current, "id"),
                           (int)record_number(current, "version"));
    }
    moly_status status = act_record(context, "case", a->change, &change, err);
    if (status) {
        return status;
    }
    if (!record_is(change, "type", "change") || !record_is(change, "conclusion", "approved")) {
        return MOLY_REFUSE(err, "R-43", "%s is no approved change (quality.decide_case)",
                           a->change);
    }
    if (!record_is(change, "about", record_text(current, "id"))) {
        return MOLY_REFUSE(err, "R-43", "change %s is about %s, not about %s", a->change,
                           record_text(change, "about"), record_text(current, "id"));
    }
    if (record_text(change, "used_for")[0]) {
        return MOLY_REFUSE(err, "R-43", "change %s was used for %s already", a->change,
                           record_text(change, "used_for"));
    }
    return MOLY_OK;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct draft_args *a = args;
    const product *p = product_at(a->product);
    const json_t *current = NULL;
    const char *id = NULL;
    int highest = 0;
    json_t *content = NULL;
    moly_status status = in_force(context, p->code, &current, &highest, err);
    if (!status) {
        status = check_change(context, a, p, current, err);
    }
    if (!status) {
        status = act_new_id(context, "master", "MBR", a->id, &id, err);
    }
    if (!status) {
        status = master_complete(context->limits, p, a->content, &content, err);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "master", id);
    decision_record(decision, "master", id);
    decision_text(decision, "state", "draft");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "owner", p->code);
    decision_text(decision, "product", p->code);
    decision_json(decision, "version", json_integer(highest + 1));
    decision_json(decision, "content", content);
    decision_text(decision, "change", a->change);
    decision_text(decision, "replaces", current ? record_text(current, "id") : NULL);
    decision_text(decision, "made_by", context->performer->user);
    if (a->change && current) {
        decision_link(decision, act_node(context, "master", id),
                      act_node(context, "case", a->change), "asked for by");
        decision_record(decision, "case", a->change);
        decision_text(decision, "used_for", id);
    }
    return MOLY_OK;
}

const moly_act quality_draft_master = {
    .declaration =
        {.name = "quality.draft_master",
         .summary = "Draft a master record of a product",
         .description =
             "Ordered steps with their checks and limits, materials, equipment and who may do "
             "them; limits of yield and reconciliation; tests with limits. Limits that are left "
             "out come from the product library and the country's pack and are written into the "
             "draft. A version in force is replaced only by an approved change; batches keep the "
             "version that they were issued from.",
         .example = "moly act quality.draft_master"
                    " --db sqlite:moly.db"
                    " --as radiopharmacist"
                    " --product ammonia"
                    " --content '{\"steps\":[{\"name\":\"dilute\"}],\"tests\":[{\"method\":\"pH\"},"
                    "{\"method\":\"appearance\"}]}'",
         ACT_PARAMS(params),
         .args_size = sizeof(struct draft_args)},
    .roles = PHARMACY,
    .rules = "R-15 R-43",
    .subject_kind = "master",
    .decide = decide,
};
