/* SPDX-License-Identifier: Apache-2.0 */
/* `moly serve`: the server of a centre, until it is told to stop. */

#include "cli.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "moly/server/server.h"

struct serve_args {
    const char *db, *address, *certificate, *key, *web, *raw, *results;
    int64_t port;
    double for_s;
};

static const moly_param params[] = {
    CLI_DB(struct serve_args),
    {.name = "port",
     MOLY_I64(struct serve_args, port),
     .min = 0,
     .max = 65535,
     .fallback = "8040",
     .help = "port to listen on; 0 takes a free one"},
    {.name = "address",
     MOLY_TEXT(struct serve_args, address),
     .pattern_hint = "IP",
     .fallback = "127.0.0.1",
     .help = "address to listen on; beyond this machine, give a certificate too"},
    {.name = "certificate",
     MOLY_TEXT(struct serve_args, certificate),
     .pattern_hint = "FILE",
     .help = "certificate for TLS, PEM"},
    {.name = "key",
     MOLY_TEXT(struct serve_args, key),
     .pattern_hint = "FILE",
     .help = "private key of the certificate, PEM"},
    {.name = "web",
     MOLY_TEXT(struct serve_args, web),
     .pattern_hint = "DIR",
     .help = "folder of the web front end; without it, the installed one"},
    {.name = "raw",
     MOLY_TEXT(struct serve_args, raw),
     .pattern_hint = "DIR",
     .help = "folder of raw data, to look at and to reconstruct in the browser"},
    {.name = "results",
     MOLY_TEXT(struct serve_args, results),
     .pattern_hint = "DIR",
     .help = "folder for reconstructions; without it, reconstructed/ in that of the raw data"},
    {.name = "for",
     MOLY_F64(struct serve_args, for_s),
     .dim = MOLY_DIM_TIME,
     .min = 0.0,
     .max = 365.0 * 86400.0,
     .help = "stop after this time; without it, on a signal"},
};

/* This program itself, which reconstructs in a process of its own. */
static const char *own_program(moly_arena *arena)
{
    char own[4096];
    const ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);
    return n > 0 ? moly_arena_strndup(arena, own, (size_t)n) : NULL;
}

/* bin/moly of an installed tree has its front end in share/moly/web, wherever the tree was moved.
 */
static const char *installed_web(const char *program, moly_arena *arena)
{
    const char *end = program ? strrchr(program, '/') : NULL;
    const char *tree = end ? moly_arena_strndup(arena, program, (size_t)(end - program)) : NULL;
    end = tree ? strrchr(tree, '/') : NULL;
    const char *folder =
        end ? moly_arena_printf(arena, "%.*s/share/moly/web", (int)(end - tree), tree) : NULL;
    return folder && access(folder, R_OK | X_OK) == 0 ? folder : NULL;
}

static void announce(const struct serve_args *given, const moly_server *server)
{
    bool is_v6 = strchr(given->address, ':') != NULL;
    (void)printf("Moly is at http%s://%s%s%s:%u/\n", given->certificate ? "s" : "",
                 is_v6 ? "[" : "", given->address, is_v6 ? "]" : "",
                 (unsigned)moly_server_port(server));
    (void)fflush(stdout);
}

/* A simulated clock goes on from where it was set, so that activities decay on the screens. */
typedef struct running_clock {
    moly_instant from;
    double started_s;
} running_clock;

static double now_s(void)
{
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static moly_instant running_now(const void *context)
{
    const running_clock *running = context;
    return moly_instant_add_s(running->from, now_s() - running->started_s);
}

static moly_status run_serve(const void *args, const moly_run *run, json_t **result,
                             moly_error *err)
{
    (void)result;
    const struct serve_args *given = args;
    const running_clock running = {moly_clock_now(&run->clock), now_s()};
    const moly_clock simulated = {running_now, &running, true};
    const char *program = own_program(run->arena);
    const moly_server_options options = {
        .url = given->db,
        .address = given->address,
        .port = (uint16_t)given->port,
        .certificate = given->certificate,
        .key = given->key,
        .web = given->web ? given->web : installed_web(program, run->arena),
        .raw = given->raw,
        .results = given->results,
        .program = program,
        .clock = run->clock.is_simulated ? &simulated : &run->clock,
    };
    moly_server *server = NULL;
    moly_status status = moly_server_start(&options, &server, err);
    if (status != MOLY_OK) {
        return status;
    }
    announce(given, server);
    double end_s = isnan(given->for_s) ? INFINITY : now_s() + given->for_s;
    while (!run->progress->is_cancelled(run->progress->context) && now_s() < end_s) {
        (void)poll(NULL, 0, 200); /* a signal ends it early */
    }
    moly_server_stop(server);
    return MOLY_OK;
}

const moly_command cli_serve_command = {
    .declaration = {.name = "serve",
                    .summary = "Serve the centre to browsers and programs until stopped",
                    .description =
                        "HTTP on this machine only, unless another address is given; put nginx in "
                        "front for a network, or give a certificate. GET /api/openapi.json "
                        "describes the interface. Ctrl-C or SIGTERM stops it; acts that were "
                        "begun are finished.\n\n"
                        "With --raw, raw data of scanners in that folder (folders of moly scan, "
                        "Interfile headers, DICOM NM) are shown and reconstructed, one at a time, "
                        "in a process of its own. Nothing outside of the folder is read.",
                    .example = "moly serve --db sqlite:moly.db --port 0 --for 2s",
                    .params = params,
                    .n_params = sizeof params / sizeof params[0],
                    .args_size = sizeof(struct serve_args)},
    .run = run_serve,
};
