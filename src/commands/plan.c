/* SPDX-License-Identifier: Apache-2.0 */
/* moly plan: a day's production, from the doses back to the beam. */
#include "plan_read.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "commands_inside.h"

typedef struct plan_args {
    json_t *day;
} plan_args;

/* 1000 doses of 200 bytes, five times; a request to the server may have no more */
#define LARGEST_DAY (1u << 20)

static const moly_param params[] = {
    {"day", 0, MOLY_JSON(plan_args, day), .is_required = true, .is_positional = true,
     .pattern_hint = "FILE", .file_bytes = LARGEST_DAY, .document = plan_schema,
     .help = "JSON: cyclotrons, cells, products, clinics and doses"},
};

static const moly_column timeline_columns[] = {
    {"clock_utc", "UTC", MOLY_DIM_NONE, 0},
    {"place", "Where", MOLY_DIM_NONE, 0},
    {"what", "What", MOLY_DIM_NONE, 0},
    {"product", "Product", MOLY_DIM_NONE, 0},
    {"activity_bq", "Activity", MOLY_DIM_ACTIVITY, 4},
};
static const moly_column reason_columns[] = {{"text", "Not possible", MOLY_DIM_NONE, 0}};
static const moly_column import_columns[] = {
    {"product", "Product", MOLY_DIM_NONE, 0},
    {"supplier", "Import from", MOLY_DIM_NONE, 0},
    {"on_arrival_bq", "On arrival", MOLY_DIM_ACTIVITY, 4},
    {"needed_on_arrival_bq", "Needed then", MOLY_DIM_ACTIVITY, 4},
    {"n_covered", "Doses covered", MOLY_DIM_NONE, 0},
    {"import_cost", "Its cost", MOLY_DIM_NONE, 6},
    {"own_cost", "Own cost", MOLY_DIM_NONE, 6},
};
static const moly_view views[] = {
    {NULL, "timeline", timeline_columns, 5},
    {NULL, "missed", reason_columns, 1},
    {"Import", "import", import_columns, 7},
};

/* json_object_set_new() of each; 0 when all went well */
static int set_instant(json_t *object, const char *key, moly_instant at)
{
    char text[MOLY_INSTANT_TEXT_SIZE];
    return json_object_set_new(object, key, json_string(moly_instant_format(at, text)));
}

static int set_real(json_t *object, const char *key, double value)
{
    return json_object_set_new(object, key, moly_json_real(value));
}

static int set_text(json_t *object, const char *key, const char *text)
{
    return json_object_set_new(object, key, text ? json_string(text) : json_null());
}

static json_t *dose_row(const moly_plan_problem *problem, size_t index)
{
    const moly_plan_dose *dose = &problem->doses[index];
    json_t *row = json_object();
    int failed = json_object_set_new(row, "number", json_integer((json_int_t)index + 1));
    failed |= set_text(row, "clinic", problem->clinics[dose->clinic].name);
    failed |= set_text(row, "product", problem->products[dose->product].name);
    failed |= set_real(row, "activity_bq", dose->activity_bq);
    failed |= set_instant(row, "at", dose->at);
    if (failed != 0) {
        json_decref(row);
        return NULL;
    }
    return row;
}

/* What a clinic is sent of a batch: its doses, decayed back to release. */
static double sent_bq(const moly_plan_problem *problem, const moly_plan_batch *batch, size_t clinic,
                      size_t *n)
{
    double lambda_per_s = problem->products[batch->product].lambda_per_s, sum_bq = 0.0;
    *n = 0;
    for (size_t d = 0; d < batch->n_doses; d++) {
        const moly_plan_dose *dose = &problem->doses[batch->doses[d]];
        if (dose->clinic == clinic) {
            sum_bq += dose->activity_bq *
                      exp(lambda_per_s * moly_instant_difference_s(batch->released, dose->at));
            (*n)++;
        }
    }
    return sum_bq;
}

