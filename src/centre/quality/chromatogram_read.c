/* SPDX-License-Identifier: Apache-2.0 */
#include "quality/chromatogram.h"

#include <math.h>
#include <string.h>

#include "moly/base/text.h"

enum { FEWEST_POINTS = 16, LONGEST_NUMBER = 40 };

typedef struct reading {
    const char *at, *end;
    size_t line;
    bool has_heading;
    size_t room;
} reading;

void chromatogram_free(chromatogram *trace)
{
    if (trace) {
        moly_free(trace->position);
        moly_free(trace->signal);
        *trace = (chromatogram){0};
    }
}

/* A number between `from` and `to` without blanks; `comma` is read as the decimal point. */
static bool number(const char *from, const char *to, bool comma, double *value)
{
    char text[LONGEST_NUMBER];
    size_t n = 0;
    while (from < to && (*from == ' ' || *from == '"')) {
        from++;
    }
    while (to > from && (to[-1] == ' ' || to[-1] == '"' || to[-1] == '\r')) {
        to--;
    }
    if (to - from < 1 || to - from >= LONGEST_NUMBER) {
        return false;
    }
    for (; from < to; from++) {
        char c = *from;
        if (comma && c == ',') {
            c = '.';
        }
        text[n++] = c;
    }
    text[n] = '\0';
    return moly_number_parse(text, value, NULL) == MOLY_OK && isfinite(*value);
}

static const char *find(const char *from, const char *to, const char *any)
{
    for (; from < to; from++) {
        if (strchr(any, *from) && *from) {
            return from;
        }
    }
    return NULL;
}

static moly_status add(reading *r, chromatogram *trace, double position, double signal,
                       moly_error *err)
{
    if (trace->n > 0 && !(position > trace->position[trace->n - 1])) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "line %zu: position %g does not follow %g", r->line,
                         position, trace->position[trace->n - 1]);
    }
    if (trace->n == CHROMATOGRAM_MOST_POINTS) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "line %zu: more than %d points", r->line,
                         CHROMATOGRAM_MOST_POINTS);
    }
    if (trace->n == r->room) {
        size_t room = r->room ? 2 * r->room : 1024;
        double *positions = moly_realloc(trace->position, room, sizeof(double));
        if (positions) {
            trace->position = positions;
        }
        double *signals = positions ? moly_realloc(trace->signal, room, sizeof(double)) : NULL;
        if (!signals) {
            return MOLY_NO_MEMORY(err);
        }
        trace->signal = signals;
        r->room = room;
    }
    trace->position[trace->n] = position;
    trace->signal[trace->n++] = signal;
    return MOLY_OK;
}

static moly_status read_line(reading *r, const char *from, const char *to, chromatogram *trace,
                             moly_error *err)
{
    const char *begin = from;
    while (begin < to && strchr(" \t\r", *begin) && *begin) {
        begin++;
    }
    if (begin == to || *begin == '#') {
        return MOLY_OK;
    }
    const char *separator = find(from, to, ";\t");
    bool is_comma = separator != NULL; /* then a comma is the decimal one */
    separator = separator ? separator : find(from, to, ",");
    double position = NAN, signal = NAN;
    if (separator) {
        const char *next = find(separator + 1, to, is_comma ? ";\t" : ",");
        if (number(from, separator, is_comma, &position) &&
            number(separator + 1, next ? next : to, is_comma, &signal)) {
            return add(r, trace, position, signal, err);
        }
    }
    if (trace->n == 0 && !r->has_heading) {
        r->has_heading = true;
        return MOLY_OK;
    }
    return MOLY_FAIL(err, MOLY_ERR_DATA, "line %zu: '%.*s' is not a position and a signal", r->line,
                     (int)(to - from > 40 ? 40 : to - from), from);
}

moly_status chromatogram_parse(const char *text, size_t length, chromatogram *trace,
                               moly_error *err)
{
    reading r = {.at = text, .end = text + length};
    moly_status status = MOLY_OK;
    *trace = (chromatogram){0};
    if (memchr(text, '\0', length)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "this is no text: export the trace as CSV with position and signal");
    }
    while (r.at < r.end && !status) {
        const char *newline = memchr(r.at, '\n', (size_t)(r.end - r.at));
        const char *to = newline ? newline : r.end;
        r.line++;
        status = read_line(&r, r.at, to, trace, err);
        r.at = newline ? newline + 1 : r.end;
    }
    if (!status && trace->n < FEWEST_POINTS) {
        status = MOLY_FAIL(err, MOLY_ERR_DATA,
                           "%zu points, at least %d are needed: two columns, position and signal",
                           trace->n, FEWEST_POINTS);
    }
    if (status) {
        chromatogram_free(trace);
    }
    return status;
}
