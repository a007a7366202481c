/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "suv_inside.h"

static const double DAY_S = 86400.0;
/* Headers keep whole seconds: two times within one second are the same. */
static const double SAME_S = 1.0;
/* A dynamic series may start a little before the injection. */
static const double BEFORE_INJECTION_S = 600.0;
/* More decay than this between injection and image and a date must be wrong. */
static const double MAX_HALF_LIVES = 10.0;

static bool has_day(moly_dicom_time t)
{
    return t.day != MOLY_DICOM_NO_DAY;
}

static bool is_known(moly_dicom_time t)
{
    return isfinite(t.second);
}

double seconds_between(moly_dicom_time a, moly_dicom_time b)
{
    double days = has_day(a) && has_day(b) ? (double)(b.day - a.day) : 0.0;
    return days * DAY_S + b.second - a.second;
}

moly_status to_instant(const suv_work *w, moly_dicom_time t, moly_instant *instant, moly_error *err)
{
    if (!has_day(t) || !is_known(t)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "the image has no date, so the net activity of the books cannot be used");
    }
    int offset_minutes =
        w->header->has_utc_offset ? w->header->utc_offset_minutes : w->options->utc_offset_minutes;
    moly_instant midnight = {t.day * INT64_C(86400000000)};
    *instant = moly_instant_add_s(midnight, t.second - 60.0 * offset_minutes);
    return MOLY_OK;
}

static moly_status warn_if_apart(suv_work *w, const char *name, moly_dicom_time t,
                                 moly_dicom_time used, const char *used_name, moly_error *err)
{
    double apart_s = is_known(t) ? seconds_between(used, t) : 0.0;
    return fabs(apart_s) > SAME_S
               ? warn(w, err, "%s is %.0f s from the %s that was used", name, apart_s, used_name)
               : MOLY_OK;
}

moly_status find_reference(suv_work *w, moly_dicom_time *reference, const char **why,
                           moly_error *err)
{
    const moly_dicom_header *h = w->header;
    moly_dicom_time series = h->series_time, acquired = h->earliest_acquisition;
    if (!has_day(series) && has_day(acquired)) {
        series.day = acquired.day;
    }
    if (is_known(h->decay_reference)) {
        *reference = h->decay_reference;
        *why = "Decay Correction DateTime";
        return MOLY_OK;
    }
    bool is_late =
        is_known(series) && is_known(acquired) && seconds_between(acquired, series) > SAME_S;
    if (is_known(series) && !is_late) {
        *reference = series;
        *why = "Series Time";
        moly_status status =
            warn_if_apart(w, "GE's scan time (0009,100D)", h->ge_scan_time, series, *why, err);
        if (status == MOLY_OK) {
            status = warn_if_apart(w, "Siemens' decay correction time (0071,1022)",
                                   h->siemens_decay_time, series, *why, err);
        }
        if (status == MOLY_OK && !is_known(acquired)) {
            status = warn(w, err, "no Acquisition Time to check the Series Time against");
        }
        return status;
    }
    if (is_known(h->ge_scan_time)) {
        *reference = h->ge_scan_time;
        *why = "GE's scan time (0009,100D), the Series Time being after the acquisition";
    } else if (is_known(h->siemens_decay_time)) {
        *reference = h->siemens_decay_time;
        *why = "Siemens' decay correction time (0071,1022), the Series Time being after the "
               "acquisition";
    } else if (is_known(acquired)) {
        *reference = acquired;
        *why = is_late ? "earliest Acquisition Time, the Series Time being after it"
                       : "earliest Acquisition Time, there being no Series Time";
    } else {
        return MOLY_FAIL(
            err, MOLY_ERR_DATA,
            "Series Time (0008,0031) and Acquisition Time (0008,0032) are missing: the "
            "decay cannot be told");
    }
    return is_late ? warn(w, err,
                          "Series Time is %.0f s after the earliest acquisition, so the series was "
                          "made later and the decay is counted to the %s",
                          seconds_between(acquired, series), *why)
                   : MOLY_OK;
}

/* The elapsed time must be one that a patient could have waited. */
static moly_status check_elapsed(suv_work *w, moly_dicom_time injected, moly_dicom_time reference,
                                 double elapsed_s, moly_error *err)
{
    char from[MOLY_DICOM_TIME_SIZE], to[MOLY_DICOM_TIME_SIZE];
    moly_dicom_format_time(injected, from);
    moly_dicom_format_time(reference, to);
    if (elapsed_s < -BEFORE_INJECTION_S) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "the injection at %s is %.0f s after the time the image is corrected to, "
                         "%s: one of the dates is wrong",
                         from, -elapsed_s, to);
    }
    if (elapsed_s > MAX_HALF_LIVES * w->suv->half_life_s) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "from the injection at %s to the time the image is corrected to, %s, are "
                         "%.4g half-lives of %.6g s: one of the dates is wrong",
                         from, to, elapsed_s / w->suv->half_life_s, w->suv->half_life_s);
    }
    return elapsed_s < 0.0
               ? warn(w, err, "the image is corrected to %.0f s before the injection", -elapsed_s)
               : MOLY_OK;
}

moly_status find_elapsed(suv_work *w, moly_dicom_time reference, double *elapsed_s,
                         const char **why, moly_error *err)
{
    moly_dicom_time whole = w->header->injection_datetime, clock = w->header->injection_time;
    moly_dicom_time injected = is_known(whole) ? whole : clock;
    moly_status status = MOLY_OK;
    if (!is_known(injected)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "Radiopharmaceutical Start DateTime (0018,1078) and Start Time "
                         "(0018,1072) are missing: the time of injection is not known");
    }
    if (is_known(whole) && is_known(clock) && fabs(clock.second - whole.second) > SAME_S) {
        status = warn(w, err,
                      "Radiopharmaceutical Start Time is %.0f s from the Start DateTime, which was "
                      "used",
                      clock.second - whole.second);
    }
    bool is_dated = has_day(injected) && has_day(reference);
    *why =
        is_known(whole) ? "Radiopharmaceutical Start DateTime" : "Radiopharmaceutical Start Time";
    injected.day = is_dated ? injected.day : reference.day;
    *elapsed_s = seconds_between(injected, reference);
    if (!is_dated && *elapsed_s < -BEFORE_INJECTION_S) {
        injected.day = has_day(reference) ? reference.day - 1 : MOLY_DICOM_NO_DAY;
        *elapsed_s += DAY_S;
        if (status == MOLY_OK) {
            status = warn(w, err,
                          "the injection has no date and its time is after the image's: it was "
                          "taken as before midnight, on the day before, %.0f s earlier",
                          *elapsed_s);
        }
    }
    return status == MOLY_OK ? check_elapsed(w, injected, reference, *elapsed_s, err) : status;
}