static json_t *deliveries_of(const moly_plan_problem *problem, const moly_plan_batch *batch)
{
    json_t *rows = json_array();
    for (size_t c = 0; c < problem->n_clinics; c++) {
        size_t n = 0;
        double bq = sent_bq(problem, batch, c, &n);
        if (n == 0) {
            continue;
        }
        json_t *row = json_object();
        int failed = set_text(row, "clinic", problem->clinics[c].name);
        failed |= set_instant(row, "leaves", batch->released);
        failed |= set_instant(row, "arrives",
                              moly_instant_add_s(batch->released, problem->clinics[c].travel_s));
        failed |= set_real(row, "activity_bq", bq);
        failed |= json_object_set_new(row, "n_doses", json_integer((json_int_t)n));
        failed |= json_array_append_new(rows, row);
        if (failed != 0) {
            json_decref(rows);
            return NULL;
        }
    }
    return rows;
}

static json_t *batch_row(const plan_file *file, const moly_plan_batch *b)
{
    const moly_plan_problem *problem = &file->problem;
    const moly_plan_product *product = &problem->products[b->product];
    bool has_beam = b->cyclotron != MOLY_PLAN_NONE;
    json_t *row = json_object(), *doses = json_array();
    int failed = set_text(row, "product", product->name);
    failed |= set_text(row, "cyclotron", has_beam ? problem->cyclotrons[b->cyclotron].name : NULL);
    failed |= set_text(row, "target", file->targets[b->product]);
    failed |= set_text(row, "generator", has_beam ? NULL : product->generator.parent);
    failed |=
        set_text(row, "cell", b->cell != MOLY_PLAN_NONE ? problem->cells[b->cell].name : NULL);
    failed |= set_instant(row, "beam_from", b->beam_from);
    failed |= set_instant(row, "beam_to", b->beam_to);
    failed |= set_real(row, "beam_s", b->beam_s);
    failed |= set_real(row, "current_a", has_beam ? product->current_a : 0.0);
    failed |=
        set_real(row, "saturation_yield_bq_per_a", has_beam ? product->saturation_bq_per_a : 0.0);
    failed |= set_real(row, "eob_bq", b->eob_bq);
    failed |= set_real(row, "most_eob_bq", b->most_eob_bq);
    failed |= set_instant(row, "synthesis_from", b->synthesis_from);
    failed |= set_instant(row, "synthesis_to", b->synthesis_to);
    failed |= set_real(row, "product_bq", b->product_bq);
    failed |= set_instant(row, "released", b->released);
    failed |= set_real(row, "released_bq", b->released_bq);
    failed |= set_instant(row, "last_use", b->last_use);
    failed |= set_real(row, "cost", b->cost);
    for (size_t d = 0; d < b->n_doses; d++) {
        failed |= json_array_append_new(doses, dose_row(problem, b->doses[d]));
    }
    failed |= json_object_set_new(row, "doses", doses);
    failed |= json_object_set_new(row, "deliveries", deliveries_of(problem, b));
    if (failed != 0) {
        json_decref(row);
        return NULL;
    }
    return row;
}

static int add_entry(json_t *timeline, const char *place, const char *what, const char *product,
                     moly_instant from, moly_instant to, double activity_bq)
{
    json_t *row = json_object();
    char begin[MOLY_INSTANT_TEXT_SIZE], end[MOLY_INSTANT_TEXT_SIZE];
    int failed = set_instant(row, "from", from);
    failed |= set_instant(row, "to", to);
    /* 2026-11-24T02:10:00Z: the hours and minutes, as a day's sheet shows them */
    failed |= json_object_set_new(
        row, "clock_utc",
        json_sprintf("%.5s–%.5s", moly_instant_format(from, begin) + strlen("2026-11-24T"),
                     moly_instant_format(to, end) + strlen("2026-11-24T")));
    failed |= set_text(row, "place", place);
    failed |= set_text(row, "what", what);
    failed |= set_text(row, "product", product);
    failed |= set_real(row, "activity_bq", activity_bq);
    /* by time; instants are texts of one form */
    size_t at = json_array_size(timeline);
    const char *begins = json_string_value(json_object_get(row, "from"));
    while (begins && at > 0 &&
           strcmp(json_string_value(json_object_get(json_array_get(timeline, at - 1), "from")),
                  begins) > 0) {
        at--;
    }
    return failed | json_array_insert_new(timeline, at, row);
}

