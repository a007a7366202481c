/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"
#include "instruments/check.h"
#include "instruments/measured.h"
#include "vessel.h"

#include "moly/spectrometry/purity.h"

struct purity_args {
    const char *eluate, *vial, *kit, *spectrum, *efficiency, *instrument, *note;
    int limits;
    moly_instant at;
};

static const char *const limit_words[] = {
#define WORD(key) key,
    MOLY_PURITY_PRODUCT_LIST(WORD)
#undef WORD
        NULL};

static const moly_param params[] = {
    {.name = "eluate",
     MOLY_TEXT(struct purity_args, eluate),
     .record = "eluate",
     .help = "eluate that was measured"},
    {.name = "vial",
     MOLY_TEXT(struct purity_args, vial),
     .record = "vial",
     .help = "or vial that was measured"},
    {.name = "kit",
     MOLY_TEXT(struct purity_args, kit),
     .record = "kit",
     .help = "or labelled kit that was measured"},
    {.name = "spectrum",
     MOLY_TEXT(struct purity_args, spectrum),
     .pattern_hint = "FILE",
     .is_required = true,
     .help = "gamma spectrum: .Spe, .cnf, .n42, IEC 61455, .Spc or CSV"},
    {.name = "efficiency",
     MOLY_TEXT(struct purity_args, efficiency),
     .pattern_hint = "FILE",
     .is_required = true,
     .help = "efficiency curve of this geometry, as moly calibrate prints it"},
    {.name = "instrument",
     MOLY_TEXT(struct purity_args, instrument),
     .record = "instrument",
     .help = "gamma spectrometer; needed where several are in use"},
    {.name = "limits",
     MOLY_CHOICE(struct purity_args, limits),
     .choices = limit_words,
     .help = "limits to hold it against; without it the strictest of its nuclide"},
    ACT_AT(struct purity_args),
    ACT_NOTE(struct purity_args),
};

enum { MOST_WANTED = 16 };
static const double future_s = 300.0; /* a spectrometer's clock may differ by this much */

typedef struct spectrum_result {
    const moly_nuclide_set *set;
    const char *product; /* key of the limits */
    size_t wanted[MOST_WANTED], n_wanted;
    moly_efficiency efficiency;
    moly_gamma_spectrum *spectrum;
    json_t *result;
} spectrum_result;

static void release(spectrum_result *m)
{
    moly_gamma_spectrum_free(m->spectrum);
    json_decref(m->result);
}

/* ---- the files ---- */

static moly_status read_files(const moly_act_context *context, const struct purity_args *a,
                              spectrum_result *m, moly_error *err)
{
    char *data = NULL;
    size_t length = 0;
    json_t *curve = NULL;
    moly_status status = moly_ledger_blob(context->reader, a->spectrum, &data, &length, err);
    if (!status) {
        status = moly_gamma_spectrum_parse(data, length, 0, &m->spectrum, err);
        if (status) {
            moly_error_context(err, "spectrum");
        }
    }
    moly_free(data);
    data = NULL;
    if (!status) {
        status = moly_ledger_blob(context->reader, a->efficiency, &data, &length, err);
    }
    if (!status) {
        status = moly_json_parse(data, length, &curve, err);
        const json_t *inner = json_object_get(curve, "efficiency");
        status =
            status ? status : moly_efficiency_from_json(inner ? inner : curve, &m->efficiency, err);
        if (status) {
            moly_error_context(err, "efficiency");
        }
    }
    moly_free(data);
    json_decref(curve);
    return status;
}

/* A spectrum of another day is another sample's. */
static moly_status check_time(const moly_act_context *context, const vessel *v,
                              moly_gamma_spectrum *spectrum, moly_error *err)
{
    if (moly_instant_is_none(spectrum->start)) {
        spectrum->start = moly_instant_add_s(context->at, -spectrum->real_s);
        return MOLY_OK;
    }
    moly_instant made = record_instant(v->record, "at");
    if (spectrum->start.us < made.us) {
        return MOLY_REFUSE(err, "R-13",
                           "the spectrum was begun at %s, before %s %s was made at %s; is it of "
                           "another sample?",
                           say_time(context, spectrum->start), say(context, v->kind), v->id,
                           say_time(context, made));
    }
    if (moly_instant_difference_s(context->now, spectrum->start) > future_s) {
        return MOLY_REFUSE(err, "R-13",
                           "the spectrum was begun at %s, which is in the future; check the "
                           "spectrometer's clock",
                           say_time(context, spectrum->start));
    }
    return MOLY_OK;
}

