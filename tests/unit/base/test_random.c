/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/base/random.h"

static void philox_gives_its_published_numbers(void **state)
{
    (void)state;
    /* Known-answer tests of Random123 1.14, kat_vectors, philox4x32 10. */
    static const uint32_t counters[3][4] = {{0, 0, 0, 0},
                                            {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
                                            {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}};
    static const uint32_t keys[3][2] = {{0, 0}, {0xffffffff, 0xffffffff}, {0xa4093822, 0x299f31d0}};
    static const uint32_t answers[3][4] = {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
                                           {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
                                           {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}};
    for (int i = 0; i < 3; i++) {
        uint32_t out[4];
        moly_philox4x32(counters[i], keys[i], out);
        assert_memory_equal(out, answers[i], sizeof out);
    }
}

static void streams_are_a_function_of_seed_and_number(void **state)
{
    (void)state;
    moly_random a = moly_random_stream(1, 5), b = moly_random_stream(1, 5),
                c = moly_random_stream(1, 6);
    int equal = 0;
    for (int i = 0; i < 1000; i++) {
        uint32_t word = moly_random_u32(&a);
        assert_int_equal(word, moly_random_u32(&b));
        equal += word == moly_random_u32(&c);
    }
    assert_true(equal < 3);
}

/* Mean and variance within 5 standard errors of 1e6 draws; the seed is fixed. */
static void check_moments(double mean, double variance, double wanted_mean, double wanted_variance,
                          double fourth_central)
{
    const double n = 1e6;
    assert_true(fabs(mean - wanted_mean) < 5 * sqrt(wanted_variance / n));
    double se = sqrt((fourth_central - wanted_variance * wanted_variance) / n);
    assert_true(fabs(variance - wanted_variance) < 5 * se);
}

static void distributions_have_their_moments(void **state)
{
    (void)state;
    static const double means[] = {0.3, 9.5, 10.5, 140, 1e5};
    for (size_t k = 0; k < 2 + sizeof means / sizeof means[0]; k++) {
        moly_random random = moly_random_stream(42, k);
        double sum = 0, square = 0;
        for (int i = 0; i < 1000000; i++) {
            double x = k == 0   ? moly_random_uniform(&random) - 0.5
                       : k == 1 ? moly_random_normal(&random)
                                : (double)moly_random_poisson(&random, means[k - 2]) - means[k - 2];
            sum += x;
            square += x * x;
        }
        double mean = sum / 1e6, variance = square / 1e6 - mean * mean;
        if (k == 0) {
            check_moments(mean, variance, 0, 1.0 / 12, 1.0 / 80);
        } else if (k == 1) {
            check_moments(mean, variance, 0, 1, 3);
        } else {
            double mu = means[k - 2];
            check_moments(mean, variance, 0, mu, mu * (1 + 3 * mu));
        }
    }
}

static void a_poisson_of_nothing_is_nothing(void **state)
{
    (void)state;
    moly_random random = moly_random_stream(1, 1);
    assert_int_equal(moly_random_poisson(&random, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_its_published_numbers),
        cmocka_unit_test(streams_are_a_function_of_seed_and_number),
        cmocka_unit_test(distributions_have_their_moments),
        cmocka_unit_test(a_poisson_of_nothing_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
