/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_CLINIC_BIRTH_DATE_H
#define CENTRE_CLINIC_BIRTH_DATE_H

#include "moly/base/instant.h"

/* "1968-03-14", a day of the calendar; its instant is midnight UTC. */
MOLY_CHECKED moly_status birth_date_parse(const char *text, moly_instant *born, moly_error *err);
/* Whole years from a birthday to `at`. */
int birth_date_age(moly_instant born, moly_instant at);

#endif
