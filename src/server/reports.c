/* SPDX-License-Identifier: Apache-2.0 */
/* Records as readable PDF, in the language that is asked for. */
#include "inside.h"

#include <string.h>

#include "moly/base/catalogue.h"
#include "moly/report/report.h"

static void take(const moly_report_bytes *pdf, reply *out)
{
    out->data = pdf->data;
    out->length = pdf->length;
    out->media_type = "application/pdf";
}

moly_status study_report_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_report_bytes pdf = {0};
    moly_status status = request_reader(r, &reader, err);
    if (!status) {
        status = moly_report_study(reader, r->captured[0], r->language, &pdf, err);
    }
    take(&pdf, out);
    return status;
}

moly_status record_report_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_report_bytes pdf = {0};
    moly_status status = request_reader(r, &reader, err);
    if (!status) {
        status = moly_report_record(reader, r->captured[0], r->captured[1], r->language, &pdf, err);
    }
    take(&pdf, out);
    return status;
}

/* ---- papers -----------------------------------------------------------------------------------
 */

static moly_status instant_argument(const request *r, const char *name, moly_instant fallback,
                                    moly_instant *t, moly_error *err)
{
    const char *text = NULL;
    moly_status status = request_argument(r, name, &text, err);
    *t = fallback;
    return status || !text ? status : moly_instant_parse(text, t, err);
}

static moly_status language_argument(const request *r, const char **language, moly_error *err)
{
    const char *text = NULL;
    moly_status status = request_argument(r, "paper_lang", &text, err);
    *language = r->language;
    for (const char *const *known = moly_paper_languages(); text && *known; known++) {
        if (strcmp(*known, text) == 0) {
            *language = *known;
            return status;
        }
    }
    return status || !text
               ? status
               : MOLY_FAIL(err, MOLY_ERR_USAGE, "paper_lang: no papers in \"%.20s\"", text);
}

static moly_status label_get(request *r, const moly_paper_request *wanted,
                             const moly_ledger_reader *reader, reply *out, moly_error *err)
{
    const char *form = NULL;
    moly_report_bytes bytes = {0};
    moly_status status = request_argument(r, "form", &form, err);
    if (!status && !wanted->id) {
        status = MOLY_FAIL(err, MOLY_ERR_USAGE, "id: a label is of a record");
    }
    const bool is_zpl = form && strcmp(form, "zpl") == 0;
    if (!status) {
        status = moly_report_label(reader, wanted->id, wanted->language, is_zpl, &bytes, err);
    }
    take(&bytes, out);
    out->media_type = is_zpl ? "text/plain; charset=utf-8" : out->media_type;
    return status;
}

moly_status paper_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_report_bytes pdf = {0};
    moly_paper_request wanted = {.name = r->captured[0]};
    const moly_instant now = request_now(r);
    moly_status status = request_argument(r, "id", &wanted.id, err);
    if (!status) {
        status = instant_argument(r, "from", (moly_instant){1}, &wanted.from, err);
    }
    if (!status) {
        status = instant_argument(r, "until", now, &wanted.until, err);
    }
    if (!status) {
        status = language_argument(r, &wanted.language, err);
    }
    if (!status) {
        status = request_reader(r, &reader, err);
    }
    if (!status && strcmp(wanted.name, "label") == 0) {
        return label_get(r, &wanted, reader, out, err);
    }
    if (!status) {
        status = moly_report_paper(reader, &wanted, &pdf, err);
    }
    take(&pdf, out);
    return status;
}
