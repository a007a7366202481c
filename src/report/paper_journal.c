/* SPDX-License-Identifier: Apache-2.0 */
/* The journal of a generator's products: the eleven columns of SanPiN 2.6.1.2368-08, appendix 7
 * a line for each dose; and the list of a day's doses, to work by when the power is out. */
#include <math.h>

#include "sheet.h"

struct origin {
    json_t *dose, *vessel, *eluate, *generator;
};

/* From a dose back to its generator, by what each says that it was taken from. */
static moly_status find_origin(sheet *s, struct origin *o, moly_error *err)
{
    const char *source = member_text(o->dose, "source");
    const char *slash = source ? strchr(source, '/') : NULL;
    moly_status status = MOLY_OK;
    if (slash) {
        const char *kind = words_printf(&s->w, "%.*s", (int)(slash - source), source);
        status = sheet_record(s, kind, slash + 1, &o->vessel, err);
    }
    const char *eluate = member_text(o->vessel, "eluate");
    if (!status && eluate) {
        status = sheet_record(s, "eluate", eluate, &o->eluate, err);
    } else if (!status && member_text(o->vessel, "generator")) {
        o->eluate = o->vessel;
    }
    const char *generator = member_text(o->eluate, "generator");
    return status || !generator ? status
                                : sheet_record(s, "generator", generator, &o->generator, err);
}

static void line(sheet *s, sheet_table *t, const struct origin *o)
{
    const char *who = member_text(o->dose, "given_by");
    const char *cells[] = {
        words_printf(&s->w, "%zu", t->n_rows + 1),
        sheet_when(s, member_instant(o->eluate, "at")),
        member_text(o->generator, "serial"),
        sheet_day(s, member_instant(o->generator, "expiry")),
        o->eluate ? words_fixed(&s->w, member_number(o->eluate, "volume_ml"), 1) : NULL,
        sheet_activity(s, member_number(o->eluate, "activity_bq")),
        sheet_product(s, o->vessel ? o->vessel : o->dose),
        words_fixed(&s->w, member_number(o->dose, "volume_ml"), 2),
        sheet_activity(s, member_number(o->dose, "activity_bq")),
        sheet_when(s, member_instant(o->dose, "given_at")),
        sheet_person(s, who ? who : member_text(o->dose, "made_by")),
    };
    sheet_row(s, t, cells);
}

moly_status paper_journal(sheet *s, moly_error *err)
{
    const char *language = s->w.language;
    json_t *doses = NULL;
    size_t i;
    struct origin o = {0};
    s->title = say(language, "Journal of generators and radiopharmaceuticals");
    s->is_landscape = true;
    sheet_fact(s, say(language, "From"), s->from.us > 1 ? sheet_when(s, s->from) : NULL);
    sheet_fact(s, say(language, "Until"), sheet_when(s, s->until));
    sheet_fact(s, say(language, "Form"), "SanPiN 2.6.1.2368-08, 7");
    sheet_table *t = sheet_begin_table(s, NULL);
    sheet_column(t, say(language, "No."), 22, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "Date of elution"), 82, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "Generator"), 64, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "Valid until"), 58, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "Eluate, mL"), 42, PANGO_ALIGN_RIGHT);
    sheet_column(t, say(language, "Eluate, activity"), 58, PANGO_ALIGN_RIGHT);
    sheet_column(t, say(language, "Radiopharmaceutical"), 130, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "Volume, mL"), 42, PANGO_ALIGN_RIGHT);
    sheet_column(t, say(language, "Activity"), 58, PANGO_ALIGN_RIGHT);
    sheet_column(t, say(language, "Injected"), 82, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "Signature"), 100, PANGO_ALIGN_LEFT);
    moly_status status = sheet_records(s, "dose", &doses, err);
    json_array_foreach(doses, i, o.dose)
    {
        status = status ? status : find_origin(s, &o, err);
        if (!status) {
            line(s, t, &o);
        }
        o = (struct origin){0};
    }
    sheet_sign(s, say(language, "Responsible for radiation safety: name, signature, date"));
    return status;
}

/* ---- the doses of a day ------------------------------------------------------------------------
 */

static moly_status day_line(sheet *s, sheet_table *t, const json_t *order, moly_error *err)
{
    json_t *patient = NULL;
    moly_status status = sheet_record(s, "patient", member_text(order, "patient"), &patient, err);
    if (status) {
        return status;
    }
    const char *name = member_text(patient, "name"), *born = member_text(patient, "birth_date");
    const char *number = member_text(patient, "number");
    const double weight_kg = member_number(patient, "weight_kg");
    const char *cells[] = {
        sheet_time(s, member_instant(order, "at")),
        words_printf(&s->w, "%s\n%s%s%s", name ? name : "–", born ? born : "–", number ? " · " : "",
                     number ? number : ""),
        isfinite(weight_kg) ? words_fixed(&s->w, weight_kg, 0) : NULL,
        member_text(order, "examination"),
        sheet_product(s, order),
        sheet_activity(s, member_number(order, "activity_bq")),
        " ",
        " ",
        " ",
        say(s->w.language, member_text(order, "state")),
    };
    sheet_row(s, t, cells);
    return MOLY_OK;
}

static int by_time(const void *left, const void *right)
{
    const json_t *const *a = left, *const *b = right;
    const int64_t x = member_instant(*a, "at").us, y = member_instant(*b, "at").us;
    return x < y ? -1 : x > y;
}

moly_status paper_day(sheet *s, moly_error *err)
{
    const char *language = s->w.language;
    json_t *orders = NULL;
    s->title = say(language, "Doses of the day");
    s->is_landscape = true;
    sheet_fact(s, say(language, "Day"), sheet_day(s, s->from));
    sheet_table *t = sheet_begin_table(s, NULL);
    sheet_column(t, say(language, "Time"), 40, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "Patient"), 150, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "Weight, kg"), 40, PANGO_ALIGN_RIGHT);
    sheet_column(t, say(language, "Examination"), 110, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "Product"), 90, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "Prescribed"), 58, PANGO_ALIGN_RIGHT);
    sheet_column(t, say(language, "Drawn: activity, time"), 84, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "Given: time, site"), 80, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "Residual, time"), 70, PANGO_ALIGN_LEFT);
    sheet_column(t, say(language, "State"), 60, PANGO_ALIGN_LEFT);
    moly_status status = sheet_records(s, "order", &orders, err);
    const size_t n = json_array_size(orders);
    const json_t **sorted =
        status ? NULL : moly_arena_alloc(s->w.arena, n + 1, sizeof(const json_t *));
    if (!status && !sorted) {
        status = MOLY_NO_MEMORY(err);
    }
    for (size_t i = 0; i < n && !status; i++) {
        sorted[i] = json_array_get(orders, i);
    }
    if (!status && n > 0) {
        qsort(sorted, n, sizeof(const json_t *), by_time);
    }
    for (size_t i = 0; i < n && !status; i++) {
        status = day_line(s, t, sorted[i], err);
    }
    sheet_note(s, say(language, "When the power is out: write on this sheet, and enter everything "
                                "with its own time when Moly runs again."));
    sheet_sign(s, say(language, "Entered into Moly by: name, signature, date"));
    return status;
}
