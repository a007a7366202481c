/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_SITE_DATA_H
#define CENTRE_SITE_DATA_H

/* Limits and tolerances of a country: packs of data/countries, compiled in. A country
 * inherits from its union, that from the common pack, which has every key. Every event that used
 * them names their version and hash. */

#include <stdbool.h>
#include <stddef.h>

typedef struct site_limit {
    const char *key;     /* "molybdenum_bq_per_bq" */
    double value;        /* in `unit`, which is a base unit of the books or the calendar year "a" */
    const char *unit;    /* "Bq/Bq" */
    const char *source;  /* "10 CFR 35.204(a)(1): ..." */
    const char *status;  /* "sourced", or "check": to be compared with the text */
    const char *note;    /* NULL: none */
    const char *version; /* of the pack that it stands in, "US 2026.1" */
} site_limit;

typedef struct site_pack {
    const char *code;     /* ISO 3166 alpha-2, "EU", "EAEU" or "common" */
    const char *inherits; /* NULL: the common pack */
    const char *version;
    const char *name;
    const char *hash; /* BLAKE2b-256 of its canonical JSON, 64 hexadecimal digits */
    const site_limit *limits;
    size_t n_limits; /* in the order of their keys */
} site_pack;

enum { SITE_PACK_DEPTH = 3 }; /* country, union, common */

typedef struct site_data {
    const char *version;                     /* "US 2026.1 common 2026.1" */
    const char *hash;                        /* BLAKE2b-256 of the hashes of its packs */
    const site_pack *chain[SITE_PACK_DEPTH]; /* the nearest first; NULL behind the last */
} site_data;

/* What was compiled in for a country, or the common limits; never NULL. */
const site_data *site_data_for(const char *country);
/* The limit of the nearest pack that has it. The key is one of data/countries/common.csv: another
 * one is a programmer's mistake. Never NULL. */
const site_limit *site_limit_of(const site_data *data, const char *key);
/* Its value alone. */
double site_value(const site_data *data, const char *key);
/* The same for a key that is made at run time, "clearance_I-131_bq_per_g". NULL: none. */
const site_limit *site_limit_find(const site_data *data, const char *key);

/* The packs that were compiled in, the common one first. */
const site_pack *site_packs(size_t *n);
const site_pack *site_pack_find(const char *code); /* NULL: none */
/* The pack of a country: its own or that of its union; NULL: the common one. */
const site_pack *site_pack_of_country(const char *country);

/* Written by tools/pack_compile. */
extern const site_pack site_pack_rows[];
extern const size_t site_pack_rows_n;
extern const site_data site_data_rows[]; /* one for each pack */
typedef struct site_member {
    const char *country, *pack;
} site_member;
extern const site_member site_members[]; /* countries without a pack of their own */
extern const size_t site_members_n;

#endif
