/* SPDX-License-Identifier: Apache-2.0 */
/* What the hot lab's screen shows: which activity is where, who is due when, what blocks whom. Only
 * records in a live state are read, so the cost follows the day's work and not the age of the
 * ledger. */
#include "screens.h"

#include "physics.h"
#include "quality/show.h"
#include "site_data.h"

/* Vessels that hold activity and are in the house, in the order of the atom's way. */
static const struct {
    const char *kind, *state;
} live[] = {
    {"generator", "quarantine"},
    {"generator", "accepted"},
    {"eluate", "untested"},
    {"eluate", "tested"},
    {"eluate", "released"},
    {"eluate", "out of specification"},
    {"eluate", "rejected"},
    {"kit", "labelled"},
    {"kit", "tested"},
    {"kit", "released"},
    {"kit", "out of specification"},
    {"kit", "rejected"},
    {"target", "bombarded"},
    {"target", "processed"},
    {"vial", "quarantine"},
    {"vial", "untested"},
    {"vial", "tested"},
    {"vial", "released"},
    {"vial", "out of specification"},
    {"vial", "rejected"},
    {"dose", "drawn"},
    {"dose", "given"},
    {"dose", "residual measured"},
    {"patient", "injected"},
    {"waste", "open"},
};

/* Below this a vessel counts as empty on the screen; the books keep it. */
static const double shown_bq = 1000.0, next_s = 60.0;

static moly_status add_nuclide(const screen *s, const char *account, const char *name,
                               double now_bq, json_t *list, moly_error *err)
{
    const moly_nuclide *nuclide = NULL;
    double next_bq = 0.0;
    moly_status status = physics_nuclide(name, &nuclide, err);
    if (!status) {
        status = moly_ledger_activity(s->reader, account, name, moly_instant_add_s(s->now, next_s),
                                      &next_bq, NULL, err);
    }
    if (status) {
        return status;
    }
    return screen_append(list,
                         json_pack("{s:s, s:o, s:o, s:o}", "nuclide", name, "activity_bq",
                                   moly_json_real(now_bq), "activity_next_bq",
                                   moly_json_real(next_bq), "half_life_s",
                                   moly_json_real(nuclide->half_life_s)),
                         err);
}

static moly_status add_nuclides(const screen *s, const char *account, json_t *list, moly_error *err)
{
    double now_bq[PHYSICS_N_HANDLED];
    moly_status status =
        moly_ledger_activities(s->reader, account, physics_handled, s->now, now_bq, NULL, err);
    for (size_t i = 0; i < PHYSICS_N_HANDLED && !status; i++) {
        if (now_bq[i] >= shown_bq) {
            status = add_nuclide(s, account, physics_handled[i], now_bq[i], list, err);
        }
    }
    return status;
}

const char *screen_label(const char *kind, const json_t *record, char label[SCREEN_LABEL_SIZE])
{
    const char *id = record_text(record, "id");
    if (strcmp(kind, "generator") == 0) {
        (void)snprintf(label, SCREEN_LABEL_SIZE, "%s %s (%s)", record_text(record, "supplier"),
                       record_text(record, "serial"), id);
    } else if (strcmp(kind, "kit") == 0 || strcmp(kind, "vial") == 0) {
        (void)snprintf(label, SCREEN_LABEL_SIZE, "%s (%s)", record_text(record, "product_name"),
                       id);
    } else if (strcmp(kind, "lot") == 0) {
        (void)snprintf(label, SCREEN_LABEL_SIZE, "%s %s (%s)", record_text(record, "product_name"),
                       record_text(record, "number"), id);
    } else if (strcmp(kind, "instrument") == 0 || strcmp(kind, "source") == 0) {
        (void)snprintf(label, SCREEN_LABEL_SIZE, "%s %s (%s)", record_text(record, "model"),
                       record_text(record, "serial"), id);
    } else if (strcmp(kind, "order") == 0) {
        (void)snprintf(label, SCREEN_LABEL_SIZE, "%s (%s)", record_text(record, "patient_name"),
                       id);
    } else if (strcmp(kind, "referral") == 0) {
        (void)snprintf(label, SCREEN_LABEL_SIZE, "%s (%s)", record_text(record, "examination"), id);
    } else if (strcmp(kind, "purchase") == 0) {
        (void)snprintf(label, SCREEN_LABEL_SIZE, "%s, %s (%s)", record_text(record, "item"),
                       record_text(record, "supplier"), id);
    } else if (strcmp(kind, "target") == 0) {
        (void)snprintf(label, SCREEN_LABEL_SIZE, "%s (%s)", record_text(record, "material"), id);
    } else if (strcmp(kind, "patient") == 0 || strcmp(kind, "supplier") == 0) {
        (void)snprintf(label, SCREEN_LABEL_SIZE, "%s (%s)", record_text(record, "name"), id);
    } else {
        (void)snprintf(label, SCREEN_LABEL_SIZE, "%s", id);
    }
    return label;
}

