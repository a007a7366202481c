/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_INSIDE_H
#define SERVER_INSIDE_H

/* What the files of the server share: the server, a request on its way, and its reply. */

#include <jansson.h>
#include <microhttpd.h>
#include <pthread.h>

#include "clock.h"
#include "limits.h"
#include "moly/base/command.h"
#include "moly/centre/centre.h"
#include "moly/server/server.h"
#include "patience.h"
#include "patients.h"
#include "pictures.h"
#include "session.h"
#include "target.h"
#include "worker.h"

typedef struct jobs jobs;
typedef struct books books;
typedef struct hub hub;
typedef struct request request;

/* The first thing that libmicrohttpd would have written to stderr; its threads write there too. */
typedef struct first_line {
    pthread_mutex_t lock;
    char text[120];
} first_line;

struct moly_server {
    first_line log;
    server_clock clock;
    moly_ledger *ledger;
    struct MHD_Daemon *daemon;
    uint16_t port;
    bool has_tls;
    int web; /* folder of the front end, or -1 */
    session_table *sessions;
    rate_table *rates;
    password_gate *gate;
    patience *patience;
    jobs *jobs;
    hub *hub;
    patient_index *patients;
    books *books;
    char *raw;      /* folder of raw data, absolute; NULL: none */
    worker *worker; /* of reconstructions; NULL where there are no raw data */
    desk *desk;
    char **acts; /* their description in each of moly_languages(), JSON */
};

/* What a handler answers. A failure needs none of it: it becomes the error's JSON. */
typedef struct reply {
    unsigned http;                 /* 0: 200, or the error's own */
    json_t *json;                  /* owned */
    char *data;                    /* instead of `json`; owned, moly_free() */
    size_t length;                 /* of `data`, or of `response`; 0: not known */
    const char *media_type;        /* of `data` */
    struct MHD_Response *response; /* instead of both: made by the handler; owned */
    const char *cookie;            /* Set-Cookie; in the request's arena */
    const char *etag;              /* in the arena */
    const char *cache;             /* Cache-Control; NULL: no-store */
    unsigned retry_after_s;        /* 0: not said */
    bool is_last;                  /* the connection ends: what follows on it is in doubt */
} reply;

typedef moly_status (*handler)(request *r, reply *out, moly_error *err);

enum {
    ROUTE_IS_OPEN = 1,   /* to those who are not signed in */
    ROUTE_IS_SLOW = 2,   /* hashes, searches, waits for the disk: runs in the jobs' threads */
    ROUTE_IS_QUIET = 4,  /* does not put off the end of an idle session */
    ROUTE_MAY_ENROL = 8, /* to who must have a second factor and has none yet */
};

/* A row of the one table of routes. */
typedef struct route {
    const char *method;
    const char *pattern; /* "/api/records/{kind}/{id}" */
    handler handle;
    const char *summary; /* for the description; English */
    const char *query;   /* names of query arguments, "limit after"; or NULL */
    unsigned flags;
} route;

struct request {
    moly_server *server;
    struct MHD_Connection *connection;
    guest *guest;
    moly_arena *arena;
    const char *method;
    const route *route;
    target_path path;
    const char *captured[TARGET_MAX_CAPTURED];
    const char *language; /* NULL: English */
    const char *address;  /* of the client, numeric */
    moly_instant said;    /* what time it is, by the client; of training databases only */
    int64_t body_bytes;   /* announced */
    moly_text body;
    const char *token;          /* of the session, NULL without one */
    bool is_cookie;             /* how the token came */
    session session;            /* where the route is not open */
    json_t *person;             /* its record; owned */
    moly_ledger_reader *reader; /* see request_reader() */
    /* A job's result, until the connection goes on with it. */
    bool is_done;
    moly_status status;
    moly_error err;
    reply reply;
    request *next; /* in the queue of jobs */
};

/* ---- request.c ---------------------------------------------------------------------------- */

double server_now_s(void); /* a clock that only goes forward */

enum MHD_Result request_answer(void *server, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_size, void **context);
void request_completed(void *server, struct MHD_Connection *connection, void **context,
                       enum MHD_RequestTerminationCode code);
/* The connection begins or ends; the first line of a request is there. */
void request_connection(void *server, struct MHD_Connection *connection, void **known,
                        enum MHD_ConnectionNotificationCode what);
void *request_began(void *server, const char *target, struct MHD_Connection *connection);
/* Run the handler; the result is kept in the request. */
void request_run(request *r);

const char *request_header(const request *r, const char *name);
/* Decoded value of a query argument, NULL when it is not there.
 * @retval MOLY_ERR_USAGE  it cannot be decoded */
