/* SPDX-License-Identifier: Apache-2.0 */
/* Impurities planted at their stated detection limits, 200 noise draws each. */
#include "moly/spectrometry/identify.h"
#include "testing.h"

#include "generator.h"

#define N_DRAWS 200
#define MAX_SOURCES 12

typedef struct planted {
    made_source product[MAX_SOURCES]; /* with the daughters that are there with it */
    size_t n_product;
    const char *impurity;
    made_source chain[MAX_SOURCES]; /* activities for 1 Bq of it, itself included */
    size_t n_chain;
} planted;

static moly_identification *identify(const made_detector *detector, moly_gamma_spectrum *spectrum,
                                     const char *product, const char *impurity)
{
    moly_identify_options options = moly_identify_options_default();
    moly_identification *found = NULL;
    moly_error err = {0};
    size_t wanted[2];
    assert_ok(moly_nuclide_find(options.set, impurity, &wanted[0], &err), err);
    assert_ok(moly_nuclide_find(options.set, product, &wanted[1], &err), err);
    options.wanted = wanted;
    options.n_wanted = 2;
    options.efficiency = &detector->efficiency;
    options.fwhm = &detector->fwhm;
    assert_ok(moly_identify(spectrum, &options, &found, &err), err);
    return found;
}

static const moly_gamma_nuclide *row_of(const moly_identification *found, const char *name)
{
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    for (size_t i = 0; i < found->n_nuclides; i++) {
        if (strcmp(moly_nuclide_at(set, found->nuclides[i].nuclide)->name, name) == 0) {
            return &found->nuclides[i];
        }
    }
    fail_msg("no row of %s", name);
    return NULL;
}

static double *means(const made_detector *detector, const planted *of, double impurity_bq)
{
    made_source sources[2 * MAX_SOURCES];
    size_t n = 0;
    double *mean = calloc(detector->n_channels, sizeof *mean);
    assert_non_null(mean);
    for (size_t i = 0; i < of->n_product; i++) {
        sources[n++] = of->product[i];
    }
    for (size_t i = 0; i < of->n_chain && impurity_bq > 0.0; i++) {
        sources[n] = of->chain[i];
        sources[n++].activity_bq *= impurity_bq;
    }
    made_mean(detector, sources, n, mean);
    return mean;
}

static unsigned detections(const made_detector *detector, const planted *of, double impurity_bq,
                           uint64_t first_draw)
{
    double *mean = means(detector, of, impurity_bq);
    unsigned n = 0;
    for (uint64_t draw = 0; draw < N_DRAWS; draw++) {
        moly_identification *found =
            identify(detector, made_spectrum(detector, mean, first_draw + draw),
                     of->product[0].nuclide, of->impurity);
        n += row_of(found, of->impurity)->is_found ? 1 : 0;
        moly_identification_free(found);
    }
    free(mean);
    return n;
}

static double decay_factor(const made_detector *detector, const char *name)
{
    size_t index = 0;
    moly_error err = {0};
    assert_ok(moly_nuclide_find(moly_nuclide_set_builtin(), name, &index, &err), err);
    double x = moly_nuclide_at(moly_nuclide_set_builtin(), index)->lambda_per_s * detector->live_s;
    return x / -expm1(-x);
}

static void check(const planted *of)
{
    made_detector detector = made_detector_usual();
    double *mean = means(&detector, of, 0.0);
    moly_identification *found = identify(&detector, made_spectrum(&detector, mean, 0),
                                          of->product[0].nuclide, of->impurity);
    double limit_bq = row_of(found, of->impurity)->detection_limit_bq;
    double product_bq = row_of(found, of->product[0].nuclide)->activity_bq;
    moly_identification_free(found);
    free(mean);
    assert_true(limit_bq > 0.0 && limit_bq < 1e9);
    /* the generator's activity is the mean over the measurement, the result's that at its start */
    assert_relative(product_bq / decay_factor(&detector, of->product[0].nuclide),
                    of->product[0].activity_bq, 0.01);
    unsigned hits = detections(&detector, of, limit_bq, 1);
    unsigned false_hits = detections(&detector, of, 0.0, 1000);
    print_message("%s in %s: detection limit %.3g Bq (ratio %.2g), found %u of %d, false %u\n",
                  of->impurity, of->product[0].nuclide, limit_bq,
                  limit_bq / of->product[0].activity_bq, hits, N_DRAWS, false_hits);
    assert_true(hits >= N_DRAWS * 95 / 100);
    assert_true(false_hits <= N_DRAWS * 5 / 100);
}

static void lutetium_177m_in_lutetium_177_is_found_down_to_its_detection_limit(void **state)
{
    (void)state;
    check(&(planted){.product = {{"Lu-177", 2e4}},
                     .n_product = 1,
                     .impurity = "Lu-177m",
                     .chain = {{"Lu-177m", 1.0}, {"Hf-177m", 0.774}, {"Lu-177", 0.236}},
                     .n_chain = 3});
}

static void iodine_124_in_iodine_123_is_found_down_to_its_detection_limit(void **state)
{
    (void)state;
    check(&(planted){.product = {{"I-123", 1e4}},
                     .n_product = 1,
                     .impurity = "I-124",
                     .chain = {{"I-124", 1.0}},
                     .n_chain = 1});
}

static void iodine_125_in_iodine_123_is_found_down_to_its_detection_limit(void **state)
{
    (void)state;
    check(&(planted){.product = {{"I-123", 1e4}},
                     .n_product = 1,
                     .impurity = "I-125",
                     .chain = {{"I-125", 1.0}},
                     .n_chain = 1});
}

static void molybdenum_99_in_technetium_99m_is_found_down_to_its_detection_limit(void **state)
{
    (void)state;
    check(&(planted){.product = {{"Tc-99m", 1e4}},
                     .n_product = 1,
                     .impurity = "Mo-99",
                     .chain = {{"Mo-99", 1.0}, {"Tc-99m", 0.97}},
                     .n_chain = 2});
}

static void actinium_227_in_actinium_225_is_found_down_to_its_detection_limit(void **state)
{
    (void)state;
    /* in equilibrium with its daughters: Th-227 98.6 %, Fr-223 1.4 %, the rest once a decay */
    check(&(planted){
        .product =
            {{"Ac-225", 1e4}, {"Fr-221", 1e4}, {"At-217", 1e4}, {"Bi-213", 1e4}, {"Tl-209", 209.0}},
        .n_product = 5,
        .impurity = "Ac-227",
        .chain = {{"Ac-227", 1.0},
                  {"Th-227", 0.9862},
                  {"Fr-223", 0.0138},
                  {"Ra-223", 1.0},
                  {"Rn-219", 1.0},
                  {"Po-215", 1.0},
                  {"Pb-211", 1.0},
                  {"Bi-211", 1.0},
                  {"Tl-207", 0.9972}},
        .n_chain = 9});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lutetium_177m_in_lutetium_177_is_found_down_to_its_detection_limit),
        cmocka_unit_test(iodine_124_in_iodine_123_is_found_down_to_its_detection_limit),
        cmocka_unit_test(iodine_125_in_iodine_123_is_found_down_to_its_detection_limit),
        cmocka_unit_test(molybdenum_99_in_technetium_99m_is_found_down_to_its_detection_limit),
        cmocka_unit_test(actinium_227_in_actinium_225_is_found_down_to_its_detection_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