static moly_status add_vessel(const screen *s, const char *kind, const json_t *record,
                              json_t *vessels, moly_error *err)
{
    char account[128], label[SCREEN_LABEL_SIZE];
    json_t *nuclides = json_array();
    (void)snprintf(account, sizeof account, "%s/%s", kind, record_text(record, "id"));
    moly_instant ends = record_instant(record, "expiry");
    moly_status status = add_nuclides(s, account, nuclides, err);
    if (status || (json_array_size(nuclides) == 0 && strcmp(kind, "waste") != 0)) {
        json_decref(nuclides);
        return status;
    }
    json_t *vessel = json_pack("{s:s, s:s, s:s, s:o}", "account", account, "label",
                               screen_label(kind, record, label), "state",
                               record_text(record, "state"), "nuclides", nuclides);
    if (vessel && !moly_instant_is_none(ends)) {
        (void)json_object_set(vessel, "expiry", json_object_get(record, "expiry"));
        (void)json_object_set_new(vessel, "expired", json_boolean(s->now.us > ends.us));
    }
    if (vessel && json_object_get(record, "volume_left_ml")) {
        (void)json_object_set(vessel, "volume_left_ml", json_object_get(record, "volume_left_ml"));
    }
    return screen_append(vessels, vessel, err);
}

static moly_status add_vessels(const screen *s, json_t *vessels, json_t *blocks, json_t *counts,
                               moly_error *err)
{
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < sizeof live / sizeof live[0] && !status; i++) {
        const moly_record_query query = {.kind = live[i].kind, .state = live[i].state};
        json_t *records = NULL;
        size_t k;
        const json_t *record;
        status = moly_ledger_records(s->reader, &query, &records, err);
        json_array_foreach(records, k, record)
        {
            status = status ? status : add_vessel(s, live[i].kind, record, vessels, err);
            status = status ? status : screen_block(s, live[i].kind, record, blocks, err);
        }
        json_int_t before = json_integer_value(json_object_get(counts, live[i].kind));
        (void)json_object_set_new(counts, live[i].kind,
                                  json_integer(before + (json_int_t)json_array_size(records)));
        json_decref(records);
    }
    return status;
}

/* ---- who is due -------------------------------------------------------------------------------
 */

static moly_status add_due(const moly_act_context *context, const json_t *order, json_t *doses,
                           json_t *blocks, moly_error *err)
{
    size_t n_before = json_array_size(blocks);
    json_t *patient = NULL;
    const char *dose = json_string_value(json_object_get(order, "dose"));
    moly_status status = moly_ledger_record(context->reader, "patient",
                                            record_text(order, "patient"), &patient, err);
    if (!status) {
        status = screen_block_order(context, order, patient, blocks, err);
    }
    if (!status) {
        status = screen_append(
            doses,
            json_pack("{s:s, s:s, s:s, s:s, s:s, s:O, s:O, s:s, s:s?, s:i}", "order",
                      record_text(order, "id"), "patient", record_text(order, "patient"),
                      "patient_name", record_text(patient, "name"), "examination",
                      record_text(order, "examination"), "product", record_text(order, "product"),
                      "activity_bq", json_object_get(order, "activity_bq"), "due",
                      json_object_get(order, "at"), "state", record_text(order, "state"), "dose",
                      dose, "n_blocks", (int)(json_array_size(blocks) - n_before)),
            err);
    }
    json_decref(patient);
    return status;
}