static int add_batch(json_t *timeline, const moly_plan_problem *problem, const moly_plan_batch *b)
{
    const moly_plan_product *product = &problem->products[b->product];
    bool has_beam = b->cyclotron != MOLY_PLAN_NONE;
    int failed = add_entry(
        timeline, has_beam ? problem->cyclotrons[b->cyclotron].name : product->generator.parent,
        has_beam ? "beam" : "elution", product->name, b->beam_from, b->beam_to, b->eob_bq);
    if (b->cell != MOLY_PLAN_NONE) {
        failed |= add_entry(timeline, problem->cells[b->cell].name, "synthesis", product->name,
                            b->synthesis_from, b->synthesis_to, b->product_bq);
    }
    failed |= add_entry(timeline, "quality control", "control", product->name, b->synthesis_to,
                        b->released, b->released_bq);
    for (size_t c = 0; c < problem->n_clinics; c++) {
        size_t n = 0;
        double bq = sent_bq(problem, b, c, &n);
        if (n > 0) {
            moly_instant arrives = moly_instant_add_s(b->released, problem->clinics[c].travel_s);
            failed |= add_entry(timeline, problem->clinics[c].name, "delivery", product->name,
                                b->released, arrives, bq);
        }
    }
    return failed;
}

static const char *const why_words[] = {
    [MOLY_PLAN_STALE] = "shelf life",
    [MOLY_PLAN_LARGE] = "batch too large",
    [MOLY_PLAN_CELL_CLOSED] = "cell closed",
    [MOLY_PLAN_BEAM_SHORT] = "bombardment too short",
    [MOLY_PLAN_BEAM_CLOSED] = "cyclotron closed",
    [MOLY_PLAN_COLUMN] = "generator too weak",
};

static int set_known_instant(json_t *object, const char *key, moly_instant at)
{
    return moly_instant_is_none(at) ? json_object_set_new(object, key, json_null())
                                    : set_instant(object, key, at);
}

static json_t *miss_row(const moly_plan_problem *problem, const moly_plan_miss *miss)
{
    json_t *row = json_object(), *doses = json_array();
    int failed = set_text(row, "product", problem->products[miss->product].name);
    failed |= set_text(row, "why", why_words[miss->why]);
    failed |= set_text(row, "text", miss->text);
    failed |= set_text(row, "place", miss->place);
    failed |= set_instant(row, "leaves", miss->leaves);
    failed |= set_known_instant(row, "at", miss->at);
    failed |= set_known_instant(row, "opens", miss->opens);
    failed |= set_real(row, "needed_bq", miss->needed_bq);
    failed |= set_real(row, "most_bq", miss->most_bq);
    failed |= set_real(row, "kept_s", miss->kept_s);
    failed |= set_real(row, "shelf_s", miss->shelf_s);
    failed |= set_real(row, "longest_s", problem->products[miss->product].longest_s);
    for (size_t d = 0; d < miss->n_doses; d++) {
        failed |= json_array_append_new(doses, dose_row(problem, miss->doses[d]));
    }
    failed |= json_object_set_new(row, "doses", doses);
    if (failed != 0) {
        json_decref(row);
        return NULL;
    }
    return row;
}

static json_t *import_row(const moly_plan_problem *problem, const moly_plan_comparison *c)
{
    const moly_plan_product *product = &problem->products[c->product];
    json_t *row = json_object();
    int failed = set_text(row, "product", product->name);
    failed |= set_text(row, "supplier", product->import.supplier);
    failed |= set_real(row, "on_arrival_bq", c->on_arrival_bq);
    failed |= set_real(row, "needed_on_arrival_bq", c->needed_on_arrival_bq);
    failed |= json_object_set_new(row, "n_in_time", json_integer((json_int_t)c->n_in_time));
    failed |= json_object_set_new(row, "n_covered", json_integer((json_int_t)c->n_covered));
    failed |= set_real(row, "import_cost", c->import_cost);
    failed |= set_real(row, "own_cost", c->own_cost);
    if (failed != 0) {
        json_decref(row);
        return NULL;
    }
    return row;
}

