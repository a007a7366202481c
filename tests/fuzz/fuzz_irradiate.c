/* SPDX-License-Identifier: Apache-2.0 */
/* moly irradiate with any --layers and --history: a result, or a sentence. The first byte says
 * which of them the rest is. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "irradiate.h"
#include "moly/base/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { LAYERS, CURRENTS, FLUXES, N_FORMS, MOST = 256 }; /* longer ones are only slower */
    if (size == 0 || size > MOST) {
        return 0;
    }
    char *text = moly_alloc(size, 1);
    memcpy(text, data + 1, size - 1);
    const int form = data[0] % N_FORMS;
    const irradiate_args args = {
        .energy_kev = 16e3,
        .exit_energy_kev = (double)NAN,
        .current_a = form == LAYERS ? 40e-6 : (double)NAN,
        .time_s = form == LAYERS ? 3600.0 : (double)NAN,
        .history = form == LAYERS ? NULL : text,
        .layers = form == LAYERS ? text : NULL,
        .target = form == FLUXES ? "98Mo" : "18O",
        .beam = form == FLUXES ? -1 : 0,
        .diameter_mm = (double)NAN,
        .flux_per_cm2_s = (double)NAN,
        .temperature_c = 20.0,
        .mass_g = form == FLUXES ? 1.0 : (double)NAN,
        .size_mm = (double)NAN,
        .shape = -1,
    };
    const moly_run run = {.arena = moly_arena_new(), .format = MOLY_FORMAT_JSON};
    json_t *result = NULL;
    moly_error err = {0};
    moly_status status = form == FLUXES ? irradiate_flux(&args, &run, &result, &err)
                                        : irradiate_beam(&args, &run, &result, &err);
    MOLY_ASSERT((status == MOLY_OK) == (result != NULL));
    MOLY_ASSERT(status == MOLY_OK || err.message[0] != '\0');
    json_decref(result);
    moly_arena_free(run.arena);
    moly_free(text);
    return 0;
}
