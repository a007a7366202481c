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