static moly_status make_result(const plan_file *file, const moly_plan *plan, json_t **result,
                               moly_error *err)
{
    json_t *whole = json_object(), *batches = json_array(), *timeline = json_array();
    json_t *reasons = json_array(), *missed = json_array(), *unmet = json_array();
    json_t *import = json_array();
    int failed = json_object_set_new(whole, "feasible", json_boolean(plan->n_unmet == 0));
    for (size_t b = 0; b < plan->n_batches; b++) {
        failed |= json_array_append_new(batches, batch_row(file, &plan->batches[b]));
        failed |= add_batch(timeline, &file->problem, &plan->batches[b]);
    }
    for (size_t m = 0; m < plan->n_misses; m++) {
        failed |= json_array_append_new(reasons, json_string(plan->misses[m].text));
        failed |= json_array_append_new(missed, miss_row(&file->problem, &plan->misses[m]));
    }
    for (size_t u = 0; u < plan->n_unmet; u++) {
        failed |= json_array_append_new(unmet, dose_row(&file->problem, plan->unmet[u]));
    }
    for (size_t c = 0; c < plan->n_comparisons; c++) {
        failed |= json_array_append_new(import, import_row(&file->problem, &plan->comparisons[c]));
    }
    failed |= json_object_set_new(whole, "batches", batches);
    failed |= json_object_set_new(whole, "timeline", timeline);
    failed |= json_object_set_new(whole, "reasons", reasons);
    failed |= json_object_set_new(whole, "missed", missed);
    failed |= json_object_set_new(whole, "unmet", unmet);
    failed |= json_object_set_new(whole, "import", import);
    failed |= set_real(whole, "beam_s", plan->beam_s);
    failed |= set_real(whole, "cost", plan->cost);
    failed |= json_object_set_new(whole, "proven_best", json_boolean(plan->is_proven));
    failed |= json_object_set_new(whole, "n_tried", json_integer((json_int_t)plan->n_tried));
    if (failed != 0) {
        json_decref(whole);
        return MOLY_NO_MEMORY(err);
    }
    *result = whole;
    return MOLY_OK;
}

static moly_status run(const void *raw_args, const moly_run *run, json_t **result, moly_error *err)
{
    const plan_args *args = raw_args;
    plan_file file = {0};
    const moly_plan *plan = NULL;
    moly_status status = plan_read(args->day, &run->clock, run->arena, &file, err);
    if (status == MOLY_OK) {
        status = moly_plan_make(&file.problem, run->arena, &plan, err);
    }
    return status == MOLY_OK ? make_result(&file, plan, result, err) : status;
}

const moly_command moly_command_plan = {
    .declaration =
        {
            .name = "plan",
            .summary = "Plan a day's production backwards from its doses",
            .description =
                "Reads the day's cyclotrons, hot cells, products, clinics and doses, and finds "
                "when each beam or elution must run: doses are decayed back over travel, control, "
                "synthesis and transfer to the end of bombardment, divided into batches, and put "
                "on cyclotrons and cells as late as they can stand. Saturation yields come from "
                "Moly's curves unless the file has measured ones.\n\n"
                "Fewest unmet doses first, then least cost, or least beam time where no costs are "
                "given. What cannot be made is said with its reason, and the rest is planned. The "
                "file's members stand in docs/plan.md.",
            .example = "moly plan day.json",
            .params = params,
            .n_params = sizeof params / sizeof *params,
            .args_size = sizeof(plan_args),
        },
    .views = views,
    .n_views = sizeof views / sizeof *views,
    .run = run,
};