MOLY_CHECKED moly_status request_argument(const request *r, const char *name, const char **value,
                                          moly_error *err);
/* Whether it is there and not "0". */
MOLY_CHECKED moly_status request_argument_flag(const request *r, const char *name, bool *is_set,
                                               moly_error *err);
/* A whole number from 1 to `limit`; `fallback` when it is not there. */
MOLY_CHECKED moly_status request_argument_count(const request *r, const char *name, size_t fallback,
                                                size_t limit, size_t *value, moly_error *err);
/* The ledger's clock, or the simulated one that the request named. */
moly_instant request_now(const request *r);
/* The site of the ledger; borrowed. */
const moly_site *request_site(const request *r);
/* The projections as they are now; the same reading for the whole request. Borrowed. */
MOLY_CHECKED moly_status request_reader(request *r, const moly_ledger_reader **reader,
                                        moly_error *err);
/* The body, which must be an object; {} where nothing was sent. New reference. */
MOLY_CHECKED moly_status request_body(const request *r, json_t **body, moly_error *err);

/* ---- admit.c ------------------------------------------------------------------------------ */

/* From the header alone: what is asked for, and whether this client may. */
MOLY_CHECKED moly_status request_admit(request *r, const char *url, reply *out, moly_error *err);

/* ---- router.c ----------------------------------------------------------------------------- */

const route *routes(size_t *n);
/* @retval MOLY_ERR_NOT_FOUND  no such path
 * @retval MOLY_ERR_USAGE      a path, but not with this method: out->http is 405 */
MOLY_CHECKED moly_status route_find(request *r, reply *out, moly_error *err);

/* ---- reply.c ------------------------------------------------------------------------------ */

enum MHD_Result reply_send(request *r, moly_status status, const moly_error *err, reply *out);
void reply_free(reply *out);
/* Say an HTTP status of HTTP's own, which no moly_status has: 413, 415, 429. */
#define REPLY_FAIL(out, code, err, status, ...)                                                    \
    ((out)->http = (code), MOLY_FAIL((err), (status), __VA_ARGS__))

/* ---- jobs.c: threads for what takes long ---------------------------------------------------- */

MOLY_CHECKED moly_status jobs_start(jobs **started, moly_error *err);
/* Suspends the connection and runs the request; false, and nothing happened, when there is no room.
 * Called by the connection's own thread. */
bool jobs_push(jobs *queue, request *r);
/* Everything that waits is done first; later requests find no room. */
void jobs_finish(jobs *queue);
void jobs_free(jobs *queue);

/* ---- stream.c: live updates ----------------------------------------------------------------- */

MOLY_CHECKED moly_status hub_start(moly_server *server, hub **started, moly_error *err);
/* This process appended an event. */
void hub_tell(hub *streams, int64_t seq);
/* A reconstruction has changed. */
void hub_tell_work(hub *streams);
void hub_finish(hub *streams); /* every stream ends, none begins */
void hub_free(hub *streams);

/* ---- books.c -------------------------------------------------------------------------------- */

books *books_new(void); /* NULL without memory */
void books_free(books *kept);

/* ---- headers.c ------------------------------------------------------------------------------ */

MOLY_CHECKED bool headers_add(const request *r, const reply *out, struct MHD_Response *response);

/* ---- static.c --------------------------------------------------------------------------------
 */

moly_status static_get(request *r, reply *out, moly_error *err);

/* ---- signin.c ------------------------------------------------------------------------------- */

/* Verify a password, for a session or a signature, within the limits. */
MOLY_CHECKED moly_status sign_in(request *r, const char *user, const char *password,
                                 moly_identity **identity, reply *out, moly_error *err);
/* The session's person as the records are now; ends the session of one who has no access any more.
 */
MOLY_CHECKED moly_status sign_in_check(request *r, moly_error *err);

/* ---- secondfactor.c (R-12) ------------------------------------------------------------------- */

MOLY_CHECKED moly_status second_factor_is_needed(request *r, const json_t *person, bool *is_needed,
                                                 moly_error *err);
/* Check a person's code, if there is a second factor, within the limits. `code` may be NULL. */
MOLY_CHECKED moly_status second_factor_check(request *r, const char *user, const char *code,
                                             reply *out, moly_error *err);
/* The same of a second signer, who has no session: refused who must have one and has none. */
MOLY_CHECKED moly_status second_factor_of_signer(request *r, const char *user, const char *code,
                                                 reply *out, moly_error *err);

/* ---- handlers, by file ---------------------------------------------------------------------- */

