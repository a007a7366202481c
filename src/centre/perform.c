/* SPDX-License-Identifier: Apache-2.0 */
/* From a request to an event: who may, what was given, what the act decides, who signs. Every face
 * of Moly comes through here, so all give the same event, the same refusal and the same words. */
#include "acts.h"
#include "quality/quality.h"
#include "site_now.h"

/* Clocks of instruments and of the site may differ by this much. */
static const double future_tolerance_s = 120.0;

struct request {
    moly_ledger *ledger;
    const moly_act *act;
    const json_t *fields;
    const moly_performer *performer;
    moly_centre_prepare prepare; /* may be NULL */
    void *prepare_context;
    bool is_preview;
    json_t *event; /* or the body, of a preview */
};

unsigned act_roles(const json_t *person)
{
    static const struct {
        unsigned bit;
        const char *word;
    } roles[] = {
#define ROLE_ROW(name, bit, word) {bit, word},
        MOLY_ROLE_LIST(ROLE_ROW)
#undef ROLE_ROW
    };
    unsigned bits = 0;
    size_t i;
    const json_t *item;
    json_array_foreach(json_object_get(person, "roles"), i, item)
    {
        for (size_t r = 0; r < sizeof roles / sizeof roles[0]; r++) {
            if (json_is_string(item) && strcmp(json_string_value(item), roles[r].word) == 0) {
                bits |= roles[r].bit;
            }
        }
    }
    return bits;
}

/* a personal account that is in use, with a role that may do this. */
static moly_status check_person(const moly_act_context *context, const char *user, moly_error *err)
{
    const moly_act *act = context->act;
    const json_t *person = NULL;
    moly_error absent = {0};
    moly_status status =
        user && *user ? act_record(context, "person", user, &person, &absent) : MOLY_ERR_NOT_FOUND;
    if (status == MOLY_ERR_NOT_FOUND) {
        return moly_fail(err, MOLY_ERR_SIGN_IN, "R-08", __FILE__, __LINE__,
                         "there is no person '%.60s'; an administrator creates one",
                         user ? user : "");
    }
    if (status) {
        return moly_fail(err, status, absent.rule, absent.file, absent.line, "%s", absent.message);
    }
    if (record_is(person, "state", "retired")) {
        return ACT_FORBID(err, "R-08", "%s is retired and cannot act", user);
    }
    if ((act_roles(person) & act->roles) == 0) {
        moly_text roles = {0};
#define ROLE_WORD(name, bit, word)                                                                 \
    if (act->roles & (bit)) {                                                                      \
        moly_text_printf(&roles, "%s%s", roles.length ? " or " : "", word);                        \
    }
        MOLY_ROLE_LIST(ROLE_WORD)
#undef ROLE_WORD
        status = ACT_FORBID(err, "R-08", "%s may not do %s; it takes the role %s", user,
                            act->declaration.name, moly_text_get(&roles));
        moly_text_free(&roles);
        return status;
    }
    /* whose training is over signs nothing; who renews another's may be late with one's own */
    bool is_exempt = act->signature == MOLY_SIGNATURE_NONE || act == &quality_train;
    return is_exempt ? MOLY_OK : rule_trained(context, person, NULL, context->now, err);
}

/* the password was entered for this act, by the person who does it, and by a second one where
 * two must sign. */
static moly_status check_signatures(const moly_act_context *context, moly_error *err)
{
    const moly_act *act = context->act;
    const moly_performer *who = context->performer;
    if (act->signature == MOLY_SIGNATURE_NONE || context->is_preview) {
        return MOLY_OK;
    }
    if (!who->identity || strcmp(moly_identity_user(who->identity), who->user) != 0) {
        return moly_fail(err, MOLY_ERR_SIGN_IN, "R-10", __FILE__, __LINE__,
                         "%s is signed (\"%s\"): %s must enter the password again",
                         act->declaration.name, act->meaning, who->user);
    }
    if (act->signature == MOLY_SIGNATURE_ONE && !who->second) {
        return MOLY_OK;
    }
    if (!who->second) {
        return moly_fail(err, MOLY_ERR_SIGN_IN, "R-10", __FILE__, __LINE__,
                         "%s takes two signatures (\"%s\"): a second person must enter a password",
                         act->declaration.name, act->meaning);
    }
    const char *second = moly_identity_user(who->second);
    if (strcmp(second, who->user) == 0) {
        return ACT_FORBID(err, "R-09", "%s takes two persons; %s is given twice",
                          act->declaration.name, second);
    }
    return check_person(context, second, err);
}

