/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes are a message of a driver, which then has a finite value, or refused with a sentence
 * and kept. The first byte chooses the driver. */
#include <math.h>
#include <string.h>

#include "moly/device/device.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t n = 0, begin = 0, length = 0;
    const moly_device_driver *drivers = moly_device_drivers(&n);
    if (size == 0) {
        return 0;
    }
    const moly_device_driver *driver = &drivers[data[0] % n];
    if (moly_device_message(driver, data + 1, size - 1, &begin, &length)) {
        MOLY_ASSERT(begin + length <= size - 1);
        data += begin;
        size = length + 1;
    }
    moly_device_reading reading;
    moly_error err = {0};
    if (moly_device_parse(driver, data + 1, size - 1, &reading, &err) == MOLY_OK) {
        MOLY_ASSERT(isfinite(reading.value) && reading.shown[0]);
    } else {
        MOLY_ASSERT(err.message[0] && reading.value == 0.0);
    }
    MOLY_ASSERT(reading.raw.length <= size - 1);
    return 0;
}
