/* SPDX-License-Identifier: Apache-2.0 */
/* Any record with its history, as paper. */
#include <sodium.h>

#include "moly/base/text.h"
#include "paper.h"
#include "words.h"

/* A value that is longer than this leaves the table and flows below it. */
enum { PAGE_OF_EVENTS = 200, LONG_VALUE = 700 };

typedef struct record_report {
    words w;
    const char *kind, *id;
    json_t *record, *patient; /* patient: whose it is; NULL where it is nobody's */
    json_t *events;           /* oldest first */
    const char *checksum;
    provenance from;
} record_report;

/* ---- gathering --------------------------------------------------------------------------------
 */

static moly_status load_events(record_report *r, const moly_ledger_reader *reader, moly_error *err)
{
    const char *subject = words_printf(&r->w, "%s/%s", r->kind, r->id);
    int64_t after = 0;
    r->events = json_array();
    for (size_t n = PAGE_OF_EVENTS; n == PAGE_OF_EVENTS;) {
        json_t *some = NULL;
        moly_event_query query = {.after_seq = after, .subject = subject, .limit = PAGE_OF_EVENTS};
        moly_status status = moly_ledger_events(reader, &query, &some, err);
        if (status != MOLY_OK) {
            return status;
        }
        n = json_array_size(some);
        after =
            n > 0 ? json_integer_value(json_object_get(json_array_get(some, n - 1), "seq")) : after;
        int failed = json_array_extend(r->events, some);
        json_decref(some);
        if (failed) {
            return MOLY_NO_MEMORY(err);
        }
    }
    return MOLY_OK;
}

static moly_status find_checksum(record_report *r, moly_error *err)
{
    unsigned char hash[32];
    char hex[65];
    char *text = moly_json_canonical(r->record);
    if (!text) {
        return MOLY_NO_MEMORY(err);
    }
    (void)crypto_generichash(hash, sizeof hash, (const unsigned char *)text, strlen(text), NULL, 0);
    moly_free(text);
    r->checksum = words_printf(&r->w, "%s", sodium_bin2hex(hex, sizeof hex, hash, sizeof hash));
    return MOLY_OK;
}

static moly_status load(record_report *r, const moly_ledger_reader *reader, moly_error *err)
{
    moly_status status = moly_ledger_record(reader, r->kind, r->id, &r->record, err);
    if (status == MOLY_OK) {
        const char *patient =
            strcmp(r->kind, "patient") == 0 ? r->id : member_text(r->record, "patient");
        status = record_if_any(reader, "patient", patient, &r->patient, err);
    }
    if (status == MOLY_OK) {
        status = load_events(r, reader, err);
    }
    if (status == MOLY_OK) {
        status = find_checksum(r, err);
    }
    size_t n = json_array_size(r->events);
    return status == MOLY_OK ? provenance_of(json_array_get(r->events, n ? n - 1 : 0), reader,
                                             &r->w, &r->from, err)
                             : status;
}

/* ---- values ------------------------------------------------------------------------------------
 */

/* What the end of a member's name says of its unit. */
static const struct {
    const char *ending;
    moly_dim dim;
} units[] = {
    {"_bq", MOLY_DIM_ACTIVITY},
    {"_ml", MOLY_DIM_VOLUME},
    {"_s", MOLY_DIM_TIME},
};

static const char *number_text(const record_report *r, const char *key, const json_t *value)
{
    char *digits = moly_json_canonical(value);
    const char *text = words_printf(&r->w, "%s", digits ? digits : "");
    moly_free(digits);
    size_t length = strlen(key);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t n = strlen(units[i].ending);
        if (length > n && strcmp(key + length - n, units[i].ending) == 0) {
            const char *said = words_quantity(&r->w, json_number_value(value), units[i].dim, 4);
            return said ? words_printf(&r->w, "%s · %s", said, text) : text;
        }
    }
    return text;
}

/* A member as text: an instant by the site's clock too, a structure as JSON. */
static const char *value_text(const record_report *r, const char *key, const json_t *value)
{
    if (!value || json_is_null(value)) {
        return "–";
    }
    const char *text = json_string_value(value);
    if (text) {
        moly_instant t;
        bool is_instant = strlen(text) >= 17 && text[4] == '-' && text[10] == 'T' &&
                          moly_instant_parse(text, &t, NULL) == MOLY_OK;
        return is_instant ? words_printf(&r->w, "%s · %s", words_time(&r->w, t), text) : text;
    }
    if (json_is_number(value)) {
        return number_text(r, key, value);
    }
    char *json = json_is_object(value) || json_is_array(value) ? moly_json_pretty(value)
                                                               : moly_json_canonical(value);
    const char *kept = words_printf(&r->w, "%s", json ? json : "");
    moly_free(json);
    return kept;
}

