/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "moly/nuclide/nuclide.h"

bool moly_nuclide_lacks_lines(const moly_nuclide *nuclide)
{
    return !nuclide->is_stable && nuclide->n_lines == 0;
}

const char *moly_decay_mode_name(moly_decay_mode mode)
{
    static const char *const names[] = {
        [MOLY_DECAY_BETA_MINUS] = "beta-", [MOLY_DECAY_BETA_PLUS_EC] = "beta+/EC",
        [MOLY_DECAY_ISOMERIC] = "IT",      [MOLY_DECAY_ALPHA] = "alpha",
        [MOLY_DECAY_FISSION] = "SF",       [MOLY_DECAY_NEUTRON] = "neutron",
        [MOLY_DECAY_PROTON] = "proton",    [MOLY_DECAY_OTHER] = "other",
    };
    return (size_t)mode < sizeof names / sizeof names[0] ? names[mode] : "other";
}

const char *moly_radiation_name(moly_radiation radiation)
{
    static const char *const names[] = {
        [MOLY_RADIATION_GAMMA] = "gamma",
        [MOLY_RADIATION_X] = "X",
        [MOLY_RADIATION_ANNIHILATION] = "annihilation",
        [MOLY_RADIATION_ALPHA] = "alpha",
        [MOLY_RADIATION_BETA_MINUS] = "beta-",
        [MOLY_RADIATION_BETA_PLUS] = "beta+",
        [MOLY_RADIATION_CONVERSION] = "conversion",
        [MOLY_RADIATION_AUGER] = "Auger",
    };
    return (size_t)radiation < sizeof names / sizeof names[0] ? names[radiation] : "";
}

const char *moly_beta_shape_name(moly_beta_shape shape)
{
    static const char *const names[] = {
        [MOLY_BETA_NOT_A_BETA] = "",
        [MOLY_BETA_ALLOWED] = "allowed",
        [MOLY_BETA_FIRST_NON_UNIQUE] = "first forbidden",
        [MOLY_BETA_FIRST_UNIQUE] = "first forbidden unique",
        [MOLY_BETA_SECOND_NON_UNIQUE] = "second forbidden",
        [MOLY_BETA_SECOND_UNIQUE] = "second forbidden unique",
        [MOLY_BETA_THIRD_OR_HIGHER] = "third forbidden or higher",
    };
    return (size_t)shape < sizeof names / sizeof names[0] ? names[shape] : "";
}
