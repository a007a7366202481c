/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PRODUCTION_REACTOR_INSIDE_H
#define PRODUCTION_REACTOR_INSIDE_H

/* A target's network: which nuclides of the set it can come to, and how. */

#include "moly/base/memory.h"
#include "moly/production/reactor.h"

#define REACTOR_NO_WAY SIZE_MAX

struct moly_reactor_data {
    const moly_nuclide_set *set;
    size_t n;
    uint32_t *key;    /* [n] sorted */
    uint32_t *index;  /* [n] in the set, beside its key */
    size_t *fragment; /* [fission yields] in the set; SIZE_MAX: it has none */
};

typedef struct reactor_node {
    size_t nuclide;
    double bound;    /* no more atoms of it than this are ever made */
    size_t parent;   /* node of the way that makes most of it; REACTOR_NO_WAY: of the target */
    size_t reaction; /* on that way; REACTOR_NO_WAY: a decay */
    bool is_expanded;
    bool is_fragment; /* of fission, or its daughter: its captures are not followed */
} reactor_node;

/* A node that waits to be expanded. */
typedef struct reactor_waiting {
    double bound;
    size_t node;
} reactor_waiting;

typedef struct reactor_reaction {
    double sd_thermal_b, sd_resonance_b;
    double g;
    const char *thermal_source, *resonance_source, *g_source;
    bool is_fission, has_integral;
} reactor_reaction;

/* Everything lives in the arena. */
typedef struct reactor_network {
    const moly_reactor_data *data;
    const moly_reactor_case *wanted;
    moly_arena *arena;
    size_t n, capacity;
    reactor_node *nodes;
    uint32_t *node_of; /* [set n] node + 1 */
    size_t n_waiting, waiting_capacity;
    reactor_waiting *waiting; /* a heap, greatest bound first; a node may stand in it more often */
    size_t n_feeds, feed_capacity;
    moly_feed *feeds;
    size_t n_reactions, reaction_capacity;
    moly_reaction *reactions;
    reactor_reaction *about; /* [n_reactions] */
    size_t n_products, product_capacity;
    moly_reaction_product *products;
    size_t n_missing, missing_capacity;
    size_t *missing;        /* nuclides without a cross section */
    double *lambda, *start; /* [n] once built */
    double total_atoms, fluence, epithermal_fluence, irradiation_s, thermal_factor;
    moly_burnup *burnup;
} reactor_network;

MOLY_CHECKED moly_status reactor_network_build(reactor_network *w, const moly_reactor_data *data,
                                               const moly_reactor_case *wanted, moly_arena *arena,
                                               moly_error *err);
/* The nodes of which more than `share` of the target's atoms can be made, as a network of its own;
 * without its burnup it lives in the arena. */
typedef struct reactor_part {
    size_t n, n_reactions;
    double *start;
    size_t *node, *reaction; /* in the whole network */
    moly_burnup *burnup;     /* the caller's: moly_burnup_free() */
} reactor_part;
MOLY_CHECKED moly_status reactor_network_part(const reactor_network *w, double share,
                                              reactor_part *part, moly_error *err);
void reactor_network_clear(reactor_network *w);
const moly_nuclide *reactor_nuclide(const reactor_network *w, size_t node);
/* Grams of each element among `atoms`. @param[out] grams [REACTOR_ELEMENTS] by Z */
#define REACTOR_ELEMENTS 128
void reactor_element_grams(const reactor_network *w, const double *atoms,
                           double grams[REACTOR_ELEMENTS]);

#endif
