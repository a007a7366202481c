/* SPDX-License-Identifier: Apache-2.0 */
/* The library of radiopharmaceuticals is whole and its figures are possible. */
#include "testing.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "moly/centre/product.h"
#include "moly/nuclide/nuclide.h"
#include "product.h"

static void the_library_has_at_least_40_products_each_once(void **state)
{
    (void)state;
    assert_true(product_rows_n >= 40);
    for (size_t i = 0; i < product_rows_n; i++) {
        assert_ptr_equal(product_named(product_rows[i].code), &product_rows[i]);
        assert_string_equal(product_codes[i], product_rows[i].code);
    }
    assert_null(product_codes[product_rows_n]);
    assert_null(product_at((int)product_rows_n));
    assert_null(product_at(-1));
}

static void every_product_has_a_nuclide_a_limit_and_a_source(void **state)
{
    (void)state;
    static const char kinds[] = "kit generator ready therapy";
    for (size_t i = 0; i < product_rows_n; i++) {
        const product *p = &product_rows[i];
        size_t index = 0;
        moly_error err = {0};
        assert_ok(moly_nuclide_find(moly_nuclide_set_builtin(), p->nuclide, &index, &err), err);
        assert_non_null(strstr(kinds, p->kind));
        assert_true(p->min_purity >= 0.8 && p->min_purity <= 1.0);
        assert_true(p->use_within_s > 0.0);
        assert_true(isnan(p->ph_low) == isnan(p->ph_high));
        assert_true(isnan(p->ph_low) ||
                    (p->ph_low >= 0.0 && p->ph_low < p->ph_high && p->ph_high <= 14.0));
        assert_true(isnan(p->radionuclidic_purity) ||
                    (p->radionuclidic_purity > 0.9 && p->radionuclidic_purity < 1.0));
        assert_true(strcmp(p->status, "sourced") == 0 || strcmp(p->status, "check") == 0);
        assert_true(strlen(p->source) > 3 && p->purity_method && p->storage);
    }
}

static void a_kit_has_all_that_labelling_needs(void **state)
{
    (void)state;
    for (size_t i = 0; i < product_rows_n; i++) {
        const product *p = &product_rows[i];
        if (product_is(p, "kit")) {
            assert_true(p->max_activity_bq > 1e8);
            assert_true(p->min_volume_ml > 0.0 && p->min_volume_ml <= p->max_volume_ml);
        }
    }
}

static void a_product_is_shown_with_null_for_what_is_not_known(void **state)
{
    (void)state;
    json_t *result = NULL;
    moly_error err = {0};
    assert_ok(moly_product_show("psma-1007", &result, &err), err);
    assert_true(json_is_null(json_object_get(result, "max_activity_bq")));
    assert_true(json_number_value(json_object_get(result, "min_purity")) == 0.95);
    json_decref(result);
    assert_fails(moly_product_show("psma-1008", &result, &err), MOLY_ERR_UNKNOWN, "psma-1007", err);
    assert_ok(moly_product_list("Lu-177", &result, &err), err);
    assert_int_equal(json_array_size(json_object_get(result, "results")), 2);
    json_decref(result);
    assert_fails(moly_product_list("U-235", &result, &err), MOLY_ERR_UNKNOWN, "U-235", err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_library_has_at_least_40_products_each_once),
        cmocka_unit_test(every_product_has_a_nuclide_a_limit_and_a_source),
        cmocka_unit_test(a_kit_has_all_that_labelling_needs),
        cmocka_unit_test(a_product_is_shown_with_null_for_what_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
