/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_COMMANDS_BENCH_DECAY_H
#define MOLY_COMMANDS_BENCH_DECAY_H

/* What the bench of the decay engine shares with its check. */

#include "moly/nuclide/decay.h"

/** A decay network and what is in it at the start. */
typedef struct bench_network {
    size_t n, n_feeds;
    double *lambda;   /**< [n], 1/s */
    double *start;    /**< [n], atoms */
    moly_feed *feeds; /**< [n_feeds] */
} bench_network;

/** More ancestors than this are not checked: the time grows with their cube. */
#define BENCH_CHECK_MOST 48

/** Atoms and decays of one member after `time_s` in 113 bits (128-bit floating point), by a way of
 *  its own: exp(A t) of the member and all its ancestors as a full matrix, from the power series of
 *  one short step that is then doubled until the time is reached; every term is positive.
 *  @param[out] is_checked  false when it has more than BENCH_CHECK_MOST ancestors */
MOLY_CHECKED moly_status bench_decay_reference(const bench_network *network, size_t member,
                                               double time_s, bool *is_checked, double *atoms,
                                               double *decays, moly_error *err);

#endif
