/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_MAP_H
#define LEDGER_MAP_H

/* Things found by a key of bytes. The node stands first in the thing, which its owner releases. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct map_node {
    struct map_node *next;
    uint64_t hash;
    const void *key; /* borrowed: lives in the thing */
    size_t key_length;
} map_node;

typedef struct bytes_map {
    map_node **buckets;
    size_t n_buckets, n;
} bytes_map;

map_node *map_find(const bytes_map *m, const void *key, size_t length);
/* Add a node whose key is set and not in the map; false without memory. */
bool map_add(bytes_map *m, map_node *node);
/* Forget all nodes; the room stays for the next unless it is large. */
void map_clear(bytes_map *m);
void map_free(bytes_map *m);

#endif
