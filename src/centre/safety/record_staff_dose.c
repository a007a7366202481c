/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "safety/staff_dose.h"

#include <stdio.h>

#include "moly/base/catalogue.h"

struct staff_dose_args {
    const char *person, *dosimeter, *laboratory, *note;
    double sv[N_STAFF];
    int basis;
    moly_instant from, until, at;
};

enum { TRANSFERRED = 1 };
static const char *const bases[] = {"dosimeter", "transferred", "estimated", NULL};

#define DOSE_ROW(field, index, text)                                                               \
    {                                                                                              \
        .name = (field), MOLY_F64(struct staff_dose_args, sv[index]),                              \
        .dim = MOLY_DIM_DOSE_EQUIVALENT, .min = 0.0, .max = 100.0, .help = (text)                  \
    }
static const moly_param params[] = {
    {.name = "person",
     MOLY_TEXT(struct staff_dose_args, person),
     .record = "person",
     .is_required = true,
     .max = 40.0,
     .help = "who wore it"},
    {.name = "from",
     MOLY_INSTANT(struct staff_dose_args, from),
     .is_required = true,
     .help = "when it was first worn"},
    {.name = "until",
     MOLY_INSTANT(struct staff_dose_args, until),
     .is_required = true,
     .help = "when it was given back"},
    {.name = "whole-body",
     MOLY_F64(struct staff_dose_args, sv[STAFF_WHOLE_BODY]),
     .dim = MOLY_DIM_DOSE_EQUIVALENT,
     .min = 0.0,
     .max = 100.0,
     .is_required = true,
     .help = "Hp(10), background subtracted"},
    DOSE_ROW("lens", STAFF_LENS, "Hp(3) of the eye"),
    DOSE_ROW("skin", STAFF_SKIN, "Hp(0.07) of the trunk"),
    DOSE_ROW("extremity", STAFF_EXTREMITY, "Hp(0.07) of the more exposed hand"),
    {.name = "basis",
     MOLY_CHOICE(struct staff_dose_args, basis),
     .choices = bases,
     .fallback = "dosimeter",
     .help = "read from a dosimeter, transferred from another employer, or estimated"},
    {.name = "dosimeter",
     MOLY_TEXT(struct staff_dose_args, dosimeter),
     .max = 100.0,
     .help = "number of the dosimeter"},
    {.name = "laboratory",
     MOLY_TEXT(struct staff_dose_args, laboratory),
     .max = 200.0,
     .help = "who read it, or the other employer"},
    ACT_AT(struct staff_dose_args),
    ACT_NOTE(struct staff_dose_args),
};

const staff_quantity_row staff_quantities[N_STAFF] = {
    {"whole_body_sv", MOLY_N("the whole body"), "staff_dose_year_sv", "investigation_month_sv"},
    {"lens_sv", MOLY_N("the lens of the eye"), "lens_dose_year_sv", "investigation_lens_month_sv"},
    {"skin_sv", MOLY_N("the skin"), "skin_dose_year_sv", NULL},
    {"extremity_sv", MOLY_N("the hands"), "extremity_dose_year_sv",
     "investigation_extremity_month_sv"},
};

static const double month_s = 365.25 / 12.0 * 86400.0;

int staff_year(moly_instant at)
{
    char text[MOLY_INSTANT_TEXT_SIZE];
    (void)moly_instant_format(at, text); /* begins with four digits */
    int year = 0;
    for (int i = 0; i < 4; i++) {
        year = 10 * year + (text[i] - '0');
    }
    return year;
}

moly_instant staff_year_begins(int year)
{
    char text[40];
    moly_instant at = MOLY_INSTANT_NONE;
    (void)snprintf(text, sizeof text, "%04d-01-01T00:00Z", year);
    return moly_instant_parse(text, &at, NULL) ? MOLY_INSTANT_NONE : at;
}

