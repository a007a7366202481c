/* SPDX-License-Identifier: Apache-2.0 */
/* The pages of a study's report, from top to bottom. */
#include <math.h>

#include "picture.h"
#include "study.h"

static const unsigned ink = 0x1a1a1a, warning = 0x8a5a00;

const char *study_mark(const study_report *r)
{
    const char *language = r->w.language;
    const json_t *corrected = json_object_get(study_signed_event(r), "corrected_by");
    switch (r->standing) {
    case STUDY_SIGNED:
        return NULL;
    case STUDY_CORRECTED:
        return words_printf(
            &r->w,
            say(language, "NOT VALID - corrected by event %lld, the signature holds no more"),
            (long long)json_integer_value(json_array_get(corrected, 0)));
    case STUDY_CHANGED:
        return words_printf(&r->w,
                            say(language, "NOT VALID - changed after signing, by event %lld"),
                            (long long)json_integer_value(json_object_get(r->study, "seq")));
    case STUDY_PRELIMINARY:
        break;
    }
    return say(language, "PRELIMINARY - not signed");
}

/* ---- the examination ---------------------------------------------------------------------- */

/* Carets part the components of a DICOM text. */
static const char *plain(const study_report *r, const char *text)
{
    char *copy = text ? moly_arena_strdup(r->w.arena, text) : NULL;
    for (char *c = copy; c && *c != '\0'; c++) {
        if (*c == '^') {
            *c = ' ';
        }
    }
    return copy ? copy + strspn(copy, " ") : NULL;
}

static const char *both(const study_report *r, const char *a, const char *b)
{
    return a && b ? words_printf(&r->w, "%s %s", a, b) : a ? a : b;
}

/* Only differences are taken of the header's own clock, so that its zone does not matter. */
static moly_instant header_instant(const study_report *r, const char *text, const char *day)
{
    moly_instant t = MOLY_INSTANT_NONE;
    const char *blank = text ? strchr(text, ' ') : NULL;
    if (!text || (!blank && !day)) {
        return t;
    }
    const char *iso = blank ? words_printf(&r->w, "%.10sT%sZ", text, blank + 1)
                            : words_printf(&r->w, "%.10sT%sZ", day, text);
    return moly_instant_parse(iso, &t, NULL) == MOLY_OK ? t : MOLY_INSTANT_NONE;
}

static const char *uptake_time(const study_report *r)
{
    const double day_s = 86400;
    const json_t *header = json_object_get(r->study, "header");
    const char *scanned = member_text(header, "acquisition_time");
    moly_instant from = member_instant(r->dose, "given_at"), until = member_instant(r->study, "at");
    if (moly_instant_is_none(from)) {
        const char *given = member_text(header, "injection_datetime");
        until = header_instant(r, scanned, NULL);
        from = header_instant(r, given ? given : member_text(header, "injection_time"), scanned);
        if (!moly_instant_is_none(from) && !moly_instant_is_none(until) && from.us > until.us) {
            from = moly_instant_add_s(from, -day_s); /* given before midnight */
        }
    }
    if (moly_instant_is_none(from) || moly_instant_is_none(until)) {
        return NULL;
    }
    return words_duration(&r->w, moly_instant_difference_s(from, until));
}

/* What the header calls the total dose is in Bq or, against DICOM, in MBq; between the two nobody
 * can tell. The same limits as those of the SUV's rules (src/quantify/suv_dose.c). */
static const char *header_activity(const study_report *r)
{
    double told = member_number(json_object_get(r->study, "header"), "total_dose");
    if (!(told > 0)) {
        return NULL;
    }
    const char *said = told >= 1e6   ? words_quantity(&r->w, told, MOLY_DIM_ACTIVITY, 4)
                       : told <= 2e4 ? words_quantity(&r->w, told * 1e6, MOLY_DIM_ACTIVITY, 4)
                                     : NULL;
    return said ? words_printf(&r->w, say(r->w.language, "%s, image's header"), said) : NULL;
}

