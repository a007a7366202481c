/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_PRODUCTION_BREMSSTRAHLUNG_H
#define MOLY_PRODUCTION_BREMSSTRAHLUNG_H

#include "moly/matter/photon.h"
#include "moly/production/beam.h"
#include "track.h"

#define PHOTON_LEAST_MEV 1.5 /**< below the lowest photonuclear threshold, that of Be-9 (1.66) */

/** Bremsstrahlung on its way through the layers before `layer`. */
typedef struct photon_beam {
    const moly_beam_layer *converter;
    const moly_stopping *stopping; /**< of electrons in the converter */
    const moly_beam_layer *layers;
    size_t layer;
} photon_beam;

/** Track of the photons in the layer. */
void track_photons(track *t, const photon_beam *beam, double electron_mev);

#endif
