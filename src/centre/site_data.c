/* SPDX-License-Identifier: Apache-2.0 */
#include "site_data.h"

#include <stdlib.h>
#include <string.h>

#include "moly/base/status.h"

const site_pack *site_packs(size_t *n)
{
    *n = site_pack_rows_n;
    return site_pack_rows;
}

const site_pack *site_pack_find(const char *code)
{
    for (size_t i = 0; code && i < site_pack_rows_n; i++) {
        if (strcmp(site_pack_rows[i].code, code) == 0) {
            return &site_pack_rows[i];
        }
    }
    return NULL;
}

const site_pack *site_pack_of_country(const char *country)
{
    const site_pack *own = site_pack_find(country);
    for (size_t i = 0; country && !own && i < site_members_n; i++) {
        if (strcmp(site_members[i].country, country) == 0) {
            own = site_pack_find(site_members[i].pack);
        }
    }
    return own;
}

const site_data *site_data_for(const char *country)
{
    const site_pack *pack = site_pack_of_country(country);
    return &site_data_rows[pack ? pack - site_pack_rows : 0];
}

static int by_key(const void *key, const void *limit)
{
    return strcmp(key, ((const site_limit *)limit)->key);
}

const site_limit *site_limit_find(const site_data *data, const char *key)
{
    for (size_t i = 0; i < SITE_PACK_DEPTH && data->chain[i]; i++) {
        const site_pack *pack = data->chain[i];
        const site_limit *found =
            bsearch(key, pack->limits, pack->n_limits, sizeof *pack->limits, by_key);
        if (found) {
            return found;
        }
    }
    return NULL;
}

const site_limit *site_limit_of(const site_data *data, const char *key)
{
    const site_limit *found = site_limit_find(data, key);
    MOLY_ASSERT(found);
    return found;
}

double site_value(const site_data *data, const char *key)
{
    return site_limit_of(data, key)->value;
}
