/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PRODUCTION_BURNUP_CONTOUR_H
#define PRODUCTION_BURNUP_CONTOUR_H

/* A wide network in a constant flux by its Laplace transform: README.md of this room has the
 * equations. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "moly/base/status.h"

/* Members in an order in which all but a few ways go forward; the ways into each of them. */
typedef struct contour_system {
    size_t n;
    const double *removal;    /* [n] 1/s */
    const double *start;      /* [n] atoms */
    const size_t *in_begin;   /* [n + 1] */
    const uint32_t *from;     /* [in_begin[n]] a later member closes a loop */
    const double *rate_per_s; /* [in_begin[n]] */
} contour_system;

/* Atoms at a time > 0.
 * @param      is_rough one contour of few points, unchecked: 1e-6 for up to eight slow ancestors in
 *                      a row, and a smooth function of every rate, for derivatives
 * @param[out] atoms    [n]
 * @param[out] is_known [n] whether all digits are: relative error below 4e-12. The rest (what has
 *                      decayed to little of what it was) needs another method. */
MOLY_CHECKED moly_status contour_solve(const contour_system *system, double time_s, bool is_rough,
                                       double *atoms, bool *is_known, moly_error *err);

#endif
