/* SPDX-License-Identifier: Apache-2.0 */
#include "physics.h"

#include <math.h>

#include "moly/nuclide/decay.h"

const char *const physics_handled[] = {TC99M, MO99, "F-18", NULL};

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

static moly_status branch_to(const moly_nuclide *parent, const char *daughter, double *fraction,
                             moly_error *err)
{
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    size_t index;
    moly_status status = moly_nuclide_find(set, daughter, &index, err);
    for (size_t i = 0; i < parent->n_branches && !status; i++) {
        if (parent->branches[i].daughter == (int)index) {
            *fraction = parent->branches[i].fraction;
            return MOLY_OK;
        }
    }
    return status ? status
                  : MOLY_FAIL(err, MOLY_ERR_INTERNAL, "%s has no branch to %s", parent->name,
                              daughter);
}

moly_status physics_generator(double molybdenum_bq, double elapsed_s, double fraction_left,
                              double *molybdenum_out_bq, double *technetium_out_bq, moly_error *err)
{
    const moly_nuclide *parent = NULL, *daughter = NULL;
    moly_decay_engine *engine = NULL;
    double fraction = 0.0;
    moly_status status = physics_nuclide(MO99, &parent, err);
    if (!status) {
        status = physics_nuclide(TC99M, &daughter, err);
    }
    if (!status) {
        status = branch_to(parent, TC99M, &fraction, err);
    }
    if (status) {
        return status;
    }
    const double lambda[] = {parent->lambda_per_s, daughter->lambda_per_s};
    const moly_feed feed = {.from = 0, .to = 1, .fraction = fraction};
    /* Transient equilibrium just before that elution is the most that can have been left. */
    double equilibrium_bq = molybdenum_bq * fraction * lambda[1] / (lambda[1] - lambda[0]);
    const double atoms[] = {molybdenum_bq / lambda[0], fraction_left * equilibrium_bq / lambda[1]};
    double left[2];
    status = moly_decay_engine_new(2, lambda, 1, &feed, &engine, err);
    if (!status) {
        status = moly_decay_atoms(engine, atoms, &elapsed_s, 1, left, NULL, err);
    }
    moly_decay_engine_free(engine);
    if (!status) {
        *molybdenum_out_bq = left[0] * lambda[0];
        *technetium_out_bq = left[1] * lambda[1];
    }
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