/* ---- the limits ---- */

static moly_status choose_limits(const struct purity_args *a, const vessel *v, spectrum_result *m,
                                 moly_error *err)
{
    const char *nuclide = vessel_nuclide(v->record);
    const char *const *keys = moly_purity_products();
    size_t n = 0;
    m->product = a->limits >= 0 ? limit_words[a->limits] : NULL;
    for (size_t i = 0; keys[i] && !m->product; i++) {
        const moly_purity_limit *rows = moly_purity_limits(keys[i], &n);
        m->product = strcmp(rows->nuclide, nuclide) == 0 ? keys[i] : NULL;
    }
    const moly_purity_limit *rows = m->product ? moly_purity_limits(m->product, &n) : NULL;
    if (!rows) {
        return MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "no pharmacopoeia limits of %s are known here",
                         nuclide);
    }
    if (strcmp(rows->nuclide, nuclide) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "limits: %s is for %s, %s %s holds %s", m->product,
                         rows->nuclide, v->kind, v->id, nuclide);
    }
    moly_status status = moly_nuclide_find(m->set, nuclide, &m->wanted[m->n_wanted++], err);
    for (size_t i = 0; i < n && !status && m->n_wanted < MOST_WANTED; i++) {
        if (rows[i].impurity) {
            status = moly_nuclide_find(m->set, rows[i].impurity, &m->wanted[m->n_wanted++], err);
        }
    }
    return status;
}

/* Energies of the peaks that nothing explains: what emits them stands in no row of the verdict. */
static json_t *unexplained(const moly_identification *found)
{
    json_t *energies = json_array();
    for (size_t p = 0; p < found->peaks->n; p++) {
        if (found->labels[p].cause == MOLY_PEAK_UNKNOWN) {
            (void)json_array_append_new(energies,
                                        moly_json_rounded(found->peaks->peaks[p].energy_kev, 4));
        }
    }
    return energies;
}

/* What the record keeps; the spectrum itself is a blob, from which all can be found again. */
static moly_status keep_result(spectrum_result *m, const moly_identification *found,
                               moly_error *err)
{
    static const char *const kept[] = {"start", "live_s",     "detector", "energy",  "nuclides",
                                       "mda",   "impurities", "verdict",  "warnings"};
    const moly_identify_view view = {.product = m->product};
    json_t *whole = NULL;
    moly_status status = moly_identification_json(found, m->set, &view, &whole, err);
    m->result = status ? NULL : json_object();
    for (size_t i = 0; i < sizeof kept / sizeof kept[0] && !status; i++) {
        json_t *value = json_object_get(whole, kept[i]);
        if (value && json_object_set(m->result, kept[i], value) != 0) {
            status = MOLY_NO_MEMORY(err);
        }
    }
    json_decref(whole);
    if (!status && json_object_set_new(m->result, "unexplained_kev", unexplained(found)) != 0) {
        status = MOLY_NO_MEMORY(err);
    }
    return status;
}

static moly_status identify(spectrum_result *m, moly_error *err)
{
    moly_identification *found = NULL;
    moly_identify_options options = moly_identify_options_default();
    options.set = m->set;
    options.efficiency = &m->efficiency;
    options.wanted = m->wanted;
    options.n_wanted = m->n_wanted;
    moly_status status = moly_identify(m->spectrum, &options, &found, err);
    if (!status) {
        m->spectrum = NULL; /* taken over */
        status = keep_result(m, found, err);
    }
    moly_identification_free(found);
    return status;
}

/* ---- the verdict ---- */

static moly_instant valid_until(const json_t *result)
{
    moly_instant first = MOLY_INSTANT_NONE;
    size_t i;
    const json_t *row;
    json_array_foreach(json_object_get(result, "impurities"), i, row)
    {
        moly_instant until = record_instant(row, "met_until");
        if (!moly_instant_is_none(until) && (moly_instant_is_none(first) || until.us < first.us)) {
            first = until;
        }
    }
    return first;
}