static const char *named(const record_report *r, const char *key, const json_t *value, size_t limit)
{
    const char *text = value_text(r, key, value);
    return strlen(text) > limit ? say(r->w.language, "(see below)") : text;
}

static void flow(paper *p, const record_report *r, const char *key, const json_t *value)
{
    const char *text = value_text(r, key, value);
    if (strlen(text) > LONG_VALUE) {
        paper_gap(p, 4);
        paper_need(p, 24);
        paper_paragraph(p, STYLE_STRONG, key);
        paper_paragraph(p, STYLE_TINY, text);
    }
}

/* ---- writing -----------------------------------------------------------------------------------
 */

static void members(paper *p, const record_report *r)
{
    const char *language = r->w.language;
    const paper_column columns[] = {{say(language, "Member"), 130, PANGO_ALIGN_LEFT},
                                    {say(language, "Value"), 375, PANGO_ALIGN_LEFT}};
    const paper_table table = {columns, 2};
    const char *key;
    json_t *value;
    paper_heading(p, say(language, "The record as it is now"));
    paper_table_head(p, &table);
    json_object_foreach(r->record, key, value)
    {
        const char *cells[] = {key, named(r, key, value, LONG_VALUE)};
        paper_table_row(p, &table, cells, -1);
    }
    json_object_foreach(r->record, key, value)
    {
        flow(p, r, key, value);
    }
}

static void changes(paper *p, const record_report *r, const json_t *event)
{
    const char *language = r->w.language;
    const paper_column columns[] = {{say(language, "Member"), 105, PANGO_ALIGN_LEFT},
                                    {say(language, "Value before"), 200, PANGO_ALIGN_LEFT},
                                    {say(language, "Value after"), 200, PANGO_ALIGN_LEFT}};
    const paper_table table = {columns, 3};
    size_t i;
    json_t *changed;
    json_array_foreach(json_object_get(json_object_get(event, "body"), "records"), i, changed)
    {
        const char *kind = member_text(changed, "kind"), *id = member_text(changed, "id");
        if (!kind || !id || strcmp(kind, r->kind) != 0 || strcmp(id, r->id) != 0) {
            continue;
        }
        const json_t *before = json_object_get(changed, "before");
        const char *key;
        json_t *value;
        paper_table_head(p, &table);
        json_object_foreach(json_object_get(changed, "set"), key, value)
        {
            const json_t *old = json_object_get(before, key);
            const char *cells[] = {key, named(r, key, old, LONG_VALUE / 2),
                                   named(r, key, value, LONG_VALUE / 2)};
            paper_table_row(p, &table, cells, -1);
        }
        json_object_foreach(json_object_get(changed, "set"), key, value)
        {
            const json_t *old = json_object_get(before, key);
            const char *was = value_text(r, key, old), *is = value_text(r, key, value);
            if (strlen(was) > LONG_VALUE / 2) {
                paper_paragraph(p, STYLE_SMALL,
                                words_printf(&r->w, "%s - %s", key, say(language, "Value before")));
                paper_paragraph(p, STYLE_TINY, was);
            }
            if (strlen(is) > LONG_VALUE / 2) {
                paper_paragraph(p, STYLE_SMALL,
                                words_printf(&r->w, "%s - %s", key, say(language, "Value after")));
                paper_paragraph(p, STYLE_TINY, is);
            }
        }
    }
}

static void warnings(paper *p, const record_report *r, const json_t *body)
{
    const char *language = r->w.language;
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(body, "warnings"), i, one)
    {
        const char *rule = member_text(one, "rule");
        moly_text said = {0};
        moly_message_say(one, language, &said);
        paper_paragraph(p, STYLE_SMALL,
                        words_printf(&r->w, "%s (%s): %s", say(language, "Warning"),
                                     rule ? rule : "–", moly_text_get(&said)));
        moly_text_free(&said);
    }
}

