/* SPDX-License-Identifier: Apache-2.0 */
/* Devices that are not there: the message that one would send, and a pseudo-terminal that sends it.
 * For training, for tests, and to see what a fault on the line looks like. */
#include "inside.h"
#include "inside_port.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FAULT_WORD(name, word) word,
const char *const moly_device_fault_words[] = {MOLY_DEVICE_FAULT_LIST(FAULT_WORD) NULL};
#undef FAULT_WORD

/* ---- a message ------------------------------------------------------------------------------ */

typedef struct display {
    char value[40];
    const char *unit;
    const char *nuclide;
    const char *flag;
} display;

/* Four digits in the unit that shows them best, within the width of the field. */
static bool choose_unit(const moly_device_driver *driver, double value, size_t width, display *d)
{
    const moly_device_unit *best = NULL;
    for (size_t i = 0; i < driver->n_units; i++) {
        const moly_device_unit *unit = &driver->units[i];
        double shown = fabs(value) / unit->factor;
        bool is_better = !best || (shown >= 1.0 && unit->factor > best->factor) ||
                         (fabs(value) / best->factor < 1.0 && unit->factor < best->factor);
        best = is_better ? unit : best;
    }
    if (!best) {
        return false;
    }
    double shown = value / best->factor;
    int decimals = fabs(shown) < 10.0 ? 3 : fabs(shown) < 100.0 ? 2 : fabs(shown) < 1000.0 ? 1 : 0;
    int n = snprintf(d->value, sizeof d->value, "%*.*f", (int)width, decimals, shown);
    d->unit = best->text;
    return n > 0 && (size_t)n < sizeof d->value && (width == 0 || (size_t)n == width);
}

static void put(char *text, size_t size, size_t *at, const char *piece, size_t width)
{
    int n = snprintf(text + *at, size - *at, "%-*s", (int)width, piece);
    *at += n > 0 && (size_t)n < size - *at ? (size_t)n : 0;
}

static size_t width_of(const char *pattern, pattern_step step)
{
    pattern_token token;
    while (pattern_next(&pattern, &token) && token.step != PATTERN_END) {
        if (token.step == step) {
            return token.width;
        }
    }
    return 0;
}

static size_t lay_out(const moly_device_driver *driver, const display *d, char *text, size_t size)
{
    const char *pattern = driver->pattern;
    pattern_token token;
    size_t at = 0;
    while (pattern_next(&pattern, &token) && token.step != PATTERN_END) {
        char literal[] = " ";
        if (token.step != PATTERN_BLANKS) {
            literal[0] = token.literal;
        }
        const char *const pieces[] = {
            [PATTERN_LITERAL] = literal, [PATTERN_BLANKS] = literal,     [PATTERN_VALUE] = d->value,
            [PATTERN_UNIT] = d->unit,    [PATTERN_NUCLIDE] = d->nuclide, [PATTERN_FLAG] = d->flag,
            [PATTERN_SKIP] = "-"};
        put(text, size, &at, pieces[token.step], token.width);
    }
    return at;
}

/* A line of a given length is filled with blanks before the value. */
static void fill(const moly_device_driver *driver, char *text, size_t size, size_t *n)
{
    char *blank = strchr(text, ' ');
    while (driver->length > *n && blank && *n + 1 < size) {
        memmove(blank + 1, blank, *n - (size_t)(blank - text) + 1);
        (*n)++;
    }
}

/* The fault is put into the text, so that the checksum is right: only the layout tells. */
static void spoil_text(moly_device_fault fault, const moly_device_driver *driver, char *text,
                       size_t *n)
{
    if (fault == MOLY_DEVICE_UNIT) {
        text[*n - 1] = '9';
    } else if (fault == MOLY_DEVICE_PADDING && driver->framing == MOLY_DEVICE_STX) {
        /* one blank from behind the nuclide goes before it */
        char *from = strchr(text, ','), *to = from ? strchr(from + 1, ',') : NULL;
        if (to && to[-1] == ' ') {
            memmove(from + 2, from + 1, (size_t)(to - from) - 2);
            from[1] = ' ';
        } else {
            text[(*n)++] = ' ';
        }
    } else if (fault == MOLY_DEVICE_PADDING) {
        text[(*n)++] = ' ';
    } else if (fault == MOLY_DEVICE_SHORT) {
        (*n)--;
    }
}