moly_status login_post(request *r, reply *out, moly_error *err);
moly_status logout_post(request *r, reply *out, moly_error *err);
moly_status session_get(request *r, reply *out, moly_error *err);
moly_status second_factor_post(request *r, reply *out, moly_error *err);

MOLY_CHECKED moly_status acts_prepare(moly_server *server, moly_error *err);
void acts_release(moly_server *server);
moly_status acts_get(request *r, reply *out, moly_error *err);
moly_status commands_get(request *r, reply *out, moly_error *err);
moly_status command_post(request *r, reply *out, moly_error *err);
enum { COMMAND_NAME_SIZE = 64 };
/* "nuclide show" is nuclide.show in a path, as acts have their names. */
void command_path_name(const moly_command *command, char name[COMMAND_NAME_SIZE]);
bool command_is_offered(const moly_command *command);
bool command_reads_machine(const moly_param *param); /* not taken from a browser */
moly_status act_post(request *r, reply *out, moly_error *err);
moly_status act_request_get(request *r, reply *out, moly_error *err);
moly_status act_preview_post(request *r, reply *out, moly_error *err);

moly_status today_get(request *r, reply *out, moly_error *err);
moly_status patients_get(request *r, reply *out, moly_error *err);
moly_status dispensing_get(request *r, reply *out, moly_error *err);
moly_status safety_doses_get(request *r, reply *out, moly_error *err);
moly_status safety_map_get(request *r, reply *out, moly_error *err);
moly_status safety_incidents_get(request *r, reply *out, moly_error *err);
moly_status dose_statistics_get(request *r, reply *out, moly_error *err);
moly_status safety_spill_get(request *r, reply *out, moly_error *err);
moly_status safety_waste_get(request *r, reply *out, moly_error *err);
moly_status patient_get(request *r, reply *out, moly_error *err);

moly_status records_get(request *r, reply *out, moly_error *err);
moly_status record_get(request *r, reply *out, moly_error *err);
/* A record, with the name of the patient whom it is for as "patient_name". New reference. */
MOLY_CHECKED moly_status record_named(request *r, const char *kind, const char *id, json_t **record,
                                      moly_error *err);
moly_status trace_get(request *r, reply *out, moly_error *err);
moly_status batches_get(request *r, reply *out, moly_error *err);
moly_status batch_get(request *r, reply *out, moly_error *err);
moly_status cases_get(request *r, reply *out, moly_error *err);
moly_status chromatogram_get(request *r, reply *out, moly_error *err);
moly_status recall_get(request *r, reply *out, moly_error *err);
moly_status balance_get(request *r, reply *out, moly_error *err);
moly_status events_get(request *r, reply *out, moly_error *err);

moly_status work_get(request *r, reply *out, moly_error *err);
moly_status find_get(request *r, reply *out, moly_error *err);
moly_status stock_limits_get(request *r, reply *out, moly_error *err);
moly_status instrument_get(request *r, reply *out, moly_error *err);

moly_status site_get(request *r, reply *out, moly_error *err);
moly_status health_get(request *r, reply *out, moly_error *err);
moly_status catalogue_get(request *r, reply *out, moly_error *err);
moly_status paper_get(request *r, reply *out, moly_error *err);
moly_status languages_get(request *r, reply *out, moly_error *err);
moly_status openapi_get(request *r, reply *out, moly_error *err);

moly_status study_get(request *r, reply *out, moly_error *err);
moly_status study_volume_get(request *r, reply *out, moly_error *err);
moly_status study_regions_get(request *r, reply *out, moly_error *err);

moly_status raw_list_get(request *r, reply *out, moly_error *err);
moly_status raw_get(request *r, reply *out, moly_error *err);
moly_status raw_sinogram_get(request *r, reply *out, moly_error *err);

const moly_command *reconstruction_command(void);
moly_status reconstructions_get(request *r, reply *out, moly_error *err);
moly_status reconstruction_parameters_get(request *r, reply *out, moly_error *err);
moly_status reconstruction_post(request *r, reply *out, moly_error *err);
moly_status reconstruction_cancel_post(request *r, reply *out, moly_error *err);
moly_status reconstruction_get(request *r, reply *out, moly_error *err);
moly_status reconstruction_image_get(request *r, reply *out, moly_error *err);
moly_status reconstruction_volume_get(request *r, reply *out, moly_error *err);
moly_status reconstruction_attenuation_get(request *r, reply *out, moly_error *err);

moly_status study_report_get(request *r, reply *out, moly_error *err);
moly_status record_report_get(request *r, reply *out, moly_error *err);

moly_status stream_get(request *r, reply *out, moly_error *err);

#endif
