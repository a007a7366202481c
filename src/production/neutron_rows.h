/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PRODUCTION_NEUTRON_ROWS_H
#define PRODUCTION_NEUTRON_ROWS_H

/* The tables that tools/neutron_compile writes into the build tree from data/neutron; each sorted
 * by `key`. */

#include <stddef.h>
#include <stdint.h>

/* A state as one number that sorts by z, a, isomer. */
#define NEUTRON_KEY(z, a, isomer) (((uint32_t)(z)*1024u + (uint32_t)(a)) * 8u + (uint32_t)(isomer))

typedef struct neutron_capture_row {
    uint32_t key;   /* target */
    int16_t isomer; /* of the product, which has one neutron more */
    double thermal_b, thermal_sd_b, resonance_b, resonance_sd_b; /* NAN: not known */
    const char *thermal_source, *resonance_source;
} neutron_capture_row;

typedef struct neutron_fission_row {
    uint32_t key;
    double thermal_b, thermal_sd_b, resonance_b, resonance_sd_b;
    const char *source;
} neutron_fission_row;

typedef struct neutron_yield_row {
    uint32_t key;
    double yield, sd;
} neutron_yield_row;

typedef struct neutron_westcott_row {
    uint32_t key; /* by key, then fission after capture, then temperature */
    int16_t is_fission;
    double temperature_c, g;
    const char *source;
} neutron_westcott_row;

/* The resonance that makes most of a resonance integral. */
typedef struct neutron_peak_row {
    uint32_t key;
    double peak_b, capture_share;
} neutron_peak_row;

extern const neutron_capture_row neutron_captures[];
extern const size_t neutron_n_captures;
extern const neutron_fission_row neutron_fissions[];
extern const size_t neutron_n_fissions;
extern const neutron_yield_row neutron_yields_u235[];
extern const size_t neutron_n_yields_u235;
extern const neutron_westcott_row neutron_westcotts[];
extern const size_t neutron_n_westcotts;
extern const neutron_peak_row neutron_peaks[];
extern const size_t neutron_n_peaks;

#endif
