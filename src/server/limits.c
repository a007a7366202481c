/* SPDX-License-Identifier: Apache-2.0 */
#include "limits.h"

#include <math.h>
#include <pthread.h>
#include <sodium.h>
#include <string.h>

#include "moly/base/memory.h"

enum { N_SLOTS = 4096 };

typedef struct slot {
    double n_used, at_s; /* tries in use at that time; they drain */
} slot;

struct rate_table {
    pthread_mutex_t lock;
    unsigned char key[crypto_shorthash_KEYBYTES];
    slot slots[N_SLOTS];
};

rate_table *rate_table_new(void)
{
    rate_table *table = moly_alloc(1, sizeof *table);
    if (table) {
        (void)pthread_mutex_init(&table->lock, NULL);
        randombytes_buf(table->key, sizeof table->key);
    }
    return table;
}

void rate_table_free(rate_table *table)
{
    if (table) {
        (void)pthread_mutex_destroy(&table->lock);
    }
    moly_free(table);
}

static slot *slot_of(rate_table *table, const char *address)
{
    unsigned char hash[crypto_shorthash_BYTES];
    (void)crypto_shorthash(hash, (const unsigned char *)address, strlen(address), table->key);
    return &table->slots[(hash[0] | hash[1] << 8) % N_SLOTS];
}

unsigned rate_take(rate_table *table, const char *address, double now_s)
{
    unsigned wait_s = 0;
    (void)pthread_mutex_lock(&table->lock);
    slot *s = slot_of(table, address);
    s->n_used = fmax(0.0, s->n_used - (now_s - s->at_s) / LIMIT_WRONG_PASSWORD_S);
    s->at_s = now_s;
    if (s->n_used + 1.0 > LIMIT_WRONG_PASSWORDS) {
        double over = s->n_used + 1.0 - LIMIT_WRONG_PASSWORDS;
        wait_s = (unsigned)ceil(over * LIMIT_WRONG_PASSWORD_S);
    } else {
        s->n_used += 1.0;
    }
    (void)pthread_mutex_unlock(&table->lock);
    return wait_s;
}

void rate_give_back(rate_table *table, const char *address)
{
    (void)pthread_mutex_lock(&table->lock);
    slot *s = slot_of(table, address);
    s->n_used = fmax(0.0, s->n_used - 1.0);
    (void)pthread_mutex_unlock(&table->lock);
}

struct password_gate {
    pthread_mutex_t lock;
    pthread_cond_t left;
    unsigned n_inside, n_waiting;
};

password_gate *password_gate_new(void)
{
    password_gate *gate = moly_alloc(1, sizeof *gate);
    if (gate) {
        (void)pthread_mutex_init(&gate->lock, NULL);
        (void)pthread_cond_init(&gate->left, NULL);
    }
    return gate;
}

void password_gate_free(password_gate *gate)
{
    if (gate) {
        (void)pthread_cond_destroy(&gate->left);
        (void)pthread_mutex_destroy(&gate->lock);
    }
    moly_free(gate);
}

bool password_gate_enter(password_gate *gate)
{
    (void)pthread_mutex_lock(&gate->lock);
    bool may = gate->n_waiting < LIMIT_PASSWORDS_WAITING;
    if (may) {
        gate->n_waiting++;
        while (gate->n_inside >= LIMIT_PASSWORDS_AT_ONCE) {
            (void)pthread_cond_wait(&gate->left, &gate->lock);
        }
        gate->n_waiting--;
        gate->n_inside++;
    }
    (void)pthread_mutex_unlock(&gate->lock);
    return may;
}

void password_gate_leave(password_gate *gate)
{
    (void)pthread_mutex_lock(&gate->lock);
    gate->n_inside--;
    (void)pthread_cond_signal(&gate->left);
    (void)pthread_mutex_unlock(&gate->lock);
}
