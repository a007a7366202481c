/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "safety/area.h"

struct map_args {
    const char *room, *floor, *note;
    moly_f64_list x, y;
    int area;
    moly_instant at;
};

const char *const area_classes[] = {"controlled", "supervised", "public", NULL};

static const moly_param params[] = {
    {.name = "room",
     MOLY_TEXT(struct map_args, room),
     .record = "room",
     .is_required = true,
     .max = 40.0,
     .help = "room that is drawn"},
    {.name = "area",
     MOLY_CHOICE(struct map_args, area),
     .choices = area_classes,
     .is_required = true,
     .help = "class of the area: its surveys are judged by that"},
    {.name = "x",
     MOLY_F64_LIST(struct map_args, x),
     .dim = MOLY_DIM_LENGTH,
     .min = -1e6,
     .max = 1e6,
     .is_required = true,
     .help = "corners on the plan, to the right, one after another"},
    {.name = "y",
     MOLY_F64_LIST(struct map_args, y),
     .dim = MOLY_DIM_LENGTH,
     .min = -1e6,
     .max = 1e6,
     .is_required = true,
     .help = "and upwards, in their order"},
    {.name = "floor", MOLY_TEXT(struct map_args, floor), .max = 60.0, .help = "storey"},
    ACT_AT(struct map_args),
    ACT_NOTE(struct map_args),
};

json_t *area_points(const moly_f64_list *x, const moly_f64_list *y)
{
    json_t *points = json_array();
    for (size_t i = 0; i < x->n; i++) {
        json_t *point =
            json_pack("[o, o]", moly_json_real(x->values[i]), moly_json_real(y->values[i]));
        if (json_array_append_new(points, point) != 0) {
            json_decref(points);
            return NULL;
        }
    }
    return points;
}

/* Crossings of a ray to the right (W. R. Franklin). */
bool area_holds(const json_t *corners, double x_mm, double y_mm)
{
    bool is_inside = false;
    size_t n = json_array_size(corners);
    for (size_t i = 0, j = n - 1; n > 2 && i < n; j = i++) {
        const json_t *a = json_array_get(corners, i), *b = json_array_get(corners, j);
        double ax = json_number_value(json_array_get(a, 0)),
               ay = json_number_value(json_array_get(a, 1)),
               bx = json_number_value(json_array_get(b, 0)),
               by = json_number_value(json_array_get(b, 1));
        if ((ay > y_mm) != (by > y_mm) && x_mm < (bx - ax) * (y_mm - ay) / (by - ay) + ax) {
            is_inside = !is_inside;
        }
    }
    return is_inside;
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct map_args *a = args;
    const json_t *room = NULL;
    moly_status status = act_record(context, "room", a->room, &room, err);
    if (!status && (a->x.n != a->y.n || a->x.n < 3)) {
        status =
            MOLY_FAIL(err, MOLY_ERR_USAGE,
                      "y: %zu values for %zu of x; a room has at least 3 corners", a->y.n, a->x.n);
    }
    json_t *corners = status ? NULL : area_points(&a->x, &a->y);
    if (!status && !corners) {
        status = MOLY_NO_MEMORY(err);
    }
    if (status) {
        return status;
    }
    decision_subject(decision, "room", a->room);
    decision_record(decision, "room", a->room);
    decision_text(decision, "area", area_classes[a->area]);
    decision_text(decision, "floor", a->floor);
    decision_json(decision, "corners_mm", corners);
    return MOLY_OK;
}

const moly_act safety_map_room = {
    .declaration = {.name = "safety.map_room",
                    .summary = "Draw a room on the floor plan",
                    .description = "Surveys are shown on it, and judged by the class of its area.",
                    .example = "moly act safety.map_room"
                               " --db sqlite:moly.db"
                               " --as physicist"
                               " --room ROOM-000002"
                               " --area controlled"
                               " --x '6 m' --x '9 m' --x '9 m' --x '6 m'"
                               " --y '0 m' --y '0 m' --y '4 m' --y '4 m'",
                    ACT_PARAMS(params),
                    .args_size = sizeof(struct map_args)},
    .roles = PROTECTION,
    .rules = "R-56",
    .subject_kind = "room",
    .decide = decide,
};
