/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DEVICE_INSIDE_PORT_H
#define DEVICE_INSIDE_PORT_H

/* Bytes through a descriptor, with a time limit. */

#include "moly/device/device.h"

double seconds_now(void); /* of a clock that is never set */
/* Bytes that come within `wait_s`.
 *  @param[out] n  0: none came
 *  @retval MOLY_ERR_IO  the other end is gone */
MOLY_CHECKED moly_status bytes_read(int fd, double wait_s, unsigned char *bytes, size_t room,
                                    size_t *n, moly_error *err);
MOLY_CHECKED moly_status bytes_write(int fd, const moly_device_frame *frame, moly_error *err);
int port_descriptor(const moly_device_port *port);
/* A terminal that passes bytes as they are. */
MOLY_CHECKED moly_status terminal_raw(int fd, moly_error *err);

#endif
