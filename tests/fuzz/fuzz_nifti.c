/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes are a NIfTI image, or refused with a sentence. */
#include "moly/formats/nifti.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    moly_error err = {0};
    moly_volume *volume = NULL;
    /* What is packed may be a thousand times as long, and honest: not what is looked for here. */
    if (size > 4096 && data[0] == 0x1f) {
        return 0;
    }
    if (moly_nifti_parse(data, size, &volume, &err) != MOLY_OK) {
        MOLY_ASSERT(err.message[0] != '\0' && !volume);
    } else {
        moly_volume_summary summary;
        MOLY_ASSERT(moly_volume_summarise(volume, &summary, &err) == MOLY_OK);
    }
    moly_volume_free(volume);
    return 0;
}
