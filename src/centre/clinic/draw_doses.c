/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "clinic/draw.h"
#include "quality/quality.h"

struct draws_args {
    const char *kit, *eluate, *vial, *instrument, *container, *note;
    moly_text_list orders, activities, pots;
    moly_instant at;
};

static const moly_param params[] = {
    {.name = "orders",
     MOLY_TEXT_LIST(struct draws_args, orders),
     .is_required = true,
     .record = "order",
     .help = "orders that the syringes are for"},
    {.name = "activities",
     MOLY_TEXT_LIST(struct draws_args, activities),
     .help = "activity measured in each syringe, in the same order (a preview may leave them out)"},
    {.name = "pots",
     MOLY_TEXT_LIST(struct draws_args, pots),
     .help = "number of each syringe's shielded pot, in the same order"},
    {.name = "kit",
     MOLY_TEXT(struct draws_args, kit),
     .record = "kit",
     .help = "released kit they are drawn from"},
    {.name = "eluate",
     MOLY_TEXT(struct draws_args, eluate),
     .record = "eluate",
     .help = "or released eluate they are drawn from"},
    {.name = "vial",
     MOLY_TEXT(struct draws_args, vial),
     .record = "vial",
     .help = "or released vial of a ready product"},
    {.name = "instrument",
     MOLY_TEXT(struct draws_args, instrument),
     .record = "instrument",
     .help = "dose calibrator they were measured with; needed where several are in use"},
    {.name = "container",
     MOLY_TEXT(struct draws_args, container),
     .max = 60.0,
     .help = "what each was measured in, \"syringe 3 mL\": the geometry factor is applied"},
    ACT_AT(struct draws_args),
    ACT_NOTE(struct draws_args),
};

enum { MOST_DOSES = 40 };

static moly_status check_lists(const moly_act_context *context, const struct draws_args *a,
                               const vessel *source, moly_error *err)
{
    size_t n = a->orders.n;
    bool is_open = a->activities.n == 0 && context->is_preview;
    if (n == 0 || n > MOST_DOSES) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "orders: 1 to %d wanted, %zu are given",
                         (int)MOST_DOSES, n);
    }
    if (!is_open && a->activities.n != n) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "%zu activities for %zu orders: one each is wanted",
                         a->activities.n, n);
    }
    if (a->pots.n != 0 && a->pots.n != n) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "%zu pots for %zu orders: one each is wanted",
                         a->pots.n, n);
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(a->orders.values[i], a->orders.values[k]) == 0) {
                return MOLY_FAIL(err, MOLY_ERR_USAGE, "order %s is given twice",
                                 a->orders.values[i]);
            }
            if (a->pots.n > 0 && strcmp(a->pots.values[i], a->pots.values[k]) == 0) {
                return MOLY_REFUSE(err, "R-37",
                                   "pot %s is given twice; one pot carries one syringe",
                                   a->pots.values[i]);
            }
        }
    }
    if (n > 1 && json_is_true(json_object_get(source->record, "is_immediate_use"))) {
        return MOLY_REFUSE(err, "R-25", "%s %s is for immediate use by one patient",
                           say(context, source->kind), source->id);
    }
    return MOLY_OK;
}

static moly_status read_activity(const struct draws_args *a, size_t i, double *bq, moly_error *err)
{
    *bq = NAN;
    return a->activities.n == 0
               ? MOLY_OK
               : moly_quantity_parse(a->activities.values[i], MOLY_DIM_ACTIVITY, bq, err);
}

static moly_status draw(const moly_act_context *context, const struct draws_args *a, size_t i,
                        const char *id, const vessel *source, moly_decision *decision,
                        json_t *doses, double *taken_ml, moly_error *err)
{
    draw_request request = {
        .order = a->orders.values[i],
        .pot = a->pots.n > 0 ? a->pots.values[i] : NULL,
        .volume_ml = NAN,
        .measured = {.instrument = a->instrument, .container = a->container, .again_bq = NAN},
        .injection = MOLY_INSTANT_NONE};
    draw_plan plan;
    json_t *computation = NULL;
    moly_status status = read_activity(a, i, &request.activity_bq, err);
    if (!status) {
        status = draw_one(context, &request, id, source, decision, &plan, &computation, err);
    }
    if (status) {
        moly_error_context(err, "order %s", request.order);
        return status;
    }
    *taken_ml += plan.taken_ml;
    json_t *dose =
        json_pack("{s:s, s:s, s:s*, s:o, s:o, s:o}", "dose", id, "order", request.order, "pot",
                  request.pot, "activity_bq",
                  isfinite(request.activity_bq) ? moly_json_real(request.activity_bq) : json_null(),
                  "volume_ml", moly_json_real(plan.taken_ml), "computation", computation);
    return json_array_append_new(doses, dose) == 0 ? MOLY_OK : MOLY_NO_MEMORY(err);
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct draws_args *a = args;
    static const char *const kinds[] = {"kit", "eluate", "vial"};
    const char *const ids[] = {a->kit, a->eluate, a->vial};
    json_t *doses = json_array();
    double taken_ml = 0.0;
    id_series series;
    vessel source;
    moly_status status = vessel_choose(context, 3, kinds, ids, &source, err);
    status = status ? status : check_lists(context, a, &source, err);
    status = status ? status : id_series_begin(context, "dose", "DOS", &series, err);
    for (size_t i = 0; i < a->orders.n && !status; i++) {
        const char *id = id_series_next(context, &series);
        if (i == 0) {
            decision_subject(decision, "dose", id);
        }
        status = draw(context, a, i, id, &source, decision, doses, &taken_ml, err);
    }
    double left_ml = status ? NAN : record_number(source.record, "volume_left_ml");
    if (!status && taken_ml > left_ml + 1e-6) {
        status = MOLY_REFUSE(err, "R-24", "%s are wanted for %zu doses, %s %s holds %s",
                             say_volume(context, taken_ml), a->orders.n, say(context, source.kind),
                             source.id, say_volume(context, left_ml));
    }
    if (status) {
        json_decref(doses);
        return status;
    }
    decision_record(decision, source.kind, source.id); /* each draw knew of itself alone */
    decision_number(decision, "volume_left_ml", fmax(0.0, left_ml - taken_ml));
    decision_member(decision, "doses", doses);
    return MOLY_OK;
}

const moly_act clinic_draw_doses = {
    .declaration =
        {.name = "clinic.draw_doses",
         .summary = "Draw unit doses for several orders from one vial",
         .description =
             "Each is checked and computed as by clinic.draw_dose, for its own time of injection, "
             "and put into its own pot; together they are one event, or none is drawn. A label of "
             "each is printed by pharmacy.print_label. A preview gives the volumes.",
         .example = "moly act clinic.draw_doses"
                    " --db sqlite:moly.db"
                    " --as technologist"
                    " --orders ORD-000011"
                    " --activities '735 MBq'"
                    " --pots P-11"
                    " --kit KIT-000001",
         ACT_PARAMS(params),
         .args_size = sizeof(struct draws_args)},
    .roles = HOT_LAB,
    .rules = "R-13 R-22 R-24 R-25 R-28 R-30 R-33 R-34 R-35 R-36 R-37 R-56 R-66",
    .subject_kind = "dose",
    .decide = decide,
};
