/* SPDX-License-Identifier: Apache-2.0 */
/* Uptake in a reconstructed image: by the dose of the ledger that its raw data name (scan.json).
 * The image is in Bq/mL at the start of the scan, so the dose is decayed to then. */
#include <math.h>
#include <string.h>

#include "moly/nuclide/nuclide.h"
#include "moly/quantify/suv.h"
#include "uptake.h"

typedef struct uptake {
    const json_t *scan;     /* what is known of the raw data */
    json_t *dose, *patient; /* records */
    double net_bq, weight_kg, half_life_s;
    moly_instant given_at, start;
} uptake;

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static moly_status read_books(request *r, uptake *u, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    moly_status status = request_reader(r, &reader, err);
    status = status ? status
                    : moly_ledger_record(reader, "dose", text_of(u->scan, "dose"), &u->dose, err);
    return status ? status
                  : moly_ledger_record(reader, "patient", text_of(u->dose, "patient"), &u->patient,
                                       err);
}

static moly_status check(uptake *u, moly_error *err)
{
    size_t index = 0;
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    const char *id = text_of(u->dose, "id"), *nuclide = text_of(u->dose, "nuclide");
    u->net_bq = json_number_value(json_object_get(u->dose, "net_bq"));
    u->weight_kg = json_number_value(json_object_get(u->patient, "weight_kg"));
    if (strcmp(nuclide, text_of(u->scan, "nuclide")) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "dose %s is of %s, the raw data of %s", id, nuclide,
                         text_of(u->scan, "nuclide"));
    }
    if (!(u->net_bq > 0.0) ||
        moly_instant_parse(text_of(u->dose, "given_at"), &u->given_at, NULL) != MOLY_OK) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "dose %s has not been given", id);
    }
    if (moly_instant_parse(text_of(u->scan, "start"), &u->start, NULL) != MOLY_OK ||
        u->start.us < u->given_at.us) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "the scan did not begin after dose %s was given", id);
    }
    moly_status status = moly_nuclide_find(set, nuclide, &index, err);
    u->half_life_s = status ? INFINITY : moly_nuclide_at(set, index)->half_life_s;
    return status;
}

static moly_status describe(const uptake *u, json_t **suv, moly_error *err)
{
    double weight_g = 0.0;
    const double waited_s = moly_instant_difference_s(u->given_at, u->start);
    const double at_start_bq = u->net_bq * exp2(-waited_s / u->half_life_s);
    moly_status status = moly_suv_body_measure(MOLY_SUV_BW, u->weight_kg, NAN, "O", &weight_g, err);
    if (status) {
        return status;
    }
    *suv = json_pack(
        "{s:s, s:o, s:o, s:o, s:s, s:s, s:o}", "units", moly_suv_type_units(MOLY_SUV_BW), "factor",
        moly_json_rounded(weight_g / at_start_bq, 9), "activity_bq",
        moly_json_rounded(at_start_bq, 6), "weight_kg", moly_json_rounded(u->weight_kg, 4), "dose",
        text_of(u->dose, "id"), "given_at", text_of(u->dose, "given_at"), "patient",
        json_incref(json_object_get(u->dose, "patient")));
    return *suv ? MOLY_OK : MOLY_NO_MEMORY(err);
}

void uptake_add(request *r, json_t *job)
{
    uptake u = {.scan = json_object_get(job, "scan")};
    moly_error why = {.language = r->language};
    json_t *suv = NULL;
    const json_t *result = json_object_get(job, "result");
    if (text_of(u.scan, "dose")[0] == '\0' || strcmp(text_of(result, "unit"), "Bq/mL") != 0) {
        return;
    }
    moly_status status = read_books(r, &u, &why);
    status = status ? status : check(&u, &why);
    status = status ? status : describe(&u, &suv, &why);
    (void)json_object_set_new(job, status ? "suv_problem" : "suv",
                              status ? json_string(why.message) : suv);
    json_decref(u.dose);
    json_decref(u.patient);
}
