/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_PATIENTS_H
#define SERVER_PATIENTS_H

/* Names, numbers and ids of all patients, folded, in memory: a search reads no more than what it
 * finds. It follows the ledger by its events, whichever process wrote them. Any thread may call. */

#include "moly/ledger/ledger.h"

typedef struct patient_index patient_index;
patient_index *patient_index_new(void); /* NULL without memory */
void patient_index_free(patient_index *index);

/** Patients with `folded` (see fold_case()) in name, number or id, newest first.
 *  @param[in,out] found  array that their records are appended to, at most `limit` */
MOLY_CHECKED moly_status patient_index_search(patient_index *index,
                                              const moly_ledger_reader *reader, const char *folded,
                                              size_t limit, json_t *found, moly_error *err);

#endif
