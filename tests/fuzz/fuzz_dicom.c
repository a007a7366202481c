/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes are a DICOM object that can be read, or refused with a sentence. */
#include "moly/base/text.h"
#include "moly/formats/dicom.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    moly_error err = {0};
    if (moly_dicom_check(data, size, &err) != MOLY_OK) {
        MOLY_ASSERT(err.message[0] != '\0' && moly_is_utf8(err.message));
    }
    return 0;
}
