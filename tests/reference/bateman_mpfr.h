/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_TESTS_BATEMAN_MPFR_H
#define MOLY_TESTS_BATEMAN_MPFR_H

/** Bateman's equations as written in 1910, in 3000 bits (900 digits), as a reference that shares
 *  nothing with the engine. Equal constants are pulled apart by 2^-400 of themselves. */

#include "moly/nuclide/decay.h"

/** As moly_decay_atoms(), with production when `rate` is not NULL. Aborts without memory. */
void bateman_mpfr(size_t n, const double *lambda_per_s, size_t n_feeds, const moly_feed *feeds,
                  const double *atoms, const double *rate_per_s, const double *times_s,
                  size_t n_times, double *out_atoms, double *out_decays);

#endif
