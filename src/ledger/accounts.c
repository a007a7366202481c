/* SPDX-License-Identifier: Apache-2.0 */
/* Double entry: what the members "transfers", "measurements" and "closes" of a body do, and what
 * does not balance. */
#include "accounts.h"

#include <math.h>
#include <string.h>

#include "moly/nuclide/nuclide.h"

/* What is called a discrepancy: more than this many standard deviations, and more than a becquerel,
 * below which rounding lives. */
static const double max_sigmas = 2.0, floor_bq = 1.0;

static moly_status check_account(const char *name, moly_error *err)
{
    const char *slash = name ? strchr(name, '/') : NULL;
    if (!slash || slash == name || !slash[1] || strlen(name) > MAX_ACCOUNT || !moly_is_utf8(name)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "account '%.200s': KIND/ID wanted", name ? name : "");
    }
    return MOLY_OK;
}

static moly_status post(posting_context *context, const char *name, posting p, moly_error *err)
{
    activity_account *a = NULL;
    p.seq = context->event->seq;
    p.n = context->n_postings++;
    moly_status status = account_get(context->changes, name, &a, err);
    if (!status) {
        status = account_post(context->changes, a, &p, err);
    }
    return status ? status : context->index_subject(context->changes, name, p.seq, err);
}

static moly_status amount_of(posting_context *context, const char *name, const char *nuclide,
                             int64_t at_us, double *activity_bq, double *sd_bq, moly_error *err)
{
    activity_account *a = NULL;
    moly_status status = account_get(context->changes, name, &a, err);
    return status ? status
                  : account_amount(context->changes, a, nuclide, at_us, activity_bq, sd_bq, err);
}

/* ---- what does not balance ------------------------------------------------------------------ */

struct comparison {
    const char *account, *counterpart, *nuclide, *arose;
    int64_t at_us;
    double measured_bq, measured_sd_bq, predicted_bq, predicted_sd_bq;
};

static moly_status compare(posting_context *context, const struct comparison *c, moly_error *err)
{
    double sd_bq = hypot(c->measured_sd_bq, c->predicted_sd_bq);
    double difference_bq = fabs(c->measured_bq - c->predicted_bq);
    if (!(difference_bq > max_sigmas * sd_bq && difference_bq > floor_bq)) {
        return MOLY_OK;
    }
    const store_value columns[] = {store_int(context->event->seq),
                                   store_int(context->n_discrepancies++),
                                   store_text(c->account),
                                   store_text(c->counterpart),
                                   store_text(c->nuclide),
                                   store_text(c->arose),
                                   store_int(c->at_us),
                                   store_real(c->measured_bq),
                                   store_real(c->predicted_bq),
                                   store_real(sd_bq)};
    return changes_put(context->changes, P_DISCREPANCY, columns, err);
}

/* ---- members of a body ---------------------------------------------------------------------- */

static moly_status get_amount(const json_t *object, const char *key, bool is_needed, double *bq,
                              moly_error *err)
{
    const json_t *member = json_object_get(object, key);
    if (!is_needed && (!member || json_is_null(member))) {
        *bq = 0.0;
        return MOLY_OK;
    }
    moly_status status = moly_json_get_real(object, key, bq, err);
    if (!status && !(*bq >= 0.0 && isfinite(*bq))) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "member '%s': %g Bq is not an amount", key, *bq);
    }
    return status;
}

static moly_status get_instant(const json_t *object, int64_t *us, moly_error *err)
{
    const char *text = NULL;
    moly_instant at = MOLY_INSTANT_NONE;
    moly_status status = moly_json_get_text(object, "at", &text, err);
    if (!status) {
        status = moly_instant_parse(text, &at, err);
    }
    if (!status) {
        *us = at.us;
    }
    return status;
}

static moly_status get_family(posting_context *context, const json_t *object,
                              const decay_family **family, moly_error *err)
{
    const char *nuclide = NULL;
    moly_status status = moly_json_get_text(object, "nuclide", &nuclide, err);
    return status ? status : family_find(context->changes->families, nuclide, family, err);
}

