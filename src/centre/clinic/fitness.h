/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_CLINIC_FITNESS_H
#define CENTRE_CLINIC_FITNESS_H

/* May this patient be given this activity of this product? Asked when it is ordered,
 * drawn and given, since the answers change. A physician may accept a risk with a reason; what is
 * forbidden is accepted by nobody. */

#include "act.h"
#include "clinic/paediatric.h"
#include "product.h"

typedef struct fitness {
    const char *order; /* NULL: it is being ordered */
    const json_t *patient, *referral;
    const product *product;
    double activity_bq;
    moly_instant injection;
    const char *accepted;  /* words of risks that a physician accepted earlier, NULL: none */
    const char *directive; /* of the order, "" or NULL: none */
    const char *reason;    /* of a physician who accepts risks now; NULL: none */
} fitness;

enum { FITNESS_RISKS_SIZE = 80 };

/* Patient, referral and what else stands in an order. */
MOLY_CHECKED moly_status fitness_of_order(const moly_act_context *context, const json_t *order,
                                          fitness *f, moly_error *err);
/* Could this person be pregnant? Nobody is left out whose sex or birth date is unknown. */
MOLY_CHECKED moly_status fitness_must_ask(const moly_act_context *context, const json_t *patient,
                                          bool *must_ask, moly_error *err);
/* Pregnancy and breast-feeding were asked about, lately enough for the injection. */
MOLY_CHECKED moly_status fitness_asked(const moly_act_context *context, const fitness *f,
                                       moly_error *err);
/* Refuses, or warns of what a reason accepts.
 *  @param[out] risks  words of all that was found, "pregnant allergy" */
MOLY_CHECKED moly_status fitness_check(const moly_act_context *context, const fitness *f,
                                       moly_decision *decision, char risks[FITNESS_RISKS_SIZE],
                                       moly_error *err);
/* What stands in the way of an order's dose, each with the act that removes it. */
typedef struct fitness_obstacle {
    const char *act;
    moly_error refusal;
} fitness_obstacle;
enum { FITNESS_MAX_OBSTACLES = 7 };
/* All that fitness_check_order() would refuse for, one after the other, in the language of who
 * asks. `f` is of an order.
 *  @param[out] n  how many of the list */
MOLY_CHECKED moly_status fitness_obstacles(const moly_act_context *context, const fitness *f,
                                           fitness_obstacle list[FITNESS_MAX_OBSTACLES], size_t *n,
                                           moly_error *err);
/* What the dosage card gives a child. */
typedef struct fitness_card {
    const paediatric *row; /* NULL: the card has none for the product */
    int age;               /* whole years, -1: unknown */
    bool is_child;
    double weight_kg;            /* NAN: unknown */
    double activity_bq, most_bq; /* recommended, and with the tolerance; NAN: no child or no row */
} fitness_card;
MOLY_CHECKED moly_status fitness_card_of(const moly_act_context *context, const fitness *f,
                                         fitness_card *card, moly_error *err);
/* Therapy, and iodide above the limit: a written directive comes first. */
bool fitness_needs_directive(const moly_act_context *context, const product *p, double activity_bq);
/* All of it for an order at the syringe: directive, answers, risks. */
MOLY_CHECKED moly_status fitness_check_order(const moly_act_context *context, const json_t *order,
                                             moly_instant injection, moly_decision *decision,
                                             moly_error *err);
/* Warns above an adult's diagnostic reference level: a level of groups, no limit of a person. */
void fitness_warn_reference(const moly_act_context *context, const fitness *f,
                            moly_decision *decision);
/* At `at`; an unknown age counts as an adult's. */
bool fitness_is_child(const json_t *patient, moly_instant at);
/* Key of a product's diagnostic reference level; NULL: none. */
const char *fitness_reference_key(const char *code);

#endif
