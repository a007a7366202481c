/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_CLOCK_H
#define SERVER_CLOCK_H

/* The clock of the server's ledger. On a training database a request may say what time it is; it
 * then runs alone, because every part of the ledger asks the same clock. */

#include <pthread.h>

#include "moly/base/instant.h"

typedef struct server_clock {
    moly_clock clock; /* what the ledger is given */
    moly_clock own;   /* when nothing is said */
    moly_instant said;
    bool may_be_said;
    pthread_rwlock_t turn;
} server_clock;

/* @param own  copied; what it borrows must outlive the clock */
void server_clock_init(server_clock *clock, const moly_clock *own);
void server_clock_free(server_clock *clock);
/* Until server_clock_leave() the time is `said`; MOLY_INSTANT_NONE: what the clock itself says. */
void server_clock_enter(server_clock *clock, moly_instant said);
void server_clock_leave(server_clock *clock);

#endif