static moly_status get_share(const json_t *transfer, const char *from, double *share,
                             moly_error *err)
{
    const json_t *member = json_object_get(transfer, "share");
    *share = json_number_value(member);
    if (!member || json_is_null(member)) {
        return MOLY_OK;
    }
    if (!json_is_number(member) || !(*share > 0.0 && *share <= 1.0)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "member 'share': a number above 0, at most 1 wanted");
    }
    if (strncmp(from, "outside/", 8) == 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "member 'share': %s has no content to share", from);
    }
    return MOLY_OK;
}

struct transfer {
    const char *from, *to;
    const decay_family *family;
    struct comparison c;
    double share; /* 0: not calculated from the content of `from` */
};

static moly_status get_transfer(posting_context *context, const json_t *json, struct transfer *t,
                                moly_error *err)
{
    t->from = json_string_value(json_object_get(json, "from"));
    t->to = json_string_value(json_object_get(json, "to"));
    t->c = (struct comparison){.account = t->to, .counterpart = t->from, .arose = "transfer"};
    moly_status status = check_account(t->from, err);
    if (!status) {
        status = check_account(t->to, err);
    }
    if (!status && strcmp(t->from, t->to) == 0) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA, "transfer from %s to itself", t->from);
    }
    if (!status) {
        status = get_instant(json, &t->c.at_us, err);
    }
    if (!status) {
        status = get_family(context, json, &t->family, err);
    }
    if (!status) {
        status = get_amount(json, "activity_bq", true, &t->c.measured_bq, err);
    }
    if (!status) {
        status = get_amount(json, "sd_bq", false, &t->c.measured_sd_bq, err);
    }
    if (!status) {
        status = get_amount(json, "predicted_bq", false, &t->c.predicted_bq, err);
    }
    if (!status) {
        status = get_amount(json, "predicted_sd_bq", false, &t->c.predicted_sd_bq, err);
    }
    return status ? status : get_share(json, t->from, &t->share, err);
}

/* A share of the content is no measurement: the standard deviation of the content goes along. */
static moly_status post_both(posting_context *context, struct transfer *t, moly_error *err)
{
    posting out = {.family = t->family,
                   .at_us = t->c.at_us,
                   .activity_bq = -t->c.measured_bq,
                   .sd_bq = t->c.measured_sd_bq};
    moly_status status = MOLY_OK;
    if (t->share > 0.0) {
        double content_bq, sd_bq;
        status =
            amount_of(context, t->from, t->family->names[0], t->c.at_us, &content_bq, &sd_bq, err);
        if (status) {
            return status;
        }
        t->c.measured_sd_bq = t->share * sd_bq;
        out.sd_bq = -t->share;
    }
    posting in = out;
    in.activity_bq = t->c.measured_bq;
    in.sd_bq = t->c.measured_sd_bq;
    status = post(context, t->from, out, err);
    return status ? status : post(context, t->to, in, err);
}

moly_status accounts_transfer(posting_context *context, const json_t *transfer, moly_error *err)
{
    struct transfer t;
    moly_status status = get_transfer(context, transfer, &t, err);
    if (!status) {
        status = post_both(context, &t, err);
    }
    if (!status && json_is_number(json_object_get(transfer, "predicted_bq"))) {
        t.c.nuclide = t.family->names[0];
        status = compare(context, &t.c, err);
    }
    if (status) {
        moly_error_context(err, "transfer");
    }
    return status;
}

moly_status accounts_measure(posting_context *context, const json_t *measurement, moly_error *err)
{
    const char *name = json_string_value(json_object_get(measurement, "account"));
    const decay_family *family = NULL;
    struct comparison c = {.account = name, .arose = "measurement"};
    moly_status status = check_account(name, err);
    if (!status) {
        status = get_instant(measurement, &c.at_us, err);
    }
    if (!status) {
        status = get_family(context, measurement, &family, err);
    }
    if (!status) {
        status = get_amount(measurement, "activity_bq", true, &c.measured_bq, err);
    }
    if (!status) {
        status = get_amount(measurement, "sd_bq", false, &c.measured_sd_bq, err);
    }
    if (!status) {
        c.nuclide = family->names[0];
        status =
            amount_of(context, name, c.nuclide, c.at_us, &c.predicted_bq, &c.predicted_sd_bq, err);
    }
    if (!status) {
        status = compare(context, &c, err);
    }
    if (!status) {
        status = context->index_subject(context->changes, name, context->event->seq, err);
    }
    if (status) {
        moly_error_context(err, "measurement");
    }
    return status;
}

