/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_PRODUCTION_BEAM_H
#define MOLY_PRODUCTION_BEAM_H

/** A beam on a target: what it makes, how pure, how hot.
 *
 *  Layers stand in the beam one behind the other. In each, every isotope's curves are integrated
 *  over the particle's track; what is made decays and grows while the current runs and after it,
 *  exactly (moly_decay_with_production). Method and limits: src/production/README.md. */

#include "moly/nuclide/decay.h"
#include "moly/production/reaction.h"
#include "moly/production/yield.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MOLY_BEAM_MOST_LAYERS 32
#define MOLY_BEAM_MOST_STEPS 1000

/** One layer of the stack. */
typedef struct moly_beam_layer {
    const moly_material *material; /**< lives as long as the beam */
    double thickness_g_cm2;        /**< > 0; INFINITY: as thick as the range (no photons) */
} moly_beam_layer;

/** Beam current from the end of the step before, for a while. 0 A is an interruption. */
typedef struct moly_current_step {
    double current_a, duration_s;
} moly_current_step;

/** How a prepared stack is irradiated. */
typedef struct moly_irradiation {
    double energy_mev;      /**< of the particles; of the electrons for a photon beam */
    double energy_sd_mev;   /**< of the beam, >= 0 */
    bool has_straggling;    /**< spread the energy in each layer too; else mean energies */
    double exit_energy_mev; /**< of the target, instead of its thickness; NAN: by the thickness */
    const moly_current_step *steps;
    size_t n_steps;
    double current_rel_sd; /**< 1-sigma of the current */
    double cool_s;         /**< from the end of the last step to the end */
    double area_cm2;       /**< of the beam on the target, for the burn-up; NAN: not known */
} moly_irradiation;

/** A nuclide in a layer. */
typedef struct moly_made {
    size_t nuclide;            /**< index in the set */
    double atoms_per_particle; /**< made by the beam itself, cumulative curves as they count */
    double activity_eob_bq;    /**< at the end of the last step */
    double activity_end_bq;    /**< after cooling */
    double u_rel;              /**< 1-sigma relative of both: cross section, stopping, current */
    moly_yields yields;        /**< of `atoms_per_particle`; all 0 where it only grew in */
    double element_fraction;   /**< of the activity of its element's isotopes at the end */
    /** Of the atoms of its element at the end, stable ones made by the beam included; NAN where the
     *  layer itself holds the element. */
    double specific_activity_bq_per_g, molar_activity_bq_per_mol;
    /** The curve behind most of its atoms: its own, or that of what it grows from. */
    const moly_reaction *reaction;
} moly_made;

typedef struct moly_layer_result {
    double energy_in_mev, energy_out_mev; /**< mean; 0 out: stopped */
    double energy_out_sd_mev;             /**< 0 unless spread was asked for */
    double thickness_g_cm2;               /**< that the beam crosses, at most the range */
    double heat_w;                        /**< at the highest current of the steps */
    double consumed_atoms;                /**< target atoms that reacted, by the curves there are */
    double burn_up_fraction;              /**< of the atoms under the beam; NAN without an area */
    size_t n_made;
    const moly_made *made; /**< radionuclides, by activity at the end */
} moly_layer_result;

typedef struct moly_production {
    size_t n_layers, target;
    const moly_layer_result *layers;
    double heat_w;
    size_t n_not_evaluated;
    const char *const *not_evaluated; /**< sentences: what may form and has no curve here */
} moly_production;

typedef struct moly_beam moly_beam;

/** A stack made ready: stopping powers and curves of all layers.
 *  @param set, engine  live as long as the beam
 *  @param target       index of the layer whose products are wanted
 *  @param converter    photon beams: the layer that makes bremsstrahlung; else NULL
 *  @param[out] beam    owned by the caller; release with moly_beam_free()
 *  @retval MOLY_ERR_USAGE  no layer, a photon beam without converter or with an endless layer
 *  @retval MOLY_ERR_RANGE  a thickness
 *  Threads: any number may irradiate one beam. */
MOLY_API MOLY_CHECKED moly_status moly_beam_new(const moly_nuclide_set *set,
                                                const moly_decay_engine *engine,
                                                moly_particle particle,
                                                const moly_beam_layer *layers, size_t n_layers,
                                                size_t target, const moly_beam_layer *converter,
                                                moly_beam **beam, moly_error *err);
MOLY_API void moly_beam_free(moly_beam *beam);

/** Irradiate.
 *  @param product  index in the set of what is wanted: refused where no curve leads to it or the
 *                  energy is outside of the curve; SIZE_MAX: whatever comes
 *  @param[out] production  owned by `arena`
 *  @retval MOLY_ERR_RANGE    energy, current, times; energy above the curve of the product
 *  @retval MOLY_ERR_UNKNOWN  nothing makes the product here */
MOLY_API MOLY_CHECKED moly_status moly_beam_irradiate(const moly_beam *beam,
                                                      const moly_irradiation *irradiation,
                                                      size_t product, moly_arena *arena,
                                                      const moly_production **production,
                                                      moly_error *err);

/** Product atoms that one particle makes in a pure target while it slows from `energy_mev` to
 *  `exit_energy_mev` (0: full stop): N_A / M times the integral of cross section over mass stopping
 *  power. The definition behind published thick-target yields.
 *  @param atom_mass_u  mean mass of an atom of the target, u
 *  @param fraction     of the target's atoms that the curve is of
 *  @retval MOLY_ERR_RANGE  energies in the wrong order, or above the curve */
MOLY_API MOLY_CHECKED moly_status
moly_reaction_thick_yield(const moly_reaction *reaction, const moly_stopping *stopping,
                          double atom_mass_u, double fraction, double energy_mev,
                          double exit_energy_mev, double *atoms_per_particle, moly_error *err);

/** Photons per electron and MeV at `photon_mev` behind a converter: Schiff's thin-target spectrum,
 *  integrated over angles, summed over slices of the converter in which the electron loses energy
 *  by its total stopping power; no angular spread, no secondary electrons, no absorption.
 *  Source: Koch, Motz, Rev. Mod. Phys. 31 (1959) 920, formula 3BS(e).
 *  @param stopping  of electrons in the converter
 *  @retval NAN  an energy not above 0 or above the electrons' table */
MOLY_API double moly_bremsstrahlung_per_mev(const moly_material *converter,
                                            const moly_stopping *stopping, double thickness_g_cm2,
                                            double electron_mev, double photon_mev);

#ifdef __cplusplus
}
#endif
#endif