static const char *injected_activity(const study_report *r)
{
    double net_bq = member_number(r->dose, "net_bq");
    if (net_bq > 0) {
        return words_printf(&r->w, say(r->w.language, "%s net, books (%s)"),
                            words_quantity(&r->w, net_bq, MOLY_DIM_ACTIVITY, 4),
                            member_text(r->dose, "id"));
    }
    const char *said = header_activity(r);
    return said ? said : say(r->w.language, "not known");
}

static const char *header_difference(const study_report *r)
{
    double difference = member_number(json_object_get(r->study, "suv"), "net_difference");
    return isfinite(difference) ? words_printf(&r->w, "%+.1f %%", 100 * difference) : NULL;
}

static const char *injection_time(const study_report *r)
{
    const json_t *header = json_object_get(r->study, "header");
    const char *given = words_time(&r->w, member_instant(r->dose, "given_at"));
    const char *stated = member_text(header, "injection_datetime");
    stated = stated ? stated : member_text(header, "injection_time");
    return given    ? given
           : stated ? words_printf(&r->w, say(r->w.language, "%s, scanner's clock"), stated)
                    : NULL;
}

static const char *number_with_unit(const study_report *r, double value, const char *unit)
{
    return isfinite(value) ? words_printf(&r->w, "%.4g %s", value, say(r->w.language, unit)) : NULL;
}

static void examination(paper *p, const study_report *r)
{
    const char *language = r->w.language;
    const json_t *header = json_object_get(r->study, "header");
    const char *described = plain(r, member_text(r->study, "description"));
    const char *series = plain(r, member_text(header, "series_description"));
    const char *product = member_text(r->dose, "product");
    const char *modality = member_text(header, "modality");
    bool is_pet = modality && strcmp(modality, "PT") == 0;
    const char *pharmaceutical =
        product ? say(language, product) : plain(r, member_text(header, "radiopharmaceutical"));
    const paper_fact facts[] = {
        {say(language, "Examination"), described},
        {say(language, "Series"),
         series && described && strcmp(series, described) != 0 ? series : NULL},
        {say(language, "Acquired"), words_time(&r->w, member_instant(r->study, "at"))},
        {say(language, "Scanner"),
         both(r, member_text(header, "manufacturer"), member_text(header, "model"))},
        {say(language, "Reconstruction"), member_text(header, "reconstruction")},
        {say(language, "Accession number"), member_text(header, "accession_number")},
        {say(language, "Radiopharmaceutical"),
         pharmaceutical ? both(r, pharmaceutical, plain(r, member_text(header, "radionuclide")))
                        : say(language, "not stated")},
        {say(language, "Injected activity"), injected_activity(r)},
        {say(language, "Books against header"), header_difference(r)},
        {say(language, "Injected at"), injection_time(r)},
        {say(language, "Uptake time"), uptake_time(r)},
        {say(language, "Weight"),
         number_with_unit(r, member_number(header, "patient_weight_kg"), "kg")},
        {say(language, "Height"),
         number_with_unit(r, member_number(header, "patient_height_cm"), "cm")},
    };
    p->y += paper_put(p, STYLE_TITLE, PANGO_ALIGN_LEFT, PAPER_LEFT, p->y, PAPER_INNER,
                      is_pet ? say(language, "Positron emission tomography")
                             : say(language, "Imaging study")) +
            4;
    paper_facts(p, 2, facts, sizeof facts / sizeof facts[0]);
    paper_gap(p, 8);
}

/* ---- figures --------------------------------------------------------------------------------- */

