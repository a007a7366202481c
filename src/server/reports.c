/* SPDX-License-Identifier: Apache-2.0 */
/* Records as readable PDF, in the language that is asked for. */
#include "inside.h"

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
