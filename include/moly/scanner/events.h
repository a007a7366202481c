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
    double begin_s;    /**< since the start of the scan; 0 but for a part of it */
    double duration_s; /**< of the whole list */
} moly_event_list;

MOLY_API void moly_event_list_free(moly_event_list *list); /**< the events, not `list` */
MOLY_API MOLY_CHECKED moly_status moly_event_list_add(moly_event_list *list,
                                                      const moly_event *event, moly_error *err);
/** The events from `begin_ms` on and before `end_ms`, as a list of their own.
 *  @param[out] part  borrows from `list`: not to be freed or added to; times stay those of `list`,
 *                    duration_s is that between the two
 *  @retval MOLY_ERR_DATA  events that are not in order of time */
MOLY_API MOLY_CHECKED moly_status moly_event_list_between(const moly_event_list *list,
                                                          uint32_t begin_ms, uint32_t end_ms,
                                                          moly_event_list *part, moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
