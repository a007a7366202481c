/* SPDX-License-Identifier: Apache-2.0 */
/* What would stop a dose, said before it is tried. Nothing is decided here: the rules of
 * clinic.draw_dose and clinic.administer are asked as the acts ask them, at the planned time. */
#include "screens.h"

#include "clinic/fitness.h"
#include "clinic/serve.h"
#include "moly/base/catalogue.h"
#include "site_now.h"

/* A patient is asked and weighed, and a vial is made ready, on the day: before that it is no news.
 */
static const double soon_s = 3.0 * 3600.0;

moly_status screen_context(const screen *s, moly_arena *arena, const moly_performer *performer,
                           moly_act_context *context, moly_error *err)
{
    *context = (moly_act_context){.reader = s->reader,
                                  .site = s->site,
                                  .performer = performer,
                                  .now = s->now,
                                  .at = s->now,
                                  .arena = arena,
                                  .is_preview = true};
    return site_data_now(s->reader, s->site->country, arena, &context->limits, err);
}

/* Late patients are wanted at once. */
static moly_instant injection_of(const moly_act_context *context, const json_t *order)
{
    moly_instant due = record_instant(order, "at");
    return due.us > context->now.us ? due : context->now;
}

/* ---- what it is drawn from ----------------------------------------------------------------------
 */

static moly_status find_source(const moly_act_context *context, const char *kind,
                               const json_t *order, char *id, size_t size, moly_error *refusal,
                               moly_error *err)
{
    const moly_record_query query = {.kind = kind, .state = "released"};
    const json_t *records = NULL, *record;
    size_t i;
    moly_status status = act_records(context, &query, &records, err);
    json_array_foreach(records, i, record)
    {
        const vessel v = {.kind = kind,
                          .id = record_text(record, "id"),
                          .node = act_node(context, kind, record_text(record, "id")),
                          .record = record};
        moly_error why = {.language = context->performer->language};
        if (id[0] || !record_is(record, "product", record_text(order, "product")) ||
            !(record_number(record, "volume_left_ml") > 0.0)) {
            continue;
        }
        moly_status found = serve_order(context, order, &v, injection_of(context, order), &why);
        if (!found) {
            (void)snprintf(id, size, "%s", v.id);
        } else if (refusal && refusal->status == MOLY_OK) {
            *refusal = why;
        }
    }
    return status;
}

moly_status screen_source(const moly_act_context *context, const json_t *order, const char **kind,
                          char *id, size_t size, moly_error *refusal, moly_error *err)
{
    static const char *const kinds[] = {"kit", "eluate", "vial"};
    moly_status status = MOLY_OK;
    *kind = NULL;
    id[0] = '\0';
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && !status && !*kind; i++) {
        status = find_source(context, kinds[i], order, id, size, refusal, err);
        *kind = id[0] ? kinds[i] : NULL;
    }
    return status;
}

static moly_status block_source(const moly_act_context *context, const json_t *order,
                                const char *whose, json_t *blocks, moly_error *err)
{
    const product *p = product_named(record_text(order, "product"));
    const char *source = NULL, *remedy = MOLY_N("label and release a kit, or elute");
    moly_error refusal = {0};
    char id[80];
    moly_status status = screen_source(context, order, &source, id, sizeof id, &refusal, err);
    if (status || source) {
        return status;
    }
    return refusal.status == MOLY_ERR_RULE
               ? screen_add_refusal(blocks, "order", record_text(order, "id"), whose, &refusal,
                                    remedy, NULL, err)
               : screen_add_block(
                     blocks, "order", record_text(order, "id"), whose,
                     because("no released %s lasts until the injection", p ? p->name : "?"), "R-24",
                     remedy, err);
}

/* ---- the syringe that is drawn ------------------------------------------------------------------
 */

static moly_status block_dose(const moly_act_context *context, const json_t *order,
                              const char *whose, json_t *blocks, moly_error *err)
{
    vessel dose;
    moly_error refusal = {.language = context->performer->language};
    moly_status status = vessel_find(context, "dose", record_text(order, "dose"), &dose, err);
    if (status || serve_dose(context, &dose, injection_of(context, order), &refusal) == MOLY_OK) {
        return status;
    }
    return screen_add_refusal(blocks, "dose", dose.id, whose, &refusal,
                              MOLY_N("discard it (safety.discard) and draw another"), NULL, err);
}

/* ---- the patient --------------------------------------------------------------------------------
 */

