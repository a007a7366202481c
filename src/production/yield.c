/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/production/yield.h"

#include <math.h>

#define HOUR_S 3600.0

moly_yields moly_yields_of(double lambda_per_s, double atoms_per_particle, int charge)
{
    MOLY_ASSERT(charge > 0);
    const double atoms_per_c = atoms_per_particle / (charge * MOLY_ELEMENTARY_CHARGE_C);
    return (moly_yields){
        .saturation_bq_per_a = atoms_per_c,
        .physical_bq_per_c = lambda_per_s * atoms_per_c,
        .eob_1h_bq_per_ah = atoms_per_c * -expm1(-lambda_per_s * HOUR_S),
    };
}
