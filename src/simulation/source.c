/* SPDX-License-Identifier: Apache-2.0 */
/* Where decays happen. */
#include "source.h"

#include <math.h>

static double volume_of(const moly_solid *s)
{
    const double *h = s->half_mm;
    const double pi = acos(-1.0);
    const double shape = s->shape == MOLY_SOLID_ELLIPSOID  ? 4.0 / 3.0 * pi
                         : s->shape == MOLY_SOLID_CYLINDER ? 2.0 * pi
                                                           : 8.0;
    return shape * h[0] * h[1] * h[2];
}

moly_status source_until(const moly_solids *solids, double *until, moly_error *err)
{
    double sum = 0.0;
    for (size_t i = 0; i < solids->n; i++) {
        sum += solids->solids[i].bq_per_ml * volume_of(&solids->solids[i]);
        until[i] = sum;
    }
    return sum > 0.0
               ? MOLY_OK
               : MOLY_FAIL(err, MOLY_ERR_DATA, "phantom %s: nothing in it is active", solids->name);
}

static void point_in(const moly_solid *s, moly_random *random, double point[3])
{
    double q[3];
    const int n_round = s->shape == MOLY_SOLID_ELLIPSOID ? 3 : s->shape == MOLY_SOLID_BOX ? 0 : 2;
    double norm;
    do {
        norm = 0.0;
        for (int i = 0; i < 3; i++) {
            q[i] = 2.0 * draw(random) - 1.0;
            norm += i < n_round ? q[i] * q[i] : 0.0;
        }
    } while (norm > 1.0);
    for (int i = 0; i < 3; i++) {
        point[i] = s->centre_mm[i] + q[0] * s->half_mm[0] * s->axes[i] +
                   q[1] * s->half_mm[1] * s->axes[3 + i] + q[2] * s->half_mm[2] * s->axes[6 + i];
    }
}

/* A solid by its whole volume, a point in it; not counted where a later solid or a cut has it. */
int source_draw(const moly_solids *solids, const double *until, const transport *phantom,
                moly_random *random, double point[3])
{
    for (;;) {
        const double u = draw(random) * until[solids->n - 1];
        size_t low = 0, high = solids->n - 1;
        while (low < high) {
            const size_t middle = (low + high) / 2;
            if (until[middle] > u) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        point_in(&solids->solids[low], random, point);
        if (transport_solid_at(phantom, point) == (int)low) {
            return (int)low;
        }
    }
}