static const struct {
    const char *act, *remedy;
    bool is_of_the_day; /* no news before the patient is nearly there */
} remedies[] = {
    {"clinic.write_directive", MOLY_N("a physician writes the directive (clinic.write_directive)"),
     false},
    {"clinic.check_patient", MOLY_N("ask and weigh the patient (clinic.check_patient)"), true},
    {"clinic.accept_risk",
     MOLY_N("a physician orders something else, or accepts it with a reason (clinic.accept_risk)"),
     false},
};

static moly_status block_patient(const moly_act_context *context, const json_t *order,
                                 const fitness *f, const char *whose, json_t *blocks,
                                 moly_error *err)
{
    fitness_obstacle list[FITNESS_MAX_OBSTACLES];
    size_t n = 0;
    bool is_soon = moly_instant_difference_s(context->now, f->injection) <= soon_s;
    moly_status status = fitness_obstacles(context, f, list, &n, err);
    for (size_t i = 0; i < n && !status; i++) {
        for (size_t k = 0; k < sizeof remedies / sizeof remedies[0] && !status; k++) {
            bool is_asking = strcmp(list[i].act, "clinic.check_patient") == 0;
            if (strcmp(remedies[k].act, list[i].act) == 0 &&
                (is_soon || !remedies[k].is_of_the_day)) {
                json_t *fields =
                    is_asking ? json_pack("{s:s}", "referral", record_text(order, "referral"))
                              : json_pack("{s:s}", "order", f->order);
                status = screen_add_refusal(blocks, "order", f->order, whose, &list[i].refusal,
                                            remedies[k].remedy, fields, err);
            }
        }
    }
    return status;
}

/* What stops nobody, but is better known before the syringe. */
static moly_status add_warning(json_t *blocks, const char *id, const char *whose, json_t *reason,
                               const char *rule, const char *remedy, moly_error *err)
{
    moly_status status = screen_add_block(blocks, "order", id, whose, reason, rule, remedy, err);
    json_t *block = json_array_get(blocks, json_array_size(blocks) - 1);
    return status                                                       ? status
           : json_object_set_new(block, "is_warning", json_true()) == 0 ? MOLY_OK
                                                                        : MOLY_NO_MEMORY(err);
}

static moly_status warn_reference(const moly_act_context *context, const fitness *f,
                                  const char *whose, json_t *blocks, moly_error *err)
{
    moly_decision decision = {.arena = context->arena, .body = json_object()};
    json_t *warning;
    size_t i;
    moly_status status = decision.body ? MOLY_OK : MOLY_NO_MEMORY(err);
    if (!status) {
        fitness_warn_reference(context, f, &decision);
        status = decision.is_broken ? MOLY_NO_MEMORY(err) : MOLY_OK;
    }
    json_array_foreach(json_object_get(decision.body, "warnings"), i, warning)
    {
        if (!status) {
            status = add_warning(blocks, f->order, whose, json_incref(warning),
                                 record_text(warning, "rule"), "", err);
        }
    }
    json_decref(decision.body);
    return status;
}

static moly_status warn(const moly_act_context *context, const json_t *order, const fitness *f,
                        const char *whose, json_t *blocks, moly_error *err)
{
    moly_status status = warn_reference(context, f, whose, blocks, err);
    if (!status && record_text(order, "accepted_risks")[0]) {
        status = add_warning(blocks, f->order, whose,
                             because("%s accepted a risk of it: %.200s",
                                     record_text(order, "risk_accepted_by"),
                                     record_text(order, "risk_reason")),
                             "R-36", "", err);
    }
    if (!status && !record_text(f->patient, "birth_date")[0]) {
        status = add_warning(
            blocks, f->order, whose,
            because("the birth date is not known: only the full name can be the second identifier"),
            "R-37", MOLY_N("ask the patient and complete the record (centre.correct)"), err);
    }
    return status;
}

moly_status screen_block_order(const moly_act_context *context, const json_t *order,
                               const json_t *patient, json_t *blocks, moly_error *err)
{
    const char *whose = record_text(patient, "name");
    bool is_drawn = record_is(order, "state", "drawn");
    fitness f;
    if ((!is_drawn && !record_is(order, "state", "ordered")) ||
        !product_named(record_text(order, "product"))) {
        return MOLY_OK;
    }
    moly_status status = fitness_of_order(context, order, &f, err);
    if (status) {
        return status;
    }
    f.injection = injection_of(context, order);
    if (is_drawn) {
        status = block_dose(context, order, whose, blocks, err);
    } else if (moly_instant_difference_s(context->now, f.injection) <= soon_s) {
        status = block_source(context, order, whose, blocks, err);
    }
    status = status ? status : block_patient(context, order, &f, whose, blocks, err);
    return status ? status : warn(context, order, &f, whose, blocks, err);
}
