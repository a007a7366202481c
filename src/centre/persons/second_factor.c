/* SPDX-License-Identifier: Apache-2.0 */
/* who must sign in with a second factor. The site's limits say so: a site that wants it
 * adopts a pack with second_factor_remote or second_factor_critical at 1 (centre.adopt_pack). */
#include "act.h"
#include "person.h"
#include "site_now.h"

/* Who makes accounts, and who releases or certifies what goes to a patient. */
static bool is_critical(const json_t *person)
{
    static const char *const words[] = {"admin", "radiopharmacist", "qualified-person"};
    size_t i;
    const json_t *role;
    json_array_foreach(json_object_get(person, "roles"), i, role)
    {
        for (size_t w = 0; w < sizeof words / sizeof words[0]; w++) {
            if (json_is_string(role) && strcmp(json_string_value(role), words[w]) == 0) {
                return true;
            }
        }
    }
    return false;
}

bool moly_person_has_second_factor(const json_t *person)
{
    return json_is_string(json_object_get(person, "second_factor_nonce"));
}

moly_status moly_centre_needs_second_factor(const moly_ledger_reader *reader, const moly_site *site,
                                            const json_t *person, bool is_remote, bool *is_needed,
                                            moly_error *err)
{
    moly_arena *arena = moly_arena_new();
    const site_data *limits = NULL;
    if (!arena) {
        return MOLY_NO_MEMORY(err);
    }
    moly_status status = site_data_now(reader, site->country, arena, &limits, err);
    if (!status) {
        *is_needed = (is_remote && site_value(limits, "second_factor_remote") > 0.0) ||
                     (is_critical(person) && site_value(limits, "second_factor_critical") > 0.0);
    }
    moly_arena_free(arena);
    return status;
}
