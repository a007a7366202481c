/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_PATIENCE_H
#define SERVER_PATIENCE_H

/* How long a client may take. libmicrohttpd ends a connection on which nothing happens; one on
 * which a byte comes every minute it keeps for ever, and a thousand of those keep everybody else
 * out. Any thread may call; a NULL guest is allowed and is nobody. */

#include "moly/base/status.h"

typedef struct patience patience;
typedef struct guest guest; /* a connection */

/* @param head_s  seconds for the head of a request */
MOLY_CHECKED moly_status patience_start(double head_s, patience **started, moly_error *err);
/* No guest may be left. NULL is allowed. */
void patience_free(patience *all);

/* A connection begins: its first head must be there in time. NULL without memory. */
guest *guest_enter(patience *all, int socket);
/* Before its socket is closed. */
void guest_leave(guest *g);
void guest_began_head(guest *g);              /* the first line of a request is there */
void guest_owes_body(guest *g, size_t bytes); /* the head is there */
void guest_is_served(guest *g);               /* everything is there: the client owes nothing */
void guest_takes_reply(guest *g, size_t bytes);
void guest_rests(guest *g); /* between two requests */

#endif
