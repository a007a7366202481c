/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_PHYSICS_H
#define CENTRE_PHYSICS_H

/* The little physics of the hot lab; half-lives and branches come from the nuclide room. */

#include "moly/base/instant.h"
#include "moly/nuclide/nuclide.h"

#define TC99M "Tc-99m"
#define MO99 "Mo-99"

/* Nuclides whose activity a vessel of the hot lab can hold, NULL-terminated: of the products, of
 * the columns that some come from, and what grows or stays in them. What a site receives, makes or
 * gives is one of them. */
enum { PHYSICS_N_HANDLED = 36 };
extern const char *const physics_handled[PHYSICS_N_HANDLED + 1];

MOLY_CHECKED moly_status physics_nuclide(const char *name, const moly_nuclide **nuclide,
                                         moly_error *err);

/* Activity at `to` of what was `activity_bq` at `from`; `to` may be earlier. No ingrowth. */
double physics_decayed_bq(const moly_nuclide *nuclide, double activity_bq, moly_instant from,
                          moly_instant to);

/* A generator column `elapsed_s` after an elution that left `fraction_left` of its Tc-99m: what is
 * in it when Mo-99 then was `molybdenum_bq`.
 *  @param[out] molybdenum_out_bq, technetium_out_bq  at the end of the time */
MOLY_CHECKED moly_status physics_generator(double molybdenum_bq, double elapsed_s,
                                           double fraction_left, double *molybdenum_out_bq,
                                           double *technetium_out_bq, moly_error *err);

/* Mo-99 / Tc-99m of an eluate at `at`, from the ratio at `reference`. It grows as
 * exp((lambda_Tc - lambda_Mo) t); Tc-99m that grows in is left out, which overstates it. */
MOLY_CHECKED moly_status physics_molybdenum_ratio(double ratio, moly_instant reference,
                                                  moly_instant at, double *ratio_at,
                                                  moly_error *err);
/* When that ratio reaches `limit`; MOLY_INSTANT_NONE when it has none to grow from. */
MOLY_CHECKED moly_status physics_molybdenum_until(double ratio, moly_instant reference,
                                                  double limit, moly_instant *until,
                                                  moly_error *err);

#endif
