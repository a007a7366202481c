/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SHIELD_RESULT_H
#define MOLY_SHIELD_RESULT_H

/* What moly shield works on and the parts of its result. Each part returns nonzero without memory.
 */

#include "moly/base/json.h"
#include "moly/matter/shield.h"

typedef struct shield_case {
    const moly_nuclide_set *set;
    size_t nuclide;
    double activity_bq;
    bool with_daughters, has_bremsstrahlung;
    moly_shield bare, shielded; /**< the same without and with layers */
    const moly_photon *photons;
    size_t n_photons;
    const double *activities; /**< [size of the set] per Bq */
    moly_dose_rate bare_total, total;
    moly_dose_rate *bare_each, *each; /**< [n_photons] */
} shield_case;

int shield_add_rates(const shield_case *c, json_t *whole);
int shield_add_layers(const shield_case *c, json_t *whole);
/* Lines that make at least `least_share` of what comes through; bremsstrahlung is one row. */
int shield_add_lines(const shield_case *c, double least_share, json_t *whole);
int shield_add_daughters(const shield_case *c, json_t *whole);
int shield_add_notes(const shield_case *c, json_t *whole);

#endif
