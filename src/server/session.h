/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_SESSION_H
#define SERVER_SESSION_H

/* Who is signed in. A session is known by a random token that only its holder has: the table keeps
 * the token's hash, so that a copy of the memory opens nothing. Sessions end with the process.
 * Any thread may call. Times are seconds of a clock that only goes forward. */

#include <stdint.h>

#include "moly/base/status.h"

enum {
    SESSION_TOKEN_SIZE = 65, /* 256 bits in hexadecimal digits */
    SESSION_USER_SIZE = 65,
    SESSION_KEY_SIZE = 65,
    SESSION_IDLE_S = 30 * 60,
    SESSION_LIFE_S = 12 * 60 * 60,
    SESSION_MAX = 4096,
    SESSION_MAX_PER_USER = 16,
};

typedef struct session_table session_table;

typedef struct session {
    uint64_t number; /* of this process; no secret */
    char user[SESSION_USER_SIZE];
    char public_key[SESSION_KEY_SIZE]; /* what it was opened with: a new password ends it */
    char csrf[SESSION_TOKEN_SIZE];
} session;

session_table *session_table_new(void); /* NULL without memory */
void session_table_free(session_table *table);

/* A new session of `user`. Above SESSION_MAX_PER_USER that person's oldest ends.
 * @param[out] token  to give to its holder and to forget */
MOLY_CHECKED moly_status session_open(session_table *table, const char *user,
                                      const char *public_key, double now_s,
                                      char token[SESSION_TOKEN_SIZE], session *opened,
                                      moly_error *err);
/* The session of a token, if there is one; `is_used` puts off the end by idleness. */
bool session_find(session_table *table, const char *token, double now_s, bool is_used,
                  session *found);
/* For who has shown the token before: is that session still there? */
bool session_is_open(session_table *table, uint64_t number, double now_s);
void session_close(session_table *table, const char *token);

/* Compares in constant time. */
bool session_csrf_is(const session *holder, const char *given);

#endif
