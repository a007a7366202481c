/* SPDX-License-Identifier: Apache-2.0 */
/* Formulas: Ga4Ni, Ca(NO3)2, 100Mo, Mo-100, [18O]H2, H2O{18O:0.98,16O:0.02}. Recursive descent, no
 * deeper than MOST_NESTED. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inside.h"
#include "moly/base/text.h"
#include "moly/nuclide/nuclide.h"

enum { MOST_NESTED = 8 };
static const double fraction_tolerance = 1e-6, most_atoms = 1e6;

typedef struct reader {
    const char *text, *at, *end;
    recipe *r;
} reader;

static moly_status not_understood(const reader *in, const char *what, moly_error *err)
{
    return MOLY_FAIL(err, MOLY_ERR_USAGE, "'%.80s', place %d: %s", in->text,
                     (int)(in->at - in->text) + 1, what);
}

static bool more(const reader *in)
{
    return in->at < in->end;
}

static bool next_is(const reader *in, char c)
{
    return more(in) && *in->at == c;
}

moly_status recipe_add(recipe *r, int z, double atoms, moly_error *err)
{
    for (int i = 0; i < r->n; i++) {
        if (r->elements[i].z == z) {
            r->elements[i].atoms += atoms;
            return MOLY_OK;
        }
    }
    if (r->n == MATTER_MOST_ELEMENTS) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "more than %d elements in a material",
                         (int)MATTER_MOST_ELEMENTS);
    }
    r->elements[r->n++] = (recipe_element){.z = z, .atoms = atoms};
    return MOLY_OK;
}

static recipe_element *find(const recipe *r, int z)
{
    for (int i = 0; i < r->n; i++) {
        if (r->elements[i].z == z) {
            return (recipe_element *)&r->elements[i];
        }
    }
    return NULL;
}

static moly_status read_element(reader *in, int *z, moly_error *err)
{
    char symbol[3] = {0};
    if (!more(in) || !isupper((unsigned char)*in->at)) {
        return not_understood(in, "an element's symbol was expected", err);
    }
    symbol[0] = *in->at;
    if (in->at + 1 < in->end && islower((unsigned char)in->at[1])) {
        symbol[1] = in->at[1];
    }
    for (*z = 1; *z <= 118; (*z)++) {
        if (strcmp(moly_element_symbol(*z), symbol) == 0) {
            in->at += strlen(symbol);
            return MOLY_OK;
        }
    }
    return MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "'%.80s', place %d: no element %s", in->text,
                     (int)(in->at - in->text) + 1, symbol);
}

/* Digits, with a point where `is_decimal`; 0 where there are none. */
static double read_number(reader *in, bool is_decimal)
{
    char digits[32];
    size_t n = 0;
    while (more(in) && n + 1 < sizeof digits &&
           (isdigit((unsigned char)*in->at) ||
            (is_decimal && (*in->at == '.' || ((*in->at == 'e' || *in->at == '-') && n > 0))))) {
        digits[n++] = *in->at++;
    }
    digits[n] = '\0';
    return n == 0 ? 0.0 : strtod(digits, NULL);
}

static moly_status add_share(reader *in, int z, int a, double fraction, moly_error *err)
{
    recipe *r = in->r;
    recipe_element *element = find(r, z);
    if (!element) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "'%.80s': isotope %d%s, but no %s in the formula",
                         in->text, a, moly_element_symbol(z), moly_element_symbol(z));
    }
    if (r->n_shares == MATTER_MOST_ISOTOPES) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "more than %d isotopes in a material",
                         (int)MATTER_MOST_ISOTOPES);
    }
    /* the shares of an element stay together */
    int place = element->n_shares > 0 ? element->first_share + element->n_shares : r->n_shares;
    memmove(&r->shares[place + 1], &r->shares[place],
            (size_t)(r->n_shares - place) * sizeof *r->shares);
    for (int i = 0; i < r->n; i++) {
        if (r->elements[i].n_shares > 0 && r->elements[i].first_share >= place) {
            r->elements[i].first_share++;
        }
    }
    r->shares[place] = (recipe_share){a, fraction};
    if (element->n_shares == 0) {
        element->first_share = place;
    }
    element->n_shares++;
    r->n_shares++;
    return MOLY_OK;
}

static moly_status check_isotope(const reader *in, int z, double a, moly_error *err)
{
    char name[24];
    size_t index = 0;
    (void)snprintf(name, sizeof name, "%s-%.0f", moly_element_symbol(z), a);
    moly_status status = moly_nuclide_find(moly_nuclide_set_builtin(), name, &index, err);
    if (status != MOLY_OK) {
        moly_error_context(err, "'%.80s'", in->text);
    }
    return status;
}

