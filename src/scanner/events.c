/* SPDX-License-Identifier: Apache-2.0 */
/* A growing list of coincidences. */
#include "moly/scanner/events.h"

#include "moly/base/memory.h"

void moly_event_list_free(moly_event_list *list)
{
    if (list) {
        moly_free(list->events);
        list->events = NULL;
        list->n = list->capacity = 0;
    }
}

moly_status moly_event_list_add(moly_event_list *list, const moly_event *event, moly_error *err)
{
    if (list->n == list->capacity) {
        const size_t capacity = list->capacity ? list->capacity + list->capacity / 2 : 4096;
        moly_event *events = moly_realloc(list->events, capacity, sizeof *events);
        if (!events) {
            return MOLY_NO_MEMORY(err);
        }
        list->events = events;
        list->capacity = capacity;
    }
    list->events[list->n++] = *event;
    return MOLY_OK;
}

moly_status moly_event_list_between(const moly_event_list *list, uint32_t begin_ms, uint32_t end_ms,
                                    moly_event_list *part, moly_error *err)
{
    size_t first = 0, n = 0;
    for (size_t i = 0; i < list->n; i++) {
        const uint32_t time_ms = list->events[i].time_ms;
        if (i > 0 && time_ms < list->events[i - 1].time_ms) {
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "event %zu at %u ms comes after one at %u ms: not in order of time", i,
                             time_ms, list->events[i - 1].time_ms);
        }
        first += time_ms < begin_ms;
        n += time_ms >= begin_ms && time_ms < end_ms;
    }
    *part = (moly_event_list){.scanner = list->scanner,
                              .events = list->events + first,
                              .n = n,
                              .begin_s = list->begin_s + 1e-3 * (double)begin_ms,
                              .duration_s = 1e-3 * ((double)end_ms - (double)begin_ms)};
    return MOLY_OK;
}
