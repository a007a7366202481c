/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/base/quantity.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "moly/base/catalogue.h"
#include "moly/base/text.h"

static const struct {
    const char *unit, *word;
} dims[] = {
#define DIM_ROW(name, unit, word) {unit, word},
    MOLY_DIM_LIST(DIM_ROW)
#undef DIM_ROW
};

const char *moly_dim_unit(moly_dim dim)
{
    MOLY_ASSERT(dim < MOLY_N_DIMS);
    return dims[dim].unit;
}

const char *moly_dim_word(moly_dim dim)
{
    MOLY_ASSERT(dim < MOLY_N_DIMS);
    return dims[dim].word;
}

#define CURIE 3.7e10 /* exact, CIPM 1964 */
#define DAY 86400.0
#define YEAR (365.2422 * DAY) /* tropical year, as ICRP-107 */

/* Symbols are case-sensitive where case carries meaning (mBq, MBq). */
static const moly_unit units[] = {
    {"Bq", MOLY_DIM_ACTIVITY, 1},
    {"mBq", MOLY_DIM_ACTIVITY, 1e-3},
    {"uBq", MOLY_DIM_ACTIVITY, 1e-6},
    {"µBq", MOLY_DIM_ACTIVITY, 1e-6},
    {"kBq", MOLY_DIM_ACTIVITY, 1e3},
    {"MBq", MOLY_DIM_ACTIVITY, 1e6},
    {"GBq", MOLY_DIM_ACTIVITY, 1e9},
    {"TBq", MOLY_DIM_ACTIVITY, 1e12},
    {"PBq", MOLY_DIM_ACTIVITY, 1e15},
    {"Ci", MOLY_DIM_ACTIVITY, CURIE},
    {"mCi", MOLY_DIM_ACTIVITY, 1e-3 * CURIE},
    {"uCi", MOLY_DIM_ACTIVITY, 1e-6 * CURIE},
    {"µCi", MOLY_DIM_ACTIVITY, 1e-6 * CURIE},
    {"nCi", MOLY_DIM_ACTIVITY, 1e-9 * CURIE},
    {"pCi", MOLY_DIM_ACTIVITY, 1e-12 * CURIE},
    {"kCi", MOLY_DIM_ACTIVITY, 1e3 * CURIE},
    {"MCi", MOLY_DIM_ACTIVITY, 1e6 * CURIE},
    {"s", MOLY_DIM_TIME, 1},
    {"ps", MOLY_DIM_TIME, 1e-12},
    {"ns", MOLY_DIM_TIME, 1e-9},
    {"us", MOLY_DIM_TIME, 1e-6},
    {"µs", MOLY_DIM_TIME, 1e-6},
    {"ms", MOLY_DIM_TIME, 1e-3},
    {"min", MOLY_DIM_TIME, 60},
    {"h", MOLY_DIM_TIME, 3600},
    {"d", MOLY_DIM_TIME, DAY},
    {"wk", MOLY_DIM_TIME, 7 * DAY},
    {"y", MOLY_DIM_TIME, YEAR},
    {"a", MOLY_DIM_TIME, YEAR},
    {"eV", MOLY_DIM_ENERGY, 1e-3},
    {"keV", MOLY_DIM_ENERGY, 1},
    {"MeV", MOLY_DIM_ENERGY, 1e3},
    {"mm", MOLY_DIM_LENGTH, 1},
    {"um", MOLY_DIM_LENGTH, 1e-3},
    {"µm", MOLY_DIM_LENGTH, 1e-3},
    {"cm", MOLY_DIM_LENGTH, 10},
    {"m", MOLY_DIM_LENGTH, 1000},
    {"mL", MOLY_DIM_VOLUME, 1},
    {"ml", MOLY_DIM_VOLUME, 1},
    {"cm3", MOLY_DIM_VOLUME, 1},
    {"uL", MOLY_DIM_VOLUME, 1e-3},
    {"µL", MOLY_DIM_VOLUME, 1e-3},
    {"mm3", MOLY_DIM_VOLUME, 1e-3},
    {"L", MOLY_DIM_VOLUME, 1e3},
    {"g", MOLY_DIM_MASS, 1},
    {"mg", MOLY_DIM_MASS, 1e-3},
    {"ug", MOLY_DIM_MASS, 1e-6},
    {"µg", MOLY_DIM_MASS, 1e-6},
    {"kg", MOLY_DIM_MASS, 1e3},
    {"Gy", MOLY_DIM_ABSORBED_DOSE, 1},
    {"mGy", MOLY_DIM_ABSORBED_DOSE, 1e-3},
    {"uGy", MOLY_DIM_ABSORBED_DOSE, 1e-6},
    {"µGy", MOLY_DIM_ABSORBED_DOSE, 1e-6},
    {"rad", MOLY_DIM_ABSORBED_DOSE, 1e-2},
    {"Sv", MOLY_DIM_DOSE_EQUIVALENT, 1},
    {"mSv", MOLY_DIM_DOSE_EQUIVALENT, 1e-3},
    {"uSv", MOLY_DIM_DOSE_EQUIVALENT, 1e-6},
    {"µSv", MOLY_DIM_DOSE_EQUIVALENT, 1e-6},
    {"rem", MOLY_DIM_DOSE_EQUIVALENT, 1e-2},
    {"mrem", MOLY_DIM_DOSE_EQUIVALENT, 1e-5},
    {"Sv/h", MOLY_DIM_DOSE_RATE, 1},
    {"mSv/h", MOLY_DIM_DOSE_RATE, 1e-3},
    {"uSv/h", MOLY_DIM_DOSE_RATE, 1e-6},
    {"µSv/h", MOLY_DIM_DOSE_RATE, 1e-6},
    {"mrem/h", MOLY_DIM_DOSE_RATE, 1e-5},
    {"Gy/h", MOLY_DIM_KERMA_RATE, 1},
    {"mGy/h", MOLY_DIM_KERMA_RATE, 1e-3},
    {"uGy/h", MOLY_DIM_KERMA_RATE, 1e-6},
    {"µGy/h", MOLY_DIM_KERMA_RATE, 1e-6},
    {"nGy/h", MOLY_DIM_KERMA_RATE, 1e-9},
    {"counts", MOLY_DIM_COUNTS, 1},
    {"cts", MOLY_DIM_COUNTS, 1},
    {"kcts", MOLY_DIM_COUNTS, 1e3},
    {"Mcts", MOLY_DIM_COUNTS, 1e6},
    {"%", MOLY_DIM_FRACTION, 1e-2},
    {"Bq/mL", MOLY_DIM_CONCENTRATION, 1},
    {"Bq/ml", MOLY_DIM_CONCENTRATION, 1},
    {"kBq/mL", MOLY_DIM_CONCENTRATION, 1e3},
    {"MBq/mL", MOLY_DIM_CONCENTRATION, 1e6},
    {"GBq/mL", MOLY_DIM_CONCENTRATION, 1e9},
    {"mCi/mL", MOLY_DIM_CONCENTRATION, 1e-3 * CURIE},
    {"Bq/Bq", MOLY_DIM_RATIO, 1},
    {"kBq/MBq", MOLY_DIM_RATIO, 1e-3},
    {"Bq/MBq", MOLY_DIM_RATIO, 1e-6},
    {"uCi/mCi", MOLY_DIM_RATIO, 1e-3},
    {"%", MOLY_DIM_RATIO, 1e-2},
    {"C", MOLY_DIM_TEMPERATURE, 1},
    {"°C", MOLY_DIM_TEMPERATURE, 1},
    {"kg", MOLY_DIM_BODY_MASS, 1},
    {"g", MOLY_DIM_BODY_MASS, 1e-3},
    {"lb", MOLY_DIM_BODY_MASS, 0.45359237}, /* exact, international pound 1959 */
    {"cm", MOLY_DIM_BODY_LENGTH, 1},
    {"mm", MOLY_DIM_BODY_LENGTH, 0.1},
    {"m", MOLY_DIM_BODY_LENGTH, 100},
    {"in", MOLY_DIM_BODY_LENGTH, 2.54}, /* exact, international inch 1959 */
    {"A", MOLY_DIM_CURRENT, 1},
    {"mA", MOLY_DIM_CURRENT, 1e-3},
    {"uA", MOLY_DIM_CURRENT, 1e-6},
    {"µA", MOLY_DIM_CURRENT, 1e-6},
    {"nA", MOLY_DIM_CURRENT, 1e-9},
    {"pA", MOLY_DIM_CURRENT, 1e-12},
    {"C", MOLY_DIM_CHARGE, 1},
    {"mC", MOLY_DIM_CHARGE, 1e-3},
    {"uAh", MOLY_DIM_CHARGE, 3.6e-3},
    {"µAh", MOLY_DIM_CHARGE, 3.6e-3},
    {"mAh", MOLY_DIM_CHARGE, 3.6},
    {"/cm2/s", MOLY_DIM_FLUX, 1},
    {"/m2/s", MOLY_DIM_FLUX, 1e-4},
    {"g/cm3", MOLY_DIM_DENSITY, 1},
    {"g/mL", MOLY_DIM_DENSITY, 1},
    {"mg/cm3", MOLY_DIM_DENSITY, 1e-3},
    {"kg/m3", MOLY_DIM_DENSITY, 1e-3},
    {"g/cm2", MOLY_DIM_AREAL_DENSITY, 1},
    {"mg/cm2", MOLY_DIM_AREAL_DENSITY, 1e-3},
    {"ug/cm2", MOLY_DIM_AREAL_DENSITY, 1e-6},
    {"µg/cm2", MOLY_DIM_AREAL_DENSITY, 1e-6},
};
enum { N_UNITS = sizeof units / sizeof units[0] };

