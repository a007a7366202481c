/* SPDX-License-Identifier: Apache-2.0 */
/* What a study's report is made of, from the ledger. */
#include "study.h"

#include <math.h>

#include "moly/formats/nifti.h"

enum { N_REPORTS = 20 };
/* Whole-body FDG is commonly read with black at SUV 7. Where a region is hotter than 10, 7 would
 * hide its shape; a bladder or a heart may be black. */
static const double usual_top = 7, high_top = 10;

const json_t *study_signed_event(const study_report *r)
{
    const json_t *event = json_array_get(r->reports, 0);
    return json_array_size(json_object_get(event, "signatures")) > 0 ? event : NULL;
}

static study_standing standing_of(const study_report *r)
{
    const json_t *event = study_signed_event(r);
    const char *state = member_text(r->study, "state");
    if (!event || !state || strcmp(state, "reported") != 0) {
        return STUDY_PRELIMINARY;
    }
    size_t i;
    json_t *signature;
    json_array_foreach(json_object_get(event, "signatures"), i, signature)
    {
        if (!json_is_true(json_object_get(signature, "valid"))) {
            return STUDY_CORRECTED;
        }
    }
    return json_integer_value(json_object_get(r->study, "seq")) ==
                   json_integer_value(json_object_get(event, "seq"))
               ? STUDY_SIGNED
               : STUDY_CHANGED;
}

static moly_status load_signers(study_report *r, const moly_ledger_reader *reader, moly_error *err)
{
    moly_status status = MOLY_OK;
    size_t i;
    json_t *signature;
    r->signers = json_array();
    json_array_foreach(json_object_get(study_signed_event(r), "signatures"), i, signature)
    {
        json_t *person = NULL;
        if (status == MOLY_OK) {
            status =
                record_if_any(reader, "person", member_text(signature, "person"), &person, err);
        }
        if (status == MOLY_OK &&
            json_array_append_new(r->signers, person ? person : json_null()) != 0) {
            status = MOLY_NO_MEMORY(err);
        }
    }
    return status;
}

static moly_status load_records(study_report *r, const moly_ledger_reader *reader, const char *id,
                                moly_error *err)
{
    const char *subject = words_printf(&r->w, "study/%s", id);
    moly_event_query latest = {.subject = subject, .limit = 1, .newest_first = true};
    moly_event_query reports = {.subject = subject,
                                .kind = "clinic.report_study",
                                .limit = N_REPORTS,
                                .newest_first = true};
    moly_status status = moly_ledger_record(reader, "study", id, &r->study, err);
    if (status == MOLY_OK) {
        status =
            record_if_any(reader, "patient", member_text(r->study, "patient"), &r->patient, err);
    }
    if (status == MOLY_OK) {
        status = record_if_any(reader, "dose", member_text(r->study, "dose"), &r->dose, err);
    }
    if (status == MOLY_OK) {
        status = moly_ledger_events(reader, &latest, &r->latest, err);
    }
    if (status == MOLY_OK) {
        status = moly_ledger_events(reader, &reports, &r->reports, err);
    }
    if (status == MOLY_OK) {
        status = load_signers(r, reader, err);
    }
    if (status != MOLY_OK) {
        return status;
    }
    r->standing = standing_of(r);
    const json_t *event = r->standing == STUDY_SIGNED || r->standing == STUDY_CORRECTED
                              ? study_signed_event(r)
                              : json_array_get(r->latest, 0);
    return provenance_of(event, reader, &r->w, &r->from, err);
}

static moly_status load_image(const study_report *r, const moly_ledger_reader *reader,
                              const char *key, moly_volume **volume, moly_error *err)
{
    char *data = NULL;
    size_t length = 0;
    moly_status status = moly_ledger_blob(reader, member_text(r->study, key), &data, &length, err);
    if (status == MOLY_OK) {
        status = moly_nifti_parse(data, length, volume, err);
    }
    moly_free(data);
    return status;
}

