/* SPDX-License-Identifier: Apache-2.0 */
#include "map.h"

#include <string.h>

#include "moly/base/memory.h"

enum { FIRST_BUCKETS = 64, KEPT_BUCKETS = 1024 };

/* FNV-1a, eight bytes a step; keys come from signed events and not from who would look for
 * collisions. */
static uint64_t hash_of(const void *key, size_t length)
{
    const uint8_t *bytes = key;
    uint64_t hash = 14695981039346656037ULL ^ length;
    while (length > 0) {
        uint64_t word = 0;
        size_t n = length < sizeof word ? length : sizeof word;
        memcpy(&word, bytes, n);
        hash = (hash ^ word) * 1099511628211ULL;
        hash ^= hash >> 29;
        bytes += n;
        length -= n;
    }
    hash *= 0x9E3779B97F4A7C15ULL;
    return hash ^ hash >> 32;
}

map_node *map_find(const bytes_map *m, const void *key, size_t length)
{
    if (m->n == 0) {
        return NULL;
    }
    uint64_t hash = hash_of(key, length);
    map_node *node = m->buckets[hash & (m->n_buckets - 1)];
    while (node && (node->hash != hash || node->key_length != length ||
                    memcmp(node->key, key, length) != 0)) {
        node = node->next;
    }
    return node;
}

static bool grow(bytes_map *m)
{
    size_t n = m->n_buckets ? 4 * m->n_buckets : FIRST_BUCKETS;
    map_node **buckets = moly_alloc(n, sizeof(map_node *));
    if (!buckets) {
        return false;
    }
    for (size_t i = 0; i < m->n_buckets; i++) {
        for (map_node *node = m->buckets[i]; node;) {
            map_node *next = node->next, **place = &buckets[node->hash & (n - 1)];
            node->next = *place;
            *place = node;
            node = next;
        }
    }
    moly_free(m->buckets);
    m->buckets = buckets;
    m->n_buckets = n;
    return true;
}

bool map_add(bytes_map *m, map_node *node)
{
    if (m->n >= m->n_buckets && !grow(m)) {
        return false;
    }
    node->hash = hash_of(node->key, node->key_length);
    map_node **place = &m->buckets[node->hash & (m->n_buckets - 1)];
    node->next = *place;
    *place = node;
    m->n++;
    return true;
}

void map_clear(bytes_map *m)
{
    if (m->n_buckets > KEPT_BUCKETS) {
        map_free(m);
    } else if (m->n > 0) {
        memset(m->buckets, 0, m->n_buckets * sizeof(map_node *));
    }
    m->n = 0;
}

void map_free(bytes_map *m)
{
    moly_free(m->buckets);
    *m = (bytes_map){0};
}
