/* SPDX-License-Identifier: Apache-2.0 */
/* A loop over items, shared by threads that live as long as it does. */
#include "moly/base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

typedef struct loop {
    int64_t n_items;
    void (*work)(void *context, int64_t item, int thread);
    void *context;
    atomic_int_fast64_t next;
} loop;

typedef struct member {
    loop *loop;
    int thread;
} member;

static void *run(void *context)
{
    const member *m = context;
    for (;;) {
        const int64_t item = (int64_t)atomic_fetch_add(&m->loop->next, 1);
        if (item >= m->loop->n_items) {
            return NULL;
        }
        m->loop->work(m->loop->context, item, m->thread);
    }
}

void moly_parallel(int n_threads, int64_t n_items,
                   void (*work)(void *context, int64_t item, int thread), void *context)
{
    loop shared = {.n_items = n_items, .work = work, .context = context, .next = 0};
    pthread_t threads[MOLY_MOST_THREADS];
    member members[MOLY_MOST_THREADS];
    int n_started = 1;
    MOLY_ASSERT(n_threads >= 1 && n_threads <= MOLY_MOST_THREADS);
    for (int i = 0; i < n_threads; i++) {
        members[i] = (member){&shared, i};
    }
    while (n_started < n_threads && n_started < n_items &&
           pthread_create(&threads[n_started], NULL, run, &members[n_started]) == 0) {
        n_started++;
    }
    (void)run(&members[0]);
    for (int i = 1; i < n_started; i++) {
        (void)pthread_join(threads[i], NULL);
    }
}

int moly_n_processors(void)
{
    cpu_set_t bound;
    const long n = sched_getaffinity(0, sizeof bound, &bound) == 0 ? CPU_COUNT(&bound)
                                                                   : sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > MOLY_MOST_THREADS ? MOLY_MOST_THREADS : (int)n;
}