/* {18O:0.98,16O:0.02} or {100:0.974,98:0.026}: the latter of the element `last`. */
static moly_status read_braces(reader *in, int last, moly_error *err)
{
    moly_status status = MOLY_OK;
    do {
        in->at++; /* '{' or ',' */
        while (next_is(in, ' ')) {
            in->at++;
        }
        int z = last;
        double a = read_number(in, false);
        if (more(in) && isalpha((unsigned char)*in->at)) {
            status = read_element(in, &z, err);
        }
        if (status == MOLY_OK && next_is(in, '-') && a == 0.0) {
            in->at++;
            a = read_number(in, false);
        }
        if (status == MOLY_OK && (a < 1.0 || a > 300.0 || !next_is(in, ':'))) {
            status =
                not_understood(in, "an isotope and its fraction were expected, '18O:0.98'", err);
        }
        if (status == MOLY_OK) {
            in->at++;
            while (next_is(in, ' ')) {
                in->at++;
            }
            double fraction = read_number(in, true);
            if (!(fraction > 0.0) || fraction > 1.0 + fraction_tolerance) {
                status = MOLY_FAIL(err, MOLY_ERR_RANGE,
                                   "'%.80s': atom fraction %g of %.0f%s is not within 0 .. 1",
                                   in->text, fraction, a, moly_element_symbol(z));
            } else {
                status = check_isotope(in, z, a, err);
            }
            if (status == MOLY_OK) {
                status = add_share(in, z, (int)a, fraction, err);
            }
        }
    } while (status == MOLY_OK && next_is(in, ','));
    if (status == MOLY_OK && !next_is(in, '}')) {
        status = not_understood(in, "'}' was expected", err);
    }
    in->at += status == MOLY_OK;
    return status;
}

static moly_status read_count(reader *in, double *atoms, moly_error *err)
{
    *atoms = 1.0;
    if (more(in) && isdigit((unsigned char)*in->at)) {
        *atoms = read_number(in, true);
        if (!(*atoms > 0.0) || *atoms > most_atoms) {
            return not_understood(in, "a number of atoms within 0 .. 1e6 was expected", err);
        }
    }
    return MOLY_OK;
}

/* [18O] or, at the beginning, 100Mo: the element of one isotope. */
static moly_status read_isotope(reader *in, int *z, double *a, moly_error *err)
{
    *a = read_number(in, false);
    moly_status status = read_element(in, z, err);
    return status == MOLY_OK && *a > 0.0 ? check_isotope(in, *z, *a, err) : status;
}

static moly_status read_item(reader *in, double times, int *last, moly_error *err)
{
    double a = 0.0, atoms = 1.0;
    bool is_bracket = next_is(in, '['), is_first = in->at == in->text;
    in->at += is_bracket;
    moly_status status =
        is_bracket || is_first ? read_isotope(in, last, &a, err) : read_element(in, last, err);
    if (status == MOLY_OK && is_bracket) {
        if (!next_is(in, ']')) {
            return not_understood(in, "']' was expected", err);
        }
        in->at++;
    }
    if (status == MOLY_OK && is_first && !is_bracket && a == 0.0 && next_is(in, '-')) { /* Mo-100 */
        in->at++;
        a = read_number(in, false);
        status = check_isotope(in, *last, a, err);
    } else if (status == MOLY_OK) {
        status = read_count(in, &atoms, err);
    }
    if (status == MOLY_OK) {
        status = recipe_add(in->r, *last, atoms * times, err);
    }
    if (status == MOLY_OK && a > 0.0) {
        status = add_share(in, *last, (int)a, 1.0, err);
    }
    return status;
}

/* The count behind a group multiplies it, and stands behind: look ahead for it. */
static double count_behind(const reader *in)
{
    int open = 0;
    for (const char *p = in->at; p < in->end; p++) {
        open += (*p == '(') - (*p == ')');
        if (open == 0) {
            double n = strtod(p + 1, NULL);
            return p + 1 < in->end && isdigit((unsigned char)p[1]) ? n : 1.0;
        }
    }
    return 1.0;
}

static moly_status read_group(reader *in, double times, int depth, moly_error *err)
{
    moly_status status = MOLY_OK;
    int last = 0;
    if (depth > MOST_NESTED || times > most_atoms) {
        return not_understood(in, "brackets nested too deep", err);
    }
    while (status == MOLY_OK && more(in) && *in->at != ')') {
        if (next_is(in, '(')) {
            double n = count_behind(in), ignored;
            in->at++;
            status = read_group(in, times * n, depth + 1, err);
            if (status == MOLY_OK && !next_is(in, ')')) {
                status = not_understood(in, "')' was expected", err);
            }
            in->at += status == MOLY_OK;
            if (status == MOLY_OK) {
                status = read_count(in, &ignored, err);
            }
        } else if (next_is(in, '{')) {
            status = last > 0 ? read_braces(in, last, err)
                              : not_understood(in, "braces stand behind an element", err);
        } else {
            status = read_item(in, times, &last, err);
        }
    }
    return status;
}

static moly_status check_sums(const reader *in, moly_error *err)
{
    for (int i = 0; i < in->r->n; i++) {
        const recipe_element *element = &in->r->elements[i];
        double sum = 0.0;
        for (int s = 0; s < element->n_shares; s++) {
            sum += in->r->shares[element->first_share + s].fraction;
        }
        if (element->n_shares > 0 && fabs(sum - 1.0) > fraction_tolerance) {
            return MOLY_FAIL(
                err, MOLY_ERR_RANGE,
                "'%.80s': the atom fractions of %s sum to %.9g, not to 1 (within 1e-6)", in->text,
                moly_element_symbol(element->z), sum);
        }
    }
    return MOLY_OK;
}

moly_status recipe_parse(const char *text, const char *end, recipe *r, moly_error *err)
{
    reader in = {text, text, end, r};
    *r = (recipe){0};
    if (text == end) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "no material is given");
    }
    moly_status status = read_group(&in, 1.0, 0, err);
    if (status == MOLY_OK && more(&in)) {
        status = not_understood(&in, "')' without '('", err);
    }
    return status == MOLY_OK ? check_sums(&in, err) : status;
}
