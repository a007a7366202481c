/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_VESSEL_H
#define CENTRE_VESSEL_H

/* Eluates, kits, vials and syringes: what is in them, how long they may be used, and taking from
 * them. */

#include "act.h"
#include "physics.h"

typedef struct vessel {
    const char *kind, *id;
    const char *node; /* its account too */
    const json_t *record;
} vessel;

MOLY_CHECKED moly_status vessel_find(const moly_act_context *context, const char *kind,
                                     const char *id, vessel *v, moly_error *err);
/* By its node, "kit/KIT-000001".
 *  @retval MOLY_ERR_USAGE  not KIND/ID */
MOLY_CHECKED moly_status vessel_named(const moly_act_context *context, const char *node, vessel *v,
                                      moly_error *err);
/* Nuclide that a record's activity is of: its member "nuclide", Tc-99m where it has none. Borrowed.
 */
const char *vessel_nuclide(const json_t *record);
/* Of several fields exactly one was given. `kinds` and `ids` run in parallel.
 *  @retval MOLY_ERR_USAGE  none or several */
MOLY_CHECKED moly_status vessel_choose(const moly_act_context *context, size_t n,
                                       const char *const *kinds, const char *const *ids, vessel *v,
                                       moly_error *err);

/* not expired at `use`, and Mo-99 within the limit then. `what` says what would be
 * done, "injected". */
MOLY_CHECKED moly_status vessel_usable_at(const moly_act_context *context, const vessel *v,
                                          moly_instant use, const char *what, moly_error *err);
/* its tests are done and it was released. */
MOLY_CHECKED moly_status vessel_released(const moly_act_context *context, const vessel *v,
                                         moly_error *err);

/* Activity per mL at `at`, from the activity and volume measured when it was made. */
MOLY_CHECKED moly_status vessel_concentration(const vessel *v, moly_instant at,
                                              double *concentration_bq_per_ml, moly_error *err);

/* Post `volume_ml` of `from` to another vessel: its nuclide as measured against what the volume
 * should hold, its share of Mo-99, and the volume that is left.
 *  @param[out] predicted_bq  of its nuclide
 *  @retval MOLY_ERR_RULE  R-24: more than is left */
MOLY_CHECKED moly_status vessel_take(const moly_act_context *context, const vessel *from,
                                     const char *to, double volume_ml, double measured_bq,
                                     moly_decision *decision, double *predicted_bq,
                                     moly_error *err);
/* Post all that the books have in `from`: `nuclide` as measured, unless that is NAN, the
 * others as the books have them. */
MOLY_CHECKED moly_status vessel_move_all(const moly_act_context *context, const char *from,
                                         const char *to, const char *nuclide, double measured_bq,
                                         moly_decision *decision, double *moved_out_bq,
                                         moly_error *err);

/* The earliest of several limits on the time of use, and which one it is. */
typedef struct expiry {
    moly_instant at;
    const char *by; /* "kit lot", "eluate", ... */
} expiry;
void expiry_limit(expiry *e, moly_instant at, const char *by);
void decision_expiry(moly_decision *decision, const expiry *e);

#endif