double staff_sum(const json_t *records, const char *key, moly_instant from, moly_instant until)
{
    double sum = 0.0;
    size_t i;
    const json_t *one;
    json_array_foreach(records, i, one)
    {
        moly_instant ended = record_instant(one, "until");
        double sv = record_number(one, key);
        sum += ended.us >= from.us && ended.us < until.us && isfinite(sv) ? sv : 0.0;
    }
    return sum;
}

/* Worse findings are greater. */
typedef enum finding { FOUND_NOTHING, FOUND_LEVEL, FOUND_LIMIT } finding;

static void found(finding *worst, finding one)
{
    *worst = one > *worst ? one : *worst;
}

static finding judge_quantity(const moly_act_context *context, const struct staff_dose_args *a,
                              staff_quantity q, const json_t *earlier, moly_decision *decision)
{
    const staff_quantity_row *row = &staff_quantities[q];
    const site_limit *limit = site_limit_of(context->limits, row->year);
    int year = staff_year(a->until);
    finding worst = FOUND_NOTHING;
    double months = fmax(1.0, moly_instant_difference_s(a->until, a->from) / month_s);
    if (!isfinite(a->sv[q])) {
        return worst;
    }
    double year_sv = a->sv[q] + staff_sum(earlier, row->key, staff_year_begins(year),
                                          staff_year_begins(year + 1));
    bool is_ours = a->basis != TRANSFERRED;
    const site_limit *level =
        row->month && is_ours ? site_limit_of(context->limits, row->month) : NULL;
    if (level && a->sv[q] > level->value * months) {
        found(&worst, FOUND_LEVEL);
        decision_warn(decision, "R-57",
                      "%s of %s: %.3g mSv, investigation level %.3g mSv (%s): find out why "
                      "(safety.investigate_dose)",
                      say(context, row->word), a->person, 1e3 * a->sv[q],
                      1e3 * level->value * months, level->source);
    }
    if (year_sv > limit->value) {
        found(&worst, FOUND_LIMIT);
        decision_warn(decision, "R-57", "%s of %s: %.3g mSv in %d, limit %.3g mSv (%s)",
                      say(context, row->word), a->person, 1e3 * year_sv, year, 1e3 * limit->value,
                      limit->source);
    }
    return worst;
}

/* 20 mSv as the mean of five years, and 1 mSv of the child from the declaration on. */
static finding judge_sums(const moly_act_context *context, const struct staff_dose_args *a,
                          const json_t *person, const json_t *earlier, moly_decision *decision)
{
    const site_limit *mean = site_limit_of(context->limits, "staff_dose_mean_sv");
    const site_limit *child = site_limit_of(context->limits, "pregnancy_dose_sv");
    int years = (int)site_value(context->limits, "staff_dose_mean_years");
    int year = staff_year(a->until);
    const char *key = staff_quantities[STAFF_WHOLE_BODY].key;
    double own_sv = a->sv[STAFF_WHOLE_BODY];
    finding worst = FOUND_NOTHING;
    double all_sv = own_sv + staff_sum(earlier, key, staff_year_begins(year - years + 1),
                                       staff_year_begins(year + 1));
    if (all_sv > mean->value * years) {
        found(&worst, FOUND_LIMIT);
        decision_warn(decision, "R-57", "%s: %.3g mSv in %d years, limit %.3g mSv (%s)", a->person,
                      1e3 * all_sv, years, 1e3 * mean->value * years, mean->source);
    }
    moly_instant declared = record_instant(person, "pregnancy_declared");
    double since_sv = own_sv + staff_sum(earlier, key, declared, (moly_instant){INT64_MAX});
    if (!moly_instant_is_none(declared) && a->until.us > declared.us && since_sv > child->value) {
        found(&worst, FOUND_LIMIT);
        decision_warn(decision, "R-57",
                      "%s: %.3g mSv since the pregnancy was declared, limit of the child %.3g mSv "
                      "(%s): change her work at once",
                      a->person, 1e3 * since_sv, 1e3 * child->value, child->source);
    }
    return worst;
}

