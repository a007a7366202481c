/* SPDX-License-Identifier: Apache-2.0 */
/* The pharmacopoeia's limits of radionuclidic impurities. Only those that stand in a monograph with
 * a number are here; a product without one has no verdict. The last column tells whether the figure
 * was read in the monograph or a published table of it: 0283 in the text of Ph. Eur. 5.0; 0281 in
 * its manufacturers' specifications by that number; 2464 in EJNMMI Res. 5 (2015), table 1 to
 * s13550-015-0105-3. The others are as commonly quoted, and the output says "check". */
#include "moly/spectrometry/purity.h"

#include <math.h>
#include <string.h>

#define PH_EUR_TC99M_FISSION "Ph. Eur. 0124, sodium pertechnetate (Tc-99m) injection (fission)"
#define PH_EUR_TC99M_OTHER "Ph. Eur. 0283, sodium pertechnetate (Tc-99m) injection (non-fission)"
#define PH_EUR_LU177 "Ph. Eur. 2798, lutetium (Lu-177) solution for radiolabelling"
#define PH_EUR_F18 "Ph. Eur. 1325, fludeoxyglucose (F-18) injection: at least 99.9 % F-18"
#define PH_EUR_I123 "Ph. Eur. 0563, sodium iodide (I-123) injection: at most 0.35 % others"
#define PH_EUR_GA68 "Ph. Eur. 2464, gallium (Ga-68) chloride solution (generator)"
#define PH_EUR_I131 "Ph. Eur. 0281, sodium iodide (I-131) solution: at least 99.9 % I-131"
#define PH_EUR_IN111 "Ph. Eur. 1227, indium (In-111) chloride solution"
#define PH_EUR_TL201 "Ph. Eur. 0571, thallous (Tl-201) chloride injection"

static const moly_purity_limit limits[] = {
    {"tc99m-fission", "Tc-99m", "Mo-99", 1e-3, PH_EUR_TC99M_FISSION, false},
    {"tc99m-fission", "Tc-99m", "I-131", 5e-5, PH_EUR_TC99M_FISSION, false},
    {"tc99m-fission", "Tc-99m", "Ru-103", 5e-5, PH_EUR_TC99M_FISSION, false},
    {"tc99m-fission", "Tc-99m", "Sr-89", 6e-7, PH_EUR_TC99M_FISSION, false},
    {"tc99m-fission", "Tc-99m", "Sr-90", 6e-8, PH_EUR_TC99M_FISSION, false},
    {"tc99m-fission", "Tc-99m", NULL, 1e-4, PH_EUR_TC99M_FISSION, false},
    {"tc99m", "Tc-99m", "Mo-99", 1e-3, PH_EUR_TC99M_OTHER, true},
    {"tc99m", "Tc-99m", NULL, 1e-4, PH_EUR_TC99M_OTHER, true},
    {"lu177", "Lu-177", "Lu-177m", 7e-4, PH_EUR_LU177, false},
    {"i123", "I-123", NULL, 3.5e-3, PH_EUR_I123, false},
    {"f18", "F-18", NULL, 1e-3, PH_EUR_F18, false},
    {"ga68", "Ga-68", "Ge-68", 1e-5, PH_EUR_GA68, true},
    {"i131", "I-131", NULL, 1e-3, PH_EUR_I131, true},
    {"in111", "In-111", "In-114m", 2e-3, PH_EUR_IN111, false},
    {"tl201", "Tl-201", "Tl-202", 2e-2, PH_EUR_TL201, false},
};

static const char *const products[] = {
#define KEY(key) key,
    MOLY_PURITY_PRODUCT_LIST(KEY)
#undef KEY
        NULL};

const char *const *moly_purity_products(void)
{
    return products;
}

const moly_purity_limit *moly_purity_limits(const char *product, size_t *n)
{
    const moly_purity_limit *first = NULL;
    *n = 0;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        if (strcmp(limits[i].product, product) == 0) {
            first = first ? first : &limits[i];
            (*n)++;
        }
    }
    return first;
}

double moly_purity_time_to_s(const moly_nuclide *product, const moly_nuclide *impurity,
                             double ratio, double most)
{
    if (ratio >= most) {
        return 0.0;
    }
    double growth = product->lambda_per_s - impurity->lambda_per_s;
    if (!(ratio > 0.0) || !(growth > 0.0)) {
        return INFINITY;
    }
    return log(most / ratio) / growth;
}
