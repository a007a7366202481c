/* SPDX-License-Identifier: Apache-2.0 */
#include "scanning.h"

#include "moly/base/memory.h"
#include "photons.h"
#include "positron.h"

static void the_cross_section_of_an_electron_is_that_of_klein_and_nishina(void **state)
{
    (void)state;
    /* 511 keV: 2 pi r^2 (40 - 27 ln 3) / 18, the closed form at k = 1 */
    const double r2 = 7.9407877e-26;
    assert_relative(klein_nishina_cm2(ANNIHILATION_KEV),
                    2.0 * M_PI * r2 * (40.0 - 27.0 * log(3.0)) / 18.0, 1e-12);
    assert_relative(klein_nishina_cm2(0.5), 8.0 / 3.0 * M_PI * r2, 0.003); /* Thomson */
}

/* d sigma / d share of the energy kept: share + 1 / share - sin^2 of the angle. */
static void scattered_energies_have_the_moments_of_klein_and_nishina(void **state)
{
    (void)state;
    static const double energies[] = {511.0, 300.0, 80.0};
    for (int i = 0; i < 3; i++) {
        const double k = energies[i] / ANNIHILATION_KEV, least = 1.0 / (1.0 + 2.0 * k);
        double weight = 0.0, first = 0.0, second = 0.0, cosines = 0.0;
        enum { STEPS = 20000, DRAWS = 200000 };
        for (int n = 0; n < STEPS; n++) {
            const double share = least + (n + 0.5) * (1.0 - least) / STEPS;
            const double cosine = 1.0 - (1.0 - share) / (k * share);
            const double w = share + 1.0 / share - (1.0 - cosine * cosine);
            weight += w;
            first += w * share;
            second += w * share * share;
            cosines += w * cosine;
        }
        double sum = 0.0, square = 0.0, cosine_sum = 0.0;
        moly_random random = moly_random_stream(7, (uint64_t)i);
        for (int n = 0; n < DRAWS; n++) {
            double cosine;
            const double share = compton_energy_kev(energies[i], &random, &cosine) / energies[i];
            sum += share;
            square += share * share;
            cosine_sum += cosine;
        }
        const double variance = second / weight - first * first / weight / weight;
        assert_true(fabs(sum / DRAWS - first / weight) < 4.0 * sqrt(variance / DRAWS));
        assert_relative(square / DRAWS, second / weight, 4.0 * 0.6 / sqrt(DRAWS));
        assert_true(fabs(cosine_sum / DRAWS - cosines / weight) < 4.0 / sqrt(DRAWS));
    }
}

static void a_turned_direction_keeps_its_length_and_has_the_angle(void **state)
{
    (void)state;
    moly_random random = moly_random_stream(3, 3);
    for (int i = 0; i < 1000; i++) {
        double before[3], after[3];
        isotropic_direction(before, &random);
        if (i == 0) {
            before[0] = before[1] = 0.0;
            before[2] = -1.0;
        }
        memcpy(after, before, sizeof after);
        const double cosine = 2.0 * moly_random_uniform(&random) - 1.0;
        turn_direction(after, cosine, &random);
        const double dot = before[0] * after[0] + before[1] * after[1] + before[2] * after[2];
        assert_true(fabs(dot - cosine) < 1e-9);
    }
}

/* Full width of the distribution on a line at this share of the maximum: a cusp of exponentials
 * falls evenly, so the height at 0 is that of the narrowest bin. */
static double width_at(const char *name, double share, double bin_mm)
{
    enum { DRAWS = 400000, BINS = 2000 };
    moly_error err = {0};
    size_t index = 0;
    positron_range range;
    assert_ok(moly_nuclide_find(moly_nuclide_set_builtin(), name, &index, &err), err);
    positron_range_make(moly_nuclide_at(moly_nuclide_set_builtin(), index), &range);
    moly_random random = moly_random_stream(11, index);
    double bins[BINS] = {0.0};
    for (int i = 0; i < DRAWS; i++) {
        double d[3];
        positron_displace(&range, 1.0, &random, d);
        const int bin = (int)(fabs(d[0]) / bin_mm);
        if (bin < BINS) {
            bins[bin] += 1.0;
        }
    }
    int bin = 0;
    while (bin < BINS - 1 && bins[bin + 1] > share * bins[0]) {
        bin++;
    }
    return 2.0 * bin_mm * (bin + 1.0);
}

