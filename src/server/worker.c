/* SPDX-License-Identifier: Apache-2.0 */
/* The queue of reconstructions, and the thread that works it off, each in a process of its own. */
#include "worker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "moly/base/text.h"
#include "worker_folder.h"

enum { LOOK_EVERY_MS = 100, PATIENCE_S = 20 };

struct worker {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    bool is_started, is_finishing;
    const moly_clock *clock;
    void (*tell)(void *context);
    void *context;
    char *program, *results;
    json_t *jobs;    /* the oldest first */
    json_t *running; /* borrowed from jobs; NULL: none */
    pid_t child;     /* 0: none */
    bool is_cancelled;
    int64_t n_made;
    int lock_of_folder;
};

static const char *text_of(const json_t *job, const char *key)
{
    const char *text = json_string_value(json_object_get(job, key));
    return text ? text : "";
}

static bool is_in_state(const json_t *job, const char *state)
{
    return strcmp(text_of(job, "state"), state) == 0;
}

/* With the lock held: a new state, with its time, in memory and in the folder. What cannot be
 * written is said by the next start: the job was running. */
static void enter_state(worker *w, json_t *job, const char *state, const char *at_key)
{
    char now[MOLY_INSTANT_TEXT_SIZE];
    (void)json_object_set_new(job, "state", json_string(state));
    (void)json_object_set_new(job, at_key,
                              json_string(moly_instant_format(moly_clock_now(w->clock), now)));
    moly_status status = folder_keep(w->results, text_of(job, "id"), job, NULL);
    (void)status;
}

/* ---- one that runs ---- */

/* argv of the job, its texts in `arena`; NULL without memory. */
static char **make_argv(const worker *w, const json_t *job, moly_arena *arena)
{
    const json_t *words = json_object_get(job, "words");
    const char *id = text_of(job, "id");
    const size_t n = json_array_size(words);
    char **argv = moly_arena_alloc(arena, n + 7, sizeof *argv);
    size_t at = 0, i;
    const json_t *word;
    if (!argv) {
        return NULL;
    }
    argv[at++] = w->program;
    argv[at++] = moly_arena_strdup(arena, "reconstruct");
    json_array_foreach(words, i, word)
    {
        argv[at++] = moly_arena_strdup(arena, json_string_value(word));
    }
    argv[at++] = moly_arena_printf(arena, "--output=%s/%s/image.nii.gz", w->results, id);
    argv[at++] = moly_arena_printf(arena, "--watch=%s/%s/watch", w->results, id);
    argv[at++] = moly_arena_strdup(arena, "--format=json");
    for (i = 0; i < at; i++) {
        if (!argv[i]) {
            return NULL;
        }
    }
    return argv;
}

static void wait_ms(worker *w, int ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ms * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    (void)pthread_cond_timedwait(&w->changed, &w->lock, &until);
}

static bool is_newer(const char *path, struct timespec *known)
{
    struct stat info;
    if (stat(path, &info) != 0 ||
        (info.st_mtim.tv_sec == known->tv_sec && info.st_mtim.tv_nsec == known->tv_nsec)) {
        return false;
    }
    *known = info.st_mtim;
    return true;
}

static void tell(worker *w)
{
    (void)pthread_mutex_unlock(&w->lock);
    w->tell(w->context);
    (void)pthread_mutex_lock(&w->lock);
}

/* With the lock held; returns when the process is gone. */
static int follow(worker *w, const char *progress)
{
    struct timespec known = {0};
    int status = 0, n_asked = 0;
    while (!child_has_ended(w->child, &status)) {
        if ((w->is_cancelled || w->is_finishing) && n_asked++ == 0) {
            (void)kill(w->child, SIGTERM);
        } else if (n_asked * LOOK_EVERY_MS > PATIENCE_S * 1000) {
            (void)kill(w->child, SIGKILL);
        }
        if (is_newer(progress, &known)) {
            tell(w);
        }
        wait_ms(w, LOOK_EVERY_MS);
    }
    return status;
}

static json_t *fault(const char *message)
{
    return json_pack("{s:s, s:s}", "status", "internal", "message", message);
}

/* With the lock held: what came of it. */
static void conclude(worker *w, json_t *job, int status)
{
    const char *id = text_of(job, "id"), *state = "done";
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        json_t *why = folder_error(w->results, id);
        char text[120];
        (void)snprintf(text, sizeof text,
                       WIFSIGNALED(status) ? "the process was ended by signal %d; has the machine "
                                             "enough memory?"
                                           : "the process ended with status %d",
                       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        state = w->is_cancelled ? "cancelled" : w->is_finishing ? "interrupted" : "failed";
        if (strcmp(state, "failed") == 0) {
            (void)json_object_set_new(job, "error", why ? why : fault(text));
        } else {
            json_decref(why);
        }
    }
    folder_clear(w->results, id, strcmp(state, "done") == 0);
    enter_state(w, job, state, "ended_at");
}

