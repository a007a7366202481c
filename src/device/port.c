/* SPDX-License-Identifier: Apache-2.0 */
/* Ports: a serial line by libserialport, a pseudo-terminal, a TCP stream. libserialport sets the
 * line; all three are then a descriptor that is waited for in the same way. */
#include "inside_port.h"

#include <errno.h>
#include <fcntl.h>
#include <libserialport.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

struct moly_device_port {
    int fd;
    struct sp_port *serial; /* owns the descriptor; NULL: we do */
};

static const double connect_s = 5.0;

double seconds_now(void)
{
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int port_descriptor(const moly_device_port *port)
{
    return port->fd;
}

static int milliseconds(double seconds)
{
    return seconds <= 0.0 ? 0 : seconds > 3600.0 ? 3600000 : (int)(seconds * 1000.0) + 1;
}

moly_status bytes_read(int fd, double wait_s, unsigned char *bytes, size_t room, size_t *n,
                       moly_error *err)
{
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    *n = 0;
    int ready = poll(&wanted, 1, milliseconds(wait_s));
    if (ready <= 0) {
        return ready < 0 && errno != EINTR
                   ? MOLY_FAIL(err, MOLY_ERR_IO, "the port cannot be waited for: %s",
                               strerror(errno))
                   : MOLY_OK;
    }
    ssize_t got = read(fd, bytes, room);
    if (got > 0) {
        *n = (size_t)got;
        return MOLY_OK;
    }
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
        return MOLY_OK;
    }
    return MOLY_FAIL(err, MOLY_ERR_IO, "the port was closed at the other end");
}

moly_status bytes_write(int fd, const moly_device_frame *frame, moly_error *err)
{
    size_t at = 0;
    double end_s = seconds_now() + connect_s;
    while (at < frame->length && seconds_now() < end_s) {
        struct pollfd wanted = {.fd = fd, .events = POLLOUT};
        (void)poll(&wanted, 1, 100);
        ssize_t n = write(fd, frame->bytes + at, frame->length - at);
        if (n < 0 && errno != EINTR && errno != EAGAIN) {
            return MOLY_FAIL(err, MOLY_ERR_IO, "the port cannot be written to: %s",
                             strerror(errno));
        }
        at += n > 0 ? (size_t)n : 0;
    }
    return at == frame->length
               ? MOLY_OK
               : MOLY_FAIL(err, MOLY_ERR_IO, "the device took %zu of %zu bytes in %g s", at,
                           frame->length, connect_s);
}

moly_status terminal_raw(int fd, moly_error *err)
{
    struct termios settings;
    if (tcgetattr(fd, &settings) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_IO, "it is no terminal: %s", strerror(errno));
    }
    cfmakeraw(&settings);
    return tcsetattr(fd, TCSANOW, &settings) == 0
               ? MOLY_OK
               : MOLY_FAIL(err, MOLY_ERR_IO, "the terminal cannot be set: %s", strerror(errno));
}

/* ---- opening -------------------------------------------------------------------------------- */

static moly_status serial_failed(const char *where, const char *what, moly_error *err)
{
    char *why = sp_last_error_message();
    moly_status status =
        MOLY_FAIL(err, MOLY_ERR_IO, "port %.80s: %s: %s", where, what, why ? why : "unknown");
    sp_free_error_message(why);
    return status;
}

static moly_status open_serial(const char *where, const moly_device_settings *settings,
                               moly_device_port *port, moly_error *err)
{
    if (access(where, F_OK) != 0 || sp_get_port_by_name(where, &port->serial) != SP_OK) {
        return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "there is no serial port %.80s", where);
    }
    if (sp_open(port->serial, SP_MODE_READ_WRITE) != SP_OK) {
        sp_free_port(port->serial);
        port->serial = NULL;
        return serial_failed(where, "cannot be opened", err);
    }
    enum sp_parity parity = settings->parity == 'E'   ? SP_PARITY_EVEN
                            : settings->parity == 'O' ? SP_PARITY_ODD
                                                      : SP_PARITY_NONE;
    if (sp_set_baudrate(port->serial, settings->baud) != SP_OK ||
        sp_set_bits(port->serial, settings->bits) != SP_OK ||
        sp_set_parity(port->serial, parity) != SP_OK ||
        sp_set_stopbits(port->serial, settings->stop_bits) != SP_OK ||
        sp_set_flowcontrol(port->serial, SP_FLOWCONTROL_NONE) != SP_OK ||
        sp_get_port_handle(port->serial, &port->fd) != SP_OK) {
        return serial_failed(where, "cannot be set", err);
    }
    (void)sp_flush(port->serial, SP_BUF_BOTH);
    return MOLY_OK;
}

