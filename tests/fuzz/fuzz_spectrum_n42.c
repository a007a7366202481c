/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes given to the reader of .n42 are a spectrum, or refused with a sentence. */
#include "read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    moly_error err = {0};
    moly_gamma_spectrum *spectrum = NULL;
    if (read_n42((read_bytes){data, size}, 0, &spectrum, &err) != MOLY_OK) {
        MOLY_ASSERT(err.message[0] != '\0' && !spectrum);
        return 0;
    }
    MOLY_ASSERT(spectrum->n_channels > 0 && spectrum->live_s > 0.0);
    moly_gamma_spectrum_free(spectrum);
    return 0;
}
