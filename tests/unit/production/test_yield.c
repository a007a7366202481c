/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/production/yield.h"

/* Definitions of Otuka and Takacs (2015): physical = lambda * saturation; one hour at constant
 * current gives saturation * (1 - exp(-lambda h)). */
static void the_three_yields_differ_by_the_decay_constant(void **state)
{
    (void)state;
    const double lambda = M_LN2 / 6586.2;
    const moly_yields y = moly_yields_of(lambda, 1e-3, 1);
    assert_relative(y.saturation_bq_per_a, 1e-3 / 1.602176634e-19, 1e-15);
    assert_relative(y.physical_bq_per_c / y.saturation_bq_per_a, lambda, 1e-15);
    assert_relative(y.eob_1h_bq_per_ah / y.saturation_bq_per_a, 1.0 - exp(-lambda * 3600.0), 1e-15);
}

static void an_alpha_carries_two_charges(void **state)
{
    (void)state;
    const moly_yields one = moly_yields_of(1e-5, 1e-3, 1), two = moly_yields_of(1e-5, 1e-3, 2);
    assert_relative(one.saturation_bq_per_a, 2.0 * two.saturation_bq_per_a, 1e-15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_three_yields_differ_by_the_decay_constant),
        cmocka_unit_test(an_alpha_carries_two_charges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