static void signatures(paper *p, const record_report *r, const json_t *event)
{
    const char *language = r->w.language;
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(event, "signatures"), i, one)
    {
        const char *name = member_text(one, "name"), *meaning = member_text(one, "meaning");
        const char *when = words_both_times(&r->w, member_instant(one, "at"));
        bool is_valid = json_is_true(json_object_get(one, "valid"));
        paper_paragraph(p, STYLE_SMALL,
                        words_printf(&r->w, say(language, "Signed by %s: %s, %s%s"),
                                     name ? name : "–", say(language, meaning ? meaning : "–"),
                                     when ? when : "–",
                                     is_valid ? "" : say(language, " - NO LONGER VALID")));
    }
}

static void one_event(paper *p, const record_report *r, const json_t *event)
{
    const char *language = r->w.language;
    const json_t *body = json_object_get(event, "body");
    const char *kind = member_text(event, "kind"), *person = member_text(event, "person");
    const char *how = member_text(event, "authentication"), *hash = member_text(event, "hash");
    const char *at = words_both_times(&r->w, member_instant(event, "at"));
    const char *recorded = words_both_times(&r->w, member_instant(event, "recorded_at"));
    const char *reason = member_text(body, "reason"), *note = member_text(body, "note");
    const json_t *corrected = json_object_get(event, "corrected_by");
    paper_need(p, 90);
    paper_gap(p, 7);
    paper_paragraph(p, STYLE_STRONG,
                    words_printf(&r->w, "%lld · %s",
                                 (long long)json_integer_value(json_object_get(event, "seq")),
                                 kind ? kind : "–"));
    const paper_fact facts[] = {
        {say(language, "Done"), at},
        {say(language, "Recorded"), recorded},
        {say(language, "By"),
         words_printf(&r->w, "%s (%s)", person ? person : "–", how ? how : "–")},
        {say(language, "Clock"), say(language, member_text(event, "clock"))},
        {say(language, "Reason"), reason},
        {say(language, "Note"), note},
        {say(language, "Corrected by event"),
         json_array_size(corrected) > 0 ? value_text(r, "", corrected) : NULL},
    };
    paper_facts(p, 1, facts, sizeof facts / sizeof facts[0]);
    changes(p, r, event);
    paper_gap(p, 2);
    warnings(p, r, body);
    signatures(p, r, event);
    paper_paragraph(p, STYLE_TINY,
                    words_printf(&r->w, "%s %s", say(language, "hash"), hash ? hash : "–"));
}

static void page(paper *p, const void *report)
{
    const record_report *r = report;
    const char *language = r->w.language;
    p->y += paper_put(p, STYLE_TITLE, PANGO_ALIGN_LEFT, PAPER_LEFT, p->y, PAPER_INNER,
                      words_printf(&r->w, "%s %s", say(language, r->kind), r->id)) +
            2;
    members(p, r);
    paper_gap(p, 6);
    paper_paragraph(p, STYLE_SMALL,
                    words_printf(&r->w,
                                 say(language, "Checksum of the record's canonical text, "
                                               "BLAKE2b-256: %s"),
                                 r->checksum));
    paper_heading(p, say(language, "Everything that happened to it"));
    size_t i;
    json_t *event;
    json_array_foreach(r->events, i, event)
    {
        one_event(p, r, event);
    }
}

moly_status moly_report_record(const moly_ledger_reader *reader, const char *kind, const char *id,
                               const char *language, moly_report_bytes *out, moly_error *err)
{
    record_report r = {
        .w = {.arena = moly_arena_new(), .language = language}, .kind = kind, .id = id};
    *out = (moly_report_bytes){0};
    moly_status status = r.w.arena ? load(&r, reader, err) : MOLY_NO_MEMORY(err);
    if (status == MOLY_OK) {
        const char *name = member_text(r.patient, "name");
        const paper_frame frame = {
            .language = language,
            .site = r.from.site,
            .title = say(language, "Record with its history"),
            .name = r.patient ? (name ? name : say(language, "name not known")) : NULL,
            .identity = r.patient ? patient_identity(&r.w, r.patient) : NULL,
            .subject = words_printf(&r.w, "%s", id),
            .is_training = r.from.is_training,
            .foot = r.from.foot,
            .date = r.from.at,
        };
        status = paper_make(&frame, page, &r, out, err);
    }
    json_decref(r.record);
    json_decref(r.patient);
    json_decref(r.events);
    moly_arena_free(r.w.arena);
    return status;
}