/* What people read best, ascending; the first whose value is at least 1 is taken. */
static const struct {
    moly_dim dim;
    const char *symbols[8];
} ladders[] = {
    {MOLY_DIM_ACTIVITY, {"mBq", "Bq", "kBq", "MBq", "GBq", "TBq"}},
    {MOLY_DIM_TIME, {"ns", "µs", "ms", "s", "min", "h", "d", "y"}},
    {MOLY_DIM_ENERGY, {"eV", "keV", "MeV"}},
    {MOLY_DIM_LENGTH, {"µm", "mm"}},
    {MOLY_DIM_VOLUME, {"mL", "L"}}, /* a syringe is read in mL, 0.7 too */
    {MOLY_DIM_MASS, {"µg", "mg", "g", "kg"}},
    {MOLY_DIM_ABSORBED_DOSE, {"µGy", "mGy", "Gy"}},
    {MOLY_DIM_DOSE_EQUIVALENT, {"µSv", "mSv", "Sv"}},
    {MOLY_DIM_DOSE_RATE, {"µSv/h", "mSv/h", "Sv/h"}},
    {MOLY_DIM_KERMA_RATE, {"nGy/h", "µGy/h", "mGy/h", "Gy/h"}},
    {MOLY_DIM_COUNTS, {"counts"}},
    {MOLY_DIM_FRACTION, {"%"}},
    {MOLY_DIM_CONCENTRATION, {"Bq/mL", "kBq/mL", "MBq/mL", "GBq/mL"}},
    {MOLY_DIM_RATIO, {"Bq/MBq", "kBq/MBq"}},
    {MOLY_DIM_TEMPERATURE, {"°C"}},
    {MOLY_DIM_BODY_MASS, {"kg"}},
    {MOLY_DIM_BODY_LENGTH, {"cm"}},
    {MOLY_DIM_CURRENT, {"pA", "nA", "µA", "mA", "A"}},
    {MOLY_DIM_CHARGE, {"µAh", "mAh"}},
    {MOLY_DIM_FLUX, {"/cm2/s"}},
    {MOLY_DIM_DENSITY, {"mg/cm3", "g/cm3"}},
    {MOLY_DIM_AREAL_DENSITY, {"µg/cm2", "mg/cm2", "g/cm2"}},
};
enum { N_LADDERS = sizeof ladders / sizeof ladders[0], LADDER_STEPS = 8 };

