/* SPDX-License-Identifier: Apache-2.0 */
/* Live updates as server-sent events. A stream that has nothing to say is suspended and takes no
 * thread; one thread watches the ledger, because other processes write it too, and wakes them. */
#include "inside.h"

#include <pthread.h>
#include <time.h>

enum { BLOCK_BYTES = 256, BEAT_S = 15, POLL_S = 1 };

typedef struct stream {
    struct stream *next, *previous;
    hub *hub;
    struct MHD_Connection *connection;
    uint64_t session;
    int64_t seq;    /* last told; -1 in the beginning */
    uint64_t beat;  /* last given */
    uint64_t works; /* last told */
    bool is_suspended;
} stream;

struct hub {
    moly_server *server;
    pthread_mutex_t lock;
    pthread_cond_t told;
    pthread_t watcher;
    bool is_watching, is_finishing;
    int64_t seq;
    uint64_t beat;
    uint64_t works; /* how often a reconstruction has changed */
    size_t n;
    stream *first;
};

/* With the lock held. A suspended connection is not given up by libmicrohttpd, so it is there. */
static void wake_all(hub *streams)
{
    for (stream *s = streams->first; s; s = s->next) {
        if (s->is_suspended) {
            s->is_suspended = false;
            MHD_resume_connection(s->connection);
        }
    }
}

static int64_t read_head(moly_server *server, int64_t known)
{
    moly_ledger_reader *reader = NULL;
    int64_t seq = known;
    moly_status status = moly_ledger_reader_new(server->ledger, &reader, NULL);
    if (!status) {
        status = moly_ledger_head(reader, &seq, NULL);
    }
    moly_ledger_reader_free(reader);
    return status ? known : seq; /* a database that is away comes back, or health says so */
}

static void *watch(void *given)
{
    hub *streams = given;
    double beat_at_s = server_now_s() + BEAT_S;
    int64_t shown = -1;
    uint64_t works = 0;
    (void)pthread_mutex_lock(&streams->lock);
    while (!streams->is_finishing) {
        if (streams->seq == shown && streams->works == works) {
            struct timespec until;
            (void)clock_gettime(CLOCK_MONOTONIC, &until);
            until.tv_sec += POLL_S;
            (void)pthread_cond_timedwait(&streams->told, &streams->lock, &until);
        }
        if (streams->seq == shown && streams->n > 0) {
            int64_t known = streams->seq;
            (void)pthread_mutex_unlock(&streams->lock);
            int64_t seq = read_head(streams->server, known);
            (void)pthread_mutex_lock(&streams->lock);
            streams->seq = seq > streams->seq ? seq : streams->seq;
        }
        bool is_beat = server_now_s() >= beat_at_s;
        if (is_beat) {
            beat_at_s = server_now_s() + BEAT_S;
            streams->beat++;
        }
        if (is_beat || streams->seq != shown || streams->works != works) {
            shown = streams->seq;
            works = streams->works;
            wake_all(streams);
        }
    }
    wake_all(streams);
    (void)pthread_mutex_unlock(&streams->lock);
    return NULL;
}

/* The next piece of a stream; called by the connection's thread. */
static ssize_t next_piece(void *given, uint64_t position, char *piece, size_t size)
{
    (void)position;
    stream *s = given;
    hub *streams = s->hub;
    int n = 0;
    (void)pthread_mutex_lock(&streams->lock);
    bool is_over = streams->is_finishing;
    if (!is_over && s->beat != streams->beat) {
        is_over = !session_is_open(streams->server->sessions, s->session, server_now_s());
    }
    if (!is_over && s->seq < streams->seq) {
        n = snprintf(piece, size, "event: ledger\ndata: {\"seq\":%lld}\n\n",
                     (long long)streams->seq);
        s->seq = streams->seq;
        s->beat = streams->beat;
    } else if (!is_over && s->works != streams->works) {
        n = snprintf(piece, size, "event: reconstruction\ndata: {\"change\":%llu}\n\n",
                     (unsigned long long)streams->works);
        s->works = streams->works;
        s->beat = streams->beat;
    } else if (!is_over && s->beat != streams->beat) {
        n = snprintf(piece, size, ": still here\n\n");
        s->beat = streams->beat;
    } else if (!is_over) {
        s->is_suspended = true;
        MHD_suspend_connection(s->connection);
    }
    (void)pthread_mutex_unlock(&streams->lock);
    return is_over ? MHD_CONTENT_READER_END_OF_STREAM : n;
}

