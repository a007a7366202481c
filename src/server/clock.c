/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.h"

static moly_instant now(const void *context)
{
    const server_clock *clock = context;
    return moly_instant_is_none(clock->said) ? moly_clock_now(&clock->own) : clock->said;
}

void server_clock_init(server_clock *clock, const moly_clock *own)
{
    clock->own = *own;
    clock->said = MOLY_INSTANT_NONE;
    clock->may_be_said = false;
    clock->clock = (moly_clock){now, clock, own->is_simulated};
    (void)pthread_rwlock_init(&clock->turn, NULL);
}

void server_clock_free(server_clock *clock)
{
    (void)pthread_rwlock_destroy(&clock->turn);
}

void server_clock_enter(server_clock *clock, moly_instant said)
{
    if (!clock->may_be_said) {
        return;
    }
    if (moly_instant_is_none(said)) {
        (void)pthread_rwlock_rdlock(&clock->turn);
        return;
    }
    (void)pthread_rwlock_wrlock(&clock->turn);
    clock->said = said;
    clock->clock.is_simulated = true; /* and every event says so */
}

void server_clock_leave(server_clock *clock)
{
    if (!clock->may_be_said) {
        return;
    }
    /* Set only by one who is here alone; a shared turn finds nothing to take back. */
    if (!moly_instant_is_none(clock->said)) {
        clock->said = MOLY_INSTANT_NONE;
        clock->clock.is_simulated = clock->own.is_simulated;
    }
    (void)pthread_rwlock_unlock(&clock->turn);
}