static moly_status check_period(const moly_act_context *context, const struct staff_dose_args *a,
                                const json_t *earlier, moly_error *err)
{
    size_t i;
    const json_t *one;
    if (a->from.us >= a->until.us) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "until: %s is not after %s, when it was first worn",
                         say_time(context, a->until), say_time(context, a->from));
    }
    json_array_foreach(earlier, i, one)
    {
        bool overlaps = record_instant(one, "from").us < a->until.us &&
                        record_instant(one, "until").us > a->from.us;
        if (overlaps && record_is(one, "basis", bases[a->basis]) &&
            record_is(one, "dosimeter", a->dosimeter ? a->dosimeter : "")) {
            return MOLY_REFUSE(err, "R-57",
                               "%s has %s for a part of that time already; correct that "
                               "(centre.correct)",
                               a->person, record_text(one, "id"));
        }
    }
    return MOLY_OK;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct staff_dose_args *a = args;
    const moly_record_query query = {.kind = "staff_dose", .owner = a->person, .limit = 1000};
    const json_t *person = NULL, *earlier = NULL;
    const char *id = NULL;
    moly_status status = act_record(context, "person", a->person, &person, err);
    if (!status) {
        status = act_records(context, &query, &earlier, err);
    }
    if (!status) {
        status = rule_in_order(context, a->until, "the dosimeter was given back", err);
    }
    if (!status) {
        status = check_period(context, a, earlier, err);
    }
    if (!status) {
        status = act_new_id(context, "staff_dose", "SDO", NULL, &id, err);
    }
    if (status) {
        return status;
    }
    static const char *const states[] = {"recorded", "to be investigated", "over a limit"};
    finding worst = judge_sums(context, a, person, earlier, decision);
    decision_subject(decision, "staff_dose", id);
    decision_record(decision, "staff_dose", id);
    decision_instant(decision, "at", context->at);
    decision_text(decision, "owner", a->person);
    decision_text(decision, "person", a->person);
    decision_instant(decision, "from", a->from);
    decision_instant(decision, "until", a->until);
    for (staff_quantity q = STAFF_WHOLE_BODY; q < N_STAFF; q++) {
        found(&worst, judge_quantity(context, a, q, earlier, decision));
        decision_number(decision, staff_quantities[q].key, a->sv[q]);
    }
    decision_text(decision, "state", states[worst]);
    decision_text(decision, "basis", bases[a->basis]);
    decision_text(decision, "dosimeter", a->dosimeter ? a->dosimeter : "");
    decision_text(decision, "laboratory", a->laboratory);
    decision_text(decision, "made_by", context->performer->user);
    if (worst == FOUND_LIMIT) {
        double within_s = site_value(context->limits, "overexposure_report_s");
        moly_instant by = moly_instant_add_s(context->at, within_s);
        decision_instant(decision, "report_by", by);
        decision_warn(decision, "R-57", "report it to the regulator by %s", say_time(context, by));
    }
    return MOLY_OK;
}

const moly_act safety_record_staff_dose = {
    .declaration = {.name = "safety.record_staff_dose",
                    .summary = "Record what a person's dosimeter read",
                    .description =
                        "Held against the investigation level of its period, the limits of the "
                        "calendar year, the mean of several years and, once a pregnancy was "
                        "declared, the child's limit. A dose from another employer comes in as "
                        "transferred, so that the sums are of the person and not of the house.",
                    .example = "moly act safety.record_staff_dose"
                               " --db sqlite:moly.db"
                               " --as physicist"
                               " --person technologist"
                               " --from 2026-10-01T00:00Z"
                               " --until 2026-11-01T00:00Z"
                               " --whole-body '120 uSv'"
                               " --extremity '2.1 mSv'"
                               " --dosimeter TLD-0117",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct staff_dose_args)},
    .roles = MOLY_ROLE_PHYSICIST,
    .rules = "R-57",
    .subject_kind = "staff_dose",
    .decide = decide,
};
