/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_DISPENSING_PLAN_H
#define CENTRE_DISPENSING_PLAN_H

/* The list of the day while it is made: dispensing.c reads and says it, dispensing_make.c finds
 * what is to be eluted and labelled. */

#include "clinic/allot.h"
#include "physics.h"
#include "product.h"
#include "screens.h"
#include "site_now.h"

enum { MAX_MAKE = 64, MAX_SUPPLY = 32, MAX_GENERATORS = 16, GRID_S = 900 };

/* A patient's dose of the day. */
typedef struct dose {
    const json_t *order;
    const product *p;
    const moly_nuclide *nuclide;
    double activity_bq;
    moly_instant due, draw;
    int make; /* kit that is made for it, or -1 */
    bool is_short;
    char why[200];
} dose;

typedef struct vial {
    char node[96];
    const char *state;
    const product *p;
    moly_instant expiry;
    double concentration_bq_per_ml, left_ml; /* now */
    double used_ml;
    int n_doses;
} vial;

/* A kit to label, or (without a lot) doses that an eluate serves by itself. */
typedef struct make {
    const product *p;
    const char *lot;
    moly_instant at, until;
    double need_bq, got_bq; /* at `at` */
    int supply;
} make;

/* Tc-99m to label with: an eluate that is there, or an elution that is planned. */
typedef struct supply {
    char node[96];
    moly_instant at, expiry; /* ready from, until */
    double bq;               /* at `at` */
} supply;

typedef struct generator {
    const char *id;
    double efficiency;
    moly_instant expiry;
} generator;

typedef struct plan {
    const screen *s;
    moly_performer reads;
    moly_act_context context; /* the rules of the dose are asked with it */
    const site_data *limits;
    moly_arena *arena;
    json_t *records;    /* keeps what is borrowed */
    const json_t *lots; /* accepted ones */
    const moly_nuclide *tc99m;
    dose *doses;
    vial *vials;
    size_t n_doses, n_vials, n_generators, n_makes, n_supplies;
    generator generators[MAX_GENERATORS];
    make makes[MAX_MAKE];
    supply supplies[MAX_SUPPLY];
    int *vial_of;
    bool is_proven;
} plan;

/* Of the dose, at an instant before it is given. */
double dispensing_needed_bq(const dose *d, moly_instant at);
/* What the doses that no vial serves need: kits to label, and elutions for them. A dose that cannot
 * be made is marked short, with the reason. */
MOLY_CHECKED moly_status dispensing_make(plan *p, moly_error *err);
/* Of a supply at an instant. */
double dispensing_supply_bq(const plan *p, const supply *source, moly_instant at);

#endif
