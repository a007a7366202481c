/* SPDX-License-Identifier: Apache-2.0 */
#include "site_data.h"

#include <string.h>

const char site_data_version[] = "site data 2026.1";

#define HOURS(n) ((n)*3600.0)
#define COMMON_LIMITS                                                                              \
    .eluate_use_s = {HOURS(12), "product information of Mo-99/Tc-99m generators: 12 h"},           \
    .yield_tolerance = {0.10,                                                                      \
                        "site policy; IAEA, Operational Guidance on Hospital Radiopharmacy"},      \
    .dose_tolerance = {0.20, "10 CFR 35.63(d)"},                                                   \
    .calibrator_sd = {0.02, "IAEA TRS-454: 5 % at the 95 % level"},                                \
    .volume_sd = {0.02, "ISO 7886-1: graduated syringes, 4 % above half capacity"},                \
    .supplier_sd = {0.05, "Ph.Eur. 0124: 90 % to 110 % of the stated activity"},                   \
    .clearance_bq_per_g = {100.0, "IAEA GSR Part 3, table I.2, Tc-99m"},                           \
    .late_entry_s = {1800.0, "site policy"}

static const site_data rows[] = {
    {.country = "US",
     .molybdenum_bq_per_bq = {0.00015, "10 CFR 35.204(a)(1): 0.15 kBq of Mo-99 per MBq of Tc-99m"},
     .aluminium_ug_per_ml = {10.0, "USP, Sodium Pertechnetate Tc 99m Injection (fission)"},
     COMMON_LIMITS},
    {.country = "",
     .molybdenum_bq_per_bq = {0.001, "Ph.Eur. 0124: 0.1 % at the time of administration"},
     .aluminium_ug_per_ml = {5.0, "Ph.Eur. 0124: 5 ppm"},
     COMMON_LIMITS},
};

const site_data *site_data_for(const char *country)
{
    const size_t n = sizeof rows / sizeof rows[0];
    for (size_t i = 0; i + 1 < n; i++) {
        if (country && strcmp(rows[i].country, country) == 0) {
            return &rows[i];
        }
    }
    return &rows[n - 1];
}
