/* SPDX-License-Identifier: Apache-2.0 */
/* What activity is where, for the regulator; waste with what is left in it; and a recall:
 * who has what was made of a lot. */
#include <math.h>

#include "sheet.h"

static void activity_columns(sheet *s, sheet_table *t, const char *what)
{
    sheet_column(t, what, 180, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Nuclide"), 90, PANGO_ALIGN_LEFT);
    sheet_column(t, say(s->w.language, "Activity"), 110, PANGO_ALIGN_RIGHT);
    sheet_column(t, say(s->w.language, "Uncertainty"), 110, PANGO_ALIGN_RIGHT);
}

static bool is_outside(const char *account)
{
    return strncmp(account, "outside/", 8) == 0;
}

static bool is_waste(const char *account)
{
    return strncmp(account, "waste/", 6) == 0;
}

static void lines(sheet *s, sheet_table *t, const json_t *balance, bool (*is_wanted)(const char *),
                  bool is_inverse)
{
    size_t i;
    const json_t *row;
    json_array_foreach(json_object_get(balance, "results"), i, row)
    {
        const char *account = member_text(row, "account");
        if (!account || is_wanted(account) == is_inverse) {
            continue;
        }
        const char *cells[] = {account, member_text(row, "nuclide"),
                               sheet_activity(s, member_number(row, "activity_bq")),
                               sheet_activity(s, member_number(row, "sd_bq"))};
        sheet_row(s, t, cells);
    }
}

moly_status paper_activity(sheet *s, moly_error *err)
{
    const char *language = s->w.language;
    json_t *balance = NULL;
    moly_status status = moly_ledger_balance(s->reader, s->until, &balance, err);
    status = status ? status : sheet_keep(s, balance, err);
    if (status) {
        return status;
    }
    s->title = say(language, "Activity in the centre");
    sheet_fact(s, say(language, "At"), sheet_when(s, s->until));
    sheet_table *totals = sheet_begin_table(s, say(language, "Totals"));
    sheet_column(totals, say(language, "Nuclide"), 90, PANGO_ALIGN_LEFT);
    sheet_column(totals, say(language, "Activity"), 110, PANGO_ALIGN_RIGHT);
    size_t i;
    const json_t *row;
    json_array_foreach(json_object_get(balance, "totals"), i, row)
    {
        const char *cells[] = {member_text(row, "nuclide"),
                               sheet_activity(s, member_number(row, "activity_bq"))};
        sheet_row(s, totals, cells);
    }
    sheet_table *t = sheet_begin_table(s, say(language, "Where it is"));
    activity_columns(s, t, say(language, "Vessel"));
    lines(s, t, balance, is_outside, true);
    sheet_sign(s, say(language, "Responsible for radiation safety: name, signature, date"));
    return MOLY_OK;
}

static const char *dose_rate(sheet *s, const json_t *record, const char *key)
{
    const double rate = member_number(record, key);
    return isfinite(rate) ? words_printf(&s->w, "%.3g µSv/h", 1e6 * rate) : NULL;
}

moly_status paper_waste(sheet *s, moly_error *err)
{
    const char *language = s->w.language;
    json_t *balance = NULL, *containers = NULL;
    moly_status status = moly_ledger_balance(s->reader, s->until, &balance, err);
    status = status ? status : sheet_keep(s, balance, err);
    status = status ? status : sheet_records(s, "waste", &containers, err);
    if (status) {
        return status;
    }
    s->title = say(language, "Radioactive waste");
    s->is_landscape = true;
    sheet_fact(s, say(language, "At"), sheet_when(s, s->until));
    sheet_table *t = sheet_begin_table(s, say(language, "Containers"));
    sheet_column(t, say(language, "Container"), 80, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "Opened"), 80, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "State"), 70, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "Cleared"), 80, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "Mass, g"), 60, PANGO_ALIGN_RIGHT);
    sheet_column(t, say(language, "Surface"), 80, PANGO_ALIGN_RIGHT);
    sheet_column(t, say(language, "Background"), 80, PANGO_ALIGN_RIGHT);
    sheet_column(t, say(language, "Signature"), 130, PANGO_ALIGN_LEFT);
    size_t i;
    const json_t *one;
    json_array_foreach(containers, i, one)
    {
        const double mass_g = member_number(one, "mass_g");
        const char *cells[] = {member_text(one, "id"),
                               sheet_when(s, member_instant(one, "at")),
                               say(language, member_text(one, "state")),
                               sheet_when(s, member_instant(one, "cleared_at")),
                               isfinite(mass_g) ? words_fixed(&s->w, mass_g, 0) : NULL,
                               dose_rate(s, one, "surface_sv_per_h"),
                               dose_rate(s, one, "background_sv_per_h"),
                               sheet_person(s, member_text(one, "cleared_by"))};
        sheet_row(s, t, cells);
    }
    sheet_table *left = sheet_begin_table(s, say(language, "What is left in them"));
    activity_columns(s, left, say(language, "Container"));
    lines(s, left, balance, is_waste, false);
    sheet_sign(s, say(language, "Responsible for radiation safety: name, signature, date"));
    return MOLY_OK;
}

