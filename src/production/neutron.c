/* SPDX-License-Identifier: Apache-2.0 */
/* The neutron tables, looked up. */
#include "moly/production/neutron.h"

#include <math.h>

#include "neutron_rows.h"

#define ZERO_C_K 273.15
#define REFERENCE_K 293.6 /* 2200 m/s is the most probable speed at this temperature */

/* Index of the first row whose key is not below `key`; rows are `size` apart and begin with their
 * key. */
static size_t first_row(const void *rows, size_t n, size_t size, uint32_t key)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const uint32_t *at = (const uint32_t *)(const void *)((const char *)rows + middle * size);
        if (*at < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool is_state(int z, int a, int isomer)
{
    return z >= 0 && z < 1024 && a >= 0 && a < 1024 && isomer >= 0 && isomer < 8;
}

size_t moly_captures(int z, int a, int isomer, moly_capture captures[2])
{
    if (!is_state(z, a, isomer)) {
        return 0;
    }
    uint32_t key = NEUTRON_KEY(z, a, isomer);
    size_t n = 0;
    for (size_t i = first_row(neutron_captures, neutron_n_captures, sizeof *neutron_captures, key);
         i < neutron_n_captures && neutron_captures[i].key == key && n < 2; i++) {
        const neutron_capture_row *r = &neutron_captures[i];
        captures[n++] = (moly_capture){(int16_t)z,         (int16_t)a,        (int16_t)isomer,
                                       r->isomer,          r->thermal_b,      r->thermal_sd_b,
                                       r->resonance_b,     r->resonance_sd_b, r->thermal_source,
                                       r->resonance_source};
    }
    return n;
}

moly_status moly_westcott_g(int z, int a, int isomer, moly_neutron_reaction reaction,
                            double temperature_c, double *g, const char **source, moly_error *err)
{
    if (!(temperature_c > -ZERO_C_K) || !isfinite(temperature_c)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "neutron temperature %g C is not above -273.15 C",
                         temperature_c);
    }
    const neutron_westcott_row *rows = NULL;
    size_t n = 0;
    if (is_state(z, a, isomer)) {
        uint32_t key = NEUTRON_KEY(z, a, isomer);
        size_t i =
            first_row(neutron_westcotts, neutron_n_westcotts, sizeof *neutron_westcotts, key);
        for (; i < neutron_n_westcotts && neutron_westcotts[i].key == key; i++) {
            if ((neutron_westcotts[i].is_fission != 0) == (reaction == MOLY_NEUTRON_FISSION)) {
                rows = n == 0 ? &neutron_westcotts[i] : rows;
                n++;
            }
        }
    }
    if (source != NULL) {
        *source = rows != NULL ? rows[0].source : NULL;
    }
    if (rows == NULL) {
        *g = 1.0;
        return MOLY_OK;
    }
    if (temperature_c < rows[0].temperature_c || temperature_c > rows[n - 1].temperature_c) {
        return MOLY_FAIL(
            err, MOLY_ERR_RANGE,
            "neutron temperature %g C: g of nuclide Z=%d A=%d is known from %g to %g C",
            temperature_c, z, a, rows[0].temperature_c, rows[n - 1].temperature_c);
    }
    size_t i = 1;
    while (i + 1 < n && rows[i].temperature_c < temperature_c) {
        i++;
    }
    double x = (temperature_c - rows[i - 1].temperature_c) /
               (rows[i].temperature_c - rows[i - 1].temperature_c);
    *g = rows[i - 1].g + x * (rows[i].g - rows[i - 1].g);
    return MOLY_OK;
}

double moly_flux_conventional_per_cm2_s(double mean_flux_per_cm2_s, double temperature_c)
{
    return mean_flux_per_cm2_s *
           sqrt(acos(-1.0) * REFERENCE_K / (4.0 * (temperature_c + ZERO_C_K)));
}

bool moly_fission_find(int z, int a, int isomer, moly_fission *fission)
{
    if (!is_state(z, a, isomer)) {
        return false;
    }
    uint32_t key = NEUTRON_KEY(z, a, isomer);
    size_t i = first_row(neutron_fissions, neutron_n_fissions, sizeof *neutron_fissions, key);
    if (i == neutron_n_fissions || neutron_fissions[i].key != key) {
        return false;
    }
    const neutron_fission_row *r = &neutron_fissions[i];
    *fission =
        (moly_fission){r->thermal_b, r->thermal_sd_b, r->resonance_b, r->resonance_sd_b, r->source};
    return true;
}

size_t moly_fission_yield_count(void)
{
    return neutron_n_yields_u235;
}

moly_fission_yield moly_fission_yield_at(size_t index)
{
    MOLY_ASSERT(index < neutron_n_yields_u235);
    const neutron_yield_row *r = &neutron_yields_u235[index];
    return (moly_fission_yield){(int16_t)(r->key / 8192), (int16_t)(r->key / 8 % 1024),
                                (int16_t)(r->key % 8), r->yield, r->sd};
}

bool moly_fission_yield_find(int z, int a, int isomer, moly_fission_yield *yield)
{
    if (!is_state(z, a, isomer)) {
        return false;
    }
    uint32_t key = NEUTRON_KEY(z, a, isomer);
    size_t i =
        first_row(neutron_yields_u235, neutron_n_yields_u235, sizeof *neutron_yields_u235, key);
    if (i == neutron_n_yields_u235 || neutron_yields_u235[i].key != key) {
        return false;
    }
    *yield = moly_fission_yield_at(i);
    return true;
}

bool moly_main_resonance(int z, int a, int isomer, double *peak_b, double *capture_share)
{
    if (!is_state(z, a, isomer)) {
        return false;
    }
    uint32_t key = NEUTRON_KEY(z, a, isomer);
    size_t i = first_row(neutron_peaks, neutron_n_peaks, sizeof *neutron_peaks, key);
    if (i == neutron_n_peaks || neutron_peaks[i].key != key) {
        return false;
    }
    *peak_b = neutron_peaks[i].peak_b;
    *capture_share = neutron_peaks[i].capture_share;
    return true;
}
