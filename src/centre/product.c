/* SPDX-License-Identifier: Apache-2.0 */
#include "product.h"

#include <jansson.h>
#include <string.h>

#include "moly/base/text.h"
#include "moly/centre/product.h"

const product *product_at(int index)
{
    return index >= 0 && (size_t)index < product_rows_n ? &product_rows[index] : NULL;
}

const product *product_named(const char *code)
{
    for (size_t i = 0; i < product_rows_n; i++) {
        if (strcmp(product_rows[i].code, code) == 0) {
            return &product_rows[i];
        }
    }
    return NULL;
}

bool product_is(const product *p, const char *kind)
{
    return strcmp(p->kind, kind) == 0;
}

static json_t *text_json(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *product_json(const product *p)
{
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, "
        "s:s}",
        "code", p->code, "name", p->name, "nuclide", p->nuclide, "kind", p->kind, "min_purity",
        moly_json_real(p->min_purity), "purity_method", text_json(p->purity_method), "ph_low",
        moly_json_real(p->ph_low), "ph_high", moly_json_real(p->ph_high), "radionuclidic_purity",
        moly_json_real(p->radionuclidic_purity), "max_activity_bq",
        moly_json_real(p->max_activity_bq), "min_volume_ml", moly_json_real(p->min_volume_ml),
        "max_volume_ml", moly_json_real(p->max_volume_ml), "use_within_s",
        moly_json_real(p->use_within_s), "endotoxin_eu", moly_json_real(p->endotoxin_eu), "storage",
        text_json(p->storage), "monograph", text_json(p->monograph), "status", p->status, "source",
        p->source);
}

moly_status moly_product_list(const char *nuclide, json_t **result, moly_error *err)
{
    json_t *rows = json_array();
    int failed = rows ? 0 : -1;
    *result = NULL;
    for (size_t i = 0; i < product_rows_n && !failed; i++) {
        if (!nuclide || strcmp(product_rows[i].nuclide, nuclide) == 0) {
            failed = json_array_append_new(rows, product_json(&product_rows[i]));
        }
    }
    if (!failed && json_array_size(rows) == 0) {
        json_decref(rows);
        return MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "no product of '%.20s' is in the library", nuclide);
    }
    *result = failed ? NULL : json_pack("{s:O}", "results", rows);
    json_decref(rows);
    return *result ? MOLY_OK : MOLY_NO_MEMORY(err);
}

moly_status moly_product_show(const char *code, json_t **result, moly_error *err)
{
    const product *p = product_named(code);
    *result = NULL;
    if (!p) {
        const char *near = moly_nearest(code, product_codes, product_rows_n);
        return near ? MOLY_FAIL(err, MOLY_ERR_UNKNOWN,
                                "there is no product '%.40s'; did you mean %s?", code, near)
                    : MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "there is no product '%.40s'", code);
    }
    *result = product_json(p);
    return *result ? MOLY_OK : MOLY_NO_MEMORY(err);
}