moly_status moly_device_simulate(const moly_device_simulation *simulation, moly_instant at,
                                 moly_device_frame *frame, moly_error *err)
{
    const moly_device_driver *driver = simulation->driver;
    char text[160] = "", nuclide[WORD_SIZE] = "";
    display d = {.nuclide = nuclide, .flag = driver->stable_flag ? driver->stable_flag : "-"};
    double age_s = moly_instant_difference_s(simulation->from, at);
    double value = simulation->half_life_s > 0.0
                       ? simulation->value * exp2(-age_s / simulation->half_life_s)
                       : simulation->value;
    if (!choose_unit(driver, value, width_of(driver->pattern, PATTERN_VALUE), &d)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%s cannot show %g %s", driver->name, value,
                         moly_device_quantity_unit(driver->units[0].quantity));
    }
    if (simulation->nuclide && !nuclide_word(driver, simulation->nuclide, nuclide)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "%s has no setting for %.20s", driver->name,
                         simulation->nuclide);
    }
    size_t n = lay_out(driver, &d, text, sizeof text);
    fill(driver, text, sizeof text, &n);
    spoil_text(simulation->fault, driver, text, &n);
    if (driver->framing == MOLY_DEVICE_STX) {
        MOLY_ASSERT(frame_wrap(text, n, frame));
        frame->bytes[frame->length - 2] ^= simulation->fault == MOLY_DEVICE_CHECKSUM ? 1 : 0;
        return MOLY_OK;
    }
    memcpy(frame->bytes, text, n);
    memcpy(frame->bytes + n, "\r\n", 2);
    frame->length = n + 2;
    return MOLY_OK;
}

/* ---- a pseudo-terminal ---------------------------------------------------------------------- */

struct moly_device_simulator {
    int fd;   /* ours */
    int kept; /* the other end, kept open so that a reader may come and go */
    char path[64];
    unsigned char asked[256];
    size_t n_asked;
    double sent_s;
};

moly_status moly_device_simulator_open(moly_device_simulator **simulator, const char **path,
                                       moly_error *err)
{
    *simulator = NULL;
    moly_device_simulator *made = moly_alloc(1, sizeof *made);
    if (!made) {
        return MOLY_NO_MEMORY(err);
    }
    made->kept = -1;
    made->fd = posix_openpt(O_RDWR | O_NOCTTY);
    moly_status status = MOLY_OK;
    if (made->fd < 0 || grantpt(made->fd) != 0 || unlockpt(made->fd) != 0 ||
        ptsname_r(made->fd, made->path, sizeof made->path) != 0) {
        status = MOLY_FAIL(err, MOLY_ERR_IO, "no pseudo-terminal: %s", strerror(errno));
    }
    if (!status) {
        made->kept = open(made->path, O_RDWR | O_NOCTTY | O_CLOEXEC);
        status = terminal_raw(made->kept, err);
    }
    if (status) {
        moly_device_simulator_close(made);
        return status;
    }
    *simulator = made;
    *path = made->path;
    return MOLY_OK;
}

/* A pseudo-terminal that closes takes along what was not read yet, or is still on its way. */
static void drain(const moly_device_simulator *simulator)
{
    static const double most_s = 1.0;
    double end_s = seconds_now() + most_s;
    int left = 0;
    while (simulator->sent_s > 0.0 && seconds_now() < end_s) {
        (void)poll(NULL, 0, 100);
        if (ioctl(simulator->kept, FIONREAD, &left) != 0 || left == 0) {
            return;
        }
    }
}

void moly_device_simulator_close(moly_device_simulator *simulator)
{
    if (!simulator) {
        return;
    }
    if (simulator->kept >= 0) {
        drain(simulator);
        (void)close(simulator->kept);
    }
    if (simulator->fd >= 0) {
        (void)close(simulator->fd);
    }
    moly_free(simulator);
}

/* The request is the end of what was asked so far; anything else a device leaves unanswered. */
static bool is_asked(moly_device_simulator *simulator, const moly_device_frame *request)
{
    size_t n = request->length;
    if (simulator->n_asked < n) {
        return false;
    }
    if (memcmp(simulator->asked + simulator->n_asked - n, request->bytes, n) == 0) {
        simulator->n_asked = 0;
        return true;
    }
    return false;
}

moly_status moly_device_simulator_serve(moly_device_simulator *simulator,
                                        const moly_device_simulation *simulation,
                                        const moly_clock *clock, double wait_s, size_t *n_answers,
                                        moly_error *err)
{
    moly_device_frame request, answer;
    size_t n = 0;
    moly_device_request(simulation->driver, &request);
    if (simulator->n_asked == sizeof simulator->asked) {
        simulator->n_asked = 0;
    }
    moly_status status = bytes_read(simulator->fd, wait_s, simulator->asked + simulator->n_asked,
                                    sizeof simulator->asked - simulator->n_asked, &n, err);
    simulator->n_asked += n;
    bool is_due = request.length > 0 ? is_asked(simulator, &request)
                                     : seconds_now() - simulator->sent_s >= 1.0;
    if (status || !is_due) {
        return status;
    }
    status = moly_device_simulate(simulation, moly_clock_now(clock), &answer, err);
    if (!status) {
        status = bytes_write(simulator->fd, &answer, err);
    }
    if (!status) {
        simulator->sent_s = seconds_now();
        (*n_answers)++;
    }
    return status;
}
