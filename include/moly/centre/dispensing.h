/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_CENTRE_DISPENSING_H
#define MOLY_CENTRE_DISPENSING_H

/** The hot lab's list of the day: what is drawn from which vial and when, and what must be eluted
 *  and labelled before, so that nothing is short in the afternoon. */

#include "moly/base/json.h"
#include "moly/ledger/ledger.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Orders of the site's day that are not drawn yet, against the vials that are there; what is
 *  missing is made from accepted kit lots and generators, with at most a second elution. Nothing is
 *  recorded.
 *
 *  {"now","doses":n,"short":n,"is_proven":bool,
 *   "steps":[{"at","do":"elute"|"label kit"|"draw"|"not enough","what" (vessel, lot or order),
 *     "product","patient","patient_name","due","activity_bq" (at the
 * step),"volume_ml","from","why", of a child "card_bq" (recommended by the dosage
 * card),"card_least_bq","card_most_bq" (with the
 *     tolerance),"weight_kg","is_over_card","card_examination","card_source"}…in order of time…],
 *   "vials":[{"vessel","product","state","holds_bq","volume_left_ml","used_ml","doses","expiry"}]}
 *
 *  "not enough" says in "why" what is missing; "why" of another dose says what would stop it at the
 *  syringe, in err->language. The card's activities are at the injection. is_proven: no other way
 * of drawing serves more patients from the vials that are there. */
MOLY_API MOLY_CHECKED moly_status moly_centre_dispensing(const moly_site *site,
                                                         const moly_ledger_reader *reader,
                                                         moly_instant now, json_t **plan,
                                                         moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
