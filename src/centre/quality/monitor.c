/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "quality/quality.h"

struct monitor_args {
    const char *place, *note;
    int grade;
    double small, large, air, settle, contact, pressure, temperature_c, humidity;
    moly_instant at;
};

static const char *const grades[] = {"A", "B", "C", "D", NULL};

static const moly_param params[] = {
    {.name = "place",
     MOLY_TEXT(struct monitor_args, place),
     .is_required = true,
     .min = 1.0,
     .max = 100.0,
     .help = "room or cell, as master records name it"},
    {.name = "grade",
     MOLY_CHOICE(struct monitor_args, grade),
     .choices = grades,
     .is_required = true,
     .help = "cleanliness grade"},
    {.name = "particles-05",
     MOLY_F64(struct monitor_args, small),
     .min = 0.0,
     .max = 1e10,
     .help = "particles of 0.5 um and more per cubic metre"},
    {.name = "particles-5",
     MOLY_F64(struct monitor_args, large),
     .min = 0.0,
     .max = 1e10,
     .help = "particles of 5 um and more per cubic metre"},
    {.name = "air",
     MOLY_F64(struct monitor_args, air),
     .min = 0.0,
     .max = 1e6,
     .help = "colonies per cubic metre of air"},
    {.name = "settle-plate",
     MOLY_F64(struct monitor_args, settle),
     .min = 0.0,
     .max = 1e6,
     .help = "colonies on a settle plate of 90 mm in 4 h"},
    {.name = "contact-plate",
     MOLY_F64(struct monitor_args, contact),
     .min = 0.0,
     .max = 1e6,
     .help = "colonies on a contact plate of 55 mm"},
    {.name = "pressure",
     MOLY_F64(struct monitor_args, pressure),
     .min = -1000.0,
     .max = 1000.0,
     .help = "pressure over the room of the next lower grade, Pa"},
    {.name = "temperature",
     MOLY_F64(struct monitor_args, temperature_c),
     .dim = MOLY_DIM_TEMPERATURE,
     .min = -20.0,
     .max = 60.0,
     .help = "of the air"},
    {.name = "humidity",
     MOLY_F64(struct monitor_args, humidity),
     .dim = MOLY_DIM_FRACTION,
     .min = 0.0,
     .max = 1.0,
     .help = "relative, of the air"},
    ACT_AT(struct monitor_args),
    ACT_NOTE(struct monitor_args),
};

/* What is read, its limit in the country's pack ("%c": the grade) and on which side it lies. */
static const struct {
    const char *word, *key;
    size_t offset;
    bool is_least;
} readings[] = {
    {"particles_05", "particles_%c_05_per_m3", offsetof(struct monitor_args, small), false},
    {"particles_5", "particles_%c_5_per_m3", offsetof(struct monitor_args, large), false},
    {"air", "air_%c_cfu_per_m3", offsetof(struct monitor_args, air), false},
    {"settle", "settle_%c_cfu", offsetof(struct monitor_args, settle), false},
    {"contact", "contact_%c_cfu", offsetof(struct monitor_args, contact), false},
    {"pressure", "pressure_difference_pa", offsetof(struct monitor_args, pressure), true},
    {"temperature", "temperature_high_c", offsetof(struct monitor_args, temperature_c), false},
    {"humidity", "humidity_high", offsetof(struct monitor_args, humidity), false},
};
enum { N_READINGS = sizeof readings / sizeof readings[0] };

static const site_limit *limit_of(const moly_act_context *context, size_t i, int grade)
{
    char key[64];
    const char *at = strstr(readings[i].key, "%c");
    int before = at ? (int)(at - readings[i].key) : (int)strlen(readings[i].key);
    (void)snprintf(key, sizeof key, "%.*s%s%s", before, readings[i].key,
                   at ? (const char *const[]){"a", "b", "c", "d"}[grade] : "", at ? at + 2 : "");
    return site_limit_of(context->limits, key);
}

static json_t *judge(const moly_act_context *context, const struct monitor_args *a, size_t *n_over)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < N_READINGS; i++) {
        double value = *(const double *)(const void *)((const char *)a + readings[i].offset);
        const site_limit *limit = limit_of(context, i, a->grade);
        if (!isfinite(value)) {
            continue;
        }
        bool is_within = readings[i].is_least ? value >= limit->value : value <= limit->value;
        *n_over += !is_within;
        (void)json_array_append_new(
            rows, json_pack("{s:s, s:o, s:o, s:s, s:s, s:b}", "what", readings[i].word, "value",
                            moly_json_rounded(value, 9), "limit", moly_json_real(limit->value),
                            "unit", limit->unit, "source", limit->source, "within", is_within));
    }
    return rows;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct monitor_args *a = args;
    const char *id = NULL;
    size_t n_over = 0;
    moly_status status = act_new_id(context, "monitoring", "MON", NULL, &id, err);
    if (status) {
        return status;
    }
    json_t *rows = judge(context, a, &n_over);
    if (json_array_size(rows) == 0) {
        json_decref(rows);
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "nothing was read: give particles-05, air, pressure "
                         "or another reading");
    }
    decision_subject(decision, "monitoring", id);
    decision_record(decision, "monitoring", id);
    decision_text(decision, "state", n_over > 0 ? "outside limits" : "within limits");
    decision_instant(decision, "at", context->at);
    decision_text(decision, "owner", a->place);
    decision_text(decision, "place", a->place);
    decision_text(decision, "grade", grades[a->grade]);
    decision_json(decision, "readings", rows);
    decision_text(decision, "read_by", context->performer->user);
    if (n_over == 0) {
        return MOLY_OK;
    }
    decision_warn(decision, "R-50",
                  "%zu readings of '%s' are outside the limits of grade %s: no work there until it "
                  "is cleaned and monitored again",
                  n_over, a->place, grades[a->grade]);
    status = alarm_raise(context, act_node(context, "monitoring", id), decision, err,
                         "%s: %zu readings outside the limits of grade %s", a->place, n_over,
                         grades[a->grade]);
    return status ? status
                  : case_open(context, CASE_DEVIATION, NULL, id, decision, NULL, err,
                              "%s: %zu readings outside the limits of grade %s", a->place, n_over,
                              grades[a->grade]);
}

const moly_act quality_monitor = {
    .declaration = {.name = "quality.monitor",
                    .summary = "Record the monitoring of a clean room or cell",
                    .description = "Particles, colonies, pressure, temperature, humidity, against "
                                   "the limits of its grade. Outside them an alarm and a deviation "
                                   "are opened and no step is done there.",
                    .example = "moly act quality.monitor"
                               " --db sqlite:moly.db"
                               " --as technologist"
                               " --place 'hot cell 1'"
                               " --grade A"
                               " --particles-05 120"
                               " --settle-plate 0",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct monitor_args)},
    .roles = HOT_LAB | MOLY_ROLE_PHYSICIST,
    .rules = "R-18 R-50",
    .subject_kind = "monitoring",
    .decide = decide,
};
