/* SPDX-License-Identifier: Apache-2.0 */
#include "patience.h"

#include <math.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>

#include "limits.h"
#include "moly/base/memory.h"

struct guest {
    patience *all;
    guest *next, *previous;
    int socket;
    double until_s; /* INFINITY: it owes nothing */
};

struct patience {
    pthread_mutex_t lock;
    pthread_cond_t finishing;
    pthread_t watcher;
    bool is_watching, is_finishing;
    double head_s;
    guest *first;
};

static double now_s(void)
{
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Only shut down, not closed: the number of the socket stays libmicrohttpd's, whose thread reads
 * the end and tidies up. The lock keeps guest_leave(), hence the closing, away until then. */
static void cut_the_late(patience *all)
{
    double now = now_s();
    for (guest *g = all->first; g; g = g->next) {
        if (now > g->until_s) {
            (void)shutdown(g->socket, SHUT_RDWR);
            g->until_s = INFINITY;
        }
    }
}

static void *watch(void *given)
{
    patience *all = given;
    double step_s = fmin(1.0, 0.25 * all->head_s);
    (void)pthread_mutex_lock(&all->lock);
    while (!all->is_finishing) {
        double at = now_s() + step_s;
        const struct timespec until = {(time_t)at, (long)(1e9 * (at - floor(at)))};
        (void)pthread_cond_timedwait(&all->finishing, &all->lock, &until);
        cut_the_late(all);
    }
    (void)pthread_mutex_unlock(&all->lock);
    return NULL;
}

moly_status patience_start(double head_s, patience **started, moly_error *err)
{
    *started = NULL;
    patience *all = moly_alloc(1, sizeof *all);
    if (!all) {
        return MOLY_NO_MEMORY(err);
    }
    all->head_s = head_s;
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&all->lock, NULL);
    (void)pthread_cond_init(&all->finishing, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    all->is_watching = pthread_create(&all->watcher, NULL, watch, all) == 0;
    if (!all->is_watching) {
        patience_free(all);
        return MOLY_FAIL(err, MOLY_ERR_MEMORY, "no thread could be started");
    }
    *started = all;
    return MOLY_OK;
}

void patience_free(patience *all)
{
    if (!all) {
        return;
    }
    if (all->is_watching) {
        (void)pthread_mutex_lock(&all->lock);
        all->is_finishing = true;
        (void)pthread_cond_signal(&all->finishing);
        (void)pthread_mutex_unlock(&all->lock);
        (void)pthread_join(all->watcher, NULL);
    }
    (void)pthread_cond_destroy(&all->finishing);
    (void)pthread_mutex_destroy(&all->lock);
    moly_free(all);
}

guest *guest_enter(patience *all, int socket)
{
    guest *g = moly_alloc(1, sizeof *g);
    if (!g) {
        return NULL;
    }
    *g = (guest){.all = all, .socket = socket, .until_s = now_s() + all->head_s};
    (void)pthread_mutex_lock(&all->lock);
    g->next = all->first;
    if (g->next) {
        g->next->previous = g;
    }
    all->first = g;
    (void)pthread_mutex_unlock(&all->lock);
    return g;
}

void guest_leave(guest *g)
{
    if (!g) {
        return;
    }
    patience *all = g->all;
    (void)pthread_mutex_lock(&all->lock);
    if (g->previous) {
        g->previous->next = g->next;
    } else {
        all->first = g->next;
    }
    if (g->next) {
        g->next->previous = g->previous;
    }
    (void)pthread_mutex_unlock(&all->lock);
    moly_free(g);
}

static void give_s(guest *g, double seconds)
{
    if (g) {
        (void)pthread_mutex_lock(&g->all->lock);
        g->until_s = now_s() + seconds;
        (void)pthread_mutex_unlock(&g->all->lock);
    }
}

void guest_began_head(guest *g)
{
    if (g) { /* a first head has been waited for since it connected */
        (void)pthread_mutex_lock(&g->all->lock);
        g->until_s = fmin(g->until_s, now_s() + g->all->head_s);
        (void)pthread_mutex_unlock(&g->all->lock);
    }
}

void guest_owes_body(guest *g, size_t bytes)
{
    give_s(g, (g ? g->all->head_s : 0.0) + (double)bytes / LIMIT_SLOWEST_BYTES_PER_S);
}

void guest_is_served(guest *g)
{
    give_s(g, INFINITY);
}

void guest_takes_reply(guest *g, size_t bytes)
{
    give_s(g, LIMIT_IDLE_CONNECTION_S + (double)bytes / LIMIT_SLOWEST_BYTES_PER_S);
}

void guest_rests(guest *g)
{
    give_s(g, LIMIT_IDLE_CONNECTION_S);
}
