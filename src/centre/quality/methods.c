/* SPDX-License-Identifier: Apache-2.0 */
#include "quality/methods.h"

#include "physics.h"

#define WORD(word, kind, unit, reference, is_decisive, needs_instrument) word,
const char *const method_words[] = {METHOD_LIST(WORD) NULL};
#undef WORD
#define ROW(word, kind, unit, reference, is_decisive, needs_instrument)                            \
    {word, kind, unit, reference, is_decisive, needs_instrument},
static const method methods[] = {METHOD_LIST(ROW)};
#undef ROW
enum { N_METHODS = sizeof methods / sizeof methods[0] };

/* A half-life that is measured within this share of the true one is the nuclide's; FDG's monograph
 * has 105 to 115 min for 109.8. */
static const double half_life_share = 0.05;

const method *method_at(int index)
{
    return index >= 0 && index < N_METHODS ? &methods[index] : NULL;
}

const method *method_named(const char *word)
{
    for (size_t i = 0; i < N_METHODS; i++) {
        if (word && strcmp(methods[i].word, word) == 0) {
            return &methods[i];
        }
    }
    return NULL;
}

const char *method_unit(const method *m)
{
    return m->unit[0] ? m->unit : "1";
}

static void set_default(json_t *test, const char *key, double value)
{
    if (isfinite(value) && !json_object_get(test, key)) {
        (void)json_object_set_new(test, key, moly_json_rounded(value, 6));
    }
}

static const char *from_product(json_t *test, const method *m, const product *p)
{
    const moly_nuclide *nuclide = NULL;
    if (strcmp(m->word, "pH") == 0) {
        set_default(test, "min", p->ph_low);
        set_default(test, "max", p->ph_high);
        return p->source;
    }
    if (strcmp(m->word, "endotoxin") == 0) {
        set_default(test, "max", p->endotoxin_eu / p->max_volume_ml);
        return "175 EU in the largest volume of the product";
    }
    if (m->kind == METHOD_TRACE) {
        set_default(test, "min", p->min_purity);
        return p->source;
    }
    if (m->kind == METHOD_READINGS && physics_nuclide(p->nuclide, &nuclide, NULL) == MOLY_OK) {
        set_default(test, "min", nuclide->half_life_s * (1.0 - half_life_share));
        set_default(test, "max", nuclide->half_life_s * (1.0 + half_life_share));
        return nuclide->half_life_source;
    }
    return "";
}

/* Concentrations that ICH Q3C allows, of the country's pack. */
static moly_status complete_solvents(const site_data *limits, json_t *test, moly_error *err)
{
    const char *name;
    json_t *value;
    json_t *solvents = json_object_get(test, "solvents");
    if (json_object_size(solvents) == 0) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "residual solvents: 'solvents' names each solvent with its limit, or null "
                         "for that of the country");
    }
    json_object_foreach(solvents, name, value)
    {
        char key[80];
        (void)snprintf(key, sizeof key, "solvent_%.40s", name);
        const site_limit *limit = site_limit_find(limits, key);
        if (json_is_null(value) && limit) {
            (void)json_object_set_new(solvents, name, moly_json_real(limit->value));
        } else if (!json_is_number(value) || !(json_number_value(value) > 0.0)) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE,
                             "residual solvents: '%.40s' needs a limit, mass fraction above 0",
                             name);
        }
    }
    return MOLY_OK;
}

static moly_status check_bounds(const method *m, const json_t *test, moly_error *err)
{
    static const char *const numbers[] = {"min", "max", "low", "high"};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const json_t *value = json_object_get(test, numbers[i]);
        if (value && !json_is_number(value)) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE, "test '%s': %s is a number, unit %s", m->word,
                             numbers[i], method_unit(m));
        }
    }
    double min = record_number(test, "min"), max = record_number(test, "max");
    double low = record_number(test, "low"), high = record_number(test, "high");
    bool is_limited = m->kind == METHOD_NUMBER || m->kind == METHOD_READINGS ||
                      m->kind == METHOD_TRACE || m->kind == METHOD_POSITION;
    if (is_limited && !isfinite(min) && !isfinite(max)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "test '%s' has no limit: give min, max or both, unit %s", m->word,
                         method_unit(m));
    }
    if (min > max) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "test '%s': min %g is above max %g", m->word, min,
                         max);
    }
    if (m->kind == METHOD_TRACE && !(low < high)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "test '%s' needs low and high: between which positions the product's peak "
                         "lies",
                         m->word);
    }
    return MOLY_OK;
}

moly_status method_complete(const site_data *limits, const product *p, const json_t *test,
                            json_t **completed, moly_error *err)
{
    const char *word = record_text(test, "method");
    const method *m = method_named(word);
    *completed = NULL;
    if (!m) {
        const char *near = moly_nearest(word, method_words, N_METHODS);
        return near ? MOLY_FAIL(err, MOLY_ERR_UNKNOWN,
                                "test '%.40s' is unknown; did you mean '%s'?", word, near)
                    : MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "test '%.40s' is unknown", word);
    }
    json_t *copy = json_deep_copy(test);
    if (!copy) {
        return MOLY_NO_MEMORY(err);
    }
    const char *source = from_product(copy, m, p);
    if (strcmp(m->word, "filter integrity") == 0) {
        const site_limit *limit = site_limit_of(limits, "filter_bubble_point_pa");
        set_default(copy, "min", limit->value / 1000.0);
        source = limit->source;
    }
    moly_status status =
        m->kind == METHOD_SOLVENTS ? complete_solvents(limits, copy, err) : MOLY_OK;
    if (!status) {
        status = check_bounds(m, copy, err);
    }
    if (!status && !json_object_get(copy, "source")) {
        (void)json_object_set_new(copy, "source", json_string(source[0] ? source : m->reference));
    }
    if (!status && json_object_set_new(copy, "unit", json_string(m->unit)) != 0) {
        status = MOLY_NO_MEMORY(err);
    }
    if (status) {
        json_decref(copy);
        return status;
    }
    *completed = copy;
    return MOLY_OK;
}