/* ---- recall -----------------------------------------------------------------------------------
 */

static moly_status add_patient(sheet *s, sheet_table *t, const json_t *dose, moly_error *err)
{
    json_t *patient = NULL;
    moly_status status = sheet_record(s, "patient", member_text(dose, "patient"), &patient, err);
    const char *name = member_text(patient, "name"), *number = member_text(patient, "number");
    const char *cells[] = {member_text(dose, "id"),
                           name,
                           number,
                           sheet_activity(s, member_number(dose, "activity_bq")),
                           say(s->w.language, member_text(dose, "state")),
                           sheet_when(s, member_instant(dose, "given_at")),
                           " "};
    sheet_row(s, t, cells);
    return status;
}

moly_status paper_recall(sheet *s, moly_error *err)
{
    static const char *const kinds[] = {"lot", "generator", "kit", "eluate", "vial", "batch", NULL};
    const char *language = s->w.language, *kind = NULL;
    json_t *record = NULL, *trace = NULL;
    moly_status status = sheet_find(s, kinds, s->id, &kind, &record, err);
    if (!status) {
        status =
            moly_ledger_trace(s->reader, words_printf(&s->w, "%s/%s", kind, s->id), &trace, err);
    }
    status = status ? status : sheet_keep(s, trace, err);
    if (status) {
        return status;
    }
    s->title = words_printf(&s->w, "%s %s", say(language, "Recall of"), s->id);
    s->subject = s->id;
    sheet_fact(s, say(language, "At"), sheet_when(s, s->until));
    sheet_table *made = sheet_begin_table(s, say(language, "What was made of it"));
    sheet_column(made, say(language, "Record"), 130, PANGO_ALIGN_LEFT);
    sheet_column(made, say(language, "State"), 120, PANGO_ALIGN_LEFT);
    sheet_column(made, say(language, "Product"), 160, PANGO_ALIGN_LEFT);
    sheet_column(made, say(language, "Found and secured"), 95, PANGO_ALIGN_LEFT);
    sheet_table *people = sheet_begin_table(s, say(language, "Patients"));
    sheet_column(people, say(language, "Dose"), 75, PANGO_ALIGN_LEFT);
    sheet_column(people, say(language, "Patient"), 110, PANGO_ALIGN_LEFT);
    sheet_column(people, say(language, "No."), 65, PANGO_ALIGN_LEFT);
    sheet_column(people, say(language, "Activity"), 65, PANGO_ALIGN_RIGHT);
    sheet_column(people, say(language, "State"), 65, PANGO_ALIGN_LEFT);
    sheet_column(people, say(language, "Given"), 86, PANGO_ALIGN_LEFT);
    sheet_column(people, say(language, "Told"), 50, PANGO_ALIGN_LEFT);
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(trace, "forward"), i, one)
    {
        const json_t *found = json_object_get(one, "record");
        const char *node = member_text(one, "node");
        if (!node) {
            continue;
        }
        if (strncmp(node, "dose/", 5) == 0) {
            status = status ? status : add_patient(s, people, found, err);
        } else if (strncmp(node, "patient/", 8) != 0) {
            const char *cells[] = {node, say(language, member_text(found, "state")),
                                   sheet_product(s, found), " "};
            sheet_row(s, made, cells);
        }
    }
    sheet_sign(s, say(language, "Recall led by: name, signature, date"));
    return status;
}
