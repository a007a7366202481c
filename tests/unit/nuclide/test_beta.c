/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/nuclide/beta.h"

/* Mean energies of DDEP evaluations, keV; z of the daughter, negative for positrons. The computed
 * ones leave out screening and exchange: 1 %. */
static void computed_means_of_betas_agree_with_ddep_to_1_per_cent(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double end_point_kev;
        int z_daughter, a;
        moly_beta_shape shape;
        double mean_kev;
    } betas[] = {
        {"C-14", 156.476, 7, 14, MOLY_BETA_ALLOWED, 49.16},
        {"F-18", 633.9, -8, 18, MOLY_BETA_ALLOWED, 249.5},
        {"P-32", 1710.66, 16, 32, MOLY_BETA_ALLOWED, 695.5},
        {"Mo-99", 1214.5, 43, 99, MOLY_BETA_ALLOWED, 442.7},
        {"I-131", 606.3, 54, 131, MOLY_BETA_ALLOWED, 191.6},
        {"Lu-177", 498.3, 72, 177, MOLY_BETA_ALLOWED, 149.4},
        {"Sr-90", 545.9, 39, 90, MOLY_BETA_FIRST_UNIQUE, 195.7},
        {"Tc-99m", 436.3, 44, 99, MOLY_BETA_FIRST_UNIQUE, 152.3},
        {"Cs-137", 513.97, 56, 137, MOLY_BETA_FIRST_UNIQUE, 174.32},
        {"Pr-144", 2300.8, 60, 144, MOLY_BETA_FIRST_UNIQUE, 894.9},
    };
    for (size_t i = 0; i < sizeof betas / sizeof betas[0]; i++) {
        print_message("%s\n", betas[i].name);
        assert_relative(moly_beta_mean_kev(betas[i].end_point_kev, betas[i].z_daughter, betas[i].a,
                                           betas[i].shape),
                        betas[i].mean_kev, 0.01);
    }
}

static void a_light_nucleus_has_the_mean_of_the_bare_statistical_spectrum(void **state)
{
    (void)state;
    /* p^2 (E0 - E)^2 without charge: far above the rest energy the mean is half the end point,
     * far below it is a third. */
    assert_relative(moly_beta_mean_kev(1e6, 0, 1, MOLY_BETA_ALLOWED), 5e5, 2e-3);
    assert_relative(moly_beta_mean_kev(1e-2, 0, 1, MOLY_BETA_ALLOWED), 1e-2 / 3.0, 2e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(computed_means_of_betas_agree_with_ddep_to_1_per_cent),
        cmocka_unit_test(a_light_nucleus_has_the_mean_of_the_bare_statistical_spectrum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
