/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_ALLOT_H
#define CENTRE_ALLOT_H

/* Which vial each patient's dose is drawn from, so that the most patients get one.
 *
 * A dose that is due later takes more of a vial now, and a vial decays as its doses do: reckoned in
 * activity at one instant, a dose has a fixed size and a vial a fixed capacity, and the question is
 * a packing with an upper bound on time. Branch and bound over doses, larger last, with the bound
 * that the smallest of the rest fit into all that is left; exact within ALLOT_NODES steps, which
 * ten vials and thirty doses stay far below, else the best that was found. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ALLOT_NONE = -1, ALLOT_MAX_DOSES = 200, ALLOT_MAX_VIALS = 64, ALLOT_NODES = 400000 };

typedef struct allot_dose {
    double size_bq;      /* at the instant of the plan; > 0 */
    int64_t injected_us; /* no vial serves it that expires before */
    int group;           /* product: a vial of another one does not serve it */
} allot_dose;

typedef struct allot_vial {
    double capacity_bq; /* at the instant of the plan */
    int64_t expiry_us;
    int group;
} allot_vial;

/* Most doses served; among those the fewest vials opened, then the earliest vials of the list.
 *  @param[out] vial_of  n_doses: index of the vial, or ALLOT_NONE
 *  @return whether that is proven the best. At most ALLOT_MAX_DOSES and ALLOT_MAX_VIALS; what is
 *          beyond is not served. */
bool allot_doses(const allot_dose *doses, size_t n_doses, const allot_vial *vials, size_t n_vials,
                 int *vial_of);

#endif