static void regions(paper *p, const study_report *r)
{
    const char *language = r->w.language;
    const json_t *suv = json_object_get(r->study, "suv");
    const json_t *rows = json_object_get(suv, "regions");
    const paper_column columns[] = {
        {"", 20, PANGO_ALIGN_LEFT},
        {say(language, "Region"), 157, PANGO_ALIGN_LEFT},
        {say(language, "Volume, mL"), 56, PANGO_ALIGN_RIGHT},
        {say(language, "SUVmean"), 52, PANGO_ALIGN_RIGHT},
        {say(language, "SUVmax"), 52, PANGO_ALIGN_RIGHT},
        {say(language, "SUVpeak"), 52, PANGO_ALIGN_RIGHT},
        {say(language, "MTV 41 %, mL"), 64, PANGO_ALIGN_RIGHT},
        {say(language, "TLG, g"), 52, PANGO_ALIGN_RIGHT},
    };
    const paper_table table = {columns, sizeof columns / sizeof columns[0]};
    paper_heading(p, say(language, "Uptake"));
    if (json_array_size(rows) > 0) {
        paper_table_head(p, &table);
    }
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        const char *label = member_text(row, "label");
        const char *cells[] = {
            words_printf(&r->w, "%zu", i + 1),
            label ? label : "–",
            words_fixed(&r->w, member_number(row, "volume_ml"), 2),
            words_fixed(&r->w, member_number(row, "mean"), 2),
            words_fixed(&r->w, member_number(row, "max"), 2),
            words_fixed(&r->w, member_number(row, "peak"), 2),
            words_fixed(&r->w, member_number(row, "mtv41_ml"), 2),
            words_fixed(&r->w, member_number(row, "tlg_g"), 2),
        };
        paper_table_row(p, &table, cells, (int)picture_colour(i));
    }
    paper_gap(p, 3);
    const json_t *at = json_object_get(suv, "max_lps_mm");
    const char *units = member_text(suv, "units");
    paper_paragraph(
        p, STYLE_SMALL,
        words_printf(&r->w,
                     say(language, "Whole image: %s max %.2f at %.1f, %.1f, %.1f mm (left, "
                                   "posterior, superior), median %.2f."),
                     units ? units : "SUV", member_number(suv, "max"),
                     json_number_value(json_array_get(at, 0)),
                     json_number_value(json_array_get(at, 1)),
                     json_number_value(json_array_get(at, 2)), member_number(suv, "median")));
}

/* ---- what was said -----------------------------------------------------------------------------
 */

static void section(paper *p, const study_report *r, const char *heading, const char *text,
                    paper_style style)
{
    paper_heading(p, heading);
    paper_paragraph(p, style, text ? text : say(r->w.language, "Not reported yet."));
}

/* A replaced report stands beside the one that replaced it. */
static void earlier(paper *p, const study_report *r)
{
    const char *language = r->w.language;
    for (size_t i = 0; i + 1 < json_array_size(r->reports); i++) {
        const json_t *newer = json_object_get(json_array_get(r->reports, i), "body");
        const json_t *event = json_array_get(r->reports, i + 1);
        const json_t *body = json_object_get(event, "body");
        const char *reason = member_text(newer, "reason"), *who = member_text(event, "person");
        const char *when = words_time(&r->w, member_instant(event, "at"));
        const char *findings = member_text(body, "findings");
        const char *impression = member_text(body, "impression");
        if (i == 0) {
            paper_heading(p, say(language, "Earlier reports, replaced"));
        }
        paper_paragraph(p, STYLE_SMALL,
                        words_printf(&r->w, say(language, "%s by %s; replaced because: %s"),
                                     when ? when : "–", who ? who : "–", reason ? reason : "–"));
        paper_paragraph(p, STYLE_TINY, findings ? findings : "–");
        paper_paragraph(p, STYLE_TINY, impression ? impression : "–");
        paper_gap(p, 3);
    }
}

static double line(paper *p, paper_style style, double y, const char *text)
{
    return y + paper_put(p, style, PANGO_ALIGN_LEFT, PAPER_LEFT + 10, y, PAPER_INNER - 20, text);
}

static void box(paper *p, unsigned rgb, double height)
{
    paper_colour(p, rgb);
    cairo_set_line_width(p->cr, 0.8);
    cairo_rectangle(p->cr, PAPER_LEFT, p->y, PAPER_INNER, height);
    cairo_stroke(p->cr);
}

