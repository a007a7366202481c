/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that hash a password or wait for the disk run here, while their connection is suspended,
 * so that they delay nobody who only reads. Acts that wait at the same time share a commit. */
#include "inside.h"

#include <pthread.h>

enum { N_THREADS = 16, MAX_WAITING = 256 };

struct jobs {
    pthread_mutex_t lock;
    pthread_cond_t came;
    request *first, *last;
    size_t n_waiting;
    bool is_finishing;
    size_t n_threads;
    pthread_t threads[N_THREADS];
};

/* The next request, or NULL when all is done. */
static request *take(jobs *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    while (!queue->first && !queue->is_finishing) {
        (void)pthread_cond_wait(&queue->came, &queue->lock);
    }
    request *r = queue->first;
    if (r) {
        queue->first = r->next;
        queue->last = queue->first ? queue->last : NULL;
        queue->n_waiting--;
    }
    (void)pthread_mutex_unlock(&queue->lock);
    return r;
}

static void *work(void *given)
{
    jobs *queue = given;
    request *r = NULL;
    while ((r = take(queue)) != NULL) {
        struct MHD_Connection *connection = r->connection;
        request_run(r);
        MHD_resume_connection(connection); /* from here on it may be gone */
    }
    return NULL;
}

moly_status jobs_start(jobs **started, moly_error *err)
{
    *started = NULL;
    jobs *queue = moly_alloc(1, sizeof *queue);
    if (!queue) {
        return MOLY_NO_MEMORY(err);
    }
    (void)pthread_mutex_init(&queue->lock, NULL);
    (void)pthread_cond_init(&queue->came, NULL);
    while (queue->n_threads < N_THREADS &&
           pthread_create(&queue->threads[queue->n_threads], NULL, work, queue) == 0) {
        queue->n_threads++;
    }
    if (queue->n_threads == 0) {
        jobs_free(queue);
        return MOLY_FAIL(err, MOLY_ERR_MEMORY, "no thread could be started");
    }
    *started = queue;
    return MOLY_OK;
}

bool jobs_push(jobs *queue, request *r)
{
    (void)pthread_mutex_lock(&queue->lock);
    bool has_room = !queue->is_finishing && queue->n_waiting < MAX_WAITING;
    if (has_room) {
        MHD_suspend_connection(r->connection);
        r->next = NULL;
        if (queue->last) {
            queue->last->next = r;
        } else {
            queue->first = r;
        }
        queue->last = r;
        queue->n_waiting++;
        (void)pthread_cond_signal(&queue->came);
    }
    (void)pthread_mutex_unlock(&queue->lock);
    return has_room;
}

void jobs_finish(jobs *queue)
{
    if (!queue) {
        return;
    }
    (void)pthread_mutex_lock(&queue->lock);
    queue->is_finishing = true;
    (void)pthread_cond_broadcast(&queue->came);
    (void)pthread_mutex_unlock(&queue->lock);
    while (queue->n_threads > 0) {
        (void)pthread_join(queue->threads[--queue->n_threads], NULL);
    }
}

void jobs_free(jobs *queue)
{
    if (!queue) {
        return;
    }
    (void)pthread_cond_destroy(&queue->came);
    (void)pthread_mutex_destroy(&queue->lock);
    moly_free(queue);
}
