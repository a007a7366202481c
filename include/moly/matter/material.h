/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_MATTER_MATERIAL_H
#define MOLY_MATTER_MATERIAL_H

/** What things are made of: elements, isotopes, compounds, alloys, solutions.
 *
 *  A material is a list of isotopes with atom fractions and, where it is known, a density. It is
 *  immutable, lives in the arena it was made with and may be read by any number of threads. */

#include <stdint.h>

#include "moly/base/memory.h"
#include "moly/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct moly_isotope {
    int16_t z, a;
    double atom_fraction; /**< of all atoms of the material, > 0; they sum to 1 */
    double mass_u;        /**< AME2020 */
} moly_isotope;

typedef struct moly_constituent {
    int16_t z;
    bool is_natural;      /**< isotopes in natural abundance: natural-element curves apply */
    double atom_fraction; /**< of all atoms of the material */
    double mass_fraction; /**< of the mass of the material */
    size_t first, n;      /**< its isotopes: isotopes[first .. first + n) */
} moly_constituent;

typedef struct moly_material {
    const char *text; /**< as it was written */
    size_t n_isotopes, n_elements;
    const moly_isotope *isotopes; /**< by element, then by A */
    const moly_constituent *elements;
    double mean_mass_u;   /**< of an atom: sum of atom_fraction * mass_u */
    double density_g_cm3; /**< NAN where not known: compounds that were not given one */
    /** Row of NIST's measured or evaluated material ("water", "air", ...), or -1: such a material
     *  has stopping powers and attenuation of its own, better than Bragg's additivity. */
    int table;
} moly_material;

/** Read a material:
 *   - an element `Ga`, a nuclide `100Mo` or `Mo-100`, a compound `Ga4Ni`, `H2O`, with brackets
 *     `Ca(NO3)2`;
 *   - an enrichment vector in braces behind an element, atom fractions that sum to 1 within 1e-6:
 *     `Mo{100:0.974,98:0.021,97:0.005}`; in front of or behind a compound's element
 *     `H2O{18O:0.98,16O:0.02}` (the nuclides name their element; elements not named are natural);
 *   - a mixture by mass `0.9 Ni + 0.1 Cr`, mass fractions that sum to 1 within 1e-6;
 *   - a named material: water, air, concrete, lead, tungsten, steel, glass, havar, ... (those of
 *     moly_material_names());
 *   - any of them with a density: `Ga4Ni @ 7.2 g/cm3`.
 *  Natural abundances: IUPAC, from data/materials.
 *  @param[out] material  owned by `arena`
 *  @retval MOLY_ERR_USAGE    not understood: the message names the place in the text
 *  @retval MOLY_ERR_UNKNOWN  no such element, isotope or material, with the nearest suggested
 *  @retval MOLY_ERR_RANGE    fractions that do not add up (the sum is told), a density <= 0 */
MOLY_API MOLY_CHECKED moly_status moly_material_parse(const char *text, moly_arena *arena,
                                                      const moly_material **material,
                                                      moly_error *err);

/** The material with another density, g/cm3 > 0. Owned by `arena`; NULL without memory. */
MOLY_API const moly_material *moly_material_with_density(const moly_material *material,
                                                         double density_g_cm3, moly_arena *arena);

/** Names that moly_material_parse() knows, for help and completion; NULL-terminated, static. */
MOLY_API const char *const *moly_material_names(void);

/** Density of the element at 20 C and 101.3 kPa, g/cm3; NAN where not known. */
MOLY_API double moly_element_density_g_cm3(int z);

#ifdef __cplusplus
}
#endif
#endif
