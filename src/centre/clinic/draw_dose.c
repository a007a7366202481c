/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "clinic/draw.h"

struct draw_args {
    const char *order, *kit, *eluate, *vial, *pot, *id, *note;
    double activity_bq, volume_ml;
    measured_args measured;
    moly_instant injection, at;
};

static const moly_param params[] = {
    {.name = "order",
     MOLY_TEXT(struct draw_args, order),
     .record = "order",
     .is_required = true,
     .help = "order that the dose is for"},
    {.name = "kit",
     MOLY_TEXT(struct draw_args, kit),
     .record = "kit",
     .help = "released kit it is drawn from"},
    {.name = "eluate",
     MOLY_TEXT(struct draw_args, eluate),
     .record = "eluate",
     .help = "or released eluate it is drawn from"},
    {.name = "vial",
     MOLY_TEXT(struct draw_args, vial),
     .record = "vial",
     .help = "or released vial of a ready product"},
    {.name = "activity",
     .letter = 'a',
     MOLY_F64(struct draw_args, activity_bq),
     .dim = MOLY_DIM_ACTIVITY,
     .min = 1e4,
     .max = 1e11,
     .help = "activity measured in the syringe (a preview may leave it out)"},
    {.name = "volume",
     .letter = 'v',
     MOLY_F64(struct draw_args, volume_ml),
     .dim = MOLY_DIM_VOLUME,
     .min = 0.01,
     .max = 50.0,
     .help = "volume in the syringe; without it the computed one"},
    {.name = "pot",
     MOLY_TEXT(struct draw_args, pot),
     .max = 40.0,
     .help = "number of the shielded pot that the syringe is put into"},
    {.name = "injection",
     MOLY_INSTANT(struct draw_args, injection),
     .help = "instant of the injection; without it the order's"},
    ACT_MEASURED(struct draw_args),
    ACT_CONTAINER(struct draw_args),
    ACT_ID(struct draw_args, "dose"),
    ACT_AT(struct draw_args),
    ACT_NOTE(struct draw_args),
};

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct draw_args *a = args;
    static const char *const kinds[] = {"kit", "eluate", "vial"};
    const char *const ids[] = {a->kit, a->eluate, a->vial};
    const char *id = NULL;
    json_t *computation = NULL;
    vessel source;
    draw_plan plan;
    moly_status status = vessel_choose(context, 3, kinds, ids, &source, err);
    if (!status) {
        status = act_new_id(context, "dose", "DOS", a->id, &id, err);
    }
    if (status) {
        return status;
    }
    const draw_request request = {.order = a->order,
                                  .pot = a->pot,
                                  .activity_bq = a->activity_bq,
                                  .volume_ml = a->volume_ml,
                                  .measured = a->measured,
                                  .injection = a->injection};
    decision_subject(decision, "dose", id);
    status = draw_one(context, &request, id, &source, decision, &plan, &computation, err);
    if (!status) {
        decision_member(decision, "computation", computation);
    }
    return status;
}

const moly_act clinic_draw_dose = {
    .declaration =
        {.name = "clinic.draw_dose",
         .summary = "Draw a patient's dose into a syringe",
         .description =
             "The volume is V = A_injection * 2^((t_injection - t_drawing) / T) / c(t_drawing), "
             "with "
             "the concentration measured when the kit was labelled (the eluate eluted). The event "
             "shows formula, half-life with its source, and both times. A preview gives the volume "
             "before anything is drawn.",
         .example = "moly act clinic.draw_dose"
                    " --db sqlite:moly.db"
                    " --as technologist"
                    " --order ORD-000007"
                    " --kit KIT-000001"
                    " --activity '690 MBq'",
         ACT_PARAMS(params),
         .args_size = sizeof(struct draw_args)},
    .roles = HOT_LAB,
    .rules = "R-13 R-14 R-22 R-24 R-25 R-28 R-30 R-31 R-33 R-34 R-35 R-36 R-37 R-56 R-66",
    .subject_kind = "dose",
    .decide = decide,
};