const moly_unit *moly_units(size_t *n)
{
    *n = N_UNITS;
    return units;
}

static const moly_unit *find_unit(const char *symbol, size_t length, moly_dim dim)
{
    for (size_t i = 0; i < N_UNITS; i++) {
        if (units[i].dim == dim && strlen(units[i].symbol) == length &&
            memcmp(units[i].symbol, symbol, length) == 0) {
            return &units[i];
        }
    }
    return NULL;
}

static const char *word_of(moly_dim dim, const moly_error *err)
{
    return moly_translate(err ? err->language : NULL, moly_dim_word(dim));
}

static moly_status fail_unit(const char *symbol, size_t length, moly_dim dim, moly_error *err)
{
    for (size_t d = 0; d < MOLY_N_DIMS; d++) {
        if (find_unit(symbol, length, (moly_dim)d)) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE, "'%.*s' is a unit of %s, not of %s", (int)length,
                             symbol, word_of((moly_dim)d, err), word_of(dim, err));
        }
    }
    const char *candidates[N_UNITS];
    size_t n = 0;
    for (size_t i = 0; i < N_UNITS; i++) {
        if (units[i].dim == dim) {
            candidates[n++] = units[i].symbol;
        }
    }
    char wanted[24];
    (void)snprintf(wanted, sizeof wanted, "%.*s", (int)length, symbol);
    const char *nearest = moly_nearest(wanted, candidates, n);
    if (!nearest && n > 0) {
        nearest = candidates[0];
    }
    return MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "unknown unit '%s' of %s: did you mean %s?", wanted,
                     word_of(dim, err), nearest ? nearest : "no unit at all");
}

