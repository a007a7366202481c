/* SPDX-License-Identifier: Apache-2.0 */
/* Every path of the API. Routing, permission and description follow from this table. */
#include "inside.h"

#include <string.h>

#define PAGING "limit after newest"
enum {
    OPEN = ROUTE_IS_OPEN,
    SLOW = ROUTE_IS_SLOW,
    QUIET = ROUTE_IS_QUIET,
    ENROL = ROUTE_MAY_ENROL
};

static const route table[] = {
    {"POST", "/api/login", login_post, "Sign in", NULL, OPEN | SLOW},
    {"POST", "/api/logout", logout_post, "End the session", NULL, ENROL},
    {"GET", "/api/session", session_get, "Who is signed in", NULL, ENROL},
    {"POST", "/api/second-factor", second_factor_post,
     "A fresh secret for your telephone; centre.enrol_second_factor takes its first code", NULL,
     ENROL},

    {"GET", "/api/acts", acts_get, "What can be done, with fields and roles", "lang", ENROL},
    {"POST", "/api/acts/{name}", act_post, "Do an act", "lang", SLOW},
    {"POST", "/api/acts/{name}/preview", act_preview_post, "What an act would do now", "lang",
     SLOW},

    {"GET", "/api/acts/{name}/requests/{key}", act_request_get,
     "The event that your act with this Idempotency-Key made", NULL, 0},

    {"GET", "/api/commands", commands_get, "What can be calculated, with fields", "lang", 0},
    {"POST", "/api/commands/{name}", command_post, "Calculate; nothing is recorded", "lang", SLOW},

    {"GET", "/api/today", today_get, "What is where, who is due, what blocks whom", "lang", 0},
    {"GET", "/api/work", work_get, "What you can do now, in the order of the morning", "lang", 0},
    {"GET", "/api/find", find_get, "What a scanned code names", "code", SLOW},
    {"GET", "/api/stock/limits", stock_limits_get, "What is in each room against its licence", NULL,
     SLOW},
    {"GET", "/api/instruments/{id}", instrument_get,
     "An instrument, its plan and the trend of its checks", NULL, 0},
    {"GET", "/api/dispensing", dispensing_get, "What is eluted, labelled and drawn today", "lang",
     0},
    {"GET", "/api/patients", patients_get, "Patients by a part of name, number or id",
     "search limit", SLOW},
    {"GET", "/api/patients/{id}", patient_get, "A patient with everything that was done", "lang",
     0},
    {"GET", "/api/records/{kind}", records_get, "Records of a kind", "state owner " PAGING, 0},
    {"GET", "/api/records/{kind}/{id}", record_get, "A record", NULL, 0},
    {"GET", "/api/records/{kind}/{id}/report.pdf", record_report_get,
     "A record with its history, to read", "lang", SLOW},
    {"GET", "/api/trace/{kind}/{id}", trace_get, "What it was made of, and what of it", NULL, 0},
    {"GET", "/api/safety/doses", safety_doses_get, "Doses of staff against their limits", NULL, 0},
    {"GET", "/api/safety/map", safety_map_get, "Rooms with their last survey", NULL, 0},
    {"GET", "/api/safety/incidents", safety_incidents_get, "Incidents and their deadlines", NULL,
     0},
    {"GET", "/api/batches", batches_get, "Batches and what each waits for", "state", 0},
    {"GET", "/api/batches/{id}", batch_get,
     "A batch with its steps, tests, cases, samples and shipments", "lang", 0},
    {"GET", "/api/cases", cases_get, "Open cases, the first due first", "all overdue", 0},
    {"GET", "/api/chromatograms/{id}", chromatogram_get,
     "The chromatogram of a test, with its peaks", NULL, 0},
    {"GET", "/api/recall/{kind}/{id}", recall_get, "Whom a recall would reach", NULL, SLOW},
    {"GET", "/api/doses/statistics", dose_statistics_get, "Given activities and reference levels",
     NULL, SLOW},
    {"GET", "/api/safety/spill", safety_spill_get, "What is done after a spill, in order",
     "nuclide activity lang", 0},
    {"GET", "/api/safety/waste", safety_waste_get, "Waste containers and when they may leave", NULL,
     SLOW},
    {"GET", "/api/balance", balance_get, "The books of activity at an instant", "at", SLOW},
    {"GET", "/api/events", events_get, "The audit trail", "subject kind person " PAGING, 0},

    {"GET", "/api/studies/{id}", study_get, "An imaging study", NULL, 0},
    {"GET", "/api/studies/{id}/volume", study_volume_get, "Its image, NIfTI compressed by gzip",
     NULL, SLOW},
    {"GET", "/api/studies/{id}/regions", study_regions_get, "Its regions, NIfTI compressed by gzip",
     NULL, SLOW},
    {"GET", "/api/studies/{id}/report.pdf", study_report_get, "Its report, with the signature",
     "lang", SLOW},

    {"GET", "/api/raw", raw_list_get, "Raw data of scanners", NULL, SLOW},
    {"GET", "/api/raw/{name}", raw_get, "What raw data are", NULL, SLOW},
    {"GET", "/api/raw/{name}/sinogram", raw_sinogram_get,
     "Their bins: a plane of a segment over all views, or one view; tof: one bin, else the sum",
     "view plane segment tof", SLOW},
    {"GET", "/api/reconstructions", reconstructions_get, "Reconstructions, the newest first", NULL,
     0},
    {"GET", "/api/reconstructions/parameters", reconstruction_parameters_get,
     "What can be asked of a reconstruction, with fields", "lang", 0},
    {"POST", "/api/reconstructions", reconstruction_post,
     "Reconstruct raw data, as moly reconstruct does; nothing is recorded", "lang", SLOW},
    {"POST", "/api/reconstructions/{id}/cancel", reconstruction_cancel_post,
     "Stop a reconstruction", NULL, SLOW},
    {"GET", "/api/reconstructions/{id}", reconstruction_get,
     "A reconstruction, how far it is, what came of it", NULL, SLOW},
    {"GET", "/api/reconstructions/{id}/image", reconstruction_image_get,
     "A plane of its image as it is by now: axial, coronal, sagittal", "plane index", SLOW},
    {"GET", "/api/reconstructions/{id}/volume", reconstruction_volume_get,
     "Its image, NIfTI compressed by gzip", NULL, SLOW},
    {"GET", "/api/reconstructions/{id}/attenuation", reconstruction_attenuation_get,
     "The map of attenuation that it was corrected with, NIfTI compressed by gzip", NULL, SLOW},

    {"GET", "/api/papers/{name}", paper_get,
     "A paper of the hot lab as PDF: activity, batch, certificate, day, journal, label, recall, "
     "waste",
     "id from until paper_lang form", SLOW},

    {"GET", "/api/stream", stream_get, "Server-sent events: the ledger grew", NULL, QUIET},
    {"GET", "/api/site", site_get, "The site and its time", NULL, ENROL},
    {"GET", "/api/languages", languages_get, "Languages of messages", NULL, OPEN},
    {"GET", "/api/catalogue/{language}", catalogue_get, "Messages in a language", NULL, OPEN},
    {"GET", "/api/openapi.json", openapi_get, "This description", NULL, 0},
    {"GET", "/api/health", health_get, "Does the server reach its ledger?", NULL, OPEN | QUIET},
};

const route *routes(size_t *n)
{
    *n = sizeof table / sizeof table[0];
    return table;
}

moly_status route_find(request *r, reply *out, moly_error *err)
{
    const char *method = strcmp(r->method, "HEAD") == 0 ? "GET" : r->method;
    bool is_path = false;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (!target_matches(&r->path, table[i].pattern, r->captured)) {
            continue;
        }
        if (strcmp(table[i].method, method) == 0) {
            r->route = &table[i];
            return MOLY_OK;
        }
        is_path = true;
    }
    if (is_path) {
        return REPLY_FAIL(out, MHD_HTTP_METHOD_NOT_ALLOWED, err, MOLY_ERR_USAGE,
                          "this path does not take the method %.20s", r->method);
    }
    return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "there is no such path; see /api/openapi.json");
}