/* ---- closing -------------------------------------------------------------------------------- */

/* What the transfers out of an account in this event have already shown to be missing, or too
 * much: that is one loss, and stands where it arose. */
static moly_status shown_by_transfers(posting_context *context, const json_t *body,
                                      const char *name, const decay_family *family,
                                      double *shown_bq, moly_error *err)
{
    size_t i;
    json_t *item;
    *shown_bq = 0.0;
    json_array_foreach(json_object_get(body, "transfers"), i, item)
    {
        struct transfer t;
        moly_status status = get_transfer(context, item, &t, err);
        if (status) {
            return status;
        }
        if (t.family == family && strcmp(t.from, name) == 0 &&
            json_is_number(json_object_get(item, "predicted_bq"))) {
            *shown_bq +=
                (t.c.predicted_bq - t.c.measured_bq) *
                exp(-family->lambda_per_s[0] * elapsed_s(t.c.at_us, context->event->at_us));
        }
    }
    return MOLY_OK;
}

/* Only nuclides that were posted are judged: nobody transfers the few becquerels of Tc-99 that grow
 * in an eluate, and they are no loss. */
static moly_status judge_remainder(posting_context *context, const json_t *body,
                                   activity_account *a, moly_error *err)
{
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < a->n_parts && !status; i++) {
        const decay_family *family = a->parts[i].inventory.family;
        double shown_bq = 0.0;
        struct comparison c = {.account = a->name,
                               .nuclide = family->names[0],
                               .arose = "close",
                               .at_us = context->event->at_us};
        status = account_amount(context->changes, a, c.nuclide, c.at_us, &c.predicted_bq,
                                &c.predicted_sd_bq, err);
        if (!status) {
            status = shown_by_transfers(context, body, a->name, family, &shown_bq, err);
        }
        if (!status) {
            c.predicted_bq -= shown_bq;
            status = compare(context, &c, err);
        }
    }
    return status;
}

moly_status accounts_close(posting_context *context, const json_t *body, const char *name,
                           moly_error *err)
{
    activity_account *a = NULL;
    moly_status status = check_account(name, err);
    if (!status) {
        status = account_get(context->changes, name, &a, err);
    }
    if (!status) {
        status = judge_remainder(context, body, a, err);
    }
    if (!status) {
        a->is_closed = true;
        a->is_closing_changed = true;
        a->closed_us = context->event->at_us;
        a->closed_seq = context->event->seq;
        status = context->index_subject(context->changes, name, context->event->seq, err);
    }
    if (status) {
        moly_error_context(err, "close");
    }
    return status;
}

moly_status moly_ledger_activities(const moly_ledger_reader *reader, const char *account_name,
                                   const char *const *nuclides, moly_instant at,
                                   double *activity_bq, double *sd_bq, moly_error *err)
{
    activity_account *a = NULL;
    changes reading;
    changes_init(&reading, reader->store, &reader->ledger->families);
    moly_status status = account_get(&reading, account_name, &a, err);
    for (size_t i = 0; nuclides[i] && !status; i++) {
        const decay_family *family = NULL;
        double sd = 0.0;
        status = family_find(reading.families, nuclides[i], &family, err);
        if (!status) {
            status = account_amount(&reading, a, family->names[0], at.us, &activity_bq[i],
                                    sd_bq ? &sd_bq[i] : &sd, err);
        }
    }
    changes_free(&reading);
    return status;
}

moly_status moly_ledger_activity(const moly_ledger_reader *reader, const char *account_name,
                                 const char *nuclide, moly_instant at, double *activity_bq,
                                 double *sd_bq, moly_error *err)
{
    const char *const nuclides[] = {nuclide, NULL};
    double activity = 0.0, sd = 0.0;
    moly_status status =
        moly_ledger_activities(reader, account_name, nuclides, at, &activity, &sd, err);
    if (status) {
        return status;
    }
    *activity_bq = activity;
    if (sd_bq) {
        *sd_bq = sd;
    }
    return MOLY_OK;
}
