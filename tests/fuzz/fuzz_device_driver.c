/* SPDX-License-Identifier: Apache-2.0 */
/* Any text is a driver, whose pattern then reads any bytes safely, or refused with a sentence. */
#include <math.h>
#include <string.h>

#include "moly/device/device.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    moly_arena *arena = moly_arena_new();
    const moly_device_driver *driver = NULL;
    moly_error err = {0};
    moly_status status = moly_device_driver_parse((const char *)data, size, arena, &driver, &err);
    MOLY_ASSERT(status == MOLY_OK ? driver != NULL : err.message[0] && !driver);
    if (driver) {
        moly_device_reading reading;
        moly_device_frame frame;
        const moly_device_simulation simulation = {.driver = driver, .value = 12.5};
        if (moly_device_simulate(&simulation, simulation.from, &frame, NULL) == MOLY_OK) {
            MOLY_ASSERT(frame.length <= sizeof frame.bytes);
        }
        (void)!moly_device_parse(driver, data, size, &reading, NULL);
    }
    moly_arena_free(arena);
    return 0;
}
