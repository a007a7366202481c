/* SPDX-License-Identifier: Apache-2.0 */
/* A notice to a receiver of a batch or lot: handed over on paper, answered below. */
#include <string.h>

#include "sheet.h"

static moly_status add_receiver(sheet *s, const json_t *notice, moly_error *err)
{
    const char *receiver = member_text(notice, "receiver");
    json_t *patient = NULL;
    moly_status status = MOLY_OK;
    if (receiver && strncmp(receiver, "patient/", 8) == 0) {
        status = sheet_record(s, "patient", receiver + 8, &patient, err);
        receiver = patient ? words_printf(&s->w, "%s, %s", member_text(patient, "name"),
                                          member_text(patient, "id"))
                           : receiver;
    }
    sheet_fact(s, say(s->w.language, "To"), receiver);
    return status;
}

static moly_status add_product(sheet *s, const json_t *notice, moly_error *err)
{
    const char *language = s->w.language, *about = member_text(notice, "about");
    const char *slash = about ? strchr(about, '/') : NULL;
    json_t *record = NULL, *shipment = NULL;
    moly_status status = MOLY_OK;
    if (slash) {
        const char *kind = words_printf(&s->w, "%.*s", (int)(slash - about), about);
        status = sheet_record(s, kind, slash + 1, &record, err);
        sheet_fact(s, say(language, "Product"), record ? sheet_product(s, record) : NULL);
        sheet_fact(s, say(language, "Batch or lot"), slash + 1);
    }
    if (!status && member_text(notice, "shipment")) {
        status = sheet_record(s, "shipment", member_text(notice, "shipment"), &shipment, err);
    }
    if (!status && shipment) {
        sheet_fact(s, say(language, "Shipment"), member_text(shipment, "id"));
        sheet_fact(s, say(language, "Shipped"), sheet_when(s, member_instant(shipment, "at")));
        sheet_fact(s, say(language, "Activity"),
                   sheet_activity(s, member_number(shipment, "activity_bq")));
    }
    sheet_fact(s, say(language, "Dose"), member_text(notice, "dose"));
    return status;
}

moly_status paper_notice(sheet *s, moly_error *err)
{
    static const char *const kinds[] = {"notice", NULL};
    const char *language = s->w.language, *kind = NULL;
    json_t *notice = NULL;
    moly_status status = sheet_find(s, kinds, s->id, &kind, &notice, err);
    status = status ? status : add_receiver(s, notice, err);
    status = status ? status : add_product(s, notice, err);
    if (status) {
        return status;
    }
    s->title = words_printf(&s->w, "%s %s", say(language, "Notice"), s->id);
    s->subject = s->id;
    sheet_fact(s, say(language, "Written"), sheet_when(s, member_instant(notice, "at")));
    sheet_fact(s, say(language, "Handed over"), sheet_when(s, member_instant(notice, "sent_at")));
    sheet_fact(s, say(language, "Taken by"), member_text(notice, "sent_to"));
    sheet_fact(s, say(language, "Answer wanted by"),
               sheet_when(s, member_instant(notice, "answer_due")));
    sheet_fact(s, say(language, "Answered"), sheet_when(s, member_instant(notice, "answered_at")));
    sheet_fact(s, say(language, "Answer"), member_text(notice, "answer"));
    const char *message = member_text(notice, "message");
    sheet_note(s, say(language, message ? message : ""));
    sheet_sign(s, say(language, "Handed over by: name, signature, date"));
    sheet_sign(s, say(language, "Taken over by: name, signature, date"));
    sheet_sign(s, say(language, "What was given, what was left, what became of it"));
    return MOLY_OK;
}
