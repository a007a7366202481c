/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_RECONSTRUCTION_PRIORS_H
#define MOLY_RECONSTRUCTION_PRIORS_H

/** What is known of an image before it is measured: neighbours are alike, but for edges.
 *
 *  The penalty R is a sum over pairs of neighbours (3 x 3 x 3) of a potential, each pair once,
 * times w = smallest voxel width / distance of their centres; or, for total variation and parallel
 * level sets, over voxels of a norm of the gradient per mm times the smallest voxel width. It is
 * reckoned in the image's unit: beta multiplies R in log-likelihood - beta R. Sources: relative
 * difference: Nuyts et al., IEEE Trans Nucl Sci 49 (2002) 56; Bowsher: Bowsher et al., IEEE NSS/MIC
 * 2004, 2488; parallel level sets: Ehrhardt et al., Inverse Problems 31 (2014) 015005. */

#include "moly/volume/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

/* name in texts, potential of a difference d of values a and b */
#define MOLY_PRIOR_LIST(X)                                                                         \
    X(MOLY_PRIOR_RDP, "rdp")             /**< d^2 / (a + b + gamma |d| + eps) */                   \
    X(MOLY_PRIOR_QUADRATIC, "quadratic") /**< d^2 / 2 */                                           \
    X(MOLY_PRIOR_LOG_COSH, "logcosh")    /**< delta^2 ln cosh(d / delta) */                        \
    X(MOLY_PRIOR_TV, "tv")               /**< sqrt(|gradient|^2 + eps^2), isotropic */             \
    X(MOLY_PRIOR_BOWSHER, "bowsher")     /**< quadratic, among the neighbours most alike in the    \
                                            anatomical image; a pair that only one of the two      \
                                            chose counts half */                                   \
    X(MOLY_PRIOR_PLS, "pls")             /**< sqrt(|g|^2 - (g . xi)^2 + eps^2), xi along the       \
                                            gradient of the anatomical image */

typedef enum moly_prior_kind {
#define MOLY_PRIOR_ENUM(name, word) name,
    MOLY_PRIOR_LIST(MOLY_PRIOR_ENUM)
#undef MOLY_PRIOR_ENUM
        MOLY_N_PRIORS
} moly_prior_kind;

typedef struct moly_prior_options {
    moly_prior_kind kind;
    double beta;     /**< > 0 */
    double gamma;    /**< rdp: preservation of edges, 0..100; 2 */
    double epsilon;  /**< rdp: smooths at 0, in the image's unit; tv, pls: the same per mm; > 0 */
    double delta;    /**< logcosh: where it turns from quadratic to linear, in the image's unit */
    double eta;      /**< pls: gradients of the anatomical image below that are none, per mm */
    int64_t n_alike; /**< bowsher: of the 26 neighbours; 1..26 */
} moly_prior_options;

/** "rdp:beta=0.5,gamma=2,eps=0.1", "quadratic:beta=1e-3", "logcosh:beta=1,delta=100",
 *  "tv:beta=1,eps=10", "bowsher:beta=1,n=7", "pls:beta=1,eps=1,eta=0.01".
 *  @retval MOLY_ERR_USAGE  a word, key or number that is not understood, named with those that are
 *  @retval MOLY_ERR_RANGE  a number outside its range */
MOLY_API MOLY_CHECKED moly_status moly_prior_parse(const char *text, moly_prior_options *options,
                                                   moly_error *err);
MOLY_API const char *moly_prior_word(moly_prior_kind kind);

/** Const once made: several threads may use it. */
typedef struct moly_prior moly_prior;

/** @param anatomy  columns float[ny][nx][nz] on the same grid, finite; NULL where none is needed.
 *                  Read while it is made only.
 *  @retval MOLY_ERR_USAGE  none where one is needed */
MOLY_API MOLY_CHECKED moly_status moly_prior_new(const moly_prior_options *options,
                                                 const moly_grid *grid, const float *anatomy,
                                                 int n_threads, moly_prior **prior,
                                                 moly_error *err);
MOLY_API void moly_prior_free(moly_prior *prior);
MOLY_API bool moly_prior_needs_anatomy(moly_prior_kind kind);

/** beta R of an image, not negative for rdp.
 *  @param columns    float[ny][nx][nz]
 *  @param gradient   of beta R by each voxel, or NULL
 *  @param curvature  a bound of its second derivative by that voxel, near the image, or NULL
 *  The same bits for any number of threads; allocates for tv and pls.
 *  @retval MOLY_ERR_MEMORY */
MOLY_API MOLY_CHECKED moly_status moly_prior_evaluate(const moly_prior *prior, const float *columns,
                                                      double *value, float *gradient,
                                                      float *curvature, moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
