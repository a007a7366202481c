/* SPDX-License-Identifier: Apache-2.0 */
/* "1 MBq Ac-225 + 50 kBq Ac-227" */
#include "moly/nuclide/decay.h"

#include <stdio.h>
#include <string.h>

#include "moly/base/quantity.h"

#define LONGEST_NAME 31

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t\r\n");
}

/* A nuclide's name ends at a blank or at the next '+'. */
static moly_status read_nuclide(const moly_nuclide_set *set, const char **text, double activity_bq,
                                size_t *nuclide, moly_error *err)
{
    size_t length = strcspn(*text, " \t\r\n+");
    char name[LONGEST_NAME + 1];
    if (length == 0) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "the activity of %g Bq has no nuclide: an inventory is written "
                         "'1 MBq Ac-225 + 50 kBq Ac-227'",
                         activity_bq);
    }
    if (length > LONGEST_NAME) {
        return MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "'%.31s...' is no nuclide", *text);
    }
    (void)snprintf(name, sizeof name, "%.*s", (int)length, *text);
    *text += length;
    return moly_nuclide_find(set, name, nuclide, err);
}

static moly_status read_term(const moly_nuclide_set *set, const char **text,
                             moly_inventory_term *term, moly_error *err)
{
    double activity_bq;
    const char *rest = *text;
    moly_status status = moly_quantity_scan(*text, MOLY_DIM_ACTIVITY, &activity_bq, &rest, err);
    if (status != MOLY_OK) {
        return status;
    }
    if (!(activity_bq >= 0.0)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "an activity of %g Bq is negative", activity_bq);
    }
    size_t nuclide;
    rest = skip_blanks(rest);
    status = read_nuclide(set, &rest, activity_bq, &nuclide, err);
    if (status != MOLY_OK) {
        return status;
    }
    if (moly_nuclide_at(set, nuclide)->is_stable) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%s is stable: it has no activity",
                         moly_nuclide_at(set, nuclide)->name);
    }
    *term = (moly_inventory_term){nuclide, activity_bq};
    *text = skip_blanks(rest);
    return MOLY_OK;
}

moly_status moly_inventory_parse(const moly_nuclide_set *set, const char *text, size_t capacity,
                                 moly_inventory_term *terms, size_t *n_terms, moly_error *err)
{
    size_t n = 0;
    text = skip_blanks(text);
    if (*text == '\0') {
        return MOLY_FAIL(err, MOLY_ERR_USAGE,
                         "the inventory is empty: write '1 MBq Ac-225 + 50 kBq Ac-227'");
    }
    for (;;) {
        if (n == capacity) {
            return MOLY_FAIL(err, MOLY_ERR_RANGE, "an inventory of more than %zu terms", capacity);
        }
        moly_status status = read_term(set, &text, &terms[n], err);
        if (status != MOLY_OK) {
            moly_error_context(err, "term %zu of the inventory", n + 1);
            return status;
        }
        n++;
        if (*text == '\0') {
            *n_terms = n;
            return MOLY_OK;
        }
        if (*text != '+') {
            return MOLY_FAIL(err, MOLY_ERR_USAGE,
                             "'%.40s' behind term %zu of the inventory: terms are joined by '+'",
                             text, n);
        }
        text = skip_blanks(text + 1);
    }
}