static void end_stream(void *given)
{
    stream *s = given;
    hub *streams = s->hub;
    (void)pthread_mutex_lock(&streams->lock);
    if (s->previous) {
        s->previous->next = s->next;
    } else {
        streams->first = s->next;
    }
    if (s->next) {
        s->next->previous = s->previous;
    }
    streams->n--;
    (void)pthread_mutex_unlock(&streams->lock);
    moly_free(s);
}

/* False when there are too many. */
static bool add_stream(hub *streams, stream *s, int64_t head)
{
    (void)pthread_mutex_lock(&streams->lock);
    bool has_room = streams->n < LIMIT_STREAMS && !streams->is_finishing;
    if (has_room) {
        s->next = streams->first;
        if (s->next) {
            s->next->previous = s;
        }
        streams->first = s;
        streams->n++;
        streams->seq = head > streams->seq ? head : streams->seq;
        s->beat = streams->beat;
        s->works = streams->works;
    }
    (void)pthread_mutex_unlock(&streams->lock);
    return has_room;
}

moly_status stream_get(request *r, reply *out, moly_error *err)
{
    const moly_ledger_reader *reader = NULL;
    int64_t head = 0;
    moly_status status = request_reader(r, &reader, err);
    if (!status) {
        status = moly_ledger_head(reader, &head, err);
    }
    if (status) {
        return status;
    }
    stream *s = moly_alloc(1, sizeof *s);
    if (!s) {
        return MOLY_NO_MEMORY(err);
    }
    *s = (stream){.hub = r->server->hub,
                  .connection = r->connection,
                  .session = r->session.number,
                  .seq = -1};
    if (!add_stream(s->hub, s, head)) {
        moly_free(s);
        out->retry_after_s = BEAT_S;
        return REPLY_FAIL(out, MHD_HTTP_SERVICE_UNAVAILABLE, err, MOLY_ERR_IO,
                          "%d streams are open, and no more fit", LIMIT_STREAMS);
    }
    out->response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, next_piece, s, end_stream);
    if (!out->response) {
        end_stream(s);
        return MOLY_NO_MEMORY(err);
    }
    out->media_type = "text/event-stream";
    /* nginx holds replies back unless it is told not to */
    return MHD_add_response_header(out->response, "X-Accel-Buffering", "no") ? MOLY_OK
                                                                             : MOLY_NO_MEMORY(err);
}

moly_status hub_start(moly_server *server, hub **started, moly_error *err)
{
    *started = NULL;
    hub *streams = moly_alloc(1, sizeof *streams);
    if (!streams) {
        return MOLY_NO_MEMORY(err);
    }
    streams->server = server;
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&streams->lock, NULL);
    (void)pthread_cond_init(&streams->told, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    streams->is_watching = pthread_create(&streams->watcher, NULL, watch, streams) == 0;
    if (!streams->is_watching) {
        hub_free(streams);
        return MOLY_FAIL(err, MOLY_ERR_MEMORY, "no thread could be started");
    }
    *started = streams;
    return MOLY_OK;
}

void hub_tell(hub *streams, int64_t seq)
{
    (void)pthread_mutex_lock(&streams->lock);
    if (seq > streams->seq) {
        streams->seq = seq;
        (void)pthread_cond_signal(&streams->told);
    }
    (void)pthread_mutex_unlock(&streams->lock);
}

void hub_tell_work(hub *streams)
{
    (void)pthread_mutex_lock(&streams->lock);
    streams->works++;
    (void)pthread_cond_signal(&streams->told);
    (void)pthread_mutex_unlock(&streams->lock);
}

void hub_finish(hub *streams)
{
    if (!streams || !streams->is_watching) {
        return;
    }
    (void)pthread_mutex_lock(&streams->lock);
    streams->is_finishing = true;
    (void)pthread_cond_signal(&streams->told);
    (void)pthread_mutex_unlock(&streams->lock);
    (void)pthread_join(streams->watcher, NULL);
    streams->is_watching = false;
}

void hub_free(hub *streams)
{
    if (!streams) {
        return;
    }
    (void)pthread_cond_destroy(&streams->told);
    (void)pthread_mutex_destroy(&streams->lock);
    moly_free(streams);
}
