/* SPDX-License-Identifier: Apache-2.0 */
#include "physics.h"

#include <math.h>

#include "moly/base/memory.h"
#include "moly/production/generator.h"

const char *const physics_handled[PHYSICS_N_HANDLED + 1] = {
    TC99M,    MO99,     "C-11",    "N-13",   "O-15",   "F-18",   "Sc-44",  "Cu-64",
    "Cu-67",  "Ga-67",  "Ga-68",   "Ge-68",  "Rb-82",  "Sr-82",  "Sr-89",  "Y-90",
    "Zr-89",  "In-111", "I-123",   "I-124",  "I-125",  "I-131",  "Sm-153", "Tb-161",
    "Ho-166", "Lu-177", "Lu-177m", "Re-188", "Tl-201", "Pb-212", "At-211", "Bi-213",
    "Ra-223", "Ra-224", "Ac-225",  "Ac-227", NULL};

moly_status physics_nuclide(const char *name, const moly_nuclide **nuclide, moly_error *err)
{
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    size_t index;
    moly_status status = moly_nuclide_find(set, name, &index, err);
    if (!status) {
        *nuclide = moly_nuclide_at(set, index);
    }
    return status;
}

double physics_decayed_bq(const moly_nuclide *nuclide, double activity_bq, moly_instant from,
                          moly_instant to)
{
    return activity_bq * exp2(-moly_instant_difference_s(from, to) / nuclide->half_life_s);
}

moly_status physics_generator(double molybdenum_bq, double elapsed_s, double fraction_left,
                              double *molybdenum_out_bq, double *technetium_out_bq, moly_error *err)
{
    moly_generator *generator = NULL;
    double *column = NULL;
    moly_status status =
        moly_generator_new(moly_nuclide_set_builtin(), MO99, TC99M, &generator, err);
    if (status) {
        return status;
    }
    size_t n = moly_generator_size(generator);
    column = moly_alloc(2 * n, sizeof *column);
    if (column == NULL) {
        status = MOLY_NO_MEMORY(err);
    }
    if (!status) { /* transient equilibrium just before that elution is the most that can have been
                      left */
        status = moly_generator_load(generator, molybdenum_bq, true, column, err);
    }
    if (!status) {
        status = moly_generator_elute(generator, 1.0 - fraction_left, 0.0, column, column + n, err);
    }
    if (!status) {
        status = moly_generator_wait(generator, elapsed_s, column, err);
    }
    if (!status) {
        *molybdenum_out_bq = moly_generator_parent_bq(generator, column);
        *technetium_out_bq = moly_generator_daughter_bq(generator, column);
    }
    moly_free(column);
    moly_generator_free(generator);
    return status;
}

static moly_status growth_per_s(double *rate, moly_error *err)
{
    const moly_nuclide *parent = NULL, *daughter = NULL;
    moly_status status = physics_nuclide(MO99, &parent, err);
    if (!status) {
        status = physics_nuclide(TC99M, &daughter, err);
    }
    if (!status) {
        *rate = daughter->lambda_per_s - parent->lambda_per_s;
    }
    return status;
}

moly_status physics_molybdenum_ratio(double ratio, moly_instant reference, moly_instant at,
                                     double *ratio_at, moly_error *err)
{
    double rate = 0.0;
    moly_status status = growth_per_s(&rate, err);
    if (!status) {
        *ratio_at = ratio * exp(rate * moly_instant_difference_s(reference, at));
    }
    return status;
}

moly_status physics_molybdenum_until(double ratio, moly_instant reference, double limit,
                                     moly_instant *until, moly_error *err)
{
    double rate = 0.0;
    moly_status status = growth_per_s(&rate, err);
    if (!status) {
        *until = ratio > 0.0 ? moly_instant_add_s(reference, log(limit / ratio) / rate)
                             : MOLY_INSTANT_NONE;
    }
    return status;
}