/* Length of the number at the start of `text`: sign, digits, point, digits, exponent. */
static size_t number_length(const char *text)
{
    size_t i = text[0] == '+' || text[0] == '-' ? 1 : 0;
    size_t digits = 0;
    for (; isdigit((unsigned char)text[i]); i++) {
        digits++;
    }
    if (text[i] == '.') {
        for (i++; isdigit((unsigned char)text[i]); i++) {
            digits++;
        }
    }
    if (digits == 0) {
        return 0;
    }
    if (text[i] == 'e' || text[i] == 'E') {
        size_t j = i + 1;
        if (text[j] == '+' || text[j] == '-') {
            j++;
        }
        if (isdigit((unsigned char)text[j])) {
            for (i = j; isdigit((unsigned char)text[i]); i++) {
            }
        }
    }
    return i;
}

static moly_status scan_number(const char *text, size_t length, double *value, moly_error *err)
{
    if (length == 0) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "'%.40s' does not begin with a number", text);
    }
    if (text[length] == ',' && isdigit((unsigned char)text[length + 1])) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "'%.40s' has a comma in the number: write a decimal point, %.*s.%.10s",
                         text, (int)length, text, text + length + 1);
    }
    char number[64];
    if (length >= sizeof number) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "'%.40s...' has more than 63 characters of number",
                         text);
    }
    (void)snprintf(number, sizeof number, "%.*s", (int)length, text);
    return moly_number_parse(number, value, err);
}

static const char *first_symbol(moly_dim dim)
{
    size_t i = 0;
    while (i + 1 < N_UNITS && units[i].dim != dim) {
        i++;
    }
    return units[i].symbol;
}

static bool needs_unit(moly_dim dim)
{
    return dim != MOLY_DIM_NONE && dim != MOLY_DIM_COUNTS && dim != MOLY_DIM_FRACTION;
}

