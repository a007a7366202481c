/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SCANNER_EVENTS_H
#define MOLY_SCANNER_EVENTS_H

/** List mode: coincidences one by one, in order of time. */

#include "moly/scanner/pet.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One coincidence; 16 bytes. */
typedef struct moly_event {
    uint32_t crystal_1, crystal_2; /**< ring * n_detectors + detector */
    uint32_t time_ms;              /**< since the start of the list */
    int16_t tof_bin;    /**< of the scanner, 0 in the middle, positive towards crystal 1 */
    uint8_t is_delayed; /**< 0: prompt */
    uint8_t gate;       /**< 0 without gating */
} moly_event;

typedef struct moly_event_list {
    moly_pet_scanner scanner;
    moly_event *events;
    size_t n, capacity;
    double duration_s; /**< of the whole list */
} moly_event_list;

MOLY_API void moly_event_list_free(moly_event_list *list); /**< the events, not `list` */
MOLY_API MOLY_CHECKED moly_status moly_event_list_add(moly_event_list *list,
                                                      const moly_event *event, moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