static void warn_of(const vessel *v, const json_t *result, moly_decision *decision)
{
    size_t i;
    const json_t *row;
    json_array_foreach(json_object_get(result, "impurities"), i, row)
    {
        if (record_is(row, "verdict", "exceeded")) {
            decision_warn(decision, "R-24",
                          "%.3g Bq of %s per Bq, limit %.3g (%s): %s must not be used",
                          record_number(row, "ratio_bq_per_bq"), record_text(row, "impurity"),
                          record_number(row, "limit_bq_per_bq"), record_text(row, "source"), v->id);
        } else if (!record_is(row, "verdict", "met")) {
            decision_warn(decision, "R-24",
                          "the limit of %s cannot be told from this spectrum: measure longer, or "
                          "later, when the product has decayed",
                          record_text(row, "impurity"));
        }
    }
    json_array_foreach(json_object_get(result, "unexplained_kev"), i, row)
    {
        decision_warn(decision, "R-24",
                      "a peak at %.5g keV belongs to no nuclide that was found: the verdict does "
                      "not cover what emits it",
                      json_number_value(row));
    }
}

static void decide_state(const moly_act_context *context, const vessel *v, const spectrum_result *m,
                         moly_decision *decision)
{
    bool is_over = record_is(m->result, "verdict", "exceeded");
    expiry ends = {record_instant(v->record, "expiry"), record_text(v->record, "expiry_by")};
    if (moly_instant_is_none(ends.at)) {
        ends = (expiry){0};
    }
    expiry_limit(&ends, valid_until(m->result), "radionuclidic purity");
    decision_subject(decision, v->kind, v->id);
    decision_record(decision, v->kind, v->id);
    if (is_over) {
        decision_text(decision, "state", "out of specification");
    } else {
        decision_expiry(decision, &ends);
    }
    decision_text(decision, "radionuclidic_purity", record_text(m->result, "verdict"));
    decision_instant(decision, "radionuclidic_purity_until", valid_until(m->result));
    decision_text(decision, "purity_limits", m->product);
    decision_text(decision, "tested_by", context->performer->user);
    warn_of(v, m->result, decision);
    decision_member(decision, "identification", json_incref(m->result));
}

static moly_status check(const moly_act_context *context, const vessel *v, moly_error *err)
{
    static const char *const gone[] = {"discarded", "rejected", "out of specification"};
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++) {
        if (record_is(v->record, "state", gone[i])) {
            return MOLY_REFUSE(err, "R-13", "%s %s is %s already", say(context, v->kind), v->id,
                               say(context, gone[i]));
        }
    }
    return rule_in_order(context, record_instant(v->record, "at"), "it was made", err);
}

static moly_status decide(const moly_act_context *context, const void *args,
                          moly_decision *decision, moly_error *err)
{
    const struct purity_args *a = args;
    static const char *const kinds[] = {"eluate", "vial", "kit"};
    const char *const ids[] = {a->eluate, a->vial, a->kit};
    spectrum_result m = {.set = moly_nuclide_set_builtin()};
    vessel v;
    const json_t *instrument = NULL;
    moly_status status = vessel_choose(context, 3, kinds, ids, &v, err);
    if (!status) {
        status = check(context, &v, err);
    }
    if (!status) {
        status =
            rule_instrument_of(context, INSTRUMENT_SPECTROMETER, a->instrument, &instrument, err);
    }
    if (!status) {
        status = choose_limits(a, &v, &m, err);
    }
    if (!status) {
        status = read_files(context, a, &m, err);
    }
    if (!status) {
        status = check_time(context, &v, m.spectrum, err);
    }
    if (!status) {
        status = identify(&m, err);
    }
    if (!status) {
        decide_state(context, &v, &m, decision);
    }
    if (!status && instrument) {
        const char *id = record_text(instrument, "id");
        decision_member(decision, "measured", json_pack("{s:s}", "instrument", id));
        decision_link(decision, v.node, act_node(context, "instrument", id), "measured with");
    }
    release(&m);
    return status;
}

const moly_act pharmacy_test_purity = {
    .declaration =
        {.name = "pharmacy.test_purity",
         .summary = "Test radionuclidic purity by a gamma spectrum",
         .description =
             "The spectrum is kept with the record. Its nuclides are identified and the impurities "
             "held against the pharmacopoeia; what is not seen counts with its detection limit. A "
             "limit that is exceeded blocks the use; else the time at which one will be exceeded "
             "ends it.",
         .example = "moly act pharmacy.test_purity"
                    " --db sqlite:moly.db"
                    " --as technologist"
                    " --eluate ELU-000004"
                    " --spectrum eluate.csv"
                    " --efficiency detector.json",
         ACT_PARAMS(params),
         .args_size = sizeof(struct purity_args)},
    .roles = HOT_LAB | MOLY_ROLE_PHYSICIST | MOLY_ROLE_QUALIFIED_PERSON,
    .rules = "R-13 R-24 R-28 R-29",
    .subject_kind = "eluate",
    .decide = decide,
};