/* Levin and Hoffman (1999), table 2: FWHM and FWTM of the range on a line in water, mm. Widths of a
 * histogram: a bin, and what a maximum averaged over it makes of a cusp. */
static void positrons_travel_as_far_as_published(void **state)
{
    (void)state;
    static const struct {
        const char *nuclide;
        double fwhm_mm, fwtm_mm;
    } published[] = {
        {"F-18", 0.102, 1.03}, {"C-11", 0.188, 1.86}, {"N-13", 0.282, 2.53}, {"O-15", 0.501, 4.14}};
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        const double fine = published[i].fwhm_mm / 40.0;
        const double fwhm = width_at(published[i].nuclide, 0.5, fine);
        const double fwtm = width_at(published[i].nuclide, 0.1, 2.0 * fine);
        assert_relative(fwhm, published[i].fwhm_mm, 0.15);
        assert_relative(fwtm, published[i].fwtm_mm, 0.10);
    }
}

static void far_emitters_travel_further_and_denser_matter_stops_them_sooner(void **state)
{
    (void)state;
    static const char *const rising[] = {"Cu-64", "Zr-89", "Ga-68", "Rb-82"};
    double last = 0.0;
    for (int i = 0; i < 4; i++) {
        moly_error err = {0};
        size_t index = 0;
        positron_range range;
        double square = 0.0, dense = 0.0;
        assert_ok(moly_nuclide_find(moly_nuclide_set_builtin(), rising[i], &index, &err), err);
        positron_range_make(moly_nuclide_at(moly_nuclide_set_builtin(), index), &range);
        moly_random random = moly_random_stream(5, 1), same = moly_random_stream(5, 1);
        for (int n = 0; n < 20000; n++) {
            double d[3], e[3];
            positron_displace(&range, 1.0, &random, d);
            positron_displace(&range, 2.0, &same, e);
            square += d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
            dense += e[0] * e[0] + e[1] * e[1] + e[2] * e[2];
        }
        printf("%s: rms %.2f mm\n", rising[i], sqrt(square / 20000.0));
        assert_relative(dense, square / 4.0, 1e-9);
        assert_true(square > last);
        last = square;
    }
}

static void lso_stops_and_keeps_what_is_published(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_arena *arena = moly_arena_new();
    const moly_material *lso = NULL, *water = NULL;
    photon_table *table = moly_alloc(1, sizeof *table);
    assert_non_null(table);
    assert_ok(moly_material_parse("Lu2SiO5 @ 7.4 g/cm3", arena, &lso, &err), err);
    assert_ok(moly_material_parse("water", arena, &water, &err), err);
    photon_table_make(lso, table);
    /* attenuation length 11.4 to 12.3 mm; photoelectric share 32 to 34 %, coherent 4 % with it
     * (Melcher 2000; XCOM) */
    assert_true(table->mu_per_mm[511] > 0.081F && table->mu_per_mm[511] < 0.088F);
    assert_true(table->compton[511] > 0.60F && table->compton[511] < 0.68F);
    photon_table_make(water, table);
    assert_relative((double)table->mu_per_mm[511], 0.00960, 0.01);
    assert_true(table->compton[511] > 0.99F);
    moly_free(table);
    moly_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cross_section_of_an_electron_is_that_of_klein_and_nishina),
        cmocka_unit_test(scattered_energies_have_the_moments_of_klein_and_nishina),
        cmocka_unit_test(a_turned_direction_keeps_its_length_and_has_the_angle),
        cmocka_unit_test(positrons_travel_as_far_as_published),
        cmocka_unit_test(far_emitters_travel_further_and_denser_matter_stops_them_sooner),
        cmocka_unit_test(lso_stops_and_keeps_what_is_published),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
