/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_SITE_DATA_H
#define CENTRE_SITE_DATA_H

/* Limits and tolerances of a country. Every event that used them names their version. */

typedef struct site_limit {
    double value; /* canonical unit of what it limits */
    const char *source;
} site_limit;

typedef struct site_data {
    const char *country;             /* ISO 3166 alpha-2; "" for all that have no row */
    site_limit molybdenum_bq_per_bq; /* Mo-99 / Tc-99m at the time of use */
    site_limit aluminium_ug_per_ml;  /* */
    site_limit eluate_use_s;         /* an eluate is used within */
    site_limit yield_tolerance;      /* fraction of the predicted yield */
    site_limit dose_tolerance;       /* fraction of the prescribed activity */
    site_limit calibrator_sd;        /* relative standard uncertainty of a dose calibrator */
    site_limit volume_sd;            /* the same of a volume read from a syringe */
    site_limit supplier_sd;          /* the same of an activity that a supplier states */
    site_limit clearance_bq_per_g;   /* Tc-99m with traces of Mo-99 */
    site_limit late_entry_s;         /* an act recorded later than this is marked */
} site_data;

extern const char site_data_version[];

/* The row of a country, or the one for all others; never NULL. */
const site_data *site_data_for(const char *country);

#endif