static void signature(paper *p, const study_report *r, const json_t *event, size_t index)
{
    const char *language = r->w.language;
    const json_t *one = json_array_get(json_object_get(event, "signatures"), index);
    const char *roles = person_roles(&r->w, json_array_get(r->signers, index));
    const char *name = member_text(one, "name"), *user = member_text(one, "person");
    const char *meaning = member_text(one, "meaning");
    const char *when = words_both_times(&r->w, member_instant(one, "at"));
    const double height = 72;
    paper_need(p, height + 8);
    box(p, ink, height);
    double y = line(p, STYLE_LABEL, p->y + 5, say(language, "Signed electronically by"));
    y = line(p, STYLE_NAME, y,
             roles ? words_printf(&r->w, "%s \u200e(%s)", name ? name : "–", roles) : name);
    y = line(p, STYLE_SMALL, y,
             words_printf(&r->w, say(language, "Meaning: %s · account %s"),
                          say(language, meaning ? meaning : "–"), user ? user : "–"));
    y = line(p, STYLE_SMALL, y, when ? when : "–");
    (void)line(p, STYLE_SMALL, y,
               words_printf(&r->w, say(language, "Event %lld, hash %s"),
                            (long long)json_integer_value(json_object_get(event, "seq")),
                            words_hash(&r->w, member_text(event, "hash"), 16)));
    p->y += height + 6;
}

static void signatures(paper *p, const study_report *r)
{
    const json_t *event = study_signed_event(r);
    const char *mark = study_mark(r);
    paper_gap(p, 12);
    if (mark) {
        const double height = 22;
        paper_need(p, height + 8);
        box(p, warning, height);
        (void)line(p, STYLE_STRONG, p->y + 4.5, mark);
        p->y += height + 6;
    }
    size_t n = r->standing == STUDY_PRELIMINARY
                   ? 0
                   : json_array_size(json_object_get(event, "signatures"));
    for (size_t i = 0; i < n; i++) {
        signature(p, r, event, i);
    }
}

/* ---- small print -------------------------------------------------------------------------------
 */

static void small_print(paper *p, const study_report *r)
{
    const char *language = r->w.language;
    const json_t *suv = json_object_get(r->study, "suv");
    const char *units = member_text(suv, "units"), *rule = member_text(suv, "rule");
    paper_gap(p, 4);
    paper_paragraph(p, STYLE_TINY,
                    words_printf(&r->w, "%s: %s; %s %.6g.", units ? units : "SUV",
                                 rule ? rule : "–", say(language, "factor"),
                                 member_number(suv, "factor")));
    if (member_text(suv, "formula")) {
        paper_paragraph(p, STYLE_TINY, member_text(suv, "formula"));
    }
    size_t i;
    json_t *text;
    json_array_foreach(json_object_get(suv, "warnings"), i, text)
    {
        const char *said = json_string_value(text);
        paper_paragraph(p, STYLE_TINY,
                        words_printf(&r->w, "%s: %s", say(language, "Warning"), said ? said : "–"));
    }
    paper_paragraph(
        p, STYLE_TINY,
        say(language,
            "SUVpeak: highest mean in a sphere of 1 mL inside the region. MTV 41 %: volume at or "
            "above 41 % of the region's SUVmax. TLG: SUVmean x volume of the region as drawn."));
    paper_paragraph(
        p, STYLE_TINY,
        words_printf(&r->w,
                     say(language, "Pictures: inverse grey, SUV 0 to %.3g; the patient's right is "
                                   "on the left; red ticks show the level of the axial slice. They "
                                   "are for orientation, not for diagnosis."),
                     r->top));
    if (r->views.is_oblique) {
        paper_paragraph(p, STYLE_TINY,
                        say(language, "The image lies oblique; it is shown along its own axes."));
    }
    if (r->has_other_regions) {
        paper_paragraph(p, STYLE_TINY,
                        say(language, "The regions lie on another lattice and are not drawn."));
    }
    if (r->has_other_factors) {
        paper_paragraph(p, STYLE_TINY,
                        say(language, "Factors differ from slice to slice: the pictures are scaled "
                                      "by the first, the table is not."));
    }
}

void study_page(paper *p, const void *report)
{
    const study_report *r = report;
    const char *language = r->w.language;
    const json_t *suv = json_object_get(r->study, "suv");
    const char *units = member_text(suv, "units");
    examination(p, r);
    picture_row(p, &r->views, r->top, json_array_size(json_object_get(suv, "regions")),
                units ? units : "SUV");
    regions(p, r);
    section(p, r, say(language, "Findings"), member_text(r->study, "findings"), STYLE_BODY);
    section(p, r, say(language, "Impression"), member_text(r->study, "impression"), STYLE_STRONG);
    signatures(p, r);
    earlier(p, r);
    small_print(p, r);
}
