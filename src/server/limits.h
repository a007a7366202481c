/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_LIMITS_H
#define SERVER_LIMITS_H

/* What one client may take from the others. Any thread may call. */

#include "moly/base/status.h"

enum {
    LIMIT_BODY_BYTES = 1024 * 1024,
    LIMIT_CONNECTION_MEMORY = 32 * 1024, /* holds request line and headers */
    LIMIT_CONNECTIONS = 1024,
    LIMIT_CONNECTIONS_OF_ONE = 256, /* client address, where not all come from this machine */
    LIMIT_IDLE_CONNECTION_S = 60,
    LIMIT_HEAD_S = 10,                     /* until the head of a request is there */
    LIMIT_SLOWEST_BYTES_PER_S = 10 * 1024, /* of a body or a reply, on the average */
    LIMIT_STREAMS = 256,
    LIMIT_WRONG_PASSWORDS = 10,  /* from one address at once; then one more */
    LIMIT_WRONG_PASSWORD_S = 6,  /* in this many seconds */
    LIMIT_PASSWORDS_AT_ONCE = 2, /* each takes up to 256 MiB (Argon2id) */
    LIMIT_PASSWORDS_WAITING = 64,
};

/* Wrong passwords by address. The ledger locks a person's account; this slows a stranger who tries
 * many persons. An address is a slot of a keyed hash, so that the table cannot be made to grow. */
typedef struct rate_table rate_table;
rate_table *rate_table_new(void); /* NULL without memory */
void rate_table_free(rate_table *table);
/* Take one of the address's tries; 0, or the seconds to wait until there is one. */
unsigned rate_take(rate_table *table, const char *address, double now_s);
/* Give it back: the password was right. */
void rate_give_back(rate_table *table, const char *address);

/* Few passwords are hashed at the same time, others wait; false when too many wait already. */
typedef struct password_gate password_gate;
password_gate *password_gate_new(void); /* NULL without memory */
void password_gate_free(password_gate *gate);
bool password_gate_enter(password_gate *gate);
void password_gate_leave(password_gate *gate);

#endif
