/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands about nuclides share. */
#include "commands_inside.h"

#include <jansson.h>

moly_status commands_open_set(const char *data, moly_nuclide_set **loaded,
                              const moly_nuclide_set **set, moly_error *err)
{
    *loaded = NULL;
    *set = NULL;
    if (data == NULL) {
        *set = moly_nuclide_set_builtin();
        return MOLY_OK;
    }
    moly_status status = moly_nuclide_set_load(data, loaded, err);
    *set = *loaded;
    return status;
}

const char *commands_lines_status(const moly_nuclide *nuclide)
{
    return nuclide->is_stable                  ? "none"
           : moly_nuclide_lacks_lines(nuclide) ? "not_in_evaluation"
                                               : "listed";
}

json_t *commands_text(const char *text)
{
    return text != NULL ? json_string(text) : json_null();
}
