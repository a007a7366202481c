/* SPDX-License-Identifier: Apache-2.0 */
/* The qualification of an installation: every check with what was found, and the signature.
 */
#include "sheet.h"

static moly_status read_checks(sheet *s, const json_t *record, json_t **checks, moly_error *err)
{
    char *data = NULL;
    size_t length = 0;
    const char *hash = member_text(record, "checks");
    moly_status status = moly_ledger_blob(s->reader, hash ? hash : "", &data, &length, err);
    if (!status) {
        status = moly_json_parse(data, length, checks, err);
    }
    moly_free(data);
    return status ? status : sheet_keep(s, *checks, err);
}

static moly_status add_signature(sheet *s, moly_error *err)
{
    const char *language = s->w.language;
    json_t *events = NULL;
    const moly_event_query query = {.subject = words_printf(&s->w, "qualification/%s", s->id),
                                    .limit = 1};
    moly_status status = moly_ledger_events(s->reader, &query, &events, err);
    status = status ? status : sheet_keep(s, events, err);
    const json_t *event = status ? NULL : json_array_get(events, 0);
    const json_t *signature = json_array_get(json_object_get(event, "signatures"), 0);
    const char *name = member_text(signature, "name"), *meaning = member_text(signature, "meaning");
    sheet_fact(s, say(language, "Signed by"), name);
    sheet_fact(s, say(language, "Meaning"), meaning ? say(language, meaning) : NULL);
    sheet_fact(s, say(language, "Signed"), sheet_when(s, member_instant(signature, "at")));
    sheet_fact(s, say(language, "Hash of the event"), member_text(event, "hash"));
    return status;
}

moly_status paper_qualification(sheet *s, moly_error *err)
{
    static const char *const kinds[] = {"qualification", NULL};
    const char *language = s->w.language, *kind = NULL;
    json_t *record = NULL, *checks = NULL;
    moly_status status = sheet_find(s, kinds, s->id, &kind, &record, err);
    status = status ? status : read_checks(s, record, &checks, err);
    if (status) {
        return status;
    }
    const char *state = member_text(record, "state");
    const bool is_passed = state && strcmp(state, "passed") == 0;
    s->title = words_printf(&s->w, "%s %s", say(language, "Qualification"), s->id);
    s->subject = s->id;
    s->mark = is_passed ? NULL : say(language, "NOT PASSED - this installation is not to be used");
    sheet_fact(s, say(language, "State"), say(language, state));
    sheet_fact(s, say(language, "Done"), sheet_when(s, member_instant(record, "at")));
    status = add_signature(s, err);
    sheet_table *t = sheet_begin_table(s, say(language, "Checks"));
    sheet_column(t, say(language, "No."), 36, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "Check"), 150, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "Expected"), 120, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "Found"), 150, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "Verdict"), 50, PANGO_ALIGN_LEFT);
    size_t i;
    const json_t *one;
    json_array_foreach(checks, i, one)
    {
        const bool is_good = json_is_true(json_object_get(one, "passed"));
        const char *what = member_text(one, "what"), *expected = member_text(one, "expected");
        const char *cells[] = {member_text(one, "id"), what ? say(language, what) : NULL,
                               expected ? say(language, expected) : NULL, member_text(one, "found"),
                               is_good ? say(language, "passes") : say(language, "FAILS")};
        sheet_row(s, t, cells);
    }
    return status;
}