static void run_job(worker *w, json_t *job)
{
    moly_arena *arena = moly_arena_new();
    const char *id = text_of(job, "id");
    char **argv = arena ? make_argv(w, job, arena) : NULL;
    const char *log = argv ? worker_file(w, id, "log", arena) : NULL;
    const char *progress = log ? worker_file(w, id, "watch/progress.json", arena) : NULL;
    moly_error err = {0};
    w->running = job;
    w->is_cancelled = false;
    enter_state(w, job, "running", "started_at");
    moly_status status = progress ? child_start(argv, log, &w->child, &err) : MOLY_NO_MEMORY(&err);
    tell(w);
    if (status) {
        (void)json_object_set_new(job, "error", fault(err.message));
        enter_state(w, job, "failed", "ended_at");
    } else {
        conclude(w, job, follow(w, progress));
    }
    w->child = 0;
    w->running = NULL;
    tell(w);
    moly_arena_free(arena);
}

static json_t *next_waiting(const worker *w)
{
    size_t i;
    json_t *job;
    json_array_foreach(w->jobs, i, job)
    {
        if (is_in_state(job, "waiting")) {
            return job;
        }
    }
    return NULL;
}

static void *work(void *given)
{
    worker *w = given;
    (void)pthread_mutex_lock(&w->lock);
    while (!w->is_finishing) {
        json_t *job = w->program ? next_waiting(w) : NULL;
        if (job) {
            run_job(w, job);
        } else {
            (void)pthread_cond_wait(&w->changed, &w->lock);
        }
    }
    (void)pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* ---- starting and stopping ---- */

/* What was running when a server ended did not end by itself. */
static void note_interrupted(worker *w)
{
    size_t i;
    json_t *job;
    json_array_foreach(w->jobs, i, job)
    {
        if (is_in_state(job, "running")) {
            folder_clear(w->results, text_of(job, "id"), false);
            enter_state(w, job, "interrupted", "ended_at");
        }
    }
}

moly_status worker_start(const worker_options *options, worker **started, moly_error *err)
{
    pthread_condattr_t monotonic;
    *started = NULL;
    worker *w = moly_alloc(1, sizeof *w);
    if (!w) {
        return MOLY_NO_MEMORY(err);
    }
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&w->lock, NULL);
    (void)pthread_cond_init(&w->changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    w->lock_of_folder = -1;
    w->clock = options->clock;
    w->tell = options->tell;
    w->context = options->context;
    w->program = moly_strdup(options->program);
    w->results = moly_strdup(options->results);
    moly_status status =
        w->results && (w->program || !options->program) ? MOLY_OK : MOLY_NO_MEMORY(err);
    status =
        status ? status : folder_open(w->results, &w->lock_of_folder, &w->jobs, &w->n_made, err);
    if (!status) {
        note_interrupted(w);
        w->is_started = pthread_create(&w->thread, NULL, work, w) == 0;
        status =
            w->is_started ? MOLY_OK : MOLY_FAIL(err, MOLY_ERR_MEMORY, "no thread could be started");
    }
    if (status) {
        worker_free(w);
        return status;
    }
    *started = w;
    return MOLY_OK;
}

void worker_finish(worker *one)
{
    if (!one || !one->is_started) {
        return;
    }
    (void)pthread_mutex_lock(&one->lock);
    one->is_finishing = true;
    (void)pthread_cond_broadcast(&one->changed);
    (void)pthread_mutex_unlock(&one->lock);
    (void)pthread_join(one->thread, NULL);
    one->is_started = false;
}

void worker_free(worker *one)
{
    if (one) {
        (void)pthread_cond_destroy(&one->changed);
        (void)pthread_mutex_destroy(&one->lock);
        if (one->lock_of_folder >= 0) {
            (void)close(one->lock_of_folder);
        }
        json_decref(one->jobs);
        moly_free(one->program);
        moly_free(one->results);
        moly_free(one);
    }
}

/* ---- asking ---- */

static json_t *find(const worker *w, const char *id)
{
    size_t i;
    json_t *job;
    json_array_foreach(w->jobs, i, job)
    {
        if (strcmp(text_of(job, "id"), id) == 0) {
            return job;
        }
    }
    return NULL;
}

static size_t count_waiting(const worker *w)
{
    size_t i, n = 0;
    json_t *job;
    json_array_foreach(w->jobs, i, job)
    {
        n += is_in_state(job, "waiting");
    }
    return n;
}

/* With the lock held. */
static moly_status add(worker *w, const json_t *words, const json_t *about, moly_error *err)
{
    char id[WORKER_ID_SIZE];
    json_t *job = json_deep_copy(about);
    (void)snprintf(id, sizeof id, "REC-%06lld", (long long)(w->n_made + 1) % 1000000);
    if (!job || json_object_set_new(job, "id", json_string(id)) ||
        json_object_set_new(job, "words", json_deep_copy(words))) {
        json_decref(job);
        return MOLY_NO_MEMORY(err);
    }
    moly_status status = folder_make(w->results, id, err);
    if (status) {
        json_decref(job);
        return status;
    }
    w->n_made++;
    if (json_array_size(w->jobs) >= WORKER_MOST_LISTED &&
        json_array_get(w->jobs, 0) != w->running) {
        (void)json_array_remove(w->jobs, 0);
    }
    if (json_array_append_new(w->jobs, job)) {
        return MOLY_NO_MEMORY(err);
    }
    enter_state(w, job, "waiting", "asked_at");
    return MOLY_OK;
}

moly_status worker_ask(worker *one, const json_t *words, const json_t *about,
                       char id[WORKER_ID_SIZE], moly_error *err)
{
    (void)pthread_mutex_lock(&one->lock);
    moly_status status = MOLY_OK;
    if (!one->program) {
        status = MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "this server has no program that reconstructs");
    } else if (count_waiting(one) >= WORKER_MOST_WAITING) {
        status = MOLY_FAIL(err, MOLY_ERR_RULE,
                           "%d reconstructions wait already; cancel one, or try later",
                           WORKER_MOST_WAITING);
    }
    status = status ? status : add(one, words, about, err);
    if (!status) {
        const json_t *made = json_array_get(one->jobs, json_array_size(one->jobs) - 1);
        (void)snprintf(id, WORKER_ID_SIZE, "%s", text_of(made, "id"));
        (void)pthread_cond_broadcast(&one->changed);
    }
    (void)pthread_mutex_unlock(&one->lock);
    return status;
}