/* libserialport asks /sys about the hardware, and a pseudo-terminal has none. */
static moly_status open_terminal(const char *where, moly_device_port *port, moly_error *err)
{
    port->fd = open(where, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (port->fd < 0) {
        return MOLY_FAIL(err, errno == ENOENT ? MOLY_ERR_NOT_FOUND : MOLY_ERR_IO,
                         "port %.80s cannot be opened: %s", where, strerror(errno));
    }
    return terminal_raw(port->fd, err);
}

static moly_status connect_one(const struct addrinfo *address, moly_device_port *port)
{
    int fd = socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                    address->ai_protocol);
    if (fd < 0) {
        return MOLY_ERR_IO;
    }
    int failure = connect(fd, address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
    socklen_t size = sizeof failure;
    if (failure == EINPROGRESS) {
        struct pollfd wanted = {.fd = fd, .events = POLLOUT};
        bool is_ready = poll(&wanted, 1, milliseconds(connect_s)) == 1;
        if (!is_ready || getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size) != 0) {
            failure = ETIMEDOUT;
        }
    }
    if (failure) {
        (void)close(fd);
        errno = failure;
        return MOLY_ERR_IO;
    }
    port->fd = fd;
    return MOLY_OK;
}

static moly_status open_tcp(const char *where, moly_device_port *port, moly_error *err)
{
    char host[256];
    const char *colon = strrchr(where, ':');
    size_t n = colon ? (size_t)(colon - where) : 0;
    if (n == 0 || n >= sizeof host || !colon[1] ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1)) {
        return MOLY_FAIL(err, MOLY_ERR_USAGE, "port: 'tcp:%.60s' is not tcp:HOST:PORT", where);
    }
    bool is_bracketed = where[0] == '[' && where[n - 1] == ']';
    memcpy(host, where + (is_bracketed ? 1 : 0), n);
    host[is_bracketed ? n - 2 : n] = '\0';
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, colon + 1, &wanted, &found) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "there is no host '%.60s'", host);
    }
    moly_status status = MOLY_ERR_IO;
    for (const struct addrinfo *a = found; a && status; a = a->ai_next) {
        status = connect_one(a, port);
    }
    freeaddrinfo(found);
    return status ? MOLY_FAIL(err, MOLY_ERR_IO, "tcp:%.60s does not answer: %s", where,
                              strerror(errno))
                  : MOLY_OK;
}

moly_status moly_device_port_open(const char *where, const moly_device_settings *settings,
                                  moly_device_port **port, moly_error *err)
{
    *port = NULL;
    moly_device_port *made = moly_alloc(1, sizeof *made);
    if (!made) {
        return MOLY_NO_MEMORY(err);
    }
    made->fd = -1;
    moly_status status = MOLY_OK;
    if (strncmp(where, "tcp:", 4) == 0) {
        status = open_tcp(where + 4, made, err);
    } else {
        /* a link to a port is a port */
        char *real = realpath(where, NULL);
        const char *path = real ? real : where;
        status = strncmp(path, "/dev/pts/", 9) == 0 ? open_terminal(path, made, err)
                                                    : open_serial(path, settings, made, err);
        free(real);
    }
    if (status) {
        moly_device_port_close(made);
        return status;
    }
    *port = made;
    return MOLY_OK;
}

void moly_device_port_close(moly_device_port *port)
{
    if (!port) {
        return;
    }
    if (port->serial) {
        (void)sp_close(port->serial);
        sp_free_port(port->serial);
    } else if (port->fd >= 0) {
        (void)close(port->fd);
    }
    moly_free(port);
}
