/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "moly/base/catalogue.h"
#include "moly/base/text.h"

typedef struct status_row {
    const char *name;
    int exit_code;
    int http;
    const char *text;
} status_row;

static const status_row status_rows[] = {
#define STATUS_ROW(name, exit_code, http, text) {#name, exit_code, http, text},
    MOLY_STATUS_LIST(STATUS_ROW)
#undef STATUS_ROW
};

static const status_row *row_of(moly_status status)
{
    size_t index = (size_t)status;
    MOLY_ASSERT(index < sizeof status_rows / sizeof status_rows[0]);
    return &status_rows[index];
}

int moly_status_exit_code(moly_status status)
{
    return row_of(status)->exit_code;
}

int moly_status_http(moly_status status)
{
    return row_of(status)->http;
}

const char *moly_status_text(moly_status status)
{
    return row_of(status)->text;
}

const char *moly_status_name(moly_status status)
{
    return row_of(status)->name;
}

moly_status moly_fail(moly_error *err, moly_status status, const char *rule, const char *file,
                      int line, const char *format, ...)
{
    if (!err || err->status != MOLY_OK) {
        return status;
    }
    err->status = status;
    err->file = file;
    err->line = line;
    (void)snprintf(err->rule, sizeof err->rule, "%s", rule ? rule : "");
    va_list arguments;
    va_start(arguments, format);
    /* The English format is the key; a test proves that each translation takes the same arguments.
     */
    (void)vsnprintf(err->message, sizeof err->message, moly_translate(err->language, format),
                    arguments);
    va_end(arguments);
    moly_text_harmless(err->message); /* it quotes what came from outside, and may have been cut */
    return status;
}

void moly_error_context(moly_error *err, const char *format, ...)
{
    if (!err || err->status == MOLY_OK) {
        return;
    }
    char context[sizeof err->message];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(context, sizeof context, moly_translate(err->language, format), arguments);
    va_end(arguments);
    size_t n = strlen(context), room = sizeof err->message;
    if (n + 2 >= room) {
        n = room - 3;
    }
    size_t kept = strlen(err->message);
    if (kept > room - n - 3) {
        kept = room - n - 3;
    }
    memmove(err->message + n + 2, err->message, kept);
    memcpy(err->message, context, n);
    memcpy(err->message + n, ": ", 2);
    err->message[n + 2 + kept] = '\0';
    moly_text_harmless(err->message);
}

void moly_assert_failed(const char *condition, const char *file, int line)
{
    (void)fprintf(stderr, "moly: a mistake in Moly itself: %s does not hold (%s:%d)\n", condition,
                  file, line);
    abort();
}