static moly_status fail_unknown(const char *id, moly_error *err)
{
    return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "there is no reconstruction %.20s", id);
}

moly_status worker_cancel(worker *one, const char *id, const char *by, moly_error *err)
{
    moly_status status = MOLY_OK;
    (void)pthread_mutex_lock(&one->lock);
    json_t *job = find(one, id);
    if (!job) {
        status = fail_unknown(id, err);
    } else if (is_in_state(job, "waiting")) {
        (void)json_object_set_new(job, "cancelled_by", json_string(by));
        enter_state(one, job, "cancelled", "ended_at");
    } else if (job == one->running) {
        (void)json_object_set_new(job, "cancelled_by", json_string(by));
        one->is_cancelled = true;
        (void)pthread_cond_broadcast(&one->changed);
    }
    (void)pthread_mutex_unlock(&one->lock);
    return status;
}

/* What people see: not the words of the command line, which name folders of this machine. */
static json_t *shown(const json_t *job)
{
    json_t *copy = json_deep_copy(job);
    (void)json_object_del(copy, "words");
    return copy;
}

moly_status worker_get(worker *one, const char *id, json_t **job, moly_error *err)
{
    moly_status status = MOLY_OK;
    *job = NULL;
    (void)pthread_mutex_lock(&one->lock);
    const json_t *known = find(one, id);
    if (!known) {
        status = fail_unknown(id, err);
    } else {
        *job = shown(known);
        status = *job ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    (void)pthread_mutex_unlock(&one->lock);
    if (!status) {
        json_t *progress = folder_read(one->results, id, "watch/progress.json");
        if (progress) {
            (void)json_object_set_new(*job, "progress", progress);
        }
    }
    return status;
}

json_t *worker_list(worker *one)
{
    json_t *list = json_array();
    (void)pthread_mutex_lock(&one->lock);
    for (size_t i = json_array_size(one->jobs); i > 0; i--) {
        (void)json_array_append_new(list, shown(json_array_get(one->jobs, i - 1)));
    }
    (void)pthread_mutex_unlock(&one->lock);
    return list;
}

const char *worker_file(const worker *one, const char *id, const char *name, moly_arena *arena)
{
    return moly_arena_printf(arena, "%s/%s/%s", one->results, id, name);
}