static int by_due(const void *a, const void *b)
{
    const json_t *const *left = a;
    const json_t *const *right = b;
    moly_instant first = record_instant(*left, "at"), second = record_instant(*right, "at");
    return (first.us > second.us) - (first.us < second.us);
}

int64_t screen_midnight_us(const screen *s)
{
    const int64_t day_us = 86400LL * 1000000, offset_us = s->site->utc_offset_minutes * 60000000LL;
    int64_t local_us = s->now.us + offset_us;
    return local_us - ((local_us % day_us) + day_us) % day_us - offset_us;
}

/* Orders of the site's day, first due first. */
static moly_status add_doses(const screen *s, const moly_act_context *context, json_t *doses,
                             json_t *blocks, json_t *counts, moly_error *err)
{
    const int64_t day_us = 86400LL * 1000000, midnight_us = screen_midnight_us(s);
    const moly_record_query query = {
        .kind = "order", .from = {midnight_us}, .until = {midnight_us + day_us - 1}, .limit = 1000};
    json_t *orders = NULL;
    moly_status status = moly_ledger_records(s->reader, &query, &orders, err);
    size_t n = json_array_size(orders);
    const json_t **sorted = status ? NULL : moly_alloc(n + 1, sizeof(const json_t *));
    if (!status && !sorted) {
        status = MOLY_NO_MEMORY(err);
    }
    if (!status) {
        for (size_t i = 0; i < n; i++) {
            sorted[i] = json_array_get(orders, i);
        }
        qsort(sorted, n, sizeof(const json_t *), by_due);
    }
    for (size_t i = 0; i < n && !status; i++) {
        status = add_due(context, sorted[i], doses, blocks, err);
    }
    (void)json_object_set_new(counts, "order", json_integer((json_int_t)n));
    moly_free(sorted);
    json_decref(orders);
    return status;
}

moly_status moly_centre_today(const moly_site *site, const moly_ledger_reader *reader,
                              moly_instant now, json_t **today, moly_error *err)
{
    const screen s = {site, reader, now};
    const moly_performer reads = {.user = "", .language = err ? err->language : NULL};
    moly_arena *arena = moly_arena_new();
    moly_act_context context;
    char text[MOLY_INSTANT_TEXT_SIZE];
    json_t *vessels = json_array(), *doses = json_array(), *blocks = json_array(),
           *counts = json_object();
    *today = NULL;
    moly_status status =
        arena ? screen_context(&s, arena, &reads, &context, err) : MOLY_NO_MEMORY(err);
    if (!status) {
        status = add_vessels(&s, vessels, blocks, counts, err);
    }
    if (!status) {
        status = add_doses(&s, &context, doses, blocks, counts, err);
    }
    if (!status) {
        status = screen_quality(&s, blocks, err);
    }
    if (!status) {
        status = screen_upkeep(&s, blocks, err);
    }
    if (!status) {
        *today = json_pack("{s:s, s:{s:s, s:s, s:i, s:b}, s:O, s:O, s:O, s:O}", "now",
                           moly_instant_format(now, text), "site", "name", site->name, "country",
                           site->country, "utc_offset_minutes", site->utc_offset_minutes,
                           "is_training", site->is_training, "vessels", vessels, "doses", doses,
                           "blocks", blocks, "counts", counts);
        status = *today ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    json_decref(vessels);
    json_decref(doses);
    json_decref(blocks);
    json_decref(counts);
    moly_arena_free(arena);
    return status;
}
