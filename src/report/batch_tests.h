/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_BATCH_TESTS_H
#define REPORT_BATCH_TESTS_H

/* Tests of a batch as its record and its certificate say them. */

#include "sheet.h"

/* All records of a kind that belong to `owner`, kept. */
MOLY_CHECKED moly_status sheet_owned(sheet *s, const char *kind, const char *owner,
                                     json_t **records, moly_error *err);

/* "6.2", "99.0 ± 0.1 %", "conforms"; NULL while there is none. */
const char *batch_test_result(sheet *s, const json_t *test);
/* "4.5 – 8.5", "≥ 95 %", of a test's limits. */
const char *batch_test_limit(sheet *s, const json_t *limits);
/* "passes", "FAILS", "void"; "incubating" or "not tested" where `test` is NULL. */
const char *batch_test_verdict(sheet *s, const json_t *batch, const json_t *plan,
                               const json_t *test);

#endif
