/* SPDX-License-Identifier: Apache-2.0 */
/* Any text is a stack of dense layers with finite thicknesses, or refused with a message. */
#include <math.h>
#include <string.h>

#include "moly/base/memory.h"
#include "moly/matter/shield.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    moly_arena *arena = moly_arena_new();
    const moly_layer *layers = NULL;
    size_t n = 0;
    moly_error err = {0};
    char *text = moly_alloc(size + 1, 1);
    memcpy(text, data, size);
    if (moly_layers_parse(text, arena, &layers, &n, &err) == MOLY_OK) {
        MOLY_ASSERT(layers != NULL && n > 0);
        for (size_t i = 0; i < n; i++) {
            MOLY_ASSERT(layers[i].material != NULL && layers[i].material->n_isotopes > 0);
            MOLY_ASSERT(isfinite(layers[i].thickness_cm) && layers[i].thickness_cm >= 0.0);
        }
    } else {
        MOLY_ASSERT(err.message[0] != '\0');
    }
    moly_free(text);
    moly_arena_free(arena);
    return 0;
}