static moly_instant *at_of(const moly_declaration *declaration, void *args)
{
    for (size_t i = 0; i < declaration->n_params; i++) {
        const moly_param *param = &declaration->params[i];
        if (param->type == MOLY_TYPE_INSTANT && strcmp(param->name, "at") == 0) {
            return (moly_instant *)(void *)((char *)args + param->offset);
        }
    }
    return NULL;
}

static moly_status read_fields(moly_act_context *context, const json_t *fields, void *args,
                               moly_error *err)
{
    const moly_declaration *declaration = &context->act->declaration;
    const moly_clock clock = moly_clock_fixed(&context->now);
    moly_status status =
        moly_declare_parse_json(declaration, &clock, fields, context->arena, args, err);
    if (status) {
        return status;
    }
    const moly_instant *at = at_of(declaration, args);
    context->at = at ? *at : context->now;
    if (moly_instant_difference_s(context->now, context->at) > future_tolerance_s) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "at: %s is in the future; it is %s now",
                         say_time(context, context->at), say_time(context, context->now));
    }
    return MOLY_OK;
}

static moly_status decide(moly_act_context *context, const json_t *fields, moly_decision *decision,
                          moly_error *err)
{
    const moly_act *act = context->act;
    moly_status status = check_person(context, context->performer->user, err);
    if (status) {
        return status;
    }
    void *args = moly_arena_alloc(context->arena, 1, act->declaration.args_size);
    if (!args) {
        return MOLY_NO_MEMORY(err);
    }
    status = read_fields(context, fields, args, err);
    if (!status) {
        status = check_signatures(context, err);
    }
    if (status) {
        return status;
    }
    decision->body = moly_declare_fields(&act->declaration, args);
    if (!decision->body) {
        return MOLY_NO_MEMORY(err);
    }
    decision_member(decision, "site_data", json_string(context->limits->version));
    decision_member(decision, "site_data_hash", json_string(context->limits->hash));
    const moly_performer *who = context->performer;
    if (who->request && !context->is_preview) {
        decision_member(decision, "request", json_string(who->request));
        decision_member(decision, "request_digest",
                        json_string(who->request_digest ? who->request_digest : ""));
    }
    double late_s = moly_instant_difference_s(context->at, context->now);
    if (late_s > site_value(context->limits, "late_entry_s")) {
        decision_member(decision, "late_s", moly_json_rounded(late_s, 6));
    }
    status = act->decide(context, args, decision, err);
    if (!status && decision->is_broken) {
        status = MOLY_NO_MEMORY(err);
    }
    MOLY_ASSERT(status || decision->subject);
    return status;
}

static moly_status append(const moly_act_context *context, const moly_decision *decision,
                          json_t **event, moly_error *err)
{
    const moly_act *act = context->act;
    const moly_performer *who = context->performer;
    const moly_signer signers[] = {{who->identity, act->meaning}, {who->second, act->meaning}};
    /* who confirms an act that one person signs, signs it too */
    const size_t n_signers = act->signature == MOLY_SIGNATURE_NONE ? 0 : who->second ? 2 : 1;
    const moly_draft draft = {.kind = act->declaration.name,
                              .subject = decision->subject,
                              .at = context->at,
                              .person = who->user,
                              .authentication = who->authentication,
                              .body = decision->body,
                              .signers = signers,
                              .n_signers = n_signers};
    return moly_transaction_append(context->transaction, &draft, event, err);
}

moly_status moly_centre_find_request(const moly_ledger_reader *reader, const char *act,
                                     const char *user, const char *request, json_t **event,
                                     moly_error *err)
{
    enum { NEWEST = 64 };
    const moly_event_query query = {
        .kind = act, .person = user, .limit = NEWEST, .newest_first = true};
    json_t *events = NULL;
    *event = NULL;
    moly_status status = moly_ledger_events(reader, &query, &events, err);
    size_t i;
    json_t *one;
    json_array_foreach(events, i, one)
    {
        const char *name =
            json_string_value(json_object_get(json_object_get(one, "body"), "request"));
        if (name && strcmp(name, request) == 0) {
            *event = json_incref(one);
            break;
        }
    }
    json_decref(events);
    return status;
}

