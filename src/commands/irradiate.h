/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_COMMANDS_IRRADIATE_H
#define MOLY_COMMANDS_IRRADIATE_H

/* moly irradiate: the arguments of both forms. A form is a function that makes the result. */

#include "commands_inside.h"

/* What a step of a history and the options of one step may be at most. */
#define IRRADIATE_LONGEST_S 1e11
#define IRRADIATE_MOST_A 1.0
#define IRRADIATE_MOST_FLUX_PER_CM2_S 1e17

typedef struct irradiate_args {
    int beam; /* index into irradiate_beams, -1: no beam */
    double energy_kev, exit_energy_kev, spread_kev;
    double current_a, current_sd;
    double time_s, cool_s;
    const char *history;
    const char *target, *thickness, *layers, *converter, *product;
    double diameter_mm;
    int has_straggling;
    const char *data;
    double flux_per_cm2_s, epithermal_ratio, temperature_c, mass_g, size_mm;
    int shape; /* moly_shield_shape */
} irradiate_args;

/** A charged-particle or photon beam on a stack. */
MOLY_CHECKED moly_status irradiate_beam(const irradiate_args *args, const moly_run *run,
                                        json_t **result, moly_error *err);

/** A mass of target in a reactor's flux. */
MOLY_CHECKED moly_status irradiate_flux(const irradiate_args *args, const moly_run *run,
                                        json_t **result, moly_error *err);

#endif
