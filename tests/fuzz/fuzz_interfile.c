/* SPDX-License-Identifier: Apache-2.0 */
/* Any text is an Interfile header of sinograms, or refused with a sentence. */
#include "moly/formats/interfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    moly_error err = {0};
    moly_layout *layout = NULL;
    if (moly_interfile_parse_layout((const char *)data, size, "fuzz.hs", &layout, &err) !=
        MOLY_OK) {
        MOLY_ASSERT(err.message[0] != '\0' && !layout);
    } else {
        double z1, z2;
        MOLY_ASSERT(moly_layout_n_bins(layout) > 0);
        for (int64_t plane = 0; plane < layout->n_planes && plane < 100; plane++) {
            moly_layout_ends(layout, plane, &z1, &z2);
        }
    }
    moly_layout_free(layout);
    return 0;
}
