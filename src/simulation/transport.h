/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SIMULATION_TRANSPORT_H
#define MOLY_SIMULATION_TRANSPORT_H

/* Photons on their way out of a phantom. */

#include "detector.h"
#include "moly/simulation/solids.h"

typedef struct transport transport;

/** @retval MOLY_ERR_MEMORY  nothing else can fail */
MOLY_CHECKED moly_status transport_new(const moly_solids *solids, transport **made,
                                       moly_error *err);
void transport_free(transport *t);

/** The solid at a point, as moly_solids_at(). */
int transport_solid_at(const transport *t, const double point_mm[3]);

/** Follow a photon to where it next interacts, and whether that is by Compton's effect.
 *  @return the solid; -1: it leaves, and stands where its last way through the phantom began */
int transport_collide(const transport *t, photon *p, moly_random *random);
/** Attenuation in a solid, as photons meet it. */
double transport_mu_per_mm(const transport *t, int solid, double energy_kev);

typedef enum fate { FATE_GONE, FATE_STRAIGHT, FATE_SCATTERED } fate;
/** Follow a photon until it leaves the phantom or falls below `least_kev`; without scatter its
 *  first interaction ends it. */
fate transport_follow(const transport *t, photon *p, bool has_scatter, double least_kev,
                      moly_random *random);

#endif