/* Inside the transaction, so that of two that come together one finds the other. */
static moly_status find_done(struct request *request, const moly_ledger_reader *reader,
                             moly_error *err)
{
    const moly_performer *who = request->performer;
    if (!who->request || request->is_preview) {
        return MOLY_OK;
    }
    moly_status status = moly_centre_find_request(reader, request->act->declaration.name, who->user,
                                                  who->request, &request->event, err);
    const json_t *body = json_object_get(request->event, "body");
    const char *digest = json_string_value(json_object_get(body, "request_digest"));
    if (!status && request->event && who->request_digest &&
        (!digest || strcmp(digest, who->request_digest) != 0)) {
        return MOLY_FAIL(err, MOLY_ERR_RULE,
                         "this was recorded with other values before, as event %lld; look at it, "
                         "and correct it if it is wrong",
                         (long long)json_integer_value(json_object_get(request->event, "seq")));
    }
    return status;
}

static moly_status run(moly_transaction *transaction, void *given, moly_error *err)
{
    struct request *request = given;
    moly_status found = find_done(request, moly_transaction_reader(transaction), err);
    if (found || request->event) {
        return found;
    }
    const moly_site *site = moly_ledger_site(request->ledger);
    moly_act_context context = {.act = request->act,
                                .transaction = transaction,
                                .reader = moly_transaction_reader(transaction),
                                .site = site,
                                .performer = request->performer,
                                .now = moly_clock_now(moly_ledger_clock(request->ledger)),
                                .arena = moly_arena_new(),
                                .is_preview = request->is_preview};
    if (!context.arena) {
        return MOLY_NO_MEMORY(err);
    }
    moly_decision decision = {.arena = context.arena, .language = request->performer->language};
    moly_status status =
        site_data_now(context.reader, site->country, context.arena, &context.limits, err);
    if (!status && request->prepare) {
        status =
            request->prepare(transaction, (json_t *)request->fields, request->prepare_context, err);
    }
    if (!status) {
        status = decide(&context, request->fields, &decision, err);
    }
    if (!status && request->is_preview) {
        request->event = json_incref(decision.body);
        /* Not an error: it undoes the numbers that the preview took. */
        status = MOLY_ERR_CANCELLED;
    } else if (!status) {
        status = append(&context, &decision, &request->event, err);
    }
    json_decref(decision.body);
    moly_arena_free(context.arena);
    return status;
}

/* Messages are made in the language of the person who asks. */
static void speak_to(const moly_performer *performer, moly_error *err)
{
    if (err && performer->language) {
        err->language = performer->language;
    }
}

static moly_status perform(struct request *request, const char *act, json_t **event,
                           moly_error *err)
{
    *event = NULL;
    speak_to(request->performer, err);
    moly_status status = moly_act_find(act, &request->act, err);
    if (!status) {
        status = moly_ledger_transact(request->ledger, run, request, err);
    }
    if (status) {
        json_decref(request->event); /* appended, but the commit failed */
        return status;
    }
    *event = request->event;
    return MOLY_OK;
}

moly_status moly_centre_perform(moly_ledger *ledger, const char *act, const json_t *fields,
                                const moly_performer *performer, json_t **event, moly_error *err)
{
    struct request request = {.ledger = ledger, .fields = fields, .performer = performer};
    return perform(&request, act, event, err);
}

moly_status moly_centre_perform_prepared(moly_ledger *ledger, const char *act, json_t *fields,
                                         const moly_performer *performer,
                                         moly_centre_prepare prepare, void *context, json_t **event,
                                         moly_error *err)
{
    struct request request = {.ledger = ledger,
                              .fields = fields,
                              .performer = performer,
                              .prepare = prepare,
                              .prepare_context = context};
    return perform(&request, act, event, err);
}

static moly_status preview(struct request *request, const char *act, json_t **body, moly_error *err)
{
    *body = NULL;
    speak_to(request->performer, err);
    moly_status status = moly_act_find(act, &request->act, err);
    if (!status) {
        status = moly_ledger_transact(request->ledger, run, request, err);
    }
    if (request->event) {
        *body = request->event;
        return MOLY_OK;
    }
    return status;
}

moly_status moly_centre_preview(moly_ledger *ledger, const char *act, const json_t *fields,
                                const moly_performer *performer, json_t **body, moly_error *err)
{
    struct request request = {
        .ledger = ledger, .fields = fields, .performer = performer, .is_preview = true};
    return preview(&request, act, body, err);
}

moly_status moly_centre_preview_prepared(moly_ledger *ledger, const char *act, json_t *fields,
                                         const moly_performer *performer,
                                         moly_centre_prepare prepare, void *context, json_t **body,
                                         moly_error *err)
{
    struct request request = {.ledger = ledger,
                              .fields = fields,
                              .performer = performer,
                              .prepare = prepare,
                              .prepare_context = context,
                              .is_preview = true};
    return preview(&request, act, body, err);
}
