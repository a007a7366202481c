/* SPDX-License-Identifier: Apache-2.0 */
/* Asking a device until its reading is stable. */
#include "inside.h"
#include "inside_port.h"

#include <math.h>

enum { BUFFER = 1024, MOST_READINGS = 20 };
static const double slice_s = 0.2;        /* between looks at the cancel flag */
static const double answer_s = 2.0;       /* for one answer */
static const double least_pause_s = 0.25; /* between requests */

typedef struct stream {
    int fd;
    unsigned char bytes[BUFFER];
    size_t n;
} stream;

static void drop(stream *s, size_t n)
{
    memmove(s->bytes, s->bytes + n, s->n - n);
    s->n -= n;
}

/* One message, or what came of it by `end_s`. Bytes in front of a message are noise. */
static moly_status next_message(stream *s, const moly_device_driver *driver, double end_s,
                                const moly_progress *progress, moly_device_frame *message,
                                moly_error *err)
{
    size_t begin = 0, length = 0, n = 0;
    while (!moly_device_message(driver, s->bytes, s->n, &begin, &length)) {
        double left_s = end_s - seconds_now();
        moly_status status = moly_progress_step(progress, 0.0, "waiting for the device", err);
        if (status || left_s <= 0.0 || s->n == BUFFER) {
            message->length = s->n < sizeof message->bytes ? s->n : sizeof message->bytes;
            memcpy(message->bytes, s->bytes, message->length);
            s->n = 0;
            return status;
        }
        status = bytes_read(s->fd, left_s < slice_s ? left_s : slice_s, s->bytes + s->n,
                            BUFFER - s->n, &n, err);
        if (status) {
            return status;
        }
        s->n += n;
    }
    message->length = length < sizeof message->bytes ? length : sizeof message->bytes;
    memcpy(message->bytes, s->bytes + begin, message->length);
    drop(s, begin + length < s->n ? begin + length : s->n);
    return MOLY_OK;
}

/* The last readings, the newest at the end. */
typedef struct window {
    double values[MOST_READINGS];
    size_t n;
    char nuclide[16];
} window;

static void push(window *w, const moly_device_reading *reading, size_t most)
{
    if (strcmp(w->nuclide, reading->nuclide) != 0) {
        *w = (window){0};
        memcpy(w->nuclide, reading->nuclide, sizeof w->nuclide);
    }
    if (w->n == most) {
        memmove(w->values, w->values + 1, (most - 1) * sizeof w->values[0]);
        w->n--;
    }
    w->values[w->n++] = reading->value;
}

static double spread(const window *w)
{
    double sum = 0.0, largest = 0.0;
    for (size_t i = 0; i < w->n; i++) {
        sum += w->values[i];
    }
    double mean = sum / (double)w->n;
    for (size_t i = 0; i < w->n; i++) {
        largest = fmax(largest, fabs(w->values[i] - mean));
    }
    return largest > 0.0 ? largest / fabs(mean) : 0.0;
}

/* By the device's own word where it has one. */
static bool is_stable(const moly_device_driver *driver, const window *w,
                      moly_device_reading *reading)
{
    reading->n_readings = w->n;
    reading->spread = spread(w);
    if (driver->stable_flag) {
        return reading->is_flagged_stable;
    }
    return w->n == driver->stable_readings &&
           (w->n == 1 || reading->spread <= driver->stable_within);
}

static moly_status give_up(const moly_device_driver *driver, const window *w,
                           const moly_device_reading *reading, moly_error *err)
{
    if (w->n == 0) {
        return MOLY_FAIL(err, MOLY_ERR_IO,
                         "%s: nothing came in %g s; check the cable, the port and the device's "
                         "setting",
                         driver->name, driver->timeout_s);
    }
    return MOLY_FAIL(err, MOLY_ERR_IO,
                     "%s: not stable in %g s: the last %zu readings lie within %.3g of their mean, "
                     "limit %.3g; the last one was %s",
                     driver->name, driver->timeout_s, w->n, reading->spread, driver->stable_within,
                     reading->shown);
}

moly_status moly_device_read(moly_device_port *port, const moly_device_driver *driver,
                             const moly_clock *clock, const moly_progress *progress,
                             moly_device_reading *reading, moly_error *err)
{
    stream s = {.fd = port_descriptor(port)};
    window w = {0};
    moly_device_frame request, message = {0};
    double end_s = seconds_now() + driver->timeout_s;
    size_t most = driver->stable_readings < MOST_READINGS ? driver->stable_readings : MOST_READINGS;
    *reading = (moly_device_reading){.driver = driver};
    moly_device_request(driver, &request);
    while (seconds_now() < end_s) {
        double asked_s = seconds_now();
        double answer_end_s = request.length > 0 ? fmin(asked_s + answer_s, end_s) : end_s;
        moly_status status = request.length > 0 ? bytes_write(s.fd, &request, err) : MOLY_OK;
        if (!status) {
            status = next_message(&s, driver, answer_end_s, progress, &message, err);
        }
        if (!status && message.length == 0) {
            continue;
        }
        if (!status) {
            status = moly_device_parse(driver, message.bytes, message.length, reading, err);
        }
        if (status) {
            return status;
        }
        reading->at = moly_clock_now(clock);
        push(&w, reading, most);
        if (is_stable(driver, &w, reading)) {
            return MOLY_OK;
        }
        double pause_s = asked_s + least_pause_s - seconds_now();
        if (request.length > 0 && pause_s > 0.0) {
            status = bytes_read(s.fd, pause_s, s.bytes + s.n, BUFFER - s.n, &message.length, err);
            s.n += message.length;
        }
        if (status) {
            return status;
        }
    }
    return give_up(driver, &w, reading, err);
}