static moly_status load_images(study_report *r, const moly_ledger_reader *reader, moly_error *err)
{
    if (!member_text(r->study, "volume_blob")) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "study %s has no image", member_text(r->study, "id"));
    }
    moly_status status = load_image(r, reader, "volume_blob", &r->volume, err);
    if (status == MOLY_OK && member_text(r->study, "regions_blob")) {
        status = load_image(r, reader, "regions_blob", &r->regions, err);
    }
    if (r->regions && !moly_grid_equal(&r->volume->grid, &r->regions->grid, 0.1)) {
        moly_volume_free(r->regions);
        r->regions = NULL;
        r->has_other_regions = true;
    }
    return status;
}

/* The label of the region with the highest maximum; 0 where there is none. */
static int64_t hottest(const json_t *regions)
{
    int64_t label = 0;
    double highest = -INFINITY;
    size_t i;
    json_t *region;
    json_array_foreach(regions, i, region)
    {
        double max = member_number(region, "max");
        if (max > highest) {
            highest = max;
            label = (int64_t)i + 1;
        }
    }
    return label;
}

/* The SUV that is black; images of little uptake show their maximum. */
static double top_of(double max, double region_max)
{
    if (max > usual_top / 2) {
        return region_max > high_top ? high_top : usual_top;
    }
    return max > 1 ? ceil(max) : max > 0 ? max : 1;
}

static moly_status make_views(study_report *r, moly_error *err)
{
    const json_t *suv = json_object_get(r->study, "suv");
    const json_t *where = json_object_get(suv, "max_lps_mm");
    const json_t *regions = json_object_get(suv, "regions");
    int64_t label = hottest(regions);
    double factor = member_number(suv, "factor"), max = member_number(suv, "max");
    double lps_mm[3];
    bool is_placed = json_array_size(where) == 3;
    for (size_t i = 0; i < 3; i++) {
        const json_t *value = json_array_get(where, i);
        is_placed = is_placed && json_is_number(value);
        lps_mm[i] = json_number_value(value);
    }
    if (!(factor > 0 && isfinite((float)factor)) || !isfinite(max)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "study %s has no uptake values: its factor is %g",
                         member_text(r->study, "id"), factor);
    }
    r->top = top_of(
        max, member_number(label > 0 ? json_array_get(regions, (size_t)label - 1) : NULL, "max"));
    moly_status status = views_make(r->volume, factor, r->regions, is_placed ? lps_mm : NULL, label,
                                    r->top / 25, &r->views, err);
    if (status == MOLY_OK) {
        const view *axial = &r->views.axial;
        double shown = axial->value[axial->mark_v * axial->n_u + axial->mark_u];
        r->has_other_factors = fabs(shown - max) > 1e-3 * fabs(max);
    }
    return status;
}

static void report_free(study_report *r)
{
    views_free(&r->views);
    moly_volume_free(r->volume);
    moly_volume_free(r->regions);
    json_decref(r->study);
    json_decref(r->patient);
    json_decref(r->dose);
    json_decref(r->latest);
    json_decref(r->reports);
    json_decref(r->signers);
    moly_arena_free(r->w.arena);
}

static moly_status print(const study_report *r, moly_report_bytes *out, moly_error *err)
{
    const char *name = member_text(r->patient, "name");
    const paper_frame frame = {
        .language = r->w.language,
        .site = r->from.site,
        .title = say(r->w.language, "Nuclear medicine report"),
        .name = name ? name : say(r->w.language, "name not known"),
        .identity = patient_identity(&r->w, r->patient),
        .subject = member_text(r->study, "id"),
        .mark = study_mark(r),
        .is_training = r->from.is_training,
        .foot = r->from.foot,
        .date = r->from.at,
    };
    return paper_make(&frame, study_page, r, out, err);
}

moly_status moly_report_study(const moly_ledger_reader *reader, const char *study_id,
                              const char *language, moly_report_bytes *out, moly_error *err)
{
    study_report r = {.w = {.arena = moly_arena_new(), .language = language}};
    *out = (moly_report_bytes){0};
    moly_status status = r.w.arena ? load_records(&r, reader, study_id, err) : MOLY_NO_MEMORY(err);
    if (status == MOLY_OK) {
        status = load_images(&r, reader, err);
    }
    if (status == MOLY_OK) {
        status = make_views(&r, err);
    }
    if (status == MOLY_OK) {
        status = print(&r, out, err);
    }
    report_free(&r);
    return status;
}
