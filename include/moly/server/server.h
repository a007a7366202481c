/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_SERVER_SERVER_H
#define MOLY_SERVER_SERVER_H

/** The HTTP server of a centre: acts, what screens read, live updates, and the web front end.
 *  GET /api/openapi.json describes it. */

#include <stdint.h>

#include "moly/base/instant.h"
#include "moly/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct moly_server moly_server;

typedef struct moly_server_options {
    const char *url;         /**< of the ledger: "sqlite:PATH", "postgres://..." */
    const char *address;     /**< numeric IPv4 or IPv6; NULL = 127.0.0.1 */
    uint16_t port;           /**< 0: any free one, see moly_server_port() */
    const char *certificate; /**< PEM file; NULL: no TLS */
    const char *key;         /**< PEM file of its private key */
    const char *web;         /**< folder of the front end; NULL: only /api */
    /** Of the ledger; borrowed until the server has stopped. On a training database a request may
     *  say another time: X-Moly-Clock, or the argument `clock`. */
    const moly_clock *clock;
    unsigned n_threads;  /**< that answer requests; 0 = one for each processor, at most 16 */
    const char *raw;     /**< folder of raw data to look at and to reconstruct; NULL: none */
    const char *results; /**< folder for reconstructions, this server's alone; NULL: reconstructed/
                              in the folder of raw data */
    const char *program; /**< the moly command, which reconstructs; NULL: nothing can be started */
    double patience_s;   /**< for the head of a request, and for a body beyond 10 kB/s; 0 = 10 s */
} moly_server_options;

/** Open the ledger, listen and return; requests are answered by threads of the server's own.
 *  Requests and acts never share a thread, so that a slow act delays no screen.
 *  @param options  copied, but for the clock
 *  @retval MOLY_ERR_USAGE      an address that is no number, a certificate without a key
 *  @retval MOLY_ERR_DATA       a certificate or key that is none, or not each other's
 *  @retval MOLY_ERR_NOT_FOUND  no ledger, certificate, key or folder there
 *  @retval MOLY_ERR_IO         the port is taken, or not permitted; the folder of results cannot be
 *          written, or another server has it */
MOLY_API MOLY_CHECKED moly_status moly_server_start(const moly_server_options *options,
                                                    moly_server **server, moly_error *err);
/** The port that it listens on. */
MOLY_API uint16_t moly_server_port(const moly_server *server);
/** Finish the acts that were begun, end the streams, close the ledger. NULL is allowed. */
MOLY_API void moly_server_stop(moly_server *server);

#ifdef __cplusplus
}
#endif
#endif