/* A list "1h,10d" is not a decimal comma: a unit stands between. "1,5 GBq" is one. */
moly_status moly_quantity_scan(const char *text, moly_dim dim, double *value, const char **rest,
                               moly_error *err)
{
    while (isspace((unsigned char)*text)) {
        text++;
    }
    size_t length = number_length(text);
    double number;
    moly_status status = scan_number(text, length, &number, err);
    if (status != MOLY_OK) {
        return status;
    }
    const char *symbol = text + length;
    while (*symbol == ' ' || *symbol == '\t') {
        symbol++;
    }
    size_t n = strcspn(symbol, " \t\r\n,+");
    if (dim == MOLY_DIM_NONE) {
        n = 0;
    }
    if (n == 0) {
        if (needs_unit(dim)) {
            return MOLY_FAIL(err, MOLY_ERR_USAGE, "'%.40s' has no unit: %s is given as '%.*s %s'",
                             text, word_of(dim, err), (int)length, text,
                             find_unit("MBq", 3, dim) ? "MBq" : first_symbol(dim));
        }
        *value = number;
        *rest = text + length;
        return MOLY_OK;
    }
    const moly_unit *unit = find_unit(symbol, n, dim);
    if (!unit) {
        return fail_unit(symbol, n, dim, err);
    }
    double canonical = number * unit->factor;
    /* 90 % is 0.9, not 0.9000000000000001: dividing by the whole reciprocal rounds once. */
    if (unit->factor < 1 && fmod(1 / unit->factor, 1) == 0) {
        canonical = number / (1 / unit->factor);
    }
    if (!isfinite(canonical)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "'%.40s' is too large", text);
    }
    *value = canonical;
    *rest = symbol + n;
    return MOLY_OK;
}

moly_status moly_quantity_parse(const char *text, moly_dim dim, double *value, moly_error *err)
{
    const char *rest = text;
    double number = 0;
    moly_status status = moly_quantity_scan(text, dim, &number, &rest, err);
    if (status != MOLY_OK) {
        return status;
    }
    while (isspace((unsigned char)*rest)) {
        rest++;
    }
    if (*rest != '\0') {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "'%.40s': '%.20s' behind the quantity is not understood", text, rest);
    }
    *value = number;
    return MOLY_OK;
}

static const moly_unit *best_unit(double value, moly_dim dim)
{
    const moly_unit *best = NULL;
    for (size_t l = 0; l < N_LADDERS; l++) {
        if (ladders[l].dim != dim) {
            continue;
        }
        for (size_t s = 0; s < LADDER_STEPS && ladders[l].symbols[s]; s++) {
            const char *symbol = ladders[l].symbols[s];
            const moly_unit *unit = find_unit(symbol, strlen(symbol), dim);
            MOLY_ASSERT(unit);
            /* 0.99999 MBq of rounding must not print as 1000 kBq. */
            bool is_base = unit->factor == 1;
            if (!best || fabs(value) >= 0.9995 * unit->factor || (value == 0 && is_base)) {
                best = unit;
            }
        }
    }
    return best;
}

const char *moly_quantity_format_in(double value, moly_dim dim, const char *unit_symbol, int digits,
                                    char text[MOLY_QUANTITY_TEXT_SIZE])
{
    const moly_unit *unit = unit_symbol ? find_unit(unit_symbol, strlen(unit_symbol), dim) : NULL;
    if (!unit) {
        unit = best_unit(value, dim);
    }
    char number[MOLY_NUMBER_TEXT_SIZE];
    if (!isfinite(value)) {
        (void)snprintf(text, MOLY_QUANTITY_TEXT_SIZE, "%s",
                       isnan(value) ? ""
                       : value > 0  ? "infinite"
                                    : "-infinite");
        return text;
    }
    moly_number_format(unit ? value / unit->factor : value, digits, number);
    (void)snprintf(text, MOLY_QUANTITY_TEXT_SIZE, "%s%s%s", number, unit ? " " : "",
                   unit ? unit->symbol : "");
    return text;
}

const char *moly_quantity_format(double value, moly_dim dim, int digits,
                                 char text[MOLY_QUANTITY_TEXT_SIZE])
{
    return moly_quantity_format_in(value, dim, NULL, digits, text);
}
