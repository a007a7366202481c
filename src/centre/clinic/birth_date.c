/* SPDX-License-Identifier: Apache-2.0 */
#include "birth_date.h"

#include <stdio.h>
#include <string.h>

moly_status birth_date_parse(const char *text, moly_instant *born, moly_error *err)
{
    char whole[32];
    moly_error inner = {0};
    moly_status status = MOLY_ERR_DATA;
    if (strlen(text) == strlen("YYYY-MM-DD")) {
        (void)snprintf(whole, sizeof whole, "%sT00:00:00Z", text);
        status = moly_instant_parse(whole, born, &inner);
    }
    if (status) {
        return MOLY_FAIL(err, status, "birth_date: '%.40s' is no day as YYYY-MM-DD%s%s", text,
                         inner.message[0] ? ": " : "", inner.message);
    }
    return MOLY_OK;
}

int birth_date_age(moly_instant born, moly_instant at)
{
    moly_calendar b = moly_instant_calendar(born, 0), t = moly_instant_calendar(at, 0);
    bool had_birthday = t.month > b.month || (t.month == b.month && t.day >= b.day);
    return t.year - b.year - (had_birthday ? 0 : 1);
}
