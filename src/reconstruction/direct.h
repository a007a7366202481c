/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_RECONSTRUCTION_DIRECT_H
#define MOLY_RECONSTRUCTION_DIRECT_H

/* Data summed into direct planes, for estimates that want few bins and all counts. */

#include "moly/scanner/sinogram.h"

/** Direct planes, one for each sum of two rings, no TOF. */
MOLY_CHECKED moly_status direct_layout(const moly_layout *layout, moly_layout **direct,
                                       moly_error *err);
/** Each plane added to the direct one at its middle, TOF bins summed (single-slice rebinning:
 *  Daube-Witherspoon, Muehllehner, J Nucl Med 28 (1987) 1717). */
MOLY_CHECKED moly_status direct_sum(const moly_sinogram *source, const moly_layout *direct,
                                    int n_threads, moly_sinogram **sum, moly_error *err);

#endif
