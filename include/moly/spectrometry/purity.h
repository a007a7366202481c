/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SPECTROMETRY_PURITY_H
#define MOLY_SPECTROMETRY_PURITY_H

/** Radionuclidic purity: the pharmacopoeia's limits, the verdict, and until when it holds; and the
 *  whole identification as one object, as `moly identify` prints it and a screen draws it. */

#include "moly/spectrometry/identify.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Keys of the products that have limits: also the choices of `moly identify --limits`. */
#define MOLY_PURITY_PRODUCT_LIST(X)                                                                \
    X("tc99m-fission")                                                                             \
    X("tc99m") X("lu177") X("i123") X("f18") X("ga68") X("i131") X("in111") X("tl201")

/** One limit: activity of `impurity` over that of the product, at any time until expiry. */
typedef struct moly_purity_limit {
    const char *product;  /**< key of the command, "tc99m-fission" */
    const char *nuclide;  /**< of the product, "Tc-99m" */
    const char *impurity; /**< "I-131"; NULL: all others together */
    double most;          /**< ratio of activities */
    const char *source;   /**< monograph and its number */
    bool is_read;         /**< the figure was read there; else results say "check" */
} moly_purity_limit;

/** The rows of a product, consecutive; NULL and 0 when there is none of that key. */
MOLY_API const moly_purity_limit *moly_purity_limits(const char *product, size_t *n);
/** Keys of all products, NULL-terminated. */
MOLY_API const char *const *moly_purity_products(void);

/** Seconds after which activity ratio `ratio` has grown to `most` by decay alone: 0 when it is
 * above already, INFINITY when it never gets there. */
MOLY_API double moly_purity_time_to_s(const moly_nuclide *product, const moly_nuclide *impurity,
                                      double ratio, double most);

/** What a result shows beside the rows. */
typedef struct moly_identify_view {
    const char *product; /**< limits to hold it against, or NULL */
    bool with_curves;    /**< of every region: channels' energies, counts, fit and background */
    bool with_spectrum;  /**< counts of all channels and the energy scale */
} moly_identify_view;

/** {"file_format","title","detector","start","live_s","real_s","n_channels","energy":{..},
 *  "resolution":{..},"peaks":[{"energy_kev","energy_sd_kev","fwhm_kev","area","area_sd","rate_per_s",
 *  "significance","cause","nuclide","chain","line_kev"}],"nuclides":[..],"mda":[..],
 *  "impurities":[..],"verdict","warnings":[..]}. New reference; NULL without memory.
 *  @retval MOLY_ERR_UNKNOWN  no limits of that product: the message lists the keys */
MOLY_API MOLY_CHECKED moly_status moly_identification_json(const moly_identification *found,
                                                           const moly_nuclide_set *set,
                                                           const moly_identify_view *view,
                                                           json_t **json, moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
